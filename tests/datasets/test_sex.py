"""Sex from the genes of the Y chromosome."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from rnaseqdb_tables import TUMOUR, TUMOUR_FILE, text_of, write

from gexlib.datasets import load_rnaseqdb
from gexlib.datasets.sex import MALE_ABOVE, Y_LINKED, check_sex, infer_sex, sex_of_each_sample


def test_sex_is_that_of_the_mean_over_the_donors_samples():
    y_linked = np.array([MALE_ABOVE + 2, MALE_ABOVE - 1, MALE_ABOVE, np.nan])
    assert infer_sex(y_linked, pd.Series(["A", "A", "B", "C"])).tolist() == ["male", "male", "female", "unknown"]


def test_each_sample_is_judged_alone_if_all_genes_are_there():
    x = np.full((2, 5), MALE_ABOVE + 2, np.float32)
    x[1] = 0
    obs = pd.DataFrame({"donor": ["A", "A"], "sex": ["male", "male"]}, index=["A-1", "A-2"])
    data = AnnData(x, obs=obs, var=pd.DataFrame(index=["TP53", *Y_LINKED[::-1]]))
    assert sex_of_each_sample(data).tolist() == ["male", "female"]
    assert sex_of_each_sample(data[:, :4].copy()).tolist() == ["male", "male"]


def test_a_contradiction_is_of_the_sample_not_of_its_donor(folder):
    """A man's tumour has lost its Y chromosome: his own row says male, and the tumour is named."""
    man = next(iter(TUMOUR))
    write(folder / TUMOUR_FILE, text_of({sample: [3, 9, 0, 0, 0, 0, 1] for sample in TUMOUR}))
    table = pd.DataFrame({"sex": ["male", "female"]}, index=["TCGA-CU-A0YN", "TCGA-BT-A20N"])
    sex = load_rnaseqdb(folder, metadata=table).uns["provenance"]["sex"]
    assert sex.endswith(f"the Y-linked genes of 1 samples contradict the measured sex, which was kept: '{man}'")


def test_check_counts_samples_of_the_other_sex_and_ignores_unknown_ones():
    obs = pd.DataFrame({"tissue": ["uterus"] * 4, "sex": ["female", "female", "male", "unknown"]})
    obs = obs.assign(study="uterus", dataset="gtex")
    assert check_sex(obs) == "1 of 3 samples of cervix, prostate and uterus have the other sex"
    with pytest.raises(ValueError, match=r"2 of 3 samples of prostate are not male \(uterus-rsem-fpkm-gtex"):
        check_sex(obs.assign(tissue="prostate"))
