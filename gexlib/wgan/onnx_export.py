"""
A trained generator as one file of ONNX, which any of its runtimes can run: in a browser, in R, without PyTorch.

The graph holds all of :meth:`gexlib.wgan.WGANGP.sample` but the drawing of random numbers: the codes of levels and the
numerical covariates as they are, the network, the factor model, gene noise at the temperature of the settings, and the
transform of scores back to expression. The transform is computed in float64, as in Python.

=============  ==================  ==========================================================================
Input          Type, shape         What it is
=============  ==================  ==========================================================================
latent         float32, n x l      The latent vectors: independent standard Gaussian numbers.
gene_noise     float32, n x genes  The same for each gene; only if the model has gene noise.
categorical    int64, n x c        The place of each level in its list; only if the model has such covariates.
numerical      float64, n x r      Values in their own units; only if the model has such covariates.
=============  ==================  ==========================================================================

The output ``expression`` is float32, n x genes, in the unit of the training data. A runtime reports an error for the
code of a level that does not exist.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from gexlib import __version__
from gexlib.atomic import whole_file
from gexlib.checks import check_fitted
from gexlib.explained import explained
from gexlib.preprocess import (
    CovariateEncoder,
    KindScores,
    NormalScores,
    Standardizer,
    kind_levels,
    kind_scores,
    normal_scores,
)
from gexlib.preprocess.kinds import key_places
from gexlib.wgan.factor_model import FactorModel
from gexlib.wgan.model import WGANGP
from gexlib.wgan.networks import Generator
from gexlib.wgan.onnx_graph import Graph, Value
from gexlib.wgan.units import Transform

if TYPE_CHECKING:
    import onnx

FORMAT = "1"  # of the properties


@explained
def export_onnx(gan: WGANGP, path: str | Path) -> None:
    """
    Write the generator of a fitted model as a file of ONNX.

    The module's text lists inputs and output. The file's properties are JSON: ``covariates``, ``kinds`` (codes of the
    combinations of levels that three training samples or more share), ``genes``, ``unit``, ``provenance``,
    ``latent_dim``, ``gexlib_version``. From the same random numbers, a runtime gives what Python gives, but for the
    rounding of scores in their seventh digit. Where a gene's distribution has a gap, the transform is steep and
    enlarges it.

    Parameters
    ----------
    gan : WGANGP
        Fitted.
    path : path
        Ends in ``.onnx``. A file that is there is replaced, once the new one is whole.

    Raises
    ------
    ImportError
        If the package onnx is not installed (``pip install 'gexlib[onnx]'``).
    NotFittedError
        If the model is not fitted.
    ValueError
        If the name has another ending, or the model is larger than 2 GB.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> gan = WGANGP.load_pretrained("ecoli")
    >>> export_onnx(gan, "ecoli.onnx")  # doctest: +SKIP

    Any runtime reads the file; in Python:

    >>> import onnxruntime  # doctest: +SKIP
    >>> session = onnxruntime.InferenceSession("ecoli.onnx")  # doctest: +SKIP
    >>> [entry.name for entry in session.get_inputs()]  # doctest: +SKIP
    ['latent', 'gene_noise', 'categorical', 'numerical']
    """
    check_onnx_name(path)
    content = onnx_model(gan).SerializeToString(deterministic=True)
    with whole_file(path) as part:
        part.write_bytes(content)


def check_onnx_name(path: str | Path) -> None:
    """Raise a ValueError if a file's name does not end in ``.onnx``."""
    if Path(path).suffix != ".onnx":
        raise ValueError(f"{path} does not end in .onnx; give a name that does")


def onnx_model(gan: WGANGP) -> onnx.ModelProto:
    """Return the generator of a fitted model as a model of ONNX; :func:`export_onnx` has the errors."""
    check_fitted(gan, "generator_", "call fit first, or load a model with WGANGP.load")
    g, encoder, generator = Graph(), gan.encoder_, gan.generator_
    n_genes = generator.n_genes
    z = g.input("latent", np.float32, "n", gan.settings.latent_dim)
    covariates, noise = _Covariates(g, encoder, kind_levels(gan.standardizer_, encoder.n_levels), z), None
    if generator.factor_model is not None:
        noise = g.input("gene_noise", np.float32, "n", n_genes)
        noise = g("Mul", noise, np.float32(gan.settings.gene_noise_temperature))
    scores = _scores(g, generator, z, covariates, noise)
    expression = _expression(g, gan.standardizer_, scores, covariates)
    g.output("expression", g.cast(expression, np.float32), np.float32, "n", n_genes)
    return g.model(_properties(gan))


def _properties(gan: WGANGP) -> dict[str, str]:
    levels = [{"name": n, "kind": "categorical", "levels": v} for n, v in gan.encoder_.vocabularies_.items()]
    numbers = [{"name": n, "kind": "numerical", "mean": m, "sd": s} for n, (m, s) in gan.encoder_.numerical_.items()]
    model = gan.generator_.factor_model
    keys = np.empty(0, np.int64) if model is None else model.kinds.keys.cpu().numpy()
    levels_of_kinds = kind_levels(gan.standardizer_, gan.encoder_.n_levels)
    places = zip(key_places(levels_of_kinds).tolist(), levels_of_kinds, strict=True)
    digits = [(keys // place % n).tolist() if n else [None] * len(keys) for place, n in places]
    described = {
        "covariates": [*levels, *numbers],
        "kinds": [list(kind) for kind in zip(*digits, strict=True)] or [[]] * len(keys),
        "genes": [str(gene) for gene in gan.var_.index],
        "unit": gan.provenance_.get("unit", "that of the training data"),
        "provenance": gan.provenance_,
        "latent_dim": gan.settings.latent_dim,
        "gexlib_version": __version__,
    }
    return {"format": FORMAT} | {name: json.dumps(value) for name, value in described.items()}


class _Covariates:
    """The covariates in the graph, and what tables of effects and kinds have for each sample."""

    def __init__(self, g: Graph, encoder: CovariateEncoder, levels_of_kinds: list[int], z: str) -> None:
        self.g, self.n_levels = g, encoder.n_levels
        self.values, self.codes = self._numerical(encoder), self._categorical()
        if self.codes:
            self.key = g("ReduceSum", g("Mul", self.codes, key_places(levels_of_kinds)), np.array([1]), keepdims=0)
        else:
            n = g("Gather", g("Shape", z), np.array([0]), axis=0)
            self.key = g("Expand", 0, n)
        self.code_of = [g("Gather", self.codes, j, axis=1) for j in range(len(self.n_levels))]

    def effects(self, table: np.ndarray) -> Value:
        """Return the product of the design matrix and a table of effects, (n_columns, n_genes)."""
        sizes = [1, len(table) - 1 - sum(self.n_levels), *self.n_levels]
        _, numerical, *of_levels = np.split(table, np.cumsum(sizes)[:-1])
        parts = self.rows_of_levels(of_levels)
        product = None if self.values is None else self.g("MatMul", self.values, numerical)
        return self.g.total(table[:1], product, *parts)

    def rows_of_levels(self, tables: Iterable[np.ndarray]) -> list[str]:
        """Return the row of each covariate's table, (n_levels, ...), that belongs to its level."""
        return [self.g("Gather", table, code, axis=0) for table, code in zip(tables, self.code_of, strict=True)]

    def kind(self, keys: np.ndarray) -> str:
        """Return the place of each sample's kind among ascending keys, or their number if it is none of them."""
        g, least = self.g, np.zeros(len(keys) + 1, np.float32)
        least[-1] = 0.5  # the largest where no key is equal
        equal = g("Equal", g("Unsqueeze", self.key, np.array([1])), np.append(keys, -1))
        return g("ArgMax", g("Add", g.cast(equal, np.float32), least), axis=1, keepdims=0)

    def _categorical(self) -> str | None:
        if not self.n_levels:
            return None
        given = self.g.input("categorical", np.int64, "n", len(self.n_levels))
        beyond = max(self.n_levels)  # for which a runtime reports an error; it would take -1 as the last level
        return self.g("Where", self.g("Less", given, 0), beyond, given)

    def _numerical(self, encoder: CovariateEncoder) -> str | None:
        if not encoder.numerical:
            return None
        mean, sd = np.array([*encoder.numerical_.values()]).T
        given = self.g.input("numerical", np.float64, "n", len(mean))
        return self.g.cast(self.g("Div", self.g("Sub", given, mean), sd), np.float32)


def _scores(g: Graph, generator: Generator, z: str, covariates: _Covariates, noise: str | None) -> Value:
    """Return what ``Generator.forward`` returns."""
    model, floor = generator.factor_model, generator.floor
    y = _network(g, generator, z, covariates)
    if model is not None:
        kind = covariates.kind(_array(model.kinds.keys))
        y = g.total(y, g("Mul", g("Gather", _array(model.log_sd.exp()), kind, axis=0), noise))
    if isinstance(model, FactorModel):
        tables = {"effects": covariates.effects, "deviations": lambda table: g("Gather", table, kind, axis=0)}
        y = g.total(y, *(of(_array(t)) for name, of in tables.items() if (t := getattr(model, name)).any()))
        factors = g("MatMul", _mixing(g, _array(model.mixing), kind), g("Unsqueeze", z, np.array([2])))
        y = g.total(y, g("MatMul", g("Squeeze", factors, np.array([2])), _array(model.loadings)))
    return y if floor is None else g("Max", y, _array(floor))


def _network(g: Graph, generator: Generator, z: str, covariates: _Covariates) -> Value:
    *hidden, last = generator.layers
    if isinstance(generator.factor_model, FactorModel) and not last.weight.any():  # no layer before it has an effect
        return _array(last.bias)[None]
    embedded = covariates.rows_of_levels(map(_array, generator.embedding.tables))
    h = g("Concat", z, *([] if covariates.values is None else [covariates.values]), *embedded, axis=1)
    for layer in hidden:
        h = g("Relu", g("Gemm", h, _array(layer.weight), _array(layer.bias), transB=1))
    return g("Gemm", h, _array(last.weight), _array(last.bias), transB=1)


def _mixing(g: Graph, mixing: np.ndarray, kind: str) -> str:
    """Return the matrix of each sample's kind, from tables without the upper triangles if these are zero."""
    n = mixing.shape[1]
    if np.triu(mixing, 1).any():
        return g("Gather", mixing, kind, axis=0)
    rows, columns = np.tril_indices(n)
    place = np.full((n, n), len(rows))
    place[rows, columns] = np.arange(len(rows))
    triangles = np.pad(mixing[:, rows, columns], [(0, 0), (0, 1)])  # the last number is the zero of all others
    return g("Gather", g("Gather", triangles, place.astype(np.int32), axis=1), kind, axis=0)  # made whole when loaded


def _expression(g: Graph, transform: Transform, scores: str, covariates: _Covariates) -> str:
    """Return what ``to_expression`` returns, in float64."""
    scores = g.cast(scores, np.float64)
    if transform.constant_.any():
        scores = g("Where", transform.constant_, np.float64(0), scores)
    if isinstance(transform, Standardizer):
        return g("Add", g("Mul", scores, transform.scale_), transform.mean_)
    if isinstance(transform, NormalScores):
        return _of_normal_scores(g, transform, scores)
    return _of_normal_scores(g, transform.pooled, _among_all(g, transform, scores, covariates))


def _among_all(g: Graph, transform: KindScores, scores: str, covariates: _Covariates) -> str:
    """Return scores within kinds as scores among all samples, as ``KindScores.inverse_transform`` does."""
    first, *_, last = knots = kind_scores.KNOTS
    n_genes, kind = len(transform.constant_), covariates.kind(transform.keys_)
    z = g("Clip", scores, first - kind_scores.BEYOND, last + kind_scores.BEYOND)
    place = g("Div", g("Sub", z, first), knots[1] - first)
    below = g("Clip", g.cast(place, np.int64), 0, len(knots) - 2)
    row = g("Add", g("Mul", g("Unsqueeze", kind, np.array([1])), len(knots)), below)
    at = g("Add", g("Mul", row, n_genes), np.arange(n_genes))
    table = transform.quantiles_.ravel()
    low, high = g("Gather", table, at), g("Gather", table, g("Add", at, n_genes))
    share = g("Sub", place, g.cast(below, np.float64))
    rise = g("Mul", g.cast(g("Sub", high, low), np.float64), share)
    return g("Add", g.cast(g("Add", covariates.effects(transform.effects_), low), np.float64), rise)


def _of_normal_scores(g: Graph, transform: NormalScores, scores: str) -> str:
    """Return normal scores as expression, as ``NormalScores.inverse_transform`` does."""
    offsets = transform.offsets_.astype(np.int32)
    first, last = offsets[:-1], offsets[1:] - 1
    at, to = transform.levels_, transform.values_
    inside = g("Max", g("Min", scores, np.float64(at[last])), np.float64(at[first]))
    below = g("Expand", first, g("Shape", scores))
    for bit in reversed(range(int((last - first).max()).bit_length())):
        further = g("Min", g("Add", below, np.int32(1 << bit)), last)
        below = g("Where", g("LessOrEqual", g.cast(g("Gather", at, further), np.float64), inside), further, below)
    above = g("Min", g("Add", below, np.int32(1)), last)
    start, end, y, y_end = (g.cast(g("Gather", t, i), np.float64) for t in (at, to) for i in (below, above))
    width = g("Sub", end, start)
    width = g("Where", g("Equal", width, np.float64(0)), np.float64(1), width)  # at the last point
    inner = g("Mul", g("Div", g("Sub", y_end, y), width), g("Sub", inside, start))
    low, high = at[first] - normal_scores.BEYOND, at[last] + normal_scores.BEYOND
    within = g("Max", g("Min", scores, np.float64(high)), np.float64(low))
    lower, upper = np.float64(normal_scores.tail_slopes(at, to, first, last))
    beyond = g("Mul", g("Where", g("Less", within, inside), lower, upper), g("Sub", within, inside))
    least = np.where(np.isneginf(transform.floor_), np.where(transform.lowest_ >= 0, 0, -np.inf), to[first])
    x = g("Max", g.total(y, inner, beyond), least)
    return g("Where", g("LessOrEqual", scores, np.float64(transform.floor_)), transform.lowest_, x)


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy()
