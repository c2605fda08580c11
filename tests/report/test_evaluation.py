"""Each number of the report is that of the metric's function; bounds, baselines and omissions are what they claim."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

import gexlib
from gexlib import metrics
from gexlib.differential import Contrast
from gexlib.report import evaluate
from gexlib.report.draws import matched
from gexlib.report.intervals import of_groups
from gexlib.simulators import Bootstrap
from tests.report.conftest import ASKED, GENES, REGULONS, Critic

SWITCH = ASKED["contrast"]


def by_hand(sets, z, model=None):
    """All numbers of one synthetic data set, from the functions of `gexlib.metrics` alone."""
    train, test, validation = sets["train"], sets["test"], sets["validation"]
    space = metrics.PrincipalSpace(5, seed=3).fit(train)
    found = {"S_dist": metrics.s_dist(test, z), "S_dend": metrics.s_dend(test, z)}
    edges = metrics.coexpression_edges(test, z)
    found |= {"edges, precision": edges["precision"], "edges, recall": edges["recall"]}
    found |= {"S_TF-TG": metrics.s_tf_tg(test, z, REGULONS), "S_TG-TG": metrics.s_tg_tg(test, z, REGULONS)}
    for tail, where in (("", None), (", 5 PCs", space)):
        found |= {name + tail: value for name, value in metrics.prdc(test, z, space=where).items()}
        found |= {name + tail: value for name, value in metrics.alpha_precision(test, z, where).items()}
        found["MMD²" + tail] = metrics.mmd(test, z, space=where)
        for short, name in (("forest", "random forest"), ("logistic", "logistic regression")):
            auc = metrics.two_sample_auc(test, z, name, seed=3, space=where)
            found[f"two-sample AUC, {short}{tail}"] = auc.mean()
    found["Wasserstein"] = metrics.wasserstein(test, z).median()
    rho = metrics.quantile_agreement(test, z)
    found |= {"quantile agreement": rho.median(), "quantile agreement, worst 5 %": np.percentile(rho, 5)}
    found["zeros"] = np.abs((test.X == 0).mean(axis=0) - (z.X == 0).mean(axis=0)).mean()
    found["sd ratio"] = metrics.sd_ratio(test, z).median()
    found["sd ratio within groups"] = metrics.sd_ratio(test, z, ["tissue", "condition"]).median()
    scores = metrics.classification(test, {"z": z}, "tissue", runs=3, seed=3).mean()
    found |= {"tissue AUC": scores["AUC"], "tissue F1": scores["F1"]}
    de = metrics.differential_agreement(test, z, *SWITCH, adjust=["tissue"])
    found |= {"DE correlation": de["Pearson"], "DE slope": de["slope"], "DE same sign": de["same sign"]}
    found |= {"DE top 12": de["top 12"], "DE true positives": de["true positives"], "DE precision": de["precision"]}
    closest = metrics.closest_records(train, z, test, seed=3)
    found |= {"copies": closest["copies"], "closer to train": closest["closer to train"]}
    found |= {"DCR, median ratio": closest["median ratio"], "DCR, 5 % ratio": closest["5 % ratio"]}
    found["authenticity"] = metrics.authenticity(train, z)
    found["NN accuracy"] = metrics.adversarial_accuracy(train, z, seed=3)
    found["NN privacy loss"] = metrics.privacy_loss(train, z, test, seed=3)
    attacks = {"GAN-Leaks": metrics.gan_leaks(train, z, test)}
    domias = {}
    for tail, where in (("", metrics.ScaledGenes().fit(train)), (", 5 PCs", space)):
        values = metrics.domias_by_size(train, z, test, validation, ["tissue", "condition"], space=where)
        for name, value in values.items():
            if "records" not in name and "error" not in name:
                domias[f"DOMIAS {name}{tail}"] = value
    if model:
        attacks["LOGAN"] = metrics.logan(model.critic_scores(train), model.critic_scores(test))
    found |= {f"{name} {what}": value for name, attack in attacks.items() for what, value in attack[:3].items()}
    return found | domias


def column(table, name):
    return table[name].droplevel("family").dropna().to_dict()


def test_every_number_is_the_metrics_function(report, sets):
    runs = [by_hand(sets, sets[name]) for name in ("near", "far")]
    assert np.isnan(runs[1]["DE precision"]), "the second run has no discovery"
    expected = pd.DataFrame(runs)
    assert column(report.table, "GAN") == pytest.approx(expected.mean().to_dict())
    assert column(report.table, "GAN sd") == pytest.approx(expected.std().dropna().to_dict())
    assert column(report.table, "copy") == pytest.approx(by_hand(sets, sets["copy"], Critic(sets["train"])))
    assert "copy sd" not in report.table


def test_bound_is_real_training_data_in_the_place_of_synthetic(report, sets):
    train, test, validation = sets["train"], sets["test"], sets["validation"]
    drawn = matched(train.obs, test.obs, ["tissue", "condition"], np.random.default_rng(3)).of(train)
    bound = column(report.table, "bound")
    expected = by_hand(sets, drawn)
    at = ["S_dist", "S_TG-TG", "recall", "coverage, 5 PCs", "two-sample AUC, forest", "Wasserstein", "DE correlation"]
    assert {name: bound[name] for name in at} == pytest.approx({name: expected[name] for name in at})
    f1 = metrics.classification(test, {"all": train}, "tissue", runs=3, seed=3)["F1"].mean()
    assert bound["tissue F1"] == pytest.approx(f1), "all training samples"
    assert bound["GAN-Leaks AUC"] == metrics.gan_leaks(train, validation, test)["AUC"]
    assert bound["LOGAN AUC"] == 0.5, "the stand-in knows neither validation nor test"


def test_standard_errors_are_of_independent_groups(report, sets):
    error = report.error.droplevel(0)
    assert error.loc[["recall", "two-sample AUC, forest", "DOMIAS AUC", "GAN-Leaks AUC"]].notna().all(axis=None)
    assert error.loc["S_dist"].isna().all()
    twice = sets["test"].copy()
    twice.obs["donor"] = [f"donor {i // 6}" for i in range(36)]
    asked = {"families": ["fidelity"], "baselines": []}
    alone, grouped = (
        evaluate(sets["train"], twice, sets["near"], **asked, **more).error.loc[("fidelity", "density"), "synthetic"]
        for more in ({}, {"groups": "donor"})
    )
    density = metrics.prdc_samples(twice, sets["near"])["density"]
    assert alone == of_groups(density, np.arange(36), 0).error
    assert grouped == of_groups(density, twice.obs["donor"].to_numpy(), 0).error != alone


def test_baselines_are_fitted_to_training_data_and_follow_the_test_groups(report, sets):
    made = Bootstrap(within=["tissue", "condition"]).fit(sets["train"]).sample(sets["test"].obs, seed=3)
    assert report.table.loc[("structure", "S_dist"), "bootstrap"] == metrics.s_dist(sets["test"], made)
    assert report.samples == {
        "train": 60, "test": 36, "validation": 30, "bound": 36, "GAN": 36, "copy": 36, "bootstrap": 36,
    }  # fmt: skip


def test_arrays_and_what_is_missing_is_said(sets):
    train, test, near = (sets[name].X + 1 for name in ("train", "test", "near"))
    report = evaluate(train, test, near, baselines=["bootstrap"], families=["structure", "grn", "marginals", "utility"])
    assert list(report.table.columns) == ["bound", "synthetic", "bootstrap", "best"]
    assert list(report.table.index.get_level_values("family").unique()) == ["structure", "marginals"]
    reasons = report.left_out.set_index("metric")["reason"]
    assert reasons["S_TF-TG"] == "regulons are not given"
    assert reasons["sd ratio within groups"] == "within is not given"
    assert reasons["zeros"] == "test has no exact zeros"
    assert reasons["DE slope"] == "contrast is not given"
    assert reasons["label AUC"] == "labels are not given"
    bones = sets["validation"].copy()
    bones.obs["tissue"] = "bone"
    asked = {"validation": bones, "contrast": ("tissue", "bone", "lung"), "families": "utility", "baselines": []}
    absent = evaluate(None, sets["test"], sets["near"], **asked)
    assert absent.left_out["reason"].str.startswith("test: value='bone' has 0 samples").any()
    named = evaluate(train, test, near, regulons=REGULONS, genes=GENES, families=["GRN"], baselines=[])
    assert named.table["synthetic"].tolist()[0] == metrics.s_tf_tg(test, near, REGULONS, GENES)


def test_without_training_data_there_is_no_bound(sets):
    report = evaluate(None, sets["test"], sets["near"], families=["structure", "privacy"])
    assert list(report.table.columns) == ["synthetic", "best"]
    assert set(report.left_out["reason"]) == {"train is not given"}
    assert {"bound", "Gaussian", "bootstrap"} <= set(report.left_out["data"])


@pytest.mark.parametrize("found", ["of a colleague", 5, np.arange(3)])
def test_a_provenance_of_another_form_is_ignored(sets, found):
    test = sets["test"].copy()
    test.uns["provenance"] = found
    report = evaluate(None, test, sets["near"], families=["fidelity"], seed=3)
    assert report.provenance["test"] == {}


def test_what_fails_for_one_data_set_is_left_out_of_it_alone(sets):
    plain = AnnData(sets["near"].X, var=pd.DataFrame(index=GENES))
    report = evaluate(
        sets["train"], sets["test"], {"good": sets["near"], "plain": plain}, families="utility", baselines=[], **LESS
    )
    assert report.table["good"].notna().all()
    assert report.table["plain"].isna().all()
    reasons = report.left_out.set_index(["metric", "data"])["reason"]
    assert "is not a column" in reasons["tissue F1", "plain"]
    assert reasons["DE slope", "plain"].startswith("synthetic: by='condition' is not a column")


LESS = {"labels": ["tissue"], "contrast": SWITCH}


def test_genes_are_matched_by_name(sets):
    turned = sets["near"][:, ::-1].copy()
    one, other = (
        evaluate(sets["train"], sets["test"], z, families=["structure", "utility"], baselines=[], labels=["tissue"])
        for z in (sets["near"], turned)
    )
    pd.testing.assert_frame_equal(one.table, other.table)


def test_same_seed_same_numbers_and_no_global_state(sets):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    one, two = (
        evaluate(sets["train"], sets["test"], sets["near"], families=["structure", "privacy"]).table for _ in range(2)
    )
    pd.testing.assert_frame_equal(one, two)
    assert (before == np.random.get_state()[1]).all()  # noqa: NPY002


def test_fewer_components_than_asked_for_are_noted(sets):
    report = evaluate(sets["train"], sets["test"], sets["near"], families=["structure"], baselines=[])
    assert report.notes == ["space=50 is more than train can have; 12 components are used."]
    assert report.settings["principal components of train"] == 12


def test_unequal_numbers_are_noted(sets):
    report = evaluate(sets["train"], sets["test"], sets["near"][:20].copy(), families=["structure"])
    assert report.samples["bound"] == 36, "as many as test has"
    assert "synthetic 20, Gaussian 36, bootstrap 36, bound 36" in report.notes[-1]


class Generator:
    """A fitted generator: it knows how to draw samples of given covariates."""

    def __init__(self, train):
        self.simulator = Bootstrap(within=["tissue"]).fit(train)

    def sample(self, obs, seed=0):
        return self.simulator.sample(obs, seed=seed)


def test_a_generator_draws_as_often_as_it_is_asked_to_and_once_more(sets):
    made = Generator(sets["train"])
    report = evaluate(
        sets["train"],
        sets["test"],
        {"made": made},
        within=["tissue"],
        families=["structure", "fidelity"],
        baselines=["copula"],
        draws=2,
        seed=5,
    )
    by_hand = [metrics.s_dist(sets["test"], made.sample(sets["test"].obs, seed=seed)) for seed in (5, 6)]
    runs = report.runs.set_index(["metric", "data"])["value"].sort_index(kind="stable")
    assert runs.loc["S_dist", "made"].tolist() == pytest.approx(by_hand)
    assert len(runs.loc["S_dist", "copula"]) == 2
    assert report.table["copula sd"].notna().all()
    pairs = ((made.sample(sets["test"].obs, seed=seed) for seed in some) for some in ((5, 7), (6, 8)))
    expected = [metrics.independent_draw_auc(sets["test"], *pair, seed=5)["independent draw"].mean() for pair in pairs]
    assert runs.loc["two-sample AUC, forest, independent draw", "made"].tolist() == pytest.approx(expected)
    assert report.settings["draws of baselines and generators"] == 2


def test_a_second_draw_is_given_or_drawn_by_the_model_or_missing(sets):
    asked = {"within": ["tissue"], "families": ["fidelity"], "baselines": []}
    made = Generator(sets["train"])
    first, second = (made.sample(sets["test"].obs, seed=seed) for seed in (0, 1))
    row = ("fidelity", "two-sample AUC, forest, independent draw")

    def score(draw, **given):
        return evaluate(sets["train"], sets["test"], {"made": draw}, **asked | given).table.loc[row, "made"]

    expected = metrics.independent_draw_auc(sets["test"], first, second)["independent draw"].mean()
    assert score(first, second_draws={"made": second}) == expected
    assert score(first, models={"made": made}) == expected, "from the next seed"
    other = metrics.independent_draw_auc(sets["test"], second, made.sample(sets["test"].obs, seed=2))[
        "independent draw"
    ].mean()
    assert score(second, models=made) == other, "the next seed is the one that the user had"
    missing = evaluate(sets["train"], sets["test"], {"made": first}, **asked).left_out
    assert "it has no second draw; give its model in models, or the draw in second_draws" in set(missing["reason"])
    with pytest.raises(ValueError, match=r"second_draws for synthetic.* equals synthetic.*; draw it with"):
        score(first, second_draws=first)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"families": ["structure", "beauty"]}, ValueError, "families has 'beauty'; there are: 'structure', 'GRN'"),
        ({"baselines": ["VAE"]}, ValueError, "baselines has 'VAE'; there are: 'Gaussian'"),
        ({"within": "tissue"}, TypeError, "within='tissue' must be a list of names of columns"),
        ({"within": ["donor"]}, ValueError, "within='donor' is not a column of train.obs; columns: 'tissue', 'cond"),
        ({"labels": ["age"]}, ValueError, "labels='age' is not a column of train.obs"),
        ({"contrast": ("condition", "cancer")}, ValueError, "must be a column of obs, a level and a reference level"),
        ({"contrast": ("state", "a", "b")}, ValueError, "contrast='state' is not a column of test.obs; columns"),
        ({"synthetic": {}}, ValueError, "synthetic is empty"),
        (
            {"synthetic": {"bound": np.ones((9, 12))}},
            ValueError,
            "other than 'bound', 'best', 'best possible'",
        ),
        ({"synthetic": {"Gaussian": np.ones((9, 12))}}, ValueError, "name of a synthetic data set and of a baseline"),
        ({"synthetic": np.ones((9, 5))}, ValueError, "test has 12 genes and synthetic.* has 5"),
        (
            {"synthetic": {"a": np.full((9, 12), np.nan)}},
            ValueError,
            r"synthetic\['a'\] has values that are NaN or infinite \(108 in all\)",
        ),
        ({"models": [1, 2]}, ValueError, "has 1 runs and 2 models"),
        ({"models": {"VAE": 1}}, ValueError, "models has 'VAE', which is no name of synthetic"),
        ({"second_draws": {"VAE": 1}}, ValueError, "second_draws has 'VAE', which is no name of synthetic"),
        ({"groups": "donor"}, ValueError, "groups='donor' is not a column of test.obs"),
        ({"draws": 0}, ValueError, "draws must be at least 1"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
        ({"space": 0}, ValueError, "space must be at least 1"),
        ({"test": "test.h5ad"}, TypeError, "test must be an AnnData or a 2-D array"),
    ],
)
def test_what_the_user_can_mend(sets, change, error, words):
    asked = {"train": sets["train"], "test": sets["test"], "synthetic": sets["near"]}
    with pytest.raises(error, match=words):
        gexlib.evaluate(**asked | {"families": ["structure"]} | change)


def test_a_contrast_may_be_a_contrast(sets):
    asked = {"families": ["utility"], "baselines": []}
    one, two = (
        evaluate(sets["train"], sets["test"], sets["near"], contrast=contrast, **asked)
        for contrast in (SWITCH, Contrast(*SWITCH))
    )
    pd.testing.assert_frame_equal(one.runs, two.runs)
    assert one.settings["contrast"] == two.settings["contrast"] == list(SWITCH)
