"""Stand-in notebooks that run in no time, and a repository in miniature around the real workflow."""

import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "workflow"))

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


@pytest.fixture(scope="session")
def make_notebook():
    """Return a function that writes a notebook: a title, its parameters, code cells."""

    def make(path, parameters, *codes):
        notebook = new_notebook(metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})
        notebook.cells = [
            new_markdown_cell(f"# {path.stem}"),
            new_code_cell(parameters, metadata={"tags": ["parameters"]}),
            *map(new_code_cell, codes),
        ]
        for number, cell in enumerate(notebook.cells):
            cell.id = f"cell-{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        return path

    return make


@pytest.fixture(scope="session")
def make_executed():
    """Return a function that fills in a notebook as a run by papermill with parameters does."""

    def make(source, path):
        notebook = nbformat.read(source, as_version=4)
        setter = new_code_cell("# Parameters\nseed = 3\n", id="set", metadata={"tags": ["injected-parameters"]})
        place = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
        notebook.cells.insert(place + 1, setter)
        notebook.metadata["papermill"] = {"start_time": "now", "input_path": "there"}
        codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for number, cell in enumerate(codes, start=1):
            cell.execution_count = number
            cell.metadata["execution"] = {"iopub.execute_input": "now"}
            cell.outputs = [
                nbformat.v4.new_output("stream", name="stdout", text=f"{cell.id} says hello"),
                nbformat.v4.new_output("execute_result", {"text/plain": "1"}, execution_count=number),
            ]
        nbformat.write(notebook, path)
        return path

    return make


@pytest.fixture(scope="module")
def repository(tmp_path_factory, make_notebook):
    """A repository in miniature: the real Snakefile and tools, four small notebooks, a book."""
    root = tmp_path_factory.mktemp("repository")
    shutil.copytree(ROOT / "workflow", root / "workflow", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "workflow/notebooks.yml").write_text(
        "01_prepare: {output: data.txt, inputs: [data]}\n"
        "02_train: {output: [model/, scores.csv], reads: {data: 01_prepare/data.txt}}\n"
        "03_compare: {output: [scores.csv], reads: {data: 01_prepare/data.txt}}\n"
        "howto/use: {output: [used.txt], reads: {data: 02_train/scores.csv}}\n"
    )
    (root / "data").mkdir()
    (root / "data/source.txt").write_text("data")
    (root / "gexlib").mkdir()
    (root / "gexlib/__init__.py").write_text("")
    save = "from pathlib import Path\n\nif output:\n    "
    make_notebook(
        root / "book/01_prepare.ipynb",
        'output: str = ""  # file to write\nrows: int = 3  # how many',
        f"{save}Path(output).write_text('x' * rows)",
    )
    make_notebook(
        root / "book/02_train.ipynb",
        'data: str = ""  # prepared data\noutput: str = ""  # folder\nseed: int = 0  # seed of the run\n'
        "rate: float = 0.1  # learning rate\nsizes: list = [4, 4]  # layers",
        'if seed < 0:\n    raise ValueError("seed is negative")',
        f"{save}folder = Path(output)\n    (folder / 'model').mkdir()\n    (folder / 'model/w').touch()\n"
        "    (folder / 'scores.csv').write_text(f'name,score\\nGAN,{seed + sum(sizes)}\\n')",
        "print(rate, sizes)",
    )
    make_notebook(
        root / "book/03_compare.ipynb",
        'data: str = ""  # prepared data\noutput: str = ""  # folder\nseeds: list = [0, 1]  # seeds',
        f"{save}Path(output, 'scores.csv').write_text(f'name,score\\nGAN,{{sum(seeds)}}\\n')",
        "print(seeds)",
    )
    make_notebook(
        root / "book/howto/use.ipynb",
        'data: str = ""  # scores\noutput: str = ""  # folder',
        f"{save}Path(output, 'used.txt').write_text(Path(data).read_text())",
        "print('used', 6 * 7)",
    )
    (root / "book/intro.md").write_text("# Intro\n\nHello.\n")
    (root / "book/_toc.yml").write_text(
        "format: jb-book\nroot: intro\nchapters:\n- file: 01_prepare\n- file: 02_train\n- file: 03_compare\n"
        "- file: howto/use\n"
    )
    (root / "_config.yml").write_text('title: Miniature\nexecute: {execute_notebooks: "off"}\n')
    return root
