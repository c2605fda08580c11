"""Signs in the text of pages: minus and dash, and no line break between a number and what belongs to it."""

import re

TAG = re.compile(r"(<!--.*?-->|<[a-zA-Z/!][^>]*>)", re.DOTALL)
AS_IT_IS = {"pre", "code", "script", "style", "svg", "textarea", "kbd", "samp"}  # and formulas
SIGNS = (
    (re.compile(r"(?<![\w.,;&%/)\]-])-(?=\d)"), "−"),
    (re.compile(r"(?<=\d) ?%(?![0-9A-F])"), "\N{NO-BREAK SPACE}%"),
    (re.compile(r"(?<=\d)\s±\s(?=\d)"), "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}"),
    (re.compile(r"(?<=\s)--(?=\s)"), "–"),
    (re.compile(r"(?<![\w-])--[a-z][a-z-]*"), r'<span class="option">\g<0></span>'),
)


def typeset(page: str) -> str:
    """
    Return a page of HTML with the signs of a printed book.

    The hyphen before a number becomes a minus, two hyphens a dash. A percent sign and a spread stay with their number,
    and the name of an option in one piece. Code, scripts and formulas are left as they are.
    """
    parts, inside, depth = TAG.split(page), None, 0
    for i, part in enumerate(parts):
        if i % 2:
            name = re.match(r"</?([a-zA-Z0-9-]*)", part)[1].lower()
            opens = not part.startswith(("</", "<!")) and not part.endswith("/>")
            if inside is None and opens and (name in AS_IT_IS or re.search(r'class="[^"]*\bmath\b', part)):
                inside, depth = name, 1
            elif inside is not None and name == inside:
                depth += 1 if opens else -1
                inside = inside if depth else None
        elif inside is None:
            for sign, printed in SIGNS:
                part = sign.sub(printed, part)
            parts[i] = part
    return "".join(parts)
