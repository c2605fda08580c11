"""
Adversarial generation of gene expression data.

``gexlib.WGANGP`` is the model, ``gexlib.evaluate`` the report on what it makes. The rooms of the library, from the raw
data to the report: :mod:`gexlib.grn`, :mod:`gexlib.datasets`, :mod:`gexlib.preprocess`, :mod:`gexlib.metrics`,
:mod:`gexlib.simulators`, :mod:`gexlib.wgan`, :mod:`gexlib.analysis`, :mod:`gexlib.plots`, :mod:`gexlib.report`. What
belongs to the study of the book is in :mod:`gexlib.study`. A room is imported when it is first used, so that
``import gexlib`` is quick.
"""

from importlib import import_module, metadata

__version__ = metadata.version("gexlib")

_ROOMS = ("analysis", "datasets", "grn", "metrics", "plots", "preprocess", "report", "simulators", "study", "wgan")
_NAMES = {"WGANGP": "gexlib.wgan", "Settings": "gexlib.wgan", "evaluate": "gexlib.report"}

__all__ = [
    "WGANGP",
    "Settings",
    "__version__",
    "analysis",
    "datasets",
    "evaluate",
    "grn",
    "metrics",
    "plots",
    "preprocess",
    "report",
]
__all__ += ["simulators", "study", "wgan"]


def __getattr__(name: str):
    if name in _ROOMS:
        return import_module(f"gexlib.{name}")
    if name in _NAMES:
        return getattr(import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'gexlib' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
