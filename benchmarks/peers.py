"""
Our model, statistical baselines, and generators that install with pip, on the same human data, genes and split.

The peers are SyNG-BTS (CVAE, WGAN-GP, masked autoregressive flow) and CTGAN. They are no dependencies of this project;
an environment of their own keeps their versions apart:

    python3 -m venv peers && peers/bin/pip install syng-bts ctgan
    python benchmarks/peers.py --python peers/bin/python [--genes 1000] [--seeds 0 1 2] [--keep FOLDER]

The split is notebook 04's. If RNAseqDB has not been fetched, the demo cohort takes its place. Each peer runs with
its own early stopping or as many epochs as benchmarks/peer_training.py says, in a process of its own with one thread.
Models and baselines that know conditions draw one sample for the covariates of each test (or training) sample.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from anndata import AnnData
from peer_training import PEERS

from gexlib import metrics, preprocess
from gexlib.simulators import SMOTE, Bootstrap, Gaussian, GaussianCopula
from gexlib.study import load_demo, load_human
from gexlib.wgan import PRESETS, WGANGP

BY = ["tissue", "condition"]
INSTALL = """{python} has not both of syng-bts and ctgan, which this benchmark compares with. Install them:

    python3 -m venv peers && peers/bin/pip install syng-bts ctgan
    python benchmarks/peers.py --python peers/bin/python
"""
NOTE = """
precision to coverage: the five nearest neighbours in all genes, and in 50 principal components of the training samples.
two-sample: AUC of a random forest, real test samples against synthetic ones; 0.5 is best, below it there are copies.
tissue F1: trained on synthetic, tested on real; SyNG-BTS has two groups at most, so no tissues.
membership: AUC of GAN-Leaks on training against test samples, from as many samples as there are training samples;
0.5: nothing is learned, 1: copies. Real: of the other samples, test samples are compared with a part of the training
samples, membership with the validation samples.
minutes: processor time of training and sampling, one thread."""


def parts_of(data: AnnData, genes: int) -> dict[str, AnnData]:
    """Return training, validation and test samples, split by donor as in notebook 04."""
    data = preprocess.prepare(data, by="donor", most_variable=min(genes, data.n_vars))
    return preprocess.parts(data)._asdict()


def from_peer(name: str, seed: int, parts: dict[str, AnnData], options: argparse.Namespace) -> dict:
    """Return samples of one peer, trained in its own environment unless the folder has them; none if too slow."""
    path = Path(options.keep) / f"{name}-{seed}.npz"
    if not path.exists():
        command = [options.python, str(Path(__file__).parent / "peer_training.py"), name, options.keep, str(seed)]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=60 * options.minutes)
        except subprocess.TimeoutExpired:
            return {"version": f"no result in {options.minutes:g} minutes"}
        except subprocess.CalledProcessError as error:
            sys.exit(f"{name} failed:\n{error.stderr[-2000:]}")
    with np.load(path) as file:
        labels = {column: file[column] for column in BY if column in file.files}
        rows = [str(i) for i in range(len(file["x"]))]
        drawn = AnnData(file["x"], obs=pd.DataFrame(labels, index=rows), var=parts["train"].var)
        n = parts["test"].n_obs
        answer = {"minutes": float(file["minutes"]), "version": str(file["version"])}
    return answer | {"like test": drawn[:n].copy(), "like train": drawn[n:].copy()}


def from_model(seed: int, parts: dict[str, AnnData], options: argparse.Namespace) -> dict:
    """Return samples of our own model, trained on the same samples; the validation samples stop it."""
    start = time.process_time()
    settings = PRESETS[options.preset]
    settings = settings.replace(epochs=options.epochs) if options.epochs else settings
    gan = WGANGP(categorical=["tissue", "sex", "condition"], settings=settings, seed=seed, unseen="unknown")
    gan.fit(parts["train"], parts["validation"], progress=False)
    return drawn_from(gan.sample, seed, parts) | {"minutes": (time.process_time() - start) / 60}


def from_baseline(simulator, seed: int, parts: dict[str, AnnData]) -> dict:
    """Return samples of a simulator that learns from data."""
    start = time.process_time()
    simulator.fit(parts["train"])
    return drawn_from(simulator.sample, seed, parts) | {"minutes": (time.process_time() - start) / 60}


def drawn_from(sample: Callable, seed: int, parts: dict[str, AnnData]) -> dict:
    """Draw one sample for the covariates of each test sample, and one for those of each training sample."""
    return {f"like {name}": sample(parts[name].obs, seed=seed) for name in ("test", "train")}


def real(seed: int, parts: dict[str, AnnData]) -> dict:
    """Return other real samples: the bound."""
    train, validation, test = parts.values()
    part = train.obs.sample(min(len(test), len(train)), random_state=seed).index
    return {"like test": train[part].copy(), "like train": train, "apart": validation}


def scores(made: dict, parts: dict[str, AnnData], space: metrics.PrincipalSpace) -> dict[str, dict[str, float]]:
    """Return all columns of the table for one set of samples."""
    time = {"time": {"minutes": made.get("minutes", np.nan)}}
    if "like test" not in made:
        return time
    train, test, near, far = parts["train"], parts["test"], made["like test"], made["like train"]
    row = {"structure": {"S_dist": metrics.s_dist(test, near, constant="zero")}}
    row["structure"]["S_dend"] = metrics.s_dend(test, near, constant="zero")
    row |= {
        where: metrics.prdc(test, near, space=place).to_dict()
        for where, place in {"all genes": None, "50 components": space}.items()
    }
    row["told apart"] = {"two-sample": metrics.two_sample_auc(test, near).mean()}
    tissues = {"": far} if "tissue" in far.obs else {}
    f1 = metrics.classification(test, tissues, "tissue", runs=3)["F1"].mean() if tissues else np.nan
    row["utility"] = {"tissue F1": f1}
    row["privacy"] = {"membership": metrics.gan_leaks(train, made.get("apart", far), test)["AUC"]}
    return row | time


def generators(parts: dict[str, AnnData], options: argparse.Namespace) -> dict[str, Callable[[int], dict]]:
    """Return all generators that are compared, by name; each makes its samples from a seed."""
    where = {"within": BY, "unseen": "unknown"}
    simulators = {
        "Bootstrap": Bootstrap(**where),
        "SMOTE": SMOTE(**where),
        "Gaussian": Gaussian(min(50, parts["train"].n_vars, parts["train"].n_obs // 2), **where),
        "Gaussian copula": GaussianCopula(**where),
    }
    found = {"Real": lambda seed: real(seed, parts)}
    found |= {name: partial(from_baseline, simulator, parts=parts) for name, simulator in simulators.items()}
    found[f"gexlib GAN, {options.preset}"] = partial(from_model, parts=parts, options=options)
    return found | {name: partial(from_peer, name, parts=parts, options=options) for name in options.peers}


def table(parts: dict[str, AnnData], options: argparse.Namespace) -> tuple[pd.DataFrame, list[str]]:
    """Return the scores by generator and seed, and the versions of the peers."""
    train, test, keep = parts["train"], parts["test"], Path(options.keep)
    hand_over(train, train.n_obs + test.n_obs, keep / "train.npz")
    space = metrics.PrincipalSpace(min(50, train.n_vars, train.n_obs)).fit(train)
    rows, versions = {}, {}
    for seed in options.seeds:
        for name, make in generators(parts, options).items():
            path = keep / f"{name}-{seed}.json"
            if not path.exists():
                made = make(seed)
                content = {"scores": scores(made, parts, space), "version": made.get("version")}
                path.write_text(json.dumps(content))
            content = json.loads(path.read_text())
            print(path, content, file=sys.stderr)
            rows[name, seed] = {(kind, k): v for kind, found in content["scores"].items() for k, v in found.items()}
            versions |= {name: content["version"]} if content["version"] else {}
    found = pd.DataFrame.from_dict(rows, orient="index").rename_axis(["generator", "seed"])
    found.columns = pd.MultiIndex.from_tuples(found.columns)
    columns = [column for column in found if column[0] != "time"] + [("time", "minutes")]
    return found[columns], [f"{name}: {version}" for name, version in versions.items()]


def hand_over(train: AnnData, n: int, path: Path) -> None:
    """Write the training data for the peers, and how many samples each shall draw."""
    if path.exists():
        with np.load(path) as before:
            if before["n"] != n or not np.array_equal(before["x"], train.X):
                sys.exit(f"{path.parent} has samples for other training data; give another folder as --keep")
    np.savez(path, x=train.X, n=n, **{column: train.obs[column].to_numpy(dtype=str) for column in BY})


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable, help="interpreter that has the peers")
    parser.add_argument("--folder", help="RNAseqDB's files; default: those that were fetched, else the demo cohort")
    parser.add_argument("--demo", type=int, metavar="N", help="the demo cohort, of N samples")
    parser.add_argument("--genes", type=int, default=1000, help="genes that vary most among the training samples")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="one training of each generator for each")
    parser.add_argument("--preset", default="default", help="settings of our model")
    parser.add_argument("--epochs", type=int, help="of our model, at most; default: the preset's")
    parser.add_argument("--minutes", type=float, default=60, help="give a peer up after so long")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS), help="default: all")
    parser.add_argument("--keep", help="folder for samples and scores, which are not made again; for one data set")
    options = parser.parse_args(arguments)
    probe = subprocess.run([options.python, "-c", "import syng_bts, ctgan"], capture_output=True)
    if probe.returncode:
        sys.exit(INSTALL.format(python=options.python))
    data = load_demo(options.demo) if options.demo else load_human(options.folder)
    parts = parts_of(data, options.genes)
    with tempfile.TemporaryDirectory() as folder:
        options.keep = options.keep or folder
        Path(options.keep).mkdir(parents=True, exist_ok=True)
        found, versions = table(parts, options)
    sizes = ", ".join(f"{part.n_obs} {name}" for name, part in parts.items())
    cohort = data.uns["provenance"]["cohort"]
    print(
        f"Python {platform.python_version()}, PyTorch {torch.__version__}, {platform.machine()}, {os.cpu_count()} cores"
    )
    print(f"{cohort}: {sizes} samples, {parts['train'].n_vars} genes; seeds {', '.join(map(str, options.seeds))}")
    print("\n".join(versions), end="\n\n")
    groups = found.groupby("generator", sort=False)
    with pd.option_context("display.width", 250, "display.max_columns", None):
        print("mean over seeds", groups.mean().round(3).to_string(na_rep=""), sep="\n")
        if len(options.seeds) > 1:
            print("\nstandard deviation", groups.std().round(3).to_string(na_rep=""), sep="\n")
    print(NOTE)


if __name__ == "__main__":
    main()
