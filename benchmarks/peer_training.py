"""
Train one of the peers of peers.py in the environment in which it is installed, and draw samples from it.

    PEERS/bin/python benchmarks/peer_training.py NAME FOLDER SEED

peers.py calls this. FOLDER/train.npz holds ``x`` (samples x genes), ``tissue`` and ``condition``; FOLDER/NAME-SEED.npz
gets as many samples as there are training and test samples: ``x``, ``tissue`` and ``condition`` as far as the peer has
them, ``minutes`` of processor time and ``version``. Nothing of gexlib is imported, so the peers' environment need not
have it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import numpy as np
import pandas as pd

Drawn = tuple[np.ndarray, dict[str, np.ndarray], str]


def syng_bts(model: str, epochs: int | None, x: np.ndarray, obs: pd.DataFrame, n: int, seed: int) -> Drawn:
    """Train a model of SyNG-BTS. They know two groups at most, so the condition; only the CVAE is made for groups."""
    import syng_bts

    data = pd.DataFrame(x, columns=[f"gene{j}" for j in range(x.shape[1])])
    groups = obs["condition"] if model.startswith("CVAE") and obs["condition"].nunique() == 2 else None
    result = syng_bts.generate(
        data,
        name="train",
        groups=groups,
        new_size=n,
        model=model,
        apply_log=False,  # it has been taken already
        epoch=epochs,  # None: its own early stopping
        random_seed=seed,
        verbose="silent",
    )
    labels = {} if groups is None else {"condition": np.asarray(result.generated_groups, dtype=str)}
    return result.generated_data.to_numpy(), labels, f"syng-bts {syng_bts.__version__}"


def ctgan(epochs: int, x: np.ndarray, obs: pd.DataFrame, n: int, seed: int) -> Drawn:
    """Train CTGAN with tissue and condition as columns; in batches of 100, as its 500 are most of the samples."""
    import ctgan

    genes = [f"gene{j}" for j in range(x.shape[1])]
    model = ctgan.CTGAN(epochs=epochs, batch_size=100, enable_gpu=False)
    model.set_random_state(seed)
    model.fit(pd.DataFrame(x, columns=genes).assign(**obs), list(obs))
    drawn = model.sample(n)
    labels = {name: drawn[name].to_numpy(dtype=str) for name in obs}
    return drawn[genes].to_numpy(), labels, f"ctgan {ctgan.__version__}"


PEERS: dict[str, Callable[..., Drawn]] = {
    "syng-cvae": partial(syng_bts, "CVAE1-10", None),
    "syng-wgangp": partial(syng_bts, "WGANGP", 1000),  # its own early stopping ends before it has learned anything
    "syng-maf": partial(syng_bts, "maf", 30),
    "ctgan": partial(ctgan, 300),
}


def main(name: str, folder: str, seed: str) -> None:
    path = Path(folder) / f"{name}-{seed}.npz"
    with np.load(Path(folder) / "train.npz") as train:
        x, n = train["x"], int(train["n"])
        obs = pd.DataFrame({column: train[column] for column in ("tissue", "condition")})
    start = time.process_time()
    drawn, labels, version = PEERS[name](x, obs, n, int(seed))
    minutes = (time.process_time() - start) / 60
    order = np.random.default_rng(int(seed)).permutation(n)  # some come sorted by group
    labels = {column: values[order] for column, values in labels.items()}
    part = path.with_suffix(".part.npz")
    np.savez(part, x=drawn[order].astype(np.float32), minutes=minutes, version=version, **labels)
    part.replace(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
