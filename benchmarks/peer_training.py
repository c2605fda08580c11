"""
Train one of the peers of peers.py in the environment in which it is installed, and draw samples from it.

    PEERS/bin/python benchmarks/peer_training.py NAME FOLDER SEED

peers.py calls this. FOLDER/train.npz holds ``x`` (samples x genes), ``kind`` of each sample, ``group`` (two groups of
samples, or empty) and ``wanted``, the kinds of the samples to draw. FOLDER/NAME-SEED.npz gets a sample for each of
these: ``x``, ``kind`` as far as the peer knows kinds, ``minutes`` of processor time and ``version``. Nothing of gexlib
is imported, so the peers' environment need not have it.

How each is tuned:

SyNG-BTS         its own defaults: batches of a tenth of the samples, a VAE's terms 1 to 10, early stopping of its
                 autoencoders (patience 30). 1,000 epochs for its GANs, whose early stopping ends before they have
                 learned anything; 30 for its flows, which take minutes. It knows two groups at most, and its papers
                 train on one or two groups at a time, so "each kind": a model for each kind.
CTGAN, TVAE      their paper's 300 epochs and layers; batches of 100, as its 500 are most of the samples
ForestFlow       ForestDiffusion's flow: the paper's trees (7 deep, 100, rate 0.3), 50 noise levels and a model for each
                 kind. It copies each sample 100 times; 10 here, for time. Its trees are made for tens of columns, so it
                 generates principal components
flow matching    torchcfm: optimal-transport conditional flow matching with sigma 0.1, on principal components, as its
                 paper does with expression data; three hidden layers of 256 units that also see time and kind; AdamW,
                 stopped by the loss of a tenth of the samples

"In components": z-scores of the genes are projected to 50 principal components of unit variance, and what these leave
of each gene is added to draws as independent Gaussian noise of the same variance, as gexlib's Gaussian does.
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

Drawn = tuple[np.ndarray, np.ndarray | None, str]  # values, kinds or None, version
COMPONENTS = 50


def syng_bts(model: str, epochs: int | None, x, kind, group, wanted, seed: int) -> Drawn:
    """Train a model of SyNG-BTS on all samples; only the CVAE is made for groups."""
    import syng_bts

    data = pd.DataFrame(x, columns=[f"gene{j}" for j in range(x.shape[1])])
    result = syng_bts.generate(
        data,
        name="train",
        groups=group if model.startswith("CVAE") and len(set(group)) == 2 else None,
        new_size=len(wanted),
        model=model,
        apply_log=False,  # it has been taken already
        batch_frac=max(0.1, min(1.0, 4 / len(x))),
        epoch=epochs,  # None: its own early stopping
        random_seed=seed,
        verbose="silent",
    )
    return result.generated_data.to_numpy()[: len(wanted)], None, f"syng-bts {syng_bts.__version__}"


def each_kind(peer: Callable[..., Drawn], x, kind, group, wanted, seed: int) -> Drawn:
    """Train a peer for each kind of sample."""
    drawn = np.empty((len(wanted), x.shape[1]))
    for one in np.unique(wanted):
        own, places = kind == one, np.flatnonzero(wanted == one)
        own = own if own.sum() > 1 else np.ones(len(x), bool)  # a kind that is not there, or too small: all samples
        made, _, version = peer(x[own], kind[own], group[own], wanted[places], seed)
        drawn[places] = np.random.default_rng(seed).permutation(made)
    return drawn, wanted, version


def table_model(model: str, x, kind, group, wanted, seed: int) -> Drawn:
    """Train CTGAN or TVAE with the kind as a column."""
    import ctgan

    genes = [f"gene{j}" for j in range(x.shape[1])]
    peer = getattr(ctgan, model)(epochs=300, batch_size=100, enable_gpu=False)
    peer.set_random_state(seed)
    peer.fit(pd.DataFrame(x, columns=genes).assign(kind=kind), ["kind"])
    drawn = peer.sample(2 * len(wanted))  # more, so that the wanted kinds are among them
    return drawn[genes].to_numpy(), drawn["kind"].to_numpy(dtype=str), f"ctgan {ctgan.__version__}"


def in_components(peer: Callable[..., Drawn], x, kind, group, wanted, seed: int) -> Drawn:
    """Train a peer on principal components; add Gaussian noise for what they leave."""
    mean, sd = x.mean(axis=0), x.std(axis=0)
    z = (x - mean) / np.where(sd > 0, sd, np.inf)
    u, s, axes = np.linalg.svd(z, full_matrices=False)
    k = min(COMPONENTS, len(s))
    size = s[:k] / np.sqrt(len(x))
    rest = np.sqrt(np.maximum(np.square(z).mean(axis=0) - np.square(size) @ np.square(axes[:k]), 0))
    drawn, kinds, version = peer(u[:, :k] * np.sqrt(len(x)), kind, group, wanted, seed)
    noise = np.random.default_rng(seed).normal(size=(len(drawn), x.shape[1]))
    return ((drawn * size) @ axes[:k] + rest * noise) * sd + mean, kinds, version


def forest_flow(x, kind, group, wanted, seed: int) -> Drawn:
    """Train ForestDiffusion's flow with a model for each kind."""
    from importlib.metadata import version

    from ForestDiffusion import ForestDiffusionModel

    names, codes = np.unique(kind, return_inverse=True)
    peer = ForestDiffusionModel(x, label_y=codes, diffusion_type="flow", duplicate_K=10, n_jobs=1, seed=seed)
    drawn = peer.generate(batch_size=2 * len(wanted))
    return drawn[:, :-1], names[drawn[:, -1].astype(int)], f"ForestDiffusion {version('ForestDiffusion')}"


def flow_matching(x, kind, group, wanted, seed: int, iterations: int = 10_000, batch: int = 128) -> Drawn:
    """Train a velocity field by optimal-transport conditional flow matching, and follow it in 100 steps."""
    from importlib.metadata import version

    import torch
    from torchcfm import ExactOptimalTransportConditionalFlowMatcher

    torch.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002 (torchcfm draws its pairs with it)
    torch.set_num_threads(1)
    names = np.unique(kind)
    ones = dict(zip(names, torch.eye(len(names)), strict=True))
    nothing = torch.zeros(len(names))

    def encoded(kinds) -> torch.Tensor:
        return torch.stack([ones.get(name, nothing) for name in kinds])

    layers, width = [], x.shape[1] + len(names) + 1
    for units in (256, 256, 256):
        layers += [torch.nn.Linear(width, units), torch.nn.SELU()]
        width = units
    field = torch.nn.Sequential(*layers, torch.nn.Linear(width, x.shape[1]))
    values, labels = torch.tensor(x, dtype=torch.float32), encoded(kind)
    order = torch.randperm(len(x))
    held_out, learn = order[: len(x) // 10], order[len(x) // 10 :]
    matcher, optimiser = (
        ExactOptimalTransportConditionalFlowMatcher(sigma=0.1),
        torch.optim.AdamW(field.parameters(), 1e-3),
    )

    def loss(rows: torch.Tensor) -> torch.Tensor:
        t, at, velocity, _, label = matcher.guided_sample_location_and_conditional_flow(
            torch.randn(len(rows), x.shape[1]), values[rows], y1=labels[rows]
        )
        return torch.square(field(torch.cat([at, label, t[:, None]], dim=1)) - velocity).mean()

    best, state = np.inf, None
    for i in range(iterations):
        optimiser.zero_grad()
        loss(learn[torch.randint(len(learn), (batch,))]).backward()
        optimiser.step()
        if i % 100 == 99:
            with torch.no_grad():
                now = float(torch.stack([loss(held_out) for _ in range(20)]).mean())
            if now < best:
                best, since, state = now, i, {name: value.clone() for name, value in field.state_dict().items()}
            elif i - since >= 2000:
                break
    field.load_state_dict(state)
    with torch.no_grad():
        at, label = torch.randn(len(wanted), x.shape[1]), encoded(wanted)
        for t in np.linspace(0, 1, 100, endpoint=False):
            at += field(torch.cat([at, label, torch.full((len(at), 1), t)], dim=1)) / 100
    return at.numpy(), wanted, f"torchcfm {version('torchcfm')}"


SYNG = {"ae": "AE", "vae": "VAE1-10", "cvae": "CVAE1-10", "gan": "GAN", "wgan": "WGAN", "wgangp": "WGANGP"}
SYNG |= {name: name for name in ("maf", "realnvp", "glow")}
EPOCHS = {"gan": 1000, "wgan": 1000, "wgangp": 1000, "maf": 30, "realnvp": 30, "glow": 30}
PEERS: dict[str, Callable[..., Drawn]] = {
    **{f"syng-{name}": partial(syng_bts, model, EPOCHS.get(name)) for name, model in SYNG.items()},
    **{
        f"syng-{name}, each kind": partial(each_kind, partial(syng_bts, SYNG[name], EPOCHS.get(name)))
        for name in ("vae", "wgangp", "maf")
    },
    "ctgan": partial(table_model, "CTGAN"),
    "tvae": partial(table_model, "TVAE"),
    "forest flow, in components": partial(in_components, forest_flow),
    "flow matching, in components": partial(in_components, flow_matching),
}


def main(name: str, folder: str, seed: str) -> None:
    path = Path(folder) / f"{name}-{seed}.npz"
    with np.load(Path(folder) / "train.npz") as train:
        given = [train[column] for column in ("x", "kind", "group", "wanted")]
    start = time.process_time()
    drawn, kinds, version = PEERS[name](*given, int(seed))
    minutes = (time.process_time() - start) / 60
    order = np.arange(len(drawn))
    if kinds is None:
        order = np.random.default_rng(int(seed)).permutation(len(drawn))  # some come sorted by group
    labels = {} if kinds is None else {"kind": np.asarray(kinds, dtype=str)}
    part = path.with_suffix(".part.npz")
    np.savez(part, x=drawn[order].astype(np.float32), minutes=minutes, version=version, **labels)
    part.replace(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
