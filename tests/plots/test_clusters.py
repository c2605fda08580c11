import numpy as np
import pandas as pd
import pytest

from gexlib import plots
from gexlib.analysis import match_clusters

GENES = [f"g{i}" for i in range(100)]
REAL = pd.Series([1] * 60 + [2] * 40, index=GENES)
GAN = pd.Series([2] * 50 + [1] * 50, index=GENES)  # 50 genes of real 1 in 2, 10 in 1; 40 of real 2 in 1
TERMS = pd.DataFrame(
    {
        "side": ["a", "a", "b"],
        "cluster": [1, 1, 2],
        "term": ["muscle contraction (GO:0006936)", "digestion (GO:0007586)", "muscle contraction (GO:0006936)"],
        "common": [True, False, True],
    }
)


def drawn(ax, terms=TERMS, **options):
    ax.figure.set_size_inches(7.5, 2.2)
    plots.cluster_pairs(
        match_clusters(REAL, GAN), pd.crosstab(REAL, GAN), terms, ax, names=("real, test", "GAN"), **options
    )
    return {text.get_text(): text for text in ax.texts}


def test_matched_clusters_stand_on_one_level_joined_by_a_line_as_wide_as_what_they_share(ax):
    texts = drawn(ax)
    lines = {line.get_linewidth(): line.get_ydata() for line in ax.lines}
    assert len(lines) == 2, "10 genes in a pair that is not matched are too few for a line"
    assert [np.ptp(y) for y in lines.values()] == [0, 0]
    assert max(lines) / min(lines) == pytest.approx(50 / 40)
    levels = {
        name: texts[name].get_position()[1] for name in ("1\n60 genes", "2\n40 genes", "2\n50 genes", "1\n50 genes")
    }
    assert levels["1\n60 genes"] == levels["2\n50 genes"] == texts["50"].get_position()[1]
    assert levels["2\n40 genes"] == levels["1\n50 genes"] == texts["40"].get_position()[1]


def test_other_lines_from_the_given_number_on(ax):
    texts = drawn(ax, least=10)
    assert len(ax.lines) == 3
    assert "10" in texts
    assert sorted(np.ptp(line.get_ydata()) for line in ax.lines) == [0, 0, 1]


def test_the_number_of_a_steep_line_is_not_behind_a_cluster(ax):
    real = pd.Series(np.repeat(range(1, 9), 120), index=[f"g{i}" for i in range(960)])
    gan = real.copy()
    gan.iloc[:40] = 8  # a line from the first cluster to the last
    ax.figure.set_size_inches(7.5, 6)
    ax.set_position((0.1, 0.05, 0.8, 0.9))
    plots.cluster_pairs(match_clusters(real, gan), pd.crosstab(real, gan), TERMS.iloc[:0], ax)
    ax.figure.canvas.draw()
    (number,) = (text.get_window_extent() for text in ax.texts if text.get_text() == "40")
    clusters = [text.get_bbox_patch().get_window_extent() for text in ax.texts if text.get_text().endswith("genes")]
    assert len(clusters) == 16
    left = [cluster.x1 for cluster in clusters if cluster.x0 < ax.bbox.x0 + ax.bbox.width / 2]
    assert number.x0 > max(left)


def test_common_terms_are_bold_and_accessions_left_out(ax):
    drawn(ax)
    weights = [(text.get_text(), text.get_fontweight()) for text in ax.texts if text.get_text()[0] in "md"]
    assert weights == [("muscle contraction", "bold"), ("digestion", "normal"), ("muscle contraction", "bold")]
    assert sum(text.get_text() == "no enriched term" for text in ax.texts) == 2


def test_nothing_is_cut_off_or_covered_at_page_width(ax):
    long = TERMS.assign(term="regulation of transcription from a promoter in response to something or other (GO:1)")
    drawn(ax, terms=long)
    figure = ax.figure
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)
    assert all(text.get_fontsize() >= 9 for text in ax.texts)
    overlaps = [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
    assert overlaps == []
