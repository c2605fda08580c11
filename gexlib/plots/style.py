"""Style of the figures: sizes that are legible at page width, and a colour for each kind of data."""

from __future__ import annotations

import matplotlib as mpl

REAL, TRAIN, GAN = "#4d4d4d", "#9a9a9a", "#c8553d"
BASELINES = ("#2f6690", "#81a88d", "#e1a730", "#7d5ba6", "#3a9ca6")


def use_style() -> None:
    """Set Matplotlib's defaults to those of the book's figures."""
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
    """Return the colour of a data set by its name: grey for real data, red for GANs, others for baselines."""
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
