"""The rows of Table 1 that stand for other tools: ours beside the original's own samples."""

import numpy as np
import pandas as pd
import pytest

from gexlib.datasets import load_ecoli, load_ecoli_grn
from gexlib.grn import regulons
from gexlib.metrics import expression_properties, property_distances, table_1
from gexlib.simulators import GeneNetWeaver, read_gnw_expression

N = 85


@pytest.fixture(scope="module")
def samples(shared_data):
    """Real data, eight parts of the original's 680 samples, ours of the same kinetic model, and ours without noise."""
    folder = shared_data / "simulators"
    original = read_gnw_expression(folder / "gnw_crp_noise0.1_680.tsv.gz")
    model = GeneNetWeaver.load(folder / "gnw_crp_model.json.gz")
    ours, quiet = model.simulate(N, noise=0.1, seed=1), model.simulate(N, noise=0, seed=1)
    real = load_ecoli()
    real.var_names = real.var_names.str.lower()
    genes = [gene for gene in original.var_names if gene in real.var_names][:300]
    parts = {i: original[i * N : (i + 1) * N, genes].copy() for i in range(8)}
    return real[:, genes].copy(), parts, ours[:, genes].copy(), quiet[:, genes].copy()


@pytest.fixture(scope="module")
def targets(samples):
    network = load_ecoli_grn()
    return {
        tf.lower(): [gene.lower() for gene in genes]
        for tf, genes in regulons(network, network).items()
        if tf.lower() in samples[0].var_names
    }


def test_ours_scores_as_the_original_does(samples, targets):
    real, parts, ours, _ = samples
    theirs = table_1(real, parts, targets)
    mine = table_1(real, ours, targets).iloc[0]
    assert (np.abs(mine - theirs.mean()) < 4 * theirs.std()).all(), f"{mine}\n{theirs}"


def test_ours_has_the_properties_of_the_original(samples, targets):
    _, parts, ours, quiet = samples
    found = {i: expression_properties(part, targets) for i, part in parts.items()}
    among = pd.DataFrame(
        {i: property_distances(p, {j: q for j, q in found.items() if j != i}).mean() for i, p in found.items()}
    )
    mine, without = (property_distances(expression_properties(d, targets), found).mean() for d in (ours, quiet))
    assert (mine < 1.5 * among.max(axis=1)).all(), f"{mine}\n{among}"
    assert not (without < 1.5 * among.max(axis=1)).all(), "samples without noise are told apart"
