import hashlib
import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gexlib.datasets import download, fetch, registry

REPOSITORY, COMMIT = registry.REPOSITORIES["m3d"], "c0ffee"
FILES = {f"data/part/{name}": os.urandom(size) for name, size in [("one.tab", 300_000), ("two", 10), ("three", 0)]}
ONE, TWO, THREE = FILES


def blob_id(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves `content` (path to bytes); `trouble` is what happens to a path on its next requests."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.trouble, self.requests = {}, {}, []
        self.url = f"http://127.0.0.1:{self.server_port}/mirror"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.removeprefix("/mirror/")
        self.server.requests.append(path)
        content = self.server.content.get(path)
        trouble = self.server.trouble.get(path, [])
        kind = trouble.pop(0) if trouble else None
        if kind == "endless":
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while True:
                    self.wfile.write(b"x" * 1000)
        if content is None or isinstance(kind, int):
            self.send_error(kind or 404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if kind == "cut" else content)
        if kind == "cut":
            self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as server:
        server.content = {f"{REPOSITORY}/{COMMIT}/{path}": content for path, content in FILES.items()}
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def small_registry(tmp_path_factory, monkeypatch):
    """A data set of three small files instead of the real m3d, and no waiting between attempts."""
    table = tmp_path_factory.mktemp("registry") / "upstream_files.tsv"
    rows = [f"{REPOSITORY}\t{COMMIT}\t{path}\t{blob_id(content)}\n" for path, content in FILES.items()]
    table.write_text("repository\tcommit\tpath\tgit_blob_sha1\n" + "".join(rows))
    monkeypatch.setattr(registry, "PAUSES", (0, 0))
    monkeypatch.setattr(download, "TIMEOUT", (5, 5))
    real = registry.UPSTREAM
    monkeypatch.setattr(registry, "UPSTREAM", table)
    return real


def place(path):
    return f"{REPOSITORY}/{COMMIT}/{path}"


def get(folder, mirror, **settings):
    return fetch("m3d", folder=folder, mirror=mirror, progress=False, **settings)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


COMPLETE = {path.rpartition("/")[2]: content for path, content in FILES.items()}


def test_real_table_has_the_files_of_both_data_sets(small_registry, monkeypatch):
    monkeypatch.setattr(registry, "UPSTREAM", small_registry)
    m3d, human = registry.upstream_files("m3d"), registry.upstream_files("gtex-tcga")
    assert "E_coli_v4_Build_6_chips907probes4297.tab" in [file.name for file in m3d]
    assert (len(m3d), len(human)) == (6, 52)
    for files in (m3d, human):
        assert len({file.name for file in files}) == len(files), "files of one folder share a name"
        assert all(len(file.git_blob_sha1) == 40 == len(file.commit) for file in files)
        assert any(file.bytes for file in files)
        assert all(1000 < file.most_bytes <= registry.MOST_BYTES for file in files)


def test_blob_id_is_that_of_git(tmp_path):
    (tmp_path / "file").write_bytes(b"hello\n" * 1000)
    git = subprocess.run(["git", "hash-object", "file"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert registry.git_blob_id(tmp_path / "file") == git.stdout.strip()


def test_shared_copies_have_the_ids_of_the_table(shared_data, small_registry, monkeypatch):
    monkeypatch.setattr(registry, "UPSTREAM", small_registry)
    for name, folder in [("m3d", "m3d"), ("gtex-tcga", "rnaseqdb/normalized")]:
        here = [file for file in registry.upstream_files(name) if (shared_data / folder / file.name).is_file()]
        assert here
        for file in sorted(here, key=lambda file: (shared_data / folder / file.name).stat().st_size)[:8]:
            assert registry.git_blob_id(shared_data / folder / file.name) == file.git_blob_sha1
            assert file.most_bytes == (shared_data / folder / file.name).stat().st_size


def test_downloads_from_github_by_default(server, tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "BASE_URL", server.url)
    assert fetch("m3d", tmp_path / "new" / "folder", progress=False) == tmp_path / "new" / "folder"
    assert contents(tmp_path / "new" / "folder") == COMPLETE
    assert server.requests == [place(path) for path in FILES]


@pytest.mark.parametrize("layout", ["places", "path", "name"])
def test_mirror_may_have_any_of_the_layouts(server, tmp_path, layout):
    rename = {"places": place, "path": str, "name": lambda path: path.rpartition("/")[2]}[layout]
    server.content = {rename(path): content for path, content in FILES.items()}
    assert contents(get(tmp_path, server.url + "/")) == COMPLETE


@pytest.mark.parametrize("layout", ["places", "path", "name"])
def test_mirror_may_be_a_local_folder(tmp_path, layout):
    rename = {"places": place, "path": str, "name": lambda path: path.rpartition("/")[2]}[layout]
    for path, content in FILES.items():
        file = tmp_path / "mirror" / rename(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    assert contents(get(tmp_path / "out", tmp_path / "mirror")) == COMPLETE


def test_local_folder_without_some_files_gives_the_others_and_names_those(tmp_path):
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "two").write_bytes(FILES[TWO])
    with pytest.raises(FileNotFoundError, match=r"lacks 2 of 3 files: 'one\.tab', 'three"):
        get(tmp_path / "out", tmp_path / "mirror")
    assert contents(tmp_path / "out") == {"two": FILES[TWO]}


@pytest.mark.parametrize("remote", [True, False])
def test_a_wrong_byte_is_an_error_that_leaves_nothing_behind(server, tmp_path, remote):
    wrong = bytes([FILES[ONE][0] ^ 1]) + FILES[ONE][1:]
    server.content[place(ONE)] = wrong
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "one.tab").write_bytes(wrong)
    with pytest.raises(ValueError, match=f"one.tab: .*{blob_id(wrong)}, expected {blob_id(FILES[ONE])}"):
        get(tmp_path / "out", server.url if remote else tmp_path / "mirror")
    assert not (tmp_path / "out").exists()


def test_a_cut_connection_is_tried_again(server, tmp_path):
    server.trouble[place(ONE)] = ["cut", 503]
    assert contents(get(tmp_path, server.url)) == COMPLETE
    assert server.requests.count(place(ONE)) == 3


def test_a_connection_that_stays_cut_is_an_error_that_leaves_nothing_behind(server, tmp_path):
    server.trouble[place(TWO)] = ["cut"] * 3
    with pytest.raises(ConnectionError, match=r"two: download failed from http.*part/two.*mirror"):
        get(tmp_path, server.url)
    assert contents(tmp_path) == {"one.tab": FILES[ONE]}


def test_an_interrupted_fetch_goes_on_where_it_stopped(server, tmp_path):
    server.trouble[place(TWO)] = [403]
    with pytest.raises(ConnectionError, match="HTTP status 403"):
        get(tmp_path, server.url)
    server.requests.clear()
    assert contents(get(tmp_path, server.url)) == COMPLETE
    assert server.requests == [place(TWO), place(THREE)]


def test_complete_files_need_no_network(server, tmp_path):
    get(tmp_path, server.url)
    server.requests.clear()
    get(tmp_path, server.url)
    assert server.requests == []


@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda content: content + b"x", lambda _: b""])
def test_damaged_files_are_replaced_on_demand(server, tmp_path, damage):
    get(tmp_path, server.url)
    (tmp_path / "one.tab").write_bytes(damage(FILES[ONE]))
    (tmp_path / "two").unlink()
    server.requests.clear()
    with pytest.raises(FileExistsError, match=r"one.tab' is there already, but not as m3d has it: .*give --overwrite"):
        get(tmp_path, server.url)
    assert contents(tmp_path) == {"one.tab": damage(FILES[ONE]), "three": FILES[THREE]}
    assert not server.requests
    assert contents(get(tmp_path, server.url, overwrite=True)) == COMPLETE


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("nowhere")])
def test_what_is_no_file_is_never_replaced(server, tmp_path, make):
    make(tmp_path / "two")
    for overwrite in (False, True):
        with pytest.raises(FileExistsError, match="two' is there already, but .*; give another folder"):
            get(tmp_path, server.url, overwrite=overwrite)
    assert os.listdir(tmp_path) == ["two"]


def test_a_failed_fetch_leaves_no_empty_folders(server, tmp_path):
    server.content.clear()
    with pytest.raises(ConnectionError, match="HTTP status 404"):
        get(tmp_path / "new" / "folder", server.url)
    assert not list(tmp_path.iterdir())


def test_a_file_that_comes_meanwhile_stays(server, tmp_path, monkeypatch):
    real = registry._verify

    def verify(path, file, origin):
        real(path, file, origin)
        (tmp_path / "two").write_bytes(b"mine")

    monkeypatch.setattr(registry, "_verify", verify)
    with pytest.raises(FileExistsError, match="two' is there already"):
        get(tmp_path, server.url)
    assert contents(tmp_path) == {"one.tab": FILES[ONE], "two": b"mine"}


def test_a_damaged_file_survives_a_failed_download(server, tmp_path):
    (tmp_path / "one.tab").write_bytes(b"mine")
    server.content.clear()
    with pytest.raises(ConnectionError, match=r"HTTP status 404.* and from .*HTTP status 404"):
        get(tmp_path, server.url, overwrite=True)
    assert contents(tmp_path) == {"one.tab": b"mine"}


def test_many_fetch_into_one_folder_at_once(server, tmp_path):
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: get(tmp_path, server.url), range(24)))
    assert contents(tmp_path) == COMPLETE


@pytest.mark.parametrize("limit", ["MOST_BYTES", "DEADLINE"])
def test_an_answer_without_end(server, tmp_path, monkeypatch, limit):
    monkeypatch.setattr(registry, limit, 0.3 if limit == "DEADLINE" else 10_000_000)
    monkeypatch.setattr(registry, "PAUSES", (9, 9))
    server.trouble[place(TWO)] = [503, "endless"] if limit == "DEADLINE" else ["endless"]
    words = r"two: (more than 10,000,000 bytes came|the download took more than 0.3 seconds.*), from http"
    with pytest.raises(ConnectionError, match=words):
        get(tmp_path, server.url)
    assert contents(tmp_path) == {"one.tab": FILES[ONE]}


def test_a_file_whose_size_is_known_brings_no_more(server, tmp_path):
    rows = registry.UPSTREAM.read_text().splitlines()
    sizes = ["bytes", *(str(len(content)) for content in FILES.values())]
    registry.UPSTREAM.write_text("\n".join("\t".join(pair) for pair in zip(rows, sizes, strict=True)))
    server.content[place(TWO)] += b"more"
    with pytest.raises(ConnectionError, match="two: Content-Length is 14, and at most 10 bytes may come, from http"):
        get(tmp_path, server.url)
    server.content[place(TWO)] = FILES[TWO]
    get(tmp_path, server.url)
    assert contents(tmp_path) == COMPLETE


def test_a_link_in_the_place_of_a_part_is_not_followed(server, tmp_path):
    (tmp_path / "mine").write_bytes(b"mine")
    (tmp_path / "folder").mkdir()
    for name in (".two.part", "two"):
        (tmp_path / "folder" / name).symlink_to(tmp_path / "mine")
    get(tmp_path / "folder", server.url, overwrite=True)
    assert (tmp_path / "mine").read_bytes() == b"mine"
    assert (tmp_path / "folder" / "two").read_bytes() == FILES[TWO]


def test_no_server_at_all(tmp_path):
    with pytest.raises(ConnectionError, match=r"one\.tab: download failed from http://127\.0\.0\.1:9/"):
        get(tmp_path, "http://127.0.0.1:9")


def test_progress_bar_names_the_file_on_stderr(server, tmp_path, capsys):
    fetch("m3d", tmp_path, server.url, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "one.tab: 100%" in err


def test_quiet_shows_nothing(server, tmp_path, capsys):
    get(tmp_path, server.url)
    assert capsys.readouterr() == ("", "")


def test_default_folder_is_the_cache_or_the_environments(server, tmp_path, monkeypatch):
    monkeypatch.setenv("GEXLIB_DATA", str(tmp_path / "data"))
    assert get(None, server.url) == tmp_path / "data" / "m3d"
    monkeypatch.delenv("GEXLIB_DATA")
    assert registry.cache_folder("m3d").parts[-2:] == ("gexlib", "m3d")


def test_unknown_data_set_and_mirror_are_refused(tmp_path):
    with pytest.raises(
        ValueError, match="name='gtex' is not a data set that can be fetched; there are: 'm3d', 'gtex-tcga'"
    ):
        fetch("gtex")
    with pytest.raises(FileNotFoundError, match="neither an http"):
        get(tmp_path / "out", tmp_path / "nowhere")
    assert not (tmp_path / "out").exists()


def test_embedded_file_that_is_not_there():
    with pytest.raises(FileNotFoundError, match=r"'ecoli/nothing' is neither .*reinstall gexlib"):
        registry.embedded("ecoli/nothing")


def test_a_home_folder_of_nobody_is_refused(monkeypatch):
    monkeypatch.setenv("GEXLIB_DATA", "~nosuch/data")
    with pytest.raises(ValueError, match="GEXLIB_DATA='~nosuch/data' is in the home folder of nobody"):
        registry.cache_folder("m3d")


def embedded_copy(folder, name, monkeypatch):
    """Let the package have its data in another folder, with the files of one data set."""
    package = folder / "gexlib" / "datasets" / "registry.py"
    data = registry.embedded(name).parent
    (folder / "data" / name).parent.mkdir(parents=True)
    for file in (data / "manifest.json", data / Path(name).name):
        (folder / "data" / name).with_name(file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(registry, "__file__", str(package))
    return folder / "data" / name


@pytest.mark.parametrize("name", ["ecoli/trn.tsv", "ecoli/precise.h5ad", "go/go_bp_human.gmt.gz"])
def test_no_changed_byte_of_an_embedded_file_is_data(tmp_path, monkeypatch, name):
    path = embedded_copy(tmp_path, name, monkeypatch)
    assert registry.embedded(name) == path
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(5, 5))
    with pytest.raises(ValueError, match=f"embedded data file '{name}' .* has changed since it was made; reinstall"):
        registry.embedded(name)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=f"embedded data file '{name}' is neither"):
        registry.embedded(name)


@pytest.mark.parametrize("text", ["[]", "{", '{"products": 5}', "[" * 100_000])
def test_a_damaged_manifest(tmp_path, monkeypatch, text):
    path = embedded_copy(tmp_path, "ecoli/trn.tsv", monkeypatch)
    path.with_name("manifest.json").write_text(text)
    with pytest.raises(ValueError, match="manifest.json, the list of ecoli's files, is damaged; reinstall gexlib"):
        registry.embedded("ecoli/trn.tsv")
