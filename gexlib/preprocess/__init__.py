"""From a data set to what a model trains on, and back: splits by group, standardisation, covariates as numbers."""

from gexlib.preprocess.covariates import UNKNOWN, CovariateEncoder, Covariates
from gexlib.preprocess.genes import match_genes
from gexlib.preprocess.kinds import CodedKinds, Kinds
from gexlib.preprocess.splits import prepare, split_groups
from gexlib.preprocess.standardizer import Standardizer

__all__ = [
    "UNKNOWN",
    "CodedKinds",
    "CovariateEncoder",
    "Covariates",
    "Kinds",
    "Standardizer",
    "match_genes",
    "prepare",
    "split_groups",
]
