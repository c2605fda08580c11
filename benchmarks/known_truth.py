r"""
A non-linear model of expression whose truth is known, for learning curves at any number of samples.

A sample of kind :math:`c` has latent factors :math:`f = m_c + s_c \odot t`, where the :math:`t` have Student's
distribution with 4 degrees of freedom (heavy tails). Programmes of expression switch on and saturate, and some act
only together:

.. math:: h = \sigma(A f + b), \qquad y_j = \mu_j + \sum_k W_{jk} h_k + \sum_{kl} V_{jkl} h_k h_l
          + \sigma_j e^{f_1 / 4} \epsilon_j, \qquad x_j = \max(0, y_j)

with noise :math:`\epsilon` of 5 degrees of freedom, whose size depends on the first factor. Values below the limit of
detection are 0, so genes of low means have shares of zeros. Each gene is driven by a few programmes. Kinds differ in
their means, in the sizes of their factors, and so in which programmes are saturated. Neither a Gaussian of each kind
nor a Gaussian copula is the truth.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

SHARES = (0.35, 0.25, 0.20, 0.12, 0.08)
FACTORS, PROGRAMMES, PAIRS = 10, 40, 20
DRIVERS = 4  # programmes, and products of two, that act on a gene


class Truth:
    """
    The model, with parameters drawn from a seed.

    Parameters
    ----------
    genes : int
    seed : int
        Of the parameters, not of the samples.
    """

    def __init__(self, genes: int = 500, seed: int = 0) -> None:
        rng = np.random.default_rng([seed, genes])
        self.centres = rng.normal(0, 0.9, (len(SHARES), FACTORS))
        self.sizes = rng.uniform(0.4, 1.0, (len(SHARES), FACTORS))
        self.inputs = rng.normal(0, 3 / np.sqrt(FACTORS), (FACTORS, PROGRAMMES))
        self.offsets = rng.normal(0, 1, PROGRAMMES)
        self.pairs = rng.permuted(np.tile(np.arange(PROGRAMMES), (PAIRS, 1)), axis=1)[:, :2]
        self.weights = rng.normal(0, 1.3, (PROGRAMMES + PAIRS, genes))
        few = np.argsort(rng.random(self.weights.shape), axis=0) < DRIVERS
        self.weights *= few
        self.means = rng.uniform(0, 6, genes)
        self.noise = rng.uniform(0.2, 0.6, genes)

    def sample(self, n: int, seed: int) -> AnnData:
        """Return `n` samples with their ``kind``."""
        rng = np.random.default_rng(seed)
        kind = rng.choice(len(SHARES), n, p=SHARES)
        f = self.centres[kind] + self.sizes[kind] * rng.standard_t(4, (n, FACTORS)) / np.sqrt(2)
        h = 1 / (1 + np.exp(-np.clip(f @ self.inputs + self.offsets, -30, 30)))
        h = np.concatenate([h, 4 * (h[:, self.pairs] - 0.5).prod(axis=2)], axis=1)
        noise = self.noise * np.exp(np.clip(f[:, :1], -4, 4) / 4) * rng.standard_t(5, (n, len(self.means)))
        x = np.maximum(self.means + (h - 0.5) @ self.weights + noise, 0).astype(np.float32)
        obs = pd.DataFrame({"kind": [f"kind {k + 1}" for k in kind]}, index=[f"truth{seed}_{i}" for i in range(n)])
        return AnnData(x, obs=obs, var=pd.DataFrame(index=[f"gene{j}" for j in range(len(self.means))]))
