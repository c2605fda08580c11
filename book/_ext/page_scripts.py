"""
Scripts of the book's pages, none of which comes from the network.

A page with an interactive figure gets plotly.js from the installed plotly package; it
is copied into the site once. Jupyter Book puts Thebe on each page, which would come
from the network. No page of this book runs code, so Thebe is removed.
"""

import importlib.util
import shutil
from pathlib import Path

MARK = 'class="interactive-figure"'  # as gexlib.plots.interactive writes it
PLOTLY = "plotly.min.js"


def choose_scripts(app, pagename, templatename, context, doctree):
    """Remove Thebe from a page, and add plotly.js if the page needs it."""
    scripts = context["script_files"]
    scripts[:] = [script for script in scripts if "thebe" not in str(script).lower()]
    if MARK not in context.get("body", ""):
        return
    copy = Path(app.outdir, "_static", PLOTLY)
    if not copy.exists():
        package = Path(importlib.util.find_spec("plotly").origin).parent
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(package / "package_data" / PLOTLY, copy)
    app.add_js_file(PLOTLY, loading_method="defer")


def setup(app):
    """Connect the extension to Sphinx."""
    app.connect("html-page-context", choose_scripts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
