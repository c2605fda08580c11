"""Errors of other libraries, in words of the function that was called: which argument, and what it takes there."""

from __future__ import annotations

import ast
import functools
import inspect
import operator
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from opcode import opmap
from pathlib import Path
from types import FunctionType, TracebackType
from typing import Any

import numpy as np

from gexlib.checks import listing

LIBRARY = str(Path(__file__).parent)
PLAIN = (OSError, MemoryError, ImportError, Warning)  # their own words say what is missing
CONTAINERS = {"Mapping": Mapping, "dict": Mapping} | dict.fromkeys(
    ("Iterable", "Sequence", "Collection", "Set", "list", "tuple"), Iterable
)


def explained(public: Callable | type) -> Any:
    """
    Let a function, or the methods of a class, end with errors of this library alone.

    An error that the library raises itself stays as it is. Any other error of NumPy, pandas or Python tells about lines
    that the caller has not written. It becomes a TypeError that names the argument whose kind is not that of the
    signature, or, if all kinds are right, a ValueError that says what was given. The error itself is its cause.

    Examples
    --------
    >>> @explained
    ... def count(genes: Sequence[str]) -> int:
    ...     return len(genes)
    >>> count(5)
    Traceback (most recent call last):
    TypeError: genes=5 is a int, but count takes Sequence[str] there (object of type 'int' has no len())
    """
    if isinstance(public, type):
        for name, member in list(vars(public).items()):
            if isinstance(member, FunctionType) and (name == "__init__" or not name.startswith("_")):
                setattr(public, name, explained(member))
            elif isinstance(member, classmethod) and not name.startswith("_"):
                setattr(public, name, classmethod(explained(member.__func__)))
        return public

    @functools.wraps(public)
    def call(*arguments, **options):
        try:
            return public(*arguments, **options)
        except PLAIN:
            raise
        except Exception as error:
            of_device = isinstance(error, RuntimeError) and "CUDA" in str(error)  # no argument is wrong then
            foreign = error if not of_device and _is_foreign(error.__traceback__) else None
            if foreign is None:
                raise
        raise _in_words(public, arguments, options, foreign) from foreign

    return call


def warn(message: str, kind: type[Warning] = UserWarning) -> None:
    """Warn, at the line of the first caller outside of the library."""
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(LIBRARY):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, kind, stacklevel=level)


def _is_foreign(trace: TracebackType) -> bool:
    """Return whether an error comes from code of others, or from an operation of ours that is no ``raise``."""
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    ours = code.co_filename.startswith(LIBRARY)
    return not ours or code.co_code[trace.tb_lasti] != opmap["RAISE_VARARGS"]


def _in_words(public: Callable, arguments: tuple, options: dict, error: Exception) -> Exception:
    """Return the error that tells what of a call was wrong."""
    signature, name = inspect.signature(public), public.__qualname__.removesuffix(".__init__")
    reason = (str(error).splitlines() or [""])[0]
    try:
        given = signature.bind(*arguments, **options).arguments
    except TypeError as wrong:
        return TypeError(f"{name}: {wrong}; its arguments: {listing(signature.parameters, 40)}")
    given = {argument: value for argument, value in given.items() if argument != "self" and argument != "cls"}
    for argument, value in given.items():
        parameter = signature.parameters[argument]
        text = "" if parameter.annotation is parameter.empty else inspect.formatannotation(parameter.annotation)
        text = re.sub(r"(\w+\.)+", "", text.strip("'"))
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) and not fits(value, text):
            return TypeError(
                f"{argument}={_described(value)} is a {type(value).__name__}, but {name} takes {text} there ({reason})"
            )
    words = ", ".join(f"{argument}={_described(value)}" for argument, value in given.items())
    return ValueError(
        f"{name} cannot use what it was given, {words or 'no arguments'} ({type(error).__name__}: {reason:.200}); "
        f"help({public.__name__}) says what it takes"
    )


def fits(value: object, annotation: str) -> bool:
    """
    Return whether a value is of the kind that an annotation names; kinds that are not known here fit.

    Examples
    --------
    >>> fits({"a": np.ones(3)}, "Mapping[str, np.ndarray] | None"), fits({"a": None}, "Mapping[str, np.ndarray] | None")
    (True, False)
    """
    try:
        return _fits(value, ast.parse(annotation, mode="eval").body)
    except SyntaxError:
        return True


def _fits(value: object, kind: ast.expr) -> bool:
    if isinstance(kind, ast.BinOp):
        return _fits(value, kind.left) or _fits(value, kind.right)
    if isinstance(kind, ast.Constant):
        return kind.value is not None or value is None
    if isinstance(kind, ast.Subscript):
        name, inner = _last_name(kind.value), kind.slice.elts if isinstance(kind.slice, ast.Tuple) else [kind.slice]
        if not _is_a(value, name):
            return False
        if isinstance(value, Mapping):
            return all(_fits(k, inner[0]) and _fits(v, inner[-1]) for k, v in value.items())
        if name == "tuple" and len(inner) > 1 and not isinstance(inner[1], ast.Constant):
            return len(value) == len(inner) and all(map(_fits, value, inner))
        return not isinstance(value, list | tuple | set) or all(_fits(v, inner[0]) for v in value)
    return _is_a(value, _last_name(kind))


def _is_a(value: object, name: str) -> bool:
    if name in CONTAINERS:
        return isinstance(value, CONTAINERS[name]) and not isinstance(value, str | bytes)
    if name == "int":
        return isinstance(value, np.ndarray) is False and hasattr(value, "__index__")
    if name == "float":
        return isinstance(value, float | int | np.number)
    if name == "bool":
        return isinstance(value, bool | np.bool_)
    if name in ("ndarray", "ArrayLike"):
        return hasattr(value, "__array__") or (name == "ArrayLike" and isinstance(value, float | int | Sequence))
    if name == "str":
        return isinstance(value, str)
    if name == "Path":
        return isinstance(value, Path)
    if name in ("AnnData", "DataFrame", "Series", "DiGraph", "Axes", "Figure"):
        return any(base.__name__ == name for base in type(value).__mro__)
    return True


def _last_name(kind: ast.expr) -> str:
    return kind.attr if isinstance(kind, ast.Attribute) else getattr(kind, "id", "")


def _described(value: object) -> str:
    """Return a value in a few words: what a reader needs to find out which one it was."""
    if isinstance(value, str | bytes | int | float | None | np.generic):
        return f"{value!r:.60}"
    if hasattr(value, "columns"):
        return f"<{len(value)} rows; columns {listing(list(value.columns), 8)}>"
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"<{type(value).__name__} of shape {tuple(shape)}>"
    try:
        return f"<{type(value).__name__} of {operator.length_hint(value)}>" if len(value) > 3 else f"{value!r:.60}"
    except TypeError:
        return f"<{type(value).__name__}>"
