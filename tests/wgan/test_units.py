"""Samples in another unit, or under the names of other genes, are told from samples of the training data."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.wgan import WGANGP, Settings

LEVEL = np.random.default_rng(1).uniform(2, 14, 80)  # of each gene


def patients(n=40, seed=0, genes=80):
    """Normal tissue and tumour of `n` patients, log2 values."""
    rng = np.random.default_rng(seed)
    obs = pd.DataFrame({"donor": [f"p{i}" for i in range(n)] * 2, "condition": ["normal"] * n + ["cancer"] * n})
    x = LEVEL[:genes] + rng.normal(size=(2 * n, genes)) + (obs["condition"] == "cancer").to_numpy()[:, None]
    return AnnData(x.astype(np.float32), obs=obs.set_axis([f"s{i}" for i in range(2 * n)]))


def fitted(train):
    return WGANGP(["condition"], settings=Settings(adversarial="never", latent_dim=4), device="cpu").fit(
        train, progress=False
    )


def shuffled(x):
    return np.random.default_rng(0).permutation(x, axis=1)


CHANGES = {
    "shifted up": (lambda x: x + 4, "above those of training samples .* in almost all genes|far beyond"),
    "shifted down": (lambda x: x - 4, "below those of training samples .* in almost all genes|far beyond"),
    "other genes": (shuffled, "correlates over genes by .* with the middle of the training samples|far beyond"),
    "counts": (np.exp2, "far beyond"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_another_unit_is_refused_for_a_prediction_and_for_a_coupling(name):
    change, words = CHANGES[name]
    gan, odd = fitted(patients()), patients(seed=1)
    odd.X = change(odd.X)
    with pytest.raises(ValueError, match=words):
        gan.counterfactual(odd[odd.obs["condition"] == "normal"].copy(), "condition", "cancer")
    with pytest.raises(ValueError, match=words):
        gan.fit_coupling(odd, "condition", "cancer", "normal")


def test_samples_of_the_unit_are_taken_be_they_new_or_of_few_genes():
    for genes in (80, 5):
        gan, fresh = fitted(patients(genes=genes)), patients(seed=1, genes=genes)
        assert gan.counterfactual(fresh, "condition", "cancer").shape == fresh.shape
