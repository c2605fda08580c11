"""
Figures of the book; each function draws given results on given axes and computes no results.

A colour has the same meaning in all of them: grey for real data, red for the GAN, blue and others for baselines.
"""

from gexlib.plots import interactive
from gexlib.plots.clusters import cluster_pairs
from gexlib.plots.correlations import correlation_ellipses, gene_dendrogram
from gexlib.plots.counterfactual import effect_scatter, recovery_curves, top_intervals, volcano
from gexlib.plots.genes import agreement, correlation_heatmaps, histograms, layers
from gexlib.plots.networks import precision_recall
from gexlib.plots.properties import properties
from gexlib.plots.report import scorecard
from gexlib.plots.samples import embedding, named_points, sizes, stacked_sizes
from gexlib.plots.style import BASELINES, GAN, REAL, TRAIN, colour_of, use_style
from gexlib.plots.training import scores, training_curves

__all__ = [
    "BASELINES",
    "GAN",
    "REAL",
    "TRAIN",
    "agreement",
    "cluster_pairs",
    "colour_of",
    "correlation_ellipses",
    "correlation_heatmaps",
    "effect_scatter",
    "embedding",
    "gene_dendrogram",
    "histograms",
    "interactive",
    "layers",
    "named_points",
    "precision_recall",
    "properties",
    "recovery_curves",
    "scorecard",
    "scores",
    "sizes",
    "stacked_sizes",
    "top_intervals",
    "training_curves",
    "use_style",
    "volcano",
]
