"""Is synthetic expression data realistic? Structure between genes, and the gene regulatory network."""

from gexlib.metrics.grn import s_tf_tg, s_tg_tg, tf_tg_correlations, tg_tg_correlations
from gexlib.metrics.pairs import correlation, correlation_blocks, dissimilarity, gamma
from gexlib.metrics.report import evaluate
from gexlib.metrics.structure import complete_linkage, s_dend, s_dist
from gexlib.metrics.utility import classification

__all__ = [
    "classification",
    "complete_linkage",
    "correlation",
    "correlation_blocks",
    "dissimilarity",
    "evaluate",
    "gamma",
    "s_dend",
    "s_dist",
    "s_tf_tg",
    "s_tg_tg",
    "tf_tg_correlations",
    "tg_tg_correlations",
]
