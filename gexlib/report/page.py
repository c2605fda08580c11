"""The report as HTML: one page that needs no other file."""

from __future__ import annotations

import io
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from gexlib.report.result import Report

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .25rem .6rem; text-align: left; vertical-align: top; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
thead th { border-bottom: 2px solid #4d4d4d; vertical-align: bottom; } thead th.number { text-align: right; }
tr.first > * { border-top: 1px solid #bbb; }
th.metric { font-weight: normal; white-space: nowrap; } td.judged { background: #c8553d14; }
.wide { overflow-x: auto; } .sd, .faint { color: #666; } svg { max-width: 100%; height: auto; }
"""


def whole(report: Report) -> str:
    """The page."""
    names = ", ".join(report.synthetic)
    sizes = ", ".join(f"{escape(name)} {n:,}" for name, n in report.samples.items())
    n_genes = report.settings["genes"]
    return f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Report on {escape(names)}</title><style>{STYLE}</style></head>
<body><main>
<h1>Report on {escape(names)}</h1>
<p>Synthetic expression data compared with real data, over {n_genes:,} genes. Samples: {sizes}.</p>
<p>Each number stands beside its <em>bound</em>, which is that of real data in the place of synthetic data: no generator
can be expected to do better, and better numbers call for a look at privacy. The baselines are what any generator should
beat; bootstrap, which copies training samples, shows what numbers on privacy are for.</p>
{"".join(f"<p>{escape(note)}</p>" for note in report.notes)}
<h2>Figure</h2>
<p>Each metric has its own scale, with its ends written at both sides. The upright line is the best value. Bars are one
standard deviation over runs.</p>
{_figure(report)}
<h2>Table</h2>
{table(report)}
{omissions(report)}
<h2>Definitions</h2>
{_definitions(report)}
<h2>How it was made</h2>
{_pairs({"settings": report.settings, "versions": report.versions} | _sources(report))}
</main></body></html>
"""


def table(report: Report) -> str:
    """The table, with standard deviations beside means."""
    mean, sd = report.mean, report.sd
    head = "".join(f'<th class="number">{escape(name)}</th>' for name in (*mean, "best"))
    rows, before = [], None
    for row in mean.index:
        family, name = row
        numbers = {data: _number(mean.at[row, data], sd.at[row, data]) for data in mean}
        kind = {data: "number judged" if data in report.synthetic else "number" for data in mean}
        cells = "".join(f'<td class="{kind[data]}">{number}</td>' for data, number in numbers.items())
        best, better = report.definitions.loc[row, ["best", "better"]]
        arrow = {"higher": " ↑", "lower": " ↓"}.get(better, "")
        first = family != before
        title = escape(report.definitions.at[row, "text"], quote=True)
        rows.append(
            f"<tr{' class=first' if first else ''}><th>{escape(family) if first else ''}</th>"
            f'<th class="metric" title="{title}">{escape(name)}</th>{cells}<td class="number">{best:g}{arrow}</td></tr>'
        )
        before = family
    head, body = f"<thead><tr><th></th><th></th>{head}</tr></thead>", "\n".join(rows)
    return f'<div class="wide"><table>{head}<tbody>\n{body}\n</tbody></table></div>'


def omissions(report: Report) -> str:
    """What was left out and why, one line a reason."""
    if report.left_out.empty:
        return ""
    lines = []
    for (data, reason), some in report.left_out.groupby(["data", "reason"], sort=False):
        what = ", ".join(some["metric"].unique()) if data != "all" or some["metric"].iat[0] != "all" else ""
        of = "" if data == "all" else f" of {data}"
        what = data if what == "all" else f"{what}{of}"
        lines.append(f"<li>{escape(what)}: {escape(reason)}.</li>")
    return f"<p>Left out:</p><ul>{''.join(lines)}</ul>"


def _definitions(report: Report) -> str:
    rows = []
    for row in report.mean.index:
        d = report.definitions.loc[row]
        text = escape(d["text"]) + (f' <span class="faint">In {escape(d["space"])}.</span>' if d["space"] else "")
        best = f"{d['best']:g}" + (f", {d['better']} is better" if d["better"] != "nearer to best" else "")
        rows.append(
            f'<tr class="first"><th class="metric">{escape(row[1])}</th><td>{text}</td><td>{escape(best)}</td>'
            f"<td>{escape(d['bound'])}</td></tr>"
        )
    head = "<tr><th>metric</th><th>what it is</th><th>best</th><th>bound</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"


def _sources(report: Report) -> dict:
    return {f"provenance of {name}": source for name, source in report.provenance.items() if source}


def _pairs(groups: dict[str, dict]) -> str:
    parts = []
    for title, values in groups.items():
        rows = "".join(
            f"<tr><th class=metric>{escape(str(key))}</th><td>{escape(_words(value))}</td></tr>"
            for key, value in values.items()
            if value not in (None, [])
        )
        parts.append(f"<details open><summary>{escape(title)}</summary><table>{rows}</table></details>")
    return "".join(parts)


def _words(value) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _number(mean: float, sd: float) -> str:
    if pd.isna(mean):
        return ""
    digits = 3 if abs(mean) < 100 else 1
    if 0 < abs(mean) < 0.01:
        digits = min(6, 1 - int(np.floor(np.log10(abs(mean)))))
    spread = "" if pd.isna(sd) else f' <span class="sd">± {sd:.{digits}f}</span>'
    return f"{mean:.{digits}f}{spread}".replace("-", "−")


def _figure(report: Report) -> str:
    with io.StringIO() as file:
        report.figure().savefig(file, format="svg", metadata={"Date": None, "Creator": None})
        text = file.getvalue()
    return text[text.index("<svg") :].replace("<svg ", '<svg role="img" aria-label="Each metric on its own scale" ', 1)
