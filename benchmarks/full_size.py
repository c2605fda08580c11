"""
The full size as an ordinary run: 6,860 training samples of 18,154 genes, in processes whose memory is limited.

The samples are drawn from a model of the default settings that is fitted, without adversarial updates, to the files of
RNAseqDB in FOLDER: so many of each kind as these have, in proportion, 9,147 in all. Each step runs in a process of its
own. Its data segment is capped (RLIMIT_DATA, which counts all that it allocates), but for the notebook, which starts
processes itself.

    python benchmarks/full_size.py FOLDER                      # all steps, about half an hour
    python benchmarks/full_size.py FOLDER --only fit evaluate  # some; the rows of the others stay

Steps: ``data`` (made if they are not in --work yet), ``fit`` (the default, to its stopping score), ``evaluate`` (all
metrics on the samples of that model), ``report`` (a model without adversarial updates and all metrics, on all genes of
the real samples), ``notebook`` (04 with all genes of the real samples). The results go to
book/howto/full_size.csv: the time of the clock, the time of all processors (which other work on the machine does not
count in), the largest peak of resident memory of a process, and the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "book/howto/full_size.csv"
NOTEBOOK = ROOT / "book/04_gtex_tcga_training.ipynb"
KIND = ["tissue", "condition", "sex"]
STEPS = ("data", "fit", "evaluate", "report", "notebook")
CAPPED = ("fit",)
SHARES = {"train": 0.75, "validation": 0.1, "test": 0.15}


def make(folder: Path, work: Path, samples: int, genes: int, threads: int) -> dict:
    """Draw samples from a model that is fitted to the real ones, and write them with their parts."""
    import numpy as np
    import pandas as pd

    from gexlib.datasets import load_rnaseqdb, write
    from gexlib.preprocess.genes import most_variable_genes
    from gexlib.wgan import WGANGP, Settings

    real = load_rnaseqdb(folder)
    real = real[:, most_variable_genes(real, min(genes, real.n_vars), [])].copy()
    never = Settings(adversarial="never")
    model = WGANGP(KIND, settings=never, device="cpu", threads=threads).fit(real, progress=False)
    places = np.random.default_rng(0).permutation(np.arange(samples) % real.n_obs)
    obs = real.obs.iloc[places][KIND].set_axis([f"s{i}" for i in range(samples)])
    ends = np.cumsum([round(share * samples) for share in SHARES.values()])
    obs["split"] = pd.Categorical(np.array(list(SHARES))[np.searchsorted(ends[:-1], np.arange(samples), side="right")])
    write(model.sample(obs, seed=0), work / "data.h5ad")
    return {"size": f"{samples:,} samples x {real.n_vars:,} genes", "result": f"of {real.n_obs:,} real samples"}


def fit(_folder: Path, work: Path, threads: int, device: str) -> dict:
    """Train the default to its stopping score."""
    from gexlib.datasets import read
    from gexlib.preprocess import parts
    from gexlib.wgan import WGANGP

    train, validation, _ = parts(read(work / "data.h5ad"))
    model = WGANGP(KIND, device=device, threads=threads).fit(train, validation, progress=False)
    model.save(work / "model")
    shape = f"{train.n_obs:,} + {validation.n_obs:,} samples x {train.n_vars:,} genes"
    return {"size": shape, "result": f"score {model.best_score_:.3f}; {model.decision_}"}


def evaluate(_folder: Path, work: Path, threads: int, device: str) -> dict:
    """Report on the samples of the model, with all families that these data have."""
    from gexlib.datasets import read
    from gexlib.preprocess import parts
    from gexlib.wgan import WGANGP

    train, validation, test = parts(read(work / "data.h5ad"))
    model = WGANGP.load(work / "model", device=device, threads=threads)
    return reported(train, validation, test, model, threads)


def report(folder: Path, _work: Path, threads: int, device: str) -> dict:
    """Fit a model to all genes of the real samples, and report on its samples."""
    from gexlib.datasets import load_rnaseqdb
    from gexlib.preprocess import parts, prepare
    from gexlib.wgan import WGANGP, Settings

    train, validation, test = parts(prepare(load_rnaseqdb(folder), by="donor", seed=0))
    never = Settings(adversarial="never")
    model = WGANGP(KIND, settings=never, unseen="unknown", device=device, threads=threads)
    return reported(train, validation, test, model.fit(train, progress=False), threads)


def reported(train, validation, test, model, threads: int) -> dict:
    """Report with all families that the data have; return what a row says of it."""
    import gexlib

    by = ["tissue", "condition"]
    more = {"contrast": ("condition", "cancer", "normal"), "jobs": threads}
    start = time.perf_counter()
    found = gexlib.evaluate(train, test, model, validation=validation, within=by, labels=by, **more)
    minutes = (time.perf_counter() - start) / 60
    shape = f"{train.n_obs:,} + {validation.n_obs:,} + {test.n_obs:,} samples x {test.n_vars:,} genes"
    numbers = f"{len(found.definitions)} metrics, {len(found.table.columns)} columns"
    return {"size": shape, "result": f"{numbers}; evaluate alone {minutes:.1f} minutes"}


def notebook(folder: Path, work: Path, genes: int, epochs: int) -> dict:
    """Run notebook 04 on the real samples with all genes."""
    command = [sys.executable, "workflow/notebooks.py", "run", str(NOTEBOOK), str(work / "notebook.ipynb")]
    given = {"folder": folder, "genes": genes, "epochs": epochs}
    command += [text for name, value in given.items() for text in ("-p", name, str(value))]
    subprocess.run(command, check=True, cwd=ROOT)
    return {
        "size": "1,078 samples, genes=0" if not genes else f"genes={genes}",
        "result": "three trainings, two at a time",
    }


def measured(step: str, options: argparse.Namespace) -> dict:
    """Run a step in this process, and return its results, times and peak; meant for a process of its own."""
    import torch

    from gexlib.wgan.device import limited_threads

    if step in CAPPED and options.device == "cpu":  # a GPU's driver asks for more than it uses
        cap = int(options.cap * 1e9)
        resource.setrlimit(resource.RLIMIT_DATA, (cap, cap))
    start, folder, work = time.perf_counter(), options.folder, options.work
    with limited_threads(options.threads):
        if step == "data":
            found = make(folder, work, options.samples, options.genes, options.threads)
        elif step == "notebook":
            found = notebook(folder, work, options.notebook_genes, options.epochs)
        else:
            run = {"fit": fit, "evaluate": evaluate, "report": report}[step]
            found = run(folder, work, options.threads, options.device)
    seconds = time.perf_counter() - start
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kibibytes
    if torch.cuda.is_initialized():
        found["result"] += f"; peak of the GPU {torch.cuda.max_memory_allocated() / 1e9:.2f} GB"
    return found | {
        "minutes": round(seconds / 60, 2),
        "processor minutes": round(sum(u.ru_utime + u.ru_stime for u in used) / 60, 2),
        "peak GB": round(max(u.ru_maxrss for u in used) * unit / 1e9, 2),
        "threads": torch.get_num_threads() if step == "notebook" else options.threads,
    }


def main() -> None:
    """Run each step in a child, and keep its row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the files of RNAseqDB")
    parser.add_argument("--only", nargs="+", choices=STEPS, default=STEPS, metavar="STEP")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--device", default="cpu", help="of fit and evaluate")
    parser.add_argument("--cap", type=float, default=4.0, help="GB that fit may allocate")
    parser.add_argument("--samples", type=int, default=9147)
    parser.add_argument("--genes", type=int, default=18_154)
    parser.add_argument("--notebook-genes", type=int, default=0, help="of notebook 04; 0: all")
    parser.add_argument("--epochs", type=int, default=100, help="of notebook 04, at most")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "gexlib-full-size")
    parser.add_argument("--out", type=Path, default=PAGE)
    parser.add_argument("--child", choices=STEPS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        result = options.work / f"{options.child}.json"
        result.write_text(json.dumps(measured(options.child, options)), encoding="utf-8")
        return
    from kept import Kept, commit, machine

    options.work.mkdir(parents=True, exist_ok=True)
    kept = Kept(options.out, ["step"])
    for step in STEPS:
        missing = step == "data" and not (options.work / "data.h5ad").exists()
        if step in options.only or missing:
            if step == "data" and not missing:
                continue
            arguments = [sys.executable, __file__, *sys.argv[1:], "--child", step]
            subprocess.run(arguments, check=True)
            found = json.loads((options.work / f"{step}.json").read_text(encoding="utf-8"))
            kept.add([step], found | {"ran on": f"{machine().replace(', one used', '')}; commit {commit()}"})
            print(step, found, flush=True)


if __name__ == "__main__":
    main()
