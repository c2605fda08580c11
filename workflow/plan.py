"""Plan of the runs, from the table of notebooks and the parameters on the command line."""

import itertools
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from nbfile import NotebookError
from parameters import bind, declared, is_list

RESULTS = "_build/results"
Texts = dict[str, str]  # names of parameters, and their values as text


@dataclass(frozen=True)
class Notebook:
    """
    A row of the table ``notebooks.yml``, which explains the fields.

    The name of a notebook is its path in the book, such as ``howto/own_data``.
    """

    name: str
    output: str | list[str]
    reads: Texts = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)
    threads: int = 1
    mem_mb: int = 4000
    runtime: int = 30

    @property
    def source(self) -> str:
        """Path of the notebook in the repository."""
        return f"book/{self.name}.ipynb"

    @property
    def files(self) -> list[str]:
        """Files that the notebook reads: its inputs, and the outputs of other notebooks."""
        folders = [_tree(Path(path)) for path in self.inputs]
        produced = [f"{RESULTS}/{path}" for path in self.reads.values()]
        return [*sorted(str(path) for path in itertools.chain(*folders)), *produced]

    def products(self, folder: str) -> list[str]:
        """Return the paths of its outputs; those of folders end in a slash."""
        return [f"{folder}/{path}" for path in ([self.output] if self.is_file else self.output)]

    def wiring(self, folder: str) -> Texts:
        """Return the parameters that connect it with other notebooks, with their values."""
        produced = {parameter: f"{RESULTS}/{path}" for parameter, path in self.reads.items()}
        return {**produced, "output": f"{folder}/{self.output}" if self.is_file else folder}

    @property
    def is_file(self) -> bool:
        """Whether its output is a file, not a folder."""
        return isinstance(self.output, str)

    @property
    def has_scores(self) -> bool:
        """Whether it writes ``scores.csv``, the table that a sweep joins."""
        return not self.is_file and "scores.csv" in self.output


def _tree(path: Path) -> list[Path]:
    found = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file() and p.suffix != ".pyc"]
    if not found:
        raise NotebookError(f"there is no {path}, which a notebook needs")
    return found


@dataclass(frozen=True)
class Plan:
    """
    Notebooks to run, and their parameters.

    Attributes
    ----------
    notebooks : dict of str to Notebook
        The table.
    given : dict of str to dict
        The parameters that are given to each notebook of the book.
    swept : Notebook or None
        The notebook that is swept; its runs are under ``runs/``.
    runs : dict of str to dict
        The parameters of each of these runs, by the name of its folder.
    """

    notebooks: dict[str, Notebook]
    given: dict[str, Texts]
    swept: Notebook | None = None
    runs: dict[str, Texts] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """Folder of the runs of the sweep."""
        return f"runs/{self.swept.name}"


def table(path: Path) -> dict[str, Notebook]:
    """Read the table of notebooks."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: Notebook(name, **row) for name, row in rows.items()}


def plan(notebooks: dict[str, Notebook], config: Mapping[str, object]) -> Plan:
    """
    Assign the parameters of the command line to notebooks, and plan the runs of a sweep.

    A parameter goes to each notebook that declares it. A list of values for a parameter that is not a list makes a
    sweep, with a run for each combination of values. If several notebooks could be swept, ``notebook`` names the one to
    sweep. Without any list of values, it asks for a single run under ``runs/``.

    Raises
    ------
    NotebookError
        If no notebook declares a name, a value does not have the declared type, or it is unclear which notebook to
        sweep.
    """
    config = dict(config)
    chosen = config.pop("notebook", None)
    if chosen is not None and chosen not in notebooks:
        raise NotebookError(f"notebook '{chosen}' is not one of the book's: {', '.join(notebooks)}")
    if chosen is not None and not notebooks[chosen].has_scores:
        raise NotebookError(f"{chosen} writes no scores.csv, so there is nothing to join in a sweep of it")
    types = {name: declared(Path(notebook.source)) for name, notebook in notebooks.items()}
    _check_names(config, types)
    axes = {
        parameter
        for name in ([chosen] if chosen else notebooks)
        for parameter, value in config.items()
        if isinstance(value, list) and not is_list(types[name].get(parameter, "list"))
    }
    if axes and not chosen:
        chosen = _only_candidate(axes, notebooks, types)

    given = {name: {p: _text(v) for p, v in config.items() if p in types[name] and p not in axes} for name in notebooks}
    runs = {}
    if chosen:
        runs = _combinations({p: v if p in axes else [v] for p, v in config.items() if p in types[chosen]})
        used = set().union(*(types[name] for name in _upstream(chosen, notebooks)))
        if unused := sorted(config.keys() - used):
            raise NotebookError(f"neither {chosen} nor what it reads from has a parameter {', '.join(unused)}")
    for name, texts in [*given.items(), *((chosen, texts) for texts in runs.values())]:
        bind(Path(notebooks[name].source), texts.items())
    return Plan(notebooks, given, notebooks[chosen] if chosen else None, runs)


def _check_names(config: Mapping[str, object], types: Mapping[str, Texts]) -> None:
    known = sorted(set().union(*types.values()) - {"output"})
    for name in config:
        if name not in known:
            raise NotebookError(
                f"--config {name}: "
                + ("the workflow sets where outputs go" if name == "output" else "no notebook has this parameter")
                + f"; there are {', '.join(known)}, and 'notebook' to choose the one to sweep"
            )


def _only_candidate(axes: set[str], notebooks: Mapping[str, Notebook], types: Mapping[str, Texts]) -> str:
    candidates = [name for name in notebooks if axes <= types[name].keys() and notebooks[name].has_scores]
    if len(candidates) != 1:
        raise NotebookError(
            f"{' and '.join(candidates) or 'no notebook with scores'} could be swept over "
            f"{', '.join(sorted(axes))}; choose one notebook: --config notebook=NAME"
        )
    return candidates[0]


def _upstream(name: str, notebooks: Mapping[str, Notebook]) -> set[str]:
    """Return a notebook and those whose outputs it reads, directly or through others."""
    reads = notebooks[name].reads.values()
    sources = [source for source in notebooks if any(path.startswith(f"{source}/") for path in reads)]
    return {name}.union(*(_upstream(source, notebooks) for source in sources))


def _combinations(values: Mapping[str, list]) -> dict[str, Texts]:
    """
    Return each combination of values, by a name such as ``seed=1+latent_dim=10``.

    A name has no commas, because Snakemake gives names of runs to a cluster job in a list separated by commas.
    """
    if empty := [name for name, options in values.items() if not options]:
        raise NotebookError(f"the list given for {', '.join(empty)} is empty")
    runs = {}
    for combination in itertools.product(*values.values()):
        texts = dict(zip(values, map(_text, combination), strict=True))
        words = {p: re.sub(r"[^A-Za-z0-9.-]+", "_", text).strip("_") for p, text in texts.items()}
        name = "+".join(f"{p}={word}" for p, word in words.items())
        if runs.setdefault(name or "default", texts) != texts:
            raise NotebookError(f"two runs would both be called {name}; give values that differ in their letters")
    return runs


def _text(value: object) -> str:
    """Return a value as text; the items of a list, which Snakemake gives as texts, are parsed first."""
    if not isinstance(value, list):
        return str(value)
    return repr([yaml.safe_load(item) if isinstance(item, str) else item for item in value])


def options(given: Texts, wiring: Texts) -> str:
    """Return the options of ``notebooks.py run`` for these parameters."""
    words = [word for flag, texts in (("-p", given), ("-w", wiring)) for p, v in texts.items() for word in (flag, p, v)]
    return shlex.join(words)


def summarise(runs: Mapping[str, Texts], folder: str, out: str) -> None:
    """Join the tables ``scores.csv`` of runs; the parameters of its run lead each line."""
    import pandas as pd

    tables = []
    for name, texts in runs.items():
        scores = pd.read_csv(f"{folder}/{name}/scores.csv", float_precision="round_trip")
        for place, (parameter, text) in enumerate(texts.items()):
            scores.insert(place, parameter, text, allow_duplicates=True)
        tables.append(scores)
    pd.concat(tables, ignore_index=True).to_csv(out, index=False)
