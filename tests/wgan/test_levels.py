import pytest
import torch

from gexlib.wgan.levels import Levels, ones_at


def test_each_row_has_a_one_for_each_covariate():
    codes = torch.tensor([[2, 0], [0, 3], [1, 1]])
    found = Levels([3, 4])(codes, torch.float64)
    assert found.dtype == torch.float64
    assert found.sum(dim=1).tolist() == [2, 2, 2]
    for j, part in enumerate(found.split([3, 4], dim=1)):
        assert part.argmax(dim=1).tolist() == codes[:, j].tolist()


def test_without_covariates_there_is_no_column():
    assert Levels([])(torch.empty(5, 0, dtype=torch.int64), torch.float32).shape == (5, 0)


def test_a_column_that_is_not_there_is_an_error():
    with pytest.raises(RuntimeError):
        ones_at(torch.tensor([[3]]), 3, torch.float32)
