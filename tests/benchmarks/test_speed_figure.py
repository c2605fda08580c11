"""The figure on speed shows the ratios of the tables that it is drawn from."""

import html


def test_the_committed_figure_has_the_ratios_of_the_tables(benchmarks):
    import speed_figure

    table = speed_figure.ratios(speed_figure.BOOK / "howto")
    assert list(table["group"].unique()) == list(speed_figure.GROUPS)
    shown = html.unescape(speed_figure.FIGURE.read_text(encoding="utf-8"))
    assert speed_figure.in_words(table) in shown, "run benchmarks/speed_figure.py"


def test_a_bar_is_drawn_for_each_ratio(benchmarks, tmp_path):
    import speed_figure

    table = speed_figure.ratios(speed_figure.BOOK / "howto").assign(ratio=7.7)
    speed_figure.draw(table, tmp_path / "speed.svg")
    assert (tmp_path / "speed.svg").read_text(encoding="utf-8").count(": 7.7") == len(table)
