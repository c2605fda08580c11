"""
The claims of the paper, with a verdict on each: the table at the front of the book.

    python benchmarks/claims.py

Reads what the reference runs found (m3d_table_1.py and human_reference.py, in data/reference) and writes
book/claims.csv. The rules are in gexlib/study/claims.py.
"""

from __future__ import annotations

from kept import ROOT

from gexlib.atomic import whole_file
from gexlib.study import claims_table

PAGE = ROOT / "book/claims.csv"


def main() -> None:
    """Write the table and print it."""
    table = claims_table()
    with whole_file(PAGE) as part:
        table.to_csv(part, index=False, encoding="utf-8")
    print(table.to_string())


if __name__ == "__main__":
    main()
