"""The report as HTML: one page that needs no other file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from itertools import groupby

import pandas as pd

from gexlib.numerals import BESIDE, numeral, with_spread
from gexlib.report.figure import draw_svg
from gexlib.report.metric import HIGHER, LOWER, NEARER
from gexlib.report.numbers import Numbers

SCROLLS = '<div style="overflow-x: auto" tabindex="0" role="region" aria-label="table">'  # with the arrow keys, too
ARROWS = {HIGHER: " ↑", LOWER: " ↓", NEARER: ""}

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .25rem .6rem; text-align: left; vertical-align: top; }
td.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
thead th { border-bottom: 2px solid #4d4d4d; vertical-align: bottom; }
tr.first > * { border-top: 1px solid #bbb; }
th.metric { font-weight: normal; white-space: nowrap; } td.judged { background: #c8553d14; }
code { font-size: .95em; } summary { cursor: pointer; }
.sd, .faint { color: #666; }
.definitions { table-layout: fixed; width: 100%; min-width: 52rem; } .definitions th.metric { white-space: normal; }
.definitions th:nth-child(1) { width: 19%; } .definitions th:nth-child(2) { width: 17%; }
.definitions th:nth-child(4) { width: 9%; } .definitions th:nth-child(5) { width: 18%; }
svg { max-width: 100%; height: auto; }
"""


def whole(numbers: Numbers) -> str:
    """Return the page as HTML."""
    names = ", ".join(numbers.synthetic)
    sizes = ", ".join(f"{escape(name)} {n:,}" for name, n in numbers.samples.items())
    n_genes = numbers.settings["genes"]
    return f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Report on {escape(names)}</title><style>{STYLE}</style></head>
<body><main>
<h1>Report on {escape(names)}</h1>
<p>Synthetic expression data compared with real data, over {n_genes:,} genes. Samples: {sizes}.</p>
<p>Each number stands beside its <em>bound</em>, that of real data in the place of synthetic data. No generator can be
expected to do better: if one does, look for a lack of variety (recall, sd ratio) or of privacy. Any generator should
beat the baselines. Bootstrap copies training samples: it shows what the numbers on privacy are for.</p>
{"".join(f"<p>{escape(note)}</p>" for note in numbers.notes)}
<h2>In short</h2>
{table(numbers, numbers.short.index)}
{sentences(numbers)}
<h2>Figure</h2>
<p>Each metric has its own scale, whose ends are written at both sides. The upright line is the best value. Bars are
one standard deviation over runs where there are several, or else the standard error, where it is known.</p>
{draw_svg(numbers)}
<h2>Table</h2>
{table(numbers)}
<p class="faint">↑ higher is better, ↓ lower is better, no arrow: nearer to <em>best</em> is better. After ±:
the standard deviation over runs where there are several, or else the standard error, where it is known.</p>
{omissions(numbers)}
<h2>Definitions</h2>
{_definition_table(numbers)}
<h2>How it was made</h2>
{_pairs({"settings": numbers.settings, "versions": numbers.versions} | _sources(numbers))}
</main></body></html>
"""


def table(numbers: Numbers, rows: pd.MultiIndex | None = None) -> str:
    """Return the table, or some rows, as HTML: standard deviations over runs, or else standard errors, beside means."""
    mean = numbers.mean if rows is None else numbers.mean.loc[rows]
    sd = numbers.spread.loc[mean.index]
    right = 'style="text-align: right"'  # for a notebook, which lacks the page's style
    head = "".join(f"<th {right}>{escape(name)}</th>" for name in (*mean, "best"))
    kind = {data: "number judged" if data in numbers.synthetic else "number" for data in mean}
    lines, before = [], None
    for row in mean.index:
        family, name = row
        cells = "".join(f'<td class="{kind[d]}" {right}>{_number(mean.at[row, d], sd.at[row, d])}</td>' for d in mean)
        best, better, function, text = numbers.definitions.loc[row, ["best", "better", "function", "text"]]
        title = escape(f"{function}: {text}")
        heading, first = ("", "") if family == before else (escape(family), ' class="first"')
        lines.append(
            f'<tr{first}><th>{heading}</th><th class="metric" style="text-align: left" title="{title}">'
            f'{escape(name)}</th>{cells}<td class="number" {right}>{best:g}{ARROWS[better]}</td></tr>'
        )
        before = family
    head, body = f"<thead><tr><th></th><th></th>{head}</tr></thead>", "\n".join(lines)
    return f'{SCROLLS}<table class="dataframe">{head}<tbody>\n{body}\n</tbody></table></div>'


def sentences(numbers: Numbers) -> str:
    """Return on how many metrics each baseline is as good, as HTML."""
    lines = numbers.sentences
    if not lines:
        return ""
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines[:-1])}</ul><p>{escape(lines[-1])}</p>"


def omissions(numbers: Numbers) -> str:
    """Return what was left out and why as HTML, a line for each reason."""
    lines = []
    for reason, some in numbers.left_out.groupby("reason", sort=False):
        of = [data for data in some["data"].unique() if data != "all"]
        what = ", ".join(metric for metric in some["metric"].unique() if metric != "all")
        lines.append(f"<li>{escape(' of '.join(filter(None, (what, ', '.join(of)))))}: {escape(reason)}.</li>")
    return f"<p>Left out:</p><ul>{''.join(lines)}</ul>" if lines else ""


def definitions(numbers: Numbers) -> str:
    """Return what each metric is and what is best, by bound, as HTML: a folded list that fits any width."""
    parts = []
    for bound, alike in _by_bound(numbers):
        items = []
        for metrics in alike:
            name, function, text, best = _definition(metrics, between=", ")
            items.append(f"<dt>{name} ({function})</dt><dd>{text} Best: {best}.</dd>")
        parts.append(f"<p><em>Bound of the next:</em> {escape(bound)}.</p><dl>{''.join(items)}</dl>")
    return f'<details class="report-definitions"><summary>What each metric is</summary>{"".join(parts)}</details>'


def _definition_table(numbers: Numbers) -> str:
    """Return a row for each text; neighbours share a bound."""
    rows = []
    for bound, alike in _by_bound(numbers):
        some = []
        for metrics in alike:
            name, *cells = _definition(metrics, between="<br>")
            some.append(f'<th class="metric">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}')
        some[0] += f'<td rowspan="{len(some)}">{escape(bound)}</td>'
        rows += [f'<tr class="first">{cells}</tr>' for cells in some]
    head = "".join(f"<th>{name}</th>" for name in ("metric", "function", "what it is", "best", "bound"))
    table = f'<table class="definitions"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    return f"{SCROLLS}{table}</div>"


def _by_bound(numbers: Numbers) -> Iterable[tuple[str, Iterable[pd.DataFrame]]]:
    """Return the definitions of the metrics of the table by bound; those that differ in their space are together."""
    present = numbers.definitions.loc[numbers.mean.index].reset_index()
    with_one_text = (metrics for _, metrics in present.groupby(["text", "bound"], sort=False))
    return groupby(with_one_text, key=lambda metrics: metrics["bound"].iloc[0])


def _definition(metrics: pd.DataFrame, between: str) -> tuple[str, str, str, str]:
    """Return the names of metrics with one text, the function, the text, and the best value, as HTML."""
    first = metrics.iloc[0]
    spaces = "; and in ".join(space for space in metrics["space"] if space)
    where = f' <span class="faint">In {escape(spaces)}.</span>' if spaces else ""
    best = f"{first['best']:g}" + (f", {first['better']} is better" if first["better"] != NEARER else "")
    function = re.sub("([._])", r"\1<wbr>", escape(first["function"]))  # a long name may break after these
    names = between.join(map(escape, metrics["metric"]))
    return names, f"<code>{function}</code>", f"{escape(first['text'])}{where}", escape(best)


def _sources(numbers: Numbers) -> dict:
    return {f"provenance of {name}": source for name, source in numbers.provenance.items() if source}


def _pairs(groups: dict[str, dict]) -> str:
    parts = []
    for title, values in groups.items():
        rows = "".join(
            f'<tr><th class="metric">{escape(key)}</th><td>{escape(_words(value))}</td></tr>'
            for key, value in values.items()
            if value not in (None, [])
        )
        opened = " open" if title == "settings" else ""
        parts.append(f"<details{opened}><summary>{escape(title)}</summary><table>{rows}</table></details>")
    return "".join(parts)


def _words(value) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _number(mean: float, sd: float) -> str:
    if pd.isna(mean):
        return ""
    digits = 3 if abs(mean) < 100 else 1
    center, sign, spread = with_spread(mean, sd, digits).partition(BESIDE)
    return f'{escape(center)} <span class="sd">± {escape(spread)}</span>' if sign else escape(numeral(mean, digits))
