"""
Margins of a Gaussian copula, each kind's own and those of all samples, compared on validation samples.

    python benchmarks/copula_margins.py [--folder RNASEQDB] [--genes 2000] [--seeds 0 1]

With one set of margins for all, the normal scores are ranks among all training samples, and each kind has a
Gaussian of them (mean, covariance, and the common covariance as in gexlib.simulators.Gaussian). The split is notebook
04's; the test samples are not used.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy.special import ndtr

from gexlib import metrics
from gexlib.preprocess import parts
from gexlib.simulators import Gaussian, GaussianCopula
from gexlib.simulators.copula import Margins, normal_scores
from gexlib.study import prepared_human

WHERE = {"within": ["tissue", "condition"], "unseen": "unknown"}


class OneMargin:
    """Normal scores among all samples, a Gaussian of them for each kind, and the margins of all samples."""

    def fit(self, train: AnnData) -> OneMargin:
        """Learn from training samples."""
        scores = AnnData(normal_scores(train.X).astype("f4"), obs=train.obs, var=train.var)
        self.gaussian, self.margins = Gaussian(50, **WHERE).fit(scores), Margins.of(train.X)
        return self

    def sample(self, obs: pd.DataFrame, seed: int) -> AnnData:
        """Draw one sample for each row of a covariate table."""
        drawn = self.gaussian.sample(obs, seed=seed)
        drawn.X = self.margins.quantiles(ndtr(drawn.X.astype(float))).astype("f4")
        return drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", help="RNAseqDB's files; default: those that were fetched, else the demo cohort")
    parser.add_argument("--genes", type=int, default=2000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    options = parser.parse_args()
    data = prepared_human(folder=options.folder, most_variable=options.genes)
    train, validation, _ = parts(data)
    space = metrics.PrincipalSpace(50).fit(train)
    simulators = {f"own margins, shrinkage {k}": GaussianCopula(shrinkage=k, **WHERE) for k in (0, 10, 30)}
    rows = {}
    for name, simulator in (simulators | {"one margin for all": OneMargin()}).items():
        simulator.fit(train)
        for seed in options.seeds:
            made = simulator.sample(validation.obs, seed=seed)
            row = {"S_dist": metrics.s_dist(validation, made, constant="zero")}
            row |= metrics.prdc(validation, made, space=space)
            row["Wasserstein"] = np.mean(metrics.wasserstein(validation, made))
            row["two-sample"] = metrics.two_sample_auc(validation, made).mean()
            rows[name, seed] = row
    found = pd.DataFrame.from_dict(rows, orient="index").groupby(level=0, sort=False).agg(["mean", "std"])
    print(
        f"{data.uns['provenance']['cohort']}: {train.n_obs} training, {validation.n_obs} validation samples, ", end=""
    )
    print(f"{data.n_vars} genes, {len(options.seeds)} draws\n")
    for name, row in found.round(3).iterrows():
        print(f"{name:28}", *(f"{m} {row[m, 'mean']:.3f} ± {row[m, 'std']:.3f}" for m in row.index.unique(0)), sep="  ")


if __name__ == "__main__":
    main()
