"""One report over everything: is synthetic data realistic, of use and private, beside real data and baselines?"""

from gexlib.report.evaluation import BASELINES, FAMILIES, evaluate
from gexlib.report.result import Report

__all__ = ["BASELINES", "FAMILIES", "Report", "evaluate"]
