"""Bootstrap: real samples drawn again. No profiles are more realistic, but none is new."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gexlib.explained import explained
from gexlib.simulators.base import KindSimulator


@explained
class Bootstrap(KindSimulator):
    """
    Samples of the training data, drawn with replacement :cite:p:`efron1979bootstrap`.

    Each profile is a copy of a measured one. A generator that scores higher has learned more than to remember its
    training data. If a generator scores lower, copies of its training data would have served better.

    Parameters
    ----------
    within : sequence of str
        Columns of ``obs``: a sample for given covariates is a training sample with the same levels in these columns.
    unseen : {"error", "unknown"}
        For kinds that the training data do not have: raise an error, or draw from all training samples.

    Attributes
    ----------
    names_ : Index
        Names of the training samples. ``obs["training_sample"]`` of a drawn data set says which one each sample copies.

    Examples
    --------
    >>> import numpy as np
    >>> from anndata import AnnData
    >>> train = AnnData(np.array([[1.0, 5.0], [2.0, 7.0], [3.0, 9.0]], dtype="float32"))
    >>> Bootstrap().fit(train).simulate(4, seed=2).X.tolist()
    [[3.0, 9.0], [1.0, 5.0], [1.0, 5.0], [1.0, 5.0]]
    """

    def __init__(self, within: Sequence[str] = (), unseen: str = "error"):
        super().__init__(within, unseen)

    def _fit(self, x: np.ndarray, obs: pd.DataFrame) -> None:
        self.kinds.fit(obs)
        self._x, self.names_ = x, obs.index.copy()

    def _draw(self, obs: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
        codes = self.kinds.codes(obs)
        rows = np.empty(len(obs), dtype=np.int64)
        for code in np.unique(codes):
            among = np.nonzero(self.kinds.codes_ == code)[0] if code >= 0 else np.arange(len(self._x))
            wanted = codes == code
            rows[wanted] = rng.choice(among, wanted.sum())
        obs["training_sample"] = self.names_[rows].astype(str).to_numpy()
        return self._x[rows]

    def _settings(self) -> dict[str, str]:
        return super()._settings()
