"""
Style of the figures: sizes that are legible at page width, a colour for each kind of data, and one for each category.

All colours stay apart for readers who do not tell red from green, or blue from yellow.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.category import StrCategoryFormatter
from matplotlib.figure import FigureBase
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter

from gexlib.explained import explained

REAL, TRAIN, GAN = "#4d4d4d", "#9a9a9a", "#c8553d"
MUTED = "#666666"  # of texts that stand back
BASELINES = ("#263c6b", "#50a56b", "#eda626", "#ab0fc1", "#00d0d7")
OTHER = "#c8c8c8"
# The scheme "muted" of Paul Tol's technical note on colours, those that stand out from the page first.
CATEGORIES = ("#332288", "#cc6677", "#117733", "#88ccee", "#882255", "#ddcc77", "#44aa99", "#999933", "#aa4499")
# Zero is the colour of the page, also where dark pages let light and dark change places.
DIVERGING = mpl.colors.LinearSegmentedColormap.from_list("blue-white-red", ["#1f5fa8", "#ffffff", "#c8302a"], N=257)


@explained
def use_style() -> None:
    """
    Set Matplotlib's defaults to those of the book's figures.

    Examples
    --------
    >>> with mpl.rc_context():  # elsewhere, the defaults stay as they were
    ...     use_style()
    ...     mpl.rcParams["axes.spines.top"]
    False
    """
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


def literal(draw: Callable) -> Callable:
    """
    Make a plot function write every name as it is: a gene ``$x`` is no formula. Numbers on axes may be formulas.

    Its errors are its own (:func:`gexlib.explained.explained`).
    """

    @functools.wraps(draw)
    def drawn(*arguments, **options):
        result = draw(*arguments, **options)
        for ax in _axes_among((*arguments, *options.values())):
            for text in _names_on(ax):
                text.set_parse_math(False)
        return result

    return explained(drawn)


def _axes_among(things: Iterable) -> Iterator[Axes]:
    for thing in things:
        if isinstance(thing, Axes):
            yield thing
        elif isinstance(thing, FigureBase):
            yield from thing.axes
        elif isinstance(thing, list | tuple) or (isinstance(thing, np.ndarray) and thing.dtype == object):
            yield from _axes_among(np.ravel(np.asarray(thing, dtype=object)))


def _names_on(ax: Axes) -> Iterator[Text]:
    """Yield the texts that can hold names: all but those of axes of numbers."""
    numbers = {
        text
        for axis in (ax.xaxis, ax.yaxis)
        if not isinstance(axis.get_major_formatter(), FixedFormatter | StrCategoryFormatter)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        for text in (tick.label1, tick.label2)
    }
    yield from (text for text in ax.findobj(Text) if text not in numbers)


def make_room(ax: Axes, rows: int) -> None:
    """Make the figure of some axes so high that each of their rows has a line of text; never lower."""
    line, rest = 1.25 * mpl.rcParams["font.size"] / 72, 0.75  # inches: a row, and title and labels
    figure = ax.get_figure(root=True)
    panels = ax.get_gridspec().nrows
    figure.set_figheight(max(figure.get_figheight(), panels * (rows * line + rest)))


def frequent(values: pd.Series, most: int) -> list:
    """
    Return the most frequent values, the most frequent first, those that are as frequent by name.

    Examples
    --------
    >>> frequent(pd.Series(["lung", "colon", "liver", "liver"]), 2)
    ['liver', 'colon']
    """
    counts = values.value_counts()
    return sorted(counts.index, key=lambda value: (-counts[value], str(value)))[:most]


def looks(levels: Sequence[str]) -> dict[str, tuple[str, bool]]:
    """
    Return the colour of each category, and whether its mark is filled; the same in static and interactive figures.

    Parameters
    ----------
    levels : sequence of str
        At most 18 categories. The first nine have filled marks. The others have the same colours and hollow marks.

    Raises
    ------
    ValueError
        If there are more than 18 categories.

    Examples
    --------
    >>> looks(["lung", "liver"])
    {'lung': ('#332288', True), 'liver': ('#cc6677', True)}
    """
    n = len(CATEGORIES)
    if len(levels) > 2 * n:
        raise ValueError(f"levels has {len(levels)} categories; at most {2 * n} can be told apart")
    return {level: (CATEGORIES[i % n], i < n) for i, level in enumerate(levels)}


@explained
def colour_of(name: str) -> str:
    """
    Return the colour of a data set by its name: grey for real data, red for GANs, others for baselines.

    Examples
    --------
    >>> colour_of("GAN") == GAN, colour_of("real, test") == REAL
    (True, True)
    """
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
