"""Moderated variances against the published numbers of limma."""

import numpy as np
import pytest

from gexlib.moderation import inverse_trigamma, moderate


def test_the_numbers_are_those_of_limmas_squeezevar():
    found = moderate(np.array([0.5, 1.3, 7.8]), freedom=3)
    assert found.prior_freedom == pytest.approx(2.830777, abs=1e-6)
    assert found.prior_variance == pytest.approx(1.676927, abs=1e-6)
    np.testing.assert_allclose(found.variance, [1.071385, 1.482994, 4.827317], atol=1e-6)
    assert found.freedom == pytest.approx(5.830777, abs=1e-6)


def test_the_prior_of_simulated_variances_is_found():
    """Variances drawn as the model says: d0 = 8, s0^2 = 2."""
    rng = np.random.default_rng(0)
    true = 2 * 8 / rng.chisquare(8, 20000)
    found = moderate(true * rng.chisquare(5, 20000) / 5, freedom=5)
    assert found.prior_freedom == pytest.approx(8, rel=0.1)
    assert found.prior_variance == pytest.approx(2, rel=0.05)
    assert np.square(np.log(found.variance / true)).mean() < np.square(np.log(true / 2)).mean()


def test_equal_variances_are_pooled():
    found = moderate(np.full(10, 3.0), freedom=4)
    assert found.prior_freedom == np.inf
    assert np.ptp(found.variance) == 0
    assert found.freedom == 40


def test_one_gene_stays_as_it_is():
    found = moderate(np.array([2.0]), freedom=6)
    assert found.variance.tolist() == [2.0]
    assert found.freedom == 6


@pytest.mark.parametrize("value", [1e-8, 0.01, 0.5, 5.0, 300.0, 1e9])
def test_the_inverse_of_trigamma(value):
    from scipy.special import polygamma

    assert polygamma(1, inverse_trigamma(value)) == pytest.approx(value, rel=1e-5)


def test_wrong_use_is_refused():
    for variance, freedom in (([1.0, -1.0], 3), ([0.0, 0.0], 3), ([1.0, np.nan], 3), ([1.0, 2.0], 0)):
        with pytest.raises(ValueError, match="freedom"):
            moderate(np.array(variance), freedom)
