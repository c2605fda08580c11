import pytest
from nbfile import NotebookError
from parameters import bind, declared, parse

TYPED = """
name: str = "a"  # a name
n: int = 1  # how many
x: float = 1  # factor
on: bool = True  # switch
seeds: list = [0]  # seeds
"""


@pytest.fixture
def notebook(tmp_path, make_notebook):
    return make_notebook(tmp_path / "n.ipynb", TYPED, "1")


def test_declared_lists_names_and_types(notebook):
    assert declared(notebook) == {"name": "str", "n": "int", "x": "float", "on": "bool", "seeds": "list"}


def test_values_take_the_declared_types(notebook):
    given = {"name": "1", "n": "2", "x": "3", "on": "false", "seeds": "[4, 5]"}.items()
    values = bind(notebook, given)
    assert values == {"name": "1", "n": 2, "x": 3.0, "on": False, "seeds": [4, 5]}
    assert [type(value) for value in values.values()] == [str, int, float, bool, list]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("abc", "int"),
        ("1.5", "int"),
        ("abc", "float"),
        ("1", "bool"),
        ("3", "list"),
        ("[1", "list"),
        ("['a']", "list[int]"),
    ],
)
def test_a_text_of_another_type_is_refused(text, kind):
    with pytest.raises(ValueError, match=rf"is not an? {kind.split('[')[0]}|'a' is not an int"):
        parse(text, kind)


def test_an_unknown_parameter_is_named_with_those_that_exist(notebook):
    with pytest.raises(NotebookError, match=r"n\.ipynb has no parameter 'sede'; its parameters: name, n, x, on, seeds"):
        bind(notebook, [("sede", "1")])


def test_a_wrong_value_is_named_with_its_parameter(notebook):
    with pytest.raises(NotebookError, match=r"parameter 'n' of .*n\.ipynb: 'abc' is not an int"):
        bind(notebook, [("n", "abc")])


def test_a_parameter_without_a_type_is_refused(tmp_path, make_notebook):
    with pytest.raises(NotebookError, match=r"'n' of .* has the type None; declare it as"):
        declared(make_notebook(tmp_path / "n.ipynb", "n = 1  # untyped"))


def test_a_notebook_without_a_parameters_cell_is_refused(tmp_path, make_notebook):
    path = make_notebook(tmp_path / "n.ipynb", TYPED)
    path.write_text(path.read_text().replace('"parameters"', '"other"'))
    with pytest.raises(NotebookError, match="no cell tagged 'parameters'"):
        declared(path)
