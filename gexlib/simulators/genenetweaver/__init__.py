"""GeneNetWeaver: the simulator, its kinetic model, perturbations, equations, and readers for the original's files."""

from gexlib.simulators.genenetweaver.files import read_gnw_expression, read_gnw_network
from gexlib.simulators.genenetweaver.simulator import GeneNetWeaver

__all__ = ["GeneNetWeaver", "read_gnw_expression", "read_gnw_network"]
