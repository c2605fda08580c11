"""A reader of pages that checks their tags."""

from html.parser import HTMLParser


class Reader(HTMLParser):
    """Collects what a page refers to and the cells of its tables, and checks that tags are closed."""

    VOID = ("meta", "br", "img", "link", "wbr")

    def __init__(self, text):
        super().__init__()
        self.links, self.open, self.cells = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name in ("href", "src", "xlink:href", "data")]
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and {"td", "th"} & set(self.open):
            self.cells[-1] += data
