"""The table of faults on the book's page is true: each row has its test, and the test looks for the message."""

import ast
import re
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
TABLE = pd.read_csv(ROOT / "book/howto/faults.csv", keep_default_na=False)


def functions_of(path):
    """Functions of a test file by name, each as text without what regular expressions add."""
    text = path.read_text(encoding="utf-8")
    functions = {node.name: node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
    lines = text.splitlines()
    first = {name: min([node.lineno, *(d.lineno for d in node.decorator_list)]) for name, node in functions.items()}
    return {
        name: re.sub(r"\\", "", "\n".join(lines[first[name] - 1 : node.end_lineno])) for name, node in functions.items()
    }


@pytest.mark.parametrize("row", list(TABLE.itertuples(index=False)), ids=lambda row: row[0])
def test_each_row_has_a_test_that_looks_for_its_message(row):
    fault, outcome, message, tested = row
    assert fault
    assert outcome
    path, name = tested.split("::")
    assert name in functions_of(ROOT / path)
    assert message in functions_of(ROOT / path)[name]


def test_no_fault_comes_twice():
    assert TABLE["What goes wrong"].is_unique
