"""What a runtime of ONNX makes of an exported generator is what Python makes of the generator itself."""

import json

import numpy as np
import onnxruntime
import pandas as pd
import pytest
import torch
from anndata import AnnData
from sklearn.exceptions import NotFittedError

from gexlib.preprocess import Covariates, to_expression
from gexlib.wgan import PRESETS, WGANGP, Settings, export_onnx
from gexlib.wgan.onnx_export import onnx_model
from gexlib.wgan.row_draws import row_draws, row_keys

WITHIN = 2e-4  # in the unit of the data, a logarithm
ROUNDING = 1e-5  # of scores: float32 sums of hundreds of terms in another order
SMALL = {"latent_dim": 4, "hidden": (8, 8), "epochs": 2, "evaluate_every": 1, "batch_size": 16, "epoch_updates": 3}
MODELS = {
    "default": Settings(**SMALL),
    "default, all kinds": Settings(**SMALL, kinds="all"),
    "default, trained": Settings(**SMALL, adversarial="always", critic_warmup=0),
    "normal scores": Settings(**SMALL, transform="normal scores", adversarial="never"),
    "noise only": PRESETS["paper_ecoli"].replace(**SMALL, factor_model="noise only", transform="normal scores"),
    "paper_ecoli": PRESETS["paper_ecoli"].replace(**SMALL),
    "paper_gtex_tcga": PRESETS["paper_gtex_tcga"].replace(**SMALL),
}
COVARIATES = {
    "both": (["tissue", "sex"], ["age"]),
    "levels": (["tissue", "sex"], []),
    "number": ([], ["age"]),
    "no": ([], []),
}


@pytest.fixture(scope="module")
def data():
    """Genes with zeros, with a gap, with one value, and others; one combination of levels is absent, another rare."""
    rng, n = np.random.default_rng(0), 150
    obs = pd.DataFrame({"tissue": rng.choice(["liver", "lung", "skin"], n), "sex": rng.choice(["f", "m"], n)})
    obs.loc[(obs["tissue"] == "skin") & (obs["sex"] == "m"), "sex"] = "f"
    obs.loc[0] = ["skin", "m"]
    obs["age"] = rng.uniform(20, 80, n).round()
    x = 6 + rng.normal(size=(n, 3)) @ rng.normal(size=(3, 12)) + rng.normal(size=(n, 12))
    x += 0.03 * obs[["age"]].to_numpy() + 2 * (obs[["tissue"]] == "lung").to_numpy()
    x[:, 0] = np.maximum(x[:, 0] - x[:, 0].mean(), 0)  # half of the values are zeros
    x[:, 1] += 5 * (x[:, 1] > np.median(x[:, 1]))
    x[:, 2] = 3
    return AnnData(
        x.astype(np.float32),
        obs=obs.set_index(obs.index.map("s{}".format)),
        uns={"provenance": {"unit": "log2(TPM + 1)"}},
    )


@pytest.fixture(scope="module", params=[(m, c) for m in MODELS for c in COVARIATES], ids=lambda p: f"{p[0]}, {p[1]}")
def gan(request, data):
    model, covariates = request.param
    gan = WGANGP(*COVARIATES[covariates], settings=MODELS[model], unseen="unknown", device="cpu")
    return gan.fit(data[:120].copy(), validation=data[120:].copy(), progress=False)


def random_inputs(gan, n, seed=0):
    """Latent vectors, noise, all combinations of levels (unknown ones too), and numbers around those of training."""
    rng, encoder = np.random.default_rng(seed), gan.encoder_
    inputs = {"latent": rng.normal(size=(n, gan.settings.latent_dim)).astype(np.float32)}
    if gan.generator_.factor_model is not None:
        inputs["gene_noise"] = rng.normal(size=(n, gan.generator_.n_genes)).astype(np.float32)
    if encoder.categorical:
        inputs["categorical"] = np.column_stack([rng.integers(0, levels, n) for levels in encoder.n_levels])
    if encoder.numerical:
        inputs["numerical"] = np.column_stack([rng.normal(m, 2 * sd, n) for m, sd in encoder.numerical_.values()])
    return inputs


def in_python(gan, inputs):
    """Expression of these inputs, and the least and the largest that rounded scores can give; the transform rises."""
    n, encoder = len(inputs["latent"]), gan.encoder_
    moments = np.array([*encoder.numerical_.values()]).reshape(-1, 2)
    values = ((inputs.get("numerical", np.empty((n, 0))) - moments[:, 0]) / moments[:, 1]).astype(np.float32)
    covariates = Covariates(inputs.get("categorical", np.empty((n, 0), np.int64)), values)
    given = [inputs["latent"], *covariates]
    if "gene_noise" in inputs:
        given.append(inputs["gene_noise"] * np.float32(gan.settings.gene_noise_temperature))
    with torch.no_grad():
        scores = gan.generator_(*map(torch.from_numpy, given)).numpy()
    return [to_expression(gan.standardizer_, scores + shift, covariates) for shift in (0, -ROUNDING, ROUNDING)]


def in_runtime(model, inputs):
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return session.run(["expression"], inputs)[0]


def same(got, expected):
    made, least, largest = expected
    assert got.dtype == np.float32
    assert got.shape == made.shape
    assert (got >= least - WITHIN).all()
    assert (got <= largest + WITHIN).all()
    assert (np.abs(got - made) > WITHIN).mean() < 1e-5  # none but values at a jump of a gene's distribution


def test_a_runtime_gives_what_python_gives(gan):
    inputs = random_inputs(gan, 4000)
    expected = in_python(gan, inputs)
    assert expected[0].std(axis=0)[3:].min() > 0.05
    same(in_runtime(onnx_model(gan), inputs), expected)


def test_a_runtime_gives_the_samples_of_a_seed(gan, data, tmp_path):
    path, obs = tmp_path / "new" / "generator.onnx", data.obs[120:]
    export_onnx(gan, path)
    n_genes, noisy = gan.generator_.n_genes, gan.generator_.factor_model is not None
    drawn = row_draws(7, row_keys(obs.index), gan.settings.latent_dim + noisy * n_genes)
    inputs = {"latent": drawn[:, : gan.settings.latent_dim]}
    if noisy:
        inputs["gene_noise"] = drawn[:, gan.settings.latent_dim :]
    described = onnxruntime.InferenceSession(path).get_modelmeta().custom_metadata_map
    listed = json.loads(described["covariates"])
    if codes := [obs[c["name"]].map(c["levels"].index) for c in listed if c["kind"] == "categorical"]:
        inputs["categorical"] = np.column_stack(codes)
    if numbers := [obs[c["name"]] for c in listed if c["kind"] == "numerical"]:
        inputs["numerical"] = np.column_stack(numbers)
    got = onnxruntime.InferenceSession(path).run(None, inputs)[0]
    assert np.abs(got - gan.sample(obs, seed=7).X).max() < WITHIN


def test_the_properties_say_what_the_inputs_mean(gan):
    found = {p.key: json.loads(p.value) for p in onnx_model(gan).metadata_props}
    assert found["genes"] == gan.var_.index.tolist()
    assert found["unit"] == "log2(TPM + 1)"
    assert found["latent_dim"] == 4
    listed = {c["name"]: c for c in found["covariates"]}
    assert list(listed) == [*gan.encoder_.categorical, *gan.encoder_.numerical]
    if "tissue" in listed:
        assert listed["tissue"]["levels"] == ["liver", "lung", "skin", "unknown"]
    if "age" in listed:
        assert (listed["age"]["mean"], listed["age"]["sd"]) == gan.encoder_.numerical_["age"]
    if gan.generator_.factor_model is not None and "tissue" in listed:
        names = [[listed["tissue"]["levels"][t], s if s is None else "fm"[s]] for t, s in found["kinds"]]
        all_kinds = [["liver", "f"], ["liver", "m"], ["lung", "f"], ["lung", "m"], ["skin", "f"]]
        assert sorted(names) == {  # both in all models but the default, whose samples do not ask for sex
            ("tissue", "sex"): all_kinds, ("tissue",): [["liver", None], ["lung", None], ["skin", None]],
        }[tuple(gan.kinds_)]  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("code", [-1, 4])
def test_a_code_without_a_level_is_an_error(data, name, code):
    gan = WGANGP(["tissue", "sex"], settings=MODELS[name].replace(epochs=1), device="cpu").fit(data, progress=False)
    model, inputs = onnx_model(gan), random_inputs(gan, 3)
    for column in range(2):
        wrong = inputs["categorical"].copy()
        wrong[1, column] = code
        with pytest.raises(Exception, match="out of data bounds|out of bounds"):
            in_runtime(model, inputs | {"categorical": wrong})


@pytest.mark.parametrize("name", ["ecoli", "gtex-tcga"])
def test_pretrained_generators(name):
    gan = WGANGP.load_pretrained(name, device="cpu")
    model = onnx_model(gan)
    assert model.ByteSize() < 15e6
    for seed in range(3):
        inputs = random_inputs(gan, 100, seed)
        same(in_runtime(model, inputs), in_python(gan, inputs))


def test_a_name_that_does_not_say_onnx_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"does not end in \.onnx"):
        export_onnx(WGANGP(), tmp_path / "generator.pt")
    with pytest.raises(NotFittedError):
        export_onnx(WGANGP(), tmp_path / "generator.onnx")
    assert list(tmp_path.iterdir()) == []
