"""Minibatches of samples in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor


class Batch(NamedTuple):
    """
    Samples as the networks see them.

    Scores `x` (n, n_genes), and encoded covariates: `codes` (n, n_categorical) and `values` (n, n_numerical).
    """

    x: Tensor
    codes: Tensor
    values: Tensor

    def rows(self, index: Tensor) -> Batch:
        """Return the samples at `index`."""
        return Batch(self.x[index], self.codes[index], self.values[index])

    def to(self, device: torch.device) -> Batch:
        """Return the samples on a device."""
        return Batch(*(part.to(device) for part in self))

    def some(self, most: int) -> Batch:
        """Return at most `most` samples, evenly spread over all of them."""
        return self if len(self.x) <= most else self.rows(torch.linspace(0, len(self.x) - 1, most).long())

    def minibatches(self, random: torch.Generator, size: int) -> Iterator[Batch]:
        """Return an iterator over all samples, `size` at a time; `random` decides their order."""
        order = torch.randperm(len(self.x), generator=random, device=random.device)
        return map(self.rows, order.split(size))
