"""
Generators that run in a page: a page with ``class="generator"`` gets the models that it names, and what runs them.

Models are exported by :func:`gexlib.wgan.export_onnx`. A page opened from a file may load scripts, but nothing else. So
models and WebAssembly become scripts, which hold them as text.
"""

import base64
import json
import re
import shutil
from pathlib import Path

MARK = 'class="generator"'
MODELS = re.compile(r'data-model="([\w-]+)"')
HERE = Path(__file__).parent
RUNTIME = HERE / "onnxruntime"
FOLDER = "generators"  # in the site's _static


def script(name: str, content: dict[str, object]) -> str:
    """Return a script that leaves some content where ``draw.js`` finds it."""
    return f"generatorFiles[{json.dumps(name)}] = {json.dumps(content)};\n"


def model_script(name: str) -> str:
    """Return the script of a pretrained model: the file of ONNX, and its properties, which are JSON."""
    from gexlib.study import in_words
    from gexlib.wgan import WGANGP
    from gexlib.wgan.onnx_export import onnx_model

    model = onnx_model(WGANGP.load_pretrained(name, "cpu"))
    about = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    levels = [name for covariate in about["covariates"] for name in (covariate["name"], *covariate.get("levels", []))]
    about["names"] = {name: in_words(name) for name in levels}
    return script(
        name, {"about": about, "onnx": base64.b64encode(model.SerializeToString(deterministic=True)).decode()}
    )


def runtime_script() -> str:
    """Return the script of the runtime's two other files, the module as it is and the WebAssembly compressed."""
    module, wasm = (RUNTIME / f"ort-wasm-simd-threaded.{ending}" for ending in ("mjs", "wasm.gz"))
    content = {"module": module.read_text("utf-8"), "wasm": base64.b64encode(wasm.read_bytes()).decode()}
    return script("runtime", content)


def prepare_page(app, pagename, templatename, context, doctree):
    """Give a page with generators its scripts; those that are large are loaded by ``draw.js``."""
    body = context.get("body", "")
    if MARK not in body or app.builder.name != "html":
        return
    out = Path(app.outdir, "_static", FOLDER)
    out.mkdir(parents=True, exist_ok=True)
    for copied in (RUNTIME / "ort.wasm.min.js", RUNTIME / "LICENSE", HERE / "draw.js"):
        shutil.copyfile(copied, out / copied.name)
    (out / "runtime.js").write_text(runtime_script(), encoding="utf-8")
    for name in MODELS.findall(body):
        (out / f"{name}.js").write_text(model_script(name), encoding="utf-8")
    for name in ("ort.wasm.min.js", "draw.js"):
        app.add_js_file(f"{FOLDER}/{name}", loading_method="defer")


def setup(app):
    """Connect the extension to Sphinx."""
    app.connect("html-page-context", prepare_page)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
