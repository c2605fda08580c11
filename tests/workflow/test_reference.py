"""Parts of the book that are made from the program and from runs: API tables, settings, status, buttons."""

import dataclasses
import json
import re
import sys
import zipfile

import nbformat
import pytest
from conftest import ROOT
from reference import data_hashes, of_run, write

from gexlib.datasets.rnaseqdb import TISSUE_OF_STUDY
from gexlib.study import in_words
from gexlib.wgan import PRESETS, Settings

sys.path.insert(0, str(ROOT / "book/_ext"))
import made_pages
import page_scripts
import repository
import status
import usage

BOOK = ROOT / "book"


def test_a_notebook_uses_what_its_code_names_whatever_the_import(tmp_path):
    codes = [
        "from gexlib import plots as p\nimport gexlib\nfrom gexlib.datasets import load_ecoli, read as take",
        "p.sizes(1)\ngexlib.WGANGP.load('x')\nload_ecoli().obs\nimport pandas as pd\npd.DataFrame()\nunknown.sizes()",
    ]
    cells = [nbformat.v4.new_code_cell(code) for code in codes]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "n.ipynb")
    assert usage.names_used(tmp_path / "n.ipynb") == {
        "gexlib.plots.samples.sizes",
        "gexlib.wgan.model.WGANGP",
        "gexlib.datasets.ecoli.load_ecoli",
    }


def test_the_table_of_a_room_has_each_public_name_its_meaning_and_its_chapters():
    table = made_pages.room("gexlib.plots", BOOK)
    row = next(line for line in table.splitlines() if "~gexlib.plots.sizes`" in line)
    assert "Draw a horizontal bar for each entry of `counts`, the largest on top." in row
    assert "{doc}`01 </01_data_preparation>`" in row
    assert "colour_of" in table
    assert "BASELINES" not in table


@pytest.mark.parametrize("room", sorted(p.stem for p in (BOOK / "api").glob("*.md")))
def test_each_page_of_the_reference_is_in_the_contents_and_asks_for_its_part(room):
    assert f"file: api/{room}\n" in (BOOK / "_toc.yml").read_text(encoding="utf-8")
    asked = made_pages.LINE.findall((BOOK / f"api/{room}.md").read_text(encoding="utf-8"))
    assert len(asked) == 1
    assert asked[0][0] in made_pages.PARTS


def test_the_table_of_settings_has_all_with_the_papers_values_in_bold_where_they_differ():
    rows = [line for line in made_pages.settings("", BOOK).splitlines() if line.startswith("| `")]
    assert len(rows) == len(dataclasses.fields(Settings))
    latent = next(row for row in rows if row.startswith("| `latent_dim` |"))
    ours, ecoli, human = (PRESETS[n].latent_dim for n in ("default", "paper_ecoli", "paper_gtex_tcga"))
    assert f"| {ours} | **{ecoli}** | **{human}** | Length of the latent vector" in latent
    same = next(row for row in rows if row.startswith("| `penalty_weight` |"))
    assert "**" not in same


def test_the_command_line_page_has_each_command_and_option():
    text = made_pages.command_line("", BOOK)
    assert re.findall(r"^## `gexlib (\w+)`", text, re.MULTILINE) == [
        "fetch",
        "prepare",
        "train",
        "sample",
        "evaluate",
        "export",
    ]
    assert "**`--checkpoint <path>`**" in text


def test_the_glossary_spells_out_each_code_of_the_data():
    from gexlib.datasets import load_ecoli

    text = (BOOK / "glossary.md").read_text(encoding="utf-8")
    for study, tissue in TISSUE_OF_STUDY.items():
        assert re.search(rf"^\| {study.upper()} \| .+ \| {in_words(tissue)} \|$", text, re.MULTILINE), study
    for project in load_ecoli().obs["project"].unique():
        assert re.search(rf"^\| {project} \| .{{8,}} \|$", text, re.MULTILINE), project


@pytest.fixture
def recorded(tmp_path):
    """A book of two notebooks, one of which has a record of its run."""
    for name in ("01_first", "howto/second"):
        path = tmp_path / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(), path)
    notebook = nbformat.v4.new_notebook(metadata={"papermill": {"duration": 83.4}})
    (tmp_path / "data.csv").write_text("a\n")
    run = of_run(notebook) | {"data": data_hashes([tmp_path / "data.csv"])}
    write(run, tmp_path, "01_first")
    return tmp_path, run


def test_the_status_page_shows_what_was_recorded_and_says_what_was_not(recorded):
    book, run = recorded
    text = status.table(book)
    first, second = (next(r for r in text.splitlines() if f"</{name}.ipynb>" in r) for name in status.runs(book))
    assert f"| {run['date']} | 1 min 23 s | {run['cores']} |" in first
    assert "not recorded" in second
    assert f"| numpy | {run['versions']['numpy']} |" in text
    assert "`87428fc522803d31`" in text  # of "a" and the end of a line, by sha256sum
    assert run["memory_mb"] > 0
    assert json.loads((book / "_runs/01_first.json").read_text()) == run


def test_the_hash_of_a_folder_depends_on_names_and_contents(tmp_path):
    (tmp_path / "a").write_text("1")
    before = data_hashes([tmp_path])
    (tmp_path / "a").rename(tmp_path / "b")
    renamed = data_hashes([tmp_path])
    (tmp_path / "b").write_text("2")
    assert len({*before.values(), *renamed.values(), *data_hashes([tmp_path]).values()}) == 3


def test_the_archive_has_all_notebooks_and_is_the_same_each_time(recorded):
    book, _ = recorded
    status.write_archive(book, book / "out")
    first = (book / "out" / status.ARCHIVE).read_bytes()
    status.write_archive(book, book / "out")
    assert first == (book / "out" / status.ARCHIVE).read_bytes()
    assert zipfile.ZipFile(book / "out" / status.ARCHIVE).namelist() == ["01_first.ipynb", "howto/second.ipynb"]


def test_one_address_sets_the_buttons_and_none_leaves_them_off():
    assert not any(repository.buttons("").values())
    shown = repository.buttons("https://github.com/someone/book/")
    assert shown["repository_url"] == "https://github.com/someone/book"
    assert shown["use_repository_button"]
    assert "binderhub_url" in shown["launch_buttons"]


@pytest.mark.parametrize(
    ("cell", "marked"),
    [
        *(
            (number, True)
            for number in ("0.85", "−0.31 ± 0.02", "&lt; 0.001", "12 %", "1,234", "4 × 10⁻²³", "<p>8.4 ms</p>")
        ),
        *((text, False) for text in ("42c mutants", "&lt;b&gt;", "glucose")),
    ],
)
def test_cells_of_numbers_are_marked_so_that_they_do_not_break(cell, marked):
    found = page_scripts.NUMBER.sub(r'<td class="number">\1</td>', f"<td>{cell}</td>")
    assert ('class="number"' in found) == marked
    assert cell in found


def test_cells_of_a_table_whose_rows_stack_know_their_column():
    head = '<thead><tr><th class="head"><p>The <em>paper</em></p></th><th>"here"</th></tr></thead>'
    cells = '<tr><td>1</td><td class="number">2</td></tr>'
    page = f'<table class="scores stacked table">{head}{cells}</table><table class="scores table">{cells}</table>'
    marked = page_scripts.STACKED.sub(lambda table: page_scripts.label_cells(table[0]), page)
    assert marked.count("data-label") == 2
    assert '<td data-label="The paper">1</td><td data-label="&quot;here&quot;" class="number">2</td>' in marked
