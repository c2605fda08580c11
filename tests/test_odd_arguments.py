"""Arguments of a wrong kind, and odd tables: the error names the argument, and is not one of pandas or Python."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib import metrics
from gexlib.analysis import replicate_correlations, summarise_covariates
from gexlib.differential import differential_expression
from gexlib.preprocess import CovariateEncoder, split_groups
from gexlib.simulators import Random
from gexlib.wgan import PRESETS, WGANGP, Settings

TINY = PRESETS["paper_ecoli"].replace(latent_dim=2, hidden=(4,), epoch_updates=2, epochs=1, batch_size=8)
NAMES = [f"s{i}" for i in range(12)]


@pytest.fixture
def obs():
    return pd.DataFrame({"tissue": ["lung", "liver"] * 6, "age": np.arange(12.0)}, index=NAMES)


@pytest.fixture
def data(obs):
    return AnnData(np.random.default_rng(0).normal(5, 1, (12, 4)).astype(np.float32), obs=obs)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"hidden": 5}, r"hidden=5 is a int; it must be a tuple"),
        ({"hidden": None}, "hidden=None is a NoneType"),
        ({"hidden": "ab"}, "hidden='ab' is a str"),
        ({"hidden": {4, 5}}, "is a set"),
        ({"hiden": (4,)}, "'hiden' is not a setting; do you mean 'hidden'"),
        ({"layers": 3}, "'layers' is not a setting; .*Settings: transform, kinds"),
    ],
)
def test_settings(given, words):
    with pytest.raises(TypeError, match=words):
        Settings(**given)
    with pytest.raises(TypeError, match=words):
        Settings().replace(**given)


def test_settings_that_are_words_or_saved():
    with pytest.raises(ValueError, match=r"transform=\[1\] is not known; choose"):
        Settings(transform=[1])
    with pytest.raises(TypeError, match="saved=None is a NoneType; give a dict"):
        Settings.from_dict(None)


@pytest.mark.parametrize("argument", ["categorical", "numerical"])
@pytest.mark.parametrize("names", [None, 5, "tissue", {"tissue", "age"}, [1]])
def test_names_of_columns(argument, names):
    with pytest.raises(TypeError, match=rf"{argument}=.* must be a list of names of columns"):
        WGANGP(**{argument: names}, device="cpu")


@pytest.mark.parametrize("column", ["tissue", "age", "remark"])
def test_two_columns_of_one_name(data, column):
    gan = WGANGP(["tissue"], ["age"], TINY, device="cpu").fit(data, progress=False)
    obs = data.obs.assign(remark=1)
    twice = pd.concat([obs, obs[[column]]], axis=1)
    with pytest.raises(ValueError, match=f"obs has more than one column named '{column}'"):
        gan.sample(twice)
    data.obs = twice
    with pytest.raises(ValueError, match=f"train.obs has more than one column named '{column}'"):
        gan.fit(data, progress=False)


def test_names_of_several_levels(data):
    gan = WGANGP(["tissue"], ["age"], TINY, device="cpu").fit(data, progress=False)
    with pytest.raises(TypeError, match=r"obs.index is a MultiIndex, such as \('a', 's0'\); join"):
        gan.sample(data.obs.set_axis(pd.MultiIndex.from_product([["a"], NAMES])))
    with pytest.raises(TypeError, match="obs.columns is a MultiIndex"):
        gan.sample(data.obs.set_axis(pd.MultiIndex.from_product([["a"], list(data.obs)]), axis=1))


@pytest.mark.parametrize("value", [[1], {"a": 1}, {1}, np.ones(2)])
def test_columns_of_lists_and_the_like(data, obs, value):
    encoder = CovariateEncoder(["tissue"]).fit(obs)
    data.obs["tissue"] = odd = obs["tissue"] = pd.Series([value] * 12, NAMES)
    for call in (
        lambda: CovariateEncoder(["tissue"]).fit(obs),
        lambda: encoder.transform(obs),
        lambda: split_groups(obs, "tissue"),
        lambda: differential_expression(data, "tissue", "lung", "liver"),
    ):
        with pytest.raises(TypeError, match=f"='tissue' has the value .* in obs, a {type(odd.iloc[0]).__name__}"):
            call()


@pytest.mark.parametrize("other", ["Lung", "lung ", "lung\N{NO-BREAK SPACE}"])
def test_levels_that_differ_in_case_or_spaces(obs, other):
    encoder = CovariateEncoder(["tissue"]).fit(obs)
    obs.loc["s1", "tissue"] = other
    words = re.escape(f"levels: 'liver', 'lung'. {other!r} is not quite 'lung'")
    with pytest.raises(ValueError, match=words):
        encoder.transform(obs)
    with pytest.warns(UserWarning, match="'tissue' has levels that differ in spaces, case or type alone"):
        CovariateEncoder(["tissue"]).fit(obs)


def test_levels_that_are_no_numbers(obs):
    with pytest.raises(ValueError, match="'tissue' has the level inf"):
        CovariateEncoder(["tissue"]).fit(obs.assign(tissue=[np.inf, 1.0] * 6))


def test_masked_values(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        masked = AnnData(np.ma.masked_less(data.X, 4.5), obs=data.obs)
    with pytest.raises(ValueError, match=r"train.X is a masked array with masked values"):
        WGANGP(["tissue"], settings=TINY, device="cpu").fit(masked, progress=False)


@pytest.mark.parametrize("score", [metrics.mmd, metrics.prdc, metrics.s_dist, metrics.adversarial_accuracy])
def test_metrics_refuse_values_that_overflow_or_are_masked(data, score):
    with pytest.raises(ValueError, match="synthetic holds values too large for single precision"):
        score(data.X, data.X.astype(float) * 1e300)
    with pytest.raises(ValueError, match="real is a masked array with masked values"):
        score(np.ma.masked_less(data.X, 4.5), data.X)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda data: differential_expression(data.X, "tissue", "lung", "liver"),
            "data must be an AnnData, not ndarray",
        ),
        (lambda data: replicate_correlations(None, ["tissue"]), "data must be an AnnData, not NoneType"),
        (lambda data: metrics.classification(data, data, "tissue"), "training is a AnnData; give a dict"),
        (lambda data: metrics.classification(data, {"a": 5}, "tissue"), r"training\['a'\] must be an AnnData, not int"),
        (lambda data: metrics.property_distances(data.X, {}), "real is a ndarray and synthetic a dict"),
    ],
)
def test_data_of_a_wrong_kind(data, call, words):
    with pytest.raises(TypeError, match=words):
        call(data)


def test_too_few_samples(data):
    with pytest.raises(ValueError, match="data has 1 samples; a correlation of samples needs two"):
        replicate_correlations(data[:1].copy(), ["tissue"])
    with pytest.raises(ValueError, match="obs has no rows"):
        summarise_covariates(data.obs.iloc[:0], ["tissue"])


def test_a_gene_that_comes_twice(data):
    data.var_names = ["g0", "g0", "g2", "g3"]
    with pytest.raises(ValueError, match="real has the gene 'g0' twice"):
        metrics.differential_agreement(data, data, "tissue", "lung", "liver")


def test_what_is_no_array_or_number(data):
    with pytest.raises(TypeError, match="a must be an ndarray, a matrix over pairs of genes, not AnnData"):
        metrics.gamma(data, data)
    with pytest.raises(TypeError, match="reference must be an AnnData or a 2-D array"):
        metrics.domias(data.X, data.X, data.X, None)
    with pytest.raises(TypeError, match=r"low=\[1\] must be a number for all genes"):
        Random(low=[1])
