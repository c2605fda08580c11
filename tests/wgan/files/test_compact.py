"""Tensors without their zeros, and whole again."""

import numpy as np
import pytest
import torch

from gexlib.wgan import WGANGP, Settings
from gexlib.wgan.files import compact, folder

TENSORS = {
    "full": torch.arange(1, 101.0).reshape(10, 10),
    "corner": torch.nn.functional.pad(torch.ones(5, 9), (0, 3, 0, 20)),
    "zeros": torch.zeros(20, 30),
    "triangles": torch.tril(torch.ones(4, 8, 8)),
    "triangles in a corner": torch.nn.functional.pad(torch.tril(torch.ones(4, 8, 8)), (0, 5, 0, 5)),
    "line": torch.tensor([1.0] * 70 + [0.0] * 30),
    "small": torch.zeros(3, 3),
    "numbers": torch.zeros(100, dtype=torch.int64),
    "nan": torch.full((9, 9), float("nan")),
}


@pytest.mark.parametrize("name", TENSORS)
def test_nothing_is_lost(name):
    before = {name: TENSORS[name]}
    stored, layout = compact.compacted(before)
    again = compact.whole(stored, layout)[name]
    assert again.dtype == before[name].dtype
    np.testing.assert_array_equal(again.numpy(), before[name].numpy())


def test_what_is_stored():
    stored, layout = compact.compacted(TENSORS)
    sizes = {name: stored[name].numel() if name in stored else 0 for name in TENSORS}
    expected = {"corner": 45, "zeros": 0, "triangles": 4 * 36, "triangles in a corner": 4 * 36, "line": 70}
    assert {name: sizes[name] for name in layout} == expected
    assert all(sizes[name] == tensor.numel() for name, tensor in TENSORS.items() if name not in layout)


def test_a_description_of_too_many_zeros():
    layout = {"layers.0.weight": {"shape": [40_000, 40_000], "corner": [0, 0], "triangles": False}}
    with pytest.raises(ValueError, match="asks for 1,600,000,000 numbers"):
        compact.whole({}, layout)


def test_a_kept_start_is_saved_without_its_network_and_samples_the_same(small, tmp_path):
    gan = WGANGP(["medium"], ["temperature"], settings=Settings(adversarial="never"), device="cpu").fit(*small)
    gan.save(tmp_path)
    _, tensors = folder.read(tmp_path, "model")
    assert not [name for name in tensors if ".layers." in name and tensors[name].numel() >= compact.LEAST]
    assert tensors["generator.factor_model.mixing"].dim() == 2
    again = WGANGP.load(tmp_path, device="cpu")
    np.testing.assert_array_equal(again.sample(small[1].obs).X, gan.sample(small[1].obs).X)
    again.save(tmp_path / "again")
    assert folder.read(tmp_path / "again", "model")[1].keys() == tensors.keys()
