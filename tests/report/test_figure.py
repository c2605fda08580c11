"""The figure shows every number; its SVG is an element of a page."""

from gexlib.report.figure import draw_svg


def test_figure_has_a_mark_for_every_number(report):
    figure = report.figure()
    figure.canvas.draw()
    marks = [line for ax in figure.axes for line in ax.lines if line.get_linestyle() == "None"]
    assert len(marks) == report.mean.notna().to_numpy().sum()
    assert all(-0.001 <= line.get_xdata()[0] <= 1.001 for line in marks), "no mark lies beyond its scale"
    labels = [text.get_text() for ax in figure.axes for text in ax.get_yticklabels()]
    assert labels == [name for _, name in report.mean.index]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["bound", "GAN", "copy", "bootstrap", "best"]


def test_svg_is_one_element_with_a_name(report):
    text = draw_svg(report)
    assert text.startswith('<svg role="img" aria-label="Each metric on its own scale" ')
    assert text.rstrip().endswith("</svg>")
    assert text.count("<svg") == 1
