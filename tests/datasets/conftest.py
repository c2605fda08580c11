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
