"""Parameters lie where the engine looks for them, or an error says that they do not."""

import pickle

import pytest
import torch

from gexlib.wgan import Critic
from gexlib.wgan.engine.layout import GENES_FIRST, Layout


def make():
    network = Critic(11, [3, 4], 1, (8, 5), torch.Generator().manual_seed(0))
    squares = [torch.full_like(p, i, requires_grad=False) for i, p in enumerate(network.parameters())]
    return network, squares


def test_values_and_squares_stay_and_lie_in_one_vector():
    (network, squares), (untouched, same) = make(), make()
    layout = Layout(network, squares, GENES_FIRST)
    for (name, p), q, s, t in zip(layout.parameters.items(), untouched.parameters(), squares, same, strict=True):
        assert torch.equal(p, q)
        assert torch.equal(s, t)
        here = layout.slices[name]
        assert p.untyped_storage().data_ptr() == layout.all.values.untyped_storage().data_ptr()
        assert p.storage_offset() == here.start
        assert p.numel() == here.stop - here.start
        layout.all.gradients[here] = 5.0
        assert (p.grad == 5).all()
    assert layout.slices["layers.2.bias"].stop == len(layout.all.values)


def test_the_rows_of_a_transposed_matrix_are_its_columns():
    network, squares = make()
    layout = Layout(network, squares, GENES_FIRST)
    rows, gradients = layout.rows("layers.0.weight")
    assert torch.equal(rows, network.layers[0].weight.T)
    assert rows.is_contiguous()
    assert gradients.is_contiguous()
    with pytest.raises(RuntimeError, match=r"layers\.1\.weight does not lie column by column"):
        layout.rows("layers.1.weight")


def test_a_part_is_in_one_piece():
    network, squares = make()
    layout = Layout(network, squares)
    tables = layout.part("embedding.tables.0", "embedding.tables.1")
    assert torch.equal(tables.values, torch.cat([table.flatten() for table in network.embedding.tables]))
    with pytest.raises(RuntimeError, match=r"the parameter after embedding\.tables\.1 is not where"):
        layout.part("embedding.tables.1", "embedding.tables.0")
    assert len(layout.part().values) == 0


def test_released_parameters_keep_their_values_and_no_longer_share_memory():
    (network, squares), (untouched, _) = make(), make()
    layout = Layout(network, squares, GENES_FIRST)
    shared = len(pickle.dumps(network))
    layout.release()
    assert len({p.untyped_storage().data_ptr() for p in network.parameters()}) == len(list(network.parameters()))
    assert len(pickle.dumps(network)) < shared
    for p, q in zip(network.parameters(), untouched.parameters(), strict=True):
        assert torch.equal(p, q)
        assert p.is_contiguous()
        assert p.grad is None
