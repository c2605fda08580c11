"""Models and checkpoints with the names that older versions gave are read as they were meant."""

import json

import numpy as np

from gexlib.wgan import WGANGP
from gexlib.wgan.files import folder as disk
from gexlib.wgan.settings import FORMER_MODELS, FORMER_NAMES, Settings


def make(settings):
    return WGANGP(["medium"], ["temperature"], settings=settings, device="cpu")


def former_settings(settings):
    """Settings as an older version wrote them."""
    former = {now: then for then, now in FORMER_NAMES.items()}
    models = {now: then for then, now in FORMER_MODELS.items()}
    named = {former.get(name, name): value for name, value in settings.items()}
    named.pop("epoch_updates")  # which no older version had
    return named | {"head": models.get(named["head"], named["head"])}


def with_former_names(folder, kind):
    """Rewrite a folder as an older version would have written it."""
    info, tensors = disk.read(folder, kind)
    info = {name: value for name, value in info.items() if name not in ("format", "version", "kind", "tensors")}
    of = info if kind == "model" else info["run"]
    of["settings"] = former_settings(of["settings"])
    tensors = {name.replace(".factor_model.", ".head."): tensor for name, tensor in tensors.items()}
    disk.write(folder, kind, info, tensors)
    assert '"head": ' in (folder / disk.CONFIG).read_text(), "as in files of older versions"
    assert any(".head." in name for name in tensors)


def test_an_older_model_is_the_same(small, quick_model, tmp_path):
    gan = make(quick_model).fit(*small)
    gan.save(tmp_path)
    with_former_names(tmp_path, "model")
    again = WGANGP.load(tmp_path, device="cpu")
    assert again.settings == gan.settings
    np.testing.assert_array_equal(again.sample(small[1].obs).X, gan.sample(small[1].obs).X)


def test_an_older_checkpoint_goes_on(small, quick_model, tmp_path):
    whole = make(quick_model).fit(*small)
    make(quick_model.replace(epochs=2)).fit(*small, checkpoint=tmp_path)
    with_former_names(tmp_path, "training")
    resumed = make(quick_model).fit(*small, checkpoint=tmp_path)
    assert resumed.history_.equals(whole.history_)
    np.testing.assert_array_equal(resumed.sample(small[1].obs).X, whole.sample(small[1].obs).X)


def test_names_round_trip(quick_model):
    saved = json.loads(json.dumps(former_settings(quick_model.to_dict())))
    assert "head" in saved
    assert Settings.from_dict(saved) == quick_model
