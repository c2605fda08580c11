"""SynTReN: the simulator, its kinetic model, and readers for the original's files."""

from gexlib.simulators.syntren.files import read_syntren_expression, read_syntren_network
from gexlib.simulators.syntren.simulator import SynTReN

__all__ = ["SynTReN", "read_syntren_expression", "read_syntren_network"]
