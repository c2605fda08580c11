"""The comparison with peers, from end to end, with stand-ins for their packages that answer at once."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SYNG = """
import numpy as np, pandas as pd, types
__version__ = "9.9"
def generate(data, *, groups, new_size, random_seed, **settings):
    assert settings["apply_log"] is False
    rows = np.random.default_rng(random_seed).integers(len(data), size=new_size)
    if settings["model"] == "maf":
        rows %= 2  # two samples again and again
    labels = None if groups is None else sorted(groups.iloc[rows])
    return types.SimpleNamespace(generated_data=data.iloc[rows] + 0.01, generated_groups=labels)
"""
CTGAN = """
import time
__version__ = "8.8"
class CTGAN:
    def __init__(self, **settings): pass
    def set_random_state(self, seed): self.seed = seed
    def fit(self, data, discrete): self.data = data; assert discrete == ["tissue", "condition"]
    def sample(self, n): return self.data.sample(n, replace=True, random_state=self.seed)
"""


@pytest.fixture
def peers(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(BENCHMARKS)
    for name, text in {"syng_bts": SYNG, "ctgan": CTGAN}.items():
        (tmp_path / "packages").mkdir(exist_ok=True)
        (tmp_path / f"packages/{name}.py").write_text(text)
    import peers

    from gexlib import metrics

    def regression(real, synthetic):  # the forest and three trainings of a network take most of the time
        return metrics.two_sample_auc(real, synthetic, "logistic regression", folds=2)

    def once(test, training, target, runs):
        return metrics.classification(test, training, target, runs=1, hidden=(8,))

    quick = SimpleNamespace(**vars(metrics) | {"two_sample_auc": regression, "classification": once})
    monkeypatch.setattr(peers, "metrics", quick)
    return peers


def arguments(tmp_path, *more):
    keep = str(tmp_path / "kept")
    return ["--demo", "150", "--genes", "40", "--preset", "default", "--epochs", "2", "--keep", keep, *more]


@pytest.mark.filterwarnings("ignore")
def test_one_table_of_all_from_the_same_split(peers, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "packages"))
    peers.main(arguments(tmp_path))
    printed = capsys.readouterr().out
    names = ["Real", "Bootstrap", "SMOTE", "Gaussian", "Gaussian copula", "gexlib GAN, default", *peers.PEERS]
    rows = {}
    for name in names:
        (line,) = re.findall(rf"^{re.escape(name)} {{2,}}(\S.*)$", printed, re.MULTILINE)
        rows[name] = line.split()
    full = {name: [float(v) for v in row] for name, row in rows.items() if len(row) == 14}
    assert "demo: 90 train, 23 validation, 37 test samples, 40 genes" in printed
    assert "syng-cvae: syng-bts 9.9" in printed
    assert "ctgan: ctgan 8.8" in printed
    assert set(names) - set(full) == {"Real", "syng-cvae", "syng-wgangp", "syng-maf"}, "no time of its own; no tissues"
    membership = {name: float(row[-2 if name != "Real" else -1]) for name, row in rows.items()}
    assert membership["ctgan"] > 0.7, "drawn from the training samples"
    assert membership["Bootstrap"] > 0.7
    assert abs(membership["Real"] - 0.5) < 0.2
    recall = {name: float(row[3]) for name, row in rows.items()}
    assert recall["syng-maf"] == 0 < recall["syng-wgangp"], "the one that gives two samples only"
    kept = sorted(path.name for path in (tmp_path / "kept").glob("*.npz"))
    assert kept == ["ctgan-0.npz", "syng-cvae-0.npz", "syng-maf-0.npz", "syng-wgangp-0.npz", "train.npz"]
    with np.load(tmp_path / "kept/syng-cvae-0.npz") as file:
        assert (file["condition"] != np.sort(file["condition"])).any(), "shuffled: they come sorted by group"
    (tmp_path / "kept/ctgan-0.json").write_text('{"scores": {"time": {"minutes": 123.4}}, "version": "kept"}')
    peers.main([*arguments(tmp_path), "--peers", "ctgan"])
    again = capsys.readouterr().out
    assert re.search(r"^ctgan .*123\.40*$", again, re.MULTILINE), "what the folder has is not done again"
    assert "syng" not in again.split("mean over seeds")[1].split("precision to coverage")[0]
    with pytest.raises(SystemExit, match="has samples for other training data; give another folder as --keep"):
        peers.main([*arguments(tmp_path), "--genes", "30"])


def test_without_the_peers_it_says_how_to_install_them(peers, tmp_path):
    with pytest.raises(SystemExit, match=f"{re.escape(sys.executable)} has not both .*\n+.*pip install syng-bts ctgan"):
        peers.main(arguments(tmp_path))


def test_a_peer_that_takes_too_long_has_an_empty_row(peers, tmp_path):
    options = SimpleNamespace(python=sys.executable, keep=str(tmp_path), minutes=1e-4)
    made = peers.from_peer("ctgan", 0, {}, options)
    assert made == {"version": "no result in 0.0001 minutes"}
    assert np.isnan(peers.scores(made, {}, None)["time"]["minutes"])
