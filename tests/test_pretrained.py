"""The models that ship with the library are small, whole, and what their recipes say."""

import hashlib
import json
from pathlib import Path

import pytest

from gexlib import metrics
from gexlib.preprocess import parts
from gexlib.study import prepared_ecoli
from gexlib.wgan import WGANGP, Settings

FOLDER = Path(__file__).parents[1] / "data/pretrained"


def recipe(name):
    return json.loads((FOLDER / name / "recipe.json").read_text(encoding="utf-8"))


def test_files_have_the_hashes_of_the_manifest_and_are_small():
    products = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))["products"]
    there = {
        p.relative_to(FOLDER).as_posix() for p in FOLDER.rglob("*") if p.is_file() and p.suffix not in (".py", ".md")
    }
    assert there - {"manifest.json"} == set(products)
    for name, expected in products.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == expected, name
    assert sum((FOLDER / name).stat().st_size for name in products) < 25e6


@pytest.mark.parametrize("name", ["ecoli", "gtex-tcga"])
def test_models_are_those_of_their_recipes(name):
    gan, written = WGANGP.load_pretrained(name), recipe(name)
    assert gan.settings == Settings.from_dict(written["settings"])
    assert (gan.seed, gan.best_epoch_, len(gan.var_)) == (
        written["seed"],
        written["epoch kept"],
        written["data"]["genes"],
    )
    assert gan.encoder_.categorical == written["covariates"]["categorical"]
    assert gan.best_score_ == pytest.approx(written["scores"]["score on the validation samples"])


def test_ecoli_scores_can_be_had_again():
    """From the embedded data, the split of the notebook and the model alone."""
    ecoli = prepared_ecoli()
    test = parts(ecoli.data).test
    gan = WGANGP.load_pretrained("ecoli")
    assert gan.encoder_.categorical == ecoli.covariates["categorical"]
    again = metrics.table_1(test, {"GAN": gan.sample(test.obs, seed=gan.seed)}).loc["GAN"]
    for metric, value in recipe("ecoli")["scores"]["on the test samples"]["GAN"].items():
        assert again[metric] == pytest.approx(value, abs=0.005), metric


def test_unknown_model():
    with pytest.raises(ValueError, match="name='mouse' is not a pretrained model; there are: 'ecoli', 'gtex-tcga'"):
        WGANGP.load_pretrained("mouse")
