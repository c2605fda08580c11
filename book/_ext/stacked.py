"""Tables whose rows become blocks on a phone."""


def stacked(rows: list[str], *kinds: str) -> list[str]:
    """Return the lines of a table in Markdown with the classes that ``book.css`` and ``page_scripts.py`` know."""
    return [f"```{{table}}\n:class: {' '.join(('stacked', *kinds))}\n", *rows, "```"]
