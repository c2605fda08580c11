import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from gexlib import plots


@pytest.fixture
def figure():
    """A figure in the book's style; what cannot be drawn on it fails in the end."""
    with mpl.rc_context():
        plots.use_style()
        figure = plt.figure(figsize=(8, 4))
        yield figure
        figure.canvas.draw()
        plt.close(figure)


@pytest.fixture
def ax(figure):
    return figure.subplots()


@pytest.fixture
def axes(figure):
    return figure.subplots(1, 3)
