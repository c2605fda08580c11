"""The simulator GeneNetWeaver: kinetics of a gene regulatory network, after Schaffter et al. (2011)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import networkx as nx
import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.checks import check_memory, whole_number
from gexlib.explained import explained, warn
from gexlib.simulators.genenetweaver.kinetics import Kinetics, Tables, integrate, langevin, steady_state
from gexlib.simulators.genenetweaver.model import Gene, draw_model, parse_gene
from gexlib.simulators.genenetweaver.perturbation import GeneChange, Perturbation, perturb
from gexlib.simulators.kinetic import KineticSimulator, check_noise

BLOCK = 96  # samples simulated side by side: small enough for the cache, large enough for NumPy
RELAXATIONS = 11  # length of a noisy simulation, in relaxation times of the slowest mRNA or protein

AnyPerturbation = str | GeneChange | Sequence[GeneChange] | pd.DataFrame | np.ndarray


@explained
class GeneNetWeaver(KineticSimulator):
    r"""
    Expression data from the kinetic model of GeneNetWeaver 3.1 for a network of your own.

    Every gene :math:`i` has mRNA :math:`x_i` and protein :math:`y_i`, in units of their largest noise-free level:

    .. math:: \dot x_i = \delta_i (f_i(y) - x_i), \qquad \dot y_i = \lambda_i (x_i - y_i).

    The regulation function :math:`f_i` combines modules of regulators, each of which binds independently or as a
    complex and enhances or represses transcription. What the network leaves open (modules, binding, constants,
    half-lives, signs of unknown effects) is drawn at random from `seed`. Data of different draws differ widely, so
    compare methods over several seeds.

    Parameters
    ----------
    network : networkx.DiGraph
        Edges from regulator to target with the attribute ``effect``: ``"+"``, ``"-"``, or ``"+-"`` and ``"?"``,
        whose sign is drawn. Loops are allowed; self-regulation is left out, as the original's command line does. If no
        edge has a sign, the original's rule for unsigned networks holds, see
        `gexlib.simulators.genenetweaver.model.draw_model`.
    seed : int
        The same network and seed give the same model.

    Attributes
    ----------
    model : dict of str to gexlib.simulators.genenetweaver.model.Gene
        Kinetics of each gene, in the order of the nodes.

    Notes
    -----
    With noise the equations are

    .. math:: dx_i = \delta_i (f_i - x_i)\,dt + c \sqrt{\delta_i (f_i + x_i)} \circ dW_i

    (Stratonovich; likewise for proteins), solved by the derivative-free Milstein scheme with steps of 1 minute.
    Steady-state samples start in the noise-free wild type, run for 11 relaxation times of the model's slowest mRNA
    or protein (at most 794 minutes in a drawn model), and record the support point of the last step, as the original
    does. Without noise, networks without loops are solved exactly.

    Schaffter et al. (2011), Bioinformatics 27:2263-2270; Marbach et al. (2010), PNAS 107:6286-6291.

    Examples
    --------
    >>> import networkx as nx
    >>> network = nx.DiGraph()
    >>> network.add_edge("crp", "araC", effect="+")
    >>> network.add_edge("araC", "araB", effect="+-")
    >>> gnw = GeneNetWeaver(network, seed=1)
    >>> gnw.simulate(5, noise=0.05).shape
    (5, 3)
    >>> knock_out = gnw.simulate(perturbation={"crp": "knock-out"}, noise=0)
    >>> float(knock_out[:, "crp"].X[0, 0])
    0.0
    """

    _parse = staticmethod(parse_gene)

    def __init__(self, network: nx.DiGraph, seed: int = 0):
        self._prepare(draw_model(network, seed), f"drawn with seed {seed}")

    def _prepare(self, model: dict[str, Gene], origin: str) -> None:
        self.model, self._origin = model, origin
        self._genes = list(model)
        self._column = {name: i for i, name in enumerate(model)}
        self._acyclic = nx.is_directed_acyclic_graph(self.network)
        self._all = Kinetics(model, model)
        self._regulators = Kinetics(model, self._all.translated)

    @staticmethod
    def _regulators_of(gene: Gene) -> Iterator[tuple[str, bool]]:
        for bit, module in enumerate(gene.modules):
            enhances = gene.alpha[1 << bit] > gene.alpha[0]
            yield from ((i.regulator, enhances == (i.role == "activator")) for i in module.inputs)

    def simulate(
        self,
        n_samples: int | None = None,
        perturbation: AnyPerturbation = "multifactorial",
        noise: float = 0.1,
        seed: int = 0,
        proteins: bool = False,
    ) -> AnnData:
        """
        Simulate steady states, one for each sample.

        Parameters
        ----------
        n_samples : int, optional
            Default: as many as `perturbation` has, or 1.
        perturbation : str, mapping, sequence of mappings, or table
            ``"multifactorial"``: the basal transcription of every gene in every sample is shifted by a draw from
            N(0, 0.25). ``"wild type"``: nothing happens.

            ``{"crp": "knock-out", "fis": "knock-down"}``: the transcription rates of named genes are multiplied by 0
            (knock-out), 0.5 (knock-down), 2 (over-expression, which keeps the gene's regulation) or another number.
            A sequence has such a mapping for each sample.

            A DataFrame whose columns are the genes, or an array of shape (n_samples, n_genes): shifts of basal
            transcription.
        noise : float
            Noise coefficient c; 0 for none.
        seed : int
            Seed of perturbations and noise. The perturbations do not depend on `noise`.
        proteins : bool
            Whether to add the protein levels of all genes.

        Returns
        -------
        AnnData of shape (n_samples, n_genes)
            ``X``: mRNA levels, float32; without noise in [0, 1], unless over-expressed. ``layers["protein"]``: on
            request. ``layers["shift"]`` or ``layers["factor"]``: the perturbations, float64. ``obs``: ``perturbation``
            in words, ``noise``, and ``converged``, which is false for samples whose loops did not settle without noise.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described.

        Warns
        -----
        UserWarning
            If the noise-free equations of some samples, or of the wild type, do not settle within 2000 minutes.
        """
        what, noise, streams = self._experiment(n_samples, perturbation, noise, seed)
        kinetics = Kinetics(self.model, self.model, proteins, np.float32) if noise else self._all
        minutes = max(100, int(np.ceil(RELAXATIONS / kinetics.rate.min())))
        wild = None if self._acyclic and not noise else self._wild_type()
        mrna, protein, converged = [], [], []
        for rows, rng in zip(self._blocks(what), streams, strict=True):
            if noise:
                tables, z = self._tables(kinetics, what, rows), self._repeat(kinetics, wild, rows)
                z = langevin(kinetics, tables, z, minutes, noise, rng)[1]
                settled = np.ones(z.shape[1], dtype=bool)
            else:
                z, settled = self._steady_state(what, rows, wild)
            mrna.append(self._in_order(z, kinetics.names))
            # Without noise, protein and mRNA are equal in a steady state.
            protein.append(self._in_order(z[len(kinetics.names) :], kinetics.translated) if noise else mrna[-1])
            converged.append(settled)
        settled = np.concatenate(converged)
        if not settled.all():
            self._warn(f"{np.sum(~settled)} of {len(settled)} samples do")
        obs = pd.DataFrame({"perturbation": what.labels, "noise": noise, "converged": settled})
        return self._anndata(mrna, protein if proteins else [], what, obs, seed)

    def simulate_time_series(
        self,
        times: Sequence[int],
        n_series: int | None = None,
        perturbation: AnyPerturbation = "multifactorial",
        noise: float = 0.1,
        seed: int = 0,
        proteins: bool = False,
        release: int | None = None,
    ) -> AnnData:
        """
        Simulate how cells that are perturbed at time 0 leave the noise-free wild type.

        Parameters
        ----------
        times : sequence of int
            Whole minutes at which the levels are recorded, ascending.
        n_series, perturbation, noise, seed, proteins
            As for :meth:`simulate`, for a series instead of a sample.
        release : int, optional
            Minute at which the perturbation ends. Default: never.

        Returns
        -------
        AnnData of shape (n_series * n_times, n_genes)
            As :meth:`simulate` returns it, series by series; ``obs`` has ``series``, ``time`` (minutes),
            ``perturbation`` and ``noise``. The recorded levels are the state itself, not the support point.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described.

        Warns
        -----
        UserWarning
            If the wild type does not settle within 2000 minutes.
        """
        times = [whole_number("times", t, 0) for t in times]
        if not times or sorted(set(times)) != times:
            raise ValueError(f"times must ascend and hold at least one minute, not {times}")
        release = times[-1] if release is None else whole_number("release", release, 0)
        what, noise, streams = self._experiment(n_series, perturbation, noise, seed)
        kinetics = Kinetics(self.model, self.model, proteins, np.float32 if noise else np.float64)
        wild = self._wild_type()
        none = Perturbation(what.labels)
        mrna, protein = [], []
        for rows, rng in zip(self._blocks(what), streams, strict=True):
            perturbed, free = (self._tables(kinetics, p, rows) for p in (what, none))
            now, z, states = 0, self._repeat(kinetics, wild, rows), {}
            for stop in sorted({*times, min(release, times[-1])}):
                tables = perturbed if stop <= release else free
                z = (
                    langevin(kinetics, tables, z, stop - now, noise, rng)[0]
                    if noise
                    else integrate(kinetics, tables, z, stop - now)
                )
                now, states[stop] = stop, z.copy()
            over_time = np.stack([states[t] for t in times], axis=2)
            over_time = over_time.reshape(len(over_time), -1)  # series by series
            mrna.append(self._in_order(over_time, kinetics.names))
            protein.append(self._in_order(over_time[len(kinetics.names) :], kinetics.translated))
        series = np.repeat(np.arange(len(what.labels)), len(times))
        what = Perturbation(
            [what.labels[i] for i in series],
            None if what.shift is None else what.shift[series],
            None if what.factor is None else what.factor[series],
        )
        columns = {"series": series, "time": np.tile(times, series[-1] + 1), "perturbation": what.labels}
        obs = pd.DataFrame(columns | {"noise": noise})
        return self._anndata(mrna, protein if proteins else [], what, obs, seed)

    def _experiment(
        self, n_samples: int | None, perturbation: AnyPerturbation, noise: float, seed: int
    ) -> tuple[Perturbation, float, list[np.random.Generator]]:
        """Check arguments; return the perturbations, the noise, and a random generator for each block of samples."""
        if n_samples is not None:
            n_samples = whole_number("n_samples", n_samples, 1)
            check_memory(f"n_samples={n_samples}", 8 * n_samples * len(self.model), "draw fewer at a time")
        noise = check_noise("noise", noise, usual=0.05)
        sequence = np.random.SeedSequence((whole_number("seed", seed, 0), 2))
        what = perturb(perturbation, n_samples, self._genes, np.random.default_rng(sequence))
        streams = sequence.spawn(-(-len(what.labels) // BLOCK))
        return what, noise, [np.random.default_rng(s) for s in streams]

    @staticmethod
    def _blocks(what: Perturbation) -> Iterator[slice]:
        n_samples = len(what.labels)
        return (slice(start, min(start + BLOCK, n_samples)) for start in range(0, n_samples, BLOCK))

    def _tables(self, kinetics: Kinetics, what: Perturbation, rows: slice) -> Tables:
        return kinetics.regulation.tables(*what.rows(rows, [self._column[g] for g in kinetics.names]))

    def _steady_state(
        self, what: Perturbation, rows: slice, wild: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return noise-free mRNA levels (genes as in ``self._all``), and whether each sample has converged."""
        n_samples = rows.stop - rows.start
        start = None if wild is None else wild[self._all.template]
        tables = self._tables(self._regulators, what, rows)
        proteins, converged = steady_state(self._regulators, tables, n_samples, self._acyclic, start)
        levels = np.empty((len(self._genes), n_samples))
        self._all.regulation(proteins, self._tables(self._all, what, rows), out=levels)
        return levels, converged

    def _wild_type(self) -> np.ndarray:
        levels, converged = self._steady_state(Perturbation(["wild type"]), slice(0, 1))
        if not converged.all():
            self._warn("The wild type does")
        return levels

    @staticmethod
    def _repeat(kinetics: Kinetics, wild: np.ndarray, rows: slice) -> np.ndarray:
        """Return the wild type as the state of every sample."""
        return np.repeat(kinetics.state(wild), rows.stop - rows.start, axis=1)

    @staticmethod
    def _warn(who: str) -> None:
        warn(
            f"{who} not settle within 2000 minutes without noise: the network's loops oscillate or are very slow. The "
            "levels are those of the last moment; simulate_time_series shows the course"
        )

    def _in_order(self, z: np.ndarray, names: list[str]) -> np.ndarray:
        """Return the first rows of `z`, which are `names`, as samples x genes in the order of the model."""
        row = {name: i for i, name in enumerate(names)}
        return z[[row[g] for g in self._genes if g in row]].T.astype(np.float32)

    def _anndata(
        self, mrna: list[np.ndarray], protein: list[np.ndarray], what: Perturbation, obs: pd.DataFrame, seed: int
    ) -> AnnData:
        obs.index = [f"genenetweaver_{i}" for i in range(len(obs))]
        layers = {"protein": np.concatenate(protein)} if protein else {}
        layers |= {k: v for k, v in (("shift", what.shift), ("factor", what.factor)) if v is not None}
        provenance = {
            "source": "gexlib.simulators.GeneNetWeaver",
            "model": self._origin,
            "noise": str(obs["noise"].iloc[0]),
            "seed": str(seed),
            "unit": "mRNA relative to the largest noise-free level",
        }
        var = pd.DataFrame(index=self._genes)
        return AnnData(np.concatenate(mrna), obs=obs, var=var, layers=layers, uns={"provenance": provenance})
