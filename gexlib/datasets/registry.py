"""Data files that come with the package, and those that are downloaded and verified."""

import csv
import errno
import functools
import hashlib
import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pooch
from requests import RequestException
from tqdm import tqdm

from gexlib.atomic import made_folder, whole_file
from gexlib.checks import existing_file, listing
from gexlib.datasets.download import Deadline, Refused, save
from gexlib.explained import explained

UPSTREAM = Path(__file__).with_name("upstream_files.tsv")
REPOSITORIES = {"m3d": "rvinas/adversarial-gene-expression", "gtex-tcga": "mskcc/RNAseqDB"}
BASE_URL = "https://raw.githubusercontent.com"
MOST_BYTES = 100 << 20  # of a file: GitHub takes none that is larger
DEADLINE = 3600  # seconds for a file, with all attempts
PAUSES = (1, 5)  # seconds before the second and the third attempt
ASKING_AGAIN_IS_USELESS = {*range(400, 500)} - {408, 429}  # HTTP status codes


def embedded(name: str) -> Path:
    """
    Return the path of a file that comes with the package.

    Parameters
    ----------
    name : str
        Path inside the repository's ``data`` folder, such as ``"ecoli/precise.h5ad"``.

    Returns
    -------
    pathlib.Path
        Under ``gexlib/_data`` in an installed wheel, under ``data`` of the repository in an editable install.

    Raises
    ------
    FileNotFoundError
        If neither place has the file.
    ValueError
        If it has not the SHA-256 that the ``manifest.json`` of its data set names, where there is one.

    Examples
    --------
    >>> embedded("ecoli/trn.tsv").name
    'trn.tsv'
    """
    package = Path(__file__).resolve().parents[1]
    places = (package / "_data" / name, package.parent / "data" / name)
    for path in places:
        if path.is_file():
            state = path.stat()
            _check_embedded(path, name, state.st_size, state.st_mtime_ns)
            return path
    raise FileNotFoundError(f"embedded data file {name!r} is neither {places[0]} nor {places[1]}; reinstall gexlib")


@functools.cache
def _check_embedded(path: Path, name: str, *state: int) -> None:
    """Raise a ValueError if a file is not as its data set's manifest says; with the same `state`, once a process."""
    folder, _, inside = name.partition("/")
    manifest = path.parents[inside.count("/")] / "manifest.json"
    if not manifest.is_file():
        return
    try:
        named = json.loads(manifest.read_bytes())["products"].get(inside)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError(f"{manifest}, the list of {folder}'s files, is damaged; reinstall gexlib") from None
    if named is not None and hashlib.sha256(path.read_bytes()).hexdigest() != named:
        raise ValueError(f"embedded data file {name!r} ({path}) has changed since it was made; reinstall gexlib")


@dataclass(frozen=True)
class UpstreamFile:
    """
    One file of a GitHub repository at a fixed commit, with the git blob id of its content.

    ``bytes`` is its size, as text; empty if this project has not had the file in hand.
    """

    repository: str
    commit: str
    path: str
    git_blob_sha1: str
    bytes: str = ""

    @property
    def name(self) -> str:
        """File name without the folders."""
        return self.path.rpartition("/")[2]

    @property
    def most_bytes(self) -> int:
        """Most bytes that a download of the file may bring: its size, or what GitHub allows."""
        return int(self.bytes) if self.bytes else MOST_BYTES

    @property
    def places(self) -> tuple[str, str, str]:
        """Paths under which a mirror may have the file, in the order in which they are tried."""
        return f"{self.repository}/{self.commit}/{self.path}", self.path, self.name


def upstream_files(name: str) -> list[UpstreamFile]:
    """
    List the files of a data set that can be downloaded.

    Parameters
    ----------
    name : {"m3d", "gtex-tcga"}
        The data set.

    Returns
    -------
    list of UpstreamFile
        In the order of ``upstream_files.tsv``.

    Raises
    ------
    ValueError
        If there is no such data set.

    Examples
    --------
    >>> len(upstream_files("m3d")), len(upstream_files("gtex-tcga"))
    (6, 52)
    """
    if name not in REPOSITORIES:
        raise ValueError(f"name={name!r} is not a data set that can be fetched; there are: {listing(REPOSITORIES)}")
    with UPSTREAM.open(encoding="utf-8", newline="") as file:
        rows = [UpstreamFile(**row) for row in csv.DictReader(file, delimiter="\t")]
    return [row for row in rows if row.repository == REPOSITORIES[name]]


def git_blob_id(path: str | Path) -> str:
    """
    Return git's id of the content of a file: the SHA-1 of ``blob <size>``, a zero byte, and the bytes.

    Parameters
    ----------
    path : str or Path
        Any file; it is read in pieces.

    Returns
    -------
    str
        Forty hexadecimal digits.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "hello"
    ...     _ = path.write_bytes(b"hello")
    ...     git_blob_id(path)
    'b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0'
    """
    path = existing_file(path, "give any file")
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def cache_folder(name: str) -> Path:
    """
    Return the folder that :func:`fetch` uses by default: ``$GEXLIB_DATA/name`` or ``name`` in the user's cache.

    Parameters
    ----------
    name : str
        The data set.

    Returns
    -------
    pathlib.Path
        The folder, which may not exist.
    """
    folder = os.environ.get("GEXLIB_DATA") or pooch.os_cache("gexlib")
    try:
        return Path(folder).expanduser() / name
    except RuntimeError:
        raise ValueError(f"GEXLIB_DATA={str(folder)!r} is in the home folder of nobody; give a whole path") from None


@explained
def fetch(
    name: str,
    folder: str | Path | None = None,
    mirror: str | Path | None = None,
    progress: bool = True,
    overwrite: bool = False,
) -> Path:
    """
    Download the files of a data set, verified byte for byte.

    Correct files that are already there are not fetched again, so an interrupted download continues with the next file.
    A file gets its name only when its content is verified. So a file of that name with other content is one of yours,
    or it has changed; it is replaced only with `overwrite`.

    Parameters
    ----------
    name : {"m3d", "gtex-tcga"}
        ``"m3d"``: the E. coli compendium of the Many Microbe Microarrays Database (907 chips) with the
        RegulonDB tables ``tf_tg`` (release 9.4) and ``regulatory_interactions`` (release 10.0), as the paper
        used them; `load_m3d` and `gexlib.grn.read_regulondb` read them. ``"gtex-tcga"``: the 52 normalised
        tables of RNAseqDB.
    folder : str or Path, optional
        The folder for the files. Default: the folder of that name in ``$GEXLIB_DATA``, or in the user's cache.
    mirror : str or Path, optional
        Take the files from another server (an ``http://`` or ``https://`` address) or from a local folder instead of
        GitHub. Each file is looked for there as ``owner/repository/commit/path``, then as ``path`` (the path inside the
        repository), then as the file name alone.
    progress : bool
        Whether to show a progress bar for each file on standard error.
    overwrite : bool
        Whether to replace files of the same names that have other content.

    Returns
    -------
    pathlib.Path
        The folder that has all the files.

    Raises
    ------
    ValueError
        If there is no data set of that name, or a file has wrong content (another git blob id).
    FileNotFoundError
        If a local `mirror` lacks files; those that it has are copied first.
    FileExistsError
        If something else has the name of a file; nothing is downloaded then.
    ConnectionError
        If a download fails after three attempts, or takes more than an hour, or an answer is larger than the
        file (or, where its size is not known, than GitHub allows).

    Examples
    --------
    >>> folder = fetch("m3d")  # doctest: +SKIP
    >>> sorted(path.name for path in folder.iterdir())[:2]  # doctest: +SKIP
    ['E_coli_v4_Build_6.experiment_descriptions', 'E_coli_v4_Build_6.experiment_feature_descriptions']
    """
    files = upstream_files(name)
    source = BASE_URL if mirror is None else mirror
    remote = str(source).startswith(("http://", "https://"))
    if not remote and not Path(source).is_dir():
        raise FileNotFoundError(f"mirror {str(source)!r} is neither an http(s) address nor a folder")
    folder, missing = cache_folder(name) if folder is None else Path(folder), []
    wanted = _lacking(folder, files, name, overwrite)
    with made_folder(folder):
        for file in wanted:
            if not _lacking(folder, [file], name, overwrite):  # another process has fetched it meanwhile
                continue
            if not remote and (origin := _find(Path(source), file)) is None:
                missing.append(file.name)
                continue
            with whole_file(folder / file.name) as part:  # a path of its own, as other processes may fetch the same
                if remote:
                    places = file.places[:1] if mirror is None else file.places
                    urls = [f"{str(source).rstrip('/')}/{place}" for place in places]
                    origin = _download(file, urls, part, progress)
                else:
                    shutil.copyfile(origin, part)
                _verify(part, file, origin)
        if missing:
            raise FileNotFoundError(
                f"mirror {str(source)!r} lacks {len(missing)} of {len(files)} files: {listing(missing, 60)}"
            )
    return folder


def _lacking(folder: Path, files: list[UpstreamFile], name: str, overwrite: bool) -> list[UpstreamFile]:
    """Return the files that a folder lacks; what else has their names is an error, but for files with `overwrite`."""
    lacking, others = [], []
    for file in files:
        path = folder / file.name
        there = os.path.lexists(path)  # looked at first, as another process may make the file now
        if there and path.is_file() and git_blob_id(path) == file.git_blob_sha1:
            continue
        lacking.append(file)
        if there and not (overwrite and path.is_file()):
            others.append(path)
    if others:
        ask = "give --overwrite (in Python overwrite=True) to replace it, or another folder"
        raise FileExistsError(
            errno.EEXIST,
            f"{listing([str(path) for path in others], 5)} is there already, but not as {name} has it: it is not of "
            f"gexlib, or has changed; {ask if all(path.is_file() for path in others) else 'give another folder'}",
        )
    return lacking


def _find(folder: Path, file: UpstreamFile) -> Path | None:
    """Return the first place in `folder` that has the file, or None."""
    return next((path for path in (folder / place for place in file.places) if path.is_file()), None)


def _verify(path: Path, file: UpstreamFile, origin: str | Path) -> None:
    """Raise a ValueError if the content of `path` does not have the id of `file`."""
    if (got := git_blob_id(path)) != file.git_blob_sha1:
        raise ValueError(
            f"{file.name}: wrong content from {origin} ({path.stat().st_size:,} bytes): git blob id {got}, "
            f"expected {file.git_blob_sha1}; it was not kept. Try again, or name another mirror"
        )


def _download(wanted: UpstreamFile, urls: list[str], target: Path, progress: bool) -> str:
    """Save the first of `urls` that exists as `target`, and return where it came from."""
    failures, name = [], wanted.name
    with Deadline(DEADLINE) as deadline:
        for url in urls:
            for pause in (*PAUSES, None):
                try:
                    with tqdm(desc=name, unit="B", unit_scale=True, disable=not progress, leave=False) as bar:
                        came_from = save(url, target, wanted.most_bytes, deadline, bar)
                        bar.leave = True
                        return came_from
                except Refused as error:
                    raise ConnectionError(f"{name}: {error}, from {url}; try again, or name another mirror") from error
                except RequestException as error:
                    failure, status = error, None
                    reason = str(getattr((error.args or [None])[0], "reason", error))
                    if error.response is not None:
                        status = error.response.status_code
                        reason = f"HTTP status {status}"
                        error.response.close()
                if status in ASKING_AGAIN_IS_USELESS:
                    break
                if pause is not None:
                    time.sleep(min(pause, deadline.left()))
            failures.append(f"{url} ({reason})")
            if status != 404:
                break
    raise ConnectionError(
        f"{name}: download failed from {' and from '.join(failures)}. Complete files were kept; try again, "
        "or name a mirror (on the command line --mirror): an address, or a local folder with the files"
    ) from failure
