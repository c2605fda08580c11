import anndata
import numpy as np
import pytest

from gexlib.analysis import embed


def test_reference_alone_defines_the_components():
    rng = np.random.default_rng(0)
    direction = np.zeros(6)
    direction[2] = 1
    real = anndata.AnnData((rng.normal(size=(50, 1)) * 5 * direction + rng.normal(size=(50, 6)) * 0.1).astype("f4"))
    other = anndata.AnnData((rng.normal(size=(30, 6)) * [9, 1, 1, 1, 1, 1]).astype("f4"))
    placed = embed(real, {"real": real, "other": other})
    assert placed["data"].value_counts().to_dict() == {"real": 50, "other": 30}
    np.testing.assert_allclose(placed.loc[placed["data"] == "real", "PC1"].mean(), 0, atol=1e-5)
    expected = other.X[:, 2] - real.X[:, 2].mean()
    assert abs(np.corrcoef(placed.loc[placed["data"] == "other", "PC1"], expected)[0, 1]) > 0.99
    assert placed.attrs["explained"][0] > 0.95


def test_other_genes():
    real, other = anndata.AnnData(np.ones((4, 3), "f4")), anndata.AnnData(np.ones((4, 2), "f4"))
    with pytest.raises(ValueError, match=r"data\['x'\] has other genes"):
        embed(real, {"x": other})
