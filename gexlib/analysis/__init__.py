"""What biology is in a data set: covariates, replicates, maps of samples, clusters of genes and what they do."""

from gexlib.analysis.clusters import cluster_agreement, cluster_genes, match_clusters, match_terms, top_terms
from gexlib.analysis.covariates import summarise_covariates
from gexlib.analysis.embedding import embed
from gexlib.analysis.enrichment import enrich, enrich_clusters
from gexlib.analysis.replicates import replicate_correlations

__all__ = [
    "cluster_agreement",
    "cluster_genes",
    "embed",
    "enrich",
    "enrich_clusters",
    "match_clusters",
    "match_terms",
    "replicate_correlations",
    "summarise_covariates",
    "top_terms",
]
