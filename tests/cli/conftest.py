"""A command line, and a folder with data, for all commands."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from typer.testing import CliRunner

from gexlib.cli import app

TRAIN = ["train", "data.h5ad", "model", "--categorical", "medium", "--epochs", "3", "--device", "cpu"]


@pytest.fixture
def gexlib():
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with data.h5ad, wanted.csv and a network, and the process in it."""
    rng = np.random.default_rng(0)
    obs = pd.DataFrame(
        {"medium": rng.choice(["LB", "M9"], 60), "donor": [f"d{i // 2}" for i in range(60)]},
        index=[f"s{i}" for i in range(60)],
    )
    x = 5 + rng.normal(size=(60, 3)) @ rng.normal(size=(3, 8)) + rng.normal(size=(60, 8))
    genes = pd.DataFrame(index=["crp", "araC", "lacZ", "fis", "a", "b", "c", "d"])
    AnnData(x.astype(np.float32), obs=obs, var=genes).write_h5ad(tmp_path / "data.h5ad")
    pd.DataFrame({"medium": ["LB"] * 5}, index=list("vwxyz")).to_csv(tmp_path / "wanted.csv")
    (tmp_path / "network.txt").write_text("CRP\taraC\t+\t[X]\tStrong\nCRP\tlacZ\t+\t[X]\tStrong\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path
