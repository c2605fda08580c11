"""Families are found by name in any case, in the order of the table."""

import pytest

from gexlib.report.families import FAMILIES, chosen_families


def test_names_in_any_case_and_order():
    assert chosen_families(None) == list(FAMILIES)
    assert chosen_families("GRN") == ["GRN"]
    assert chosen_families(["Privacy", "structure", "privacy"]) == ["structure", "privacy"]


def test_an_unknown_name_is_an_error():
    with pytest.raises(ValueError, match="families has 'beauty'; there are: 'structure', 'GRN', 'fidelity'"):
        chosen_families(["structure", "beauty"])


def test_no_family_at_all_is_an_error():
    with pytest.raises(ValueError, match="families is empty; name some of 'structure'.* or leave it out for all"):
        chosen_families([])
