"""
The distances of SynTReN's random models from the original's output.

    python benchmarks/syntren_calibration.py SYNTREN300_EXPRESSION SYNTREN300_NETWORK      # seconds
    python benchmarks/syntren_calibration.py SYNTREN300_EXPRESSION SYNTREN300_NETWORK --fit    # plus minutes

The two CSV files are the tables syntren300.data and syntren300.net of the Bioconductor package grndata: samples x
genes, and regulators x targets. Distances are Wasserstein and Kolmogorov-Smirnov distances of distributions. Each is
given between the original and our models, between halves of the original's samples, and between two of our models. The
last one is due to chance: models of one network differ widely. The network is given without signs, as in those tables.

With --fit, the kinetics of every regulated gene are fitted to the original's values, with every choice of roles and
combination. The docstring of SynTReN reports how well they fit, and the distribution of the constants.
"""

import argparse
import itertools
import platform
import tempfile
import warnings
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from scipy.optimize import least_squares
from scipy.stats import ks_2samp, wasserstein_distance

from gexlib.simulators import SynTReN, read_syntren_expression
from gexlib.simulators.kinetic import write_model
from gexlib.simulators.syntren.model import BASAL, BASAL_OF_MORE, ROLES, Gene, Regulation

MODELS = 20
QUIET = {"biological_noise": 0, "experimental_noise": 0, "input_noise": 0}


def read_network(path: str) -> nx.DiGraph:
    """Read the network, without signs."""
    network = nx.from_pandas_adjacency(pd.read_csv(path, index_col=0), create_using=nx.DiGraph)
    nx.set_edge_attributes(network, "?", "effect")
    return network


def statistics(x: np.ndarray, network: nx.DiGraph) -> dict[str, np.ndarray]:
    """Return samples of the distributions that are compared; genes are in the order of the network's nodes."""
    x = x.astype(np.float64)
    column = {g: i for i, g in enumerate(network)}
    degree = np.array([sum(tf != g for tf in network.predecessors(g)) for g in network])
    r = np.corrcoef(x, rowvar=False)
    edges = np.array([(column[a], column[b]) for a, b in network.edges if a != b])
    found = {
        "values": x.ravel(),
        "gene means": x.mean(axis=0),
        "gene sds": x.std(axis=0),
        **{f"gene sds, in-degree {k}": x.std(axis=0)[degree == k] for k in range(3)},
        "gene sds, in-degree 3 or more": x.std(axis=0)[degree >= 3],
        "TF-target r": r[edges[:, 0], edges[:, 1]],
        "all-pairs r": r[np.triu_indices(len(r), 1)],
    }
    return found | {"TF-target |r|": np.abs(found["TF-target r"]), "all-pairs |r|": np.abs(found["all-pairs r"])}


def distance(name: str, a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> tuple[float, float]:
    """Return the Wasserstein and the Kolmogorov-Smirnov distance."""
    return wasserstein_distance(a[name], b[name]), ks_2samp(a[name], b[name], method="asymp").statistic


def calibration(x: np.ndarray, network: nx.DiGraph) -> pd.DataFrame:
    """Return the table of distances: means and standard deviations over models or splits."""
    real = statistics(x, network)
    ours = [statistics(SynTReN(network, seed=s).simulate(len(x), **QUIET, seed=s).X, network) for s in range(MODELS)]
    halves = [np.array_split(np.random.default_rng(s).permutation(len(x)), 2) for s in range(5)]
    pairs = {
        "original, ours": [(real, o) for o in ours],
        "ours, ours": list(zip(ours[::2], ours[1::2], strict=True)),
        "halves": [(statistics(x[a], network), statistics(x[b], network)) for a, b in halves],
    }
    rows = {}
    for name in real:
        for who, two in pairs.items():
            d = np.array([distance(name, a, b) for a, b in two])
            for kind, values in zip(("W", "KS"), d.T, strict=True):
                rows.setdefault(name, {})[f"{kind}: {who}"] = f"{values.mean():.3f} ± {values.std(ddof=1):.3f}"
    return pd.DataFrame(rows).T[[f"{kind}: {who}" for kind in ("W", "KS") for who in pairs]]


def fit(x: pd.DataFrame, network: nx.DiGraph) -> dict[str, Gene]:
    """Fit the kinetics of each gene to an eighth of the samples."""
    x, fitted = x.iloc[1::8], {}
    for name in network:
        tfs = list(network.predecessors(name))
        if all(tf == name for tf in tfs):
            fitted[name] = Gene()
            continue
        levels = [x[tf].to_numpy(np.float64) for tf in tfs]
        best = None
        for roles in itertools.product(ROLES, repeat=len(tfs)):
            mixed = len(set(roles)) == 2
            for combination in ("independent", "competitive")[: 1 + (mixed and len(tfs) == 2)]:
                basal = BASAL.get(len(tfs), BASAL_OF_MORE) if mixed else 0.0

                def gene(log_k, roles=roles, combination=combination, basal=basal, tfs=tfs):
                    triples = zip(tfs, roles, np.exp(log_k), strict=True)
                    return Gene(tuple(Regulation(tf, role, float(k)) for tf, role, k in triples), combination, basal)

                def error(log_k, gene=gene, levels=levels, name=name):
                    return gene(log_k).level(levels) - x[name].to_numpy()

                for start in (-0.5, -1.0):
                    bounds = np.full(len(tfs), -6.0), np.full(len(tfs), 4.0)
                    found = least_squares(error, np.full(len(tfs), start), bounds=bounds, xtol=1e-14, ftol=1e-14)
                    worst = float(np.abs(found.fun).max())
                    if best is None or worst < best[1]:
                        best = gene(found.x), worst
                    if best[1] < 3e-6:
                        break
            if best[1] < 3e-6:
                break
        fitted[name] = best[0]
    return fitted


def simulated(fitted: dict[str, Gene], x: pd.DataFrame) -> pd.DataFrame:
    """Return the levels that the fitted kinetics give from the input genes' levels in the original."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        write_model(fitted, path)
        external = x[[name for name, gene in fitted.items() if not gene.regulations]]
        return SynTReN.load(path).simulate(external=external.reset_index(drop=True), **QUIET).to_df()


def report(fitted: dict[str, Gene], x: pd.DataFrame) -> str:
    """Return the constants of the fitted kinetics, and how well they fit, in words."""
    deviation = np.abs(simulated(fitted, x).to_numpy() - x.to_numpy())
    genes = [gene for gene in fitted.values() if gene.regulations]
    edges = [r for gene in genes for r in gene.regulations]
    log_k = {role: np.log([r.k for r in edges if r.role == role]) for role in ROLES}
    every = np.concatenate(list(log_k.values()))
    mine = [r.role for name, gene in fitted.items() for r in gene.regulations if r.regulator == name]
    two = [g for g in genes if sorted(r.role for r in g.regulations) == ["activator", "repressor"]]
    return "\n".join(
        [
            f"{len(genes)} regulated genes, simulated from the original's input genes with the fitted constants, "
            f"{len(x)} samples: greatest deviation {deviation.max():.1e}, mean {deviation.mean():.1e}",
            f"{len(edges)} constants k: median {np.exp(np.median(every)):.3f}, log mean {every.mean():.3f}, log sd "
            f"{every.std():.3f}; activators against repressors: KS p = {ks_2samp(*log_k.values()).pvalue:.2f}",
            f"{len(log_k['activator']) / len(edges):.3f} of regulations activate; of self-regulations "
            f"{mine.count('activator')} of {len(mine)}",
            f"{sum(g.combination == 'competitive' for g in two)} of {len(two)} genes with one activator and one "
            "repressor are competitive",
        ]
    )


def main() -> None:
    """Print the table, and what the fit finds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("expression")
    parser.add_argument("network")
    parser.add_argument("--fit", action="store_true")
    arguments = parser.parse_args()
    network = read_network(arguments.network)
    data = read_syntren_expression(arguments.expression)[:, list(network)].to_df()
    print(f"Python {platform.python_version()}, NumPy {np.__version__}; {MODELS} models, mean ± sd\n")
    print(calibration(data.to_numpy(), network).to_string())
    if arguments.fit:
        warnings.simplefilter("ignore", RuntimeWarning)  # the fit may step to where roles make no difference
        print("\n" + report(fit(data, network), data))


if __name__ == "__main__":
    main()
