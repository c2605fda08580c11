"""What pages say in short, and their tables by group, follow the files that the benchmarks wrote."""

import shutil
import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "book/_ext"))
import in_short
import speed

BOOK = ROOT / "book"


@pytest.fixture
def copy(tmp_path):
    """A folder with the tables of the how-to pages, in which a test may change them."""
    (tmp_path / "howto").mkdir()
    for path in (BOOK / "howto").glob("*.csv"):
        shutil.copy(path, tmp_path / "howto")
    return tmp_path


def change(path, old, new):
    text = path.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_generator_in_short_follows_its_tables(copy):
    before = in_short.generator("", copy)
    assert before.count("\n- ") == 5
    assert "improves neither recall, coverage nor the forest's AUC by more than its spread" in before
    change(copy / "howto/generator_fidelity.csv", "with a factor model,0.96,0.79 ± 0.01,0.78 ± 0.05",
           "with a factor model,0.96,0.79 ± 0.01,0.99 ± 0.01")  # fmt: skip
    assert "improves recall by more than its spread" in in_short.generator("", copy)
    change(copy / "howto/generator_use.csv", "default,0.63 ± 0.01", "default,0.55 ± 0.01")
    assert "less often than those of the simple model *Gaussian copula*" in in_short.generator("", copy)


def test_speed_in_short_follows_its_tables(copy):
    before = speed.sentences("", copy)
    assert before.count("\n- ") == 4
    change(copy / "howto/benchmarks.csv", "249 ms", "1.50 s")
    assert "genes it takes 1500 ms" in speed.sentences("", copy)
    assert "genes it takes 1500 ms" not in before


def test_each_row_on_speed_is_in_one_table():
    tables = [speed.table(group, BOOK) for group in speed.GROUPS]
    shown = [line for table in tables for line in table.split("\n\n")[1].splitlines()[1:-1]]
    rows = [
        line
        for name in ("benchmarks", "gpu_benchmarks")
        for line in (BOOK / f"howto/{name}.csv").read_text(encoding="utf-8").splitlines()[1:]
    ]
    assert len(shown) == len(rows)
