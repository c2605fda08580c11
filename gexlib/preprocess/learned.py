"""What transforms of expression have learned, as named arrays."""

from __future__ import annotations

from typing import Self

import numpy as np

from gexlib.checks import check_fitted
from gexlib.explained import explained


@explained
class LearnedArrays:
    """A transform that learns the arrays which its class annotates, and nothing else."""

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all that was learned, as named arrays."""
        names = list(type(self).__annotations__)
        check_fitted(self, names[0])
        return {name: getattr(self, name) for name in names}

    @classmethod
    def restored(cls, arrays: dict[str, np.ndarray]) -> Self:
        """Return the transform of which :meth:`arrays` gave the arrays."""
        made = cls()
        vars(made).update({name: arrays[name] for name in cls.__annotations__})
        return made
