"""
Whatever a file, a table or a configuration holds: a result that is finite, or one of the library's own errors.

Hypothesis makes the inputs. Each property has a fixed budget, the same inputs in every run; ``pytest -m long`` tries
many more, at random.
"""

import gzip
import json
import shutil
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from anndata import AnnData
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from own_errors import own_errors
from scipy import sparse

from gexlib.datasets import read, read_gmt, write
from gexlib.datasets.fpkm_table import read_table
from gexlib.grn import read_regulondb
from gexlib.preprocess import CovariateEncoder, read_covariates
from gexlib.simulators import read_gnw_expression, read_gnw_network, read_syntren_expression, read_syntren_network
from gexlib.wgan import PRESETS, WGANGP, Coupling, Settings
from gexlib.wgan.coupling import PROBABILITIES
from gexlib.wgan.files import folder as folder_of_files
from gexlib.wgan.files.folder import CHECKSUM

TINY = PRESETS["paper_ecoli"].replace(latent_dim=2, hidden=(4,), epoch_updates=2, epochs=1, batch_size=8)
LEARNED = {"tissue": ["lung", "liver"] * 10, "age": np.arange(20.0)}

budgets = pytest.mark.parametrize("examples", [30, pytest.param(1000, marks=pytest.mark.long)])


def tried(strategy, examples, check):
    """Call `check` with so many examples of a strategy."""
    known = examples < 100
    options = {"derandomize": True} if known else {}
    options |= {"deadline": None, "database": None, "suppress_health_check": [*HealthCheck]}
    limits = budget(max_examples=examples, **options)
    limits(given(strategy)(check))()


def data(n=20, genes=5):
    x = np.random.default_rng(0).normal(5, 1, (n, genes)).astype(np.float32)
    return AnnData(x, obs=pd.DataFrame(LEARNED, index=[f"s{i}" for i in range(20)]).iloc[:n])


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("any") / "model"
    WGANGP(["tissue"], ["age"], TINY, device="cpu").fit(data(), progress=False).save(folder)
    return folder


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
anything = st.recursive(leaves, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=5), v, max_size=3))
flips = st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(1, 255)), min_size=1, max_size=4)


def places(value, path=()):
    """All places in a JSON value, as paths of keys."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def flipped(content, changes):
    changed = bytearray(content)
    for place, mask in changes:
        changed[place % len(changed)] ^= mask
    return bytes(changed)


def sampled(folder):
    with own_errors():
        made = WGANGP.load(folder, device="cpu").sample(data(4).obs)
        assert np.isfinite(made.X).all()


def try_descriptions(saved, copy, examples, use):
    """Use copies of a saved folder whose description has anything in one of its places."""
    config = json.loads((saved / "config.json").read_text())
    del config[CHECKSUM]  # with it, most of the rest would not be looked at
    everywhere = sorted(places(config), key=repr)

    def check(change):
        place, value = change
        changed = json.loads(json.dumps(config))
        inner = changed
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
        shutil.copytree(saved, copy, dirs_exist_ok=True)
        (copy / "config.json").write_text(json.dumps(changed))
        use(copy)

    tried(st.tuples(st.sampled_from(everywhere), anything), examples, check)


@budgets
def test_a_description_of_a_model_with_anything_in_a_place(model, tmp_path, examples):
    try_descriptions(model, tmp_path / "model", examples, sampled)


@budgets
@pytest.mark.parametrize("file", ["config.json", "tensors-*"])
def test_a_model_with_changed_bytes(model, tmp_path, examples, file):
    def check(changes):
        shutil.copytree(model, tmp_path / "model", dirs_exist_ok=True)
        (path,) = (tmp_path / "model").glob(file)
        path.write_bytes(flipped(path.read_bytes(), changes))
        sampled(tmp_path / "model")

    tried(flips, examples, check)


@pytest.fixture(scope="module")
def explaining():
    """A model that tells what a measured sample would be in another condition."""
    settings = Settings(latent_dim=2, hidden=(4,), epoch_updates=2, epochs=1, batch_size=8)
    return WGANGP(["tissue"], ["age"], settings, device="cpu").fit(data(), progress=False)


@pytest.fixture(scope="module")
def coupling(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("any") / "coupling", np.random.default_rng(0)
    genes, groups = tuple(data().var_names), np.array(["alike"] * 8, dtype=object)
    states, weights = rng.normal(size=(2, 8, len(genes))).astype(np.float32)
    spread, quantiles = np.ones(len(genes), np.float32), np.linspace(-2, 2, len(PROBABILITIES))
    named = ("tissue", "lung", "liver"), (8, genes, ("tissue",))
    Coupling(*named[0], spread / 2, 0.5, 8.0, states, groups, weights, spread, quantiles, *named[1]).save(folder)
    return folder


def switched(gan, folder):
    samples = data()[data().obs["tissue"] == "liver"].copy()
    made = gan.counterfactual(samples, "tissue", "lung", reference="liver", coupling=Coupling.load(folder))
    assert np.isfinite(made.X).all()
    assert np.isfinite(made.layers["low"]).all()


@budgets
def test_a_description_of_a_coupling_with_anything_in_a_place(explaining, coupling, tmp_path, examples):
    switched(explaining, coupling)

    def used(folder):
        with own_errors():
            switched(explaining, folder)

    try_descriptions(coupling, tmp_path / "coupling", examples, used)


@budgets
@pytest.mark.parametrize("file", ["config.json", "tensors-*"])
def test_a_coupling_with_changed_bytes(explaining, coupling, tmp_path, examples, file):
    def check(changes):
        shutil.copytree(coupling, tmp_path / "coupling", dirs_exist_ok=True)
        (path,) = (tmp_path / "coupling").glob(file)
        path.write_bytes(flipped(path.read_bytes(), changes))
        with own_errors():
            switched(explaining, tmp_path / "coupling")

    tried(flips, examples, check)


@budgets
def test_a_coupling_of_other_arrays(explaining, coupling, tmp_path, examples):
    info, tensors = folder_of_files.read(coupling, "coupling")
    info = {name: value for name, value in info.items() if name not in ("format", "version", "kind", "tensors")}

    def check(change):
        name, shape, number, kind = change
        other = torch.full(shape, number).to(kind)
        folder_of_files.write(tmp_path / "other", "coupling", info, tensors | {name: other})
        with own_errors():
            switched(explaining, tmp_path / "other")

    shapes = st.lists(st.integers(0, 9), max_size=3) | st.sampled_from([tuple(t.shape) for t in tensors.values()])
    numbers, kinds = st.sampled_from([0.0, -1.0, np.nan, 1e30, 2.0]), [torch.float32, torch.float64, torch.int64]
    tried(st.tuples(st.sampled_from(sorted(tensors)), shapes, numbers, st.sampled_from(kinds)), examples, check)


@budgets
def test_settings_of_anything(examples):
    names = sorted(Settings().to_dict())

    def check(changes):
        with own_errors():
            Settings(**changes)

    tried(st.dictionaries(st.sampled_from(names) | st.text(max_size=5), anything, max_size=2), examples, check)


NUMBERS = st.floats(width=64) | st.integers(-5, 5).map(float) | st.sampled_from([0.0, 1e39, 1e308, -1e300, np.nan])


@st.composite
def samples(draw):
    n, genes = draw(st.integers(0, 8)), draw(st.integers(0, 3))
    kind = draw(st.sampled_from(["float32", "float64", "int64", "bool", "complex128", "object"]))
    x = np.array(draw(st.lists(NUMBERS, min_size=n * genes, max_size=n * genes))).reshape(n, genes)
    with np.errstate(all="ignore"):
        x = np.nan_to_num(x).astype(kind) if kind in ("int64", "bool") else x.astype(kind)
    if kind != "object" and draw(st.booleans()):
        x = sparse.csr_matrix(x)
    obs = pd.DataFrame(index=[f"s{i}" for i in range(n)])
    for name in ("tissue", "age"):
        column = draw(st.lists(NUMBERS | st.sampled_from(["a", "A ", "$b", "", None, [1]]), min_size=n, max_size=n))
        obs[name] = pd.Series(column, obs.index, dtype=draw(st.sampled_from([object, None])))
    return AnnData(x, obs=obs)


@budgets
def test_a_data_set_of_anything(examples):
    def check(found):
        with own_errors():
            gan = WGANGP(["tissue"], ["age"], TINY, device="cpu", unseen="unknown")
            made = gan.fit(found, progress=False).sample(found.obs)
            assert np.isfinite(made.X).all()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tried(samples(), examples, check)


CELLS = st.sampled_from(["lung", "liver", "NA", "00", "", "age", "tissue", "1e308", "nan", "7", '"', "\0", "ä", " "])
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4).map(",".join), max_size=4).map("\n".join)


@budgets
def test_covariates_of_anything(tmp_path, examples):
    encoder = CovariateEncoder(["tissue"], ["age"], "unknown").fit(pd.DataFrame(LEARNED))

    def check(text):
        (tmp_path / "wanted.csv").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "replace"))
        with own_errors():
            assert np.isfinite(encoder.transform(read_covariates(tmp_path / "wanted.csv", encoder)).values).all()

    tried(TABLES | TABLES.map("id,tissue,age\n{}".format) | st.text() | st.binary(), examples, check)


READERS = {
    read_gnw_network: "crp\taraC\t+\ncrp\tfis\t-\n",
    read_gnw_expression: '"crp"\t"araC"\n0.9\t0.4\n0.8\t0.3\n',
    read_syntren_network: "crp\tac\taraC\ncrp\tdu\tfis\n",
    read_syntren_expression: "GENE\ts0\ts1\ncrp\t0.9\t0.8\naraC\t0.4\t0.3\n",
    read_gmt: "one\tfirst\ta\tb\ntwo\tsecond\tc\n",
    read_regulondb: "CRP\taraC\t+\t[X]\tStrong\nCRP\tlacZ\t-\t[X]\tWeak\n",
    read_table: "Hugo_Symbol\tEntrez_Gene_Id\ts0\nTP53\t1\t2.5\nA1BG\t2\t0\n",
}


@budgets
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_a_text_file_of_anything(tmp_path, examples, reader):
    whole = READERS[reader]
    path = tmp_path / "data.txt"

    def check(content):
        path.write_bytes(gzip.compress(content) if reader is read_table else content)
        with own_errors():
            found = reader(path)
            assert not isinstance(found, AnnData) or np.isfinite(found.X).all()

    lines = st.lists(st.sampled_from([*whole.splitlines(), "", "\t", "a\tb", "a\t1e39", "x" * 99]), max_size=5)
    tried(
        flips.map(lambda changes: flipped(whole.encode(), changes))
        | lines.map("\n".join).map(str.encode)
        | st.binary(max_size=60),
        examples,
        check,
    )


@budgets
@pytest.mark.parametrize("backed", [False, True])
def test_an_h5ad_file_with_changed_bytes(tmp_path, examples, backed):
    write(data(), tmp_path / "whole.h5ad")
    content = (tmp_path / "whole.h5ad").read_bytes()

    def check(changes):
        (tmp_path / "data.h5ad").write_bytes(flipped(content, changes))
        with own_errors():
            found = read(tmp_path / "data.h5ad", backed=backed)
            if backed:
                found.file.close()

    tried(flips, examples, check)
