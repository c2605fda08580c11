"""Files that cannot be read are refused by all readers."""

import pytest

from gexlib.simulators import read_gnw_expression, read_gnw_network, read_syntren_expression, read_syntren_network

from .written_files import written


@pytest.mark.parametrize("read", [read_gnw_expression, read_gnw_network, read_syntren_expression, read_syntren_network])
def test_missing_and_damaged_files(tmp_path, read):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*none\.tsv"):
        read(tmp_path / "none.tsv")
    path = written(tmp_path, "a\tb\n1\t2\n", "cut.tsv.gz")
    path.write_bytes(path.read_bytes()[:-6])
    with pytest.raises(ValueError, match=r"cut\.tsv\.gz is not a whole file"):
        read(path)
    (tmp_path / "binary.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"binary\.tsv.* is no text in UTF-8"):
        read(tmp_path / "binary.tsv")


@pytest.mark.parametrize("read", [read_gnw_expression, read_syntren_expression])
def test_numbers_that_single_precision_does_not_have(tmp_path, read):
    path = written(tmp_path, "a\tb\n1\t2\n3\t1e39\n", "data.tsv")
    with pytest.raises(ValueError, match=r"data\.tsv, line 3: '1e39' for 'b' is not a finite number"):
        read(path)
