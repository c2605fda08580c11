"""The simulator SynTReN: steady states of a gene regulatory network, after Van den Bulcke et al. (2006)."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx
import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import check_memory, whole_number
from gexlib.explained import explained, warn
from gexlib.simulators.kinetic import KineticSimulator, check_noise
from gexlib.simulators.syntren.model import Gene, Shares, draw_model, parse_gene

MOST_STEPS = 3000  # of the iteration that solves loops
TOLERANCE = 1e-6
START = 0.5  # level at which genes in loops begin


@explained
class SynTReN(KineticSimulator):
    r"""
    Expression data from the steady-state model of SynTReN 1.1 for a network of your own.

    Genes without a regulator are the *input genes*, whose levels the external conditions of each sample set. The
    level of every other gene is a function of the levels of its regulators :math:`x_i`, each bound with
    :math:`\nu_i = (x_i / k_i)^{n_i}`. Activators :math:`A` add up, repressors :math:`R` bind besides them,

    .. math:: g = \Big(b \prod_{i \in A} \frac{1}{1 + \nu_i} + \sum_{i \in A} \frac{\nu_i}{1 + \nu_i}\Big)
              \prod_{j \in R} \frac{1}{1 + \nu_j}, \qquad (1)

    without activators :math:`g = \prod_j 1 / (1 + \nu_j)`. Among genes with two regulators, an activator and a
    repressor may compete for one site (2), and two activators may both be needed (3):

    .. math:: g = \frac{b + \nu_i}{1 + \nu_i + \nu_j}, \qquad (2)

    .. math:: g = \frac{\nu_i}{1 + \nu_i} \frac{\nu_j}{1 + \nu_j}. \qquad (3)

    The level is :math:`g`, scaled so that 0 and 1 are its least and greatest values where regulators are 0 or 1.
    What the network leaves open is drawn at random from `seed`.

    Parameters
    ----------
    network : networkx.DiGraph
        Edges from regulator to target with the attribute ``effect``: ``"+"``, ``"-"``, or ``"+-"`` and ``"?"``,
        whose sign is drawn. Loops and self-regulation are allowed; a gene that only regulates itself is an input
        gene, and its level is that of the external condition.
    seed : int
        Seed of the model. The same network, seed and shares give the same model; samples have a seed of their own,
        see :meth:`simulate`.
    competitive_share : float
        Probability that the regulators of a gene with one activator and one repressor compete.
    cooperative_share : float
        Probability that a gene with two activators needs both.
    hill_share : float
        Probability that a regulation has Hill rather than Michaelis-Menten kinetics, :math:`n` from U(2, 4) rather
        than 1.
    correlated_share : float
        Share of input genes, rounded down, that follow another input gene or, with probability 1/2, one minus its
        level.

    Attributes
    ----------
    model : dict of str to gexlib.simulators.syntren.model.Gene
        Kinetics of each gene, in the order of the nodes.

    Notes
    -----
    The publication :cite:p:`vandenbulcke2006syntren` names the kinetics and says that noise follows a log-normal
    distribution. The rest is calibrated on data of the original (version 1.1.3 without noise, 800 samples and 300
    genes of *E. coli*, in the Bioconductor package grndata):

    - *Form.* With equations (1) and (2) and fitted constants, the levels of the input genes give those of all 257
      regulated genes in all samples within :math:`2 \times 10^{-5}`, self-regulation included.
    - *Constants.* :math:`k` is log-normal with median 0.603 and standard deviation 0.371 of the logarithm, whatever
      the role and the number of regulators (450 regulations). All are of the Michaelis-Menten kind, hence
      ``hill_share=0``; the range of :math:`n` is our choice.
    - *Basal rate.* :math:`b` is 0.02 for genes with two regulators and 0.05 for those with more, if they have both
      roles, and 0 otherwise.
    - *Combination.* Of 35 genes with one activator and one repressor 16 are competitive, hence
      ``competitive_share=0.5``; of 36 with two activators none is cooperative, and no gene with more regulators
      departs from (1).
    - *Input genes.* Uniform between 0 and 1; 21 of 43 follow one of the other 22 exactly, 14 of them mirrored.
    - *Unknown signs.* 65 % of regulations activate, and most regulators have targets of one sign: each regulator
      draws its share of activated targets from a beta distribution of mean 0.65 and parameters that sum to 0.6.
      Self-regulation activates with probability 0.27.

    Noise was not in those data, so its form is our reading of the publication, and its scale is not calibrated. How
    close random models come to those data: ``benchmarks/results/syntren_calibration.txt``.

    Levels are solved along the network. In loops they start at 0.5 and move half of the way to what the regulators
    ask for, until nothing changes by more than 1e-6. A loop with several steady states stays in the one that it
    reaches first.

    Examples
    --------
    >>> import networkx as nx
    >>> network = nx.DiGraph()
    >>> network.add_edge("crp", "araC", effect="+")
    >>> network.add_edge("araC", "araB", effect="+-")
    >>> syntren = SynTReN(network, seed=1)
    >>> syntren.simulate(5).shape
    (5, 3)
    >>> import pandas as pd
    >>> conditions = pd.DataFrame({"crp": [0.0, 1.0]})
    >>> quiet = dict(biological_noise=0, experimental_noise=0, input_noise=0)
    >>> syntren.simulate(external=conditions, **quiet).to_df()[["crp", "araC"]]
               crp  araC
    syntren_0  0.0   0.0
    syntren_1  1.0   1.0
    """

    _parse = staticmethod(parse_gene)

    def __init__(
        self,
        network: nx.DiGraph,
        seed: int = 0,
        competitive_share: float = 0.5,
        cooperative_share: float = 0.0,
        hill_share: float = 0.0,
        correlated_share: float = 0.5,
    ):
        shares = Shares(competitive_share, cooperative_share, hill_share, correlated_share)
        self._prepare(draw_model(network, seed, shares), f"drawn with seed {seed}")

    def _prepare(self, model: dict[str, Gene], origin: str) -> None:
        self.model, self._origin = model, origin
        self._inputs = [name for name, gene in model.items() if not gene.regulations]
        network = self.network
        condensed = nx.condensation(network)
        rank = {name: i for i, name in enumerate(model)}
        groups = (sorted(condensed.nodes[c]["members"], key=rank.get) for c in nx.topological_sort(condensed))
        self._order = [(group, len(group) > 1 or network.has_edge(group[0], group[0])) for group in groups]

    @staticmethod
    def _regulators_of(gene: Gene) -> Iterator[tuple[str, bool]]:
        return ((r.regulator, r.role == "activator") for r in gene.regulations)

    def simulate(
        self,
        n_samples: int | None = None,
        biological_noise: float = 0.1,
        experimental_noise: float = 0.1,
        input_noise: float = 0.1,
        seed: int = 0,
        external: pd.DataFrame | None = None,
    ) -> AnnData:
        r"""
        Simulate steady states, one for each sample.

        Noise multiplies a level by :math:`e^{c \epsilon}`, :math:`\epsilon \sim N(0, 1)`, independently for each gene
        and sample; levels above 1 are set to 1.

        Parameters
        ----------
        n_samples : int, optional
            Default: as many as `external` has, or 1.
        biological_noise : float
            :math:`c` of the levels of the regulated genes, from 0 to 1; their targets follow the noisy level.
        experimental_noise : float
            :math:`c` of the measurement, from 0 to 1. It comes last, for all genes, so it does not reach targets.
        input_noise : float
            :math:`c` of the input genes around the levels that the external conditions set, from 0 to 1. This noise
            sets correlated input genes apart from each other.
        seed : int
            Seed of external conditions and noise. Neither the conditions nor the draws of :math:`\epsilon` depend on
            how much noise there is.
        external : DataFrame of shape (n_samples, n_inputs), optional
            Levels, from 0 to 1, of some or all input genes, which are the columns. The other input genes are drawn
            from U(0, 1), or follow their source.

        Returns
        -------
        AnnData of shape (n_samples, n_genes)
            ``X``: mRNA levels in [0, 1], float32. ``obsm["external"]``: the levels that the external conditions set, a
            DataFrame with the input genes as columns. ``obs["converged"]``: false for samples whose loops do not
            settle.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described.

        Warns
        -----
        UserWarning
            If the loops of some samples do not settle within 3000 steps.
        """
        noise = {"biological": biological_noise, "experimental": experimental_noise, "input": input_noise}
        noise = {name: check_noise(f"{name}_noise", value, usual=0.1) for name, value in noise.items()}
        external = self._given(external, n_samples)
        n = (
            len(external)
            if external is not None
            else 1
            if n_samples is None
            else whole_number("n_samples", n_samples, 1)
        )
        check_memory(f"n_samples={n}", 8 * n * len(self.model), "draw fewer at a time")
        sequences = np.random.SeedSequence((whole_number("seed", seed, 0), 2)).spawn(3)
        conditions, inside, measured = (np.random.default_rng(s) for s in sequences)

        levels = {g: conditions.random(n) for g in self._inputs}
        if external is not None:
            levels |= {g: external[g].to_numpy(np.float64) for g in external.columns}
        for g in self._inputs:
            if (source := self.model[g].source) is not None and (external is None or g not in external.columns):
                levels[g] = 1 - levels[source] if self.model[g].mirrored else levels[source]
        obsm = {"external": pd.DataFrame({g: levels[g] for g in self._inputs}, index=_names(n))}

        eps = dict(zip(self.model, inside.standard_normal((len(self.model), n)), strict=True))
        factor = {
            g: np.exp((biological_noise if gene.regulations else input_noise) * eps[g])
            for g, gene in self.model.items()
        }
        levels = {g: np.minimum(levels[g] * factor[g], 1) for g in self._inputs}
        converged = self._solve(levels, factor)
        if not converged.all():
            warn(
                f"The loops of {np.sum(~converged)} of {n} samples do not settle within {MOST_STEPS} steps; their "
                "levels are those of the last step, and obs['converged'] is false"
            )
        x = np.stack([levels[g] for g in self.model], axis=1)
        x = np.minimum(x * np.exp(experimental_noise * measured.standard_normal(x.shape[::-1]).T), 1)
        provenance = {
            "source": "gexlib.simulators.SynTReN",
            "model": self._origin,
            **{f"{name}_noise": str(value) for name, value in noise.items()},
            "seed": str(seed),
            "unit": "relative to the largest noise-free level of the gene",
        }
        obs, var = pd.DataFrame({"converged": converged}, index=_names(n)), pd.DataFrame(index=list(self.model))
        return AnnData(x.astype(np.float32), obs=obs, var=var, obsm=obsm, uns={"provenance": provenance})

    def _solve(self, levels: dict[str, np.ndarray], factor: dict[str, np.ndarray]) -> np.ndarray:
        """Add the levels of the regulated genes to those of the input genes; return whether each sample converged."""

        def wanted(name: str, rows: slice | np.ndarray = slice(None)) -> np.ndarray:
            gene = self.model[name]
            level = gene.level([levels[r.regulator][rows] for r in gene.regulations])
            return np.minimum(level * factor[name][rows], 1)

        converged = np.ones(len(next(iter(factor.values()))), dtype=bool)
        for group, loops in self._order:
            group = [name for name in group if self.model[name].regulations]
            if not loops:
                levels.update({name: wanted(name) for name in group})
                continue
            levels |= {name: np.full(len(converged), START) for name in group}
            moving = np.arange(len(converged))
            for _ in range(MOST_STEPS):
                change = np.zeros(len(moving))
                for name in group:
                    step = (wanted(name, moving) - levels[name][moving]) / 2
                    levels[name][moving] += step
                    np.maximum(change, np.abs(step), out=change)
                moving = moving[change >= TOLERANCE]
                if not len(moving):
                    break
            converged[moving] = False
        return converged

    def _given(self, external: pd.DataFrame | None, n_samples: int | None) -> pd.DataFrame | None:
        if external is None:
            return None
        if not isinstance(external, pd.DataFrame):
            raise TypeError(
                f"external must be a DataFrame whose columns are input genes, not {type(external).__name__}"
            )
        if strange := [str(g) for g in external.columns if g not in self._inputs]:
            raise ValueError(
                f"external has columns that are not input genes: {', '.join(strange[:5])}; the {len(self._inputs)} "
                f"input genes are the genes without regulators: {', '.join(self._inputs[:5]) or 'none'}, ..."
            )
        if not external.columns.is_unique or not len(external):
            raise ValueError("external must have at least one row, and each input gene at most once")
        if n_samples not in (None, len(external)):
            raise ValueError(
                f"n_samples is {n_samples}, but external holds {len(external)} samples; leave n_samples out"
            )
        try:
            values = external.to_numpy(np.float64)
        except (TypeError, ValueError) as error:
            raise TypeError(f"external must hold numbers: {error}") from None
        if not ((values >= 0) & (values <= 1)).all():
            raise ValueError("external has levels outside [0, 1]")
        return external


def _names(n: int) -> list[str]:
    return [f"syntren_{i}" for i in range(n)]
