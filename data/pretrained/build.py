"""
Take the pretrained models from a finished run of the book on the real files.

    GEXLIB_DATA=... snakemake --cores all
    python data/pretrained/build.py             # both models, their recipes and scores
    python data/pretrained/build.py --scores  # their scores alone, after a change of how models draw

The files of RNAseqDB must have no tables of donors beside them, so that the human model asks for no age.

Each model gets a folder with the generator from the results of notebook 02 or 04 (of notebook 04, the training with the
best score on the validation samples) and ``recipe.json`` (what it was trained on, with which settings and versions, and
the scores of this very model on the test samples). The human model also gets ``cohort.csv`` (how many samples of each
kind it was trained on). ``manifest.json`` has the SHA-256 of every file.
"""

import hashlib
import json
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

from anndata import AnnData

from gexlib import metrics
from gexlib.datasets import read
from gexlib.datasets.registry import cache_folder, git_blob_id
from gexlib.datasets.rnaseqdb import find_files
from gexlib.preprocess import parts
from gexlib.wgan import WGANGP

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parents[1] / "_build/results"
KIND = ["tissue", "condition", "sex"]


def main() -> None:
    """Write both models, or their scores only, and the manifest."""
    ecoli, human = RESULTS / "02_ecoli_training", RESULTS / "04_gtex_tcga_training"
    of_ecoli, of_human = RESULTS / "01_data_preparation/ecoli.h5ad", human / "human.h5ad"
    if "--scores" in sys.argv[1:]:
        rescore("ecoli", of_ecoli), rescore("gtex-tcga", of_human)
    else:
        take("ecoli", ecoli / "model", of_ecoli, "02_ecoli_training", ["precise.h5ad"])
        take_human(human, of_human)
    write_manifest()


def take_human(human: Path, path: Path) -> None:
    """Take the best of the human models, and count the samples of each kind that it was trained on."""
    data = read(path)
    if data.uns["provenance"]["cohort"] != "RNAseqDB":
        raise SystemExit("that run used the demo cohort; a model trained on its own samples is not worth shipping")
    best = max((human / "models").glob("seed*"), key=lambda folder: WGANGP.load(folder).best_score_)
    if numbers := WGANGP.load(best).encoder_.numerical:
        raise SystemExit(f"that run had tables of donors, so its model asks for {numbers}; the demo cohort has none")
    files = {
        path.name: {"bytes": path.stat().st_size, "git_blob_sha1": git_blob_id(path)}
        for path in find_files(cache_folder("gtex-tcga"))
    }
    folder = take("gtex-tcga", best, path, "04_gtex_tcga_training", files)
    counts = parts(data).train.obs.groupby(KIND, observed=True).size().rename("samples")
    counts.reset_index().to_csv(folder / "cohort.csv", index=False)


def write_manifest() -> None:
    """Write the SHA-256 of every file."""
    products = sorted(path for path in HERE.rglob("*") if path.is_file() and path.suffix not in (".py", ".md"))
    hashes = {
        path.relative_to(HERE).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in products
        if path.name != "manifest.json"
    }
    (HERE / "manifest.json").write_text(json.dumps({"products": hashes}, indent=2) + "\n", encoding="utf-8")


def take(name: str, model: Path, data: Path, notebook: str, files) -> Path:
    """Copy a model, and write how it was made and how good it is."""
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    gan = WGANGP.load(model)
    gan.save(folder, critic=False)
    samples = read(data)
    train, validation, test = parts(samples)
    recipe = {
        "notebook": notebook,
        "seed": gan.seed,
        "settings": gan.settings.to_dict(),
        "covariates": {"categorical": gan.encoder_.categorical, "numerical": gan.encoder_.numerical},
        "epoch kept": gan.best_epoch_,
        "data": {
            "provenance": {key: str(value) for key, value in samples.uns["provenance"].items()},
            "samples": {"train": train.n_obs, "validation": validation.n_obs, "test": test.n_obs},
            "genes": samples.n_vars,
            "files": files,
        },
        "scores": {
            "score on the validation samples": gan.best_score_,
            "on the test samples": scores_of(gan, samples),
        },
        "written with": {"python": platform.python_version()} | {p: version(p) for p in ("torch", "numpy", "anndata")},
    }
    (folder / "recipe.json").write_text(json.dumps(recipe, indent=2) + "\n", encoding="utf-8")
    return folder


def scores_of(gan: WGANGP, samples: AnnData) -> dict:
    """Return the scores of a model, and of the training samples, on the test samples."""
    train, _, test = parts(samples)
    sets = {"Real (train)": train, "GAN": gan.sample(test.obs, seed=gan.seed)}
    return metrics.table_1(test, sets).to_dict("index")


def rescore(name: str, data: Path) -> None:
    """Write the scores of a model that is there into its recipe."""
    path = HERE / name / "recipe.json"
    recipe = json.loads(path.read_text(encoding="utf-8"))
    recipe["scores"]["on the test samples"] = scores_of(WGANGP.load(HERE / name), read(data))
    path.write_text(json.dumps(recipe, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
