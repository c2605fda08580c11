"""The extension that gives a page its page_models."""

import base64
import gzip
import json
import sys
from types import SimpleNamespace

import onnx
import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "book/_ext"))
import page_models

BODY = '<div class="generator" id="a" data-model="ecoli"></div>'


def content(script):
    """What a script leaves for the page: its name, and JSON."""
    start = "generatorFiles["
    assert script.startswith(start)
    name, rest = script.removeprefix(start).split("] = ", 1)
    return json.loads(name), json.loads(rest.removesuffix(";\n"))


def test_a_script_holds_the_exported_model_and_its_properties():
    name, made = content(page_models.model_script("ecoli"))
    model = onnx.load_model_from_string(base64.b64decode(made["onnx"]))
    assert name == "ecoli"
    assert [output.name for output in model.graph.output] == ["expression"]
    names = made["about"].pop("names")
    assert made["about"] == {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    levels = {level for covariate in made["about"]["covariates"] for level in covariate.get("levels", [])}
    assert levels < set(names)
    assert names["carbon_source"] == "carbon source"
    assert "temperature" in [covariate["name"] for covariate in made["about"]["covariates"]]


def test_a_script_holds_the_runtime():
    name, made = content(page_models.runtime_script())
    assert name == "runtime"
    assert gzip.decompress(base64.b64decode(made["wasm"])).startswith(b"\0asm")
    assert "ortWasmThreaded" in made["module"]


@pytest.mark.parametrize(("body", "builder"), [("<p>nothing</p>", "html"), (BODY, "singlehtml")])
def test_other_pages_and_the_printed_book_get_nothing(tmp_path, body, builder):
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(name=builder))
    page_models.prepare_page(app, "page", "", {"body": body}, None)
    assert list(tmp_path.iterdir()) == []


def test_a_page_gets_the_models_that_it_names(tmp_path):
    added = []
    app = SimpleNamespace(
        outdir=tmp_path, builder=SimpleNamespace(name="html"), add_js_file=lambda name, **_: added.append(name)
    )
    page_models.prepare_page(app, "page", "", {"body": BODY}, None)
    assert {p.name for p in (tmp_path / "_static/generators").iterdir()} == {
        "LICENSE", "draw.js", "ecoli.js", "ort.wasm.min.js", "runtime.js"}  # fmt: skip
    assert added == ["generators/ort.wasm.min.js", "generators/draw.js"]
