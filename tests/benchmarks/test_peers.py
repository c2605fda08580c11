"""The comparison with peers, from end to end, with stand-ins for their packages that answer at once."""

import re
import sys

import numpy as np
import pandas as pd
import pytest

SYNG = """
import numpy as np, pandas as pd, types
__version__ = "9.9"
def generate(data, *, groups, new_size, random_seed, **settings):
    assert settings["apply_log"] is False
    assert (groups is not None) == (settings["model"] == "CVAE1-10")
    rows = np.random.default_rng(random_seed).integers(len(data), size=new_size)
    if settings["model"] == "maf":
        rows %= 2  # two samples again and again
    return types.SimpleNamespace(generated_data=data.iloc[np.sort(rows)] + 0.01)
"""
CTGAN = """
__version__ = "8.8"
class TVAE:
    def __init__(self, **settings): pass
    def set_random_state(self, seed): self.seed = seed
    def fit(self, data, discrete): self.data = data; assert discrete == ["kind"]
    def sample(self, n): return self.data.sample(n, replace=True, random_state=self.seed)
class CTGAN(TVAE):
    def fit(self, data, discrete):
        import time
        time.sleep(60)
"""
FOREST = """
import numpy as np
class ForestDiffusionModel:
    def __init__(self, x, label_y, **settings): self.all = np.column_stack([x, label_y])
    def generate(self, batch_size): return self.all[np.random.default_rng(0).integers(len(self.all), size=batch_size)]
"""
MATCHER = """
import torch
class ExactOptimalTransportConditionalFlowMatcher:
    def __init__(self, sigma): pass
    def guided_sample_location_and_conditional_flow(self, x0, x1, y1):
        t = torch.rand(len(x0))
        return t, x0 + t[:, None] * (x1 - x0), x1 - x0, None, y1
"""
PACKAGES = {"syng_bts": SYNG, "ctgan": CTGAN, "ForestDiffusion": FOREST, "torchcfm": MATCHER}


@pytest.fixture
def peers(benchmarks, monkeypatch, tmp_path, expression):
    """The benchmark on 120 samples of two kinds, with a condition; the stand-ins are importable."""
    folder = tmp_path / "packages"
    for name, text in PACKAGES.items():
        (folder / f"{name}-7.7.dist-info").mkdir(parents=True)
        (folder / f"{name}-7.7.dist-info/METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 7.7\n")
        (folder / f"{name}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.syspath_prepend(folder)
    import peers
    from generators import Columns
    from learning_curve import Problem

    data = expression(170)
    data.obs["sample"] = data.obs_names
    data.obs["condition"] = np.where(np.arange(170) % 3, "normal", "cancer")
    ready = Problem(data[:120].copy(), data[120:].copy(), Columns(["kind"], [], ["kind"]), "kind", "sample")
    monkeypatch.setattr(peers, "problem", lambda folder, data, seed: ready)
    yield peers
    for name in (*PACKAGES, "peer_training"):
        sys.modules.pop(name, None)


def test_rows_of_all_from_the_same_samples(peers, tmp_path, capsys):
    result = tmp_path / "rows.csv"
    options = [str(tmp_path), "--data", "BRCA", "--seeds", "0", "--epochs", "2", "--result", str(result)]
    options += ["--page", str(tmp_path / "page.csv")]
    names = ["Real", "Bootstrap", "default", "syng-cvae", "syng-maf", "syng-vae, each kind", "tvae"]
    names += ["forest flow, in components"]
    peers.main([*options, "--only", *names])
    rows = pd.read_csv(result).set_index("generator")
    assert rows.index.tolist() == names
    assert rows["F1"].isna().to_dict() == {name: name in ("syng-cvae", "syng-maf") for name in names}, "know no kinds"
    assert rows.loc["syng-cvae", "settings"] == "syng-bts 9.9"
    assert rows.loc["forest flow, in components", "settings"] == "ForestDiffusion 7.7"
    assert rows.loc["tvae", "membership AUC"] > 0.75, "drawn from the training samples"
    assert rows.loc["syng-vae, each kind", "F1"] > 0.9
    assert rows.loc["Real", "membership AUC"] < 0.7
    assert rows.loc["syng-maf", "recall"] == 0, "the one that gives two samples only"
    assert pd.read_csv(tmp_path / "page.csv")["generator"].tolist() == names
    assert "forest flow" in capsys.readouterr().out


def test_without_the_peers_it_says_how_to_install_them(peers, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "")
    with pytest.raises(SystemExit, match=f"{re.escape(sys.executable)} has not all of syng-bts .*\n+.*pip install"):
        peers.main([str(tmp_path), "--only", "tvae", "--result", str(tmp_path / "rows.csv")])
    assert not (tmp_path / "rows.csv").exists()


def test_a_peer_that_takes_too_long_has_a_row_without_scores(peers, tmp_path):
    found = peers.row(tmp_path, sys.executable, 0.05, {}, "BRCA", "ctgan", 0)
    assert found["settings"] == "no result in 0.05 minutes"
    assert all(np.isnan(found[name]) for name in peers.SHOWN)


def test_samples_of_the_wanted_kinds_are_taken(peers):
    ready = peers.problem(None, None, 0)
    kinds = np.array(["a"] * 30 + ["b"] * 70)
    wanted = ready.test.obs
    drawn = peers.of_kinds(np.arange(100.0)[:, None].repeat(24, axis=1), kinds, wanted, ready, 0)
    assert (kinds[drawn.X[:, 0].astype(int)] == wanted["kind"]).all()
    assert len(np.unique(drawn.X[:, 0])) == len(wanted)


def test_flow_matching_and_components_learn_a_distribution(peers):
    import peer_training

    rng = np.random.default_rng(0)
    kind = np.array(["a", "b"])[np.arange(400) % 2]
    x = (
        5
        + rng.normal(size=(400, 2)) @ rng.normal(size=(2, 12))
        + 4 * (kind == "b")[:, None]
        + rng.normal(size=(400, 12))
    )
    wanted = np.repeat(["b", "a"], 150)

    def quick(*given):
        return peer_training.flow_matching(*given, iterations=600)

    drawn, kinds, version = peer_training.in_components(quick, x, kind, kind, wanted, 0)
    assert (version, list(kinds)) == ("torchcfm 7.7", list(wanted))
    for name in "ab":
        made, real = drawn[wanted == name], x[kind == name]
        np.testing.assert_allclose(made.mean(axis=0), real.mean(axis=0), atol=0.6)
        assert 0.6 < (made.std(axis=0) / real.std(axis=0)).mean() < 1.4
    same, *_ = peer_training.in_components(lambda x, *_: (x, None, ""), x, kind, kind, kind, 0)
    np.testing.assert_allclose(same, x, atol=1e-5)
    assert peer_training.each_kind(lambda x, *_: (x, None, ""), x, kind, kind, kind, 0)[0].shape == x.shape
