"""
Does the age that the model is conditioned on do what age does in donors that the model never saw?

    python benchmarks/age_effect.py --metadata FOLDER [--folder RNASEQDB] [--genes 2000] [--seed 0]

The default model is trained with tissue, condition, sex and age, on notebook 04's split by donor. Its effect of age
is the mean difference, gene by gene, between synthetic samples of 65 and of 45 years, for the covariates of the test
samples. What it is compared with comes from real test samples: for each gene the slope of age in a linear model that
also has tissue, condition and sex, for the same twenty years. The same slope in the training samples is the bound, and
the slopes in test samples whose ages were shuffled among donors are the null.

The default starts from a factor model with linear effects of the covariates. That start, before adversarial training,
is a row of its own, which tells what the training adds.

GTEx's donors are younger than TCGA's patients, so a difference between the two cohorts can look like an effect of age.
So everything is computed a second time with the cohort in the linear models and the model's covariates, and ages
shuffled within each cohort.
"""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from kept import ROOT, commit, machine

from gexlib import WGANGP
from gexlib.analysis import slopes
from gexlib.preprocess import parts
from gexlib.study import prepared_human
from gexlib.wgan import PRESETS, Settings

YOUNG, OLD = 45.0, 65.0
COVARIATES = ["tissue", "condition", "sex"]
VARIANTS = (COVARIATES, [*COVARIATES, "cohort"])
DRAWS = 500  # shuffles, and bootstraps of donors
RESULT = Path(__file__).parent / "results/age_effect.txt"
PAGE = ROOT / "book/howto/age_effect.csv"


def with_age(data: AnnData) -> AnnData:
    """Return the samples whose age is known, with the cohort, GTEx or TCGA, of their donor."""
    known = data[data.obs["age"].notna().to_numpy()].copy()
    known.obs["cohort"] = np.where(known.obs["dataset"] == "gtex", "GTEx", "TCGA")
    return known


def age_slopes(x: np.ndarray, age: np.ndarray, others: pd.DataFrame) -> np.ndarray:
    """Return the change of each gene over twenty years, with the other covariates held still."""
    return (OLD - YOUNG) * slopes(x, age, others)


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


def compare(
    train: AnnData, test: AnnData, effects: dict[str, np.ndarray], covariates: list[str], draws: int, seed: int
) -> pd.DataFrame:
    """
    Compare effects of age, by gene, with that in test samples; the bound from the training samples is added to them.

    Returns
    -------
    DataFrame, one row an effect
        ``agreement``: the correlation over genes, with the interval ``low`` to ``high``; ``shuffled``: its mean for
        shuffled ages, with their central 95 % ``shuffled low`` to ``shuffled high``; ``p``: the share of shuffles that
        agree as well; ``sd`` of the effect over genes.
    """
    rng = np.random.default_rng(seed)
    x, obs = test.X.astype(float), test.obs
    ages = obs["age"].to_numpy()
    bound = age_slopes(train.X.astype(float), train.obs["age"].to_numpy(), train.obs[covariates])
    effects = effects | {"training donors": bound}
    held_out = age_slopes(x, ages, obs[covariates])
    within = ["cohort"] if "cohort" in covariates else []
    resampled_slopes, shuffled_slopes = [], []
    for _ in range(draws):
        rows = resampled(obs, rng)
        resampled_slopes.append(age_slopes(x[rows], ages[rows], obs[covariates].iloc[rows]))
        shuffled_slopes.append(age_slopes(x, shuffled_ages(obs, within, rng), obs[covariates]))
    found = {}
    for name, effect in effects.items():
        agreement = correlation(effect, held_out)
        margin = 1.96 * np.std([correlation(effect, slopes) for slopes in resampled_slopes])
        null = np.array([correlation(effect, slopes) for slopes in shuffled_slopes])
        low, high = np.quantile(null, [0.025, 0.975])
        found[name] = {
            "agreement": agreement,
            "low": agreement - margin,
            "high": agreement + margin,
            "shuffled": null.mean(),
            "shuffled low": low,
            "shuffled high": high,
            "p": (1 + np.sum(null >= agreement)) / (1 + draws),
            "sd": np.std(effect),
        }
    found["test donors"] = {"sd": np.std(held_out)}
    return pd.DataFrame.from_dict(found, orient="index")


def models(epochs: int | None) -> dict[str, Settings]:
    """Return the settings of the default model, and of its start: nothing but the fitted factor model."""
    default = PRESETS["default"] if epochs is None else PRESETS["default"].replace(epochs=epochs)
    return {
        "default model": default,
        "its start, without adversarial training": default.replace(adversarial="never"),
    }


def text(data: AnnData, seed: int, draws: int, epochs: int | None) -> str:
    """Train, compare, and return what the result file holds."""
    data = with_age(data)
    train, validation, test = parts(data)
    named = {"training": train, "validation": validation, "test": test}
    donors = [f"{name}: {part.obs['donor'].nunique()} donors, {part.n_obs}" for name, part in named.items()]
    spans = data.obs.groupby("cohort")["age"].agg(["mean", "std"])
    lines = [
        f"{data.uns['provenance']['cohort']}, age known: {' samples, '.join(donors)} samples; {data.n_vars} genes",
        f"settings: default; seed {seed}; {draws} shuffles, and {draws} bootstraps of test donors for the intervals",
        "age, mean and sd of samples: "
        + ", ".join(f"{name} {row['mean']:.1f} ± {row['std']:.1f}" for name, row in spans.iterrows()),
        f"effect: log(1 + FPKM), {OLD:.0f} against {YOUNG:.0f} years; r: over genes, with the effect in test donors",
    ]
    for covariates in VARIANTS:
        effects, notes = {}, []
        for name, settings in models(epochs).items():
            gan = WGANGP(categorical=covariates, numerical=["age"], settings=settings, seed=seed, device="cpu")
            start = time.process_time()
            gan.fit(train, validation, progress=False)
            notes.append(f"{name}: best epoch {gan.best_epoch_}, {time.process_time() - start:.0f} s of one core")
            effect = gan.counterfactual(test.obs, "age", OLD, reference=YOUNG, n=4 * test.n_obs, seed=seed)["effect"]
            effects[name] = effect[test.var_names].to_numpy()
        found = compare(train, test, effects, covariates, draws, seed)
        found = found.rename(index={"training donors": "linear model of training donors (bound)"})
        lines += ["", f"with {', '.join(covariates)}", *(f"  {note}" for note in notes)]
        lines.append(f"  {'':40}{'r (95 % interval)':>24}{'ages shuffled (null)':>28}{'p':>8}{'sd of effect':>14}")
        for name, row in found.iterrows():
            agreement = null = p = ""
            if name != "test donors":
                agreement = f"{row['agreement']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
                null = f"{row['shuffled']:.3f} ({row['shuffled low']:.3f} to {row['shuffled high']:.3f})"
                p = f"{row['p']:.3f}"
            lines.append(f"  {name:40}{agreement:>24}{null:>28}{p:>8}{row['sd']:>14.3f}")
    return "\n".join(lines) + "\n"


def page_table(found: str) -> pd.DataFrame:
    """Return the rows of a result file as the book's page shows them."""
    rows, covariates = [], ""
    for line in found.replace("-0.", "−0.").splitlines():
        covariates = line.removeprefix("with ") if line.startswith("with ") else covariates
        cells = re.split(r"\s{2,}", line.strip())
        if line.startswith("  ") and re.fullmatch(r"[\d.]+", cells[-1]):
            name, *numbers, sd = cells
            rows.append([covariates, name, *(numbers or ["–"] * 3), sd])
    titles = ["Model given", "Effect of", "r (95 % interval)", "r, ages shuffled (95 % of them)", "p", "sd of effect"]
    return pd.DataFrame(rows, columns=titles)


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
    parser.add_argument("--page", type=Path, default=PAGE, help="the table of the book's page to write")
    options = parser.parse_args(arguments)
    data = prepared_human(folder=options.folder, most_variable=options.genes, metadata=options.metadata)
    found = text(data, options.seed, options.draws, options.epochs)
    found = f"commit {commit()}; {machine()}\n" + found
    print(found, end="")
    options.out.write_text(found, encoding="utf-8")
    page_table(found).to_csv(options.page, index=False, encoding="utf-8")


if __name__ == "__main__":
    main()
