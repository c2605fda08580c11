"""Checks that several rooms share."""

import pytest
import torch

from gexlib.checks import usable_device
from gexlib.metrics.device import check_device
from gexlib.wgan.device import choose_device


def test_a_device_that_can_be_used():
    assert usable_device("cpu", always="'cpu'") == choose_device("cpu") == torch.device("cpu")
    assert check_device("cpu") is check_device(None) is None


@pytest.mark.parametrize(("check", "ways_out"), [(check_device, "None or 'cpu'"), (choose_device, "'auto' or 'cpu'")])
@pytest.mark.parametrize("device", ["nowhere", "cuda:99"])
def test_the_error_on_a_device_names_it_and_the_ways_out_of_the_caller(check, ways_out, device):
    with pytest.raises(ValueError, match=rf"^device='{device}' cannot be used here \(.+\); {ways_out} always can$"):
        check(device)
