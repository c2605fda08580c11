from pathlib import Path

import pandas as pd
import pytest
from nbfile import NotebookError
from plan import Notebook, options, plan, summarise, table


@pytest.fixture
def notebooks(repository, monkeypatch):
    monkeypatch.chdir(repository)
    return table(repository / "workflow/notebooks.yml")


def test_without_parameters_all_run_with_their_defaults(notebooks):
    book = plan(notebooks, {})
    assert book.swept is None
    assert book.given == {"01_prepare": {}, "02_train": {}, "03_compare": {}, "howto/use": {}}


def test_a_parameter_goes_to_each_notebook_that_declares_it(notebooks):
    book = plan(notebooks, {"seed": 1, "rate": "1e-4", "seeds": ["3", "4"], "data": "mine.h5ad"})
    assert book.given == {
        "01_prepare": {},
        "02_train": {"seed": "1", "rate": "1e-4", "data": "mine.h5ad"},
        "03_compare": {"seeds": "[3, 4]", "data": "mine.h5ad"},
        "howto/use": {"data": "mine.h5ad"},
    }


def test_lists_sweep_the_notebook_that_declares_them_all(notebooks):
    book = plan(notebooks, {"seed": [0, 1], "rate": ["0.1", "0.2"], "sizes": [8, 8], "rows": 5})
    assert book.swept.name == "02_train"
    assert list(book.runs) == [
        "seed=0+rate=0.1+sizes=8_8",
        "seed=0+rate=0.2+sizes=8_8",
        "seed=1+rate=0.1+sizes=8_8",
        "seed=1+rate=0.2+sizes=8_8",
    ]
    assert book.runs["seed=1+rate=0.2+sizes=8_8"] == {"seed": "1", "rate": "0.2", "sizes": "[8, 8]"}
    assert book.given["01_prepare"] == {"rows": "5"}


def test_naming_a_notebook_makes_a_run_without_any_list(notebooks):
    book = plan(notebooks, {"notebook": "03_compare", "seeds": [5]})
    assert book.swept.name == "03_compare"
    assert book.runs == {"seeds=5": {"seeds": "[5]"}}
    assert list(plan(notebooks, {"notebook": "03_compare"}).runs) == ["default"]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            {"sede": 1},
            "--config sede: no notebook has this parameter; there are data, rate, rows, seed, seeds",
        ),
        ({"output": "x"}, "the workflow sets where outputs go"),
        ({"seed": "abc"}, "parameter 'seed' of book/02_train.ipynb: 'abc' is not an int"),
        ({"seed": ["0", "abc"]}, "'abc' is not an int"),
        ({"seeds": 3}, "'3' is not a list"),
        ({"seed": []}, "the list given for seed is empty"),
        ({"data": ["a", "b"]}, "02_train and 03_compare could be swept over data.*notebook=NAME"),
        ({"rows": [1], "seed": [1]}, "no notebook with scores could be swept over rows, seed"),
        ({"notebook": "01_prepare", "rows": [1, 2]}, "01_prepare writes no scores.csv"),
        ({"notebook": "04"}, "notebook '04' is not one of the book's: 01_prepare, 02_train, 03_compare, howto/use"),
        (
            {"notebook": "03_compare", "seed": 1},
            "neither 03_compare nor what it reads from has a parameter seed",
        ),
        ({"notebook": "02_train", "data": ["a/b", "a_b"]}, "two runs would both be called data=a_b"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(notebooks, config, message):
    with pytest.raises(NotebookError, match=message):
        plan(notebooks, config)


def test_a_notebook_in_a_folder_has_its_results_in_one():
    notebook = Notebook("howto/use", "d.h5ad", reads={"data": "howto/make/scores.csv"})
    assert notebook.source == "book/howto/use.ipynb"
    assert notebook.wiring("there")["data"] == "_build/results/howto/make/scores.csv"


def test_a_sweep_takes_the_parameters_of_what_a_notebook_in_a_folder_reads(notebooks, make_notebook):
    make_notebook(Path("book/howto/last.ipynb"), 'data: str = ""  # d\noutput: str = ""  # folder', "1")
    last = Notebook("howto/last", ["scores.csv"], reads={"data": "howto/use/used.txt"})
    swept = plan({**notebooks, "howto/last": last}, {"notebook": "howto/last", "rate": 0.3})
    assert swept.folder == "runs/howto/last"
    assert swept.given["02_train"] == {"rate": "0.3"}


def test_outputs_and_wiring_of_a_file_and_of_a_folder():
    assert Notebook("n", "d.h5ad").products("there") == ["there/d.h5ad"]
    assert Notebook("n", "d.h5ad").wiring("there") == {"output": "there/d.h5ad"}
    folder = Notebook("n", ["model/", "scores.csv"], reads={"data": "m/d.h5ad"})
    assert folder.products("there") == ["there/model/", "there/scores.csv"]
    assert folder.wiring("there") == {"data": "_build/results/m/d.h5ad", "output": "there"}


def test_an_input_that_is_missing_is_named(notebooks):
    with pytest.raises(NotebookError, match="there is no data/human"):
        assert Notebook("n", "d", inputs=["data/human"]).files


def test_options_survive_a_shell():
    assert options({"name": "a b"}, {"output": "there"}) == "-p name 'a b' -w output there"


def test_summary_joins_scores_and_parameters(tmp_path):
    for seed in (0, 1):
        (tmp_path / f"seed={seed}").mkdir()
        (tmp_path / f"seed={seed}/scores.csv").write_text(f"name,s_dist\nReal,0.9\nGAN,0.{seed}\n")
    summarise({f"seed={seed}": {"seed": str(seed)} for seed in (0, 1)}, str(tmp_path), str(tmp_path / "summary.csv"))
    summary = pd.read_csv(tmp_path / "summary.csv")
    assert list(summary.columns) == ["seed", "name", "s_dist"]
    assert summary.to_numpy().tolist() == [
        [0, "Real", 0.9],
        [0, "GAN", 0.0],
        [1, "Real", 0.9],
        [1, "GAN", 0.1],
    ]
