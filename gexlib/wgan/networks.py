"""Generator and critic: multilayer perceptrons that see covariates through embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from gexlib.wgan.batch import Levels
from gexlib.wgan.factors import ConditionalFactors, LearnedNoise

BESIDE_FACTORS = 0.1  # of Glorot's range: the network's last weights where factors make the samples at first
FIRST = 0.05  # range of the first weights of an embedding, the default of the authors' Keras


def embedding_size(n_levels: int) -> int:
    """
    Length of a categorical covariate's embedding, floor(sqrt(v)) + 1 for v levels (the paper's rule).

    Examples
    --------
    >>> [embedding_size(v) for v in (1, 2, 4, 15)]
    [2, 2, 3, 4]
    """
    return int(n_levels**0.5) + 1


class CovariateEmbedding(nn.Module):
    """Covariates as one vector: numerical values as they are, each category by its own learned embedding."""

    def __init__(self, n_levels: Sequence[int], n_numerical: int, generator: torch.Generator) -> None:
        super().__init__()
        self.tables = nn.ParameterList(
            torch.empty(v, embedding_size(v)).uniform_(-FIRST, FIRST, generator=generator) for v in n_levels
        )
        self.levels = Levels(n_levels)
        self.size = n_numerical + sum(embedding_size(v) for v in n_levels)

    @torch.no_grad()
    def rescale(self, scale: float) -> None:
        """Make embeddings as they come from the constructor uniform between ± `scale`."""
        for table in self.tables:
            table *= scale / FIRST

    def forward(self, codes: Tensor, values: Tensor) -> Tensor:
        """Codes (n, n_categorical) and values (n, n_numerical) to vectors (n, size)."""
        levels = self.levels(codes, values.dtype).split(self.levels.sizes, dim=1)
        parts = [level @ table for level, table in zip(levels, self.tables, strict=True)]  # one order of sums anywhere
        return torch.cat([values, *parts], dim=1)


class Generator(nn.Module):
    r"""
    :math:`\hat{x} = G(z, r, q)`: a latent vector and covariates in, the scores of all genes out.

    An MLP with ReLU and a linear output layer, which is all that the paper has. `values` are the paper's numerical
    covariates :math:`r`, `codes` the categorical ones :math:`q`.

    Parameters
    ----------
    n_genes, n_levels, n_numerical, latent_dim, hidden
        Sizes: of the output, of each categorical covariate's vocabulary, of the other inputs and of the layers.
    generator : torch.Generator
        Draws the first weights.
    head : LearnedNoise, optional
        What is added to the network's output (:mod:`gexlib.wgan.factors`).
    floor : Tensor, shape (n_genes,), optional
        The lowest score of each gene; what is below it is seen as it (:class:`gexlib.normal_scores.NormalScores`).
    """

    def __init__(
        self,
        n_genes: int,
        n_levels: Sequence[int],
        n_numerical: int,
        latent_dim: int,
        hidden: Sequence[int],
        generator: torch.Generator,
        head: LearnedNoise | None = None,
        floor: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.embedding = CovariateEmbedding(n_levels, n_numerical, generator)
        self.layers = _dense([latent_dim + self.embedding.size, *hidden, n_genes], generator)
        self.head = head
        self.register_buffer("floor", floor, persistent=False)
        if isinstance(head, ConditionalFactors):
            with torch.no_grad():
                self.layers[-1].weight *= BESIDE_FACTORS

    def forward(self, z: Tensor, codes: Tensor, values: Tensor, noise: Tensor | None = None) -> Tensor:
        """Latent vectors (n, latent_dim), and with a head standard Gaussian `noise` (n, n_genes), to (n, n_genes)."""
        h = torch.cat([z, self.embedding(codes, values)], dim=1)
        for layer in self.layers[:-1]:
            h = functional.relu(layer(h))
        y = self.layers[-1](h)
        if self.head is not None:
            y = y + self.head(z, codes, values, noise)
        return y if self.floor is None else torch.maximum(y, self.floor)


class Critic(nn.Module):
    """:math:`D(x, r, q)`: expression and covariates in, one real number out; an MLP with ReLU, linear at the end."""

    def __init__(
        self,
        n_genes: int,
        n_levels: Sequence[int],
        n_numerical: int,
        hidden: Sequence[int],
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.n_genes = n_genes
        self.embedding = CovariateEmbedding(n_levels, n_numerical, generator)
        self.layers = _dense([n_genes + self.embedding.size, *hidden, 1], generator)
        first = self.layers[0].weight
        first.data = first.data.T.contiguous().T  # in memory gene by gene, so that a block of genes is in one piece

    def forward(self, x: Tensor, codes: Tensor, values: Tensor) -> Tensor:
        """Expression (n, n_genes) to scores (n,)."""
        return self.layers[-1](self._activations(x, codes, values)[-1]).squeeze(1)

    def input_gradient(self, x: Tensor, codes: Tensor, values: Tensor) -> Tensor:
        r"""
        :math:`\nabla_x D(x, r, q)`, shape (n, n_genes), in closed form.

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


def _dense(sizes: Sequence[int], generator: torch.Generator) -> nn.ModuleList:
    """Linear layers with Glorot-uniform weights and zero biases, drawn without the global random state."""
    layers = nn.ModuleList()
    for n_in, n_out in pairwise(sizes):
        layer = nn.utils.skip_init(nn.Linear, n_in, n_out)
        nn.init.xavier_uniform_(layer.weight, generator=generator)
        nn.init.zeros_(layer.bias)
        layers.append(layer)
    return layers
