"""Files of a report hold its numbers; the page needs nothing else; the figure shows every number."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from gexlib.report import Report


class Reader(HTMLParser):
    """Collects what a page refers to and the cells of its tables, and checks that tags are closed."""

    VOID = ("meta", "br", "img", "link", "wbr")

    def __init__(self, text):
        super().__init__()
        self.links, self.open, self.cells = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name in ("href", "src", "xlink:href", "data")]
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and {"td", "th"} & set(self.open):
            self.cells[-1] += data


def test_page_stands_alone_and_holds_the_numbers(report, tmp_path):
    report.to_html(tmp_path / "new" / "report.html")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["report.html"]
    text = (tmp_path / "new" / "report.html").read_text(encoding="utf-8")
    page = Reader(text)
    assert page.open == []
    assert page.links
    assert all(link.startswith("#") for link in page.links), "nothing outside the page"
    assert not re.search(r"@import|url\((?!#)|<script", text)
    mean = report.mean
    row = page.cells[page.cells.index("S_dist") :][:6]
    assert row[1] == f"{mean.at[('structure', 'S_dist'), 'bound']:.3f}"
    gan = report.table.loc[("structure", "S_dist"), ["GAN", "GAN sd"]]
    assert row[2] == "{:.3f} ± {:.3f}".format(*gan)
    for words in ("log(1 + FPKM)", "it has no critic", "scikit-learn", "5 PCs", "tissue, condition"):
        assert words in text


def test_names_are_escaped(report, tmp_path):
    other = Report(**vars(report) | {"notes": ["<b>bold</b>"]})
    other.to_html(tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;bold" in text
    assert "<b>bold" not in text


def test_json_holds_every_number_and_null_for_none(report, tmp_path):
    report.to_json(tmp_path / "report.json")
    read = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert read == report.to_dict()
    mean = pd.DataFrame(
        {name: [m["values"][name]["mean"] for m in read["metrics"]] for name in report.mean}, index=report.mean.index
    ).astype(float)
    pd.testing.assert_frame_equal(mean, report.mean)
    first = read["metrics"][0]
    assert (first["family"], first["metric"], first["best"]) == ("structure", "S_dist", 1)
    assert first["values"]["GAN"]["runs"] == 2
    assert first["values"]["copy"]["sd"] is None
    assert "1 - r" in first["text"]
    assert read["settings"]["seed"] == 3
    assert read["settings"]["contrast"] == ["condition", "cancer", "normal"]
    assert read["provenance"]["real_test"] == {"unit": "log(1 + FPKM)"}
    assert {"gexlib", "numpy", "python"} <= set(read["versions"])
    assert len(read["runs"]) == len(report.runs)


def test_csv_is_the_table(report, tmp_path):
    report.to_csv(tmp_path / "report.csv")
    read = pd.read_csv(tmp_path / "report.csv", index_col=[0, 1])
    pd.testing.assert_frame_equal(read, report.table)


def test_figure_has_a_mark_for_every_number(report):
    figure = report.figure()
    figure.canvas.draw()
    marks = [line for ax in figure.axes for line in ax.lines if line.get_linestyle() == "None"]
    assert len(marks) == report.mean.notna().to_numpy().sum()
    assert all(-0.001 <= line.get_xdata()[0] <= 1.001 for line in marks), "no mark lies beyond its scale"
    labels = [text.get_text() for ax in figure.axes for text in ax.get_yticklabels()]
    assert labels == [name for _, name in report.mean.index]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["bound", "GAN", "copy", "bootstrap", "best"]


def test_every_row_is_defined(report):
    assert report.definitions.loc[report.mean.index, ["text", "bound"]].map(len).gt(20).all(axis=None)
    assert np.isfinite(report.definitions["best"]).all()
    assert report.table["best"].notna().all()


def test_a_notebook_shows_the_table_and_what_is_left_out(report):
    shown = Reader(report._repr_html_())
    assert "S_dist" in shown.cells
    assert "it has no critic" in report._repr_html_()
    assert "GAN" in repr(report)
