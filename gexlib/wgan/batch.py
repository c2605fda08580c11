"""Samples as the networks see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Batch(NamedTuple):
    """Samples: scores `x` (n, n_genes), covariates `codes` (n, n_categorical) and `values` (n, n_numerical)."""

    x: Tensor
    codes: Tensor
    values: Tensor

    def rows(self, index: Tensor) -> Batch:
        """The samples at `index`."""
        return Batch(self.x[index], self.codes[index], self.values[index])

    def to(self, device: torch.device) -> Batch:
        """The samples on a device."""
        return Batch(*(part.to(device) for part in self))

    def some(self, most: int) -> Batch:
        """At most so many samples, evenly spread."""
        return self if len(self.x) <= most else self.rows(torch.linspace(0, len(self.x) - 1, most).long())

    def minibatches(self, random: torch.Generator, size: int) -> Iterator[Batch]:
        """All samples once, `size` at a time, in the order that `random` decides."""
        order = torch.randperm(len(self.x), generator=random, device=random.device)
        return map(self.rows, order.split(size))


class Levels(nn.Module):
    """
    Categorical covariates as zeros and ones.

    Examples
    --------
    >>> Levels([2, 3])(torch.tensor([[0, 2], [1, 0]]), torch.float32)
    tensor([[1., 0., 0., 0., 1.],
            [0., 1., 1., 0., 0.]])
    """

    def __init__(self, n_levels: Sequence[int]) -> None:
        super().__init__()
        self.sizes = list(n_levels)
        start = [0, *accumulate(self.sizes)][: len(self.sizes)]
        self.register_buffer("start", torch.tensor(start, dtype=torch.int64), persistent=False)

    def forward(self, codes: Tensor, dtype: torch.dtype) -> Tensor:
        """Codes (n, n_categorical) to a column for each level of each covariate, shape (n, sum of levels)."""
        return ones_at(codes + self.start, sum(self.sizes), dtype)


def ones_at(columns: Tensor, n_columns: int, dtype: torch.dtype) -> Tensor:
    """Rows of zeros, shape (n, n_columns), with ones in the given columns (n, ones in a row)."""
    return torch.zeros(len(columns), n_columns, dtype=dtype, device=columns.device).scatter_(1, columns, 1)
