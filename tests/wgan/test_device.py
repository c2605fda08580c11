import pytest
import torch
from threadpoolctl import threadpool_info

from gexlib.wgan.device import choose_device, enough_memory, is_shortage, limited_threads


def test_a_device_is_chosen_by_name():
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(ValueError, match="device='abacus' cannot be used here .*'auto' or 'cpu' always can"):
        choose_device("abacus")


def test_threads_are_limited_and_set_back_even_after_an_error():
    torch.set_num_threads(2)
    seen = []

    def work():
        with limited_threads(1):
            seen.extend([torch.get_num_threads(), *(pool["num_threads"] for pool in threadpool_info())])
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert len(seen) > 1
    assert set(seen) == {1}
    assert torch.get_num_threads() == 2
    torch.set_num_threads(1)


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: not enough memory")])
def test_a_shortage_of_memory_names_the_device_and_the_way_out(error):
    assert is_shortage(error)
    with (
        pytest.raises(MemoryError, match=r"out of memory on cpu \(.*\); free what .* or take fewer rows") as raised,
        enough_memory(torch.device("cpu"), "take fewer rows"),
    ):
        raise error
    assert raised.value.__cause__ is error


def test_other_errors_pass():
    with pytest.raises(RuntimeError, match="assert triggered"), enough_memory(torch.device("cpu"), "take fewer rows"):
        raise RuntimeError("device-side assert triggered")
