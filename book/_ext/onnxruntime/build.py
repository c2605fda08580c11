"""
Take ONNX Runtime Web from its npm package.

    python book/_ext/onnxruntime/build.py [onnxruntime-web-1.30.0.tgz]

Without an argument the package is fetched with ``npm pack``. Either way its SHA-256 is checked first. Written next to
this script: the three files that run a model on the CPU, the largest compressed, and ``manifest.json``.
"""

import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = "onnxruntime-web@1.30.0"
SHA256 = "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71"
FILES = ("ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")


def main(package: Path | None) -> None:
    """Check the package, and write its files."""
    with tempfile.TemporaryDirectory() as folder:
        if package is None:
            subprocess.run(["npm", "pack", PACKAGE], cwd=folder, check=True)
            package = next(Path(folder).glob("*.tgz"))
        if (found := hashlib.sha256(package.read_bytes()).hexdigest()) != SHA256:
            raise SystemExit(f"{package} has the SHA-256 {found}, not that of {PACKAGE}, {SHA256}")
        products = {}
        with tarfile.open(package) as archive:
            for name in FILES:
                content = archive.extractfile(f"package/dist/{name}").read()
                if name.endswith(".wasm"):
                    name, content = f"{name}.gz", gzip.compress(content, compresslevel=9, mtime=0)
                (HERE / name).write_bytes(content)
                products[name] = hashlib.sha256(content).hexdigest()
    source = {"package": f"{PACKAGE} (npm)", "sha256": SHA256}
    manifest = {"source": source, "license": "MIT (LICENSE)", "products": products}
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
