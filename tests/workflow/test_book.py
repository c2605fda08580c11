"""The book as it is committed: outputs that belong to their code, and pages that say what is true."""

import re
from pathlib import Path

import pytest
import yaml
from nbfile import check
from papermill import inspect_notebook
from parameters import declared
from plan import table

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb")) + sorted((ROOT / "book").glob("*/*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_outputs_belong_to_the_present_code(notebook):
    check(notebook)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_parameter_has_a_type_and_says_what_it_is(notebook):
    assert declared(notebook)
    assert [name for name, item in inspect_notebook(notebook).items() if not item["help"].strip()] == []


def test_each_notebook_has_a_row_in_the_table_and_a_line_in_the_contents():
    rows = table(ROOT / "workflow/notebooks.yml")
    contents = (ROOT / "book/_toc.yml").read_text(encoding="utf-8")
    assert [ROOT / row.source for row in rows.values()] == NOTEBOOKS
    pages = [row.source.removeprefix("book/").removesuffix(".ipynb") for row in rows.values()]
    assert [page for page in pages if f"file: {page}\n" not in contents] == []


def test_notebooks_declare_what_the_table_gives_them():
    for row in table(ROOT / "workflow/notebooks.yml").values():
        wired = row.wiring("there").keys()
        assert wired <= declared(ROOT / row.source).keys(), row.name


def test_the_cluster_page_shows_the_profile():
    page = (ROOT / "book/howto/cluster.md").read_text(encoding="utf-8")
    shown = yaml.safe_load(re.search(r"```yaml\n(.*?)```", page, re.DOTALL)[1])
    assert shown == yaml.safe_load((ROOT / "workflow/profiles/slurm/config.yaml").read_text(encoding="utf-8"))


def test_commands_on_the_pages_set_parameters_that_exist():
    rows = table(ROOT / "workflow/notebooks.yml").values()
    known = {name for row in rows for name in declared(ROOT / row.source)} | {"notebook"}
    pages = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "book/howto").glob("*.md"))
    calls = re.findall(r"snakemake .*--config (.*)", pages)
    assert calls
    assert {name for call in calls for name in re.findall(r"(?:^| )(\w+)=", call)} <= known
