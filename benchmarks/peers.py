"""
Generators that install with pip, gexlib's own and simple baselines: on the same samples, by the same judges.

    python3 -m venv peers && peers/bin/pip install syng-bts ctgan ForestDiffusion torchcfm
    python benchmarks/peers.py DATA --python peers/bin/python                     # all, on two data sets, three seeds
    python benchmarks/peers.py DATA --only tvae --data BRCA --minutes 30

The peers are SyNG-BTS (each of its models), CTGAN and TVAE, ForestDiffusion's flow and torchcfm's flow matching;
peer_training.py tells how each is tuned. They are no dependencies of this project; an environment of their own keeps
their versions apart. Each runs in a process of its own with one thread, and is given up after --minutes: its row then
has the time limit and no scores, until it is made --again with a larger one.

Data sets, splits and seeds are those of learning_curve.py, with all samples that are not for the test. Peers that know
the kinds of samples make those of the test (or learned) samples; of those that draw kinds themselves, samples of the
wanted kinds are taken. Peers that know none are compared as they come, which costs them little, as kinds keep their
shares, and have no F1. Rows are kept in results/peers.csv; the table of the book is book/when_to_use/peers.csv.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from generators import GENERATORS, REAL, check, kind_names, learn, whole
from judges import label_f1, likeness, membership, real_likeness
from kept import NBSP, ROOT, Kept, add_options, for_readers, mean_sd
from learning_curve import SCORES, Problem, problem
from peer_training import PEERS

from gexlib.atomic import whole_file
from gexlib.preprocess import split_groups
from gexlib.report.draws import halves, matched

RESULT, PAGE = ROOT / "benchmarks/results/peers.csv", ROOT / "book/when_to_use/peers.csv"
KEYS = ["data", "generator", "seed"]
SHOWN = [*SCORES, "membership AUC", "membership TPR at 10 %", "minutes"]
ON_PAGE = ["precision", "recall", "coverage", "rfx", "F1", "membership AUC", "minutes"]
PACKAGES = {"syng-bts": "syng_bts", "ctgan": "ctgan", "ForestDiffusion": "ForestDiffusion", "torchcfm": "torchcfm"}
INSTALL = """{python} has not all of {names}, which this benchmark compares with. Install them:

    python3 -m venv peers && peers/bin/pip install {names}
    python benchmarks/peers.py DATA --python peers/bin/python
"""


def row(folder: Path, python: str, minutes: float, changes: dict, data: str, generator: str, seed: int) -> dict:
    """Return the scores of a generator for a data set and a seed."""
    ready = problem(folder, data, seed)
    if generator == REAL:
        return scores_of_real(ready, seed)
    if generator in PEERS:
        return scores_of_peer(ready, generator, seed, python, minutes)
    split = split_groups(ready.pool.obs, ready.by, {"train": 0.8, "validation": 0.2}, seed)
    train, validation = (ready.pool[(split == name).to_numpy()].copy() for name in ("train", "validation"))
    learned = learn(generator, train, validation, ready.columns, seed, **changes)
    obs = [(ready.test.obs, seed), (ready.test.obs, seed + 1000), (whole(train, validation).obs, seed)]
    draw, other, many = (learned.model.sample(wanted, seed=with_seed) for wanted, with_seed in obs)
    like_seen = many if learned.seen.n_obs == many.n_obs else learned.model.sample(learned.seen.obs, seed=seed)
    facts = {"minutes": learned.facts.pop("seconds") / 60} | learned.facts
    return scores(ready, draw, other, many, seed) | membership(learned.seen, like_seen, ready.test) | facts


def scores(ready: Problem, draw: AnnData, other: AnnData, many: AnnData, seed: int) -> dict[str, float]:
    """Return what does not depend on the samples that the generator has seen."""
    f1 = label_f1(ready.test, many, ready.label) if ready.label in many.obs else np.nan
    return likeness(ready.test, draw, other, seed) | {"F1": f1}


def scores_of_real(ready: Problem, seed: int) -> dict[str, float]:
    """Return the bound: other real samples of the same kinds; a half of them as synthetic data of the other half."""
    near = real_likeness(ready.test, ready.pool, ready.columns.within, seed)
    f1 = label_f1(ready.test, ready.pool, ready.label)
    return near | {"F1": f1} | membership(*halves(ready.pool, seed), ready.test) | {"minutes": 0.0}


def scores_of_peer(ready: Problem, name: str, seed: int, python: str, minutes: float) -> dict:
    """Train a peer in its own environment, and return the scores of its samples, or that it took too long."""
    pool, test = ready.pool, ready.test
    wanted = pd.concat([test.obs, test.obs, pool.obs]).reset_index(drop=True)
    with tempfile.TemporaryDirectory() as folder:
        hand_over(ready, wanted, Path(folder) / "train.npz")
        command = [python, str(Path(__file__).parent / "peer_training.py"), name, folder, str(seed)]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=60 * minutes)
        except subprocess.TimeoutExpired:
            return dict.fromkeys(SHOWN, np.nan) | {"settings": f"no result in {minutes:g} minutes"}
        except subprocess.CalledProcessError as error:
            sys.exit(f"{name} failed:\n{error.stderr[-2000:]}")
        with np.load(Path(folder) / f"{name}-{seed}.npz") as file:
            made = {key: file[key] for key in file.files}
    if not np.isfinite(made["x"]).all():
        return dict.fromkeys(SHOWN, np.nan) | {"settings": f"{made['version']}: NaN or infinite values"}
    drawn = of_kinds(made["x"], made.get("kind"), wanted, ready, seed)
    n = test.n_obs
    draw, other, many = (drawn[place].copy() for place in (slice(n), slice(n, 2 * n), slice(2 * n, None)))
    facts = {"minutes": float(made["minutes"]), "settings": str(made["version"])}
    return scores(ready, draw, other, many, seed) | membership(pool, many, test) | facts


def hand_over(ready: Problem, wanted: pd.DataFrame, path: Path) -> None:
    """Write the samples that a peer learns from, and the kinds of those that it shall draw."""
    obs, within = ready.pool.obs, ready.columns.within
    group = obs["condition"].astype(str) if "condition" in obs else np.repeat("", len(obs))
    kinds = {"kind": kind_names(obs, within), "wanted": kind_names(wanted, within)}
    np.savez(path, x=np.asarray(ready.pool.X, dtype=np.float64), group=np.asarray(group, dtype=str), **kinds)


def of_kinds(x: np.ndarray, kinds: np.ndarray | None, wanted: pd.DataFrame, ready: Problem, seed: int) -> AnnData:
    """Return a drawn sample for each wanted one, of its kind if kinds are known; the covariates are then the wanted."""
    var = ready.pool.var[[]]
    index = [str(i) for i in range(len(wanted))]
    if kinds is None:
        return AnnData(x[: len(wanted)], obs=pd.DataFrame(index=index), var=var)
    names = kind_names(wanted, ready.columns.within)
    if not np.array_equal(kinds, names):
        rng = np.random.default_rng(seed)
        x = x[matched(pd.DataFrame({"kind": kinds}), pd.DataFrame({"kind": names}), ["kind"], rng).rows]
    return AnnData(x, obs=wanted.set_axis(index), var=var)


def main(arguments: list[str] | None = None) -> None:
    """Make the missing rows, and write the table of the book's page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the data sets, as for learning_curve.py")
    add_options(parser, [REAL, *GENERATORS, *PEERS], RESULT)
    parser.add_argument("--data", nargs="+", choices=["human", "BRCA", "tcga_pairs"], default=["human", "BRCA"])
    parser.add_argument("--python", default=sys.executable, help="interpreter that has the peers")
    parser.add_argument("--page", type=Path, default=PAGE, help="the table of the book's page to write")
    parser.add_argument("--minutes", type=float, default=60, help="give a peer up after so long")
    parser.add_argument("--epochs", type=int, help="of gexlib's models, for a quick try; give another --result too")
    options = parser.parse_args(arguments)
    check(options.only)
    names = " ".join(PACKAGES)
    probe = [options.python, "-c", f"import {', '.join(PACKAGES.values())}"]
    if set(options.only) & set(PEERS) and subprocess.run(probe, capture_output=True).returncode:
        sys.exit(INSTALL.format(python=options.python, names=names))
    kept = Kept(options.result, KEYS)
    tasks = [(data, name, seed) for data in options.data for name in options.only for seed in options.seeds]
    changes = {"epochs": options.epochs} if options.epochs else {}
    of = partial(row, options.folder, options.python, options.minutes, changes)
    kept.make(tasks, of, options.jobs, options.again)
    shown = mean_sd(kept.table, KEYS[:2], SHOWN)
    with whole_file(options.page) as part:
        for_readers(shown[ON_PAGE]).to_csv(part, encoding="utf-8")
    print(shown.replace(NBSP, " ", regex=True).T.to_string())


if __name__ == "__main__":
    main()
