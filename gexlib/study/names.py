"""Names of tissues, studies and projects in words, for figures and tables; the data have codes."""

from __future__ import annotations

from gexlib.datasets.rnaseqdb import TISSUE_OF_STUDY
from gexlib.explained import explained

TABLES = {"gtex": "GTEx, normal", "tcga": "TCGA, normal", "tcga-t": "TCGA, tumour"}
TISSUES = {
    "esophagus_gas": "oesophagus, junction",
    "esophagus_muc": "oesophagus, mucosa",
    "esophagus_mus": "oesophagus, muscle",
    "salivary": "salivary gland",
}
PROJECTS = {  # of PRECISE; the book's glossary has more words
    "42c": "evolved at 42 °C",
    "acid": "acid stress",
    "control": "wild type, glucose",
    "cra_crp": "Cra and Crp",
    "crp": "Crp, mutants",
    "efeU": "evolved, efeU repaired",
    "fps": "evolved, thrA",
    "fur": "iron, Fur",
    "glu": "evolved on glucose",
    "ica": "nutrients, for PRECISE",
    "minspan": "deletions, by pathways",
    "misc": "deletions, others",
    "nac_ntrc": "nitrogen, Nac and NtrC",
    "omics": "four carbon sources",
    "ompr": "osmotic stress, OmpR",
    "oxidative": "oxidative stress",
    "pal": "evolved on new sugars",
    "pgi": "evolved without pgi",
    "rpoB": "RNA polymerase, rpoB",
    "ssw": "evolved, sugar switched",
    "ytf": "unknown regulators (y)",
}
NAMES = TABLES | TISSUES | PROJECTS | {study: study.upper() for study in TISSUE_OF_STUDY}


@explained
def in_words(name: str) -> str:
    """
    Return the name of a tissue, study, project or column as a figure shows it.

    A name that needs no other is returned as it is, with spaces for underscores.

    Examples
    --------
    >>> [in_words(name) for name in ("esophagus_mus", "coad", "tcga-t", "ytf", "carbon_source", "kidney")]
    ['oesophagus, muscle', 'COAD', 'TCGA, tumour', 'unknown regulators (y)', 'carbon source', 'kidney']
    """
    return NAMES.get(name, str(name).replace("_", " "))
