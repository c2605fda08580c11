"""Random numbers of generated samples, a stream for each row: a row's numbers do not depend on the other rows."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd


def row_keys(index: pd.Index) -> np.ndarray:
    """
    Return the keys of rows: what tells them apart, from their names; rows of one name are counted.

    Parameters
    ----------
    index : Index
        The names of n rows.

    Returns
    -------
    ndarray of uint64, shape (n, 2)
        A hash of the name as text, and how many rows of this name came before.

    Examples
    --------
    >>> keys = row_keys(pd.Index(["a", "b", "a"]))
    >>> (keys[0] == keys[2]).tolist(), keys[:, 1].tolist()
    ([True, False], [0, 0, 1])
    """
    names = pd.Series(index.astype(str))
    hashes = [int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") for name in names]
    keys = np.zeros((len(names), 2), np.uint64)
    keys[:, 0], keys[:, 1] = hashes, names.groupby(names).cumcount()
    return keys


def row_draws(seed: int, keys: np.ndarray, n: int) -> np.ndarray:
    """
    Return `n` standard Gaussian numbers for each row, from the seed and the row's key alone.

    Parameters
    ----------
    seed : int
    keys : ndarray of whole numbers, shape (n_rows, n_parts)
    n : int

    Returns
    -------
    ndarray of float32, shape (n_rows, n)

    Examples
    --------
    >>> keys = row_keys(pd.Index(["a", "b"]))
    >>> bool((row_draws(0, keys, 3)[1] == row_draws(0, keys[1:], 5)[0, :3]).all())
    True
    """
    drawn = np.empty((len(keys), n), np.float32)
    for row, key in zip(drawn, keys, strict=True):
        np.random.default_rng([seed, *key.tolist()]).standard_normal(out=row, dtype=np.float32)
    return drawn
