"""Who is as good as whom is counted from distances to the best value."""

import numpy as np
import pandas as pd

from gexlib.report.counts import compare, in_words, shortfall

ROWS = pd.MultiIndex.from_tuples([("one", "up"), ("one", "down"), ("two", "near"), ("two", "absent")])
DEFINITIONS = pd.DataFrame(
    {"best": [1.0, 0.5, 1.0, 1.0], "better": ["higher", "lower", "nearer to best", "higher"]}, ROWS
)
MEAN = pd.DataFrame({"GAN": [0.9, 0.6, 0.8, 0.5], "simple": [0.7, 0.4, 1.3, np.nan]}, ROWS)


def spread(*values):
    return pd.DataFrame(values, ROWS, ["GAN", "simple"])


NONE = spread(*[(np.nan, np.nan)] * 4)


def test_the_distance_to_the_best_is_one_sided_where_one_side_is_better():
    far = shortfall(MEAN.assign(over=[1.2, 0.3, 0.9, 1]), DEFINITIONS)
    np.testing.assert_allclose(far["GAN"], [0.1, 0.1, 0.2, 0.5])
    np.testing.assert_allclose(far["simple"][:3], [0.3, 0, 0.3])
    np.testing.assert_allclose(far["over"], [0, 0, 0.1, 0])


def test_without_a_spread_the_better_number_wins():
    found = compare(MEAN, NONE, DEFINITIONS, "GAN", "simple")
    assert found[:3].tolist() == ["worse", "better", "worse"]
    assert np.isnan(found.iloc[3])
    assert compare(MEAN.assign(simple=MEAN["GAN"]), NONE, DEFINITIONS, "GAN", "simple").eq("as good").all()


def test_a_difference_counts_if_it_is_more_than_both_spreads():
    some = spread((0.15, 0.14), (0.0, np.nan), (np.nan, 0.08), (1, 1))  # differences of .2, .1 and .1
    assert compare(MEAN, some, DEFINITIONS, "GAN", "simple")[:3].tolist() == ["as good", "better", "as good"]
    some = spread((0.14, 0.14), (0.08, np.nan), (np.nan, 0.07), (1, 1))
    assert compare(MEAN, some, DEFINITIONS, "GAN", "simple")[:3].tolist() == ["worse", "as good", "worse"]


def test_the_words_hold_the_counts():
    some = spread((0.15, 0.14), (np.nan, np.nan), (np.nan, np.nan), (np.nan, np.nan))
    answers = pd.DataFrame({("GAN", "simple"): compare(MEAN, some, DEFINITIONS, "GAN", "simple")})
    sentence, rule = in_words(answers, some)
    assert sentence == (
        "On 2 of 3 metrics, simple is as good as GAN or better (one 2 of 2, two 0 of 1); it is better by more than the "
        "spread on 1."
    )
    assert "known for 1 of 4 metrics" in rule
    assert in_words(pd.DataFrame(index=ROWS), some) == []
