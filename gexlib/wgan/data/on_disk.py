"""
Training data that stay on the disk.

A block is a run of samples that are neighbours in the file. An epoch goes through all blocks in random order. It reads
as many blocks at a time as fit into a given memory, puts their samples into random order, and takes minibatches from
them. `scDataset <https://scdataset.github.io>`_ does this. So the samples of a minibatch come from some hundred places
of the file, not from all of it.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator

import numpy as np
import torch
from anndata import AnnData
from scdataset import BlockShuffling, scDataset
from scipy import sparse

from gexlib.checks import check_finite, check_real
from gexlib.preprocess import Covariates, KindScores, NormalScores, Standardizer, to_scores
from gexlib.wgan.data.batch import Batch

BLOCK = 32  # most samples of a block, unless a chunk of the file has more
BLOCK_BYTES = 256 << 10  # most bytes of a block, unless a chunk of the file has more
READ = 64 << 20  # bytes of expression that are in memory at a time
GAP = 8  # up to this many unwanted samples are read along, because that is faster than a new read


class RowsOnDisk:
    """
    Samples whose expression is read from the disk when it is asked for.

    Parameters
    ----------
    data : AnnData, n_samples x n_genes
        Backed, or on an array in a file, or a view of such a data set.
    argument : str
        The name of the argument that holds the data set, for errors.

    Attributes
    ----------
    block : int
        The number of neighbouring samples that are read together.
    digest : str
        SHA-256 of all values; it exists once :meth:`chunks` has gone through them.

    Raises
    ------
    ValueError
        If the file holds ``X`` in chunks of so many samples that one chunk takes too much memory.
    OSError
        If samples cannot be read, as from a damaged file, at the time when they are read.
    """

    def __init__(self, data: AnnData, argument: str) -> None:
        source = _source(data)
        self.matrix, self.names, self.argument = source.X, data, argument
        self.rows = _numbers(data._oidx, source.n_obs) if data.is_view else np.arange(source.n_obs)
        self.columns = _numbers(data._vidx, source.n_vars) if data.is_view else np.arange(source.n_vars)
        self.shape = data.shape
        check_real(f"{argument}.X", self.matrix)
        if not self.shape[1]:
            raise ValueError(f"{argument} has no genes; were they all filtered out?")
        self.width = 4 * source.n_vars  # bytes of a sample
        self.block = min(BLOCK, max(1, BLOCK_BYTES // self.width))
        chunks, most = getattr(self.matrix, "chunks", None), max(1, READ // 4 // self.width)
        tall = int(np.max(chunks[0])) if chunks else 1
        if tall > most:
            raise ValueError(
                f"{argument}.X is stored in chunks of {tall:,} samples, so no sample can be read without {tall - 1:,} "
                f"others; write it without compression, or in chunks of up to {most:,} samples"
            )
        self.block = max(self.block, tall)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: np.ndarray | slice) -> np.ndarray:
        """Return the expression of some samples: a dense matrix of float32, shape (n, n_genes)."""
        rows = self.rows[index]
        order = np.argsort(rows, kind="stable")
        rows = rows[order]
        values = np.empty((len(rows), len(self.columns)), np.float32)
        for part in self._stretches(rows):
            first, last = rows[part[0]], rows[part[-1]]
            found = self._read(first, last)
            with np.errstate(over="ignore"):  # becomes infinite, which chunks() refuses
                values[order[part]] = found[np.ix_(rows[part] - first, self.columns)]
        return values

    def chunks(self) -> Iterator[np.ndarray]:
        """Yield the expression of all samples in order, some at a time; raise a ValueError if a value is not finite."""
        sha, size = hashlib.sha256(str(self.shape).encode()), max(self.block, READ // 4 // self.width)
        for start in range(0, len(self), size):
            chunk = self[start : start + size]
            check_finite(f"{self.argument}.X", chunk, self.names.obs_names[start : start + size], self.names.var_names)
            sha.update(chunk)
            yield chunk
        self.digest = sha.hexdigest()

    def _read(self, first: int, last: int) -> np.ndarray:
        """Return the values from one row of the file to another; raise an OSError for whatever a store raises."""
        try:
            found = self.matrix[first : last + 1]
            return found.toarray() if sparse.issparse(found) else np.asarray(found)
        except MemoryError:
            raise
        except Exception as error:
            reason = (str(error).splitlines() or [""])[0] or type(error).__name__
            raise OSError(
                errno.EIO,
                f"samples {first:,} to {last:,} of the file of {self.argument}.X could not be read ({reason}); it is "
                f"damaged, or was changed after it was opened. Put back a whole copy of it",
            ) from error

    def _stretches(self, rows: np.ndarray) -> list[np.ndarray]:
        """Divide the places of ascending `rows` into stretches that are read in one go."""
        near = np.split(np.arange(len(rows)), np.flatnonzero(np.diff(rows) > GAP) + 1) if len(rows) else []
        most = max(1, READ // 4 // self.width)
        bands = [(rows[part] - rows[part[0]]) // most for part in near]
        return [
            stretch
            for part, band in zip(near, bands, strict=True)
            for stretch in np.split(part, np.flatnonzero(np.diff(band)) + 1)
        ]


class BatchesOnDisk:
    """
    Minibatches of samples on the disk, in the place of a :class:`~gexlib.wgan.data.batch.Batch` of all samples.

    Parameters
    ----------
    rows : RowsOnDisk
    standardizer : Standardizer, NormalScores or KindScores
        Fitted; turns expression into scores.
    covariates : Covariates
        The encoded covariates of all samples, in memory.
    """

    def __init__(
        self, rows: RowsOnDisk, standardizer: Standardizer | NormalScores | KindScores, covariates: Covariates
    ) -> None:
        self.rows, self.standardizer, self.device = rows, standardizer, torch.device("cpu")
        self.codes, self.values = map(torch.from_numpy, covariates)

    def to(self, device: torch.device) -> BatchesOnDisk:
        """Put the minibatches on a device from now on."""
        self.device = device
        return self

    def some(self, most: int) -> Batch:
        """Return at most `most` samples, evenly spread over all of them, and no more than are read at a time."""
        most = min(most, len(self.rows), max(2, READ // self.rows.width))
        index = np.linspace(0, len(self.rows) - 1, most).astype(int)
        return self._batch((self.rows[index], index), np.arange(most))

    def minibatches(self, random: torch.Generator, size: int) -> Iterator[Batch]:
        """Return an iterator over all samples, `size` at a time; `random` decides their order."""
        seed = int(torch.randint(2**31, (), generator=random, device=random.device))
        read = max(size, READ // self.rows.width // size * size)
        return iter(
            scDataset(
                self.rows,
                BlockShuffling(self.rows.block),
                batch_size=size,
                fetch_factor=read // size,
                fetch_callback=lambda rows, index: (rows[index], index),
                batch_callback=self._batch,
                rank=0,  # processes that train together all read every minibatch, and then take their shares
                world_size=1,
                seed=seed,
            )
        )

    def _batch(self, found: tuple[np.ndarray, np.ndarray], places: np.ndarray) -> Batch:
        x, index = found
        index = index[places]
        codes, values = self.codes[index], self.values[index]
        random = np.random.default_rng(index)  # the same rows in the same order get the same draws
        scores = to_scores(self.standardizer, x[places], Covariates(codes.numpy(), values.numpy()), random)
        return Batch(*(part.to(self.device) for part in (torch.from_numpy(scores), codes, values)))


def some_in_memory(data: AnnData, most: int) -> AnnData:
    """Read at most `most` samples of a validation set on the disk, evenly spread over it."""
    index = np.unique(np.linspace(0, data.n_obs - 1, min(most, data.n_obs)).round().astype(int))
    return AnnData(RowsOnDisk(data, "validation")[index], obs=data.obs.iloc[index], var=data.var)


def _source(data: AnnData) -> AnnData:
    """Return the data set that `data` is a view of, or `data` itself; the `X` of a view would read all samples."""
    return data._adata_ref if data.is_view else data


def _numbers(index: slice | np.ndarray, n: int) -> np.ndarray:
    return np.atleast_1d(np.arange(n)[index])
