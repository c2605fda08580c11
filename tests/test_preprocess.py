import json

import anndata
import networkx as nx
import numpy as np
import pandas as pd
import pytest

from gexlib.preprocess import CovariateEncoder, Standardizer, match_genes, prepare, split_groups


@pytest.fixture
def obs():
    return pd.DataFrame(
        {
            "condition": pd.Categorical([f"c{i // 3}" for i in range(60)]),
            "oxygen": pd.Categorical(["yes", "no", "unknown"] * 20),
            "temperature": [37.0, 42.0, 30.0] * 20,
        },
        index=[f"s{i}" for i in range(60)],
    )


class TestSplitGroups:
    def test_no_group_on_both_sides_and_every_sample_once(self, obs):
        for seed in range(20):
            split = split_groups(obs, by="condition", seed=seed)
            assert split.groupby(obs["condition"], observed=True).nunique().max() == 1
            assert split.notna().all()
            assert list(split.index) == list(obs.index)
            assert set(split) == {"train", "validation", "test"}

    def test_fractions_are_met_to_within_a_group(self, obs):
        counts = split_groups(obs, by="condition", fractions={"train": 0.75, "test": 0.25}).value_counts()
        assert abs(counts["train"] - 45) <= 3

    def test_seed_decides_and_row_order_does_not(self, obs):
        first = split_groups(obs, by="condition", seed=3)
        assert first.equals(split_groups(obs, by="condition", seed=3))
        assert not first.equals(split_groups(obs, by="condition", seed=4))
        shuffled = obs.sample(frac=1, random_state=0)
        assert first.equals(split_groups(shuffled, by="condition", seed=3).reindex(obs.index))

    @pytest.mark.parametrize(
        ("kwargs", "words"),
        [
            ({"by": "donor"}, r"by='donor' is not a column.*'condition', 'oxygen'"),
            ({"by": "condition", "fractions": {"a": 0.5, "b": 0.6}}, "add up to 1"),
            ({"by": "condition", "fractions": {"a": 1.5, "b": -0.5}}, "positive"),
            ({"by": "condition", "fractions": {"a": 0.999, "b": 0.001}}, r"no group fell into \['b'\]"),
        ],
    )
    def test_bad_arguments(self, obs, kwargs, words):
        with pytest.raises(ValueError, match=words):
            split_groups(obs, **kwargs)

    def test_missing_group_is_an_error(self, obs):
        obs["condition"] = obs["condition"].astype(object)
        obs.loc["s3", "condition"] = None
        with pytest.raises(ValueError, match="1 missing"):
            split_groups(obs, by="condition")

    def test_fewer_groups_than_splits(self, obs):
        with pytest.raises(ValueError, match="2 groups .* cannot fill 3"):
            split_groups(obs.iloc[:6], by="condition")


class TestPrepare:
    def test_genes_of_the_hierarchy_in_the_order_of_the_data(self, obs):
        data = anndata.AnnData(np.zeros((60, 4), np.float32), obs=obs, var=pd.DataFrame(index=list("dcba")))
        network = nx.DiGraph([("a", "c"), ("c", "d"), ("b", "a")])
        ready = prepare(data, by="condition", network=network, root="a", seed=2)
        assert list(ready.var_names) == ["d", "c", "a"]
        assert ready.obs["split"].equals(split_groups(obs, by="condition", seed=2))
        assert "split" not in data.obs
        assert prepare(data, by="condition", network=network).n_vars == 4

    def test_no_common_gene(self, obs):
        data = anndata.AnnData(np.zeros((60, 1), np.float32), obs=obs, var=pd.DataFrame(index=["A"]))
        with pytest.raises(ValueError, match="no gene of data is in network"):
            prepare(data, by="condition", network=nx.DiGraph([("a", "b")]))


class TestStandardizer:
    def test_moments_and_inverse(self):
        x = np.random.default_rng(0).normal(8, 3, (50, 20)).astype(np.float32)
        standardizer = Standardizer().fit(x)
        z = standardizer.transform(x)
        assert z.dtype == np.float32
        np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(z.std(axis=0), 1, atol=1e-6)
        np.testing.assert_allclose(standardizer.inverse_transform(z), x, rtol=3e-7, atol=1e-6)

    def test_a_constant_gene_comes_back_exactly(self):
        x = np.full((7, 2), 0.1, np.float32)
        x[:, 1] = range(7)
        standardizer = Standardizer().fit(x)
        assert (standardizer.transform(x)[:, 0] == standardizer.transform(x)[0, 0]).all()
        assert (standardizer.inverse_transform(standardizer.transform(x))[:, 0] == x[:, 0]).all()

    def test_missing_values_and_wrong_shapes(self):
        x = np.ones((3, 2))
        x[1, 0] = np.nan
        with pytest.raises(ValueError, match=r"x\[1, 0\] is nan"):
            Standardizer().fit(x)
        with pytest.raises(ValueError, match=r"shape \(1, 2\)"):
            Standardizer().fit(x[:1])


class TestCovariateEncoder:
    def test_codes_follow_the_vocabulary(self, obs):
        encoder = CovariateEncoder(["oxygen"], ["temperature"]).fit(obs)
        covariates = encoder.transform(obs)
        levels = encoder.vocabularies_["oxygen"]
        assert [levels[code] for code in covariates.codes[:, 0]] == list(obs["oxygen"])
        np.testing.assert_allclose(covariates.values.mean(), 0, atol=1e-6)
        np.testing.assert_allclose(covariates.values.std(), 1, atol=1e-6)

    def test_unseen_level_is_an_error_that_lists_the_levels(self, obs):
        encoder = CovariateEncoder(["oxygen"]).fit(obs)
        new = pd.DataFrame({"oxygen": ["yes", "nitrate"]})
        with pytest.raises(ValueError, match=r"'nitrate' is not a level of 'oxygen'.*'no', 'unknown', 'yes'"):
            encoder.transform(new)

    def test_unseen_level_can_be_unknown(self, obs):
        encoder = CovariateEncoder(["oxygen"], unseen="unknown").fit(obs[obs["oxygen"] != "unknown"])
        new = pd.DataFrame({"oxygen": ["yes", "nitrate"]})
        codes = encoder.transform(new).codes[:, 0]
        assert encoder.vocabularies_["oxygen"][codes[1]] == "unknown"
        assert encoder.unseen_rows(new).tolist() == [False, True]

    def test_survives_json(self, obs):
        encoder = CovariateEncoder(["oxygen", "condition"], ["temperature"]).fit(obs)
        again = CovariateEncoder.from_dict(json.loads(json.dumps(encoder.to_dict())))
        for a, b in zip(encoder.transform(obs), again.transform(obs), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_constant_numerical_covariate_is_harmless(self, obs):
        obs["temperature"] = 37.0
        assert (CovariateEncoder([], ["temperature"]).fit(obs).transform(obs).values == 0).all()

    def test_bad_tables(self, obs):
        with pytest.raises(ValueError, match="'age' is not a column"):
            CovariateEncoder(["age"]).fit(obs)
        with pytest.raises(ValueError, match="numerical covariate 'oxygen'"):
            CovariateEncoder([], ["oxygen"]).fit(obs)
        with pytest.raises(ValueError, match="more than once"):
            CovariateEncoder(["oxygen"], ["oxygen"])
        with pytest.raises(TypeError, match="categorical='oxygen' must be a list"):
            CovariateEncoder("oxygen")
        obs.loc["s0", "temperature"] = np.nan
        with pytest.raises(ValueError, match="'temperature' has 1 missing values; impute"):
            CovariateEncoder([], ["temperature"]).fit(obs)


def test_prepare_keeps_the_genes_that_vary_most_in_the_training_samples():
    rng = np.random.default_rng(0)
    obs = pd.DataFrame({"donor": [f"d{i // 2}" for i in range(80)]}, index=[f"s{i}" for i in range(80)])
    data = anndata.AnnData(rng.normal(size=(80, 6)).astype("float32"), obs=obs)
    data.var_names = list("abcdef")
    training = (split_groups(obs, "donor") == "train").to_numpy()
    data.X[:, 4] *= 3
    data.X[~training, 1] *= 50  # varies among the test samples only
    data.X[:, 2] = 0
    small = prepare(data, "donor", most_variable=2, keep=["c"])
    assert small.var_names.tolist() == ["c", "e"]
    assert (small.obs["split"] == split_groups(obs, "donor")).all()
    with pytest.raises(ValueError, match="keep names genes that data does not have: 'x'"):
        prepare(data, "donor", most_variable=2, keep=["x"])
    with pytest.raises(ValueError, match="most_variable=7 must be from 1 .* to 6"):
        prepare(data, "donor", most_variable=7)


class TestMatchGenes:
    @pytest.fixture
    def data(self):
        x = np.arange(8, dtype="float32").reshape(2, 4)
        return anndata.AnnData(x, var=pd.DataFrame({"length": [1, 2, 3, 4]}, index=["A", "b", "C", "D"]))

    def test_genes_come_in_the_order_asked_for_with_their_values(self, data):
        matched, report = match_genes(data, ["D", "A", "B"])
        assert list(matched.var_names) == ["D", "A"]
        assert matched.X.tolist() == [[3, 0], [7, 4]]
        assert list(matched.var["length"]) == [4, 1]
        assert report == "2 of 3 genes matched; missing: 'B'"

    def test_the_case_can_be_ignored_and_the_spelling_is_then_the_list_s(self, data):
        matched, report = match_genes(data, ["B", "a"], ignore_case=True)
        assert list(matched.var_names) == ["B", "a"]
        assert matched.X.tolist() == [[1, 0], [5, 4]]
        assert report == "2 of 2 genes matched"
        assert list(data.var_names) == ["A", "b", "C", "D"]

    def test_a_long_list_of_missing_genes_is_cut(self, data):
        _, report = match_genes(data, ["A", *(f"g{i}" for i in range(1200))])
        assert report.startswith("1 of 1,201 genes matched; missing: 'g0', 'g1', ")
        assert report.endswith("'g9', ... (1200 in all)")

    def test_duplicates_matter_only_among_the_genes_that_match(self, data):
        with pytest.raises(ValueError, match="genes names 'A' more than once"):
            match_genes(data, ["A", "C", "A"])
        data.var_names = ["A", "x", "a", "x"]
        assert match_genes(data, ["A"])[0].n_vars == 1
        with pytest.raises(ValueError, match=r"data\.var_names names 'a' more than once"):
            match_genes(data, ["A"], ignore_case=True)

    def test_no_match_at_all_is_an_error_that_shows_both_sides(self, data):
        with pytest.raises(ValueError, match="none of the 1 genes is in data; genes: 'b0001'; data: 'A', 'b', 'C', "):
            match_genes(data, ["b0001"])
        with pytest.raises(TypeError, match="genes='A' must be a list"):
            match_genes(data, "A")
