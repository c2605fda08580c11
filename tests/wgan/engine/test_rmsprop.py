import pytest
import torch

from gexlib.wgan import Critic
from gexlib.wgan.engine import rmsprop as module
from gexlib.wgan.engine.layout import GENES_FIRST, Layout
from gexlib.wgan.engine.rmsprop import RMSProp


def critic():
    return Critic(11, [3], 1, (8, 5), torch.Generator().manual_seed(0))


def gradients(network, steps):
    """Of very different sizes, and zero for a while."""
    random = torch.Generator().manual_seed(1)
    for i in range(steps):
        scale = 0.0 if i % 7 == 3 else 10.0 ** -(i % 9)
        yield [scale * torch.randn(p.shape, generator=random).to(p.dtype) for p in network.parameters()]


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.float64, 1e-14)])
@pytest.mark.parametrize("decay", [0.0, 0.9, 0.9999])
def test_is_the_rule_of_torch(dtype, tolerance, decay):
    ours, theirs = critic().to(dtype), critic().to(dtype)
    squares = [torch.zeros_like(p, requires_grad=False) for p in ours.parameters()]
    optimizer = RMSProp(Layout(ours, squares, GENES_FIRST), 1e-3, decay, 1e-7)
    reference = torch.optim.RMSprop(theirs.parameters(), 1e-3, alpha=decay, eps=1e-7)
    for step in gradients(ours, 40):
        for p, q, g in zip(ours.parameters(), theirs.parameters(), step, strict=True):
            p.grad.copy_(g)
            q.grad = g.clone()
        optimizer.step(), reference.step()
    for p, q, v in zip(ours.parameters(), theirs.parameters(), squares, strict=True):
        torch.testing.assert_close(p, q, rtol=0, atol=10 * tolerance)
        torch.testing.assert_close(v, reference.state[q]["square_avg"], rtol=tolerance, atol=0)


def test_without_pytorchs_fused_pass_a_plain_one_takes_over_and_says_so(monkeypatch):
    monkeypatch.setattr(module, "FUSED", "_no_such_pass_")
    with pytest.warns(RuntimeWarning, match=r"has no torch\._no_such_pass_; RMSProp takes its steps in several passes"):
        test_is_the_rule_of_torch(torch.float64, 1e-14, 0.9)


def test_parts_and_rates():
    """A part is stepped alone, by its share of the rate."""
    network = critic()
    layout = Layout(network, [torch.zeros_like(p, requires_grad=False) for p in network.parameters()])
    optimizer = RMSProp(layout, 0.5, 0.75, 0.0)
    layout.all.gradients.fill_(3.0)
    before = layout.all.values.clone()
    optimizer.scale_rate(0.1)
    optimizer.step(layout.part("layers.0.bias"))
    moved = layout.all.values - before
    inside = torch.zeros(len(moved), dtype=torch.bool)
    inside[layout.slices["layers.0.bias"]] = True
    torch.testing.assert_close(moved[inside], torch.full((8,), -0.1))  # 0.5 * 0.1 * 3 / sqrt(9 / 4)
    assert (moved[~inside] == 0).all()
    assert torch.equal(optimizer.weighted(0.5), torch.full_like(before, 1.5))
