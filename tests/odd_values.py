"""Odd values in the place of a good one: of each kind that public functions take, empty, damaged, of other kinds."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from anndata import AnnData
from matplotlib.axes import Axes
from scipy import sparse

NAMES = ("$x_1^$", "ä", "", "a\nb", "x" * 300, "<b>&", "\\frac{", "%s {0}", "中文", "nan")
OTHERS = (None, 5, "$a", [], {}, np.nan, b"x", [1], object())
CELLS = (np.nan, None, "a", 1.0, np.inf, 1e308, pd.NA, [1], True)
NUMBERS = (-1, 0, 1.5, np.nan, np.inf, "3", None, 1e308, [1], True, -(2**40))


def odd_names(n: int) -> list[str]:
    return [f"{NAMES[i % len(NAMES)]}{i or ''}" for i in range(n)]


def odd_values(value: object) -> Iterator[tuple[str, object]]:
    """Yield values in the place of another, each with a few words."""
    for kind, make in MAKERS.items():
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            yield from make(value)
            break
    for other in OTHERS:
        yield repr(other)[:20], other


def of_table(table: pd.DataFrame) -> Iterator[tuple[str, object]]:
    yield "no rows", table.iloc[:0]
    yield "one row", table.iloc[:1]
    yield "no columns", table.iloc[:, :0]
    yield "a column twice", pd.concat([table, table.iloc[:, :1]], axis=1)
    yield "an array", table.to_numpy()
    for name in table.columns:
        yield f"without {name}", table.drop(columns=name)
        for cell in CELLS:
            yield f"{name}: all {cell!r}", table.assign(**{str(name): [cell] * len(table)})
        for cell in CELLS if len(table) > 1 else ():
            yield f"{name}: {cell!r} first", table.assign(**{str(name): [cell, *table[name].tolist()[1:]]})
        yield f"{name}: odd names", table.assign(**{str(name): odd_names(len(table))})
        with suppress(TypeError):
            yield f"{name}: categories", table.assign(**{str(name): table[name].astype("category")})
    for words, index in of_names(table.index):
        yield words, table.set_axis(index)
    yield "reversed", table.iloc[::-1]
    yield "rows twice", pd.concat([table, table])
    many = pd.concat([table] * (500 // max(len(table), 1)))
    yield "500 rows", many.set_axis([f"row {i}" for i in range(len(many))])


def of_names(names: pd.Index) -> Iterator[tuple[str, object]]:
    yield "odd names", odd_names(len(names))
    yield "one name for all", ["same"] * len(names)
    yield "numbers for names", range(len(names))
    yield "other names", [f"other {i}" for i in range(len(names))]
    yield "names of two levels", pd.MultiIndex.from_product([["a"], range(len(names))])


def of_series(values: pd.Series) -> Iterator[tuple[str, object]]:
    for words, table in of_table(values.to_frame("value")):
        yield words, table["value"] if isinstance(table, pd.DataFrame) and "value" in table else table


def of_array(x: np.ndarray) -> Iterator[tuple[str, object]]:
    if x.dtype == object and x.size and isinstance(x.flat[0], Axes):
        yield "one of the axes", x[:1]
        return
    yield "nothing", x[:0]
    yield "one row", x[:1]
    yield "no columns", x[..., :0]
    yield "one column", x[..., :1]
    yield "flat", x.ravel()
    yield "another dimension", x[None]
    yield "a list", x.tolist()
    yield "rows twice", np.concatenate([x, x])
    for dtype in (object, str, complex, int, bool, np.float16):
        with suppress(TypeError, ValueError):
            yield f"of {dtype.__name__}", x.astype(dtype)
    if x.dtype.kind in "fiub":
        for number in (np.nan, np.inf, 1e300, 0.0, -1.0, 1e-30):
            yield f"all {number}", np.full(x.shape, number)
            if x.size:
                yield f"{number} first", np.concatenate([[number], x.ravel()[1:].astype(float)]).reshape(x.shape)
        yield "masked", np.ma.masked_invalid(np.where(np.arange(x.size).reshape(x.shape) == 0, np.nan, x))
        if x.ndim == 2:
            yield "sparse", sparse.csr_matrix(x)


def of_data(data: AnnData) -> Iterator[tuple[str, object]]:
    def with_(**parts):
        changed = data.copy()
        for name, part in parts.items():
            setattr(changed, name, part)
        return changed

    yield "no X", AnnData(obs=data.obs, var=data.var)
    for words, part in {
        "no samples": data[:0], "one sample": data[:1], "two samples": data[:2], "no genes": data[:, :0],
        "one gene": data[:, :1], "genes reversed": data[:, ::-1],
    }.items():  # fmt: skip
        yield words, part.copy()
    yield "a view", data[::-1]
    x = data.X.toarray() if sparse.issparse(data.X) else np.asarray(data.X)
    yield "an array", x
    yield "by columns", with_(X=sparse.csc_matrix(x))
    yield "text", with_(X=x.astype(str).astype(object))
    yield "all samples alike", with_(X=np.repeat(x[:1], len(x), axis=0))
    yield "a constant gene", with_(X=np.where(np.arange(data.n_vars) == 0, 3.0, x))
    for words, values in of_array(x):
        if (
            getattr(values, "shape", None) == x.shape
            and not np.ma.isMaskedArray(values)
            and values.dtype.kind in "fiub"
        ):
            yield words, with_(X=values)
    for words, names in of_names(data.var_names):
        if not isinstance(names, pd.MultiIndex):
            yield f"genes: {words}", with_(var_names=[*map(str, names)])
            yield f"samples: {words}", with_(obs_names=[*map(str, names)][:1] * data.n_obs)
    for words, obs in of_table(data.obs):
        if isinstance(obs, pd.DataFrame) and len(obs) == data.n_obs and not isinstance(obs.index, pd.MultiIndex):
            with suppress(Exception):  # what AnnData itself does not take
                yield f"obs: {words}", with_(obs=obs)


def of_network(network: nx.DiGraph) -> Iterator[tuple[str, object]]:
    edges = list(network.edges(data=True))
    yield "empty", nx.DiGraph()
    yield "undirected", nx.Graph(network)
    yield "two edges a pair", nx.MultiDiGraph(network)
    yield "numbers for names", nx.convert_node_labels_to_integers(network)
    yield "no effects", nx.DiGraph((tf, target) for tf, target, _ in edges)
    yield "self-regulation", nx.DiGraph([*edges, *((gene, gene, {"effect": "+"}) for gene in network)])
    yield "loops", nx.DiGraph([*edges, *((target, tf, {"effect": "-"}) for tf, target, _ in edges)])
    yield "odd names", nx.relabel_nodes(network, dict(zip(network, odd_names(len(network)), strict=True)))
    chain = nx.DiGraph((f"g{i}", f"g{i + 1}", {"effect": "+"}) for i in range(1500))
    yield "a long chain", chain


def of_list(values: list | tuple) -> Iterator[tuple[str, object]]:
    yield "none", []
    yield "the first", list(values)[:1]
    yield "each twice", [*values, *values]
    yield "in text", "ab"
    yield "as a set", set(map(str, values))
    yield "once only", iter(list(values))
    yield "unknown names", ["nope"]
    yield "odd names", odd_names(3)
    for place, value in list(enumerate(values))[:2]:
        for words, other in odd_values(value):
            changed = [*values[:place], other, *values[place + 1 :]]
            yield f"[{place}] {words}", tuple(changed) if type(values) is tuple else changed


def of_dict(values: Mapping) -> Iterator[tuple[str, object]]:
    yield "values alone", list(values.values())
    for key, value in list(values.items())[:2]:
        yield f"without {key!r}", {k: v for k, v in values.items() if k != key}
        for other in ("$x", 5, None, "", ("a", 1)):
            yield f"{other!r} for {key!r}", {other if k == key else k: v for k, v in values.items()}
        for words, other in odd_values(value):
            yield f"[{key!r}] {words}", {k: other if k == key else v for k, v in values.items()}


def of_text(text: str) -> Iterator[tuple[str, object]]:
    yield from ((repr(other), other) for other in ("", "nope", text.upper(), f"{text} ", "a\0b", ["a"], 1.5))


def of_number(number: float) -> Iterator[tuple[str, object]]:
    yield from ((repr(other), other) for other in NUMBERS)


def of_path(path: Path) -> Iterator[tuple[str, object]]:
    yield from ((repr(other)[:20], other) for other in ("/", "/nowhere/x", "", "a\0b", "/dev/null", "x" * 300))


MAKERS = {
    pd.DataFrame: of_table, pd.Series: of_series, AnnData: of_data, np.ndarray: of_array, nx.DiGraph: of_network,
    str: of_text, Path: of_path, int: of_number, float: of_number, np.number: of_number, list: of_list, tuple: of_list,
    Mapping: of_dict,
}  # fmt: skip
