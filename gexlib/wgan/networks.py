"""Generator and critic: multilayer perceptrons that see covariates through embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from gexlib.explained import explained
from gexlib.wgan.factor_model import FactorModel, GeneNoise
from gexlib.wgan.levels import Levels
from gexlib.wgan.settings import Settings

FIRST = 0.05  # range of an embedding's first weights: the default of Keras, which the authors used


@explained
def embedding_size(n_levels: int) -> int:
    """
    Return the length of a categorical covariate's embedding, floor(sqrt(v)) + 1 for v levels (the paper's rule).

    Examples
    --------
    >>> [embedding_size(v) for v in (1, 2, 4, 15)]
    [2, 2, 3, 4]
    """
    return int(n_levels**0.5) + 1


class CovariateEmbedding(nn.Module):
    """Covariates as one vector: numerical values as they are, and a learned embedding of each level."""

    def __init__(self, n_levels: Sequence[int], n_numerical: int, random: torch.Generator) -> None:
        super().__init__()
        self.tables = nn.ParameterList(
            torch.empty(v, embedding_size(v)).uniform_(-FIRST, FIRST, generator=random) for v in n_levels
        )
        self.levels = Levels(n_levels)
        self.size = n_numerical + sum(embedding_size(v) for v in n_levels)

    @torch.no_grad()
    def rescale(self, scale: float) -> None:
        """Scale the first weights of the embeddings, so that they are uniform between minus and plus `scale`."""
        for table in self.tables:
            table *= scale / FIRST

    def forward(self, codes: Tensor, values: Tensor) -> Tensor:
        """Map codes (n, n_categorical) and values (n, n_numerical) to vectors (n, size)."""
        levels = self.levels(codes, values.dtype).split(self.levels.sizes, dim=1)
        # A product with zeros and ones has a gradient that adds up in a fixed order; that of a look-up does not.
        parts = [level @ table for level, table in zip(levels, self.tables, strict=True)]
        return torch.cat([values, *parts], dim=1)


class Generator(nn.Module):
    r"""
    The generator, :math:`\hat{x} = G(z, r, q)` (equation 1 of the paper).

    It takes a latent vector :math:`z` and covariates, and gives a score for each gene. In the paper it is a multilayer
    perceptron with ReLU and a linear output layer, and nothing else. `values` are the numerical covariates :math:`r`,
    `codes` the categorical ones :math:`q`.

    Parameters
    ----------
    n_genes : int
        Scores of a sample.
    n_levels : sequence of int
        Levels of each categorical covariate.
    n_numerical : int
        Numerical covariates.
    latent_dim : int
        Length of the latent vector.
    hidden : sequence of int
        Units of each hidden layer.
    random : torch.Generator
        Draws the first weights.
    factor_model : GeneNoise or FactorModel, optional
        What is added to the network's output (:mod:`gexlib.wgan.factor_model`).
    floor : Tensor, shape (n_genes,), optional
        The lowest score of each gene; lower ones become this one (:class:`gexlib.preprocess.NormalScores`).

    Examples
    --------
    >>> random = torch.Generator().manual_seed(0)
    >>> generator = Generator(n_genes=5, n_levels=[3], n_numerical=1, latent_dim=4, hidden=(8,), random=random)
    >>> codes, values = torch.tensor([[0], [2]]), torch.zeros(2, 1)  # two samples, of levels 0 and 2
    >>> generator(torch.randn(2, 4, generator=random), codes, values).shape
    torch.Size([2, 5])
    """

    def __init__(
        self,
        n_genes: int,
        n_levels: Sequence[int],
        n_numerical: int,
        latent_dim: int,
        hidden: Sequence[int],
        random: torch.Generator,
        factor_model: GeneNoise | None = None,
        floor: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.n_genes = n_genes
        self.embedding = CovariateEmbedding(n_levels, n_numerical, random)
        self.layers = _dense([latent_dim + self.embedding.size, *hidden, n_genes], random)
        self.factor_model = factor_model
        self.register_buffer("floor", floor, persistent=False)
        if isinstance(factor_model, FactorModel):
            nn.init.zeros_(self.layers[-1].weight)  # the training starts at the fitted factor model

    def forward(self, z: Tensor, codes: Tensor, values: Tensor, gene_noise: Tensor | None = None) -> Tensor:
        """
        Generate scores, shape (n, n_genes), from latent vectors `z` (n, latent_dim) and covariates.

        A generator with a factor model also needs `gene_noise` (n, n_genes), standard Gaussian.
        """
        h = torch.cat([z, self.embedding(codes, values)], dim=1)
        for layer in self.layers[:-1]:
            h = functional.relu(layer(h))
        y = self.layers[-1](h)
        if self.factor_model is not None:
            y = y + self.factor_model(z, codes, values, gene_noise)
        return y if self.floor is None else torch.maximum(y, self.floor)


class Critic(nn.Module):
    """
    The critic, :math:`D(x, r, q)`: how real a sample looks, given its covariates, as one number.

    It is a multilayer perceptron with ReLU and a linear output layer.

    Parameters
    ----------
    n_genes, n_levels, n_numerical, hidden
        Sizes, as for :class:`Generator`.
    random : torch.Generator
        Draws the first weights.

    Examples
    --------
    >>> random = torch.Generator().manual_seed(0)
    >>> critic = Critic(n_genes=5, n_levels=[3], n_numerical=1, hidden=(8,), random=random)
    >>> x, codes, values = torch.randn(2, 5, generator=random), torch.tensor([[0], [2]]), torch.zeros(2, 1)
    >>> critic(x, codes, values).shape, critic.input_gradient(x, codes, values).shape
    (torch.Size([2]), torch.Size([2, 5]))
    """

    def __init__(
        self,
        n_genes: int,
        n_levels: Sequence[int],
        n_numerical: int,
        hidden: Sequence[int],
        random: torch.Generator,
    ) -> None:
        super().__init__()
        self.n_genes = n_genes
        self.embedding = CovariateEmbedding(n_levels, n_numerical, random)
        self.layers = _dense([n_genes + self.embedding.size, *hidden, 1], random)

    def forward(self, x: Tensor, codes: Tensor, values: Tensor) -> Tensor:
        """Return how real each sample looks, shape (n,); `x` (n, n_genes) holds the scores of its genes."""
        return self.layers[-1](self._activations(x, codes, values)[-1]).squeeze(1)

    def input_gradient(self, x: Tensor, codes: Tensor, values: Tensor) -> Tensor:
        r"""
        Return the gradient :math:`\nabla_x D(x, r, q)`, shape (n, n_genes), in closed form.

        Between its kinks a ReLU network is linear, so its gradient is a product of weight matrices in which the
        rows of inactive units are zero. This equals automatic differentiation (but for points on a kink, which
        have probability zero), and can itself be differentiated once by the weights without a second-order graph.
        """
        active = [(h > 0).to(h.dtype) for h in self._activations(x, codes, values)]
        gradient = self.layers[-1].weight * active[-1]
        for layer, mask in zip(reversed(self.layers[1:-1]), reversed(active[:-1]), strict=True):
            gradient = (gradient @ layer.weight) * mask
        return gradient @ self.layers[0].weight[:, : self.n_genes]

    def _activations(self, x: Tensor, codes: Tensor, values: Tensor) -> list[Tensor]:
        h = torch.cat([x, self.embedding(codes, values)], dim=1)
        activations = []
        for layer in self.layers[:-1]:
            h = functional.relu(layer(h))
            activations.append(h)
        return activations


def build(
    settings: Settings,
    n_genes: int,
    n_levels: Sequence[int],
    n_numerical: int,
    random: torch.Generator,
    factor_model: GeneNoise | None = None,
    floor: Tensor | None = None,
) -> tuple[Generator, Critic]:
    """Return a new generator and a new critic; `random` draws their first weights."""
    sizes = (n_levels, n_numerical)
    generator = Generator(n_genes, *sizes, settings.latent_dim, settings.hidden, random, factor_model, floor)
    critic = Critic(n_genes, *sizes, settings.hidden, random)
    for network in (generator, critic):
        network.embedding.rescale(settings.embedding_scale)
    return generator, critic


def _dense(sizes: Sequence[int], random: torch.Generator) -> nn.ModuleList:
    """Return linear layers with Glorot-uniform weights and zero biases, drawn without the global random state."""
    layers = nn.ModuleList()
    for n_in, n_out in pairwise(sizes):
        layer = nn.utils.skip_init(nn.Linear, n_in, n_out)
        nn.init.xavier_uniform_(layer.weight, generator=random)
        nn.init.zeros_(layer.bias)
        layers.append(layer)
    return layers
