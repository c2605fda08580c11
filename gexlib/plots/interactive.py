"""
Interactive figures: the pointer on a point shows what it is, and a menu chooses the colours.

They are made with plotly, which ``gexlib[book]`` brings. Beside each stands a figure of :mod:`gexlib.plots` that shows
the same without a pointer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gexlib.checks import check_columns, column_names, whole_number
from gexlib.explained import explained
from gexlib.plots.labels import place_names
from gexlib.plots.style import BASELINES, GAN, REAL, TRAIN, colour_of, frequent, looks
from gexlib.plots.style import OTHER as GREY

if TYPE_CHECKING:
    import plotly.graph_objects as go

OTHER, MISSING = "other", "not known"
MOST = 18  # categories that can be told apart
PIXELS = (540, 360)  # width and height of the points' ground on a page of the book
LETTER = (8, 15)  # pixels: the most that a letter of a gene's name takes
CONFIG = {
    "responsive": True,
    "displaylogo": False,
    "modeBarButtons": [["zoom2d", "pan2d", "resetScale2d", "toImage"]],  # none of which sends data anywhere
}
TEMPLATE = """\
<div class="interactive-figure" id="{id}" role="figure" aria-label="{note}" style="height: {height}px">\
<p>{note} It needs JavaScript and plotly.js, which the pages of the book bring along.</p></div>
<script type="application/json" id="{id}-data">{data}</script>
<script>
(() => {{
  const draw = () => {{
    const box = document.getElementById("{id}");
    if (!window.Plotly) return;
    box.replaceChildren();
    const figure = JSON.parse(document.getElementById("{id}-data").textContent);
    Plotly.newPlot(box, figure.data, figure.layout, {config});
  }};
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", draw);
  else draw();
}})();
</script>"""


@explained
class InteractiveFigure:
    """
    An interactive figure as a notebook shows it.

    A Jupyter session draws it with plotly. A page gets a few lines of HTML with the data in them. If the page loads
    plotly.js, these lines draw the figure; if not, they say what it shows.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
    name : str
        Small letters, digits and hyphens. No other figure on the page may have the same name. The HTML uses the name,
        so it is the same in each run.
    note : str
        What the figure shows, in a sentence, for readers who cannot see it.

    Raises
    ------
    ValueError
        If the name has other characters, or does not begin with a letter.
    """

    def __init__(self, figure: go.Figure, name: str, note: str) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            raise ValueError(f"name={name!r} must have small letters, digits and hyphens only, as in 'samples-pca'")
        self.figure, self.name, self.note = figure, name, note

    def to_html(self) -> str:
        """Return the figure as HTML, without plotly.js."""
        data = json.dumps(self.figure.to_dict(), separators=(",", ":"), allow_nan=False).replace("</", "<\\/")
        height, note = self.figure.layout.height, escape(self.note)
        return TEMPLATE.format(
            id=f"interactive-{self.name}", note=note, height=height, data=data, config=json.dumps(CONFIG)
        )

    def __repr__(self) -> str:
        return self.note

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        return {
            "application/vnd.plotly.v1+json": self.figure.to_dict(),
            "text/html": self.to_html(),
            "text/plain": self.note,
        }


@explained
def embedding(
    placed: pd.DataFrame, name: str, colour: Sequence[str] = ("data",), hover: Sequence[str] = (), most: int = 15
) -> InteractiveFigure:
    """
    Draw samples on two components; a menu chooses the column that colours them.

    Parameters
    ----------
    placed : DataFrame, one row a sample
        The first two columns are coordinates, the others describe the samples, as in the table of
        :func:`gexlib.analysis.embed`. If the column ``data`` names several data sets, synthetic samples are triangles.
    name : str
        Name of the figure, see :class:`InteractiveFigure`.
    colour : sequence of str
        Columns of `placed` to colour by; they hold categories. The first is shown first.
    hover : sequence of str
        Columns to show when the pointer is on a sample, besides its name and the columns of `colour`.
    most : int
        How many levels of a column have a look of their own, at most 18; rarer ones are grey.

    Returns
    -------
    InteractiveFigure

    Raises
    ------
    ValueError
        If a column is absent, or one of `colour` holds numbers.
    ImportError
        If plotly is not installed.

    Examples
    --------
    >>> placed = pd.DataFrame({"x": [0.0, 1.0], "y": [1.0, 0.5], "tissue": ["lung", "liver"]}, index=["a", "b"])
    >>> embedding(placed, "samples", colour=["tissue"])
    2 samples on x and y, coloured by tissue.
    """
    colour, hover = column_names("colour", colour), column_names("hover", hover)
    check_columns("colour", colour, placed, "placed")
    check_columns("hover", hover, placed, "placed")
    shown = list(dict.fromkeys([*colour, *hover]))
    for column in colour:
        if pd.api.types.is_float_dtype(placed[column]):
            raise ValueError(f"colour={column!r} holds numbers; cut them into ranges first: pandas.cut(...)")
    if not colour:
        raise ValueError("colour names no column; name one or more of placed")
    if whole_number("most", most, 1) > MOST:
        raise ValueError(f"most={most} must be at most {MOST}")

    texts = placed[shown].astype(object).map(_text)
    palettes = {column: _palette(texts[column], most) for column in colour}
    groups = pd.DataFrame({c: texts[c].where(texts[c].isin(palettes[c]), OTHER) for c in colour})
    groups["symbol"] = _symbols(placed)
    x, y = placed.columns[:2]
    traces, shown_as = [], {column: [] for column in colour}
    for _, part in groups.reset_index(drop=True).groupby([*colour, "symbol"], sort=True):
        rows = part.index
        traces.append(
            {
                "type": "scatter", "mode": "markers", "x": _short(placed[x]).iloc[rows].tolist(),
                "y": _short(placed[y]).iloc[rows].tolist(), "text": placed.index[rows].astype(str).tolist(),
                "customdata": texts.iloc[rows].to_numpy().tolist(), "hovertemplate": _hover(shown),
                "marker": {"size": 7, "opacity": 0.8},
            }
        )  # fmt: skip
        for column in colour:
            shown_as[column].append((part[column].iloc[0], part["symbol"].iloc[0]))
    menu = [_look(column, shown_as[column], palettes[column]) for column in colour]
    for number, trace in enumerate(traces):
        styles = menu[0]["args"][0]
        trace |= {key: values[number] for key, values in styles.items() if "." not in key}
        trace["marker"] |= {key: styles[f"marker.{key}"][number] for key in ("color", "symbol")}
    axes = zip((x, y), placed.attrs.get("explained", (None, None)), strict=False)
    titles = [axis if share is None else f"{axis} ({share:.0%} of the variance)" for axis, share in axes]
    figure = _figure(traces, titles, menu if len(colour) > 1 else [])
    figure.update_layout(legend_title_text=_title(colour[0]))
    return InteractiveFigure(
        figure, name, f"{len(placed)} samples on {x} and {y}, coloured by {' or '.join(map(_title, colour))}."
    )


@explained
def ranking(
    tables: Mapping[str, pd.DataFrame], name: str, unit: str = "", most: int = 300, labels: int = 10
) -> InteractiveFigure:
    """
    Draw genes by the size and the consistency of an effect; a menu chooses the table.

    Parameters
    ----------
    tables : mapping of str to DataFrame, one row a gene
        Each with the columns ``effect``, ``low``, ``high`` and ``z``, as ``gexlib.analysis.combine`` and
        ``WGANGP.counterfactual`` return them.
    name : str
        Name of the figure, see :class:`InteractiveFigure`.
    unit : str
        Unit of the effects, for the axis.
    most : int
        How many genes of each table are drawn: those with the largest absolute effects.
    labels : int
        How many of these are named without the pointer, less those whose names would cover another's.

    Returns
    -------
    InteractiveFigure

    Raises
    ------
    ValueError
        If there is no table, or one lacks a column.
    ImportError
        If plotly is not installed.

    Examples
    --------
    >>> lung = pd.DataFrame({"effect": [2.0], "low": [1.5], "high": [2.5], "z": [8.0]}, index=["VIM"])
    >>> ranking({"lung": lung}, "genes")
    Effects on genes against their consistency: lung.
    """
    if not tables:
        raise ValueError("tables is empty; give at least one table of effects")
    traces = []
    for number, (title, table) in enumerate(tables.items()):
        check_columns("column", ["effect", "low", "high", "z"], table, f"tables[{title!r}]")
        order = table["effect"].abs().sort_values(ascending=False, kind="stable").index[:most]
        top = table.loc[order, ["effect", "low", "high", "z"]].astype(float).round(3)
        genes = top.index.astype(str)
        named, spots = _names(top["effect"], top["z"].abs(), genes[:labels])
        places = [*(f"{place} of {len(table):,}" for place in range(1, len(top) + 1))]
        traces.append(
            {
                "type": "scatter", "mode": "markers+text", "visible": number == 0, "showlegend": False, "name": title,
                "x": top["effect"].tolist(), "y": top["z"].abs().tolist(), "textposition": spots, "text": named,
                "customdata": [list(row) for row in zip(genes, top["low"], top["high"], places, strict=True)],
                "hovertemplate": "<b>%{customdata[0]}</b><br>effect %{x}<br>%{customdata[1]} to %{customdata[2]}"
                "<br>|effect| / sd %{y}<br>rank %{customdata[3]}<extra></extra>",
                "marker": {"size": 7, "opacity": 0.7, "color": [GAN if e > 0 else BASELINES[0] for e in top["effect"]]},
            }
        )  # fmt: skip
    menu = [
        {"label": title, "method": "restyle", "args": [{"visible": [other == title for other in tables]}]}
        for title in tables
    ]
    titles = [f"effect ({unit})" if unit else "effect", "consistency: |effect| / sd"]
    figure = _figure(traces, titles, menu if len(tables) > 1 else [])
    figure.update_xaxes(zeroline=True, zerolinecolor=TRAIN)
    return InteractiveFigure(figure, name, f"Effects on genes against their consistency: {', '.join(tables)}.")


def _names(x: pd.Series, y: pd.Series, genes: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the text of each point, empty if there is none or no room for it, and its side of the point."""
    if not len(x):
        return [], []
    scale = [span / (1.1 * float(np.ptp(values)) or 1.0) for values, span in zip((x, y), PIXELS, strict=True)]
    points = np.column_stack([x * scale[0], y * scale[1]])
    sizes = np.array([[LETTER[0] * len(gene), LETTER[1]] for gene in genes]).reshape(-1, 2)
    margin = np.array(PIXELS) * 0.05
    box = (*(points.min(axis=0) - margin), *(points.max(axis=0) + margin))
    _, spots, _, clear = place_names(points, np.full(len(points), 4.0), sizes, box)
    texts = [gene if free else "" for gene, free in zip(genes, clear, strict=True)]
    rest = len(points) - len(genes)
    return [*texts, *[""] * rest], [*spots, *["top center"] * rest]


def _figure(traces: list[dict], titles: Sequence[str], menu: list[dict]) -> go.Figure:
    try:
        import plotly.graph_objects as go
    except ImportError:
        raise ImportError("interactive figures need plotly: pip install 'gexlib[book]'") from None
    axis = {"showgrid": False, "zeroline": False, "showline": True, "linecolor": REAL, "ticks": "outside"}
    layout = {
        "template": None, "height": 480, "hovermode": "closest", "hoverlabel": {"align": "left"},
        "font": {"size": 13, "color": "#222222"}, "plot_bgcolor": "white", "paper_bgcolor": "white",
        "margin": {"l": 60, "r": 10, "t": 50 if menu else 20, "b": 50},
        "legend": {"itemsizing": "constant", "tracegroupgap": 0},
        "xaxis": {**axis, "title": {"text": titles[0]}}, "yaxis": {**axis, "title": {"text": titles[1]}},
    }  # fmt: skip
    if menu:
        place = {"x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"}
        layout["updatemenus"] = [{"buttons": menu, "showactive": True, "bgcolor": "white", **place}]
    return go.Figure(data=traces, layout=layout)


def _palette(texts: pd.Series, most: int) -> dict[str, tuple[str, bool]]:
    """Return the looks of the frequent levels of a column, the most frequent first."""
    levels = frequent(texts, most)
    if texts.name == "data":
        return {level: (colour_of(level), True) for level in levels}
    return looks(levels)


def _look(column: str, shown_as: list[tuple[str, str]], palette: Mapping[str, tuple[str, bool]]) -> dict:
    """Return the button that gives each trace the look of its level and its place in the legend."""
    order, levels = [*palette, OTHER], [level for level, _ in shown_as]
    palette = {**palette, OTHER: palette.get(OTHER, (GREY, True))}
    style = {
        "name": levels,
        "legendgroup": levels,
        "legendrank": [1000 + order.index(level) for level in levels],
        "showlegend": [level not in levels[:number] for number, level in enumerate(levels)],
        "visible": [True] * len(levels),
        "marker.color": [palette[level][0] for level in levels],
        "marker.symbol": [symbol if palette[level][1] else f"{symbol}-open" for level, symbol in shown_as],
    }
    title = _title(column)
    return {"label": title, "method": "update", "args": [style, {"legend.title.text": title}]}


def _symbols(placed: pd.DataFrame) -> list[str]:
    """Return a circle for each real sample, a triangle for each synthetic one."""
    if "data" not in placed or placed["data"].nunique() < 2:
        return ["circle"] * len(placed)
    return ["circle" if colour_of(str(data)) in (REAL, TRAIN) else "triangle-up" for data in placed["data"]]


def _title(column: str) -> str:
    return column.replace("_", " ")


def _hover(columns: Sequence[str]) -> str:
    lines = [f"{escape(_title(column))}: %{{customdata[{i}]}}" for i, column in enumerate(columns)]
    return "<br>".join(["<b>%{text}</b>", *lines]) + "<extra></extra>"


def _text(value: object) -> str:
    if pd.isna(value):
        return MISSING
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _short(values: pd.Series) -> pd.Series:
    """Return values rounded to a thousandth of their range or finer; more digits cannot be seen, but take bytes."""
    values = values.astype(float)
    span = float(values.max() - values.min()) or 1.0
    return values.round(max(0, 3 - int(np.floor(np.log10(span)))))
