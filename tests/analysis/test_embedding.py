import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.analysis import embed


def test_reference_alone_defines_the_components():
    rng = np.random.default_rng(0)
    direction = np.zeros(6)
    direction[2] = 1
    real = AnnData((rng.normal(size=(50, 1)) * 5 * direction + rng.normal(size=(50, 6)) * 0.1).astype("f4"))
    other = AnnData((rng.normal(size=(30, 6)) * [9, 1, 1, 1, 1, 1]).astype("f4"))
    placed = embed(real, {"real": real, "other": other})
    assert placed["data"].value_counts().to_dict() == {"real": 50, "other": 30}
    np.testing.assert_allclose(placed.loc[placed["data"] == "real", "PC1"].mean(), 0, atol=1e-5)
    expected = other.X[:, 2] - real.X[:, 2].mean()
    assert abs(np.corrcoef(placed.loc[placed["data"] == "other", "PC1"], expected)[0, 1]) > 0.99
    assert placed.attrs["explained"][0] > 0.95


def test_other_genes():
    real, other = AnnData(np.ones((4, 3), "f4")), AnnData(np.ones((4, 2), "f4"))
    with pytest.raises(ValueError, match=r"data\['x'\] has other genes"):
        embed(real, {"x": other})


def test_umap_keeps_neighbours_together_and_is_reproducible():
    rng = np.random.default_rng(0)
    group = np.arange(60) % 2
    x = rng.normal(size=(60, 10)) + 8 * group[:, None]
    data = AnnData(x.astype("float32"), obs=pd.DataFrame({"group": group}, index=[f"s{i}" for i in range(60)]))
    parts = {"a": data[:30].copy(), "b": data[30:].copy()}
    placed = embed(data, parts, method="umap", seed=3)
    assert placed.columns.tolist() == ["UMAP1", "UMAP2", "data", "group"]
    assert placed["data"].tolist() == ["a"] * 30 + ["b"] * 30
    xy = placed[["UMAP1", "UMAP2"]].to_numpy()
    nearest = np.linalg.norm(xy[:, None] - xy[None] + 1e9 * np.eye(60)[..., None], axis=-1).argmin(axis=1)
    assert (group[nearest] == group).all()
    assert placed.equals(embed(data, parts, method="umap", seed=3))


def test_unknown_method_is_refused():
    data = AnnData(np.eye(4, dtype="float32"))
    with pytest.raises(ValueError, match="method='tsne' is not known; choose 'pca' or 'umap'"):
        embed(data, {"a": data}, method="tsne")


def test_umap_places_groups_that_lie_far_apart_without_a_warning(recwarn):
    rng = np.random.default_rng(0)
    x = np.repeat(100 * rng.normal(size=(8, 20)), 25, axis=0) + rng.normal(size=(200, 20))
    data = AnnData(x.astype("f4"))
    embed(data, {"real": data}, method="umap")
    assert [str(w.message) for w in recwarn if "connected" in str(w.message)] == []
