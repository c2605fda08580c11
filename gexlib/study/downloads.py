"""Tables that a reader of a page can keep."""

from __future__ import annotations

import base64
from html import escape

import pandas as pd

from gexlib.explained import explained


@explained
def csv_link(table: pd.DataFrame, file: str, text: str = "", index: str | bool = False) -> str:
    """
    Return a link, as HTML, that holds a table and saves it as a file of comma-separated values.

    Parameters
    ----------
    table : DataFrame
    file : str
        Name of the file.
    text : str
        Text of the link; by default the name of the file.
    index : str or bool
        The name of the column that gets the index of `table`; False leaves it out.

    Examples
    --------
    >>> csv_link(pd.DataFrame({"effect": [0.5]}, index=["VIM"]), "effects.csv", index="gene")
    '<a download="effects.csv" href="data:text/csv;base64,Z2VuZSxlZmZlY3QKVklNLDAuNQo=">effects.csv</a>'
    """
    lines = table.to_csv(index=bool(index), index_label=index or None, lineterminator="\n")
    coded = base64.b64encode(lines.encode()).decode()
    return f'<a download="{escape(file)}" href="data:text/csv;base64,{coded}">{escape(text or file)}</a>'
