import numpy as np

from gexlib.metrics import tf_tg_background, tf_tg_correlations, tg_tg_background, tg_tg_correlations

from .regulated import NAMES, REGULONS


def test_flat_correlations():
    x, genes = np.random.default_rng(2).normal(size=(25, 10)), [f"g{i}" for i in range(10)]
    r = np.corrcoef(x, rowvar=False)
    regulons = {"g0": ["g3", "g1", "g9"], "g4": ["g4"], "lost": ["g1"], "g2": ["g5", "lost", "g6"]}
    expected = [r[0, 3], r[0, 1], r[0, 9], 1, r[2, 5], r[2, 6]]
    np.testing.assert_allclose(tf_tg_correlations(x, regulons, genes), expected, atol=1e-13)
    np.testing.assert_allclose(tg_tg_correlations(x, regulons, genes), [r[3, 1], r[3, 9], r[1, 9], r[5, 6]], atol=1e-13)
    assert tf_tg_correlations(x, regulons, genes, self_regulation=False).size == 5
    assert tg_tg_correlations(x, {"g0": ["g1"]}, genes).size == 0


def test_backgrounds_are_the_pairs_that_regulation_leaves(x, monkeypatch):
    r = np.corrcoef(x, rowvar=False)
    targets = {
        int(tf[1:]): {int(t[1:]) for t in ts if t in NAMES and t != tf} for tf, ts in REGULONS.items() if tf != "gone"
    }
    expected = [r[tf, g] for tf, ts in targets.items() for g in range(60) if g not in ts | {tf}]
    np.testing.assert_allclose(np.sort(tf_tg_background(x, REGULONS, NAMES)), np.sort(expected))
    everyone = sorted(set().union(*targets.values()))
    pairs = [(a, b) for a in everyone for b in everyone if a < b]
    expected = [r[a, b] for a, b in pairs if not any({a, b} <= ts for ts in targets.values())]
    assert 0 < len(expected) < len(pairs)
    np.testing.assert_allclose(np.sort(tg_tg_background(x, REGULONS, NAMES)), np.sort(expected))
    monkeypatch.setattr("gexlib.metrics.expression.BLOCK", 7)
    np.testing.assert_allclose(np.sort(tg_tg_background(x, REGULONS, NAMES)), np.sort(expected))
