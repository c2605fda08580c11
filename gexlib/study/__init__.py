"""Parts of this study rather than of a user's tool: its data sets, its experiments, and the paper's numbers."""

from gexlib.study.cohort import load_demo, load_human
from gexlib.study.confounded import Confounded
from gexlib.study.paired import find_pairs, paired_test
from gexlib.study.paper import HUMAN, TABLE_1
from gexlib.study.prepared import EColi, prepared_ecoli, prepared_human, prepared_m3d
from gexlib.study.responders import recovery_experiment

__all__ = [
    "HUMAN",
    "TABLE_1",
    "Confounded",
    "EColi",
    "find_pairs",
    "load_demo",
    "load_human",
    "paired_test",
    "prepared_ecoli",
    "prepared_human",
    "prepared_m3d",
    "recovery_experiment",
]
