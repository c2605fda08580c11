"""What the README says can be found: its numbers in the committed run, its files in the repository."""

import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def table_1():
    """Rows of Table 1 as chapter 3 shows it: name to the text of S_dist."""
    for cell in nbformat.read(ROOT / "book/03_baseline_comparison.ipynb", as_version=4).cells:
        for output in cell.get("outputs", []):
            text = output.get("data", {}).get("text/plain", "")
            if "GeneNetWeaver" in text and "this book: PRECISE" in text:
                lines = text.replace("this book: PRECISE", "").replace("\xa0", " ").splitlines()
                rows = [re.match(r"\s*(\S.*?)\s{2,}(-?\d\.\d{3} ± \d\.\d{3})", line) for line in lines]
                return {row[1]: row[2] for row in reversed(rows) if row}
    raise AssertionError("chapter 3 shows no Table 1")


def test_the_one_result_is_that_of_chapter_3():
    result = re.sub(r"\s+", " ", README.split("**In one result:**")[1].split("\n\n")[0])
    shown = re.findall(r"\d\.\d{3} ± \d\.\d{3}", result)
    rows = table_1()
    names = ["GAN", "Real (train, 69 matched)", "SMOTE of each condition", "SynTReN", "GeneNetWeaver"]
    assert shown == [rows[name] for name in names]


def test_there_are_three_ways():
    ways = README.split("## Three ways to use it")[1].split("\n## ")[0]
    assert re.findall(r"^\*\*(\w+)", ways, flags=re.MULTILINE) == ["Read", "Re", "Use"]


def test_the_files_that_it_names_are_there():
    where = README.split("| You look for |")[1].split("\n\n")[0]
    named = re.findall(r"\| `([^`]+)` \|", where)
    assert len(named) > 10
    assert all((ROOT / name).is_file() for name in named)


def test_the_book_installs_and_samples_as_the_readme_does():
    pages = [(ROOT / "book" / name).read_text(encoding="utf-8") for name in ("intro.md", "howto/run.md")]
    command = re.search(r"<!-- ci:run -->\n```bash\n(pip .*)\n", README)[1]
    assert all(command in page for page in pages)
    (code,) = re.findall(r"```python\n(.*?)```", pages[0], re.DOTALL)
    variables = {}
    exec(code, variables)
    assert variables["samples"].shape[0] == 100
    assert "log(1 + FPKM)" in variables["samples"].uns["provenance"]["unit"]
