"""
The use of each part of the generator: trainings with and without it, scored on the human test samples.

    GEXLIB_DATA=... python benchmarks/ablation.py              # all rows: three seeds, about an hour
    GEXLIB_DATA=... python benchmarks/ablation.py --only paper # one row; the others stay as the tables have them

Writes the two tables of book/howto/generator.md beside it, generator_*.csv, and draws the scores during the paper's
trainings, book/images/paper_training.svg. Scores that were computed are kept in _build/ablation and not computed
again; delete that folder after a change of the model.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import training_curve
from generators import PAPERS_HUMAN
from kept import ROOT
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gexlib import metrics, preprocess
from gexlib.atomic import whole_file
from gexlib.numerals import number_table, numeral
from gexlib.simulators import SMOTE, Bootstrap, Gaussian, GaussianCopula
from gexlib.study import prepared_human
from gexlib.wgan import PRESETS, WGANGP

KEPT = ROOT / "_build/ablation"
TABLES = {
    ROOT / "book/howto/generator_fidelity.csv": ["S_dist", "precision", "recall", "density", "coverage", "spread"],
    ROOT / "book/howto/generator_use.csv": ["two-sample AUC", "tissue F1", "membership AUC", "minutes"],
}
CURVE = ROOT / "book/images/paper_training.svg"
KIND = ["tissue", "condition"]
# cancer driver genes that notebook 04 always keeps
DRIVERS = [
    "TP53",
    "PIK3CA",
    "PTEN",
    "KRAS",
    "NRAS",
    "BRAF",
    "ARID1A",
    "RB1",
    "CDKN2A",
    "CTNNB1",
    "NF1",
    "FBXW7",
    "EGFR",
    "ERBB2",
]

DEFAULT = PRESETS["default"]
PAPER = PAPERS_HUMAN
HUNDRED = {"epoch_updates": 0, "epochs": 100, "patience": 20}  # the steps to the default: as many passes as it has
LARGER = PAPER.replace(embedding_scale=1.0, averaging=0.998, score_draws=5, **HUNDRED)
POOLED = DEFAULT.replace(  # before scores and margins were those of kinds
    transform="normal scores",
    adversarial="always",
    gene_noise_temperature=0.7,
    latent_dim=128,
    critic_warmup=200,
    evaluate_every=5,
    patience=20,
)
MODELS = {
    "paper": PAPER,
    "paper, embeddings from 1, averaged": LARGER,
    "with learned noise": LARGER.replace(factor_model="noise only"),
    "with normal scores": LARGER.replace(transform="normal scores"),
    "with both": LARGER.replace(factor_model="noise only", transform="normal scores"),
    "with a factor model": POOLED,
    "with a factor model, not trained": POOLED.replace(adversarial="never"),
    "with scores of kinds": DEFAULT.replace(kinds="all", latent_dim=256),
    "default": DEFAULT,
}
BASELINES = {
    "Gaussian": lambda: Gaussian(within=KIND, unseen="unknown"),
    "Gaussian copula": lambda: GaussianCopula(within=KIND, unseen="unknown"),
    "SMOTE": lambda: SMOTE(within=KIND, unseen="unknown"),
    "Bootstrap": lambda: Bootstrap(within=KIND, unseen="unknown"),
}


def cohort() -> dict:
    """Return the parts of the human data, split as in notebook 04."""
    return preprocess.parts(prepared_human(keep=DRIVERS))._asdict()


def scores(parts: dict, test_like, train_like) -> dict[str, float]:
    """Return all columns of the table, from samples for the covariates of the test and of the training samples."""
    train, test = parts["train"], parts["test"]
    tissue = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits do not matter here
        tissue.fit(train_like.X, train_like.obs["tissue"])
    return {
        "S_dist": metrics.s_dist(test, test_like, constant="zero"),
        **metrics.prdc(test, test_like),
        "spread": float(metrics.sd_ratio(test, test_like, within=KIND).median()),
        "two-sample AUC": float(metrics.two_sample_auc(test, test_like).mean()),
        "tissue F1": f1_score(test.obs["tissue"], tissue.predict(test.X), average="weighted"),
        "membership AUC": metrics.gan_leaks(train, train_like, test)["AUC"],
    }


def real(parts: dict, seed: int) -> dict[str, float]:
    """Score real training samples in the place of synthetic ones; validation samples where copies would show."""
    train, n = parts["train"], parts["test"].n_obs
    some = train[np.random.default_rng(seed).choice(train.n_obs, n, replace=False)].copy()
    found = scores(parts, some, train)
    return found | {"membership AUC": metrics.gan_leaks(train, parts["validation"], parts["test"])["AUC"], "minutes": 0}


def made(name: str, seed: int) -> dict[str, float]:
    """Fit the model of a row with a seed, and return its scores."""
    parts = cohort()
    if name == "Real":
        return real(parts, seed)
    start = time.perf_counter()
    if name in BASELINES:
        model = BASELINES[name]().fit(parts["train"])
    else:
        model = WGANGP(["tissue", "sex", "condition"], settings=MODELS[name], seed=seed, unseen="unknown", device="cpu")
        model.fit(parts["train"], parts["validation"], progress=False)
        KEPT.mkdir(parents=True, exist_ok=True)
        model.history_.to_csv(KEPT / f"{name}-{seed}-history.csv", index=False)
    minutes = (time.perf_counter() - start) / 60
    return scores(parts, *(model.sample(parts[p].obs, seed=seed) for p in ("test", "train"))) | {"minutes": minutes}


def kept(task: tuple[str, int]) -> tuple[str, int, dict[str, float]]:
    """Return the scores of a row and a seed, from the folder of kept scores if they are there."""
    name, seed = task
    path = KEPT / f"{name}-{seed}.json"
    if not path.exists():
        found = made(name, seed)
        KEPT.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as part:
            Path(part).write_text(json.dumps(found), encoding="utf-8")
        print(f"{name}, seed {seed}: {found['minutes']:.1f} min", flush=True)
    return name, seed, json.loads(path.read_text(encoding="utf-8"))


def main() -> None:
    """Train, score, write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--only", nargs="+", default=["Real", *MODELS, *BASELINES], help="rows")
    parser.add_argument("--jobs", type=int, default=2, help="trainings at a time, of one thread each")
    parser.add_argument("--untimed", action="store_true", help="leave the minutes out: the machine does other work too")
    options = parser.parse_args()
    tasks = [(name, seed) for seed in options.seeds for name in options.only]
    with ProcessPoolExecutor(options.jobs) as pool:
        rows = list(pool.map(kept, tasks))
    table = pd.DataFrame([{"data": name, "seed": seed} | found for name, seed, found in rows])
    if options.untimed:
        table["minutes"] = np.nan
    groups = table.drop(columns="seed").groupby("data", sort=False)
    mean = groups.mean()
    shown = number_table(mean, groups.std(), digits=2)
    shown["minutes"] = mean["minutes"].map(partial(numeral, digits=1)).replace("", "not timed")
    for path, columns in TABLES.items():
        write_table(shown[columns], path)
    draw_training(CURVE, options.seeds)
    print(shown.to_string())


def write_table(rows: pd.DataFrame, path: Path) -> None:
    """Write rows to a table; rows that it has and that were not computed stay as they are."""
    if path.exists():
        before = pd.read_csv(path, index_col="data", dtype=str)
        rows = pd.concat([rows, before.loc[~before.index.isin(rows.index), rows.columns]])
    order = [name for name in ("Real", *MODELS, *BASELINES) if name in rows.index]
    with whole_file(path) as part:
        rows.loc[order].to_csv(part, encoding="utf-8", index_label="data")


def draw_training(path: Path, seeds: list[int]) -> None:
    """Draw the scores during the paper's trainings, if they were all kept."""
    histories = {seed: KEPT / f"paper-{seed}-history.csv" for seed in seeds}
    if all(history.exists() for history in histories.values()):
        scored = {seed: training_curve.scores_of(pd.read_csv(history), PAPER) for seed, history in histories.items()}
        training_curve.draw(path, {"": scored})


if __name__ == "__main__":
    main()
