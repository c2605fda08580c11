"""Preparation of data sets for training: splits by group, kinds of samples, standardisation, encoded covariates."""

from gexlib.preprocess.covariates import UNKNOWN, CovariateEncoder, Covariates
from gexlib.preprocess.genes import match_genes
from gexlib.preprocess.kinds import CodedKinds, Kinds
from gexlib.preprocess.normal_scores import NormalScores
from gexlib.preprocess.samples import TRANSFORMS, SampleEncoder
from gexlib.preprocess.splits import Parts, parts, prepare, split_groups
from gexlib.preprocess.standardizer import Standardizer

__all__ = [
    "TRANSFORMS",
    "UNKNOWN",
    "CodedKinds",
    "CovariateEncoder",
    "Covariates",
    "Kinds",
    "NormalScores",
    "Parts",
    "SampleEncoder",
    "Standardizer",
    "match_genes",
    "parts",
    "prepare",
    "split_groups",
]
