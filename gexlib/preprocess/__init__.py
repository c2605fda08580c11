"""Preparation of data sets for training: splits, kinds of samples, standardisation, covariates as numbers."""

from gexlib.preprocess.blocks import correlation_by_distance, neighbour_blocks
from gexlib.preprocess.covariate_table import read_covariates
from gexlib.preprocess.covariates import UNKNOWN, CovariateEncoder, Covariates
from gexlib.preprocess.effects import design_matrix, fit_effects
from gexlib.preprocess.genes import match_genes
from gexlib.preprocess.kind_scores import KindScores
from gexlib.preprocess.kinds import CodedKinds, Kinds
from gexlib.preprocess.normal_scores import NormalScores
from gexlib.preprocess.samples import TRANSFORMS, SampleEncoder, kind_levels, to_expression, to_scores
from gexlib.preprocess.scale import Scale, check_log, log2, log_cpm, log_tpm, scale_of, to_scale
from gexlib.preprocess.splits import Parts, check_split, parts, prepare, split_groups
from gexlib.preprocess.standardizer import Standardizer

__all__ = [
    "TRANSFORMS",
    "UNKNOWN",
    "CodedKinds",
    "CovariateEncoder",
    "Covariates",
    "KindScores",
    "Kinds",
    "NormalScores",
    "Parts",
    "SampleEncoder",
    "Scale",
    "Standardizer",
    "check_log",
    "check_split",
    "correlation_by_distance",
    "design_matrix",
    "fit_effects",
    "kind_levels",
    "log2",
    "log_cpm",
    "log_tpm",
    "match_genes",
    "neighbour_blocks",
    "parts",
    "prepare",
    "read_covariates",
    "scale_of",
    "split_groups",
    "to_expression",
    "to_scale",
    "to_scores",
]
