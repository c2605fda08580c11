"""Preparation of data sets for training: splits by group, standardised expression, and encoded covariates."""

from gexlib.preprocess.covariates import UNKNOWN, CovariateEncoder, Covariates
from gexlib.preprocess.genes import match_genes
from gexlib.preprocess.splits import prepare, split_groups
from gexlib.preprocess.standardizer import Standardizer

__all__ = [
    "UNKNOWN",
    "CovariateEncoder",
    "Covariates",
    "Standardizer",
    "match_genes",
    "prepare",
    "split_groups",
]
