import pytest
import torch

from gexlib.wgan.data.batch import Batch


@pytest.fixture
def samples():
    n = torch.arange(11)
    return Batch(n[:, None].float(), n[:, None], -n[:, None].float())


def test_an_epoch_has_each_sample_once_with_its_covariates(samples):
    random = torch.Generator().manual_seed(0)
    batches = list(samples.minibatches(random, 4))
    assert [len(batch.x) for batch in batches] == [4, 4, 3]
    together = Batch(*map(torch.cat, zip(*batches, strict=True)))
    assert sorted(together.codes[:, 0].tolist()) == list(range(11))
    assert together.codes[:, 0].tolist() != list(range(11))
    assert torch.equal(together.x, together.codes.float())
    assert torch.equal(together.values, -together.x)
    again = [batch.codes[:, 0].tolist() for batch in samples.minibatches(random, 4)]
    assert again != [batch.codes[:, 0].tolist() for batch in batches], "each epoch has its own order"


def test_some_are_evenly_spread(samples):
    assert samples.some(11) is samples
    assert samples.some(3).codes[:, 0].tolist() == [0, 5, 10]
