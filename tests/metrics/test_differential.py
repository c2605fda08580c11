"""Agreement of differential expression is that of two separate tests."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.analysis import agreement, differential_expression
from gexlib.metrics import differential_agreement

SWITCH = ("condition", "cancer", "normal")


@pytest.fixture
def sets():
    rng = np.random.default_rng(0)
    obs = pd.DataFrame(
        {"condition": np.repeat(["cancer", "normal"], 40), "tissue": np.tile(["liver", "lung"], 40)},
        index=[f"s{i}" for i in range(80)],
    )
    shift = np.zeros((80, 150))
    shift[:40, :30] = rng.normal(0, 2, 30)
    return [AnnData(rng.normal(size=shift.shape) + shift, obs=obs) for _ in range(2)]


@pytest.mark.parametrize("adjust", [[], ["tissue"]])
def test_it_is_the_agreement_of_two_tests(sets, adjust):
    found = differential_agreement(*sets, *SWITCH, adjust=adjust, top=30)
    real, synthetic = (differential_expression(data, *SWITCH, adjust) for data in sets)
    pd.testing.assert_series_equal(found[:8], agreement(synthetic, real, top=30))
    want, got = (
        {(g, e > 0) for g, e, q in zip(t.index, t["effect"], t["fdr"], strict=True) if q < 0.05}
        for t in (real, synthetic)
    )
    names = {gene for gene, _ in want}
    false = [gene for gene, _ in got if gene not in names]
    assert found[8:].to_dict() == {
        "true positives": len(want & got) / len(want),
        "precision": len(want & got) / len(got),
        "false positives": len(false) / (150 - len(want)),
        "discoveries": len(got),
    }
    assert found["Pearson"] > 0.8
    assert found["top 30"] > 0.6


def test_discoveries_count_with_their_sign():
    obs = pd.DataFrame({"condition": np.repeat(["cancer", "normal"], 30)}, index=[f"s{i}" for i in range(60)])
    noise = np.random.default_rng(0).normal(size=(60, 4)) * 0.1
    noise -= np.repeat([noise[:30].mean(axis=0), noise[30:].mean(axis=0)], 30, axis=0)  # no effects of its own
    up = (obs["condition"] == "cancer").to_numpy()[:, None].astype(float)
    real = AnnData(noise + up * [1, 1, 1, 0], obs=obs)
    synthetic = AnnData(noise + up * [1, -1, 0, 1], obs=obs)  # one right, one of the other sign, one missed, one new
    found = differential_agreement(real, synthetic, *SWITCH)[8:]
    assert found.tolist() == pytest.approx([1 / 3, 1 / 3, 1, 3])
    none = AnnData(noise, obs=obs)
    assert np.isnan(differential_agreement(none, real, *SWITCH)["true positives"])
    assert np.isnan(differential_agreement(real, none, *SWITCH)["precision"])


def test_labels_without_meaning_do_not_agree(sets):
    real, synthetic = sets
    synthetic.obs["condition"] = np.random.default_rng(1).permutation(synthetic.obs["condition"])
    assert abs(differential_agreement(real, synthetic, *SWITCH)["Pearson"]) < 0.3


def test_errors_say_which_data_set(sets):
    real, synthetic = sets
    synthetic.obs["condition"] = "normal"
    with pytest.raises(ValueError, match="synthetic: value='cancer' has 0 samples"):
        differential_agreement(real, synthetic, *SWITCH)
    with pytest.raises(TypeError, match="synthetic must be an AnnData"):
        differential_agreement(real, synthetic.X, *SWITCH)
