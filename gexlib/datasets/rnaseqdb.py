"""Human tissues and tumours of GTEx and TCGA, as unified by RNAseqDB."""

import hashlib
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from gexlib.datasets.cache import cached, state_of
from gexlib.datasets.donors import Metadata, add_metadata
from gexlib.datasets.fpkm_table import read_samples, read_table
from gexlib.datasets.registry import cache_folder, git_blob_id
from gexlib.datasets.sex import Y_LINKED, check_sex, infer_sex
from gexlib.explained import explained

VERSION = 1  # of this loader; a cache of another version is made anew
LEAST_SHARED = 0.5  # of the genes of a table and of the first one; those of RNAseqDB share nearly all
FILE_NAME = re.compile(r"(?P<study>\w+)-rsem-fpkm-(?P<dataset>gtex|tcga|tcga-t)\.txt\.gz")

TISSUES = (
    *("bladder", "breast", "cervix", "colon", "esophagus_gas", "esophagus_muc", "esophagus_mus", "kidney", "liver"),
    *("lung", "prostate", "salivary", "stomach", "thyroid", "uterus"),
)
TISSUE_OF_STUDY = {
    "blca": "bladder",
    "brca": "breast",
    "cesc": "cervix",
    "chol": "liver",
    "coad": "colon",
    "esca": "esophagus_mus",  # the last of the three parts of the oesophagus in the authors' table
    "hnsc": "salivary",
    "kich": "kidney",
    "kirc": "kidney",
    "kirp": "kidney",
    "lihc": "liver",
    "luad": "lung",
    "lusc": "lung",
    "prad": "prostate",
    "read": "colon",
    "stad": "stomach",
    "thca": "thyroid",
    "ucec": "uterus",
    "ucs": "uterus",
}


@explained
def load_rnaseqdb(folder: str | Path | None = None, metadata: Metadata | None = None, cache: bool = True) -> AnnData:
    """
    Load GTEx and TCGA from the normalised tables of RNAseqDB, as downloaded by ``fetch("gtex-tcga")``.

    Any subset of the 52 tables will do. All of them together have 9,147 samples and 18,154 common genes. Quantile
    normalisation and the correction of batch effects are RNAseqDB's.

    Parameters
    ----------
    folder : str or Path, optional
        The folder of ``STUDY-rsem-fpkm-gtex.txt.gz`` (normal tissue of GTEx; the study is the tissue),
        ``STUDY-rsem-fpkm-tcga.txt.gz`` (normal tissue of TCGA patients) and ``STUDY-rsem-fpkm-tcga-t.txt.gz``
        (tumours); they may be in folders below it. Default: the folder where `fetch` puts them.
    metadata : pandas.DataFrame, str, Path, or a list of these, optional
        Ages and sexes, which RNAseqDB does not have. GTEx's table of subject phenotypes and table S1 of the TCGA
        Clinical Data Resource :cite:p:`liu2018integrated` can be given as they are, both at once. See Notes.
    cache : bool
        Keep the data set as an .h5ad file, from which the next load of the same files takes a fraction of the time. It
        is in the folder ``cache`` beside the files, or in the user's cache if their folder is read-only, and takes 4
        bytes for each sample and gene. It is made anew when the files change, and does not contain `metadata`.

    Returns
    -------
    AnnData
        ``X`` : float32 array of shape (samples, genes), the natural logarithm log(1 + FPKM). The samples are in the
        order of the sorted file names.

        ``obs`` : indexed by sample barcode. ``tissue`` (one of the paper's 15, see Notes), ``condition`` (normal or
        cancer), ``dataset`` (gtex, tcga for normal tissue, or tcga-t for tumours), ``study`` (as in the file's name),
        ``sex`` (male, female or unknown), ``sex_inferred`` (whether the sex comes from expression), ``donor`` and, if
        `metadata` has it, ``age`` (years, NaN if unknown).

        ``var`` : indexed by gene symbol; the genes that all files have, sorted.

        ``uns["provenance"]`` : source, unit, citation; ``files`` (their number); ``sha256`` (of the sorted names and
        git blob ids of the files); ``sex_check``; and, with `metadata`, for how many samples each table has a row, and
        the samples whose Y-linked genes contradict the measured sex.

    Raises
    ------
    FileNotFoundError
        If the folder has no such file, or `metadata` names none.
    ValueError
        If a file is damaged or malformed, its study is unknown, it has less than half of the genes in common with the
        first, or it has a barcode that another file has. If most samples of a tissue that only one sex has are of the
        other sex. If `metadata` cannot be understood, contradicts itself about a donor, or has no row for any sample.
        The message names the file.

    Notes
    -----
    The source is Wang et al. (2018) :cite:p:`wang2018unifying`. A TCGA study belongs to the tissue to which the code of
    the paper :cite:p:`vinas2022adversarial` assigns it: hnsc to salivary, chol to liver, read to colon, ucec and ucs to
    uterus, cesc to cervix. That code's table has esca three times, for the three parts of the oesophagus; the last one,
    esophagus_mus, holds there and here.

    Sex is inferred if it was not measured. log(1 + FPKM) is averaged over the Y-linked genes RPS4Y1, DDX3Y, KDM5D and
    EIF1AY and over the donor's samples in the files. The donor is male if the mean exceeds 3, and unknown if one of
    these genes is missing. The means of samples are bimodal, with few values between 2.5 and 4, most of them of
    tumours. A tumour may have lost its Y chromosome, so a man counts as a woman if that tumour is his only sample.

    Samples of prostate must be male, those of cervix and uterus female. ``sex_check`` counts the others, which stay
    unchanged.

    A table of `metadata` has a column ``age`` or ``age_at_initial_pathologic_diagnosis``, a column ``sex`` or
    ``gender``, or both, in upper or lower case. An age is a number of years, or a bracket such as ``60-69``, which
    becomes the middle of its two numbers, 64.5. A sex is male or female, M or F, or GTEx's 1 or 2. An empty value, or
    TCGA's ``[Not Available]``, is not known.

    Rows are named by donor (``GTEX-S3XE``, ``TCGA-CU-A0YN``) or by sample barcode, in a column ``SUBJID`` or
    ``bcr_patient_barcode``; without one, in the first column of a file or the index of a DataFrame. If there is a row
    for the sample and one for its donor, that of the sample counts. Rows of the same name must not contradict each
    other, whether they are in one table or in two. Samples without a row have an age of NaN, and their sex is inferred.
    A measured sex takes the place of the inferred one even where they differ. ``provenance["sex"]`` names the samples
    whose own Y-linked genes contradict it.

    The name of a file ends in .csv, .tsv or .txt, and its values are separated by tabs, commas or semicolons. A folder
    stands for those of its files that have a column ``SUBJID`` or ``bcr_patient_barcode``, and an age or sex.

    Examples
    --------
    The files have to be downloaded first:

    >>> from gexlib.datasets import fetch
    >>> human = load_rnaseqdb(fetch("gtex-tcga"))  # doctest: +SKIP
    >>> human.shape, human.obs["tissue"].nunique()  # doctest: +SKIP
    ((9147, 18154), 15)
    """
    files = find_files(cache_folder("gtex-tcga") if folder is None else Path(folder))
    if cache:
        beside = files[0].parent
        data = cached(beside, "rnaseqdb", state_of(files, VERSION), lambda: _load(files))
    else:
        data = _load(files)
    if metadata is not None:
        add_metadata(data, metadata)
    data.uns["provenance"]["sex_check"] = check_sex(data.obs)
    return data


def find_files(folder: Path) -> list[Path]:
    """Return the tables of RNAseqDB in a folder or below it, sorted by name."""
    files = sorted((p for p in folder.rglob("*.txt.gz") if FILE_NAME.fullmatch(p.name)), key=lambda p: (p.name, p))
    if not files:
        raise FileNotFoundError(
            f"folder {str(folder)!r} has no STUDY-rsem-fpkm-gtex.txt.gz, -tcga.txt.gz or -tcga-t.txt.gz; "
            "`gexlib fetch gtex-tcga` downloads the full set"
        )
    for one, two in pairwise(files):
        if one.name == two.name:
            raise ValueError(f"{one} and {two} have the same name; give a folder that has only one of them")
    return files


def _load(files: list[Path]) -> AnnData:
    """Load all samples from the files alone, without metadata."""
    obs = pd.concat([_describe(path) for path in files])
    if obs.index.has_duplicates:
        twice = obs.index[obs.index.duplicated()][0]
        raise ValueError(f"sample {twice} is in {' and in '.join(obs.loc[[twice], 'file'])}; remove one of them")
    x, genes, y_linked = _fill(files, obs["file"].to_numpy())
    obs["sex"] = infer_sex(y_linked, obs["donor"])
    obs["sex_inferred"] = obs["sex"] != "unknown"
    obs = obs[["tissue", "condition", "dataset", "study", "sex", "sex_inferred", "donor"]]
    obs = obs.astype({column: "category" for column in obs if column != "sex_inferred"})
    digest = hashlib.sha256("".join(f"{path.name} {git_blob_id(path)}\n" for path in files).encode())
    provenance = {
        "name": "GTEx and TCGA",
        "cohort": "RNAseqDB",
        "organism": "Homo sapiens",
        "unit": "log(1 + FPKM)",
        "citation": "Wang et al. 2018, Scientific Data 5:180061, doi:10.1038/sdata.2018.61",
        "source": "github.com/mskcc/RNAseqDB, data/normalized",
        "files": str(len(files)),
        "sha256": digest.hexdigest(),
        "sex": "inferred from Y-linked genes",
    }
    return AnnData(X=x, obs=obs, var=pd.DataFrame(index=genes), uns={"provenance": provenance})


def _describe(path: Path) -> pd.DataFrame:
    """Return the covariates of the samples of a table, from its name and its header."""
    study, dataset = FILE_NAME.fullmatch(path.name).groups()
    known = TISSUES if dataset == "gtex" else tuple(TISSUE_OF_STUDY)
    if study not in known:
        raise ValueError(f"{path}: unknown study {study!r}; the studies of {dataset} are {', '.join(known)}")
    samples = read_samples(path)
    parts = 2 if dataset == "gtex" else 3  # GTEX-S3XE, TCGA-CU-A0YN
    covariates = {
        "tissue": study if dataset == "gtex" else TISSUE_OF_STUDY[study],
        "condition": "cancer" if dataset == "tcga-t" else "normal",
        "dataset": dataset,
        "study": study,
        "donor": ["-".join(sample.split("-")[:parts]) for sample in samples],
        "file": str(path),
    }
    return pd.DataFrame(covariates, index=samples)


def _fill(files: list[Path], file_of_sample: np.ndarray) -> tuple[np.ndarray, pd.Index, np.ndarray]:
    """
    Return log(1 + FPKM) of samples x common genes, the genes, and means of the Y-linked ones (NaN if one is missing).

    One matrix as wide as the first table is filled table by table and narrowed in place. So memory holds this matrix
    and one table at a time, not all tables and their union.
    """
    y_linked = np.full(len(file_of_sample), np.nan, np.float32)
    for path in files:
        table_genes, fpkm = read_table(path)
        np.log1p(fpkm, out=fpkm)
        rows = file_of_sample == str(path)
        if path == files[0]:
            genes = table_genes.sort_values()
            common = np.ones(len(genes), bool)
            x = np.zeros((len(rows), len(genes)), np.float32)
        place = table_genes.get_indexer(genes)
        shared = int((place >= 0).sum())
        if 0 < shared < LEAST_SHARED * max(len(genes), len(table_genes)):
            raise ValueError(
                f"{path}: only {shared:,} of its {len(table_genes):,} genes are among the {len(genes):,} of "
                f"{files[0]}; one of the two is no table of RNAseqDB, and only common genes are kept. Remove it"
            )
        common &= place >= 0
        if not common.any():
            raise ValueError(
                f"{path}: none of its {len(table_genes)} genes is in all files before it ({files[0]}, ...)"
            )
        start, stop = np.flatnonzero(rows)[[0, -1]]
        x[start : stop + 1] = fpkm[place].T
        if (markers := table_genes.get_indexer(Y_LINKED)).min() >= 0:
            y_linked[rows] = fpkm[markers].mean(axis=0)
    return _narrow(x, common), genes[common].rename(None), y_linked


def _narrow(x: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return the chosen columns of a matrix, in its own memory."""
    width = int(columns.sum())
    flat = x.reshape(-1)
    for i, row in enumerate(x):
        flat[i * width : (i + 1) * width] = row[columns]
    return flat[: len(x) * width].reshape(len(x), width)
