"""environment.yml and constraints.txt say the same as pyproject.toml."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA_NAMES = {"torch": "pytorch", "snakemake": "snakemake-minimal"}  # where conda has another name


def required(*extras):
    """Requirements of the package with some extras, those of gexlib[...] itself spelled out."""
    found = [*PROJECT["dependencies"]]
    for extra in extras:
        found += PROJECT["optional-dependencies"][extra]
    requirements = [Requirement(line) for line in found]
    own = [r for r in requirements if r.name == PROJECT["name"]]
    others = [r for r in requirements if r.name != PROJECT["name"]]
    return others + [r for nested in own for r in required(*nested.extras) if str(r) not in map(str, others)]


def pins():
    """Pinned versions by canonical name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!]+", line) for line in pinned)
    names = [canonicalize_name(line.split("==")[0]) for line in pinned]
    assert len(set(names)) == len(names), "a distribution is pinned twice"
    return dict(zip(names, (line.split("==")[1] for line in pinned), strict=True))


def needed():
    """Distributions that gexlib[test] needs here, directly or through others: name to installed version."""
    found, waiting = {}, list(map(str, required("test")))
    while waiting:
        requirement = Requirement(waiting.pop())
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        name = canonicalize_name(requirement.name)
        seen = found.setdefault(name, [metadata.version(name), set()])
        extras = {"", *requirement.extras} - seen[1]
        seen[1].update(extras)
        for line in metadata.requires(name) or []:
            needs = Requirement(line)
            if any(needs.marker is None or needs.marker.evaluate({"extra": extra}) for extra in extras):
                needs.marker = None
                waiting.append(str(needs))
    return {name: version for name, (version, _) in found.items()}


def test_environment_yml_asks_for_what_pyproject_asks_for():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge", "bioconda"]
    asked = {}
    *entries, pip = environment["dependencies"]
    assert pip["pip"].pop() == "-e ."
    for entry in entries + pip["pip"]:
        name, ranges = re.fullmatch(r"([a-z0-9-]+)(.*)", entry).groups()
        asked[name] = set(filter(None, ranges.strip().split(",")))
    expected = {
        CONDA_NAMES.get(r.name, r.name): {str(specifier) for specifier in r.specifier} for r in required("test")
    }
    assert asked.pop("python") == {"=3.11"}
    assert asked.pop("pip") == set()
    assert asked == expected


@pytest.mark.parametrize("requirement", required("test"), ids=str)
def test_pinned_versions_lie_in_the_ranges_of_pyproject(requirement):
    assert pins()[canonicalize_name(requirement.name)] in requirement.specifier


def test_all_that_is_needed_is_pinned():
    assert sorted(needed().keys() - pins().keys()) == []


def test_nothing_is_pinned_that_is_not_needed():
    assert sorted(pins().keys() - needed().keys()) == []
