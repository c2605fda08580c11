"""Interactive figures hold each sample or gene once, say the right thing of it, and are the same in each run."""

import json
import re
import sys

import numpy as np
import pandas as pd
import pytest

from gexlib.plots import GAN, TRAIN, interactive


@pytest.fixture
def placed():
    rng = np.random.default_rng(0)
    n = 60
    table = pd.DataFrame(rng.normal(size=(n, 2)), columns=["PC1", "PC2"], index=[f"s{i}" for i in range(n)])
    table["data"] = ["real, train"] * 40 + ["GAN"] * 20
    table["tissue"] = pd.Categorical((["lung"] * 3 + ["liver"] * 2 + ["brain"]) * 10)
    table["age"] = np.where(np.arange(n) % 7, 41.234, np.nan)
    table.attrs["explained"] = [0.5, 0.25]
    return table


def points(figure):
    """One row for each point of a figure of samples: name, place, what the pointer shows, colour."""
    rows = {}
    for trace in figure.data:
        for name, x, y, shown in zip(trace.text, trace.x, trace.y, trace.customdata, strict=True):
            assert name not in rows
            rows[name] = (x, y, tuple(shown), trace.marker.color, trace.marker.symbol, trace.name)
    return rows


def test_each_sample_is_drawn_once_in_its_place_with_what_is_known_of_it(placed):
    figure = interactive.embedding(placed, "map", colour=["data", "tissue"], hover=["age"]).figure
    drawn = points(figure)
    assert drawn.keys() == set(placed.index)
    for name, row in placed.iterrows():
        x, y, shown, colour, symbol, label = drawn[name]
        assert (x, y) == pytest.approx((row["PC1"], row["PC2"]), abs=0.001)
        assert shown == (row["data"], row["tissue"], "not known" if np.isnan(row["age"]) else "41.2")
        assert (colour, symbol) == ((GAN, "triangle-up") if row["data"] == "GAN" else (TRAIN, "circle"))
        assert label == row["data"]
    assert figure.layout.xaxis.title.text == "PC1 (50% of the variance)"


def test_the_menu_colours_by_each_column_with_one_entry_a_level_in_the_legend(placed):
    figure = interactive.embedding(placed, "map", colour=["data", "tissue"]).figure
    buttons = figure.layout.updatemenus[0].buttons
    assert [button.label for button in buttons] == ["data", "tissue"]
    style = buttons[1].args[0]
    levels = [trace.customdata[0][1] for trace in figure.data]
    assert list(style["name"]) == levels
    assert sorted(n for n, shown in zip(style["name"], style["showlegend"], strict=True) if shown) == sorted(
        set(levels)
    )
    colours = set(zip(style["name"], style["marker.color"], strict=True))
    assert len(colours) == len({colour for _, colour in colours}) == 3
    assert sorted(colours, key=lambda pair: style["legendrank"][style["name"].index(pair[0])])[0][0] == "lung"


def test_rare_levels_share_one_grey(placed):
    figure = interactive.embedding(placed, "map", colour=["tissue"], most=2).figure
    names = {trace.name: trace.marker.color for trace in figure.data}
    assert set(names) == {"lung", "liver", "other"}
    assert names["other"] == "#c8c8c8"
    assert not figure.layout.updatemenus


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"colour": ["organ"]},
            "colour='organ' is not a column of placed; columns: 'PC1', 'PC2', 'data', 'tissue', 'age'",
        ),
        ({"hover": ["organ"]}, "hover='organ' is not a column of placed"),
        ({"colour": ["age"]}, "colour='age' holds numbers; cut them into ranges"),
        ({"colour": []}, "colour names no column"),
        ({"most": 19}, "most=19 must be at most 18"),
        ({"name": "A map"}, "name='A map' must have small letters"),
    ],
)
def test_what_cannot_be_drawn_is_refused(placed, settings, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        interactive.embedding(placed, **{"name": "map", **settings})


def test_columns_are_a_list(placed):
    with pytest.raises(TypeError, match="colour='tissue' must be a list of names of columns"):
        interactive.embedding(placed, "map", colour="tissue")


def effects(n, seed):
    rng = np.random.default_rng(seed)
    effect = rng.normal(size=n)
    return pd.DataFrame(
        {"effect": effect, "low": effect - 1, "high": effect + 1, "z": effect * 2}, index=[f"g{i}" for i in range(n)]
    )


def test_a_ranking_shows_the_genes_of_the_largest_effects():
    tables = {"lung": effects(50, 0), "liver": effects(50, 1)}
    figure = interactive.ranking(tables, "genes", unit="log2", most=20, labels=3).figure
    assert [trace.visible for trace in figure.data] == [True, False]
    for trace, (title, table) in zip(figure.data, tables.items(), strict=True):
        best = table["effect"].abs().nlargest(20).index
        assert [shown[0] for shown in trace.customdata] == list(best)
        assert list(trace.text) == [*best[:3], *[""] * 17]
        assert trace.x == pytest.approx(table.loc[best, "effect"], abs=0.001)
        assert trace.y == pytest.approx(table.loc[best, "z"].abs(), abs=0.001)
        first = table.loc[best[0]].round(3)
        assert list(trace.customdata[0]) == [best[0], first["low"], first["high"], "1 of 50"]
        assert trace.name == title
    visible = {b.label: b.args[0]["visible"] for b in figure.layout.updatemenus[0].buttons}
    assert visible == {"lung": [True, False], "liver": [False, True]}
    assert figure.layout.xaxis.title.text == "effect (log2)"


def test_names_of_a_ranking_do_not_overlap():
    table = effects(12, 0)
    table[["effect", "z"]] = [[3.0, 2.0]] * 10 + [[-3.0, 5.0], [1.0, 1.0]]  # ten genes in one place
    (trace,) = interactive.ranking({"lung": table}, "genes", labels=12).figure.data
    named = [(gene, spot) for gene, spot in zip(trace.text, trace.textposition, strict=True) if gene]
    assert 3 <= len(named) < 12
    together = [spot for gene, spot in named if gene not in ("g10", "g11")]
    assert len(set(together)) == len(together)
    assert {"g10", "g11"} < dict(named).keys()


def test_a_ranking_needs_its_columns():
    with pytest.raises(ValueError, match="tables is empty"):
        interactive.ranking({}, "genes")
    with pytest.raises(
        ValueError, match=r"column='z' is not a column of tables\['lung'\]; columns: 'effect', 'low', 'high'"
    ):
        interactive.ranking({"lung": effects(5, 0).drop(columns="z")}, "genes")


def test_the_html_is_the_same_in_each_run_and_holds_the_figure(placed):
    placed["tissue"] = placed["tissue"].cat.rename_categories({"lung": "</script><b>"})
    shown = [interactive.embedding(placed, "map", colour=["tissue"])._repr_mimebundle_() for _ in range(2)]
    assert shown[0] == shown[1]
    html = shown[0]["text/html"]
    assert html.count("</script>") == 2
    data = re.search(r'<script type="application/json" id="interactive-map-data">(.*?)</script>', html)[1]
    assert json.loads(data) == json.loads(json.dumps(shown[0]["application/vnd.plotly.v1+json"]))
    assert "60 samples on PC1 and PC2, coloured by tissue." in html
    assert "http" not in html


def test_figures_of_the_size_of_the_human_data_stay_small():
    rng = np.random.default_rng(0)
    n = 1100
    placed = pd.DataFrame(
        {"UMAP1": rng.normal(size=n), "UMAP2": rng.normal(size=n)}, index=[f"GTEX-{i:05}" for i in range(n)]
    )
    placed["data"] = np.where(np.arange(n) % 2, "real, test", "synthetic")
    placed["tissue"] = [f"tissue {i % 13}" for i in range(n)]
    placed["condition"] = np.where(np.arange(n) % 3, "normal", "cancer")
    figure = interactive.embedding(placed, "map", colour=["data", "tissue", "condition"])
    assert len(figure.to_html()) < 150_000
    tables = {f"tissue {i}": effects(2000, i) for i in range(8)}
    assert len(interactive.ranking(tables, "genes").to_html()) < 300_000


def test_without_plotly_the_error_says_how_to_get_it(placed, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(ImportError, match=r"pip install 'gexlib\[book\]'"):
        interactive.embedding(placed, "map")
