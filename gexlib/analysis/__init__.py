"""What is in a data set: covariates, replicates, maps of samples, network inference."""

from gexlib.analysis.covariates import summarise_covariates
from gexlib.analysis.embedding import embed
from gexlib.analysis.inference import aupr, knockout_scores, network_recovery, precision_recall, tree_importances
from gexlib.analysis.replicates import replicate_correlations

__all__ = [
    "aupr",
    "embed",
    "knockout_scores",
    "network_recovery",
    "precision_recall",
    "replicate_correlations",
    "summarise_covariates",
    "tree_importances",
]
