"""
Scripts of the book's pages, none of which comes from the network, and marks on cells of tables.

A page with an interactive figure gets plotly.js from the installed plotly package, and ``interactive.js``, which lets
the figure follow the theme of the page; both are copied into the site once. Jupyter Book puts Thebe on each page, which
would come from the network. No page of this book runs code, so Thebe is removed.
"""

import importlib.util
import re
import shutil
from pathlib import Path

MARKS = ('class="interactive-figure"', 'class="generator"')  # as gexlib.plots.interactive writes it; and draw.js
PLOTLY = "plotly.min.js"
# A number, perhaps with its spread, interval or unit: 0.85, 1,234, −0.3 ± < 0.1, 4e-03, 12 %, 5 of 7; or after a
# gene's name: AQP2 −7.65 [−13.52, −1.78]. It must not break over lines.
NUMBER = re.compile(
    r"<td>((?:<p>)?\s*(?:[A-Z0-9-]+\s)?(?:&lt;|&gt;|[≤~±+−-])?\s*\d[\d.,\s±()\[\]/%×x–−+-]*"
    r"(?:&lt;\s?[\d.]+)?(?:e[+-]?\d+)?"
    r"(?:\s(?:of|to)\s[\d.,\s]+)?[a-zA-Z%]{0,3}\s*(?:</p>)?)</td>"
)
STACKED = re.compile(r'<table class="[^"]*\bstacked\b.*?</table>', re.DOTALL)  # on a phone, rows become blocks


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
    marked = NUMBER.sub(r'<td class="number">\1</td>', body)
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


def setup(app):
    """Connect the extension to Sphinx."""
    app.connect("html-page-context", prepare_page)
    return {"version": "2", "parallel_read_safe": True, "parallel_write_safe": True}
