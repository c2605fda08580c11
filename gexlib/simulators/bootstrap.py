"""Real samples, drawn again: the most realistic profiles there are, and nothing new."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gexlib.simulators.base import DataSimulator
from gexlib.simulators.conditions import Conditions


class Bootstrap(DataSimulator):
    """
    Samples of the training data, drawn with replacement :cite:p:`efron1979bootstrap`.

    Each profile is a copy of a measured one. What a generator scores beyond this it owes to more than memory; where
    it scores less, copying its training data would have served better.

    Parameters
    ----------
    by : str or sequence of str, optional
        Columns of ``obs``: a sample for given covariates is a training sample with the same ones.
    unseen : {"error", "unknown"}
        For conditions that the training data do not have: raise an error, or draw from all training samples.

    Attributes
    ----------
    names_ : Index
        Names of the training samples. ``obs["training_sample"]`` of what is drawn tells them.

    Examples
    --------
    >>> import numpy as np
    >>> from anndata import AnnData
    >>> train = AnnData(np.array([[1.0, 5.0], [2.0, 7.0], [3.0, 9.0]], dtype="float32"))
    >>> Bootstrap().fit(train).simulate(4, seed=2).X.tolist()
    [[3.0, 9.0], [1.0, 5.0], [1.0, 5.0], [1.0, 5.0]]
    """

    def __init__(self, by: str | Sequence[str] | None = None, unseen: str = "error"):
        self.conditions = Conditions(by, unseen)

    def _fit(self, x: np.ndarray, obs: pd.DataFrame) -> None:
        self.conditions.fit(obs)
        self._x, self.names_ = x, obs.index.copy()

    def _draw_obs(self, n_samples: int, rng: np.random.Generator) -> pd.DataFrame:
        return self.conditions.draw(n_samples, rng)

    def _draw(self, obs: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
        codes = self.conditions.codes(obs)
        rows = np.empty(len(obs), dtype=np.int64)
        for code in np.unique(codes):
            among = np.nonzero(self.conditions.codes_ == code)[0] if code >= 0 else np.arange(len(self._x))
            wanted = codes == code
            rows[wanted] = rng.choice(among, wanted.sum())
        obs["training_sample"] = self.names_[rows].astype(str).to_numpy()
        return self._x[rows]

    def _settings(self) -> dict[str, str]:
        return self.conditions.settings()
