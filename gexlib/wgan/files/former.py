"""Names of tensors in files that older versions wrote."""

from __future__ import annotations

import re

from torch import Tensor


def current_tensors(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """
    Return tensors under the names that they have now.

    Examples
    --------
    >>> list(current_tensors({"best.generator.head.log_sd": None, "critic.layers.0.bias": None}))
    ['best.generator.factor_model.log_sd', 'critic.layers.0.bias']
    """
    former = re.compile(r"^((?:best\.)?generator|average)\.head\.")
    return {former.sub(r"\1.factor_model.", name): tensor for name, tensor in tensors.items()}
