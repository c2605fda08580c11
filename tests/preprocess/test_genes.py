import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from gexlib.preprocess import match_genes


class TestMatchGenes:
    @pytest.fixture
    def data(self):
        x = np.arange(8, dtype="float32").reshape(2, 4)
        return AnnData(x, var=pd.DataFrame({"length": [1, 2, 3, 4]}, index=["A", "b", "C", "D"]))

    def test_genes_come_in_the_order_asked_for_with_their_values(self, data):
        matched, report = match_genes(data, ["D", "A", "B"])
        assert list(matched.var_names) == ["D", "A"]
        assert matched.X.tolist() == [[3, 0], [7, 4]]
        assert list(matched.var["length"]) == [4, 1]
        assert report == "2 of 3 genes matched; missing: 'B'"

    def test_the_case_can_be_ignored_and_the_spelling_is_then_the_list_s(self, data):
        matched, report = match_genes(data, ["B", "a"], ignore_case=True)
        assert list(matched.var_names) == ["B", "a"]
        assert matched.X.tolist() == [[1, 0], [5, 4]]
        assert report == "2 of 2 genes matched"
        assert list(data.var_names) == ["A", "b", "C", "D"]

    def test_a_long_list_of_missing_genes_is_cut(self, data):
        _, report = match_genes(data, ["A", *(f"g{i}" for i in range(1200))])
        assert report.startswith("1 of 1,201 genes matched; missing: 'g0', 'g1', ")
        assert report.endswith("'g9', ... (1200 in all)")

    def test_duplicates_matter_only_among_the_genes_that_match(self, data):
        with pytest.raises(ValueError, match="genes names 'A' more than once"):
            match_genes(data, ["A", "C", "A"])
        data.var_names = ["A", "x", "a", "x"]
        assert match_genes(data, ["A"])[0].n_vars == 1
        with pytest.raises(ValueError, match=r"data\.var_names names 'a' more than once"):
            match_genes(data, ["A"], ignore_case=True)

    def test_no_match_at_all_is_an_error_that_shows_both_sides(self, data):
        with pytest.raises(ValueError, match="none of the 1 genes is in data; genes: 'b0001'; data: 'A', 'b', 'C', "):
            match_genes(data, ["b0001"])
        with pytest.raises(TypeError, match="genes='A' must be a list"):
            match_genes(data, "A")
