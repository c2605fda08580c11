"""The equations of GeneNetWeaver for many samples at once: regulation, steady states, and courses over time."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import numpy as np
from scipy import sparse

from gexlib.simulators.genenetweaver.model import Gene, Module

Tables = list[np.ndarray]


class Regulation:
    r"""
    Relative transcription :math:`f(y)` of genes, given the proteins :math:`y` of their regulators.

    With :math:`l_e = n_e (\log y_e - \log k_e)`, the mean activation of a module with activators A and
    deactivators R is

    .. math:: \mu = 1 \Big/ \prod_{e \in A} (1 + e^{-l_e}) \prod_{e \in R} (1 + e^{l_e})
              \quad\text{or}\quad
              \mu = 1 \Big/ \Big(1 + e^{-\sum_A l_e} + e^{\sum_R l_e}\Big)

    where the regulators bind independently, or as a complex (the last term only if R is not empty). No value
    overflows to NaN. Arrays have genes as rows and samples as columns.

    Parameters
    ----------
    model : dict of str to Gene
        Kinetics of each gene.
    targets : list of str
        Genes to evaluate, ordered by their number of modules.
    regulators : list of str
        Genes whose proteins are the rows of :math:`y`.
    dtype : dtype
        Of all results.
    """

    def __init__(self, model: dict[str, Gene], targets: list[str], regulators: list[str], dtype: type):
        self.alpha = []  # per group of genes with equally many modules: (states, genes, 1)
        modules: list[Module] = []  # group by group, bit by bit, gene by gene: each bit of a group is one slice
        for n_modules, members in groupby(targets, key=lambda name: len(model[name].modules)):
            genes = [model[name] for name in members]
            self.alpha.append(np.array([gene.alpha for gene in genes]).T[:, :, None])
            modules += [gene.modules[bit] for bit in range(n_modules) for gene in genes]
        self.n_modules = len(modules)
        self.dtype = dtype
        # Exponents are linear in log(y). The first one of every module comes first, then the second ones...
        exponents = [_exponents(module) for module in modules]
        rows, self.further = [e[0] for e in exponents], []
        for rank in range(1, max(map(len, exponents), default=0)):
            for joint in (False, True):
                have = [i for i, e in enumerate(exponents) if len(e) > rank and modules[i].binds_as_complex == joint]
                self.further.append((np.array(have, dtype=int), slice(len(rows), len(rows) + len(have)), joint))
                rows += [exponents[i][rank] for i in have]
        column = {name: i for i, name in enumerate(regulators)}
        entries = [(r, column[name], slope) for r, row in enumerate(rows) for name, slope, _ in row]
        entries += [(r, len(regulators), sum(constant for *_, constant in row)) for r, row in enumerate(rows)]
        r, c, values = np.array(entries).reshape(-1, 3).T
        shape = (len(rows), len(regulators) + 1)
        self.weights = sparse.csr_matrix((values, (r.astype(int), c.astype(int))), shape=shape, dtype=dtype)

    def tables(self, shift: np.ndarray, factor: np.ndarray) -> Tables:
        """
        Return perturbed transcription rates.

        Parameters
        ----------
        shift, factor : ndarray of shape (n_targets, n_samples)
            Shift of the basal rate, and the factor by which all rates are multiplied afterwards.

        Returns
        -------
        list of ndarray
            For each group of genes, of shape (n_states, n_genes, n_samples).
        """
        result, start = [], 0
        for alpha in self.alpha:
            rows = slice(start, start := start + alpha.shape[1])
            moved = np.clip(alpha[0] + shift[rows], 0, 1) - alpha[0]
            result.append((np.clip(alpha + moved, 0, 1) * factor[rows]).astype(self.dtype))
        return result

    def __call__(self, y: np.ndarray, tables: Tables, out: np.ndarray) -> None:
        """Write :math:`f(y)`, of shape (n_targets, n_samples), into `out`."""
        log_y = np.ones((len(y) + 1, y.shape[1]), self.dtype)
        with np.errstate(divide="ignore", over="ignore"):
            np.log(y, out=log_y[:-1])
            terms = self.weights @ log_y
            np.clip(terms, -60, 60, out=terms)  # to 1e-26 and 1e26: no infinities, no slow denormal numbers
            np.exp(terms, out=terms)
            odds = terms[: self.n_modules]  # of a module being inactive: 1 / mu - 1
            for modules, rows, joint in self.further:
                odds[modules] += terms[rows] if joint else terms[rows] * (odds[modules] + 1)
        np.minimum(odds, 1e30, out=odds)
        mu = 1 / (odds + 1)
        idle = np.multiply(odds, mu, out=odds)  # 1 - mu, without cancellation: noise near zero depends on tiny f
        gene, module = 0, 0
        for table in tables:
            n_genes, n_modules = table.shape[1], len(table).bit_length() - 1
            rows = slice(module, module + n_genes * n_modules)
            of_bit = [part[rows].reshape(n_modules, n_genes, y.shape[1]) for part in (mu, idle)]
            for bit in reversed(range(n_modules)):  # fold the states one bit at a time
                half = len(table) // 2
                active = table[half:] * of_bit[0][bit]
                table = table[:half] * of_bit[1][bit]
                table += active
            out[gene : gene + n_genes] = table[0]
            gene, module = gene + n_genes, module + n_genes * n_modules


def _exponents(module: Module) -> list[list[tuple[str, float, float]]]:
    """Return the exponents of a module, each a sum of (regulator, factor of log y, constant)."""
    signed = [(i, -1 if i.role == "activator" else 1) for i in module.inputs]
    terms = [(sign, (i.regulator, sign * i.n, -sign * i.n * np.log(i.k))) for i, sign in signed]
    if not module.binds_as_complex:
        return [[term] for _, term in terms]
    return [row for role in (-1, 1) if (row := [term for sign, term in terms if sign == role])]


class Kinetics:
    """
    Production and decay of the mRNA of `genes` and of the proteins of regulators.

    The state ``z`` has the mRNA levels of ``names`` as its first rows, then the protein levels of ``translated``;
    samples are columns. Both decay with ``rate`` (per minute) towards `production`.

    Parameters
    ----------
    model : dict of str to Gene
        Kinetics of each gene.
    genes : iterable of str
        Genes whose mRNA is followed, the regulators among them.
    all_proteins : bool
        Whether to follow the proteins of all genes, not only those of regulators.
    dtype : dtype
        Of the state.
    """

    def __init__(self, model: dict[str, Gene], genes: Iterable[str], all_proteins: bool = False, dtype: type = float):
        acting = {name for gene in model.values() for name in gene.regulators()}
        self.names = sorted(genes, key=lambda name: len(model[name].modules))
        regulators = [name for name in self.names if name in acting]
        others = [name for name in self.names if name not in acting] if all_proteins else []
        self.translated = regulators + others
        rates = [model[name].mrna_decay for name in self.names]
        rates += [model[name].protein_decay for name in self.translated]
        self.rate = np.array(rates, dtype)[:, None]
        self.regulation = Regulation(model, self.names, regulators, dtype)
        row = {name: i for i, name in enumerate(self.names)}
        self.template = np.array([row[name] for name in self.translated], dtype=int)
        self.proteins_of_regulators = slice(len(self.names), len(self.names) + len(regulators))

    def production(self, z: np.ndarray, tables: Tables) -> np.ndarray:
        """Return what each level tends to: transcription for mRNA, translation for proteins."""
        result = np.empty_like(z)
        self.regulation(z[self.proteins_of_regulators], tables, out=result[: len(self.names)])
        result[len(self.names) :] = z[self.template]
        return result

    def state(self, levels: np.ndarray) -> np.ndarray:
        """Return the state in which the mRNA of each gene, given by `levels`, and its protein are equal."""
        return np.concatenate([levels, levels[self.template]]).astype(self.regulation.dtype)


def integrate(kinetics: Kinetics, tables: Tables, z: np.ndarray, minutes: int, step: int = 1) -> np.ndarray:
    """Integrate the noise-free equations with the classical Runge-Kutta method of fourth order."""

    def slope(state: np.ndarray) -> np.ndarray:
        return kinetics.rate * (kinetics.production(np.maximum(state, 0), tables) - state)

    for _ in range(minutes // step):
        k1 = slope(z)
        k2 = slope(z + step / 2 * k1)
        k3 = slope(z + step / 2 * k2)
        k4 = slope(z + step * k3)
        z = np.maximum(z + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4), 0)
    return z


def langevin(
    kinetics: Kinetics, tables: Tables, z: np.ndarray, minutes: int, noise: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    r"""
    Integrate the equations with noise (chemical Langevin, Stratonovich) in steps of 1 minute.

    .. math:: dz = (P - D)\,dt + c\sqrt{P + D} \circ dW

    with production P, decay D and noise coefficient c. The method is the derivative-free Milstein scheme for diagonal
    noise.

    Returns
    -------
    tuple of (ndarray, ndarray)
        The state, and the support point of the last step, which is what GeneNetWeaver records as steady state.
    """
    strength = (noise * np.sqrt(kinetics.rate)).astype(z.dtype)
    half = z.dtype.type(0.5)
    support = z
    for _ in range(minutes):
        production = kinetics.production(z, tables)
        diffusion = production + z
        np.sqrt(diffusion, out=diffusion)
        diffusion *= strength
        production -= z
        production *= kinetics.rate
        production += z
        support = production + diffusion
        at_support = kinetics.production(support, tables)
        at_support += support
        np.sqrt(at_support, out=at_support)
        at_support *= strength
        at_support -= diffusion
        w = rng.standard_normal(z.shape, dtype=z.dtype)
        diffusion *= w
        production += diffusion  # z + F h + G W
        w *= w
        w *= half
        at_support *= w
        production += at_support  # + (G(support) - G) W^2 / 2
        z = np.maximum(production, 0, out=production)
    return z, support


def steady_state(
    kinetics: Kinetics, tables: Tables, n_samples: int, acyclic: bool, start: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """
    Find the noise-free steady state of regulators.

    Parameters
    ----------
    kinetics : Kinetics
        The kinetics of the regulators alone, with the proteins of all.
    tables : list of ndarray
        As from :meth:`Regulation.tables`.
    n_samples : int
        Number of samples, which are columns.
    acyclic : bool
        Whether the network has no loops. If so, y = f(y) is repeated until nothing changes; the result is exact after
        as many steps as the network has levels. With loops, several steady states may exist; the equations are then
        integrated, for at most 2000 minutes.
    start : ndarray of shape (n_regulators, 1) or (n_regulators, n_samples), optional
        Levels from which the integration starts. Default: f(0).

    Returns
    -------
    levels : ndarray of shape (n_regulators, n_samples)
    converged : ndarray of shape (n_samples,)
        Whether no level changed by more than 1e-5 + 1e-3 times itself in the last 50 minutes. This is the original's
        test. The integration goes on until the changes are a hundredth of that.
    """
    levels = np.zeros((len(kinetics.names), n_samples))
    if acyclic:
        previous = None
        while previous is None or not np.array_equal(previous, levels):
            previous, levels = levels, np.empty_like(levels)
            kinetics.regulation(previous, tables, out=levels)
        return levels, np.ones(n_samples, dtype=bool)
    if start is None:
        kinetics.regulation(levels.copy(), tables, out=levels)
    else:
        levels += start
    z = kinetics.state(levels)
    for _ in range(2000 // 50):
        previous, z = z, integrate(kinetics, tables, z, 50, step=5)
        change = np.abs(z - previous) / (1e-5 + 1e-3 * z)
        if (change <= 0.01).all():
            break
    return z[len(kinetics.names) :], (change <= 1).all(axis=0)
