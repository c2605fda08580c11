"""The look of the figures: legible at page width, one colour for one meaning."""

from __future__ import annotations

import matplotlib as mpl

REAL, TRAIN, GAN = "#4d4d4d", "#9a9a9a", "#c8553d"
BASELINES = ("#2f6690", "#81a88d", "#e1a730", "#7d5ba6", "#3a9ca6")


def use_style() -> None:
    """Set Matplotlib's defaults to the book's: legible at page width, little ink that is not data."""
    mpl.rcParams.update(
        {
            "figure.dpi": 110,
            "savefig.bbox": "tight",
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.titlesize": 12,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": False,
            "legend.frameon": False,
            "axes.prop_cycle": mpl.cycler(color=[GAN, *BASELINES, REAL]),
            "svg.hashsalt": "gexlib",
        }
    )


def colour_of(name: str) -> str:
    """The colour of a data set, by its name: real data grey, GANs red, others from the baselines' colours."""
    fixed = {"train": TRAIN, "validation": TRAIN, "test": REAL, "real": REAL, "gan": GAN, "synthetic": GAN}
    known = {
        "random": BASELINES[2],
        "gaussian": BASELINES[0],
        "genenetweaver": BASELINES[1],
        "syntren": BASELINES[3],
        "bootstrap": BASELINES[4],
        "smote": BASELINES[4],
        "shuffled": BASELINES[2],
    }
    for word, colour in (fixed | known).items():
        if word in name.lower():
            return colour
    return BASELINES[0]
