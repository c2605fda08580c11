"""The command ``gexlib export``."""

import json
import sys

import numpy as np
import onnxruntime

from tests.cli.conftest import TRAIN


def test_export_writes_a_generator_that_runs(gexlib, folder):
    assert gexlib(*TRAIN, "--by", "donor").exit_code == 0
    result = gexlib("export", "model", "generator.onnx")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("generator.onnx: 8 genes, ")
    session = onnxruntime.InferenceSession("generator.onnx")
    shapes = {i.name: [8 if n == "n" else n for n in i.shape] for i in session.get_inputs()}
    zeros = {name: np.zeros(shape, np.int64 if name == "categorical" else np.float32) for name, shape in shapes.items()}
    assert session.run(None, zeros)[0].shape == (8, 8)
    assert json.loads(session.get_modelmeta().custom_metadata_map["genes"])[:3] == ["crp", "araC", "lacZ"]


def test_a_file_that_is_there_stays_unless_it_may_be_replaced(gexlib, folder):
    assert gexlib(*TRAIN, "--by", "donor").exit_code == 0
    (folder / "generator.onnx").write_text("mine")
    result = gexlib("export", "model", "generator.onnx")
    assert result.exit_code == 1
    assert "is there already; give --overwrite" in result.stderr
    assert (folder / "generator.onnx").read_text() == "mine"
    assert gexlib("export", "model", "generator.onnx", "--overwrite").exit_code == 0
    assert (folder / "generator.onnx").stat().st_size > 1000


def test_errors_are_one_line(gexlib, folder, monkeypatch):
    for arguments, words in {
        ("nowhere", "generator.onnx"): "nowhere",
        ("ecoli", "generator.pt"): "does not end in .onnx",
    }.items():
        result = gexlib("export", *arguments)
        assert result.exit_code == 1
        assert words in result.stderr
        assert result.stderr.count("\n") == 1
    monkeypatch.setitem(sys.modules, "onnx", None)
    result = gexlib("export", "ecoli", "generator.onnx")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "pip install 'gexlib[onnx]'" in result.stderr
    assert not (folder / "generator.onnx").exists()
