"""The losses are equation 3 of the paper: by its literal form, by hand, and by what descending them does."""

import torch

from gexlib.wgan import Critic, Generator, critic_loss, generator_loss


def setup():
    random = torch.Generator().manual_seed(2)
    critic = Critic(15, [4], 1, (16, 8), random).double()
    real, fake = torch.randn(2, 7, 15, generator=random, dtype=torch.float64)
    codes = torch.randint(0, 4, (7, 1), generator=random)
    values = torch.randn(7, 1, generator=random, dtype=torch.float64)
    mix = torch.rand(7, 1, generator=random, dtype=torch.float64)
    return critic, real, fake, codes, values, mix


def literal_critic_loss(critic, real, fake, codes, values, mix, weight):
    """The critic's part of equation 3, word by word, with automatic differentiation for the gradient."""
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


def test_a_critic_of_two_genes_worked_out_by_hand():
    """D(x) = max(3 x1 + 4 x2, 0) + 2, whose slope is 5 wherever the unit is active."""
    critic = Critic(2, [], 0, (1,), torch.Generator())
    with torch.no_grad():
        critic.layers[0].weight.copy_(torch.tensor([[3.0, 4.0]])), critic.layers[0].bias.zero_()
        critic.layers[1].weight.fill_(1.0), critic.layers[1].bias.fill_(2.0)
    real, fake = torch.tensor([[1.0, 1.0], [2.0, 0.0]]), torch.tensor([[1.0, 0.0], [0.0, 2.0]])  # D: 9, 8 and 5, 10
    none = torch.empty(2, 0, dtype=torch.long), torch.empty(2, 0)
    parts = critic_loss(critic, real, fake, *none, mix=torch.full((2, 1), 0.5), weight=10.0)
    assert [part.item() for part in parts] == [10 * (5 - 1) ** 2 - 1, 1, (5 - 1) ** 2]
    assert generator_loss(critic, fake, *none).item() == -7.5


def descend(loss, parameters, rate):
    """One small step of plain gradient descent."""
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters, allow_unused=True), strict=True):
        if g is not None:
            p.data -= rate * g


def test_a_step_down_the_critics_loss_tells_real_from_generated_better():
    critic, *data = setup()
    before = critic_loss(critic, *data, weight=1.0)
    descend(before.loss, list(critic.parameters()), 1e-4)
    after = critic_loss(critic, *data, weight=1.0)
    assert after.loss < before.loss
    apart = critic_loss(critic, *data, weight=0.0)
    descend(apart.loss, list(critic.parameters()), 1e-3)
    assert critic_loss(critic, *data, weight=0.0).wasserstein > apart.wasserstein


def test_a_step_down_the_generators_loss_makes_its_samples_look_more_real():
    critic, _, _, codes, values, _ = setup()
    generator = Generator(15, [4], 1, 3, (8,), torch.Generator().manual_seed(1)).double()
    z = torch.randn(7, 3, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    before = critic(generator(z, codes, values), codes, values).mean()
    loss = generator_loss(critic, generator(z, codes, values), codes, values)
    descend(loss, list(generator.parameters()), 1e-2)
    assert critic(generator(z, codes, values), codes, values).mean() > before


def test_penalty_vanishes_for_a_critic_of_slope_one():
    critic, *data = setup()
    with torch.no_grad():
        for layer in critic.layers:
            layer.weight.zero_(), layer.bias.fill_(100.0)
        critic.layers[0].weight[0, 0] = critic.layers[1].weight[0, 0] = critic.layers[2].weight[0, 0] = 1
    assert critic_loss(critic, *data, weight=10.0).penalty.item() == 0
