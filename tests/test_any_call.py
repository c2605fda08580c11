"""
Whatever a public function is given: a result, or one of the library's own errors.

Each function is called as in the example of its docstring, with one argument changed. Every run of the tests tries the
same few changes of each function; ``pytest -m long`` tries all of them.
"""

import contextlib
import copy
import doctest
import importlib
import inspect
import io
import sys

import matplotlib as mpl
import numpy as np
import pytest
from anndata import AnnData
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from odd_values import odd_values
from own_errors import own_errors

ROOMS = (
    "grn", "differential", "moderation", "datasets", "preprocess", "metrics", "simulators", "analysis", "plots",
    "plots.interactive", "report", "study", "wgan",
)  # fmt: skip
FEW = 4
OF_CALLERS = {"donor_bootstrap"}  # calls a function of its caller, whose errors are the caller's
SLOW = {
    "evaluate", "find_deletions", "prepared_m3d", "effect_test", "coverage_experiment", "recovery_experiment",
    "unmeasured_experiment", "fit_seeds",
}  # fmt: skip


def public(room):
    """Functions of a room that its ``__init__`` lists, or that its one file defines, by their names."""
    module = importlib.import_module(f"gexlib.{room}")
    names = getattr(module, "__all__", None) or [
        name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__
    ]
    found = {name: getattr(module, name) for name in names if not name.startswith("_")}
    return {name: thing for name, thing in found.items() if inspect.isfunction(thing)}


FUNCTIONS = {f"{room}.{name}": thing for room in ROOMS for name, thing in public(room).items()}


def fresh(value):
    """A copy of an argument; a figure and its axes are new ones."""
    if isinstance(value, Axes):
        return Figure().subplots()
    if isinstance(value, Figure):
        return Figure()
    if isinstance(value, np.ndarray) and value.dtype == object and value.size and isinstance(value.flat[0], Axes):
        return Figure().subplots(1, value.size)
    if type(value) in (list, tuple):
        return type(value)(map(fresh, value))
    if type(value) is dict:
        return {key: fresh(inner) for key, inner in value.items()}
    if isinstance(value, AnnData):
        return value.copy()
    try:
        return copy.deepcopy(value)
    except TypeError:  # a generator, or a module
        return value


def calls_in_example(function):
    """The arguments of each call of a function in its own example, by their names."""
    found, module, signature = [], sys.modules[function.__module__], inspect.signature(function)

    def recorded(*arguments, **options):
        bound = signature.bind(*fresh(arguments), **fresh(options))
        bound.apply_defaults()
        found.append(bound)
        return function(*arguments, **options)

    examples = doctest.DocTestParser().get_examples(inspect.getdoc(function) or "")
    names = vars(module) | {function.__name__: recorded}
    test = doctest.DocTest(examples, names, function.__name__, None, 0, "")
    with contextlib.redirect_stdout(io.StringIO()), mpl.rc_context():
        doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(test)
    return found


def draw(arguments):
    for value in arguments:
        if isinstance(value, Axes):
            value.figure.canvas.draw()
        elif isinstance(value, Figure):
            value.canvas.draw()
        elif isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.dtype == object):
            draw(part for part in value if isinstance(part, Axes | Figure))


def changes(function):
    """All changes of one argument of the first call in the example: words, the call, the argument and its value."""
    for call in calls_in_example(function)[:1]:
        for name, value in list(call.arguments.items()):
            if isinstance(value, Axes | Figure) or call.signature.parameters[name].kind.name.startswith("VAR"):
                continue
            for words, other in odd_values(value):
                yield f"{name}: {words}", call, name, other


@pytest.mark.filterwarnings("ignore")  # that odd values are odd
@pytest.mark.parametrize("most", [FEW, pytest.param(None, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_call_with_an_odd_argument(name, most, monkeypatch, tmp_path):
    function = FUNCTIONS[name]
    if name.split(".")[-1] in SLOW | OF_CALLERS and most:
        pytest.skip("its example takes long")
    monkeypatch.chdir(tmp_path)
    every = list(changes(function))
    chosen = np.random.default_rng(0).permutation(len(every))[:most]
    failures = []
    for number in sorted(chosen):
        words, whole, argument, value = every[number]
        call = whole.signature.bind(*fresh(whole.args), **fresh(whole.kwargs))
        call.arguments[argument] = fresh(value)
        try:
            with own_errors(), contextlib.redirect_stdout(io.StringIO()):
                result = function(*call.args, **call.kwargs)
                if inspect.isgenerator(result):
                    list(result)
                draw(call.arguments.values())
        except (Exception, AssertionError) as error:
            failures.append(f"{words}: {type(error).__name__} {str(error)[:200]}")
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_public_functions_explain_the_errors_of_others(name):
    assert hasattr(FUNCTIONS[name], "__wrapped__")
