"""Analyses of data sets: covariates, replicates, maps, network inference, clusters of genes, and effects on genes."""

from gexlib.analysis.clusters import (
    cluster_agreement,
    cluster_genes,
    common_terms,
    match_clusters,
    match_terms,
    top_terms,
)
from gexlib.analysis.controls import compare_controls, observed_effect
from gexlib.analysis.covariates import distance_agreement, level_embeddings, summarise_covariates
from gexlib.analysis.donors import donor_bootstrap
from gexlib.analysis.embedding import embed
from gexlib.analysis.enrichment import enrich, enrich_clusters
from gexlib.analysis.gene_sets import rank_sets
from gexlib.analysis.inference import aupr, knockout_scores, network_recovery, precision_recall, tree_importances
from gexlib.analysis.ranking import combine, rank_genes, recovery
from gexlib.analysis.replicates import replicate_correlations
from gexlib.analysis.sensitivity import confounder_bias, robustness_value
from gexlib.analysis.slopes import slopes
from gexlib.analysis.terms import load_gene_sets
from gexlib.differential import agreement, differential_expression

__all__ = [
    "agreement",
    "aupr",
    "cluster_agreement",
    "cluster_genes",
    "combine",
    "common_terms",
    "compare_controls",
    "confounder_bias",
    "differential_expression",
    "distance_agreement",
    "donor_bootstrap",
    "embed",
    "enrich",
    "enrich_clusters",
    "knockout_scores",
    "level_embeddings",
    "load_gene_sets",
    "match_clusters",
    "match_terms",
    "network_recovery",
    "observed_effect",
    "precision_recall",
    "rank_genes",
    "rank_sets",
    "recovery",
    "replicate_correlations",
    "robustness_value",
    "slopes",
    "summarise_covariates",
    "top_terms",
    "tree_importances",
]
