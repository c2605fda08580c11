"""
Table 1 on real microarrays of the paper's own compendium (M3D), and with the same code on PRECISE.

    python benchmarks/m3d_table_1.py FOLDER            # three splits of each, about half an hour on one core
    python benchmarks/m3d_table_1.py FOLDER --quick    # that it runs, in seconds; the numbers mean nothing

FOLDER holds, at any depth, either what ``gexlib fetch m3d`` downloads (907 chips with the paper's seven covariates),
or the older table of 524 chips without covariates, ``ecoli_m3d_v3_*.tsv.gz``, which is taken if both are there unless
--full is given. RegulonDB's ``regulatory_interactions*`` and the authors' list ``crp_hierarchy_*_genes.txt`` are used
if FOLDER has them, otherwise the network that comes with PRECISE and the hierarchy below crp.

Each seed makes a split, a training and draws of its own. Every row has as many samples as there are test samples, but
for the row of all training samples, and for the simulators with the paper's 680. Baselines of each kind know the
covariates of a sample, as the models do; a data set without covariates has one kind. Rows are kept in
data/reference/ecoli.csv, with the commit and the machine of each, and are not made again (--again). Writes
results/m3d_table_1.txt, and m3d_table_1.csv for the book's page on the paper's data. The scores of validation samples
during the trainings of the paper's model go to data/reference/ecoli_training.csv and are drawn for that page.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import training_curve
from anndata import AnnData
from kept import ROOT, Kept, mean_sd

from gexlib.atomic import whole_file
from gexlib.datasets import load_ecoli_grn, load_m3d, load_m3d_v3
from gexlib.grn import hierarchy, match_case, read_regulondb
from gexlib.metrics import table_1
from gexlib.numerals import number_table
from gexlib.preprocess import parts
from gexlib.report.draws import matched
from gexlib.simulators import SMOTE, Bootstrap, Gaussian, GaussianCopula, GeneNetWeaver, Random, SynTReN
from gexlib.study import TABLE_1, EColi, prepared_ecoli, prepared_m3d
from gexlib.wgan import PRESETS, WGANGP, Settings

RESULT = ROOT / "benchmarks/results/m3d_table_1.txt"
PAGE = ROOT / "book/howto/m3d_table_1.csv"
SCORES = ROOT / "data/reference/ecoli.csv"
TRAINING = ROOT / "data/reference/ecoli_training.csv"
CURVE = ROOT / "book/images/paper_training_ecoli.svg"
PAPERS = "GAN, the paper's"
LATENT = (5, 50)  # lengths of the paper's model's latent vector to try beside its own 10
QUICK = 60  # genes, with --quick
PAPERS_NUMBER = 680  # samples that the paper's simulators made


def models(name: str, quick: bool) -> dict[str, Settings]:
    """The settings of each model, by row."""
    default, paper = PRESETS["default"], PRESETS["paper_ecoli"]
    found = {
        PAPERS: paper,
        "GAN, default": default,
        "GAN, default's start": default.replace(adversarial="never"),
    }
    if name.startswith("M3D"):
        found["GAN, the paper's, three layers"] = paper.replace(hidden=(paper.hidden[0],) * 3)
        found |= {f"GAN, the paper's, latent vector of {n}": paper.replace(latent_dim=n) for n in LATENT}
    return (
        {row: settings.replace(epochs=min(5, settings.epochs)) for row, settings in found.items()} if quick else found
    )


def problems(folder: Path, full: bool, quick: bool) -> dict[str, tuple[Callable[[int], EColi], nx.DiGraph]]:
    """For each data set: what prepares it for a seed, and the whole network."""
    older = sorted(folder.rglob("ecoli_m3d_v3_*.tsv*"))
    if older and not full:
        data, name = load_m3d_v3(older[0]), "M3D, 524 chips"
    else:
        data, name = (
            load_m3d(next((p.parent for p in sorted(folder.rglob("*chips*probes*.tab"))), folder)),
            "M3D, 907 chips",
        )
    tables, lists = (sorted(folder.rglob(what)) for what in ("regulatory_interactions*", "crp_hierarchy_*_genes.txt"))
    network = match_case(read_regulondb(tables[0]) if tables else load_ecoli_grn(), data.var_names)
    genes = lists[0].read_text(encoding="utf-8").split() if lists else ()
    found = {name: (lambda seed: prepared_m3d(data, network, genes, seed=seed), network)}
    found["PRECISE"] = (lambda seed: prepared_ecoli(seed=seed), load_ecoli_grn())
    if quick:
        return {name: (lambda seed, make=make: small(make(seed)), whole) for name, (make, whole) in found.items()}
    return found


def small(ready: EColi) -> EColi:
    """A few genes of a data set: a regulator and others of the hierarchy."""
    genes = [gene for gene in ready.data.var_names if gene in ready.network][:QUICK]
    data = ready.data[:, genes].copy()
    regulons = {tf: [g for g in targets if g in genes] for tf, targets in ready.regulons.items() if tf in genes}
    regulons = {tf: targets for tf, targets in regulons.items() if targets}
    return EColi(data, ready.network.subgraph(genes).copy(), regulons, ready.covariates)


def samples(ready: EColi, whole: nx.DiGraph, settings: dict[str, Settings], seed: int) -> dict[str, Callable]:
    """For each row, what makes its samples: a function that returns them, and a trained model or None."""
    train, validation, test = parts(ready.data)
    kinds = [name for names in ready.covariates.values() for name in names]
    acyclic = hierarchy(whole, "crp", genes=ready.data.var_names, break_loops=True)
    components = min(50, train.n_obs // 2, train.n_vars)

    def from_data(simulator) -> tuple[AnnData, None]:
        return simulator.fit(train).simulate(test.n_obs, seed=seed), None

    def of_each_kind(simulator, *arguments) -> tuple[AnnData, None]:
        model = simulator(*arguments, within=kinds, unseen="unknown").fit(train)
        return model.sample(test.obs, seed=seed), None

    def syntren(n: int) -> tuple[AnnData, None]:
        noise = {"biological_noise": 0.8, "experimental_noise": 0.0, "input_noise": 0.1}
        return SynTReN(acyclic, seed=seed).simulate(n, **noise, seed=seed), None

    def weaver(n: int) -> tuple[AnnData, None]:
        return GeneNetWeaver(acyclic, seed=seed).simulate(n, noise=0.1, seed=seed), None

    def from_model(chosen: Settings) -> tuple[AnnData, WGANGP]:
        gan = WGANGP(**ready.covariates, settings=chosen, seed=seed, unseen="unknown", device="cpu")
        gan.fit(train, validation, progress=False)
        return gan.sample(test.obs, seed=seed), gan

    def real() -> tuple[AnnData, None]:
        return matched(train.obs, test.obs, kinds, np.random.default_rng(seed)).of(train), None

    made = {
        "Real, all of training": lambda: (train, None),
        "Real, matched": real,
        "Random": lambda: from_data(Random()),
        "Bootstrap": lambda: from_data(Bootstrap()),
        "SMOTE": lambda: from_data(SMOTE()),
        "Gaussian": lambda: from_data(Gaussian(components)),
        "Gaussian copula": lambda: from_data(GaussianCopula()),
    }
    if kinds:
        made["SMOTE of each kind"] = lambda: of_each_kind(SMOTE)
        made["Gaussian of each kind"] = lambda: of_each_kind(Gaussian, components)
        made["Copula of each kind"] = lambda: of_each_kind(GaussianCopula)
    made["SynTReN"] = lambda: syntren(test.n_obs)
    made["GeneNetWeaver"] = lambda: weaver(test.n_obs)
    made["SynTReN, 680 samples"] = lambda: syntren(PAPERS_NUMBER)
    made["GeneNetWeaver, 680 samples"] = lambda: weaver(PAPERS_NUMBER)
    return made | {row: lambda chosen=chosen: from_model(chosen) for row, chosen in settings.items()}


def scored(make: Callable, ready: EColi) -> tuple[dict[str, float], WGANGP | None]:
    """The scores of a row, the seconds that fitting and drawing took, and the epochs of a training; and its model."""
    start = time.process_time()
    data, gan = make()
    found = {"seconds": time.process_time() - start}
    if gan is not None:
        found |= {"best epoch": gan.best_epoch_, "epochs": len(gan.history_)}
    test = parts(ready.data).test
    table = table_1(test, data[:, test.var_names].copy(), ready.regulons, constant="zero")
    return table.iloc[0].to_dict() | found, gan


def keep_training(path: Path, name: str, seed: int, gan: WGANGP) -> None:
    """Put the scores during a training into the table of all trainings, in the place of those of an earlier run."""
    new = training_curve.scores_of(gan.history_, gan.settings)
    new.insert(0, "set", name)
    new.insert(1, "seed", seed)
    if path.exists():
        old = pd.read_csv(path)
        new = pd.concat([old[(old["set"] != name) | (old["seed"] != seed)], new])
    with whole_file(path) as part:
        new.sort_values(["set", "seed", "iterations"]).to_csv(part, index=False, float_format="%.4f", encoding="utf-8")


def page_table(table: pd.DataFrame) -> pd.DataFrame:
    """What the book's page shows: mean and standard deviation over the seeds by data set, and the paper's numbers."""
    ours = mean_sd(table, ["set", "data"], list(TABLE_1))
    paper = pd.concat({"the paper, M3D": number_table(TABLE_1)})
    return pd.concat([ours, paper]).rename_axis(["data set", "samples"])


def described(name: str, ready: EColi, options: argparse.Namespace) -> list[str]:
    """The sizes of a data set, how alike its parts are, and the settings of the models, in words."""
    data, split = ready.data, ready.data.obs["split"]
    by = "block" if "block" in data.obs else "condition"
    sizes = ", ".join(f"{(split == part).sum()} {part}" for part in ("train", "validation", "test"))
    at_random = np.random.default_rng(0).permutation(data.n_obs) < (split == "test").sum()
    apart, mixed = (closest(data, np.asarray(test)) for test in (split == "test", at_random))
    return [
        f"{name}: {data.n_vars} genes; split of the first seed: {sizes}; {data.obs[by].nunique()} groups by {by}; "
        f"{len(ready.regulons)} regulators with {sum(map(len, ready.regulons.values()))} regulations; "
        f"{sum(map(len, ready.covariates.values()))} covariates",
        f"{name}: correlation of a test sample's residuals with those of the most similar one outside the test part: "
        f"{apart:.2f} (median); {mixed:.2f} if test samples are drawn at random, one by one",
        *(f"{name}: {row}: {differences(settings)}" for row, settings in models(name, options.quick).items()),
    ]


def closest(data: AnnData, test: np.ndarray) -> float:
    """The median correlation of a test sample's residuals with those of the most similar one outside the test part."""
    x = np.asarray(data.X, dtype=np.float64)
    return float(np.median(np.corrcoef(x - x.mean(axis=0))[test][:, ~test].max(axis=1)))


def main(arguments: list[str] | None = None) -> None:
    """Compute, print, write the result and the table of the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="M3D's files, and RegulonDB's")
    parser.add_argument(
        "--full", action="store_true", help="the full table of 907 chips, even if the older one is there"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="each makes a split and a training")
    parser.add_argument("--only", nargs="+", choices=["M3D", "PRECISE"], default=["M3D", "PRECISE"], help="data sets")
    parser.add_argument("--rows", nargs="+", help="make only these; the table shows all that were kept")
    parser.add_argument("--quick", action="store_true", help="few genes and epochs, to see that it runs")
    parser.add_argument("--again", action="store_true", help="make rows anew that were kept")
    parser.add_argument("--scores", type=Path, default=SCORES, help="the table in which rows are kept")
    parser.add_argument("--result", type=Path, default=RESULT, help="the text to write")
    parser.add_argument("--training", type=Path, default=TRAINING, help="the table of scores during the trainings")
    parser.add_argument("--curve", type=Path, default=CURVE, help="the figure of these scores")
    parser.add_argument("--page", type=Path, default=PAGE, help="the table of the book's page to write")
    options = parser.parse_args(arguments)
    chosen = {
        name: problem
        for name, problem in problems(options.folder, options.full, options.quick).items()
        if name.split(",")[0] in options.only
    }
    ready = cache(lambda name, seed: chosen[name][0](seed))

    def all_rows(name: str, seed: int) -> dict[str, Callable]:
        return samples(ready(name, seed), chosen[name][1], models(name, options.quick), seed)

    def of(name: str, row: str, seed: int) -> dict[str, float]:
        found, gan = scored(all_rows(name, seed)[row], ready(name, seed))
        if row == PAPERS:
            keep_training(options.training, name, seed, gan)
        return found

    tasks = [(name, row, seed) for name in chosen for seed in options.seeds for row in all_rows(name, seed)]
    kept = Kept(options.scores, ["set", "data", "seed"])
    kept.make([task for task in tasks if not options.rows or task[1] in options.rows], of, again=options.again)
    order = [(name, row) for name in chosen for row in all_rows(name, options.seeds[0])]
    table = kept.table.set_index(["set", "data"])
    there = set(table.index)
    table = table.loc[[row for row in order if row in there]]
    text = [line for name in chosen for line in described(name, ready(name, options.seeds[0]), options)]
    write(table.reset_index(), text, options)
    if options.training.exists():
        sets = pd.read_csv(options.training).groupby("set")
        training_curve.draw(options.curve, {name: dict(list(rows.groupby("seed"))) for name, rows in sets})


def write(table: pd.DataFrame, text: Sequence[str], options: argparse.Namespace) -> None:
    """Write the text, with what was kept of each row, and the table of the page."""
    shown = page_table(table)
    made_on = "; ".join(table.pop("machine").unique())
    lines = [made_on, *text, "", table.set_index(["set", "data", "seed"]).round(3).to_string(na_rep="")]
    with whole_file(options.result) as part:
        Path(part).write_text("\n".join(lines) + "\n", encoding="utf-8")
    with whole_file(options.page) as part:
        shown.reset_index().to_csv(part, index=False, encoding="utf-8")
    print("\n".join(lines))


def differences(settings: Settings) -> str:
    """The settings that are not those of the nearest preset."""
    base = "paper_ecoli" if settings.score == PRESETS["paper_ecoli"].score else "default"
    preset = PRESETS[base].to_dict()
    changed = [f"{key}={value}" for key, value in settings.to_dict().items() if value != preset[key]]
    return f"preset {base}" + (f" with {', '.join(changed)}" if changed else "")


if __name__ == "__main__":
    main()
