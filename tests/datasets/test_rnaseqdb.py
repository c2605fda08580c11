import csv
import gzip
import hashlib
import os
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from gexlib.cli import app
from gexlib.datasets import load_rnaseqdb, registry, rnaseqdb
from gexlib.datasets.rnaseqdb import MALE_ABOVE, SEX_OF_TISSUE, TISSUE_OF_STUDY, TISSUES, Y_LINKED

GENES = ["TP53", "NA", *Y_LINKED, "A1BG"]
MALE, FEMALE = [9, 400, 1000, 700, 300], [9, 0, 0.5, 0, 0]  # NA and the Y-linked genes
BLADDER = {"GTEX-S3XE-1226-SM-4AD4L": [1.25, *MALE, 7], "GTEX-U4B1-1226-SM-4DXT7": [20, *FEMALE, 0]}
TUMOUR = {"TCGA-CU-A0YN-01A-11R-A10U-07": [3, *MALE, 1], "TCGA-BT-A20N-01A-11R-A14Y-07": [0.01, *FEMALE, 1e4]}
NORMAL = {"TCGA-CU-A0YN-11A-11R-A10U-07": [5, *MALE, 2]}
GTEX_FILE = "bladder-rsem-fpkm-gtex.txt.gz"
TUMOUR_FILE = "blca-rsem-fpkm-tcga-t.txt.gz"
NORMAL_FILE = "blca-rsem-fpkm-tcga.txt.gz"


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """Nothing of these tests reaches the user's cache."""
    folder = tmp_path_factory.mktemp("user")
    monkeypatch.setenv("GEXLIB_DATA", str(folder))
    return folder


def text_of(samples, genes=GENES):
    rows = [["Hugo_Symbol", "Entrez_Gene_Id", *samples]]
    rows += [[gene, str(i), *(f"{values[i]:g}" for values in samples.values())] for i, gene in enumerate(genes)]
    return "".join("\t".join(row) + "\n" for row in rows)


def write(path, text):
    path.write_bytes(gzip.compress(text.encode("utf-8", "surrogateescape")))


@pytest.fixture
def folder(tmp_path):
    """Three small tables in the format of RNAseqDB, of one tissue, with the genes of one in another order."""
    tmp_path = tmp_path / "data"
    tmp_path.mkdir()
    write(tmp_path / GTEX_FILE, text_of(BLADDER))
    turned = {sample: values[::-1] for sample, values in TUMOUR.items()}
    write(tmp_path / TUMOUR_FILE, text_of(turned, GENES[::-1]))
    write(tmp_path / NORMAL_FILE, text_of({s: [*v, 8] for s, v in NORMAL.items()}, [*GENES, "ONLYHERE"]))
    return tmp_path


def test_values_genes_and_covariates_of_every_sample(folder):
    adata = load_rnaseqdb(folder)
    every = BLADDER | TUMOUR | NORMAL
    assert adata.X.dtype == np.float32
    assert list(adata.var_names) == sorted(GENES)
    assert set(adata.obs_names) == set(every)
    for sample, values in every.items():
        expected = np.log1p(pd.Series(values, GENES)[sorted(GENES)])
        np.testing.assert_allclose(adata[sample].X[0], expected, rtol=1e-6)
    obs = adata.obs
    tumour, normal, gtex = (obs.loc[list(samples)] for samples in (TUMOUR, NORMAL, BLADDER))
    assert set(obs["tissue"]) == {"bladder"}
    assert set(tumour["condition"]) == {"cancer"}
    assert set(normal["condition"]) == set(gtex["condition"]) == {"normal"}
    assert [set(part["dataset"]) for part in (gtex, normal, tumour)] == [{"gtex"}, {"tcga"}, {"tcga-t"}]
    assert [set(part["study"]) for part in (gtex, normal, tumour)] == [{"bladder"}, {"blca"}, {"blca"}]
    assert list(gtex["donor"]) == ["GTEX-S3XE", "GTEX-U4B1"]
    assert list(tumour["donor"]) == ["TCGA-CU-A0YN", "TCGA-BT-A20N"]
    assert list(gtex["sex"]) == list(tumour["sex"]) == ["male", "female"]
    assert obs["sex_inferred"].all()
    assert "age" not in obs
    for column in ("tissue", "condition", "dataset", "study", "sex", "donor"):
        assert obs[column].dtype == "category", column


def test_provenance_depends_on_content_and_names_alone(folder, tmp_path):
    first = load_rnaseqdb(folder).uns["provenance"]
    assert all(isinstance(value, str) for value in first.values())
    assert (first["cohort"], first["unit"], first["files"]) == ("RNAseqDB", "log(1 + FPKM)", "3")
    deep = tmp_path / "mirror" / "data" / "normalized"
    deep.parent.mkdir(parents=True)
    folder.rename(deep)
    assert load_rnaseqdb(tmp_path / "mirror").uns["provenance"] == first
    write(deep / GTEX_FILE, text_of(BLADDER).replace("1.25", "1.26"))
    assert load_rnaseqdb(tmp_path / "mirror").uns["provenance"]["sha256"] != first["sha256"]


def test_sex_is_the_donors(folder):
    """A tumour that lost its Y chromosome is a man's if other tissue of him says so."""
    lost = next(iter(TUMOUR))
    write(folder / TUMOUR_FILE, text_of(TUMOUR | {lost: [3, *FEMALE, 1]}))
    write(folder / NORMAL_FILE, text_of({s: [5, 9, 5000, 5000, 5000, 5000, 2] for s in NORMAL}))
    assert load_rnaseqdb(folder).obs.loc[lost, "sex"] == "male"
    (folder / NORMAL_FILE).unlink()
    assert load_rnaseqdb(folder).obs.loc[lost, "sex"] == "female"


def test_sex_is_unknown_where_a_y_linked_gene_is_missing(folder):
    write(folder / GTEX_FILE, text_of(BLADDER).replace("DDX3Y", "DDX4Y"))
    obs = load_rnaseqdb(folder).obs
    assert (obs.loc[list(BLADDER), "sex"] == "unknown").all()
    assert not obs.loc[list(BLADDER), "sex_inferred"].any()
    assert obs.loc[list(TUMOUR), "sex_inferred"].all()


def test_tissue_of_one_sex_is_checked(folder):
    (folder / TUMOUR_FILE).rename(folder / "prad-rsem-fpkm-tcga-t.txt.gz")  # one man, one woman
    assert load_rnaseqdb(folder).uns["provenance"]["sex_check"].startswith("1 of 2 samples")
    (folder / "prad-rsem-fpkm-tcga-t.txt.gz").rename(folder / "prad-rsem-fpkm-tcga.txt.gz")
    (folder / NORMAL_FILE).rename(folder / "ucec-rsem-fpkm-tcga.txt.gz")
    with pytest.raises(ValueError, match=r"1 of 1 samples of uterus are not female \(ucec-rsem-fpkm-tcga\.txt\.gz\)"):
        load_rnaseqdb(folder)


def test_nothing_found_says_how_to_get_it(tmp_path, own_cache):
    with pytest.raises(FileNotFoundError, match="gexlib fetch gtex-tcga"):
        load_rnaseqdb(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=f"{own_cache}/gtex-tcga' has no"):
        load_rnaseqdb()


def test_same_file_or_sample_twice_is_refused_with_both_files(folder):
    (folder / "old").mkdir()
    (folder / "old" / GTEX_FILE).write_bytes((folder / GTEX_FILE).read_bytes())
    with pytest.raises(ValueError, match=rf"/{GTEX_FILE} and .*old/{GTEX_FILE}"):
        load_rnaseqdb(folder)
    (folder / "old" / GTEX_FILE).unlink()
    write(folder / NORMAL_FILE, text_of(TUMOUR))
    with pytest.raises(ValueError, match=rf"TCGA-CU-A0YN-01A\S+ is in .*{TUMOUR_FILE} and .*{NORMAL_FILE}"):
        load_rnaseqdb(folder)


def test_unknown_study_is_refused(folder):
    (folder / TUMOUR_FILE).rename(folder / "gbm-rsem-fpkm-tcga-t.txt.gz")
    with pytest.raises(ValueError, match=r"gbm-rsem-fpkm-tcga-t\.txt\.gz: unknown study 'gbm'; .*blca.*ucs"):
        load_rnaseqdb(folder)


def test_table_without_a_common_gene_is_refused(folder):
    write(folder / TUMOUR_FILE, text_of(TUMOUR, [f"G{i}" for i in range(len(GENES))]))
    with pytest.raises(ValueError, match=rf"{TUMOUR_FILE}: none of its 7 genes is in all files before it"):
        load_rnaseqdb(folder)


SPOILED = {
    "negative": ("1.25", "-1.25", "line 2: TP53 in GTEX-S3XE-1226-SM-4AD4L is '-1.25'"),
    "text": ("1.25", "high", "line 2: TP53 in GTEX-S3XE-1226-SM-4AD4L is 'high'"),
    "missing": ("1.25", "", "line 2: TP53 in GTEX-S3XE-1226-SM-4AD4L is ''"),
    "NA": ("1.25", "NA", "line 2: TP53 in GTEX-S3XE-1226-SM-4AD4L is 'NA'"),
    "nan": ("1.25", "nan", "line 2: TP53 in GTEX-S3XE-1226-SM-4AD4L is 'nan'"),
    "infinite": ("1.25", "inf", "line 2: TP53 in GTEX-S3XE-1226-SM-4AD4L is 'inf'"),
    "short line": ("1.25\t", "", "line 2: TP53 has 1 values, the header 2 samples"),
    "long line": ("1.25\t", "1.25\t1\t", "line 2: TP53 has 3 values, the header 2 samples"),
    "short later line": ("7\t0\n", "7\n", "line 8: A1BG has 1 values, the header 2 samples"),
    "long later line": ("7\t0\n", "7\t0\t1\n", "line 8: A1BG has 3 values, the header 2 samples"),
    "every line too long": (None, None, "line 2: TP53 has 3 values, the header 2 samples"),
    "gene twice": ("A1BG", "TP53", "line 8: gene symbol TP53 a second time, first in line 2"),
    "sample twice": ("GTEX-U4B1-1226-SM-4DXT7", "GTEX-S3XE-1226-SM-4AD4L", "line 1: sample GTEX-S3XE.* a second time"),
    "wrong header": ("Hugo_Symbol", "gene", "line 1: the header must be Hugo_Symbol.* begins with 'gene'"),
    "no Entrez column": ("Entrez_Gene_Id\t", "", "line 1: the header must be Hugo_Symbol"),
    "nameless sample": ("GTEX-U4B1-1226-SM-4DXT7", "", "line 1: the header must be Hugo_Symbol"),
    "not UTF-8": ("A1BG", "A1\udcff", "line 8: not tab-separated UTF-8 text"),
    "spaces": ("A1BG\t6\t7\t0", "A1BG 6 7 0", "line 8: not tab-separated"),
}


@pytest.mark.parametrize("spoil", SPOILED)
def test_faulty_table_is_refused_with_file_and_line(folder, spoil):
    old, new, message = SPOILED[spoil]
    text = text_of(BLADDER)
    if new is None:
        header, *rows = text.splitlines()
        text = "\n".join([header, *(row + "\t1" for row in rows)])
    else:
        assert text.count(old) == 1
        text = text.replace(old, new)
    write(folder / GTEX_FILE, text)
    with pytest.raises(ValueError, match=rf"{GTEX_FILE}, {message}"):
        load_rnaseqdb(folder)


@pytest.mark.parametrize("genes", [[], ["TP53"]])
def test_table_without_genes_is_refused(folder, genes):
    write(folder / GTEX_FILE, text_of(BLADDER, []) + "\n" * len(genes))
    with pytest.raises(ValueError, match=rf"{GTEX_FILE}: not a tab-separated table of genes by samples"):
        load_rnaseqdb(folder)


@pytest.mark.parametrize(
    "damage",
    [lambda b: b[:-9], lambda b: b[:30], lambda b: b[:60] + b"\0" * 20 + b[80:], lambda _: b"", lambda _: b"text\n"],
    ids=["cut", "cut in the header", "overwritten", "empty", "no gzip"],
)
def test_truncated_or_damaged_gzip_is_refused(folder, damage):
    path = folder / GTEX_FILE
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=rf"{GTEX_FILE}(: truncated or damaged gzip|, line 1: the header must be)"):
        load_rnaseqdb(folder)


# Cache


def reads_nothing(monkeypatch):
    monkeypatch.setattr(rnaseqdb, "read_table", lambda path: pytest.fail(f"{path} was read again"))


def test_second_load_is_the_same_and_reads_no_table(folder, monkeypatch):
    first = load_rnaseqdb(folder)
    assert (folder / "cache" / "rnaseqdb.h5ad").is_file()
    reads_nothing(monkeypatch)
    second = load_rnaseqdb(folder)
    np.testing.assert_array_equal(second.X, first.X)
    pd.testing.assert_frame_equal(second.obs, first.obs)
    pd.testing.assert_frame_equal(second.var, first.var)
    assert second.uns == first.uns


def test_cache_is_made_anew_when_files_or_loader_change(folder, monkeypatch):
    load_rnaseqdb(folder)
    write(folder / GTEX_FILE, text_of(BLADDER).replace("1.25", "2.25"))
    os.utime(folder / GTEX_FILE, ns=(1, 1))
    assert load_rnaseqdb(folder)["GTEX-S3XE-1226-SM-4AD4L", "TP53"].X.item() == pytest.approx(np.log(3.25))
    (folder / NORMAL_FILE).unlink()
    assert load_rnaseqdb(folder).n_obs == 4
    monkeypatch.setattr(rnaseqdb, "VERSION", rnaseqdb.VERSION + 1)
    monkeypatch.setattr(rnaseqdb, "TISSUE_OF_STUDY", TISSUE_OF_STUDY | {"blca": "lung"})
    assert set(load_rnaseqdb(folder).obs["tissue"]) == {"bladder", "lung"}
    assert len(list((folder / "cache").iterdir())) == 1


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"x" * len(b)])
def test_damaged_cache_is_made_anew(folder, damage):
    first = load_rnaseqdb(folder)
    path = folder / "cache" / "rnaseqdb.h5ad"
    path.write_bytes(damage(path.read_bytes()))
    np.testing.assert_array_equal(load_rnaseqdb(folder).X, first.X)
    with h5py.File(path) as file:
        assert file.attrs["gexlib_key"]


def test_no_cache_if_not_wanted(folder, own_cache):
    load_rnaseqdb(folder, cache=False)
    assert not (folder / "cache").exists()
    assert not list(own_cache.iterdir())


def test_read_only_folder_is_cached_with_the_user_even_for_a_superuser(folder, own_cache, monkeypatch):
    folder.chmod(0o555)
    try:
        load_rnaseqdb(folder)
        assert not (folder / "cache").exists()
        assert len(list(own_cache.rglob("rnaseqdb-*.h5ad"))) == 1
        reads_nothing(monkeypatch)
        assert load_rnaseqdb(folder).n_obs == 5
    finally:
        folder.chmod(0o755)


def test_where_nothing_can_be_kept_the_data_still_come(folder, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gexlib.datasets.cached.write_part", full)
    assert load_rnaseqdb(folder).n_obs == 5
    assert not (folder / "cache").exists()


# Metadata


def test_age_and_measured_sex_by_donor(folder, tmp_path):
    table = pd.DataFrame(
        {"SEX": [2, 1, 1], "AGE": ["60-69", "20-29", "30-39"], "DTHHRDY": 0},
        index=pd.Index(["GTEX-S3XE", "GTEX-U4B1", "GTEX-NONE"], name="SUBJID"),
    )
    table.to_csv(tmp_path / "subjects.txt", sep="\t")
    adata = load_rnaseqdb(folder, metadata=tmp_path / "subjects.txt")
    gtex, tcga = adata[list(BLADDER)].obs, adata[list(TUMOUR | NORMAL)].obs
    assert list(gtex["age"]) == [64.5, 24.5]
    assert list(gtex["sex"]) == ["female", "male"]
    assert not gtex["sex_inferred"].any()
    assert tcga["age"].isna().all()
    assert list(tcga["sex"]) == ["male", "female", "male"]
    assert tcga["sex_inferred"].all()
    provenance = adata.uns["provenance"]
    assert provenance["metadata"] == "subjects.txt: rows for 2 of 5 samples"
    assert provenance["age"] == "years, known of 2 of 5 samples"
    assert provenance["sex"].startswith("measured in 2 of 5 samples, with 0 of which the inferred one agrees")
    assert "age" not in load_rnaseqdb(folder).obs, "metadata must not be kept in the cache"
    adata.write_h5ad(tmp_path / "out.h5ad")
    pd.testing.assert_frame_equal(anndata.read_h5ad(tmp_path / "out.h5ad").obs, adata.obs)


def test_sample_goes_before_donor_and_empty_is_unknown(folder, tmp_path):
    tumour = next(iter(TUMOUR))
    (tmp_path / "t.csv").write_text(f"patient,age,sex\nTCGA-CU-A0YN,51.5,Female\n{tumour},50,\nGTEX-S3XE,,M\n")
    obs = load_rnaseqdb(folder, metadata=str(tmp_path / "t.csv")).obs
    assert obs.loc[tumour, "age"] == 50
    assert obs.loc[next(iter(NORMAL)), "age"] == 51.5
    assert np.isnan(obs.loc["GTEX-S3XE-1226-SM-4AD4L", "age"])
    assert obs.loc[next(iter(NORMAL)), "sex"] == "female"
    assert obs.loc[[tumour, next(iter(NORMAL)), next(iter(BLADDER))], "sex_inferred"].tolist() == [True, False, False]


def test_data_frame_with_one_column_of_numbers(folder):
    adata = load_rnaseqdb(folder, metadata=pd.DataFrame({"age": [70, 30.5]}, index=["GTEX-S3XE", "TCGA-BT-A20N"]))
    assert sorted(adata.obs["age"].dropna()) == [30.5, 70]
    assert adata.obs["sex_inferred"].all()
    assert adata.uns["provenance"]["sex"] == "inferred from Y-linked genes"


@pytest.mark.parametrize(
    ("columns", "index", "message"),
    [
        ({"age": [1]}, ["GTEX-ZZZZ"], r"none of its 1 row names \(GTEX-ZZZZ, ...\) is one of the 4 donors \(GTEX-S3XE"),
        ({"years": [1]}, ["GTEX-S3XE"], "needs one column 'age', one column 'sex' or both, not years"),
        ({"age": [1], "AGE": [1]}, ["GTEX-S3XE"], "needs one column 'age'"),
        ({"age": [1, 2]}, ["GTEX-S3XE"] * 2, "GTEX-S3XE a second time"),
        ({"age": ["old"]}, ["GTEX-S3XE"], "GTEX-S3XE: age 'old' .*is not an age in years"),
        ({"age": [21900]}, ["GTEX-S3XE"], r"age '21900' .*at most 120"),
        ({"sex": [3]}, ["GTEX-S3XE"], "GTEX-S3XE: sex '3' .*is not male, female"),
    ],
)
def test_faulty_metadata_is_refused(folder, columns, index, message):
    with pytest.raises(ValueError, match=f"metadata.*{message}"):
        load_rnaseqdb(folder, metadata=pd.DataFrame(columns, index=index))


def test_metadata_file_that_is_not_there_or_of_another_kind(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="no file .*ages.csv"):
        load_rnaseqdb(folder, metadata=tmp_path / "ages.csv")
    with pytest.raises(ValueError, match=r"ages\.xlsx' must be a DataFrame, or a file that ends in"):
        load_rnaseqdb(folder, metadata=tmp_path / "ages.xlsx")


# All 52 files


def test_every_file_of_the_registry_has_a_tissue_of_the_paper():
    names = [file.name for file in registry.upstream_files("gtex-tcga")]
    studies = {rnaseqdb.FILE_NAME.fullmatch(name).groups() for name in names}
    assert len(studies) == 52
    assert {study for study, dataset in studies if dataset == "gtex"} == set(TISSUES)
    assert {study for study, dataset in studies if dataset != "gtex"} == set(TISSUE_OF_STUDY)
    assert set(TISSUE_OF_STUDY.values()) <= set(TISSUES)
    assert len(TISSUES) == 15


class Handler(SimpleHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append(self.path.rpartition("/")[2])
        super().do_GET()

    def log_message(self, *_):
        pass


def test_all_52_files_are_fetched_resumed_and_loaded(tmp_path, own_cache, monkeypatch):
    """From a server with small files of the real names, one of which it lacks at first."""
    files = registry.upstream_files("gtex-tcga")
    mirror = tmp_path / "mirror" / "data" / "normalized"
    mirror.mkdir(parents=True)
    rows = []
    for i, file in enumerate(files):
        study, dataset = rnaseqdb.FILE_NAME.fullmatch(file.name).groups()
        tissue = study if dataset == "gtex" else TISSUE_OF_STUDY[study]
        sex = FEMALE if SEX_OF_TISSUE.get(tissue) == "female" else MALE
        barcode = f"GTEX-{i:04}-1226-SM-4AD4L" if dataset == "gtex" else f"TCGA-CU-{i:04}-01A-11R-A10U-07"
        write(mirror / file.name, text_of({barcode: [i, *sex, 1]}))
        rows.append([file.repository, file.commit, file.path, registry.git_blob_id(mirror / file.name)])
    with (tmp_path / "upstream_files.tsv").open("w", newline="") as table:
        header = ["repository", "commit", "path", "git_blob_sha1"]
        csv.writer(table, delimiter="\t").writerows([header, *rows])
    monkeypatch.setattr(registry, "UPSTREAM", tmp_path / "upstream_files.tsv")
    late = mirror / files[40].name
    late.rename(tmp_path / "late")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=tmp_path / "mirror")) as server:
        server.requests = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            command = ["fetch", "gtex-tcga", "--mirror", f"http://127.0.0.1:{server.server_port}"]
            broken = CliRunner().invoke(app, command)
            (tmp_path / "late").rename(late)
            server.requests.clear()
            whole = CliRunner().invoke(app, command)
        finally:
            server.shutdown()
            thread.join()
    assert broken.exit_code == 1
    assert f"{late.name}: download failed" in broken.stderr
    assert (whole.exit_code, whole.stdout) == (0, f"{own_cache / 'gtex-tcga'}\n")
    assert f"{files[51].name}: 100%" in whole.stderr
    assert set(server.requests) == {file.name for file in files[40:]}, "complete files were fetched again"

    adata = load_rnaseqdb()
    assert adata.n_obs == 52
    assert adata.uns["provenance"]["files"] == "52"
    assert set(adata.obs["tissue"]) == set(TISSUES)
    lines = sorted(f"{row[2].rpartition('/')[2]} {row[3]}\n" for row in rows)
    assert adata.uns["provenance"]["sha256"] == hashlib.sha256("".join(lines).encode()).hexdigest()


# The real files


@pytest.fixture(scope="module")
def timed(shared_data):
    """The real files, and the seconds of processor time that they took."""
    start = time.process_time()
    adata = load_rnaseqdb(shared_data / "rnaseqdb", cache=False)
    return adata, time.process_time() - start


@pytest.fixture(scope="module")
def real(timed):
    return timed[0]


def test_real_files_are_read_fast(timed):
    assert timed[1] < 6


def test_real_files_have_the_papers_genes(real):
    assert real.shape == (1078, 18154)
    assert real.obs_names.is_unique
    assert real.X.min() == 0
    assert real.obs["tissue"].nunique() == 13
    assert set(real.obs.loc[real.obs["condition"] == "cancer", "study"]) == {"chol", "kich", "read", "ucs"}
    assert set(real.obs["donor"].str.match(r"(GTEX-\w{4,5}|TCGA-\w\w-\w{4})$")) == {True}


def test_real_values_are_those_of_the_file(real, shared_data):
    path = shared_data / "rnaseqdb" / "normalized" / "stad-rsem-fpkm-tcga.txt.gz"
    with gzip.open(path, "rt") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    barcode, row = rows[0][20], rows[5000]
    assert real[barcode, row[0]].X.item() == pytest.approx(np.log1p(float(row[20])), rel=1e-6)
    assert real.obs.loc[barcode, "tissue"] == "stomach"


def test_real_sex_agrees_with_tissues_of_one_sex(real):
    """The donors of prostate are men, those of cervix and uterus, and of GTEx's breast here, women."""
    sex = real.obs["sex"].astype(str)
    for tissue, expected in SEX_OF_TISSUE.items():
        assert set(sex[real.obs["tissue"] == tissue]) == {expected}, tissue
    assert set(sex[real.obs["study"] == "breast"]) == {"female"}
    assert real.uns["provenance"]["sex_check"].startswith("0 of 213 samples")
    assert real.obs.groupby("donor", observed=True)["sex"].nunique().max() == 1
    mean = real[:, Y_LINKED].X.mean(axis=1)
    assert (np.where(mean > MALE_ABOVE, "male", "female") == sex).mean() > 0.995
    assert ((mean > 2.5) & (mean < 4)).mean() < 0.02


def test_real_tissues_are_those_of_the_authors_table(shared_data):
    table = pd.read_csv(shared_data / "rnaseqdb" / "tissue_mapping.txt", sep="\t")
    authors = dict(zip(table["TCGA_Tissue"], table["GTEx_Tissue"], strict=True))  # the last of several rows holds
    assert {study: authors[study] for study in TISSUE_OF_STUDY} == TISSUE_OF_STUDY
    assert set(authors) - set(TISSUE_OF_STUDY) == {"paad"}
