"""Gene sets of Enrichr: a library comes whole, and a server that does not end has no hold of the caller."""

import json
import time

import pytest

from gexlib.datasets import enrichr
from gexlib.datasets.enrichr import enrichr_library

LISTED = json.dumps({"statistics": [{"libraryName": "KEGG 2021&x"}]}).encode()
LIBRARY = b"one\t\ta,1.0\tb,1.0\t\ntwo\t\tc\t\n"


def whole(content):
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + content


def slow(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"a")
        time.sleep(0.02)


@pytest.fixture
def serve(served, monkeypatch):
    def serve(listed, library):
        given = {"datasetStatistics": listed, "geneSetLibrary?mode=text&libraryName=KEGG%202021%26x": library}
        monkeypatch.setattr(enrichr, "URL", served(**given))

    return serve


def test_a_library_of_the_list(serve):
    serve(whole(LISTED), whole(LIBRARY))
    assert enrichr_library("KEGG 2021&x") == {"one": ["a", "b"], "two": ["c"]}
    with pytest.raises(ValueError, match="'nope' is neither a GMT file here nor one of the 1 libraries of Enrichr"):
        enrichr_library("nope")


@pytest.mark.parametrize(
    ("listed", "library", "words"),
    [
        (slow, b"", "took more than 0.4 seconds"),
        (whole(LISTED), slow, "took more than 0.4 seconds"),
        (whole(b"[" * 100_000), b"", "recursion"),
        (whole(b"[]"), b"", "indices"),
        (whole(b"{"), b"", "Expecting"),
        (whole(LISTED), whole(b"<html>"), "line 1: a set needs a name"),
        (whole(LISTED), b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "500"),
        (b"", b"", "onnection"),
    ],
)
def test_what_is_no_library_is_one_error_within_its_time(serve, monkeypatch, listed, library, words):
    monkeypatch.setattr(enrichr, "SECONDS", 0.4)
    serve(listed, library)
    start = time.monotonic()
    with pytest.raises(ConnectionError, match=rf"Enrichr gave no library of that name \(.*{words}.*give the path"):
        enrichr_library("KEGG 2021&x")
    assert time.monotonic() - start < 10


def test_a_library_without_end(serve, monkeypatch):
    monkeypatch.setattr(enrichr, "MOST_BYTES", len(LISTED))
    serve(whole(LISTED), whole(LIBRARY * 100))
    with pytest.raises(ConnectionError, match="bytes came"):
        enrichr_library("KEGG 2021&x")
