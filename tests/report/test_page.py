"""The page needs no other file, holds the numbers, and says what each is."""

import html
import re

from gexlib.report import Report, page
from tests.report.reader import Reader


def test_page_stands_alone_and_holds_the_numbers(report, tmp_path):
    report.to_html(tmp_path / "new" / "report.html")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["report.html"]
    text = (tmp_path / "new" / "report.html").read_text(encoding="utf-8")
    page = Reader(text)
    assert page.open == []
    assert page.links
    assert all(link.startswith("#") for link in page.links), "nothing outside the page"
    assert not re.search(r"@import|url\((?!#)|<script", text)
    mean = report.mean
    row = page.cells[page.cells.index("S_dist") :][:6]
    assert row[1] == f"{mean.at[('structure', 'S_dist'), 'bound']:.3f}"
    gan = report.table.loc[("structure", "S_dist"), ["GAN", "GAN sd"]]
    assert row[2] == "{:.3f} ± {:.3f}".format(*gan)
    for words in ("log(1 + FPKM)", "it has no critic", "scikit-learn", "5 PCs", "tissue, condition"):
        assert words in text


def test_names_are_escaped(report, tmp_path):
    other = Report(**vars(report) | {"notes": ["<b>bold</b>"]})
    other.to_html(tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;bold" in text
    assert "<b>bold" not in text


def test_each_definition_has_its_function_in_a_column(report):
    cells = Reader(page.whole(report)).cells
    head = cells.index("function")
    assert cells[head - 1 : head + 4] == ["metric", "function", "what it is", "best", "bound"]
    assert cells[head + 4 : head + 6] == ["S_dist", "metrics.s_dist"]
    shown = set(cells[head:])
    assert set(report.definitions.loc[report.mean.index, "function"]) <= shown
    assert {"recallrecall, 5 PCs", "1, higher is better", "0.5, lower is better"} <= shown


def test_the_page_says_train_and_test(report):
    text = page.whole(report)
    assert "train 60, test 36, validation 30, bound 36" in text
    assert "principal components of train<" in text
    assert "real_t" not in text


def test_the_page_and_a_notebook_say_on_how_many_metrics_a_baseline_is_as_good(report):
    answers = report.as_good["GAN", "bootstrap"].dropna()
    sentence = (
        f"On {int((answers != 'worse').sum())} of {len(answers)} metrics, bootstrap is as good as GAN or better ("
    )
    for text in (page.whole(report), report._repr_html_(), repr(report)):
        assert sentence in text
    assert page.sentences(Report(**vars(report) | {"baselines": []})) == ""


def test_a_notebook_has_the_definitions_below_the_table_folded(report):
    table, folded = report._repr_html_().split("</table>")[0], report._repr_html_().split("</table>")[1]
    assert "S_dist" in table
    shown = html.unescape(re.search(r"<details.*?</details>", folded)[0].replace("<wbr>", ""))
    for metric, row in report.definitions.loc[report.mean.index].droplevel("family").iterrows():
        assert metric in shown
        assert row["function"] in shown
        assert row["text"] in shown
        assert f"Bound of the next:</em> {row['bound']}." in shown
