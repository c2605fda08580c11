"""All of the reference run by one command: in order, on the data that are there."""

import subprocess

import pytest


def test_it_runs_the_benchmarks_in_order_or_names_the_data_that_are_missing(benchmarks, tmp_path, monkeypatch):
    import reference_runs

    ran = []
    monkeypatch.setattr(subprocess, "run", lambda command, check: ran.append(command[1:]))
    monkeypatch.setenv("GEXLIB_DATA", str(tmp_path))
    with pytest.raises(SystemExit, match="run 'gexlib fetch m3d'"):
        reference_runs.main()
    for name in ("m3d", "gtex-tcga"):
        (tmp_path / name).mkdir()
    with pytest.raises(SystemExit, match="the tables of donors are not there"):
        reference_runs.main()
    (tmp_path / "metadata").mkdir()
    reference_runs.main()
    names = [command[0].rsplit("/", 1)[1] for command in ran]
    assert names == ["m3d_table_1.py", "human_reference.py", "human_reference.py", "claims.py"]
    assert ran[1][-1] == str(tmp_path / "metadata")
