"""Is synthetic expression data realistic? Structure between genes, gene regulation, and the look of the values."""

from gexlib.metrics.activity import tf_activity
from gexlib.metrics.grn import s_tf_tg, s_tg_tg, tf_tg_correlations, tg_tg_correlations
from gexlib.metrics.pairs import correlation, correlation_blocks, dissimilarity, gamma
from gexlib.metrics.properties import (
    Properties,
    expression_properties,
    gene_ranges,
    intensities,
    property_distances,
    tf_tg_background,
    tg_tg_background,
)
from gexlib.metrics.report import evaluate
from gexlib.metrics.structure import complete_linkage, s_dend, s_dist
from gexlib.metrics.utility import classification

__all__ = [
    "Properties",
    "classification",
    "complete_linkage",
    "correlation",
    "correlation_blocks",
    "dissimilarity",
    "evaluate",
    "expression_properties",
    "gamma",
    "gene_ranges",
    "intensities",
    "property_distances",
    "s_dend",
    "s_dist",
    "s_tf_tg",
    "s_tg_tg",
    "tf_activity",
    "tf_tg_background",
    "tf_tg_correlations",
    "tg_tg_background",
    "tg_tg_correlations",
]
