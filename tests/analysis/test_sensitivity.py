"""Robustness values against the published example, and what they promise on made up data."""

import numpy as np
import pytest

from gexlib.analysis import confounder_bias, robustness_value


def test_the_published_example():
    """Cinelli and Hazlett 2020, Table 1: t = 4.18 with 783 degrees of freedom."""
    assert robustness_value(4.18, 783) == pytest.approx(0.139, abs=5e-4)
    assert robustness_value(4.18, 783, level=0.95) == pytest.approx(0.076, abs=5e-4)


def test_a_confounder_of_this_strength_takes_the_whole_effect_away():
    se, freedom, t = 0.3, 50, 2.7
    strength = robustness_value(t, freedom)
    assert confounder_bias(se, freedom, strength, strength) == pytest.approx(t * se)


def test_the_bias_is_what_leaving_a_confounder_out_does():
    rng = np.random.default_rng(0)
    hidden, n = rng.normal(size=400), 400
    condition = 0.5 * hidden + rng.normal(size=n)
    gene = 0.8 * hidden + rng.normal(size=n)

    def fit(columns):
        x = np.column_stack([np.ones(n), *columns])
        b, squares = np.linalg.lstsq(x, gene, rcond=None)[:2]
        variance = squares[0] / (n - x.shape[1]) * np.linalg.inv(x.T @ x)
        return b[1], np.sqrt(variance[1, 1]), squares[0]

    short, se, left = fit([condition])
    long, _, left_after = fit([condition, hidden])
    of_condition = np.corrcoef(condition, hidden)[0, 1] ** 2
    assert confounder_bias(se, n - 2, of_condition, 1 - left_after / left) == pytest.approx(short - long, rel=1e-6)


def test_no_effect_needs_no_confounder():
    assert robustness_value([0.0, 1.0], 30, level=0.95).tolist() == [0.0, 0.0]


def test_wrong_use_is_refused():
    with pytest.raises(ValueError, match="freedom=1 must be above 1"):
        robustness_value(2.0, 1)
    with pytest.raises(ValueError, match="level=95"):
        robustness_value(2.0, 10, level=95)
    with pytest.raises(ValueError, match="of_condition must be from 0 to less than 1"):
        confounder_bias(1.0, 10, 1.0, 0.5)
