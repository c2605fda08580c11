import nbformat
import pytest
from nbfile import NotebookError, check, code_digest, gate, page_digest, problems, read, strip, write


@pytest.fixture
def source(tmp_path, make_notebook):
    return make_notebook(tmp_path / "n.ipynb", "seed: int = 0  # seed", "print(seed)")


@pytest.fixture
def executed(tmp_path, source, make_executed):
    return make_executed(source, tmp_path / "executed.ipynb")


def test_a_run_notebook_passes_the_gate(executed):
    gate(executed)


def _not_run(cells):
    cells[-1].execution_count = None


def _out_of_order(cells):
    cells[-1].execution_count = 9


def _error(cells):
    cells[-1].outputs = [nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])]


def _stderr(cells):
    cells[-1].outputs = [nbformat.v4.new_output("stream", name="stderr", text="UserWarning: beware")]


def _widget(cells):
    cells[-1].outputs = [
        nbformat.v4.new_output("display_data", {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "0%"})
    ]


def _marked(cells):
    cells[0].metadata["tags"] = ["papermill-error-cell-tag"]


def _no_parameters(cells):
    cells[1].metadata["tags"] = []


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_not_run, r"code cell 3 \(print\(seed\)\) was not run"),
        (_out_of_order, "has the execution count 9"),
        (_error, "raised ValueError: no"),
        (_stderr, "wrote to stderr: UserWarning: beware"),
        (_widget, "shows a widget"),
        (_marked, "mark of a failed run"),
        (_no_parameters, "no cell is tagged 'parameters'"),
    ],
)
def test_the_gate_names_what_is_wrong(executed, spoil, message):
    notebook = read(executed)
    spoil(notebook.cells)
    write(notebook, executed)
    with pytest.raises(NotebookError, match=message):
        gate(executed)


def test_an_empty_cell_need_not_have_run(executed):
    notebook = read(executed)
    notebook.cells.append(nbformat.v4.new_code_cell("  \n"))
    assert problems(notebook) == []


def test_an_unpublished_run_does_not_pass_the_check(executed):
    with pytest.raises(NotebookError, match="do not belong to its code"):
        check(executed)


def test_strip_leaves_nothing_that_changes_from_run_to_run(executed):
    notebook = strip(read(executed))
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert {key for cell in notebook.cells for key in cell.metadata} == {"tags"}


def test_strip_keeps_one_of_the_two_forms_of_an_interactive_figure(executed):
    notebook = read(executed)
    data = {"application/vnd.plotly.v1+json": {"data": []}, "text/html": "<div></div>", "text/plain": "a map"}
    notebook.cells[-1].outputs = [nbformat.v4.new_output("display_data", data)]
    assert set(strip(notebook).cells[-1].outputs[0].data) == {"text/html", "text/plain"}


def test_a_published_run_on_the_demo_cohort_does_not_pass_the_check(executed):
    notebook = read(executed)
    banner = {"text/html": '<div class="demo-cohort">A demo cohort.</div>'}
    notebook.cells[-1].outputs = [nbformat.v4.new_output("display_data", banner)]
    write(notebook, executed)
    gate(executed)
    with pytest.raises(NotebookError, match="ran on the demo cohort"):
        check(executed)


def test_code_digest_sees_code_alone_and_page_digest_all_but_outputs(source, executed, tmp_path):
    before = code_digest(source), page_digest(source)
    notebook = read(source)
    notebook.cells[-1].outputs = read(executed).cells[-1].outputs
    write(notebook, source)
    assert (code_digest(source), page_digest(source)) == before
    notebook.cells[0].source = "# Another title"
    write(notebook, source)
    assert code_digest(source) == before[0]
    assert page_digest(source) != before[1]
    notebook.cells[-1].source = "print(-seed)"
    write(notebook, source)
    assert code_digest(source) != before[0]


@pytest.mark.parametrize(
    "content", ["", "{}", '{"cells": [], "nbformat": 4, "nbformat_minor": 4, "metadata": {}}', "\xff"]
)
def test_what_is_no_notebook_is_an_error_that_names_the_file(tmp_path, content):
    path = tmp_path / "broken.ipynb"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(NotebookError, match=r"broken\.ipynb"):
        read(path)


def test_writing_the_same_notebook_again_leaves_the_file_alone(source):
    notebook = read(source)
    write(notebook, source)
    before = source.stat().st_mtime_ns
    write(notebook, source)
    assert source.stat().st_mtime_ns == before
    assert source.read_bytes().endswith(b"}\n")
