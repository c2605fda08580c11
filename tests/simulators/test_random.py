import numpy as np
import pytest

from gexlib.metrics import s_dist
from gexlib.simulators import Random


def test_values_fill_the_training_range_of_each_gene(train):
    x = Random().fit(train).simulate(2000).X
    low, high = train.X.min(axis=0), train.X.max(axis=0)
    assert (x >= low).all()
    assert (x <= high).all()
    np.testing.assert_allclose((x - low).mean(axis=0) / (high - low), 0.5, atol=0.04)
    np.testing.assert_allclose(x.std(axis=0) / (high - low), 12**-0.5, atol=0.02)


def test_genes_are_independent(train):
    simulated = Random().fit(train).simulate(2000)
    r = np.corrcoef(simulated.X, rowvar=False)
    assert np.abs(r - np.eye(30)).max() < 0.1
    assert abs(s_dist(train, simulated)) < 0.2


def test_given_limits(train):
    simulator = Random(low=0, high=2).fit(train)
    x = simulator.simulate(500).X
    assert 0 <= x.min() < 0.05
    assert 1.95 < x.max() <= 2
    np.testing.assert_array_equal(simulator.high_, np.full(30, 2.0))
    with pytest.raises(ValueError, match=r"low=3 and high=1 must be .* gene 0 would lie between 3 and 1"):
        Random(low=3, high=1).fit(train)
    with pytest.raises(ValueError, match="must be finite"):
        Random(high=np.inf).fit(train)
