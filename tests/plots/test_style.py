"""The style of the figures."""

from gexlib import plots


def test_one_data_set_has_one_colour_everywhere():
    assert plots.colour_of("GAN, seed 3") == plots.colour_of("synthetic") == plots.GAN
    assert plots.colour_of("Real (train)") == plots.TRAIN
    assert plots.colour_of("real, test") == plots.REAL
    assert len({plots.colour_of(n) for n in ("Random", "Gaussian", "SynTReN", "GeneNetWeaver", "Bootstrap")}) == 5
