import socket
import threading
from contextlib import suppress

import pytest
from rnaseqdb_tables import BLADDER, GENES, GTEX_FILE, NORMAL, NORMAL_FILE, TUMOUR, TUMOUR_FILE, text_of, write


@pytest.fixture
def own_cache(tmp_path_factory, monkeypatch):
    """Nothing of these tests reaches the user's cache."""
    folder = tmp_path_factory.mktemp("user")
    monkeypatch.setenv("GEXLIB_DATA", str(folder))
    return folder


@pytest.fixture
def folder(tmp_path, own_cache):
    """Three small tables in the format of RNAseqDB, of one tissue, with the genes of one in another order."""
    tmp_path = tmp_path / "data"
    tmp_path.mkdir()
    write(tmp_path / GTEX_FILE, text_of(BLADDER))
    turned = {sample: values[::-1] for sample, values in TUMOUR.items()}
    write(tmp_path / TUMOUR_FILE, text_of(turned, GENES[::-1]))
    write(tmp_path / NORMAL_FILE, text_of({s: [*v, 8] for s, v in NORMAL.items()}, [*GENES, "ONLYHERE"]))
    return tmp_path


@pytest.fixture
def served():
    """Serve answers (bytes, or functions of a connection) by their paths; returns the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        answers, address = {}, f"http://127.0.0.1:{server.getsockname()[1]}"

        def answer(connection):
            with connection, suppress(OSError):
                path = connection.recv(10_000).split()[1].decode().removeprefix("/")
                found = answers[path]
                found(connection) if callable(found) else connection.sendall(found)

        def accept():
            with suppress(OSError):  # the server is closed
                while True:
                    threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()

        def serve(**given):
            answers.update(given)
            return address

        yield serve
        server.shutdown(socket.SHUT_RDWR)
