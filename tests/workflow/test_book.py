"""The book as it is committed: outputs that belong to their code, and pages that say what is true."""

import re
from pathlib import Path

import pytest
import yaml
from nbfile import check, code_cells, read
from papermill import inspect_notebook
from parameters import declared
from plan import table

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "book").rglob("*.ipynb"))
PAGES = sorted((ROOT / "book").rglob("*.md"))


def figures(notebook):
    """Cells of a notebook that show a figure, with what they say of it: caption, name, alternative text."""
    for cell in code_cells(read(notebook)):
        for data in (output.get("data", {}) for output in cell.outputs):
            html = data.get("text/html", "")
            interactive = re.search(r'class="interactive-figure".*?aria-label="(.*?)"', html)
            if interactive or "image/png" in data or "image/svg+xml" in data:
                said = cell.metadata.get("mystnb", {})
                alt = interactive[1] if interactive else said.get("image", {}).get("alt", "")
                yield cell.id, said.get("figure", {}).get("caption", ""), said.get("figure", {}).get("name", ""), alt


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_figure_has_a_caption_a_name_and_words_for_those_who_cannot_see_it(notebook):
    shown = list(figures(notebook))
    assert shown
    for cell, caption, name, alt in shown:
        assert len(caption) >= 40, f"{cell}: a caption of a sentence"
        assert re.fullmatch(r"fig-[a-z0-9-]+", name), f"{cell}: a name such as fig-map"
        assert len(alt) >= 40, f"{cell}: mystnb/image/alt says what the figure shows"


def prose(page):
    """What a page says, without code and outputs."""
    if page.suffix == ".md":
        return page.read_text(encoding="utf-8")
    return "\n".join(cell.source for cell in read(page).cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("page", [*NOTEBOOKS, *PAGES], ids=lambda path: path.stem)
def test_the_text_refers_to_each_figure_and_table_by_its_number(page):
    text = prose(page)
    names = [name for _, _, name, _ in figures(page)] if page.suffix == ".ipynb" else []
    blocks = re.findall(r"```\{(?:figure|csv-table)\}(.*?)```", text, re.DOTALL)
    named = [re.search(r"^:name: (\S+)$", block, re.MULTILINE) for block in blocks]
    assert None not in named, "each figure and table has a :name:"
    names += [match[1] for match in named]
    assert [name for name in names if f"{{numref}}`{name}`" not in text] == []


def test_no_two_figures_have_the_same_name():
    names = [name for notebook in NOTEBOOKS for _, _, name, _ in figures(notebook) if name]
    assert len(names) == len(set(names)) > 5


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_table_shows_a_negative_zero(notebook):
    shown = [
        output.get("data", {}).get("text/html", "") for cell in code_cells(read(notebook)) for output in cell.outputs
    ]
    assert re.findall(r"<td[^>]*>\s*[-−]0\.?0*\s*</td>", "".join(shown)) == []


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
    assert sorted(rows) == [path.relative_to(ROOT / "book").with_suffix("").as_posix() for path in NOTEBOOKS]
    assert [name for name in rows if f"file: {name}\n" not in contents] == []


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
