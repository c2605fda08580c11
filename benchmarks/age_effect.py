"""
Does the age that the model is conditioned on do what age does in donors that the model never saw?

    python benchmarks/age_effect.py --metadata FOLDER [--folder RNASEQDB] [--genes 2000] [--seed 0]

The default model is trained with tissue, condition, sex and age, on notebook 04's split by donor. Its effect of age
is the mean difference, gene by gene, between synthetic samples of 65 and of 45 years, for the covariates of the test
samples. What it is compared with comes from real test samples: for each gene the slope of age in a linear model that
also has tissue, condition and sex, for the same twenty years. The same slope in the training samples is the bound, and
the slopes in test samples whose ages were shuffled among donors are the null.

GTEx's donors are younger than TCGA's patients, so a difference between the two cohorts can look like an effect of age.
So everything is computed a second time with the cohort in the linear models and the model's covariates, and ages
shuffled within each cohort.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib import WGANGP
from gexlib.preprocess import parts
from gexlib.study import prepared_human

YOUNG, OLD = 45.0, 65.0
COVARIATES = ["tissue", "condition", "sex"]
VARIANTS = (COVARIATES, [*COVARIATES, "cohort"])
DRAWS = 500  # shuffles, and bootstraps of donors
RESULT = Path(__file__).parent / "results/age_effect.txt"


def with_age(data: AnnData) -> AnnData:
    """Return the samples whose age is known, with the cohort, GTEx or TCGA, of their donor."""
    known = data[data.obs["age"].notna().to_numpy()].copy()
    known.obs["cohort"] = np.where(known.obs["dataset"] == "gtex", "GTEx", "TCGA")
    return known


def age_slopes(x: np.ndarray, age: np.ndarray, others: pd.DataFrame, years: float = OLD - YOUNG) -> np.ndarray:
    """
    Return the change of each gene over a number of years, with the other covariates held still: least squares.

    Parameters
    ----------
    x : ndarray, shape (n_samples, n_genes)
    age : ndarray, shape (n_samples,)
    others : DataFrame, n_samples rows
        Categories; each has an effect of its own, and they add up.
    years : float

    Returns
    -------
    ndarray, shape (n_genes,)
        In the unit of `x`.
    """
    design = np.column_stack([np.ones(len(x)), pd.get_dummies(others.astype(str), dtype=float)])
    rest = age - design @ np.linalg.lstsq(design, age, rcond=None)[0]  # what of age the others do not tell
    return years * (rest @ x) / (rest @ rest)


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson correlation over genes."""
    return float(np.corrcoef(a, b)[0, 1])


def shuffled_ages(obs: pd.DataFrame, within: list[str], rng: np.random.Generator) -> np.ndarray:
    """Return the ages of samples after donors exchanged theirs, each with a donor of the same kind in `within`."""
    donors = obs.assign(donor=obs["donor"].astype(str)).drop_duplicates("donor").set_index("donor")
    ages = donors["age"].copy()
    groups = donors.groupby(within, observed=True).indices.values() if within else [np.arange(len(donors))]
    for rows in groups:
        ages.iloc[rows] = rng.permutation(ages.iloc[rows].to_numpy())
    return ages[obs["donor"].astype(str)].to_numpy()


def resampled(obs: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Return the rows of as many donors as there are, drawn with replacement."""
    rows = list(obs.groupby("donor", observed=True).indices.values())
    return np.concatenate([rows[i] for i in rng.integers(len(rows), size=len(rows))])


def compare(train: AnnData, test: AnnData, effect: np.ndarray, covariates: list[str], draws: int, seed: int) -> dict:
    """Compare the model's effect of age, and that in training samples, with that in test samples."""
    rng = np.random.default_rng(seed)
    x, obs = test.X.astype(float), test.obs
    ages = obs["age"].to_numpy()
    bound = age_slopes(train.X.astype(float), train.obs["age"].to_numpy(), train.obs[covariates])
    held_out = age_slopes(x, ages, obs[covariates])
    drawn = []
    for _ in range(draws):
        rows = resampled(obs, rng)
        slopes = age_slopes(x[rows], ages[rows], obs[covariates].iloc[rows])
        drawn.append([correlation(effect, slopes), correlation(bound, slopes)])
    within = ["cohort"] if "cohort" in covariates else []
    null = [correlation(effect, age_slopes(x, shuffled_ages(obs, within, rng), obs[covariates])) for _ in range(draws)]
    agreement = correlation(effect, held_out), correlation(bound, held_out)
    margin = 1.96 * np.std(drawn, axis=0)
    return {
        "model": (agreement[0], agreement[0] - margin[0], agreement[0] + margin[0]),
        "training donors": (agreement[1], agreement[1] - margin[1], agreement[1] + margin[1]),
        "shuffled ages": (np.mean(null), *np.quantile(null, [0.025, 0.975])),
        "share of shuffles that reach the model": (1 + np.sum(np.array(null) >= agreement[0])) / (1 + draws),
        "model and training donors": correlation(effect, bound),
        "sizes": [float(np.std(v)) for v in (effect, bound, held_out)],
    }


def trained(
    train: AnnData, validation: AnnData, covariates: list[str], seed: int, epochs: int | None
) -> tuple[WGANGP, float]:
    """Return a trained model, and the seconds of processor time that it took."""
    gan = WGANGP(categorical=covariates, numerical=["age"], seed=seed, device="cpu")
    if epochs is not None:
        gan.settings = gan.settings.replace(epochs=epochs)
    start = time.process_time()
    gan.fit(train, validation, progress=False)
    return gan, time.process_time() - start


def text(data: AnnData, seed: int, draws: int, epochs: int | None) -> str:
    """Train, compare, and return what the result file holds."""
    train, validation, test = parts(with_age(data))
    named = {"training": train, "validation": validation, "test": test}
    donors = [f"{name}: {part.obs['donor'].nunique()} donors, {part.n_obs}" for name, part in named.items()]
    spans = with_age(data).obs.groupby("cohort")["age"].agg(["mean", "std"])
    lines = [
        f"{data.uns['provenance']['cohort']}, age known: {' samples, '.join(donors)} samples; {data.n_vars} genes",
        f"settings: default; seed {seed}; {draws} shuffles, and {draws} bootstraps of test donors for the intervals",
        "age, mean and sd of samples: "
        + ", ".join(f"{name} {row['mean']:.1f} ± {row['std']:.1f}" for name, row in spans.iterrows()),
        f"effect: log(1 + FPKM), {OLD:.0f} against {YOUNG:.0f} years",
    ]
    for covariates in VARIANTS:
        gan, seconds = trained(train, validation, covariates, seed, epochs)
        effect = gan.counterfactual(test.obs, "age", OLD, reference=YOUNG, n=4 * test.n_obs, seed=seed)["effect"]
        found = compare(train, test, effect[test.var_names].to_numpy(), covariates, draws, seed)
        lines += ["", f"with {', '.join(covariates)}; best epoch {gan.best_epoch_}, {seconds:.0f} s of one core"]
        lines.append("correlation over genes with the effect of age in test donors (95 % interval)")
        labels = {
            "model": "model",
            "training donors": "linear model of training donors (bound)",
            "shuffled ages": "model, ages of test donors shuffled (null)",
        }
        for row, label in labels.items():
            lines.append("  {:44} {:6.3f}  ({:.3f} to {:.3f})".format(label, *found[row]))
        lines.append(
            f"  shuffles that agree with the model as well as the real ages: p = "
            f"{found['share of shuffles that reach the model']:.3f}"
        )
        lines.append(f"  model with linear model of training donors   {found['model and training donors']:6.3f}")
        lines.append(
            "  sd of the effect over genes: model {:.3f}, training donors {:.3f}, test donors {:.3f}".format(
                *found["sizes"]
            )
        )
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> None:
    """Print the result, and write it where the book takes it from."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", help="RNAseqDB's files; default: those that were fetched")
    parser.add_argument("--metadata", required=True, help="the folder of GTEx's and TCGA's tables of donors")
    parser.add_argument("--genes", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--epochs", type=int, help="for a quick try")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args(arguments)
    data = prepared_human(folder=options.folder, most_variable=options.genes, metadata=options.metadata)
    found = text(data, options.seed, options.draws, options.epochs)
    git = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    import torch

    machine = f"Python {platform.python_version()}, PyTorch {torch.__version__}, {platform.machine()}"
    found = f"commit {commit or 'unknown'}; {machine}, two virtual cores, one used, CPU build of PyTorch\n" + found
    print(found, end="")
    options.out.write_text(found, encoding="utf-8")


if __name__ == "__main__":
    main()
