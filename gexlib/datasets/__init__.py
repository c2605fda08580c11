"""Data sets as AnnData: samples by genes, covariates in ``obs``, gene annotation in ``var``, the source in ``uns``."""

from gexlib.datasets.ecoli import ECOLI_COVARIATES, load_ecoli, load_ecoli_grn
from gexlib.datasets.files import read, write
from gexlib.datasets.gene_sets import load_go, read_gmt
from gexlib.datasets.m3d import M3D_COVARIATES, load_m3d
from gexlib.datasets.m3d_v3 import load_m3d_v3
from gexlib.datasets.registry import fetch
from gexlib.datasets.rnaseqdb import load_rnaseqdb
from gexlib.datasets.tables import read_tables
from gexlib.datasets.tcga_pairs import load_tcga_pairs

__all__ = [
    "ECOLI_COVARIATES",
    "M3D_COVARIATES",
    "fetch",
    "load_ecoli",
    "load_ecoli_grn",
    "load_go",
    "load_m3d",
    "load_m3d_v3",
    "load_rnaseqdb",
    "load_tcga_pairs",
    "read",
    "read_gmt",
    "read_tables",
    "write",
]
