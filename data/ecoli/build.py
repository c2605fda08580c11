"""
Make the embedded E. coli data set from the PyPI wheel pymodulon 0.2.1.

    python data/ecoli/build.py [pymodulon-0.2.1-py3-none-any.whl]

Without an argument the wheel is fetched with ``pip download``. Either way its SHA-256 is checked first. The script
writes next to itself ``precise.h5ad`` (expression, covariates, genes), ``trn.tsv`` (the regulatory
network, regulator names as in the source), ``LICENSE.pymodulon`` and ``manifest.json`` (hashes of the source
and of the products). The same versions of h5py, HDF5 and anndata give the same bytes; README.md says what
every column means.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
from anndata import AnnData

HERE = Path(__file__).resolve().parent
WHEEL = "pymodulon-0.2.1-py3-none-any.whl"
WHEEL_SHA256 = "24cf88b53e7dfe69c3bc1d4f3e28b2d30a0bf874eab1930d22208aff3ddd81b8"
MEMBERS = {name: f"pymodulon/data/ecoli/{name}.csv" for name in ("log_tpm", "sample_table", "gene_table", "trn")}
LICENSE_MEMBER = "pymodulon-0.2.1.dist-info/LICENSE"

# obs column: column of sample_table.csv
CATEGORIES = {
    "project": "project",
    "strain": "Strain",
    "genotype": "Strain Description",
    "medium": "Base Media",
    "carbon_source": "Carbon Source (g/L)",
    "nitrogen_source": "Nitrogen Source (g/L)",
    "electron_acceptor": "Electron Acceptor",
    "trace_elements": "Trace Element Mixture",
    "supplement": "Supplement",
    "antibiotic": "Antibiotic",
    "culture": "Culture Type",
    "evolved": "Evolved Sample",
    "isolate": "Isolate Type",
    "sequencer": "Sequencing Machine",
    "details": "Additional Details",
    "doi": "DOI",
    "geo": "GEO",
}
NUMBERS = {
    "temperature": "Temperature (C)",
    "ph": "pH",
    "growth_rate": "Growth Rate (1/hr)",
    "alignment": "Alignment",
}
# What makes two samples of one source name the same condition: everything set by the experimenter.
DEFINING = [
    "strain",
    "genotype",
    "medium",
    "carbon_source",
    "carbon_source_g_per_l",
    "nitrogen_source",
    "nitrogen_source_g_per_l",
    "electron_acceptor",
    "trace_elements",
    "supplement",
    "antibiotic",
    "culture",
    "temperature",
    "ph",
]
NH4CL_G_PER_MMOL = 0.05349  # one sample gives its NH4Cl in mM


def sha256(path: Path) -> str:
    """Return the hash of a file as a hexadecimal string."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def amount(text: str) -> tuple[str, float]:
    """Split ``glucose(2)`` or ``NH4Cl(10mM)`` into the name and grams per litre (NaN: not stated)."""
    if not isinstance(text, str):
        return "unknown", np.nan
    name, number, unit = re.fullmatch(r"([^()]+?)\s*\(([\d.]+)(mM)?\)", text).groups()
    if unit and name != "NH4Cl":
        raise ValueError(f"{text!r}: no molar mass is known for {name!r}")
    return name, float(number) * (NH4CL_G_PER_MMOL if unit else 1.0)


def genotype(description: str) -> str:
    """Return what the description says beyond species and strain: deletions, mutations, the evolved isolate."""
    return re.sub(r"^Escherichia coli( K-12)?( MG1655| BW25113)?\s*", "", description) or "wild type"


def conditions(obs: pd.DataFrame, expression: pd.DataFrame) -> pd.Series:
    """
    Name the groups that replicates share.

    A source name whose samples agree in all `DEFINING` covariates is kept, whether one or several projects
    measured it. If they differ, each set of agreeing samples becomes a group of its own, called ``name
    (projects)``. Names under which the source lists the very same measurements become one group, ``name =
    name``.
    """
    groups = obs["source_condition"].astype(str).copy()
    for name, same_name in obs.groupby("source_condition", observed=True):
        meanings = list(same_name.groupby(DEFINING, observed=True, dropna=False, sort=False))
        if len(meanings) > 1:
            for _, samples in meanings:
                groups[samples.index] = f"{name} ({', '.join(sorted(samples['project'].unique()))})"
    profile = [row.tobytes() for row in expression.loc[obs.index].to_numpy()]
    for _, names in groups.groupby(profile):
        if names.nunique() > 1:
            groups[groups.isin(names)] = " = ".join(sorted(names.unique()))
    return groups


def clean_obs(table: pd.DataFrame, expression: pd.DataFrame) -> pd.DataFrame:
    """Turn ``sample_table.csv`` into typed covariates; a missing category becomes the level "unknown"."""
    obs = pd.DataFrame(index=pd.Index(table.index.astype(str), name=None))
    obs["source_condition"] = table["condition"]
    obs["replicate"] = table["Replicate #"].astype("int64")
    for column, source in CATEGORIES.items():
        obs[column] = table[source]
    for column in ("carbon_source", "nitrogen_source"):
        names, grams = zip(*obs[column].map(amount), strict=True)
        obs[column], obs[f"{column}_g_per_l"] = names, np.array(grams)
    obs["electron_acceptor"] = obs["electron_acceptor"].str.replace(r"\(.*\)", "", regex=True)
    obs["genotype"] = obs["genotype"].map(genotype)
    for column in CATEGORIES:
        obs[column] = obs[column].fillna("unknown").str.strip()
    for column, source in NUMBERS.items():
        obs[column] = table[source].astype("float64")
    # Sixteen samples carry 0: stressed batch cultures (paraquat, dipyridyl, NaCl); growth was not measured.
    obs["growth_rate"] = obs["growth_rate"].replace(0.0, np.nan)
    obs.insert(0, "condition", conditions(obs, expression))
    for column in ("condition", "source_condition", *CATEGORIES):
        obs[column] = pd.Categorical(obs[column], categories=sorted(obs[column].unique()))
    return obs


def clean_var(table: pd.DataFrame, locus_tags: pd.Index) -> pd.DataFrame:
    """Return the annotation of the measured genes, indexed by symbol (plus locus tag if a symbol is not unique)."""
    genes = table.loc[locus_tags]
    symbol = genes["gene_name"].astype(str)
    repeated = symbol.duplicated(keep=False)
    names = symbol.where(~repeated, symbol + "_" + genes.index)
    function = genes["COG"].replace("No COG Annotation", "unknown")
    return pd.DataFrame(
        {
            "locus_tag": genes.index.to_numpy(str),
            "symbol": symbol.to_numpy(),
            "function": pd.Categorical(function, categories=sorted(function.unique())),
            "operon": genes["operon"].to_numpy(str),
            "start": genes["start"].to_numpy("int64"),
            "end": genes["end"].to_numpy("int64"),
            "strand": pd.Categorical(genes["strand"], categories=["+", "-"]),
        },
        index=pd.Index(names.to_numpy(str), name=None),
    )


def build(wheel: Path, folder: Path = HERE) -> None:
    """Write the products of `wheel` into `folder`."""
    if sha256(wheel) != WHEEL_SHA256:
        raise ValueError(f"{wheel}: SHA-256 is {sha256(wheel)}, expected {WHEEL_SHA256} ({WHEEL})")
    with zipfile.ZipFile(wheel) as archive:
        source = {
            name: pd.read_csv(archive.open(path), index_col=None if name == "trn" else 0)
            for name, path in MEMBERS.items()
        }
        hashes = {path: hashlib.sha256(archive.read(path)).hexdigest() for path in MEMBERS.values()}
        (folder / "LICENSE.pymodulon").write_bytes(archive.read(LICENSE_MEMBER))
    log_tpm = source["log_tpm"].T
    totals = np.exp2(log_tpm.to_numpy()) - 1
    np.testing.assert_allclose(totals.sum(axis=1), 1e6, err_msg="log_tpm is not log2(TPM + 1)")
    adata = AnnData(
        X=log_tpm.to_numpy(np.float32),
        obs=clean_obs(source["sample_table"].loc[log_tpm.index], log_tpm),
        var=clean_var(source["gene_table"], log_tpm.columns),
    )
    provenance = {
        "name": "PRECISE",
        "organism": "Escherichia coli K-12 MG1655 and BW25113",
        "unit": "log2(TPM + 1), TPM re-normalised to the genes kept",
        "citation": "Sastry et al. 2019, Nature Communications 10:5536, doi:10.1038/s41467-019-13483-w",
        "source": f"PyPI pymodulon 0.2.1, {WHEEL}",
        "source_sha256": WHEEL_SHA256,
        "license": "MIT (LICENSE.pymodulon)",
    }
    with h5py.File(folder / "precise.h5ad", "w") as file:
        compressed = {"compression": "gzip", "compression_opts": 9, "shuffle": True}
        anndata.io.write_elem(file, "/", adata, dataset_kwargs=compressed)
        anndata.io.write_elem(file, "uns", {"provenance": provenance})  # HDF5 cannot compress single strings
    trn = source["trn"].rename(columns={"gene_id": "locus_tag"})
    trn.to_csv(folder / "trn.tsv", sep="\t", index=False, lineterminator="\n")
    manifest = {
        "source": {
            "package": "pymodulon 0.2.1 (PyPI)",
            "file": WHEEL,
            "sha256": WHEEL_SHA256,
            "members": hashes,
        },
        "products": {name: sha256(folder / name) for name in ("precise.h5ad", "trn.tsv", "LICENSE.pymodulon")},
        "written_with": {
            "anndata": version("anndata"),
            "h5py": version("h5py"),
            "hdf5": h5py.version.hdf5_version,
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Build from the wheel given, or from a download."""
    if arguments:
        return build(Path(arguments[0]))
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "-d", folder]
        subprocess.run([*command, "pymodulon==0.2.1"], check=True)
        build(Path(folder) / WHEEL)


if __name__ == "__main__":
    main(sys.argv[1:])
