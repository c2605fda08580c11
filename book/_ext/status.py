"""The status page: what is known of each notebook's reference run, and an archive of the notebooks."""

import json
import zipfile
from pathlib import Path

from stacked import stacked

ARCHIVE = "notebooks.zip"
UNKNOWN = "not recorded"


def runs(book: Path) -> dict[str, dict]:
    """Return what was written down of the run of each notebook of the book; nothing for one that was never recorded."""
    names = [path.relative_to(book).with_suffix("").as_posix() for path in sorted(book.rglob("*.ipynb"))]
    files = {name: book / "_runs" / f"{name}.json" for name in names}
    return {name: json.loads(file.read_text("utf-8")) if file.is_file() else {} for name, file in files.items()}


def table(book: Path) -> str:
    """Return the tables of the status page, as Markdown."""
    found = runs(book)
    rows = [
        "| Notebook | Date | Run time | Cores | Memory | Machine | File |",
        "| --- " * 7 + "|",
    ]
    for name, run in found.items():
        cells = [UNKNOWN] * 5
        if "seconds" in run:
            minutes, seconds = divmod(run["seconds"], 60)
            memory = f"{run['memory_mb'] / 1000:.1f} GB"
            cells = [
                run["date"],
                f"{minutes} min {seconds:02} s",
                str(run["cores"]),
                memory,
                run["machine"],
            ]
        file = f"{{download}}`{name.split('/')[-1]}.ipynb </{name}.ipynb>`"
        rows.append(f"| {{doc}}`/{name}` | {' | '.join(cells)} | {file} |")
    return "\n".join(
        [
            *stacked(rows),
            "",
            "## Versions",
            "",
            *_versions(found),
            "",
            "## Data",
            "",
            *_data(found),
        ]
    )


def _versions(found: dict[str, dict]) -> list[str]:
    known = {name: run["versions"] for name, run in found.items() if "versions" in run}
    if not known:
        return [f"Versions were {UNKNOWN}."]
    rows = ["| Package | Version |", "| --- | --- |"]
    for package in dict.fromkeys(package for versions in known.values() for package in versions):
        values = dict.fromkeys(versions[package] for versions in known.values() if package in versions)
        rows.append(f"| {package} | {', '.join(values)} |")
    return rows


def _data(found: dict[str, dict]) -> list[str]:
    used = {}
    for name, run in found.items():
        for path, digest in run.get("data", {}).items():
            used.setdefault((path, digest), []).append(f"{{doc}}`{name.split('/')[-1][:2]} </{name}>`"
                                                       if name[0].isdigit() else f"{{doc}}`/{name}`")  # fmt: skip
    if not used:
        return [f"Hashes were {UNKNOWN}."]
    rows = [
        "| File or folder | SHA-256, first 16 digits | Read by |",
        "| --- | --- | --- |",
    ]
    rows += [f"| `{path}` | `{digest[:16]}` | {', '.join(by)} |" for (path, digest), by in used.items()]
    return stacked(rows)


def write_archive(book: Path, out: Path) -> None:
    """Write all notebooks of the book as one archive; the same notebooks give the same bytes."""
    out.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out / ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in book.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts):
            entry = zipfile.ZipInfo(path.relative_to(book).as_posix(), date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
