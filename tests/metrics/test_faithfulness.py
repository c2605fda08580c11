"""Alpha-precision, beta-recall and authenticity, against loops over samples and levels."""

import math

import numpy as np
import pytest

from gexlib.metrics import PrincipalSpace, alpha_precision, authenticity


def normal(n, seed, sd=1.0, shift=0.0):
    return np.random.default_rng(seed).normal(shift, sd, (n, 4))


def distance(a, b):
    return math.sqrt(sum((p - q) ** 2 for p, q in zip(a, b, strict=True)))


def by_loops(real, synthetic):
    """The published computation, spelled out: alphas, radii, nearest neighbours, sums of differences."""
    alphas = [i / 29 for i in range(30)]
    centre, other = real.mean(axis=0), synthetic.mean(axis=0)
    radii = np.quantile([distance(x, centre) for x in real], alphas)
    precise = [sum(distance(z, centre) <= radius for z in synthetic) / len(synthetic) for radius in radii]
    nearest = [min(range(len(synthetic)), key=lambda j, x=x: distance(x, synthetic[j])) for x in real]
    covered = [
        distance(x, synthetic[nearest[i]]) <= min(distance(x, y) for j, y in enumerate(real) if j != i)
        for i, x in enumerate(real)
    ]
    depth = [distance(synthetic[j], other) for j in nearest]
    balls = np.quantile(depth, alphas)
    recalled = [sum(c and d <= ball for c, d in zip(covered, depth, strict=True)) / len(real) for ball in balls]
    return [
        1 - sum(abs(p - a) for p, a in zip(curve, alphas, strict=True)) / sum(alphas) for curve in (precise, recalled)
    ]


@pytest.mark.parametrize(("sd", "shift"), [(1, 0), (0.5, 0), (1, 2), (3, 0)])
def test_it_is_the_published_computation(sd, shift):
    real, synthetic = normal(40, 0), normal(30, 1, sd, shift)
    assert alpha_precision(real, synthetic).tolist() == pytest.approx(by_loops(real, synthetic))


def test_precision_sees_a_shift_and_recall_a_lack_of_variety():
    real, same = normal(400, 0), normal(400, 1)
    precision, recall = alpha_precision(real, same)
    assert precision > 0.9
    assert recall == pytest.approx(0.5, abs=0.1)
    assert alpha_precision(real, normal(400, 1, shift=3))["alpha-precision"] < 0.2
    assert alpha_precision(real, normal(400, 1, sd=0.2))["beta-recall"] < 0.2
    assert alpha_precision(real, real[::-1]).tolist() == pytest.approx([1, 1], abs=0.04)


def test_authenticity_is_that_of_each_synthetic_sample():
    train, made = normal(30, 0), np.concatenate([normal(20, 1), normal(30, 0)[:10] + 0.05])
    expected = []
    for z in made:
        i = min(range(30), key=lambda j, z=z: distance(z, train[j]))
        expected.append(distance(z, train[i]) > min(distance(train[i], train[j]) for j in range(30) if j != i))
    assert authenticity(train, made) == np.mean(expected)
    assert 0 < np.mean(expected) < 1
    assert authenticity(train, train) == 0
    assert authenticity(train, train + 100) == 1
    space = PrincipalSpace(2).fit(train)
    assert authenticity(train, made, space) == authenticity(space.transform(train), space.transform(made))
