import pytest
import torch

from gexlib.wgan import PRESETS, Critic, Generator, embedding_size
from gexlib.wgan.networks import build


@pytest.fixture
def batch():
    g = torch.Generator().manual_seed(1)
    codes = torch.stack([torch.randint(0, v, (9,), generator=g) for v in (3, 10)], dim=1)
    return torch.randn(9, 20, generator=g), codes, torch.randn(9, 2, generator=g)


def make(kind, hidden=(16, 12), seed=0):
    random = torch.Generator().manual_seed(seed)
    if kind is Generator:
        return Generator(20, [3, 10], 2, 5, hidden, random)
    return Critic(20, [3, 10], 2, hidden, random)


def test_embedding_sizes_are_the_papers():
    assert [embedding_size(v) for v in (2, 3, 4, 9, 26)] == [2, 2, 3, 4, 6]
    assert [tuple(t.shape) for t in make(Critic).embedding.tables] == [(3, 2), (10, 4)]


def test_shapes(batch):
    x, codes, values = batch
    assert make(Generator)(torch.randn(9, 5), codes, values).shape == (9, 20)
    assert make(Critic)(x, codes, values).shape == (9,)


def test_players_have_their_own_embeddings():
    assert make(Generator).embedding.tables[0] is not make(Critic).embedding.tables[0]


@pytest.mark.parametrize("hidden", [(16,), (16, 12), (16, 12, 9)])
def test_input_gradient_is_that_of_autograd(batch, hidden):
    x, codes, values = batch
    critic = make(Critic, hidden)
    x.requires_grad_()
    (expected,) = torch.autograd.grad(critic(x, codes, values).sum(), x)
    torch.testing.assert_close(critic.input_gradient(x, codes, values), expected)


def test_seed_decides_the_weights_and_the_global_state_stays():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    a, b, c = make(Generator), make(Generator), make(Generator, seed=1)
    assert all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True))
    assert not torch.equal(a.layers[0].weight, c.layers[0].weight)
    assert torch.equal(before, torch.get_rng_state())


def test_both_players_see_every_covariate(batch):
    x, codes, values = batch
    other = codes.clone()
    other[:, 1] = (other[:, 1] + 1) % 10
    for network, first in ((make(Generator), torch.ones(9, 5)), (make(Critic), x)):
        plain = network(first, codes, values)
        assert not torch.allclose(plain, network(first, other, values))
        assert not torch.allclose(plain, network(first, codes, values + 1))


def test_the_scale_of_embeddings_changes_their_first_weights_only():
    first = {}
    for scale in (0.05, 1.0):
        settings = PRESETS["paper_ecoli"].replace(hidden=(8,), embedding_scale=scale)
        generator, critic = build(settings, 12, [2], 0, torch.Generator().manual_seed(0))
        first[scale] = {f"generator.{n}": t for n, t in generator.state_dict().items()}
        first[scale] |= {f"critic.{n}": t for n, t in critic.state_dict().items()}
    tables = [name for name in first[1.0] if "embedding" in name]
    assert len(tables) == 2
    for name, weights in first[1.0].items():
        torch.testing.assert_close(weights, first[0.05][name] * (20 if name in tables else 1))
    assert 0.2 < max(first[1.0][name].abs().max() for name in tables) <= 1
