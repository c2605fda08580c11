"""Metrics of synthetic expression data: structure, regulation, fidelity, distributions of genes, use and privacy."""

from gexlib.metrics.activity import tf_activity
from gexlib.metrics.correlations import correlation, correlation_blocks, dissimilarity
from gexlib.metrics.differential import differential_agreement
from gexlib.metrics.edges import coexpression_edges
from gexlib.metrics.faithfulness import alpha_precision, authenticity
from gexlib.metrics.fidelity import coverage, density, prdc, prdc_samples, precision, recall
from gexlib.metrics.gamma_coefficient import gamma
from gexlib.metrics.linkage import complete_linkage
from gexlib.metrics.marginals import quantile_agreement, sd_ratio, wasserstein, zero_shares
from gexlib.metrics.membership import attack_success, domias, domias_by_size, gan_leaks, logan
from gexlib.metrics.privacy import adversarial_accuracy, closest_records, dcr, privacy_loss
from gexlib.metrics.properties import (
    Properties,
    expression_properties,
    gene_ranges,
    intensities,
    property_distances,
)
from gexlib.metrics.regulated_pairs import tf_tg_background, tf_tg_correlations, tg_tg_background, tg_tg_correlations
from gexlib.metrics.regulation import s_tf_tg, s_tg_tg
from gexlib.metrics.space import PrincipalSpace, ScaledGenes
from gexlib.metrics.structure import s_dend, s_dist
from gexlib.metrics.table_1 import table_1
from gexlib.metrics.two_sample import independent_draw_auc, mmd, two_sample_auc
from gexlib.metrics.utility import augmentation, classification

__all__ = [
    "PrincipalSpace",
    "Properties",
    "ScaledGenes",
    "adversarial_accuracy",
    "alpha_precision",
    "attack_success",
    "augmentation",
    "authenticity",
    "classification",
    "closest_records",
    "coexpression_edges",
    "complete_linkage",
    "correlation",
    "correlation_blocks",
    "coverage",
    "dcr",
    "density",
    "differential_agreement",
    "dissimilarity",
    "domias",
    "domias_by_size",
    "expression_properties",
    "gamma",
    "gan_leaks",
    "gene_ranges",
    "independent_draw_auc",
    "intensities",
    "logan",
    "mmd",
    "prdc",
    "prdc_samples",
    "precision",
    "privacy_loss",
    "property_distances",
    "quantile_agreement",
    "recall",
    "s_dend",
    "s_dist",
    "s_tf_tg",
    "s_tg_tg",
    "sd_ratio",
    "table_1",
    "tf_activity",
    "tf_tg_background",
    "tf_tg_correlations",
    "tg_tg_background",
    "tg_tg_correlations",
    "two_sample_auc",
    "wasserstein",
    "zero_shares",
]
