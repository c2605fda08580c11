"""One report on synthetic data: how realistic, useful and private it is, beside real data and simple baselines."""

from gexlib.report.baselines import BASELINES
from gexlib.report.evaluation import evaluate
from gexlib.report.families import FAMILIES
from gexlib.report.numbers import Numbers
from gexlib.report.result import Report

__all__ = ["BASELINES", "FAMILIES", "Numbers", "Report", "evaluate"]
