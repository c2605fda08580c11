import numpy as np
import pytest
import torch

from gexlib.metrics.device import check_device, fetched, placed


def test_values_go_to_a_device_and_come_back_as_they_were():
    x = np.random.default_rng(0).normal(size=(3, 4))
    assert placed(x, None) is x
    assert fetched(x) is x
    there = placed(x, "cpu")
    assert there.dtype == torch.float64
    np.testing.assert_array_equal(fetched(there), x)


def test_a_device_that_is_not_there_is_refused():
    assert check_device(None) is None
    with pytest.raises(ValueError, match="device='nowhere' cannot be used here .* None or 'cpu' always can"):
        check_device("nowhere")
