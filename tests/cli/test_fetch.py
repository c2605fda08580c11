"""The command ``gexlib fetch``."""

from gexlib.datasets import registry


def test_fetch_help_explains_every_option(gexlib):
    result = gexlib("fetch", "--help")
    assert result.exit_code == 0
    for word in ("NAME", "m3d", "gtex-tcga", "--folder", "--mirror", "--quiet", "--overwrite", "GEXLIB_DATA"):
        assert word in result.stdout


def test_fetch_prints_the_folder(gexlib, tmp_path, monkeypatch):
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "file").write_bytes(b"hello")
    file = registry.UpstreamFile("owner/repository", "0", "file", "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0")
    monkeypatch.setattr(registry, "upstream_files", lambda name: [file])
    result = gexlib("fetch", "m3d", "--folder", str(tmp_path / "out"), "--mirror", str(tmp_path / "mirror"), "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{tmp_path / 'out'}\n", "")
    assert (tmp_path / "out" / "file").read_bytes() == b"hello"
