"""The challenge's folds from end to end, on few tumours and genes."""

import pandas as pd
import pytest


@pytest.fixture
def camda(benchmarks):
    import camda_brca

    return camda_brca


@pytest.fixture
def file(expression, tmp_path):
    data = expression(150, kinds=("LumA", "LumA", "Basal"))
    table = data.to_df().reset_index(drop=True)
    table.insert(0, "Subtype", data.obs["kind"].to_numpy())
    table.insert(1, "fold", [i // 3 % 5 + 1 for i in range(150)])
    table.to_csv(tmp_path / "tumours.csv.gz", index=False)
    return tmp_path / "tumours.csv.gz"


def test_rows_and_the_page(camda, file, tmp_path, capsys):
    options = [str(file), "--seeds", "0", "--folds", "1", "2", "--epochs", "2"]
    options += ["--result", str(tmp_path / "rows.csv"), "--page", str(tmp_path / "page.csv")]
    camda.main([*options, "--only", "Real", "Bootstrap"])
    camda.main([*options, "--only", "default"])
    rows = pd.read_csv(tmp_path / "rows.csv")
    assert rows["generator"].tolist() == ["Real", "Real", "Bootstrap", "Bootstrap", "default", "default"]
    assert rows.loc[4, "settings"] == "default with epochs=2"
    assert set(camda.SHOWN) <= set(rows)
    page = pd.read_csv(tmp_path / "page.csv", index_col="generator")
    assert page.index.tolist()[:3] == ["Real", "Bootstrap", "default"]
    mvn = page.loc["challenge: MVN"].fillna("")
    assert mvn[["accuracy", "discriminative F1", "forest AUC, new draw"]].tolist() == ["0.849", "0.528", "–"]
    mean = rows.groupby("generator")["membership AUC"].mean()
    assert mean["Bootstrap"] > 0.75 > 0.7 > mean["Real"]
    assert "GAN-leaks TPR at 10 %" in capsys.readouterr().out


def test_validation_samples_are_a_fifth_of_the_other_folds_with_all_subtypes(camda, file):
    train, validation, test = camda.divided(camda.tumours(file), 2, seed=0)
    assert (train.n_obs, validation.n_obs, test.n_obs) == (96, 24, 30)
    assert (test.obs["fold"] == 2).all()
    assert validation.obs["Subtype"].value_counts().to_dict() == {"LumA": 16, "Basal": 8}


def test_a_file_without_the_columns_is_refused(camda, tmp_path):
    pd.DataFrame({"gene": [1.0]}).to_csv(tmp_path / "other.csv", index=False)
    with pytest.raises(ValueError, match="no column 'Subtype'"):
        camda.tumours(tmp_path / "other.csv")
