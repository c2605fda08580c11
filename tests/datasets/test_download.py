"""One download: servers that send without end, or nonsense."""

import gzip
import threading
import time

import pytest
import requests
from tqdm import tqdm

from gexlib.datasets.download import Deadline, Refused, save

CONTENT = b"x" * 100_000
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + CONTENT
BOMB = gzip.compress(bytes(10_000_000))
SECONDS = 0.4


def endless(first, piece, pause=0.0):
    """What a server sends: `first`, and then a piece again and again."""

    def send(connection):
        connection.sendall(first)
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return send


def redirect(to, status=302, content=b""):
    return f"HTTP/1.1 {status} Found\r\nLocation: {to}\r\nConnection: close\r\n\r\n".encode() + content


def get(url, target, most_bytes=1_000_000, seconds=SECONDS):
    with Deadline(seconds) as deadline, tqdm(disable=True) as bar:
        return save(url, target, most_bytes, deadline, bar)


@pytest.mark.parametrize(
    "answer",
    [
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        endless(b"HTTP/1.1 200 OK\r\nX: ", b"a", pause=0.02),
        endless(b"HTTP/1.1 200 OK\r\n\r\n", b"a", pause=0.02),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", pause=0.02),
        endless(b"HTTP/1.1 503 Busy\r\nX: ", b"a", pause=0.02),
        lambda connection: time.sleep(30),
    ],
    ids=["100 Continue", "headers", "content", "chunks", "headers of an error", "nothing"],
)
def test_the_deadline_holds_for_every_part_of_an_answer(served, tmp_path, answer):
    url, began = served(it=answer), time.monotonic()
    with pytest.raises(Refused, match=rf"the download took more than {SECONDS} seconds \(\d+ bytes came\)"):
        get(f"{url}/it", tmp_path / "file")
    assert time.monotonic() - began < SECONDS + 2


def test_the_content_of_a_redirect_is_not_read(served, tmp_path):
    without_end = endless(redirect("/it"), b"a" * 10_000)
    url = served(old=without_end, it=WHOLE)
    assert get(f"{url}/old", tmp_path / "file", seconds=20) == f"{url}/it"
    assert (tmp_path / "file").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (redirect("/it"), "more than 10 redirects, the last to 'http://.*/it'"),
        (redirect("file:///etc/passwd"), "redirects to 'file:///etc/passwd', which is no http"),
        (redirect("ftp://there/it", 307), "HTTP status 307 redirects to 'ftp://there/it', which is no http"),
        (b"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n", "HTTP status 301 redirects without saying where to"),
        (WHOLE.replace(b"100000", b"-5", 1), "Content-Length is '-5', which is no number of bytes"),
        (WHOLE.replace(b"100000", b"many", 1), "Content-Length is 'many', which is no number of bytes"),
        (WHOLE.replace(b"100000", b"1" * 5000, 1), "Content-Length is 1+, and at most 1,000,000 bytes may come"),
        (endless(b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 10_000), "more than 1,000,000 bytes came"),
    ],
    ids=["for ever", "to a file", "to ftp", "nowhere", "negative", "text", "huge", "too much"],
)
def test_nonsense_is_refused(served, tmp_path, answer, words):
    url = served(it=answer)
    with pytest.raises(Refused, match=words):
        get(f"{url}/it", tmp_path / "file", seconds=20)
    assert (tmp_path / "file").stat().st_size < 1_100_000


def test_what_is_compressed_does_not_grow(served, tmp_path):
    url = served(it=b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + BOMB)
    assert get(f"{url}/it", tmp_path / "file", seconds=20) == f"{url}/it with Content-Encoding 'gzip'"
    assert (tmp_path / "file").read_bytes() == BOMB


def test_a_cut_connection_is_an_error_of_its_own(served, tmp_path):
    url = served(it=WHOLE[:5000])
    with pytest.raises(requests.ConnectionError, match="Connection broken"):
        get(f"{url}/it", tmp_path / "file", seconds=20)


def test_the_deadline_holds_behind_a_proxy(served, tmp_path, monkeypatch):
    def continues(connection):
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n")(connection)

    url = served(**{"http://example.org/it": continues})
    monkeypatch.setenv("http_proxy", url)
    with pytest.raises(Refused, match="the download took more than"):
        get("http://example.org/it", tmp_path / "file")


def test_a_deadline_that_is_over_at_the_start_asks_nobody(served, tmp_path):
    url = served(it=WHOLE)
    with Deadline(0) as deadline, tqdm(disable=True) as bar, pytest.raises(Refused, match="more than 0 seconds"):
        save(f"{url}/it", tmp_path / "file", 1_000_000, deadline, bar)


@pytest.mark.filterwarnings("error")
def test_nothing_stays_open(served, tmp_path):
    url, before = served(it=WHOLE), threading.active_count()
    assert get(f"{url}/it", tmp_path / "file", seconds=20) == f"{url}/it"
    time.sleep(0.1)
    assert threading.active_count() == before
