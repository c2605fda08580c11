"""Categorical covariates as zeros and ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import torch
from torch import Tensor, nn


class Levels(nn.Module):
    """
    A column of zeros and ones for each level of each categorical covariate.

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
        """Return zeros and ones, shape (n, sum of levels), for codes (n, n_categorical)."""
        return ones_at(codes + self.start, sum(self.sizes), dtype)


def ones_at(columns: Tensor, n_columns: int, dtype: torch.dtype) -> Tensor:
    """Return rows of zeros, shape (n, n_columns), with ones at `columns`, shape (n, ones in a row)."""
    return torch.zeros(len(columns), n_columns, dtype=dtype, device=columns.device).scatter_(1, columns, 1)
