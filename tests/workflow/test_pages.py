from pathlib import Path

import nbformat
import pytest
from nbfile import NotebookError, check, read, write
from pages import STAGED, print_pdf, publish, stage


@pytest.fixture
def book(tmp_path, make_notebook, make_executed):
    """A book of one notebook and a page, and a run of the notebook."""
    source = make_notebook(tmp_path / "book/n.ipynb", "seed: int = 0  # seed", "print(seed)")
    (tmp_path / "book/how").mkdir()
    (tmp_path / "book/how/to.md").write_text("# How to\n")
    (tmp_path / "executed").mkdir()
    make_executed(source, tmp_path / "executed/n.ipynb")
    return tmp_path


@pytest.fixture
def published(book):
    publish([(book / "executed/n.ipynb", book / "book/n.ipynb")], book / "book")
    return book / "book/n.ipynb"


def test_published_outputs_belong_to_their_code(published):
    check(published)
    notebook = read(published)
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in codes] == ["cell-1", "cell-2"]  # the cell that papermill put in is gone
    assert [cell.execution_count for cell in codes] == [1, 2]
    assert [cell.outputs[1].execution_count for cell in codes] == [1, 2]
    assert codes[1].outputs[0].text == "cell-2 says hello"
    assert set(notebook.metadata) == {"kernelspec", "language_info", "gexlib"}


def test_publishing_twice_gives_the_same_bytes(book, published):
    before = published.read_bytes()
    publish([(book / "executed/n.ipynb", published)], book / "book")
    assert published.read_bytes() == before


def _edit_source(notebook):
    notebook.cells[-1].source += "  # edited"


def _add_cell(notebook):
    notebook.cells.append(nbformat.v4.new_code_cell("1", execution_count=3))


def _drop_cell(notebook):
    notebook.cells.pop()


def _edit_output(notebook):
    notebook.cells[-1].outputs[0].text = "better"


@pytest.mark.parametrize("edit", [_edit_source, _add_cell, _drop_cell, _edit_output])
def test_an_edit_after_publishing_is_found(published, edit):
    notebook = read(published)
    edit(notebook)
    write(notebook, published)
    with pytest.raises(NotebookError, match="do not belong to its code"):
        check(published)


def test_prose_may_change_after_publishing(published):
    notebook = read(published)
    notebook.cells[0].source = "# A better title"
    notebook.cells.append(nbformat.v4.new_markdown_cell("An afterthought."))
    write(notebook, published)
    check(published)


def test_a_run_of_other_code_is_not_published(book):
    source = book / "book/n.ipynb"
    notebook = read(source)
    _edit_source(notebook)
    write(notebook, source)
    before = source.read_bytes()
    with pytest.raises(NotebookError, match=r"the code of .*n\.ipynb has changed since it was executed"):
        publish([(book / "executed/n.ipynb", source)], book / "book")
    assert source.read_bytes() == before


@pytest.mark.parametrize("kind", ["text/html", "text/markdown"])
def test_a_run_on_the_demo_cohort_is_not_published(book, published, kind):
    executed, before = book / "executed/n.ipynb", published.read_bytes()
    notebook = read(executed)
    banner = '<div class="demo-cohort">A demo cohort.</div>'
    notebook.cells[-1].outputs.append(nbformat.v4.new_output("display_data", {kind: banner}))
    write(notebook, executed)
    with pytest.raises(
        NotebookError, match=r"executed/n\.ipynb does not pass:\n.* ran on the demo cohort; publish from"
    ):
        publish([(executed, published)], book / "book")
    assert published.read_bytes() == before
    assert "demo-cohort" in stage_and_read(book).cells[-1].outputs[-1].data[kind]  # a page may show it


def stage_and_read(book):
    """The staged copy of the notebook."""
    stage(book / "book", book / "staged", book / "executed")
    return read(book / "staged/n.ipynb")


def test_a_notebook_in_a_folder_gets_its_own_run(book, make_notebook, make_executed):
    other = make_notebook(book / "book/how/n.ipynb", "rows: int = 0  # rows", "print(rows)")
    (book / "executed/how").mkdir()
    make_executed(other, book / "executed/how/n.ipynb")
    assert stage_and_read(book).cells[-1].outputs[0].text == "cell-2 says hello"
    assert read(book / "staged/how/n.ipynb").cells[-1].source == "print(rows)"


def test_a_path_of_this_machine_is_not_published(book):
    executed = book / "executed/n.ipynb"
    notebook = read(executed)
    notebook.cells[-1].outputs[0].text = f"saved to {Path.cwd()}/model"
    write(notebook, executed)
    with pytest.raises(NotebookError, match="shows a path of this machine"):
        publish([(executed, book / "book/n.ipynb")], book / "book")


def test_a_staged_book_has_present_prose_outputs_and_the_parameters_used(book):
    notebook = read(book / "book/n.ipynb")
    notebook.cells[0].source = "# A better title"
    write(notebook, book / "book/n.ipynb")
    stage_and_read(book)
    (book / "staged/old.md").write_text("no longer in the book")
    stage(book / "book", book / "staged", book / "executed")
    files = {str(path.relative_to(book / "staged")) for path in (book / "staged").rglob("*") if path.is_file()}
    assert files == {"n.ipynb", "how/to.md", "_runs/n.json", STAGED}
    cells = read(book / "staged/n.ipynb").cells
    assert cells[0].source == "# A better title"
    assert [cell.id for cell in cells[1:]] == ["cell-1", "set", "cell-2"]
    assert cells[-1].outputs[0].text == "cell-2 says hello"


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("docs", r"docs has files but no \.staged-book"),
        ("book", "overlaps the book"),
        ("book/how", "overlaps the book"),
        (".", "overlaps the book"),
        ("executed", "overlaps the book"),
    ],
)
def test_a_folder_that_stage_did_not_make_keeps_its_files(book, out, words):
    (book / "docs/deep").mkdir(parents=True)
    (book / "docs/deep/theirs.md").write_text("theirs")
    (book / "docs/_toc.yml").write_text("theirs")
    (book / "book/_toc.yml").write_text("ours")
    before = {path: path.read_bytes() for path in book.rglob("*") if path.is_file()}
    with pytest.raises(NotebookError, match=words):
        stage(book / "book", book / out, book / "executed")
    assert {path: path.read_bytes() for path in book.rglob("*") if path.is_file()} == before


def test_a_built_copy_from_before_the_mark_is_staged_again(book):
    (book / "book/_toc.yml").write_text("root: intro")
    stage_and_read(book)
    (book / "staged" / STAGED).unlink()
    (book / "staged/_build").mkdir()
    stage_and_read(book)
    assert (book / "staged" / STAGED).is_file()


@pytest.fixture
def browser(tmp_path, monkeypatch):
    """Return a function that puts a stand-in for Chromium in the path, which ends with a status."""

    def make(status):
        program = tmp_path / "bin/chromium"
        program.parent.mkdir(exist_ok=True)
        find = 'case "$1" in --print-to-pdf=*) out="${1#--print-to-pdf=}";; file://*) page="${1#file://}";; esac'
        script = f'while [ $# -gt 0 ]; do {find}; shift; done\n[ {status} = 0 ] && cat "$page" > "$out"\nexit {status}'
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")

    return make


def test_printing_leaves_the_page_and_its_neighbours(tmp_path, browser):
    (tmp_path / "site").mkdir()
    page, other, out = (tmp_path / "site" / name for name in ("q.html", "unfolded.html", "q.pdf"))
    page.write_text('<details class="report-definitions"><div class="tag_hide-cell"><details class="above">')
    other.write_text("theirs")
    browser(0)
    print_pdf(page, out)
    unfolded = '<details class="report-definitions" open><div class="tag_hide-cell"><details class="above" open>'
    assert out.read_text() == unfolded
    browser(1)
    with pytest.raises(NotebookError, match="did not print"):
        print_pdf(page, tmp_path / "site/other.pdf")
    with pytest.raises(NotebookError, match="q.pdf is there already; give another name"):
        print_pdf(page, out)
    with pytest.raises(NotebookError, match="would replace its own source"):
        print_pdf(page, page)
    assert {path.name for path in page.parent.iterdir()} == {"q.html", "unfolded.html", "q.pdf"}
    assert (other.read_text(), out.read_text()[-5:]) == ("theirs", "open>")
    assert page.read_text().endswith('"above">')
