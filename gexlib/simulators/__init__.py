"""Other ways to make expression data: baselines that any generative model has to beat."""

from gexlib.simulators.gaussian import Gaussian
from gexlib.simulators.random import Random

__all__ = ["Gaussian", "Random"]
