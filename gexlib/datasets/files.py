"""Data sets as files."""

from pathlib import Path

import anndata as ad

from gexlib.atomic import whole_file


def read(path: str | Path) -> ad.AnnData:
    """Read a data set from an ``.h5ad`` file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not a whole ``.h5ad`` file.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no file {path}; give the path of an .h5ad file")
    try:
        return ad.read_h5ad(path)
    except OSError as error:
        raise ValueError(f"{path} is not a whole .h5ad file: {error}") from error


def write(adata: ad.AnnData, path: str | Path) -> None:
    """Write a data set as a compressed ``.h5ad`` file, whole or not at all.

    Parameters
    ----------
    adata : anndata.AnnData
    path : path
        Its folder is made if it does not exist; a file that is there is replaced once the new one is complete.

    Raises
    ------
    ValueError
        If the name does not end in ``.h5ad``.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(ad.AnnData(np.ones((2, 3), "float32")), f"{folder}/ones.h5ad")
    ...     read(f"{folder}/ones.h5ad").shape
    (2, 3)
    """
    path = Path(path)
    if path.suffix != ".h5ad":
        raise ValueError(f"path={str(path)!r} must end in .h5ad, the format that is written")
    with whole_file(path) as part:
        adata.write_h5ad(part, compression="gzip")
