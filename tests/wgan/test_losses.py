import torch

from gexlib.wgan import Critic, critic_loss, generator_loss


def setup():
    random = torch.Generator().manual_seed(2)
    critic = Critic(15, [4], 1, (16, 8), random).double()
    real, fake = torch.randn(2, 7, 15, generator=random, dtype=torch.float64)
    codes = torch.randint(0, 4, (7, 1), generator=random)
    values = torch.randn(7, 1, generator=random, dtype=torch.float64)
    mix = torch.rand(7, 1, generator=random, dtype=torch.float64)
    return critic, real, fake, codes, values, mix


def literal_critic_loss(critic, real, fake, codes, values, mix, weight):
    """Equation 2 word by word, with automatic differentiation for the gradient."""
    between = (1 - mix) * real + mix * fake
    between.requires_grad_()
    (gradient,) = torch.autograd.grad(critic(between, codes, values).sum(), between, create_graph=True)
    penalty = ((gradient.pow(2).sum(dim=1).sqrt() - 1) ** 2).mean()
    return critic(fake, codes, values).mean() - critic(real, codes, values).mean() + weight * penalty


def test_critic_loss_and_its_weight_gradients_equal_the_literal_formula():
    critic, *data = setup()
    ours = critic_loss(critic, *data, weight=10.0)
    literal = literal_critic_loss(critic, *data, weight=10.0)
    torch.testing.assert_close(ours.loss, literal)
    parameters = list(critic.parameters())
    gradients = [torch.autograd.grad(loss, parameters, allow_unused=True) for loss in (ours.loss, literal)]
    for name, a, b in zip(dict(critic.named_parameters()), *gradients, strict=True):
        torch.testing.assert_close(a, torch.zeros_like(a) if b is None else b, msg=name)


def test_parts_add_up():
    critic, real, fake, codes, values, mix = setup()
    parts = critic_loss(critic, real, fake, codes, values, mix, weight=3.0)
    torch.testing.assert_close(parts.loss, 3.0 * parts.penalty - parts.wasserstein)
    expected = critic(real, codes, values).mean() - critic(fake, codes, values).mean()
    torch.testing.assert_close(parts.wasserstein, expected)


def test_penalty_vanishes_for_a_critic_of_slope_one():
    critic, *data = setup()
    with torch.no_grad():
        for layer in critic.layers:
            layer.weight.zero_(), layer.bias.fill_(100.0)
        critic.layers[0].weight[0, 0] = critic.layers[1].weight[0, 0] = critic.layers[2].weight[0, 0] = 1
    assert critic_loss(critic, *data, weight=10.0).penalty.item() == 0


def test_generator_loss_is_equation_3():
    critic, _, fake, codes, values, _ = setup()
    torch.testing.assert_close(generator_loss(critic, fake, codes, values), -critic(fake, codes, values).mean())
