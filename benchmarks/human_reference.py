"""
The study's reference run on GTEx and TCGA: the paper's model trained to its end, the default, and simple baselines.

    GEXLIB_DATA=... python benchmarks/human_reference.py --metadata FOLDER          # 2,000 genes, an hour on one core
    GEXLIB_DATA=... python benchmarks/human_reference.py --metadata FOLDER --genes 0 --structure \
        --only "GAN, default"                                                       # all genes, structure and use only

Each seed makes a split by donor, a training and draws of its own. All models condition on tissue, sex, condition and
age; samples whose age no table of FOLDER has are left out. Real samples are drawn from those of training to match the
test samples in number, tissue, sex and condition. Rows are kept in data/reference/human.csv, with the commit and the
machine of each, and are not made again (--again). Trained models are kept in _build/human_reference. A training that
was interrupted goes on where it was. The tissue embeddings of the paper's models that are kept there go to
data/reference/embeddings.csv. What the rows of all genes say goes to the table book/howto/human_all_genes.csv.

With --authors, a clone of https://github.com/rvinas/adversarial-gene-expression, and --tensorflow, the Python of an
environment with tensorflow, tf_keras and tensorboard, there is the row "The authors' code" (authors_training.py). Its
epochs are passes over the samples. The row "preset" is the paper's model with the patience of the preset, which is
shorter than that of the row above it.

The columns: S_dist and S_dend; "S_dist error", its standard error by a bootstrap of test donors; "correlation sd", the
standard deviation of all correlations over that of the test samples; precision and recall by nearest neighbours; AUC
and F1 of a perceptron that is trained on synthetic samples; matched genes, matched majorities and shared terms of gene
clusters; "map", the share of neighbours on a UMAP that are of the other kind; "cancer effect" and "age effect", which
agree with those in test donors by a correlation over genes. "device": where a model was trained; "seconds" are those of
the processor on one core, and of the clock on a GPU or several threads.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
from age_effect import COVARIATES, OLD, YOUNG, age_slopes, correlation, resampled, with_age
from anndata import AnnData
from generators import PAPERS_HUMAN
from kept import ROOT, Kept, clock, commit
from sklearn.neighbors import NearestNeighbors

from gexlib import analysis, metrics
from gexlib.atomic import whole_file
from gexlib.datasets import load_go
from gexlib.numerals import number_table
from gexlib.preprocess import parts
from gexlib.report.draws import matched
from gexlib.simulators import SMOTE, Gaussian, GaussianCopula
from gexlib.study import DRIVERS, prepared_human
from gexlib.study.paper import HUMAN
from gexlib.wgan import PRESETS, WGANGP

RESULT = ROOT / "data/reference/human.csv"
MODELS = ROOT / "_build/human_reference"
EMBEDDINGS = ROOT / "data/reference/embeddings.csv"
PAGE = ROOT / "book/howto/human_all_genes.csv"
ALL = "all"  # genes, in the rows and on the page
KIND = ["tissue", "condition"]
ENOUGH = 5  # test samples of a tissue, tumours and normal ones, for an effect of cancer
SETTINGS = {
    "GAN, the paper's": PAPERS_HUMAN,
    "GAN, the paper's, preset": PRESETS["paper_gtex_tcga"],
    "GAN, default": PRESETS["default"],
    "GAN, default's start": PRESETS["default"].replace(adversarial="never"),
}
BASELINES = {
    "Gaussian of each kind": partial(Gaussian, n_components=50),
    "Copula of each kind": GaussianCopula,
    "SMOTE of each kind": SMOTE,
}
AUTHORS = "The authors' code"
ROWS = [*SETTINGS, *BASELINES, "Real, matched", "Real, all of training"]


@lru_cache(maxsize=1)
def cohort(metadata: str, genes: int, seed: int) -> dict[str, AnnData]:
    """Return training, validation and test samples of known age, split by donor with a seed."""
    human = prepared_human(most_variable=genes or 10**6, keep=DRIVERS, seed=seed, metadata=metadata)
    return parts(with_age(human))._asdict()


def kept_as(n_genes: int | str, row: str, seed: int | str) -> str:
    """The name of the folder of a trained model."""
    return f"{n_genes}-{row.replace(' ', '_').replace(chr(39), '')}-{seed}"


def fitted(row: str, seed: int, train: AnnData, validation: AnnData, models: Path, device: str, threads: int):
    """Return the model of a row, trained or as it was kept, and what its training was like."""
    if row in BASELINES:
        return BASELINES[row](within=KIND, unseen="unknown").fit(train), {}
    folder = models / kept_as(train.n_vars, row, seed)
    kept = folder.with_suffix(".csv")
    models.mkdir(parents=True, exist_ok=True)
    if not kept.exists():
        given = {"settings": SETTINGS[row], "seed": seed, "unseen": "unknown", "device": device, "threads": threads}
        gan = WGANGP(COVARIATES, ["age"], **given)
        checkpoint = folder.with_suffix(".checkpoint")
        now = clock(device, threads)
        whole, start = not checkpoint.exists(), now()
        gan.fit(train, validation, progress=False, checkpoint=checkpoint)
        training = {"seconds": now() - start if whole else np.nan}  # part of a training is no time of it
        training |= {"epochs": len(gan.history_), "best epoch": gan.best_epoch_, "device": device}
        gan.save(folder)
        pd.DataFrame([training]).to_csv(kept, index=False)
        shutil.rmtree(checkpoint)
    return WGANGP.load(folder, device="cpu"), pd.read_csv(kept).iloc[0].to_dict()


def of_authors(seed: int, train: AnnData, validation: AnnData, test: AnnData, options: argparse.Namespace) -> tuple:
    """Return what the authors' code makes for the test and the training samples, and what its training was like."""
    obs = {"": train.obs, "validation_": validation.obs, "wanted_": pd.concat([test.obs, train.obs])}
    age, given = train.obs["age"], {"x": train.X, "validation_x": validation.X}
    levels = {name: pd.concat([part[name] for part in obs.values()]).astype(str).unique() for name in COVARIATES}
    for prefix, table in obs.items():
        codes = [pd.Categorical(table[name].astype(str), categories=levels[name]).codes for name in COVARIATES]
        given[f"{prefix}levels"] = np.stack(codes, axis=1).astype(np.int32)
        given[f"{prefix}numbers"] = ((table[["age"]] - age.mean()) / age.std()).to_numpy(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "train.npz", **given)
        script = Path(__file__).with_name("authors_training.py")
        command = [options.tensorflow, str(script), str(options.authors.resolve()), folder, str(seed)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with np.load(Path(folder) / "drawn.npz") as file:
            drawn = {name: file[name] for name in file.files}
    made = AnnData(drawn.pop("x"), obs=obs["wanted_"], var=test.var)
    training = {name: value.item() for name, value in drawn.items()} | {"device": "cpu"}
    return made[: test.n_obs].copy(), made[test.n_obs :].copy(), training


def scores(row: str, seed: int, options: argparse.Namespace) -> dict[str, float]:
    """Return all columns of a row for one seed."""
    metadata, genes = options.metadata, options.genes
    train, validation, test = cohort(metadata, genes, seed).values()
    rng = np.random.default_rng(seed)
    if row == "Real, all of training":
        return structure_of(test, train) | labels_learned(test, train)
    if row == "Real, matched":
        made = matched(train.obs, test.obs, COVARIATES, rng).of(train)
        for_train, age, training = train, age_of_donors(train), {}
    elif row == AUTHORS:
        age, (made, for_train, training) = None, of_authors(seed, train, validation, test, options)
    else:
        model, training = fitted(row, seed, train, validation, options.models, options.device, options.threads)
        made, for_train = (model.sample(part.obs, seed=seed) for part in (test, train))
        age = age_of_model(model, test.obs, seed) if row in SETTINGS else None
    found = training | structure_of(test, made) | labels_learned(test, for_train)
    if options.structure:
        return found
    found |= {"S_dist error": error_by_donor(test, made, rng)}
    found |= {name: value for name, value in metrics.prdc(test, made).items() if name in ("precision", "recall")}
    if age is not None:
        found["age effect"] = correlation(age, age_of_donors(test))
    found |= gene_clusters(*clusters_of_real(metadata, genes, seed), made) | {
        "correlation sd": width_of_correlations(test, made)
    }
    return found | {"map": mixing(train, test, made), "cancer effect": cancer(test, made)}


def tissue_embeddings(models: Path, genes: int) -> pd.DataFrame:
    """The vectors of tissues in the paper's models that were kept: a row for each seed and tissue."""
    found = {}
    for folder in sorted(models.glob(kept_as(genes or "*", "GAN, the paper's", "*[0-9]"))):
        found[int(folder.name.rsplit("-", 1)[1])] = analysis.level_embeddings(WGANGP.load(folder), "tissue")
    return pd.concat(found, names=["seed"]) if found else pd.DataFrame()


def structure_of(test: AnnData, made: AnnData) -> dict[str, float]:
    """S_dist and S_dend."""
    return metrics.table_1(test, made, constant="zero").iloc[0].to_dict()


def width_of_correlations(test: AnnData, made: AnnData) -> float:
    """How much wider the distribution of all correlations is than that of the test samples."""
    upper = np.triu_indices(test.n_vars, 1)
    width, real = (metrics.correlation(data, constant="zero")[upper].std() for data in (made, test))
    return float(width / real)


def error_by_donor(test: AnnData, made: AnnData, rng: np.random.Generator, draws: int = 20) -> float:
    """Standard error of S_dist over test donors: each is drawn with its real and its synthetic samples."""
    rows = (resampled(test.obs, rng) for _ in range(draws))
    return float(np.std([metrics.s_dist(test.X[r], made.X[r], constant="zero") for r in rows], ddof=1))


def labels_learned(test: AnnData, made: AnnData) -> dict[str, float]:
    """What a perceptron learns from synthetic samples: tissue, and cancer against normal."""
    found = {}
    for target, column in {"tissue": "tissue", "cancer": "condition"}.items():
        mean = metrics.classification(test, {"made": made}, column, runs=1).mean()
        found |= {f"{target} {measure}": value for measure, value in mean.items()}
    return found


def clustered(data: AnnData) -> tuple[pd.Series, pd.DataFrame]:
    """Ten clusters of genes, and their enriched terms."""
    clusters = analysis.cluster_genes(data, 10, seed=0)
    return clusters, analysis.enrich_clusters(clusters, load_go(), 200)


@lru_cache(maxsize=1)
def clusters_of_real(*of_cohort) -> tuple[pd.Series, pd.DataFrame]:
    """The clusters of the test samples of a cohort, found once for all rows."""
    return clustered(cohort(*of_cohort)["test"])


def gene_clusters(real: pd.Series, real_terms: pd.DataFrame, made: AnnData) -> dict[str, float]:
    """Agreement of ten clusters of genes, and of their enriched terms, with those of the test samples."""
    other, terms = clustered(made)
    pairs = analysis.match_clusters(real, other)
    both = pairs["shared"] > pairs[["size_a", "size_b"]].max(axis=1) / 2
    return {
        "matched genes": pairs["shared"].sum() / made.n_vars,
        "matched majorities": both.mean(),
        "shared terms": analysis.match_terms(pairs, real_terms, terms)["jaccard"].mean(),
    }


def mixing(train: AnnData, test: AnnData, made: AnnData, k: int = 10) -> float:
    """The share of a sample's neighbours on a UMAP that are of the other kind, real or synthetic; 0.5 is best."""
    placed = analysis.embed(train, {"real": test, "made": made}, method="umap", seed=0)
    places, kind = placed[["UMAP1", "UMAP2"]].to_numpy(), placed["data"].to_numpy()
    near = NearestNeighbors(n_neighbors=k).fit(places).kneighbors(return_distance=False)
    return float((kind[near] != kind[:, None]).mean())


def cancer(test: AnnData, made: AnnData) -> float:
    """Correlation over genes of tumour against normal in synthetic and in test samples, mean over tissues."""
    found = []
    for tissue, obs in test.obs.groupby("tissue", observed=True):
        if min((obs["condition"] == level).sum() for level in ("cancer", "normal")) < ENOUGH:
            continue
        effects = []
        for data in (test, made):
            here, sick = data.obs["tissue"] == tissue, data.obs["condition"] == "cancer"
            effects.append(data.X[here & sick].mean(axis=0) - data.X[here & ~sick].mean(axis=0))
        found.append(correlation(*effects))
    return float(np.mean(found))


def age_of_donors(data: AnnData) -> np.ndarray:
    """The change of each gene over twenty years in real donors."""
    return age_slopes(data.X.astype(float), data.obs["age"].to_numpy(), data.obs[COVARIATES])


def age_of_model(gan: WGANGP, obs: pd.DataFrame, seed: int) -> np.ndarray:
    """The same change in what a model makes for the covariates of samples."""
    return gan.counterfactual(obs, "age", OLD, reference=YOUNG, n=2 * len(obs), seed=seed)["effect"].to_numpy()


def page_table(table: pd.DataFrame) -> pd.DataFrame:
    """What the book's page shows of the rows of all genes: scores over seeds, trainings, and the paper's numbers."""
    groups = table[table["genes"].astype(str) == ALL].groupby("data", sort=False)
    scores = [name for name in HUMAN if "AUC" not in name]
    shown = number_table(groups[scores].mean(), groups[scores].std())
    shown["splits"] = groups.size().astype(str)
    shown["epoch; time"] = [trained(rows) for _, rows in groups]
    paper = number_table(HUMAN[scores])
    paper.index = [f"The paper's own: {name}" for name in paper.index]
    return pd.concat([shown, paper]).fillna("").rename_axis("samples")


def trained(rows: pd.DataFrame) -> str:
    """Tell which epochs were kept, and how long a training took; nothing of what is not trained."""
    if rows["best epoch"].isna().all():
        return ""
    epochs = dict.fromkeys(f"{best:.0f} of {n:.0f}" for best, n in zip(rows["best epoch"], rows["epochs"], strict=True))
    device = "" if rows["device"].fillna("cpu").eq("cpu").all() else ", GPU"
    return f"{' or '.join(epochs)}; {rows['seconds'].mean() / 60:.1f} min{device}"


def main(arguments: list[str] | None = None) -> None:
    """Make the rows that are missing, and print their means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--metadata", required=True, help="the folder of GTEx's and TCGA's tables of donors")
    parser.add_argument("--genes", type=int, default=2000, help="those that vary most; 0: all")
    parser.add_argument("--structure", action="store_true", help="only S_dist, S_dend and what a perceptron learns")
    parser.add_argument("--only", nargs="*", choices=ROWS, default=ROWS, help="rows")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--again", action="store_true", help="make rows anew that the result has")
    parser.add_argument("--result", type=Path, default=RESULT, help="the table in which rows are kept")
    parser.add_argument("--models", type=Path, default=MODELS, help="the folder in which trained models are kept")
    parser.add_argument("--device", default="cpu", help="where the models are trained; the scores are the CPU's")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of a training")
    parser.add_argument("--page", type=Path, default=PAGE, help="the table of all genes to write")
    parser.add_argument("--embeddings", type=Path, default=EMBEDDINGS, help="the table of tissue embeddings")
    parser.add_argument("--authors", type=Path, help="a clone of the authors' repository")
    parser.add_argument("--tensorflow", default="python", help="the Python that has TensorFlow, for --authors")
    options = parser.parse_args(arguments)
    rows = [*options.only, *([AUTHORS] if options.authors else [])]

    def of(_genes: str, row: str, seed: int) -> dict[str, float]:
        return scores(row, seed, options)

    tasks = [(options.genes or ALL, row, seed) for seed in options.seeds for row in rows]
    kept = Kept(options.result, ["genes", "data", "seed"])
    table = kept.make(tasks, of, again=options.again)
    vectors = tissue_embeddings(options.models, options.genes)
    if len(vectors) and not options.structure:
        with whole_file(options.embeddings) as part:
            vectors.assign(commit=commit()).to_csv(part, float_format="%.5g")
    if not options.genes:
        with whole_file(options.page) as part:
            page_table(kept.table).to_csv(part, encoding="utf-8")
    print(table.groupby("data", sort=False).mean(numeric_only=True).round(3).to_string())


if __name__ == "__main__":
    main()
