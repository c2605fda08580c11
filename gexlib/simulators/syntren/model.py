"""The random kinetic model of SynTReN: the regulation of each gene, drawn at random or read from a file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import networkx as nx
import numpy as np

from gexlib.checks import whole_number
from gexlib.grn import check_network

ROLES = ("activator", "repressor")
COMBINATIONS = ("independent", "competitive", "cooperative")

# Measured on the output of the original, see SynTReN's notes.
K_MEDIAN, K_LOG_SD = 0.603, 0.371  # log-normal dissociation constants
BASAL = {2: 0.02}  # rate without a bound regulator, of genes that are activated and repressed, by in-degree
BASAL_OF_MORE = 0.05
ACTIVATOR_SHARE, SIGN_CONCENTRATION = 0.65, 0.6  # beta distribution of the regulators' shares of activated targets
SELF_ACTIVATOR_SHARE = 0.27
HILL = (2.0, 4.0)  # range of Hill coefficients; not measured: the original's output has none


@dataclass(frozen=True)
class Regulation:
    """One regulator of a gene: its role, dissociation constant ``k`` and Hill coefficient ``n``."""

    regulator: str
    role: str
    k: float
    n: float = 1.0

    def __post_init__(self):
        if self.role not in ROLES:
            raise ValueError(f"role {self.role!r} of regulator {self.regulator!r} is not one of {', '.join(ROLES)}")
        for name in ("k", "n"):
            value = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 < value < math.inf:
                raise ValueError(f"{name} of regulator {self.regulator!r} is {value!r}, but must be a number above 0")


@dataclass(frozen=True)
class Gene:
    """
    Kinetics of one gene, or of an input gene, which has no regulators.

    Attributes
    ----------
    regulations : tuple of Regulation
        Empty for an input gene.
    combination : str
        ``"independent"``, ``"competitive"`` (one activator, one repressor, one binding site) or ``"cooperative"``
        (two activators, both needed).
    basal : float
        Rate without a bound regulator, relative to that with one bound activator.
    source : str, optional
        The input gene that this input gene follows.
    mirrored : bool
        Whether the gene follows one minus the level of its source.
    """

    regulations: tuple[Regulation, ...] = ()
    combination: str = "independent"
    basal: float = 0.0
    source: str | None = None
    mirrored: bool = False

    def __post_init__(self):
        if self.combination not in COMBINATIONS:
            raise ValueError(f"combination {self.combination!r} is not one of {', '.join(COMBINATIONS)}")
        roles = sorted(r.role for r in self.regulations)
        needed = {"competitive": ["activator", "repressor"], "cooperative": ["activator", "activator"]}
        if roles != needed.get(self.combination, roles):
            needs = " and one ".join(needed[self.combination])
            raise ValueError(f"combination {self.combination!r} needs one {needs}, not {roles}")
        number = isinstance(self.basal, int | float) and not isinstance(self.basal, bool)
        if not number or not 0 <= self.basal < 1:
            raise ValueError(f"basal is {self.basal!r}, but must be a number from 0 to below 1")
        if self.source is not None and self.regulations:
            raise ValueError(f"a gene with regulators cannot follow the input gene {self.source!r}")

    def level(self, regulators: Sequence[np.ndarray | float]) -> np.ndarray:
        """
        Return the noise-free level, in [0, 1], at given levels of the regulators, in the order of ``regulations``.

        Examples
        --------
        >>> gene = Gene((Regulation("crp", "activator", k=0.5),))
        >>> gene.level([np.array([0, 0.5, 1])])
        array([0.  , 0.75, 1.  ])
        """
        least = self._rate([float(r.role == "repressor") for r in self.regulations])
        most = self._rate([float(r.role == "activator") for r in self.regulations])
        return np.clip((self._rate(regulators) - least) / (most - least), 0, 1)

    def _rate(self, regulators: Sequence[np.ndarray | float]) -> np.ndarray | float:
        """Return the rate of transcription before it is scaled to [0, 1]: equations (1) to (3) of SynTReN."""
        nu = [(x / r.k if r.n == 1 else (x / r.k) ** r.n) for x, r in zip(regulators, self.regulations, strict=True)]
        activators = [v for v, r in zip(nu, self.regulations, strict=True) if r.role == "activator"]
        repressors = [v for v, r in zip(nu, self.regulations, strict=True) if r.role == "repressor"]
        if self.combination == "competitive":
            return (self.basal + activators[0]) / (1 + activators[0] + repressors[0])
        if self.combination == "cooperative":
            return math.prod(v / (1 + v) for v in activators)
        free = math.prod(1 / (1 + v) for v in repressors)
        if not activators:
            return free
        return (self.basal * math.prod(1 / (1 + v) for v in activators) + sum(v / (1 + v) for v in activators)) * free


@dataclass(frozen=True)
class Shares:
    """Probabilities from which the random model is drawn, see :class:`gexlib.simulators.SynTReN`."""

    competitive: float
    cooperative: float
    hill: float
    correlated: float

    def __post_init__(self):
        for name, value in asdict(self).items():
            if not isinstance(value, int | float) or isinstance(value, bool):
                raise TypeError(f"{name}_share must be a number, not {value!r}")
            if not 0 <= value <= 1:
                raise ValueError(f"{name}_share is {value}, but a share must be from 0 to 1")


def draw_model(network: nx.DiGraph, seed: int, shares: Shares) -> dict[str, Gene]:
    """
    Draw a random kinetic model over a network, as :class:`gexlib.simulators.SynTReN` describes.

    Parameters
    ----------
    network : networkx.DiGraph
        Edges from regulator to target with the attribute ``effect``.
    seed : int
        Seed of all draws.
    shares : Shares
        Probabilities of the kinds of regulation.

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
    """
    check_network(network)
    rng = np.random.default_rng((whole_number("seed", seed, 0), 1))
    signs, constants, inputs = (np.random.default_rng(s) for s in rng.integers(2**63, size=3))
    a, b = ACTIVATOR_SHARE * SIGN_CONCENTRATION, (1 - ACTIVATOR_SHARE) * SIGN_CONCENTRATION
    activates = dict(zip(network, signs.beta(a, b, len(network)), strict=True))
    model = {}
    for gene in network:
        edges = [(tf, effect) for tf, _, effect in network.in_edges(gene, data="effect")]
        if all(tf == gene for tf, _ in edges):
            model[gene] = Gene()
            continue
        regulations = []
        for tf, effect in edges:
            share = SELF_ACTIVATOR_SHARE if tf == gene else activates[tf]
            effect = effect if effect in ("+", "-") else "-+"[int(signs.random() < share)]
            k = float(K_MEDIAN * math.exp(K_LOG_SD * constants.standard_normal()))
            n = float(constants.uniform(*HILL)) if constants.random() < shares.hill else 1.0
            regulations.append(Regulation(tf, ROLES["+-".index(effect)], k, n))
        model[gene] = _combined(tuple(regulations), shares, float(constants.random()))
    return model | _correlated([g for g in model if not model[g].regulations], inputs, shares.correlated)


def _combined(regulations: tuple[Regulation, ...], shares: Shares, chance: float) -> Gene:
    roles = {r.role for r in regulations}
    basal = BASAL.get(len(regulations), BASAL_OF_MORE) if len(roles) == 2 else 0.0
    if len(regulations) == 2 and len(roles) == 2 and chance < shares.competitive:
        return Gene(regulations, "competitive", basal)
    if len(regulations) == 2 and roles == {"activator"} and chance < shares.cooperative:
        return Gene(regulations, "cooperative", basal)
    return Gene(regulations, basal=basal)


def _correlated(genes: list[str], rng: np.random.Generator, share: float) -> dict[str, Gene]:
    """Return the input genes; a share of them, rounded down, follow one of the others."""
    order = [genes[i] for i in rng.permutation(len(genes))]
    n = min(int(share * len(genes)), len(genes) - 1)
    free = order[n:]
    follow = {g: (free[rng.integers(len(free))], bool(rng.random() < 0.5)) for g in order[: max(n, 0)]}
    return {g: Gene(source=follow[g][0], mirrored=follow[g][1]) if g in follow else Gene() for g in genes}


def parse_gene(entry: dict, table: dict) -> Gene:
    """Return a gene from its entry in a model file; its regulators and its source must be in the table too."""
    rest = {key: value for key, value in entry.items() if key != "regulations"}
    gene = Gene(tuple(Regulation(**r) for r in entry["regulations"]), **rest)
    if strange := [r.regulator for r in gene.regulations if r.regulator not in table]:
        raise ValueError(f"regulator {strange[0]!r} is not a gene of the model")
    source = table.get(entry["source"], {}) if entry.get("source") is not None else None
    if source is not None and (source.get("regulations") != [] or source.get("source") is not None):
        raise ValueError(f"source {entry['source']!r} is not an independent input gene of the model")
    return gene
