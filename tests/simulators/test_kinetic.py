"""What the kinetic simulators share: files of models, and how noise is checked."""

import gzip

import numpy as np
import pytest

from gexlib.simulators import SynTReN
from gexlib.simulators.kinetic import check_noise, read_model, write_model
from gexlib.simulators.syntren.model import Gene, Regulation, parse_gene


def test_files_that_are_no_models_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*none\.json"):
        SynTReN.load(tmp_path / "none.json")
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(b'{"a": {"regulations": []}}')[:-6])
    with pytest.raises(ValueError, match=r"cut\.json\.gz is not a whole SynTReN model"):
        SynTReN.load(tmp_path / "cut.json.gz")
    (tmp_path / "list.json").write_text("[]")
    with pytest.raises(ValueError, match=r"list\.json is not a SynTReN model"):
        SynTReN.load(tmp_path / "list.json")


def test_a_model_is_read_as_it_was_written(tmp_path):
    model = {"a": Gene(), "b": Gene((Regulation("a", "activator", 0.5),))}
    write_model(model, tmp_path / "model.json")
    write_model(model, tmp_path / "model.json.gz")
    assert gzip.decompress((tmp_path / "model.json.gz").read_bytes()) == (tmp_path / "model.json").read_bytes()
    for path in tmp_path.iterdir():
        again = read_model(path, "SynTReN", parse_gene)
        assert list(again) == ["a", "b"]
        assert again == model


def test_noise_is_a_number_from_0_to_1():
    assert check_noise("noise", np.float32(0.5), usual=0.1) == 0.5
    for value in ("0.1", None, True):
        with pytest.raises(TypeError, match="noise must be a number, not"):
            check_noise("noise", value, usual=0.1)
    for value in (-0.1, 1.5, np.nan):
        with pytest.raises(ValueError, match="noise is .*, but must be from 0 to 1; 0.1 is usual"):
            check_noise("noise", value, usual=0.1)
