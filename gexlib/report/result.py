"""The result of an evaluation: its numbers, its figure, and files of both."""

from __future__ import annotations

import json
from pathlib import Path

from matplotlib.figure import Figure

from gexlib.atomic import whole_file
from gexlib.explained import explained
from gexlib.report import page
from gexlib.report.figure import draw
from gexlib.report.numbers import Numbers


@explained
class Report(Numbers):
    """
    The numbers of an evaluation (:class:`gexlib.report.Numbers`) with their figure and files.

    :func:`gexlib.report.evaluate` makes it.

    Examples
    --------
    >>> import numpy as np
    >>> from gexlib.report import evaluate
    >>> rng = np.random.default_rng(0)
    >>> train, test, flat = rng.normal(size=(60, 4)), rng.normal(size=(60, 4)), rng.normal(0, 0.5, size=(60, 4))
    >>> report = evaluate(train, test, {"flat": flat}, families=["marginals"], baselines=["Gaussian"])
    >>> print(report.sentences[0])
    On 4 of 4 metrics, Gaussian is as good as flat or better (marginals 4 of 4); it is better by more than the spread
    on 4.
    >>> report.to_html("report.html")  # doctest: +SKIP
    """

    def figure(self) -> Figure:
        """Draw each metric on a scale of its own: synthetic data, the bound and baselines, by family."""
        return draw(self)

    def to_json(self, path: str | Path) -> None:
        """Write everything, as :meth:`to_dict` returns it, to a JSON file."""
        text = json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        _write(path, text + "\n")

    def to_csv(self, path: str | Path) -> None:
        """Write the table to a CSV file."""
        _write(path, self.table.to_csv())

    def to_html(self, path: str | Path) -> None:
        """Write a page that needs no other file: figure, table, definitions, settings and provenance."""
        _write(path, page.whole(self))

    def _repr_html_(self) -> str:
        return page.sentences(self) + page.table(self) + page.definitions(self) + page.omissions(self)

    def __repr__(self) -> str:
        head = f"Report of {len(self.mean)} metrics on {', '.join(self.synthetic)}"
        return "\n".join([f"{head}; its table:", str(self.table.round(3)), *self.sentences])


def _write(path: str | Path, text: str) -> None:
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")
