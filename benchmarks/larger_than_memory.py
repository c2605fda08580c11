"""
Training on data that stay on the disk: rates and peak memory, in a process whose memory is limited.

Simulated samples are written to a file, uncompressed, unless one is there already. If the system lets a program ask for
that, the pages of the file are dropped from the system's cache before each pass. A process of its own then takes the
statistics, reads one epoch of minibatches without training, and trains for some iterations. Its data segment is capped
(RLIMIT_DATA, which counts all that it allocates).

    python benchmarks/larger_than_memory.py                     # 200,000 samples x 2,000 genes, 1.6 GB, cap 1.5 GB
    python benchmarks/larger_than_memory.py --genes 18000 --samples 40000 --iterations 300
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WINDOWS = 4  # parts of the training whose rates are compared


def write(path: Path, n_samples: int, n_genes: int) -> None:
    """Write simulated expression of five tissues to an .h5ad file, in pieces."""
    import h5py
    import numpy as np
    import pandas as pd
    from anndata import AnnData

    rng = np.random.default_rng(0)
    obs = pd.DataFrame({"tissue": rng.choice(list("abcde"), n_samples)}, index=[f"s{i}" for i in range(n_samples)])
    AnnData(obs=obs, var=pd.DataFrame(index=[f"g{i}" for i in range(n_genes)])).write_h5ad(path)
    loadings = rng.standard_normal((20, n_genes), dtype=np.float32)
    means = 5 + rng.standard_normal((5, n_genes), dtype=np.float32)
    tissue = pd.Categorical(obs["tissue"]).codes
    with h5py.File(path, "r+") as file:
        x = file.create_dataset("X", (n_samples, n_genes), np.float32)
        x.attrs["encoding-type"], x.attrs["encoding-version"] = "array", "0.2.0"
        for start in range(0, n_samples, 2000):
            codes = tissue[start : start + 2000]
            noise = rng.standard_normal((len(codes), n_genes), dtype=np.float32)
            x[start : start + 2000] = means[codes] + noise + rng.standard_normal((len(codes), 20), "f4") @ loadings


def forget(path: Path) -> None:
    """Drop the file from the system's cache, so that the next read comes from the disk."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure(path: Path, iterations: int, cap: int) -> dict:
    """Measure rates and peak memory; meant for a process of its own."""
    resource.setrlimit(resource.RLIMIT_DATA, (cap, cap))
    import torch

    from gexlib.datasets import read
    from gexlib.preprocess import CovariateEncoder, SampleEncoder
    from gexlib.wgan import PRESETS
    from gexlib.wgan.data.samples import training_samples
    from gexlib.wgan.device import limited_threads
    from gexlib.wgan.engine import ClosedForm
    from gexlib.wgan.processes import Processes
    from gexlib.wgan.state import State

    data = read(path, backed=True)
    settings, found = PRESETS["paper_gtex_tcga"], {"import_mb": peak_mb()}
    encoder = SampleEncoder(CovariateEncoder(["tissue"]), settings.transform)
    with limited_threads(1):
        forget(path)
        start = now()
        samples, _ = training_samples(data, encoder)
        found["statistics"] = since(start)
        forget(path)
        start = now()
        for _ in samples.minibatches(torch.Generator().manual_seed(0), settings.batch_size):
            pass
        found["reading"] = since(start)
        forget(path)
        state = State.start(settings, data.n_vars, encoder.covariates.n_levels, 0, 0, torch.device("cpu"))
        step, times = ClosedForm(state, settings, Processes()), [now()]
        for real in samples.minibatches(state.random, settings.batch_size):
            step(real)
            times.append(now())
            if len(times) > iterations:
                break
    n = (len(times) - 1) // WINDOWS
    parts = [(times[i * n], times[(i + 1) * n]) for i in range(WINDOWS)]
    found["training"] = [[(b - a) / n for a, b in zip(*part, strict=True)] for part in parts]
    return found | {"iterations": len(times) - 1, "batch": settings.batch_size, "peak_mb": peak_mb()}


def now() -> tuple[float, float]:
    """Return the time of the clock, and the processor's time for this process, which others do not slow."""
    return time.perf_counter(), time.process_time()


def since(start: tuple[float, float]) -> list[float]:
    """Return the seconds since `start`, by both times."""
    return [b - a for a, b in zip(start, now(), strict=True)]


def peak_mb() -> float:
    """Return the peak resident memory of this process so far, in megabytes."""
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kibibytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main() -> None:
    """Write the file, measure in a child, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=200_000)
    parser.add_argument("--genes", type=int, default=2_000)
    parser.add_argument("--iterations", type=int, default=1_200, help="of training")
    parser.add_argument("--cap", type=float, default=1.5, help="GB")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="for the file, which stays")
    options = parser.parse_args()
    path = options.folder / f"gexlib-{options.samples}x{options.genes}.h5ad"
    if not path.exists():
        write(path, options.samples, options.genes)
    gb = 4e-9 * options.samples * options.genes
    child = [sys.executable, __file__, "--child", str(path), str(options.iterations), str(int(options.cap * 1e9))]
    r = json.loads(subprocess.run(child, check=True, capture_output=True, text=True).stdout)
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, one thread")
    print(f"{options.samples:,} samples x {options.genes:,} genes, {gb:.1f} GB; memory capped at {options.cap} GB\n")
    n, mb = -(-options.samples // r["batch"]), gb * 1e3
    row = "{:50} {:>10} {:>10}"
    print(row.format("", "clock", "processor"))
    for name, seconds in {"statistics, one pass": r["statistics"], "reading, one epoch": r["reading"]}.items():
        print(row.format(name, *(f"{s:.1f} s" for s in seconds)))
        print(row.format("", *(f"{mb / s:.0f} MB/s" for s in seconds)))
    print(row.format(f"reading, a minibatch of {r['batch']}", *(f"{1e3 * s / n:.2f} ms" for s in r["reading"])))
    for i, seconds in enumerate(r["training"]):
        name = f"reading and training, an iteration, part {i + 1} of {WINDOWS}"
        print(row.format(name, *(f"{1e3 * s:.1f} ms" for s in seconds)))
    print(
        f"\nin {r['iterations']:,} iterations; peak memory {r['peak_mb']:.0f} MB, {r['import_mb']:.0f} MB of it imports"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(measure(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
    else:
        main()
