"""
Make the embedded gene sets, GO biological process of human genes, from two Debian packages.

    python data/go/build.py [r-bioc-org.hs.eg.db_3.16.0-1_all.deb r-bioc-go.db_3.16.0-1_all.deb]
    python data/go/build.py org.Hs.eg.sqlite GO.sqlite

Without arguments the packages are fetched with ``apt-get download`` (Debian 12). Either way the SHA-256 of the
databases is checked first. R is not needed. Written next to this script: ``go_bp_human.gmt.gz`` and
``manifest.json``. The same zlib gives the same bytes; README.md says what the file holds.
"""

import gzip
import hashlib
import json
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

HERE = Path(__file__).resolve().parent
PRODUCT = "go_bp_human.gmt.gz"
SMALLEST, LARGEST = 10, 500  # genes of a term
LIBRARY = "./usr/lib/R/site-library"
SOURCES = {
    "org.Hs.eg.db": {
        "package": "r-bioc-org.hs.eg.db 3.16.0-1 (Debian 12)",
        "file": "r-bioc-org.hs.eg.db_3.16.0-1_all.deb",
        "sha256": "0f61810d35b858915b1a9787d8dcab08b7e164c14c20a9e1d86eb9837308c2c2",
        "member": f"{LIBRARY}/org.Hs.eg.db/extdata/org.Hs.eg.sqlite",
        "member_sha256": "bba36057dd3100a099e8054511b34d831349761971829a72b84859d2efe34605",
    },
    "GO.db": {
        "package": "r-bioc-go.db 3.16.0-1 (Debian 12)",
        "file": "r-bioc-go.db_3.16.0-1_all.deb",
        "sha256": "6cf9c43b97212811ecb7ad0d7cde12e76f984ab7494a59c02455239a9dd3243d",
        "member": f"{LIBRARY}/GO.db/extdata/GO.sqlite",
        "member_sha256": "b36edf3e7ba7d5869e587651107421c4f5c4444037cb18e26cd2687698e4a0d0",
    },
}


def sha256(path: Path) -> str:
    """Return the hash of a file as a hexadecimal string."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def members(deb: Path) -> Iterator[tuple[str, int, int]]:
    """Yield name, offset and size of each file in a Debian package, which is an ``ar`` archive."""
    with deb.open("rb") as file:
        if file.read(8) != b"!<arch>\n":
            raise ValueError(f"{deb} is not a Debian package")
        while len(header := file.read(60)) == 60:
            name, size = header[:16].decode().strip().rstrip("/"), int(header[48:58])
            yield name, file.tell(), size
            file.seek(size + size % 2, 1)


def database(given: Path, source: dict[str, str], folder: Path) -> Path:
    """Return the SQLite file of a source, from `given`: the file itself, or the package that has it."""
    path = given
    if given.suffix == ".deb":
        offset = next(offset for name, offset, _ in members(given) if name.startswith("data.tar"))
        path = folder / PurePosixPath(source["member"]).name
        with given.open("rb") as file:
            file.seek(offset)
            with tarfile.open(fileobj=file, mode="r|xz") as archive:
                member = next(m for m in archive if m.name == source["member"])
                with archive.extractfile(member) as content, path.open("wb") as copy:
                    while piece := content.read(1 << 20):
                        copy.write(piece)
    if sha256(path) != source["member_sha256"]:
        raise ValueError(f"{given}: SHA-256 of the database is {sha256(path)}, expected {source['member_sha256']}")
    return path


def ancestors(go: sqlite3.Connection) -> dict[str, set[str]]:
    """Return each biological process and all that lie above it, over every relation that GO.db holds."""
    names = dict(go.execute("SELECT _id, go_id FROM go_term"))
    above = {names[i]: {names[i]} for (i,) in go.execute("SELECT _id FROM go_term WHERE ontology = 'BP'")}
    for i, below in go.execute("SELECT _id, _offspring_id FROM go_bp_offspring"):
        above[names[below]].add(names[i])
    return above


def annotations(org: sqlite3.Connection, above: dict[str, set[str]]) -> dict[str, list[str]]:
    """
    Return the symbols of the genes of each term, as GO2ALLEGS of org.Hs.eg.db has them.

    Raises a ValueError unless the direct annotations, carried up to all ancestors, give the same genes.
    """
    symbols = dict(org.execute("SELECT _id, symbol FROM gene_info"))
    terms, carried = defaultdict(set), defaultdict(set)
    for gene, term in org.execute("SELECT DISTINCT _id, go_id FROM go_bp_all"):
        terms[term].add(gene)
    for gene, term in org.execute("SELECT DISTINCT _id, go_id FROM go_bp"):
        for name in above[term]:
            carried[name].add(gene)
    carried.pop("all", None)  # GO.db's root of the three ontologies
    if carried != terms:
        differ = sorted(t for t in {*carried, *terms} if carried.get(t) != terms.get(t))
        raise ValueError(f"GO.db and org.Hs.eg.db disagree on {len(differ)} terms, such as {differ[:3]}")
    return {term: sorted({symbols[gene] for gene in genes}) for term, genes in sorted(terms.items())}


def dates(database: sqlite3.Connection) -> dict[str, str]:
    """Return the dates of the sources from which a database was made."""
    wanted = {"GOSOURCEDATE": "Gene Ontology", "GOEGSOURCEDATE": "annotations (gene2go, Entrez Gene)"}
    return {wanted[key]: value for key, value in database.execute("SELECT * FROM metadata") if key in wanted}


def build(org_file: Path, go_file: Path, folder: Path = HERE) -> None:
    """Write the products of the two databases into `folder`."""
    with tempfile.TemporaryDirectory() as temporary:
        given = zip((org_file, go_file), SOURCES.values(), strict=True)
        org, go = (sqlite3.connect(database(path, source, Path(temporary))) for path, source in given)
        names = dict(go.execute("SELECT go_id, term FROM go_term"))
        terms = annotations(org, ancestors(go))
        terms = {term: genes for term, genes in terms.items() if SMALLEST <= len(genes) <= LARGEST}
        versions = dates(org)
        org.close()
        go.close()
    lines = ["\t".join((f"{names[term]} ({term})", term, *genes)) + "\n" for term, genes in terms.items()]
    (folder / PRODUCT).write_bytes(gzip.compress("".join(lines).encode(), 9, mtime=0))
    manifest = {
        "source": {"versions": versions} | SOURCES,
        "products": {PRODUCT: sha256(folder / PRODUCT)},
        "content": {"terms": len(terms), "genes": len(set().union(*terms.values()))},
        "license": "CC BY 4.0 (Gene Ontology Consortium)",
        "written_with": {"zlib": zlib.ZLIB_RUNTIME_VERSION},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Build from the two files given, or from a download."""
    if arguments:
        return build(*map(Path, arguments))
    with tempfile.TemporaryDirectory() as folder:
        packages = [source["package"].split()[:2] for source in SOURCES.values()]
        subprocess.run(["apt-get", "download", *("=".join(p) for p in packages)], cwd=folder, check=True)
        build(*(Path(folder) / source["file"] for source in SOURCES.values()))


if __name__ == "__main__":
    main(sys.argv[1:])
