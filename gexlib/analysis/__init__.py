"""What is in a data set: covariates, replicates, maps of samples."""

from gexlib.analysis.covariates import summarise_covariates
from gexlib.analysis.embedding import embed
from gexlib.analysis.replicates import replicate_correlations

__all__ = ["embed", "replicate_correlations", "summarise_covariates"]
