"""Random gene sets that overlap."""

import numpy as np

GENES = [f"g{i:03d}" for i in range(300)]


def random_sets(n_terms=60, seed=0):
    """Gene sets of 10 to 60 genes that overlap, every gene in one at least."""
    rng = np.random.default_rng(seed)
    sets = {f"term {i}": rng.choice(GENES, rng.integers(10, 61), replace=False).tolist() for i in range(n_terms)}
    return sets | {f"slice {i}": GENES[i::10] for i in range(10)}


SETS = random_sets()
FEW = random_sets(n_terms=15)
