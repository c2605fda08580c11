"""One file from a server, within a time and a size."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import requests
from requests import Response
from requests.adapters import HTTPAdapter
from tqdm import tqdm
from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

TIMEOUT = (15, 60)  # most seconds to connect, and between two pieces of an answer
MOST_REDIRECTS = 10
SCHEMES = ("http", "https")


class Refused(Exception):
    """An answer that takes too long, is too large, or leads nowhere: to ask again is of no use."""


class Deadline:
    """
    A time by which the downloads of a block must end: from then on, all their connections are closed.

    A server can send headers byte by byte, or "100 Continue" without end. Python then waits inside a single call,
    whatever the time limits between two pieces are. So a thread closes the connections.

    Parameters
    ----------
    seconds : float

    Attributes
    ----------
    over : bool
        Whether the time is over.

    Examples
    --------
    >>> with Deadline(60) as deadline:
    ...     deadline.over, deadline.left() <= 60
    (False, True)
    """

    def __init__(self, seconds: float) -> None:
        self.seconds, self.over = seconds, False
        self._end, self._handles, self._guard = time.monotonic() + seconds, set(), threading.Lock()
        self._timer = threading.Timer(seconds, self._close)
        self._timer.daemon = True

    def left(self) -> float:
        """Return the seconds that are left, at least a thousandth."""
        return max(self._end - time.monotonic(), 0.001)

    def check(self, came: int = 0) -> None:
        """Raise an error if the time is over; `came` is the number of bytes until then."""
        if self.over or time.monotonic() >= self._end:
            raise Refused(f"the download took more than {self.seconds:,} seconds ({came:,} bytes came)")

    def watch(self, connection: socket.socket) -> None:
        """Close a connection when the time is over; TLS may wrap it meanwhile, so a second handle of it is kept."""
        with self._guard:
            self._handles.add(connection.dup())
        if self.over:
            self._close()

    def _close(self) -> None:
        self.over = True
        with self._guard:
            for handle in self._handles:
                with suppress(OSError):  # it is closed already
                    handle.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._timer.cancel()
        with self._guard:
            while self._handles:
                self._handles.pop().close()


class _Watched(HTTPAdapter):
    """An adapter of requests whose connections are watched, those through a proxy too."""

    def __init__(self, watch: Callable[[socket.socket], None]) -> None:
        self._watch = watch
        super().__init__()

    def init_poolmanager(self, *arguments, **options) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._watched(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options) -> PoolManager:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **options)
        if not known:
            manager.pool_classes_by_scheme = self._watched(manager)
        return manager

    def _watched(self, manager: PoolManager) -> dict[str, type]:
        """Return the classes of a manager's pools, with connections that are watched from their start."""
        watch, classes = self._watch, {}
        for scheme, pool in manager.pool_classes_by_scheme.items():

            class Connection(pool.ConnectionCls):
                def _new_conn(self) -> socket.socket:
                    made = super()._new_conn()
                    watch(made)
                    return made

            classes[scheme] = type(pool.__name__, (pool,), {"ConnectionCls": Connection})
        return classes


class _Session(requests.Session):
    """A session that leaves redirects to its caller, because requests reads all of their content."""

    def get_redirect_target(self, answer: Response) -> None:
        return None


def save(url: str, target: Path, most_bytes: int, deadline: Deadline, bar: tqdm) -> str:
    """
    Download one URL, once, and write what comes, byte for byte.

    Parameters
    ----------
    url : str
        ``http`` or ``https``. Up to ten redirects are followed.
    target : pathlib.Path
        The file to write; what comes until an error stays there.
    most_bytes : int
        The most bytes that may come. A compressed answer is written as it comes, so it cannot grow.
    deadline : Deadline
        Holds for all of it: connecting, headers, redirects, content.
    bar : tqdm
        Counts the bytes.

    Returns
    -------
    str
        The URL that the content came from, and the compression that the server names, if it names one.

    Raises
    ------
    Refused
        If it takes too long or brings too much, a redirect leads nowhere, or the server gives its size by no number.
    requests.RequestException
        If there is no connection, it is cut, or the server answers with an error; to ask again may help.
    """
    session = _Session()
    for scheme in SCHEMES:
        session.mount(f"{scheme}://", _Watched(deadline.watch))
    with session, target.open("wb") as file:
        try:
            with _answer(session, url, deadline) as answer:
                bar.total = _size(answer, most_bytes)
                for piece in answer.raw.stream(1 << 16, decode_content=False):
                    file.write(piece)
                    bar.update(len(piece))
                    if file.tell() > most_bytes:
                        raise Refused(f"more than {most_bytes:,} bytes came")
                    deadline.check(file.tell())
                deadline.check(file.tell())
                encoding = answer.headers.get("Content-Encoding", "identity")
                return answer.url + ("" if encoding == "identity" else f" with Content-Encoding {encoding!r}")
        except Exception as error:
            deadline.check(file.tell())  # it closes connections, which is an error of another kind each time
            if isinstance(error, HTTPError):
                raise requests.ConnectionError(error) from error
            raise


def _answer(session: requests.Session, url: str, deadline: Deadline) -> Response:
    """Return the answer after redirects, whose own content is not read."""
    for _ in range(MOST_REDIRECTS + 1):
        deadline.check()
        limits = tuple(min(seconds, deadline.left()) for seconds in TIMEOUT)
        # Files must arrive byte for byte. Without this header, some servers compress text on the way.
        headers = {"Accept-Encoding": "identity"}
        answer = session.get(url, stream=True, timeout=limits, headers=headers)
        if answer.status_code not in (301, 302, 303, 307, 308):
            answer.raise_for_status()
            return answer
        answer.close()
        to = answer.headers.get("Location", "")
        url = urljoin(url, to)
        if not to or urlsplit(url).scheme not in SCHEMES:
            where = f"to {to[:200]!r}" if to else "without saying where to"
            raise Refused(f"HTTP status {answer.status_code} redirects {where}, which is no http(s) address")
    raise Refused(f"more than {MOST_REDIRECTS} redirects, the last to {url[:200]!r}")


def _size(answer: Response, most_bytes: int) -> int | None:
    """Return the size that the server gives, or None if it gives none; refuse one that cannot be."""
    given = answer.headers.get("Content-Length")
    if given is None or "chunked" in answer.headers.get("Transfer-Encoding", ""):
        return None
    if not (given.isascii() and given.isdecimal()):
        raise Refused(f"Content-Length is {given[:50]!r}, which is no number of bytes")
    size = int(given[:30])
    if size > most_bytes:
        raise Refused(f"Content-Length is {given[:30]}, and at most {most_bytes:,} bytes may come")
    return size
