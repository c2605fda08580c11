"""Links that hold tables."""

import base64
import io
import re

import pandas as pd

from gexlib.study import csv_link


def test_a_link_holds_the_table_and_is_safe_in_a_page():
    table = pd.DataFrame({"effect": [0.5, -1.0], "name": ["a,b", 'c"d']}, index=["VIM", "CA1"])
    link = csv_link(table, 'effects"<1>.csv', "colon & rectum", index="gene")
    assert link.startswith('<a download="effects&quot;&lt;1&gt;.csv" href="data:text/csv;base64,')
    assert link.endswith(">colon &amp; rectum</a>")
    held = base64.b64decode(re.search(r"base64,([^\"]+)", link)[1]).decode()
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(held), index_col="gene"), table.rename_axis("gene"))


def test_a_link_is_named_after_its_file_and_leaves_the_index_out():
    link = csv_link(pd.DataFrame({"effect": [0.5]}, index=["VIM"]), "effects.csv")
    assert link.endswith(">effects.csv</a>")
    assert base64.b64decode(re.search(r"base64,([^\"]+)", link)[1]) == b"effect\n0.5\n"
