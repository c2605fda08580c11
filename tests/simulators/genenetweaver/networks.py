"""Networks to simulate, the equations of the model gene by gene, and statistics of pairs of genes."""

import itertools

import networkx as nx
import numpy as np


def signed(*edges):
    network = nx.DiGraph()
    network.add_edges_from((a, b, {"effect": effect}) for a, b, effect in edges)
    return network


def chain(sign="+"):
    return signed(("a", "b", sign), ("b", "c", sign), ("a", "c", "+-"))


def transcription(gene, y, shift=0.0):
    """Section 2 and 5 of the model, gene by gene and state by state."""
    means = []
    for module in gene.modules:
        nu = [(i.role == "activator", (y[i.regulator] / i.k) ** i.n) for i in module.inputs]
        a, r = (np.prod([v for active, v in nu if active == role]) for role in (True, False))
        if not module.binds_as_complex:
            means.append(a / np.prod([1 + v for _, v in nu]))
        else:
            means.append(a / (1 + a + (a * r if any(not active for active, _ in nu) else 0)))
    moved = np.clip(gene.alpha[0] + shift, 0, 1) - gene.alpha[0]
    total = 0.0
    for state in itertools.product((0, 1), repeat=len(means)):
        alpha = np.clip(gene.alpha[sum(s << j for j, s in enumerate(state))] + moved, 0, 1)
        total += alpha * np.prod([m if s else 1 - m for s, m in zip(state, means, strict=True)])
    return total


def pair_statistics(x, edges, names):
    index = {name: i for i, name in enumerate(names)}
    c = np.corrcoef(x.astype(np.float64), rowvar=False)
    r = c[np.triu_indices(len(c), 1)]
    t = np.array([c[index[a], index[b]] for a, b in edges])
    return {
        "sd": r.std(),
        "mean |r|": np.abs(r).mean(),
        "share > 0.5": (np.abs(r) > 0.5).mean(),
        "share > 0.3": (np.abs(r) > 0.3).mean(),
        "TF-target mean": t.mean(),
        "TF-target mean |r|": np.abs(t).mean(),
        "TF-target share > 0.5": (np.abs(t) > 0.5).mean(),
    }
