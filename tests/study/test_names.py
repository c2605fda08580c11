"""Names in words: every code of the data has one, and no two have the same."""

from gexlib.datasets import load_ecoli
from gexlib.datasets.rnaseqdb import TISSUE_OF_STUDY, TISSUES
from gexlib.study import in_words
from gexlib.study.names import NAMES, PROJECTS


def test_every_code_has_a_name_of_its_own():
    projects = set(load_ecoli().obs["project"])
    assert projects == set(PROJECTS)
    names = [in_words(code) for code in (*TISSUES, *TISSUE_OF_STUDY, *projects, "gtex", "tcga", "tcga-t")]
    assert len(set(names)) == len(names)
    assert not any("_" in name for name in names)
    assert all(len(name) <= 24 for name in NAMES.values()), "they stand in legends"
