"""What is in a data set: covariates, replicates, maps of samples; regulation; clusters of genes and what they do."""

from gexlib.analysis.clusters import (
    cluster_agreement,
    cluster_genes,
    common_terms,
    match_clusters,
    match_terms,
    top_terms,
)
from gexlib.analysis.covariates import summarise_covariates
from gexlib.analysis.embedding import embed
from gexlib.analysis.enrichment import enrich, enrich_clusters, load_gene_sets
from gexlib.analysis.inference import aupr, knockout_scores, network_recovery, precision_recall, tree_importances
from gexlib.analysis.replicates import replicate_correlations

__all__ = [
    "aupr",
    "cluster_agreement",
    "cluster_genes",
    "common_terms",
    "embed",
    "enrich",
    "enrich_clusters",
    "knockout_scores",
    "load_gene_sets",
    "match_clusters",
    "match_terms",
    "network_recovery",
    "precision_recall",
    "replicate_correlations",
    "summarise_covariates",
    "top_terms",
    "tree_importances",
]
