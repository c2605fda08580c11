"""Other ways to make expression data: baselines that any generative model has to beat, and kinetic simulators."""

from gexlib.simulators.bootstrap import Bootstrap
from gexlib.simulators.copula import GaussianCopula
from gexlib.simulators.gaussian import Gaussian
from gexlib.simulators.genenetweaver import GeneNetWeaver, read_gnw_expression, read_gnw_network
from gexlib.simulators.random import Random
from gexlib.simulators.smote import SMOTE
from gexlib.simulators.syntren import SynTReN, read_syntren_expression, read_syntren_network

__all__ = [
    "SMOTE",
    "Bootstrap",
    "Gaussian",
    "GaussianCopula",
    "GeneNetWeaver",
    "Random",
    "SynTReN",
    "read_gnw_expression",
    "read_gnw_network",
    "read_syntren_expression",
    "read_syntren_network",
]
