import pickle

import pytest
import torch

from gexlib.wgan import Critic
from gexlib.wgan.rmsprop import RMSProp


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
    optimizer = RMSProp(ours, 1e-3, decay)
    reference = torch.optim.RMSprop(theirs.parameters(), 1e-3, alpha=decay, eps=1e-7)
    for step in gradients(ours, 40):
        for p, q, g in zip(ours.parameters(), theirs.parameters(), step, strict=True):
            p.grad.copy_(g)
            q.grad = g.clone()
        optimizer.step(), reference.step()
    for p, q, v in zip(ours.parameters(), theirs.parameters(), optimizer.squares(), strict=True):
        torch.testing.assert_close(p, q, rtol=0, atol=10 * tolerance)
        torch.testing.assert_close(v, reference.state[q]["square_avg"], rtol=tolerance, atol=0)


def test_released_parameters_keep_their_values_and_no_longer_share_memory():
    network, untouched = critic(), critic()
    optimizer = RMSProp(network, 1e-3, 0.9)
    shared = len(pickle.dumps(network))
    optimizer.release()
    assert len({p.untyped_storage().data_ptr() for p in network.parameters()}) == len(list(network.parameters()))
    assert len(pickle.dumps(network)) < shared
    for p, q in zip(network.parameters(), untouched.parameters(), strict=True):
        assert torch.equal(p, q)
        assert p.grad is None
