"""
Breast tumours of the CAMDA health privacy challenge: five folds, scored as the challenge does and by stricter judges.

    python benchmarks/camda_brca.py FILE                    # all generators, five folds, three seeds
    python benchmarks/camda_brca.py FILE --only Gaussian    # one row; the others stay as the result has them

FILE is ``expression_vst.csv.gz``: 1,089 tumours by 978 genes, with the columns ``Subtype`` (five classes) and ``fold``.
Each fold in turn is the test part. A generator learns from the other four and makes a sample for each of theirs, of the
same subtype. Models that need validation samples learn from 80 % of them (by subtype) and are judged by the others.

As in the challenge (``PMBio/Health-Privacy-Challenge``, src/evaluation):

accuracy          of the subtype in the test fold: one-against-rest logistic regressions that learn from synthetic
                  samples, z-scored as the real training samples
discriminative    F1 for "real" of a logistic regression that learns from 70 % of real training and synthetic samples;
  F1              tested on the others and the test fold. Low is good: it depends on the shares of the two, so a real
                  half of the training samples in the place of synthetic ones gives the bound
edges, training   pairs of genes with r > 0.3, and genes that differ between two subtypes (one-sided Wilcoxon tests,
DE, training      p < 0.05): against the real training samples
GAN-leaks TPR     share of training samples found by the distance to the nearest synthetic sample, at 10 % false ones

Stricter, with a synthetic sample for each test sample, against the test fold: precision, recall, density and coverage,
a forest in cross-validation and on an independent draw (rfx), edges and DE. There, training samples of the same
subtypes in the place of synthetic ones are the bound. Membership: distances relative to those of other real samples.

The rows are kept in results/camda_brca.csv. The table of the book's page, with the published numbers, is
book/when_to_use/camda_brca.csv.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from camda_scores import accuracy, differential_recovery, discriminative_f1, edges
from generators import GENERATORS, REAL, Columns, Learned, check, learn, whole
from judges import likeness, membership, real_likeness
from kept import NBSP, ROOT, Kept, add_options, for_readers, mean_sd
from sklearn.model_selection import train_test_split

from gexlib.atomic import whole_file
from gexlib.metrics import gan_leaks
from gexlib.numerals import number_table
from gexlib.report.draws import halves, matched

RESULT = ROOT / "benchmarks/results/camda_brca.csv"
PAGE = ROOT / "book/when_to_use/camda_brca.csv"
KEYS = ["generator", "fold", "seed"]
LABEL = "Subtype"
COLUMNS = Columns([LABEL], [], [LABEL])
LEAKS = "GAN-leaks TPR at 10 %"
SHOWN = [
    *("accuracy", "discriminative F1", "S_dist", "precision", "recall", "density", "coverage", "forest AUC", "rfx"),
    *("edge precision", "edge recall", "DE true positives", "DE false positives"),
    *("edge precision, training", "edge recall, training", "DE true positives, training"),
    *("membership AUC", "membership TPR at 10 %", LEAKS, "seconds"),
]
ON_PAGE = ["accuracy", "discriminative F1", "precision", "recall", "rfx", "edge precision, training"]
ON_PAGE += ["DE true positives, training", "membership AUC", LEAKS]
PUBLISHED = pd.DataFrame.from_dict(
    {  # the challenge's table of baselines, mean of five folds; DE: the mean of its two directions
        "challenge: real": [0.8485, None, None, None, None],
        "challenge: MVN": [0.8494, 0.5280, 0.8785, 0.8099, 0.1152],
        "challenge: CVAE-GMM": [0.8296, 0.6939, 0.3346, 0.9438, 0.1492],
        "challenge: DP-CVAE": [0.6694, 1.0, 0.1145, 0.1138, 0.1003],
        "challenge: WGAN-GP": [0.7924, 0.7052, 0.3763, 0.7643, 0.1196],
        "challenge: NoisyDiffusion": [0.793, 0.633, None, None, None],
    },
    orient="index",
    columns=["accuracy", "discriminative F1", "edge precision, training", "DE true positives, training", LEAKS],
)


def tumours(path: Path) -> AnnData:
    """Read the table."""
    table = pd.read_csv(path, index_col=None)
    if missing := [name for name in (LABEL, "fold") if name not in table]:
        raise ValueError(f"{path} has no column {missing[0]!r}; give the challenge's expression_vst.csv.gz")
    obs = table[[LABEL, "fold"]].set_axis([f"tumour{i:04d}" for i in range(len(table))])
    return AnnData(table.drop(columns=list(obs)).to_numpy(np.float32), obs=obs, var=table.columns[2:].to_frame()[[]])


def divided(data: AnnData, fold: int, seed: int) -> tuple[AnnData, AnnData, AnnData]:
    """Return training, validation and test samples: a fifth of the other folds is for validation."""
    test = (data.obs["fold"] == fold).to_numpy()
    rows, held_out = train_test_split(
        np.flatnonzero(~test), test_size=0.2, random_state=seed, stratify=data.obs[LABEL][~test]
    )
    return tuple(data[one].copy() for one in (np.sort(rows), np.sort(held_out), test))


def scores_of_model(learned: Learned, train: AnnData, test: AnnData, seed: int) -> dict[str, float]:
    """Score a fitted generator; `train` holds all real samples of the other folds."""
    draw, other = (learned.model.sample(test.obs, seed=seed + add) for add in (0, 1000))
    many, seen = learned.model.sample(train.obs, seed=seed), learned.seen
    like_seen = many if seen.n_obs == train.n_obs else learned.model.sample(seen.obs, seed=seed)
    whole_train = edges(train, many) | differential_recovery(train, many, LABEL)
    return {
        "accuracy": accuracy(train, many, test, LABEL),
        "discriminative F1": discriminative_f1(train, many, test, seed),
        **likeness(test, draw, other, seed),
        **edges(test, draw),
        **differential_recovery(test, draw, LABEL),
        **{f"{name}, training": value for name, value in whole_train.items()},
        **membership(seen, like_seen, test),
        LEAKS: gan_leaks(seen, like_seen, test)["TPR at 10 % FPR"],
        **learned.facts,
    }


def scores_of_real(train: AnnData, test: AnnData, seed: int) -> dict[str, float]:
    """Score real samples in the place of synthetic ones: the bound of each score."""
    draw = matched(train.obs, test.obs, [LABEL], np.random.default_rng(seed)).of(train)
    (a, b), (part, _) = halves(train, seed), halves(test, seed)
    return {
        "accuracy": accuracy(train, train, test, LABEL),
        "discriminative F1": discriminative_f1(a, b, part, seed),
        **real_likeness(test, train, [LABEL], seed),
        **edges(test, draw),
        **differential_recovery(test, draw, LABEL),
        **membership(a, b, test),
        LEAKS: gan_leaks(a, b, test)["TPR at 10 % FPR"],
        "seconds": 0.0,
    }


def row(path: Path, changes: dict, generator: str, fold: int, seed: int) -> dict:
    """Return the scores of a generator for a test fold and a seed, which also draws the validation samples."""
    train, validation, test = divided(tumours(path), fold, seed)
    everything = whole(train, validation)
    if generator == REAL:
        return scores_of_real(everything, test, seed)
    learned = learn(generator, train, validation, COLUMNS, seed, **changes)
    return scores_of_model(learned, everything, test, seed)


def page_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return what the book shows: mean and standard deviation over the folds, of the means of seeds; the published."""
    per_fold = table.groupby(["generator", "fold"], sort=False)[SHOWN].mean().reset_index()
    shown = mean_sd(per_fold, ["generator"], SHOWN)
    order = [name for name in [REAL, *GENERATORS] if name in shown.index]
    published = number_table(PUBLISHED.reindex(columns=SHOWN), absent="")
    return pd.concat([shown.loc[order], published]).rename_axis("generator")


def main(arguments: list[str] | None = None) -> None:
    """Make the missing rows, and write the table of the book's page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="the challenge's table of breast tumours")
    add_options(parser, [REAL, *GENERATORS], RESULT)
    parser.add_argument("--folds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--page", type=Path, default=PAGE, help="the table of the book's page to write")
    parser.add_argument("--epochs", type=int, help="of the models, for a quick try; give another --result too")
    options = parser.parse_args(arguments)
    check(options.only)
    kept = Kept(options.result, KEYS)
    tasks = [(name, fold, seed) for name in options.only for seed in options.seeds for fold in options.folds]
    changes = {"epochs": options.epochs} if options.epochs else {}
    kept.make(tasks, partial(row, options.file, changes), options.jobs, options.again)
    shown = page_table(kept.table)
    with whole_file(options.page) as part:
        for_readers(shown[ON_PAGE]).to_csv(part, encoding="utf-8")
    print(shown.replace(NBSP, " ", regex=True).T.to_string())


if __name__ == "__main__":
    main()
