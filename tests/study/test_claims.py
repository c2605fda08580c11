"""Verdicts on claims follow their rules, and the committed table is what the rules make of the committed runs."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gexlib.study import claims_table, reference, reference_embeddings, reference_table
from gexlib.study.claims import CLAIMS, NEAR, NOT_YET, Claim, holds, judge, verdict
from gexlib.wgan import embedding_size

PAGE = Path(__file__).parents[2] / "book/claims.csv"
NEAR_BOUND = Claim("near", "human", "score", share=0.9)


def runs(**rows):
    """Scores of rows, a list each, as the reference run has them."""
    found = [
        {"data": name.replace("_", " "), "seed": seed, "score": value}
        for name, values in rows.items()
        for seed, value in enumerate(values)
    ]
    return pd.DataFrame(found).replace(
        {"data": {"papers": "GAN, the paper's", "default": "GAN, default", "bound": "Real, matched"}}
    )


def told(claim, **rows):
    return judge(claim, runs(**rows))["Verdict"]


REAL, GOOD, BAD = [0.9, 0.95, 1.0], [0.88, 0.93, 0.97], [0.3, 0.35, 0.38]


@pytest.mark.parametrize(
    ("papers", "default", "gaussian", "expected"),
    [
        (GOOD, GOOD, BAD, "holds"),
        (GOOD, BAD, GOOD, "holds, but a Gaussian of each kind does too"),
        (BAD, BAD, BAD, "does not hold here"),
        (BAD, GOOD, BAD, "does not hold here, but does for the default"),
        (BAD, GOOD, GOOD, "does not hold here, but does for the default and for a Gaussian of each kind"),
    ],
)
def test_near_the_bound(papers, default, gaussian, expected):
    assert told(NEAR_BOUND, papers=papers, default=default, bound=REAL, Gaussian_of_each_kind=gaussian) == expected


def test_noise_is_that_of_the_share_within_splits_and_not_that_of_splits():
    """Splits that move all rows together are no noise; a share that moves is."""
    table = pd.DataFrame({"Real, matched": [0.4, 0.9], "steady": [0.34, 0.765], "noisy": [0.4, 0.63]})
    assert not holds(NEAR_BOUND, table, "steady")  # 0.85 of the bound in both
    assert holds(NEAR_BOUND, table, "noisy")  # 1 and 0.7: 0.85 as well, but with a noise of 0.2


def test_one_split_has_no_noise():
    one = {"papers": [0.9], "default": [0.9], "bound": [1.0]}
    assert told(NEAR_BOUND, **one) == NOT_YET
    assert judge(NEAR_BOUND, runs(**one))["The paper's model here"] == "0.900"
    with pytest.raises(ValueError, match="1 split is no measure of noise"):
        holds(NEAR_BOUND, pd.DataFrame({"a": [0.9], "Real, matched": [1.0]}), "a")


def test_a_row_that_was_not_run_is_named_so():
    found = judge(NEAR_BOUND, runs(default=GOOD, bound=REAL))
    assert found["The paper's model here"] == "not run"
    assert found["Verdict"] == NOT_YET


@pytest.mark.parametrize(
    ("rule", "papers", "rival", "expected"),
    [
        ("above", [0.8, 0.7], [0.1, 0.05], True),
        ("above", [0.8, 0.2], [0.1, 0.15], False),  # above in both, but not by more than the noise
        ("like random", [0.8, 0.7], [0.1, 0.05], True),
        ("like random", [0.8, 0.7], [0.1, 0.6], False),
        ("no gain", [0.8, 0.7], [0.81, 0.69], True),
        ("no gain", [0.8, 0.7], [0.9, 0.81], False),
        ("narrower", [0.8, 0.7], None, True),
        ("narrower", [0.99, 1.02], None, False),
    ],
)
def test_other_rules(rule, papers, rival, expected):
    claim = Claim("a claim", "human", "score", rule, rival="rival" if rival else "")
    rows = {"papers": papers, "default": papers, "bound": [1.0, 1.0], "Random": [0.0, 0.0]}
    answer = told(claim, **rows, **({"rival": rival} if rival else {}))
    assert answer.startswith("holds" if expected else "does not hold here")


def test_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="rule='magic' is not known"):
        told(Claim("a claim", "human", "score", "magic"), papers=GOOD, default=GOOD, bound=REAL)


def test_the_best_baseline_knows_as_much_as_the_models():
    rows = {"papers": GOOD, "default": GOOD, "bound": REAL, "Gaussian": REAL, "SMOTE_of_each_kind": GOOD}
    assert told(NEAR_BOUND, **rows) == "holds, but SMOTE of each kind does too"
    unconditional = Claim("near", "M3D, 524 chips", "score", share=0.9)
    assert told(unconditional, **rows) == "holds, but a Gaussian does too"


def test_words():
    assert verdict(True, "Copula of each kind", False) == "holds, but a copula of each kind does too"


def test_shares_are_the_papers_own_where_it_prints_them():
    shares = {claim.text: claim.share for claim in CLAIMS if claim.data == "human"}
    assert shares["Human: S_dist near that of real samples"] == pytest.approx(0.920 / 0.947)
    assert shares["Human: synthetic and real samples mix on a UMAP"] == NEAR


def test_the_committed_table_is_what_the_code_makes_of_the_committed_runs():
    made = claims_table()
    pd.testing.assert_frame_equal(pd.read_csv(PAGE, dtype=str), made)
    assert made["Verdict"].str.startswith(("holds", "does not hold here", NOT_YET)).all()


@pytest.mark.parametrize("name", ["human", "ecoli"])
def test_every_run_says_where_it_comes_from(name):
    table = reference(name)
    assert table["commit"].str.fullmatch("[0-9a-f]{7,}").all()
    assert table["machine"].str.contains("PyTorch").all()
    assert not table.duplicated(["set", "data", "seed"]).any()


def test_tables_of_a_chapter():
    table = reference_table("human", ["S_dist", "age effect", "seconds"])
    assert list(table.index)[:3] == ["Real, all of training", "Real, matched", "SMOTE of each kind"]
    assert all(name.startswith(("GAN", "The authors")) for name in table.index[5:])
    assert "." not in table.loc["GAN, default", "seconds"]
    assert table.loc["Gaussian of each kind", "age effect"] == "–"
    values = reference("human").set_index("data").loc["Real, matched", "S_dist"]
    assert table.loc["Real, matched", "S_dist"].startswith(f"{np.mean(values):.3f}")
    with pytest.raises(ValueError, match="name='mouse' is not known"):
        reference("mouse")


def test_embeddings_of_the_reference_are_of_the_tissues():
    found = reference_embeddings()
    assert list(found.index.names) == ["seed", "tissue"]
    for _, vectors in found.groupby("seed"):
        assert vectors.shape[1] == embedding_size(len(vectors))
        assert {"lung", "liver", "breast"} < set(vectors.index.get_level_values("tissue"))
