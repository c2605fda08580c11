"""
The model: a conditional Wasserstein GAN with gradient penalty, and its training.

:class:`WGANGP` is what most users need. :mod:`~gexlib.wgan.networks`, :mod:`~gexlib.wgan.losses`,
:mod:`~gexlib.wgan.step` and :mod:`~gexlib.wgan.train` can be read beside the paper's equations.
"""

from gexlib.wgan.coupling import Coupling
from gexlib.wgan.losses import critic_loss, generator_loss
from gexlib.wgan.model import WGANGP
from gexlib.wgan.networks import Critic, Generator, embedding_size
from gexlib.wgan.onnx_export import export_onnx
from gexlib.wgan.seeds import fit_seeds
from gexlib.wgan.settings import PRESETS, Settings

__all__ = [
    "PRESETS",
    "WGANGP",
    "Coupling",
    "Critic",
    "Generator",
    "Settings",
    "critic_loss",
    "embedding_size",
    "export_onnx",
    "fit_seeds",
    "generator_loss",
]
