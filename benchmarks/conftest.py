"""Options and fixtures of all benchmarks: sizes, threads, the device, and a description of the machine."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from importlib import metadata

import pytest
import torch

from gexlib.wgan.device import limited_threads

LIBRARIES = ("gexlib", "torch", "numpy", "scipy", "anndata")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("gexlib")
    group.addoption("--quick", action="store_true", help="tiny sizes, once each: do the benchmarks still run?")
    group.addoption("--full-size", action="store_true", help="also what takes minutes and 4 GB")
    group.addoption("--threads", type=int, default=1, help="CPU threads of PyTorch and BLAS (default 1)")
    group.addoption("--device", default="cuda", help="device of the benchmarks for a GPU (default cuda)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--full-size"):
        for item in items:
            if item.get_closest_marker("full_size"):
                item.add_marker(pytest.mark.skip(reason="minutes and 4 GB: only with --full-size"))


def pytest_benchmark_update_machine_info(config: pytest.Config, machine_info: dict) -> None:
    """Add a description of the machine that a reader needs beside the numbers."""
    threads = config.getoption("--threads")
    processor = machine_info["cpu"].get("brand_raw", platform.processor())
    machine_info["shown"] = {
        "processor": f"{processor}, {os.cpu_count()} cores, {platform.machine()}",
        "GPU": torch.cuda.get_device_name() if torch.cuda.is_available() else "none",
        "threads": str(threads),
        "Python": platform.python_version(),
        **{name: metadata.version(name) for name in LIBRARIES},
    }


@pytest.fixture(autouse=True)
def _threads(request: pytest.FixtureRequest) -> Iterator[None]:
    with limited_threads(request.config.getoption("--threads")):
        yield


@pytest.fixture
def quick(request: pytest.FixtureRequest) -> bool:
    return request.config.getoption("--quick")


@pytest.fixture
def device(request: pytest.FixtureRequest) -> torch.device:
    """Return the GPU, or the device that ``--device`` names."""
    name = request.config.getoption("--device")
    if name == "cuda" and not torch.cuda.is_available():
        pytest.skip("no GPU here: torch.cuda.is_available() is False")
    return torch.device(name)


@pytest.fixture
def measure(benchmark, quick: bool) -> Callable:
    """
    Time a call ``repeats`` times, after one call to warm up, for the row ``what`` of the table's part ``group``.

    With ``reference=True`` the others of the group are compared with this call. Other keywords are further columns of
    the table, as functions of the median in seconds.
    """

    def run(call: Callable, group: str, what: str, repeats: int, reference: bool = False, **columns: Callable):
        benchmark.group = group
        benchmark.extra_info.update(what=what, reference=reference)
        once = quick or repeats == 1
        result = benchmark.pedantic(call, rounds=1 if once else repeats, warmup_rounds=0 if once else 1)
        if benchmark.stats:  # there are none with --benchmark-disable
            seconds = benchmark.stats.stats.median
            benchmark.extra_info["columns"] = {name: of(seconds) for name, of in columns.items()}
        return result

    return run
