"""Parameters of a notebook: their declarations, and the values that are given for them."""

import ast
from collections.abc import Iterable
from pathlib import Path

from nbfile import NotebookError, code_cells, read, tags

SCALARS = {"bool": "a bool (true or false)", "int": "an int", "float": "a float", "str": "a str"}


def declared(notebook: Path) -> dict[str, str]:
    """
    Return the names and the declared types of the parameters of a notebook, in order.

    Raises
    ------
    NotebookError
        If the notebook has no cell tagged ``parameters``, or a parameter has a type that cannot be checked.
    """
    from papermill import inspect_notebook

    if not any("parameters" in tags(cell) for cell in code_cells(read(notebook))):
        raise NotebookError(f"{notebook} has no cell tagged 'parameters'")
    types = {name: item["inferred_type_name"] for name, item in inspect_notebook(notebook).items()}
    for name, kind in types.items():
        if kind not in SCALARS and not is_list(kind):
            raise NotebookError(
                f"parameter '{name}' of {notebook} has the type {kind}; "
                f"declare it as bool, int, float, str or list, as in '{name}: int = 0  # what it is'"
            )
    return types


def is_list(kind: str) -> bool:
    """Return whether a declared type is a list, such as ``list`` or ``list[int]``."""
    return kind.split("[")[0] == "list"


def parse(text: str, kind: str) -> bool | int | float | str | list:
    """
    Turn a text into the value of a parameter of a declared type.

    Raises
    ------
    ValueError
        If the text is not a value of that type.

    Examples
    --------
    >>> parse("3", "int"), parse("3", "float"), parse("[0, 1]", "list[int]"), parse("true", "bool")
    (3, 3.0, [0, 1], True)
    """
    try:
        if is_list(kind):
            value = ast.literal_eval(text)
            if not isinstance(value, list):
                raise ValueError
            inner = kind[len("list[") : -1]
            return [parse(str(item), inner) for item in value] if inner else value
        if kind == "bool":
            return {"true": True, "false": False}[text.lower()]
        return {"int": int, "float": float, "str": str}[kind](text)
    except (ValueError, SyntaxError, KeyError):
        rule = SCALARS.get(kind, f"a {kind}; write it as '[0, 1, 2]'")
        raise ValueError(f"{text!r} is not {rule}") from None


def bind(notebook: Path, given: Iterable[tuple[str, str]]) -> dict[str, object]:
    """
    Check given names and texts against the declarations of a notebook, and return names and values.

    Raises
    ------
    NotebookError
        If a name is unknown, or a text is not a value of the declared type.
    """
    types = declared(notebook)
    values = {}
    for name, text in given:
        if name not in types:
            raise NotebookError(f"{notebook} has no parameter '{name}'; its parameters: {', '.join(types) or 'none'}")
        try:
            values[name] = parse(text, types[name])
        except ValueError as error:
            raise NotebookError(f"parameter '{name}' of {notebook}: {error}") from None
    return values
