"""Sex from the genes of the Y chromosome, and its check in tissues that only one sex has."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

SEX_OF_TISSUE = {"cervix": "female", "prostate": "male", "uterus": "female"}
Y_LINKED = ["RPS4Y1", "DDX3Y", "KDM5D", "EIF1AY"]
MALE_ABOVE = 3.0  # mean log(1 + FPKM) of the Y-linked genes


def infer_sex(y_linked: np.ndarray, donor: pd.Series) -> np.ndarray:
    """
    Infer each sample's sex from the mean over its donor's samples.

    Parameters
    ----------
    y_linked : ndarray, shape (n_samples,)
        Mean log(1 + FPKM) of the Y-linked genes; NaN if one of them is missing.
    donor : Series, n_samples

    Returns
    -------
    ndarray of object, shape (n_samples,)
        male, female or unknown.

    Examples
    --------
    >>> infer_sex(np.array([5.0, 2.0, 0.1, np.nan]), pd.Series(["A", "A", "B", "C"])).tolist()
    ['male', 'male', 'female', 'unknown']
    """
    mean = pd.Series(y_linked, donor.index).groupby(donor.to_numpy()).transform("mean").to_numpy()
    return np.select([np.isnan(mean), mean > MALE_ABOVE], ["unknown", "male"], "female").astype(object)


def sex_of_each_sample(data: AnnData) -> np.ndarray:
    """Return the sex that each sample's own Y-linked genes tell; that in ``obs`` if ``data`` lacks one of them."""
    if not set(Y_LINKED) <= set(data.var_names):
        return data.obs["sex"].astype(object).to_numpy()
    y_linked = data.X[:, data.var_names.get_indexer(Y_LINKED)].mean(axis=1)
    return infer_sex(y_linked, data.obs_names.to_series())


def check_sex(obs: pd.DataFrame) -> str:
    """
    Compare sexes with the tissues that only one sex has.

    Parameters
    ----------
    obs : DataFrame
        With ``tissue``, ``sex``, ``study`` and ``dataset``.

    Returns
    -------
    str
        How many samples of these tissues have the other sex.

    Raises
    ------
    ValueError
        If most samples of such a tissue have the other sex; the message names their files.
    """
    expected = obs["tissue"].astype(object).map(SEX_OF_TISSUE)
    checked = expected.notna() & (obs["sex"] != "unknown")
    wrong = checked & (obs["sex"].astype(object) != expected)
    for tissue, sex in SEX_OF_TISSUE.items():
        here = obs["tissue"] == tissue
        if 2 * (count := wrong[here].sum()) > (total := checked[here].sum()):
            files = ", ".join(
                f"{study}-rsem-fpkm-{dataset}.txt.gz"
                for study, dataset in obs.loc[here & wrong, ["study", "dataset"]].drop_duplicates().to_numpy()
            )
            raise ValueError(
                f"{count} of {total} samples of {tissue} are not {sex} ({files}); the files, or the sexes in "
                "metadata, seem to be those of other samples"
            )
    return f"{wrong.sum()} of {checked.sum()} samples of cervix, prostate and uterus have the other sex"
