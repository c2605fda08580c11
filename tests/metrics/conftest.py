import numpy as np
import pytest


@pytest.fixture
def x():
    """Expression of the genes of `regulated.NAMES`; the targets of g0 are higher in the first samples."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 4)) @ rng.normal(size=(4, 60)) + rng.normal(size=(30, 60)) + 7
    x[:12, 1:13] += 3
    return x
