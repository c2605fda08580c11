"""
Tensors of a model without the numbers that are known to be zero.

A fitted factor model has many of them. Its matrices :math:`A_k` are lower triangles, and factors beyond the number of
samples are zero. So is the last layer of a network that adversarial training has not moved. A file holds what is left,
and its description holds the shapes, so that nothing is lost.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

LEAST = 64  # numbers; smaller tensors stay as they are
MOST = 1 << 28  # numbers of all tensors that are made from a description: it can ask for any size


def compacted(tensors: dict[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, dict]]:
    """
    Return tensors without their zeros, and what is needed to make them whole again.

    Of a tensor of float32, the corner is kept outside of which all numbers are zero. If that corner is a stack of lower
    triangles, these are kept. Of a tensor of zeros, nothing is.

    Returns
    -------
    stored : dict of str to Tensor
    layout : dict of str to dict, as JSON can hold it
        The ``shape`` of each tensor that is stored in another form, the ``corner`` that is stored, and whether it holds
        ``triangles``.

    Examples
    --------
    >>> stored, layout = compacted({"a": torch.eye(3).repeat(10, 1, 1), "b": torch.zeros(8, 9), "c": torch.ones(8, 9)})
    >>> {name: tuple(tensor.shape) for name, tensor in stored.items()}
    {'a': (10, 6), 'c': (8, 9)}
    """
    stored, layout = {}, {}
    for name, tensor in tensors.items():
        corner = _corner(tensor)
        kept = tensor[tuple(map(slice, corner))]
        triangles = _are_triangles(kept)
        if triangles:
            kept = kept[:, *torch.tril_indices(*corner[1:])]
        if kept.numel():
            stored[name] = kept
        if kept.shape != tensor.shape:
            layout[name] = {"shape": list(tensor.shape), "corner": corner, "triangles": triangles}
    return stored, layout


def whole(stored: dict[str, Tensor], layout: dict[str, dict]) -> dict[str, Tensor]:
    """
    Return the tensors of which :func:`compacted` gave these.

    Raises
    ------
    ValueError
        If the layout asks for more than 2^28 numbers.
    """
    if (n := sum(math.prod(form["shape"]) for form in layout.values())) > MOST:
        raise ValueError(f"its description asks for {n:,} numbers, most of them zero; a model has at most {MOST:,}")
    made = dict(stored)
    for name, form in layout.items():
        made[name], corner = torch.zeros(form["shape"]), form["corner"]
        place = made[name][tuple(map(slice, corner))]
        if form["triangles"]:
            place[:, *torch.tril_indices(*corner[1:])] = stored[name]
        elif place.numel():
            place.copy_(stored[name])
    return made


def _corner(tensor: Tensor) -> list[int]:
    """Return the shape of the corner of a tensor outside of which it is zero."""
    if tensor.dtype != torch.float32 or tensor.numel() < LEAST:
        return list(tensor.shape)
    filled = tensor != 0
    others = [[d for d in range(tensor.dim()) if d != dim] for dim in range(tensor.dim())]
    lines = (filled.any(dim=dims) if dims else filled for dims in others)
    return [int(line.nonzero().max()) + 1 if line.any() else 0 for line in lines]


def _are_triangles(tensor: Tensor) -> bool:
    """Return whether a tensor is a stack of lower triangles that are worth another form."""
    if tensor.dtype != torch.float32 or tensor.dim() != 3 or tensor.numel() < LEAST:
        return False
    return tensor.shape[1] == tensor.shape[2] > 1 and not torch.triu(tensor, 1).any()
