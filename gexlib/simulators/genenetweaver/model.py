"""The random kinetic model of GeneNetWeaver: the regulation of each gene, drawn at random or read from a file."""

from __future__ import annotations

import math
from dataclasses import dataclass

import networkx as nx
import numpy as np

from gexlib.checks import whole_number
from gexlib.grn import check_network

ROLES = ("activator", "deactivator")
MOST_MODULES = 16  # a gene has 2**modules states


@dataclass(frozen=True)
class Input:
    """One regulator of a module: its role, dissociation constant ``k`` and Hill coefficient ``n``."""

    regulator: str
    role: str
    k: float
    n: float

    def __post_init__(self):
        if self.role not in ROLES:
            raise ValueError(f"role {self.role!r} of regulator {self.regulator!r} is not one of {', '.join(ROLES)}")
        for name in ("k", "n"):
            _in_range(f"{name} of regulator {self.regulator!r}", getattr(self, name), 0, math.inf)


@dataclass(frozen=True)
class Module:
    """Regulators that act together, bound independently or as one complex; at least one is an activator."""

    binds_as_complex: bool
    inputs: tuple[Input, ...]

    def __post_init__(self):
        if not isinstance(self.binds_as_complex, bool):
            raise ValueError(f"binds_as_complex must be true or false, not {self.binds_as_complex!r}")
        if not any(i.role == "activator" for i in self.inputs):
            raise ValueError("a module has no activator; at least one of its inputs must be one")


@dataclass(frozen=True)
class Gene:
    """
    Kinetics of one gene: decay rates (per minute), modules, and relative transcription rates ``alpha``.

    ``alpha`` is indexed by state: bit j is set where module j is active.
    """

    mrna_decay: float
    protein_decay: float
    modules: tuple[Module, ...]
    alpha: tuple[float, ...]

    def __post_init__(self):
        for name in ("mrna_decay", "protein_decay"):
            _in_range(name, getattr(self, name), 0, 1)
        if len(self.modules) > MOST_MODULES:
            raise ValueError(
                f"{len(self.modules)} modules make 2**{len(self.modules)} states; at most {MOST_MODULES} modules can "
                "be simulated, so remove some of the gene's regulators"
            )
        if len(self.alpha) != 2 ** len(self.modules):
            raise ValueError(f"alpha has {len(self.alpha)} values; {len(self.modules)} modules need 2**modules")
        for value in self.alpha:
            _in_range("alpha", value, 0, 1, closed=True)

    def regulators(self) -> list[str]:
        """Return the gene's regulators, module by module."""
        return [i.regulator for m in self.modules for i in m.inputs]


def _in_range(name: str, value: float, low: float, high: float, closed: bool = False) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or not (low <= value <= high if closed else low < value < high):
        rule = f"from {low} to {high}" if closed else f"above {low} and below {high}"
        raise ValueError(f"{name} is {value!r}, but must be a number {rule}")


def draw_model(network: nx.DiGraph, seed: int = 0) -> dict[str, Gene]:
    """
    Draw a random kinetic model over a network.

    Parameters
    ----------
    network : networkx.DiGraph
        Edges from regulator to target with the attribute ``effect``: ``"+"``, ``"-"``, or ``"+-"`` and
        ``"?"``, whose sign is drawn. Self-regulation is left out, as the original's command line does. If no edge
        has a sign, the first half of the inputs of each module (rounded up) activate, and each of the others
        activates with probability 1/2.
    seed : int
        Seed of all draws.

    Returns
    -------
    dict of str to Gene
        In the order of the nodes.

    Raises
    ------
    TypeError
        If `network` is not a directed graph, or a node is not a string.
    ValueError
        If the network has no nodes, or an edge has no known ``effect``.

    Notes
    -----
    Half-lives of mRNA and protein in minutes are drawn from TN(5, 50; 27.5, 7.5), where TN(low, high; mean, sd)
    is a normal distribution cut to an interval; k from U(0.01, 1) and n from TN(1, 10; 2, 2).

    Schaffter et al. (2011), Bioinformatics 27:2263-2270; Marbach et al. (2010), PNAS 107:6286-6291.
    """
    check_network(network)
    rng = np.random.default_rng((whole_number("seed", seed, 0), 1))
    signed = any(effect in ("+", "-") for a, b, effect in network.edges(data="effect") if a != b)
    model = {}
    for gene in network:
        mrna, protein = math.log(2) / _truncated(rng, 5, 50, 27.5, 7.5, 2)
        inputs = [(tf, effect) for tf, _, effect in network.in_edges(gene, data="effect") if tf != gene]
        drawn = [_draw_module(rng, members, signed) for members in _deal(rng, inputs)]
        try:
            alpha = _draw_alpha(rng, np.array([enhances for _, enhances in drawn], dtype=bool))
            model[gene] = Gene(float(mrna), float(protein), tuple(module for module, _ in drawn), alpha)
        except ValueError as error:
            raise ValueError(f"gene {gene!r} has {len(inputs)} regulators: {error}") from None
    return model


def _truncated(rng: np.random.Generator, low: float, high: float, mean: float, sd: float, size: int) -> np.ndarray:
    """Draw normal numbers; draw those outside of the interval again."""
    values = rng.normal(mean, sd, size)
    while (outside := (values < low) | (values > high)).any():
        values[outside] = rng.normal(mean, sd, outside.sum())
    return values


def _deal(rng: np.random.Generator, inputs: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Deal inputs to modules in random order; each opens a new module with probability 1 / (modules + 1)."""
    sizes: list[int] = []
    for _ in inputs:
        k = rng.integers(len(sizes) + 1)
        if k == len(sizes):
            sizes.append(0)
        sizes[k] += 1
    shuffled = iter([inputs[i] for i in rng.permutation(len(inputs))])
    return [[next(shuffled) for _ in range(size)] for size in sizes]


def _draw_module(rng: np.random.Generator, members: list[tuple[str, str]], signed: bool) -> tuple[Module, bool]:
    """Draw a module, and return it and whether it enhances transcription."""
    effects = [effect for _, effect in members]
    p, q = effects.count("+"), effects.count("-")
    enhances = p > q if p != q else bool(rng.random() < 0.5)
    activating = "+" if enhances else "-"
    certain = 0 if p + q else 1 if signed else math.ceil(len(members) / 2)  # unknown inputs that surely activate
    roles = [
        effect == activating if effect in ("+", "-") else i < certain or bool(rng.random() < 0.5)
        for i, effect in enumerate(effects)
    ]
    k, n = rng.uniform(0.01, 1, len(members)), _truncated(rng, 1, 10, 2, 2, len(members))
    inputs = [
        Input(tf, ROLES[not role], float(k[i]), float(n[i]))
        for i, ((tf, _), role) in enumerate(zip(members, roles, strict=True))
    ]
    return Module(bool(rng.random() < 0.5), tuple(sorted(inputs, key=lambda i: i.role))), enhances


def _draw_alpha(rng: np.random.Generator, enhances: np.ndarray) -> tuple[float, ...]:
    """Draw the relative transcription rates of all states; `enhances` says which modules enhance transcription."""
    n_modules = len(enhances)
    if n_modules > MOST_MODULES:
        return ()  # refused by Gene
    d = _truncated(rng, 0.25, 1, 0.625, 0.125, n_modules) * np.where(enhances, 1, -1)
    if not enhances.any():
        basal = 1.0
    elif enhances.all():
        basal = _truncated(rng, 0, 0.25, 0, 0.05, 1)[0]
    else:
        basal = _truncated(rng, 0.25, 0.75, 0.5, 1 / 12, 1)[0]
    up, down = d[enhances].sum(), d[~enhances].sum()
    if enhances.any() and basal + up < 1:  # full activation reaches exactly 1
        d[np.where(enhances, d, np.inf).argmin()] += 1 - basal - up
    if not enhances.all() and basal + down > 0.25:  # full repression reaches a small leak
        d[np.where(enhances, -np.inf, d).argmax()] += _truncated(rng, 0, 0.25, 0, 0.05, 1)[0] - (basal + down)
    active = np.arange(2**n_modules)[:, None] >> np.arange(n_modules) & 1
    return tuple(np.clip(basal + active @ d, 0, 1).tolist())


def parse_gene(entry: dict, table: dict) -> Gene:
    """Return a gene from its entry in a model file; its regulators must be in the table too."""
    modules = tuple(Module(m["binds_as_complex"], tuple(Input(**i) for i in m["inputs"])) for m in entry["modules"])
    gene = Gene(entry["mrna_decay"], entry["protein_decay"], modules, tuple(entry["alpha"]))
    if strange := [tf for tf in gene.regulators() if tf not in table]:
        raise ValueError(f"regulator {strange[0]!r} is not a gene of the model")
    return gene
