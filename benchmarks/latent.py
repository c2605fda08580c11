"""A copula whose leading components come from a learned, non-Gaussian model: alternatives to adversarial training."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import torch
from sklearn.mixture import GaussianMixture
from torch import Tensor, nn

from gexlib.preprocess import CovariateEncoder, KindScores
from gexlib.simulators.base import KindSimulator

COMPONENTS = 30
MOST_PARTS = 8  # of a mixture
ITERATIONS, BATCH, UNITS, STEPS = 2000, 256, 128, 50

Drawing = Callable[[int, int, np.random.Generator], np.ndarray]  # kind, number of samples -> components of samples


class LatentCopula(KindSimulator):
    r"""
    Normal scores of each kind, with a head for their first principal components and a Gaussian for what these leave.

    .. math:: x_j = F_{cj}^{-1}(\Phi(z_j)), \qquad z = u V^\top + a R_c / \sqrt{n_c}, \qquad a \sim N(0, I)

    with the margins :math:`F` of :class:`gexlib.preprocess.KindScores`, the components :math:`V` of the training
    samples' scores, the :math:`n_c` residual vectors :math:`R_c` that they leave in the kind, and :math:`u` from the
    head. With a Gaussian head this is a Gaussian copula of each kind.

    Parameters
    ----------
    within : sequence of str
        Columns of ``obs`` whose combinations are the kinds of samples.
    head : callable
        ``head(u, codes, seed)`` learns from components, shape (n, n_components), and the number of each sample's kind.
        It returns a function that draws: `mixture_head` or `flow_head`.
    seed : int
        Of the head's training.
    """

    def __init__(self, within: Sequence[str], head: Callable[..., Drawing], seed: int = 0) -> None:
        super().__init__(within, unseen="unknown")
        self.head, self.seed = head, seed

    def _fit(self, x: np.ndarray, obs: pd.DataFrame) -> None:
        self.codes_ = self.kinds.fit(obs).codes_
        self.encoder_ = CovariateEncoder(self.kinds.within, unseen="unknown").fit(obs)
        covariates = self.encoder_.transform(obs)
        self.margins_ = KindScores().fit(x, covariates, self.encoder_.n_levels)
        z = self.margins_.transform(x, covariates, np.random.default_rng(0)).astype(np.float64)
        self.axes_ = np.linalg.svd(z, full_matrices=False)[2][: min(COMPONENTS, *z.shape)].T
        u = z @ self.axes_
        self.rest_ = z - u @ self.axes_.T
        self.drawing_ = self.head(u, self.codes_, self.seed)

    def _draw(self, obs: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
        codes = self.kinds.codes(obs)
        z = np.empty((len(obs), self.rest_.shape[1]), np.float32)
        for code in np.unique(codes):
            wanted = codes == code
            n, rest = wanted.sum(), self.rest_[self.codes_ == code] if code >= 0 else self.rest_
            noise = rng.standard_normal((n, len(rest))) @ rest / np.sqrt(len(rest))
            z[wanted] = self.drawing_(code, n, rng) @ self.axes_.T + noise
        return self.margins_.inverse_transform(z, self.encoder_.transform(obs))

    def _settings(self) -> dict[str, str]:
        return super()._settings() | {"head": self.head.__name__}


def mixture_head(u: np.ndarray, codes: np.ndarray, seed: int) -> Drawing:
    """Fit Gaussian mixtures to each kind, up to `MOST_PARTS` parts, and keep the one of the best BIC."""

    def fitted(own: np.ndarray) -> GaussianMixture:
        most = max(1, min(MOST_PARTS, len(own) // (2 * u.shape[1])))
        found = [GaussianMixture(k, reg_covar=1e-3 * own.var(), random_state=seed).fit(own) for k in range(1, most + 1)]
        return min(found, key=lambda model: model.bic(own))

    of = {code: fitted(u[codes == code]) for code in np.unique(codes) if (codes == code).sum() > 2}
    of_all = fitted(u)

    def draw(code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        model = of.get(code, of_all)
        model.random_state = int(rng.integers(2**31))
        return rng.permutation(model.sample(n)[0])

    return draw


def flow_head(u: np.ndarray, codes: np.ndarray, seed: int) -> Drawing:
    """Train a velocity field by conditional flow matching; the best by a tenth of the samples is kept."""
    random = torch.Generator().manual_seed(seed)
    size, n_kinds = np.maximum(u.std(axis=0), 1e-6), int(codes.max()) + 1
    values, kind = torch.tensor(u / size, dtype=torch.float32), torch.tensor(codes)
    layers, width = [], u.shape[1] + n_kinds + 1
    for _ in range(3):
        layers += [nn.Linear(width, UNITS), nn.SiLU()]
        width = UNITS
    field = nn.Sequential(*layers, nn.Linear(width, u.shape[1]))
    for weights in field.parameters():
        bound = 1 / np.sqrt(weights.shape[-1])
        weights.data.uniform_(-bound, bound, generator=random)

    def velocity(at: Tensor, t: Tensor, kind: Tensor) -> Tensor:
        ones = (kind[:, None] == torch.arange(n_kinds)).float()  # none of a kind that is not known
        return field(torch.cat([at, t, ones], dim=1))

    def loss(rows: Tensor, random: torch.Generator) -> Tensor:
        start, t = torch.randn(len(rows), u.shape[1], generator=random), torch.rand(len(rows), 1, generator=random)
        end = values[rows]
        return (velocity(start + t * (end - start), t, kind[rows]) - (end - start)).square().mean()

    order = torch.randperm(len(u), generator=random)
    held_out, learn = order[: len(u) // 10].repeat(20), order[len(u) // 10 :]
    optimiser = torch.optim.AdamW(field.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, ITERATIONS)
    best, kept = np.inf, None
    for i in range(ITERATIONS):
        optimiser.zero_grad()
        loss(learn[torch.randint(len(learn), (BATCH,), generator=random)], random).backward()
        optimiser.step()
        schedule.step()
        if i % 100 == 99:
            with torch.no_grad():
                now = float(loss(held_out, torch.Generator().manual_seed(seed)))
            if now < best:
                best, kept = now, {name: value.clone() for name, value in field.state_dict().items()}
    field.load_state_dict(kept)

    @torch.no_grad()
    def draw(code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        at = torch.tensor(rng.standard_normal((n, u.shape[1])), dtype=torch.float32)
        of = torch.full((n,), int(code))
        for t in np.linspace(0, 1, STEPS, endpoint=False):
            at += velocity(at, torch.full((n, 1), float(t)), of) / STEPS
        return at.numpy() * size

    return draw
