"""
Scripts of the book's pages, none of which comes from the network; signs in their text, and marks on cells of tables.

A page with an interactive figure gets plotly.js from the installed plotly package, and ``interactive.js``, which lets
the figure follow the theme of the page; both are copied into the site once. Jupyter Book puts Thebe on each page, which
would come from the network. No page of this book runs code, so Thebe is removed.
"""

import importlib.util
import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from typography import typeset

MARKS = ('class="interactive-figure"', 'class="generator"')  # as gexlib.plots.interactive writes it; and draw.js
PLOTLY = "plotly.min.js"
# A number, perhaps with its spread, interval or unit: 0.85, 1,234, −0.3 ± < 0.1, 4e-03, 12 %, 5 of 7; or after a
# gene's name: AQP2 −7.65 [−13.52, −1.78]. It must not break over lines.
NUMBER = re.compile(
    r"<td>((?:<p>)?\s*(?:[A-Z0-9-]+\s)?(?:&lt;|&gt;|[≤~±+−-])?\s*\d[\d.,\s±()\[\]/%×x–−+⁰-⁹¹²³⁻-]*"
    r"(?:&lt;\s?[\d.]+)?(?:e[+-]?\d+)?"
    r"(?:\s(?:of|to)\s[\d.,\s)−]+)?[a-zA-Z%]{0,3}\s*(?:</p>)?)</td>"
)
BRACKET = re.compile(r"^(<p>)?(.+?) ([\[(].+?)(</p>)?$", re.DOTALL)  # a number and its interval
HEADS = re.compile(r"<thead>\s*(?:<tr[^>]*>(?:(?!</tr>|</thead>).)*</tr>\s*)+</thead>", re.DOTALL)
ROW_NAME = re.compile(r"(<th\b[^>]*>)([^<]+)(?=</th>)")
CLAIMS = re.compile(r'<table class="[^"]*\bclaims\b.*?</table>', re.DOTALL)  # many columns: a spread may stand below
STACKED = re.compile(r'<table class="[^"]*\bstacked\b.*?</table>', re.DOTALL)  # on a phone, rows become blocks


def mark_number(cell: re.Match) -> str:
    """Return a cell of a number with the class ``number``; between a number and its interval it may break."""
    parts = BRACKET.match(cell[1].strip())
    if not parts:
        return f'<td class="number">{cell[1]}</td>'
    start, number, interval, end = (part or "" for part in parts.groups())
    return f'<td>{start}<span class="number">{number}</span> <span class="number">{interval}</span>{end}</td>'


def join_heads(head: re.Match) -> str:
    """Return the head of a table of pandas with the names of its index beside the names of its columns, in one row."""
    rows = re.findall(r"<tr[^>]*>.*?</tr>", head[0], re.DOTALL)
    if len(rows) < 2:
        return head[0]
    above, below = ([*re.finditer(r"<th[^>]*>(.*?)</th>", row, re.DOTALL)] for row in rows[-2:])
    named = [cell[1].strip() for cell in below]
    n = len(named) - named[::-1].index(next(filter(None, reversed(named)), "")) if any(named) else 0
    if not n or any(cell[1].strip() for cell in above[:n]) or len(above) != len(below):
        return head[0]
    places = iter(named[:n])
    joined = re.sub(r"(<th[^>]*>)\s*(</th>)", lambda cell: f"{cell[1]}{next(places)}{cell[2]}", rows[-2], count=n)
    return head[0].replace(rows[-2], joined).replace(rows[-1], "")


def name_rows(body: str) -> str:
    """Return a page in which the names of rows of tables are marked: one that is not long stays on its line."""
    tables = re.split(r"(<tbody>.*?</tbody>)", body, flags=re.DOTALL)
    tables[1::2] = [ROW_NAME.sub(r'\1<span class="row-name">\2</span>', table) for table in tables[1::2]]
    return "".join(tables)


def label_cells(table: str) -> str:
    """Return a table whose cells have their column's title in ``data-label``, for rows that become blocks."""
    titles = [re.sub(r"<[^>]*>", "", title).replace('"', "&quot;") for title in re.findall(r"(?s)<th\b.*?</th>", table)]

    def label(row: re.Match) -> str:
        left = iter(titles)
        return re.sub(r"<td\b", lambda _: f'<td data-label="{next(left)}"', row[0])

    return re.sub(r"(?s)<tr\b.*?</tr>", label, table)


def prepare_page(app, pagename, templatename, context, doctree):
    """Remove Thebe from a page, add plotly.js if the page needs it, and mark the cells of tables."""
    scripts = context["script_files"]
    scripts[:] = [script for script in scripts if "thebe" not in str(script).lower()]
    body = context.get("body", "")
    body = CLAIMS.sub(lambda table: table[0].replace("\N{NO-BREAK SPACE}±", " ±"), typeset(body))
    marked = name_rows(HEADS.sub(join_heads, NUMBER.sub(mark_number, body)))
    context["body"] = STACKED.sub(lambda table: label_cells(table[0]), marked)
    if not any(mark in body for mark in MARKS):
        return
    package = Path(importlib.util.find_spec("plotly").origin).parent / "package_data"
    for script in (package / PLOTLY, Path(__file__).with_name("interactive.js")):
        copy = Path(app.outdir, "_static", script.name)
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(script, copy)
        app.add_js_file(script.name, loading_method="defer")


def name_toggles(app, pagename, templatename, context, doctree):
    """Give the buttons that unfold parts of the contents a name, for those who hear the page."""
    draw = context.get("generate_toctree_html")
    if draw:
        context["generate_toctree_html"] = lambda *given, **options: str(draw(*given, **options)).replace(
            "<summary>", '<summary aria-label="pages below">'
        )


def setup(app):
    """Connect the extension to Sphinx."""
    app.connect("html-page-context", prepare_page)
    app.connect("html-page-context", name_toggles, priority=900)  # after the theme's own
    return {"version": "2", "parallel_read_safe": True, "parallel_write_safe": True}
