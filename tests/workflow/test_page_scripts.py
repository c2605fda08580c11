"""What the extensions do to the pages of the book: signs in the text, and marks on cells of tables."""

import re
import sys

import pandas as pd
import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "book/_ext"))
import page_scripts
import typography


def test_a_number_may_break_before_its_interval_only():
    found = page_scripts.NUMBER.sub(
        page_scripts.mark_number, "<td><p>0.92 (0.72 to 1.19)</p></td><td>AQP2 −7.65 [−13, −1]</td>"
    )
    one, other = re.findall("<td>.*?</td>", found)
    assert one == '<td><p><span class="number">0.92</span> <span class="number">(0.72 to 1.19)</span></p></td>'
    assert other == '<td><span class="number">AQP2 −7.65</span> <span class="number">[−13, −1]</span></td>'


def test_the_head_of_a_table_has_one_row_unless_columns_have_a_name():
    table = pd.DataFrame({"S_dist": [0.5]}, pd.MultiIndex.from_tuples([("lung", 1)], names=["tissue", "seed"]))
    joined = page_scripts.HEADS.sub(page_scripts.join_heads, table.to_html())
    assert re.findall("<th>(.*?)</th>", joined)[:3] == ["tissue", "seed", "S_dist"]
    assert joined.count("<tr") == 2
    for other in (table.rename_axis(columns="score"), table.rename_axis([None, None])):
        assert page_scripts.HEADS.sub(page_scripts.join_heads, other.to_html()) == other.to_html()


def test_the_name_of_a_row_is_marked():
    table = pd.DataFrame({"S_dist": [0.5]}, ["GAN, the paper's"]).to_html()
    assert page_scripts.name_rows(table).count('<th><span class="row-name">GAN, the paper') == 1


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("<p>-0.02, [-1.5, -0.3] and (-1)</p>", "<p>−0.02, [−1.5, −0.3] and (−1)</p>"),
        ("<td>12% of 3 %</td>", "<td>12\xa0% of 3\xa0%</td>"),
        ("<p>0.5 ± 0.1</p>", "<p>0.5\xa0±\xa00.1</p>"),
        ("<li>seed (int) -- Seed.</li>", "<li>seed (int) – Seed.</li>"),
        ("<li>unless --overwrite is given</li>", '<li>unless <span class="option">--overwrite</span> is given</li>'),
        *(
            (text, text)
            for text in (
                "<p>2026-11-23, TCGA-05, 4e-03, WGAN-GP, 256-256</p>",
                "<pre>x = -1  # 5%</pre>",
                '<code class="a"><span>-1</span> 5%</code>',
                '<span class="math notranslate">\\(-1\\)</span>',
                '<script>a("<b>-1</b>", 5%3)</script>',
                '<img alt="from -1 to 5%"/>',
            )
        ),
        ("<code>-1</code> -1 <pre>-1</pre>-1", "<code>-1</code> −1 <pre>-1</pre>−1"),
    ],
)
def test_signs_are_those_of_a_printed_book(text, printed):
    assert typography.typeset(text) == printed
