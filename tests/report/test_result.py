"""Files of a report hold its numbers; the page needs nothing else; the figure shows every number."""

import json

import numpy as np
import pandas as pd
import pytest

from tests.report.reader import Reader


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
    assert read["provenance"]["test"] == {"unit": "log(1 + FPKM)"}
    assert {"gexlib", "numpy", "python"} <= set(read["versions"])
    assert len(read["runs"]) == len(report.runs)


def test_csv_is_the_table(report, tmp_path):
    report.to_csv(tmp_path / "report.csv")
    read = pd.read_csv(tmp_path / "report.csv", index_col=[0, 1])
    pd.testing.assert_frame_equal(read, report.table)


def test_every_row_is_defined(report):
    assert report.definitions.loc[report.mean.index, ["text", "bound"]].map(len).gt(20).all(axis=None)
    assert np.isfinite(report.definitions["best"]).all()
    assert report.table["best"].notna().all()


def test_a_notebook_shows_the_table_and_what_is_left_out(report):
    shown = Reader(report._repr_html_())
    assert "S_dist" in shown.cells
    assert "it has no critic" in report._repr_html_()
    assert "GAN" in repr(report)
