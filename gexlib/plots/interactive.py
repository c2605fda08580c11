"""
Figures to look around in: what a point is shows when the pointer is on it, and a menu changes what is coloured.

They are made with plotly, which ``gexlib[book]`` brings. Each stands beside a figure of :mod:`gexlib.plots` that
shows the same without a pointer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import to_hex

from gexlib.checks import whole_number
from gexlib.plots.style import BASELINES, GAN, REAL, TRAIN, colour_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

OTHER, MISSING = "other", "not known"
PALETTE = [to_hex(colormaps["tab20"](i)) for i in (0, 2, 4, 6, 8, 10, 12, 16, 18, 1, 3, 5, 7, 9, 11, 13, 17, 19)]
CONFIG = {
    "responsive": True,
    "displaylogo": False,
    "modeBarButtons": [["zoom2d", "pan2d", "resetScale2d", "toImage"]],  # none that would send data anywhere
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


class InteractiveFigure:
    """
    An interactive figure as a notebook shows it.

    A Jupyter session draws it by plotly's own means. A page gets a few lines of HTML with the data in them, which
    draw where plotly.js is loaded, and otherwise say what would be there.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
    name : str
        Small letters, digits and hyphens; no other figure on the page may have it. The HTML is the same in each run.
    note : str
        What there is to see, in a sentence: for those who can't.
    """

    def __init__(self, figure: go.Figure, name: str, note: str) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            raise ValueError(f"name={name!r} must be of small letters, digits and hyphens, as in 'samples-pca'")
        self.figure, self.name, self.note = figure, name, note

    def to_html(self) -> str:
        """The lines of HTML; plotly.js is not among them."""
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


def embedding(
    placed: pd.DataFrame, name: str, by: Sequence[str] = ("data",), hover: Sequence[str] = (), most: int = 15
) -> InteractiveFigure:
    """
    Samples on two components; a menu chooses what they are coloured by.

    Parameters
    ----------
    placed : DataFrame, one row a sample
        The coordinates in the first two columns, then what is known of the samples, as
        :func:`gexlib.analysis.embed` returns it. Where the column ``data`` tells several data sets apart, synthetic
        samples are triangles.
    name : str
        Name of the figure, see :class:`InteractiveFigure`.
    by : sequence of str
        Columns of `placed`, categories, to colour by. The first one is shown first.
    hover : sequence of str
        Further columns to show when the pointer is on a sample; its name and `by` always are.
    most : int
        How many levels of a column have a colour of their own, at most 18; rarer ones are grey.

    Raises
    ------
    ValueError
        If a column is not there, or one of `by` holds numbers.

    Examples
    --------
    >>> placed = pd.DataFrame({"x": [0.0, 1.0], "y": [1.0, 0.5], "tissue": ["lung", "liver"]}, index=["a", "b"])
    >>> embedding(placed, "samples", by=["tissue"])
    2 samples on x and y, coloured by tissue.
    """
    shown = list(dict.fromkeys([*by, *hover]))
    for column in shown:
        if column not in placed:
            raise ValueError(f"{column!r} is not a column of placed; columns: {', '.join(map(str, placed))}")
    for column in by:
        if pd.api.types.is_float_dtype(placed[column]):
            raise ValueError(f"by={column!r} holds numbers; cut them into ranges first: pandas.cut(...)")
    if not by or whole_number("most", most, 1) > len(PALETTE):
        raise ValueError(f"by={list(by)} must name a column, and most={most} be no more than {len(PALETTE)}")

    texts = placed[shown].astype(object).map(_text)
    palettes = {column: _palette(texts[column], most) for column in by}
    groups = pd.DataFrame({c: texts[c].where(texts[c].isin(palettes[c]), OTHER) for c in by})
    groups["symbol"] = _symbols(placed)
    x, y = placed.columns[:2]
    traces, looks = [], {column: [] for column in by}
    for _, part in groups.reset_index(drop=True).groupby([*by, "symbol"], sort=True):
        rows = part.index
        traces.append(
            {
                "type": "scatter", "mode": "markers", "x": _short(placed[x]).iloc[rows].tolist(),
                "y": _short(placed[y]).iloc[rows].tolist(), "text": placed.index[rows].astype(str).tolist(),
                "customdata": texts.iloc[rows].to_numpy().tolist(), "hovertemplate": _hover(shown),
                "marker": {"size": 7, "opacity": 0.8, "symbol": part["symbol"].iloc[0]},
            }
        )  # fmt: skip
        for column in by:
            looks[column].append(part[column].iloc[0])
    menu = [_look(column, looks[column], palettes[column]) for column in by]
    for number, trace in enumerate(traces):
        styles = menu[0]["args"][0]
        trace |= {key: values[number] for key, values in styles.items() if "." not in key}
        trace["marker"]["color"] = styles["marker.color"][number]
    axes = zip((x, y), placed.attrs.get("explained", (None, None)), strict=False)
    titles = [axis if share is None else f"{axis} ({share:.0%} of the variance)" for axis, share in axes]
    figure = _figure(traces, titles, menu if len(by) > 1 else [])
    figure.update_layout(legend_title_text=_title(by[0]))
    return InteractiveFigure(
        figure, name, f"{len(placed)} samples on {x} and {y}, coloured by {' or '.join(map(_title, by))}."
    )


def ranking(
    tables: Mapping[str, pd.DataFrame], name: str, unit: str = "", most: int = 300, labels: int = 10
) -> InteractiveFigure:
    """
    Genes by the size of an effect and by how consistent it is; a menu chooses the table.

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
        How many of these are named without the pointer.

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
        if absent := [column for column in ("effect", "low", "high", "z") if column not in table]:
            raise ValueError(f"tables[{title!r}] has no column {absent[0]!r}; columns: {', '.join(table)}")
        order = table["effect"].abs().sort_values(ascending=False, kind="stable").index[:most]
        top = table.loc[order, ["effect", "low", "high", "z"]].astype(float).round(3)
        genes = top.index.astype(str)
        places = [*(f"{place} of {len(table):,}" for place in range(1, len(top) + 1))]
        traces.append(
            {
                "type": "scatter", "mode": "markers+text", "visible": number == 0, "showlegend": False, "name": title,
                "x": top["effect"].tolist(), "y": top["z"].abs().tolist(), "textposition": "top center",
                "text": [gene if place < labels else "" for place, gene in enumerate(genes)],
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


def _figure(traces: list[dict], titles: Sequence[str], menu: list[dict]) -> go.Figure:
    try:
        import plotly.graph_objects as go
    except ImportError:
        raise ImportError("interactive figures need plotly: pip install 'gexlib[book]'") from None
    axis = {"showgrid": False, "zeroline": False, "showline": True, "linecolor": REAL, "ticks": "outside"}
    layout = {
        "template": None, "height": 480, "hovermode": "closest", "hoverlabel": {"align": "left"},
        "font": {"size": 13, "color": "#222222"}, "plot_bgcolor": "white", "paper_bgcolor": "white",
        "margin": {"l": 60, "r": 10, "t": 50 if menu else 20, "b": 50}, "legend": {"itemsizing": "constant"},
        "xaxis": {**axis, "title": {"text": titles[0]}}, "yaxis": {**axis, "title": {"text": titles[1]}},
    }  # fmt: skip
    if menu:
        place = {"x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"}
        layout["updatemenus"] = [{"buttons": menu, "showactive": True, "bgcolor": "white", **place}]
    return go.Figure(data=traces, layout=layout)


def _palette(texts: pd.Series, most: int) -> dict[str, str]:
    """Colours of the frequent levels of a column, the most frequent first."""
    counts = texts.value_counts()
    levels = sorted(counts.index, key=lambda level: (-counts[level], level))[:most]
    if texts.name == "data":
        return {level: colour_of(level) for level in levels}
    return dict(zip(levels, PALETTE, strict=False))


def _look(column: str, levels: list[str], colours: Mapping[str, str]) -> dict:
    """Button that gives each trace the colour and the place in the legend of its level."""
    order = [*colours, OTHER]
    style = {
        "name": levels,
        "legendgroup": levels,
        "legendrank": [1000 + order.index(level) for level in levels],
        "showlegend": [level not in levels[:number] for number, level in enumerate(levels)],
        "visible": [True] * len(levels),
        "marker.color": [colours.get(level, "#c8c8c8") for level in levels],
    }
    title = _title(column)
    return {"label": title, "method": "update", "args": [style, {"legend.title.text": title}]}


def _symbols(placed: pd.DataFrame) -> list[str]:
    """Circles for real samples, triangles for synthetic ones."""
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
    """Rounded to a thousandth of the range or finer: what an eye can see, and no more bytes."""
    values = values.astype(float)
    span = float(values.max() - values.min()) or 1.0
    return values.round(max(0, 3 - int(np.floor(np.log10(span)))))
