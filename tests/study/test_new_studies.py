"""The test on studies that training never saw tells methods apart where the truth is known."""

import numpy as np
import pytest

from gexlib.study import new_study_test
from gexlib.study.new_studies import ridge_of_new_studies
from gexlib.study.paired import find_pairs
from tests.study.test_paired import GENES, patients

STUDIES, PATIENTS = 8, 96


def studies(spread):
    """Return patients of eight studies, whose genes differ between studies by `spread` in both conditions."""
    data = patients(n=PATIENTS, kept=0.0)
    of_two = (data.obs["study"] == "kirc").to_numpy()[:, None]
    code = np.tile(np.arange(PATIENTS) % STUDIES, 2)
    data.obs["study"] = [f"study{i}" for i in code]
    of_study = spread * np.random.default_rng(5).normal(size=(STUDIES, GENES))
    data.X = (data.X - of_two + of_study[code]).astype(np.float32)
    return data


@pytest.fixture(scope="module")
def whole():
    return new_study_test(studies(spread=1.5)).xs("all", level="study")


def test_normal_tissue_tells_what_a_study_shifts(whole):
    """A study's variance is 2.25 and a patient's 1: the mean leaves 3.25, and a share of 0.7 about 1.7."""
    error = whole["relative error"]
    assert error["mean tumour"] == pytest.approx(1)
    assert error["nothing carried over"] < 0.7
    assert error["learned coupling"] < 0.7
    assert error["ridge"] < 1
    assert error["normal + mean change"] < 0.7
    assert whole["patients"].eq(PATIENTS).all()


def test_intervals_hold_the_differences_between_studies(whole):
    for method in ("nothing carried over", "learned coupling"):
        assert whole.loc[method, "cover 90"] == pytest.approx(0.9, abs=0.08)


def test_the_ridge_chooses_its_penalty_by_whole_studies():
    """Patients of a study are alike. If studies differ in nothing, normal tissue tells nothing of a new one."""
    data = studies(spread=0.0)
    pairs = find_pairs(data)
    found = ridge_of_new_studies(pairs, np.asarray(pairs.normal.X))
    mean = np.asarray(pairs.tumour.X).mean(axis=0)
    assert np.abs(found - mean).mean() < 0.1


def test_two_studies_are_too_few():
    with pytest.raises(ValueError, match="data has 2 studies with enough pairs"):
        new_study_test(patients())
