"""The page When to use a GAN says what the kept rows hold, and its sentences follow them where these change."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def page(benchmarks):
    import when_to_use

    return when_to_use


@pytest.fixture
def curve(page):
    """Return a function that makes learning curves: each generator's gain over the others in S_dist at each n."""

    def make(gains):
        rows = [
            dict.fromkeys(page.LOSS, 0.7)
            | {"data": page.TRUTH, "n": n, "generator": name, "seed": 0, "seconds": 60.0, "best epoch": 0}
            | {"S_dist": 0.7 + gain}
            for name, of_n in gains.items()
            for n, gain in zip((300, 1000), of_n, strict=True)
        ]
        return pd.DataFrame(rows)

    return make


def test_committed_files_are_those_of_the_kept_rows(page):
    made = page.pages(page.RESULTS)
    for name, text in made.items():
        assert (page.PAGES / name).read_text(encoding="utf-8") == text, f"{name}: run benchmarks/when_to_use.py"
    tables = {"camda_brca", "learning_curve", "learning_curve_wins", "peers", "unseen_combinations"}
    assert {path.name for path in page.PAGES.iterdir()} == {*made, *(f"{name}.csv" for name in tables)}


def test_tables_of_the_page_are_those_of_the_kept_rows(page):
    import camda_brca
    import peers
    import unseen_combinations
    from kept import for_readers, mean_sd

    rows = {name: pd.read_csv(page.RESULTS / f"{name}.csv") for name in ("camda_brca", "unseen_combinations", "peers")}
    made = {
        "camda_brca": camda_brca.page_table(rows["camda_brca"])[camda_brca.ON_PAGE],
        "unseen_combinations": unseen_combinations.summary(rows["unseen_combinations"])[unseen_combinations.ON_PAGE],
        "peers": mean_sd(rows["peers"], peers.KEYS[:2], peers.SHOWN)[peers.ON_PAGE],
    }
    for name, table in made.items():
        assert (page.PAGES / f"{name}.csv").read_text(encoding="utf-8") == for_readers(table).to_csv(), name


def test_the_page_includes_all_and_has_no_numbers_of_its_own(page):
    text = (ROOT / "book/when_to_use.md").read_text(encoding="utf-8")
    included = set(re.findall(r"when_to_use/(\S+)", text))
    own = (ROOT / "book/howto/own_data.ipynb").read_text(encoding="utf-8")
    included |= set(re.findall(r"{include} \.\./when_to_use/([\w.]+)", own))
    assert set(page.pages(page.RESULTS)) <= included
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    said = re.findall(r"\d+\.\d+|\d{2,}", prose)
    assert [float(number) for number in said] == [page.TIE, 0.5], "numbers come from files that a command writes"
    assert text.split("\n")[2].startswith("```{include} when_to_use/answer.md"), "first of all, whether it is needed"


def test_a_gan_that_wins_is_said_to_win_from_where_it_does(page, curve):
    flat = {page.COPULA: (0, 0), page.START: (0, 0)}
    better = curve(flat | {page.TRAINED: (0, 0.1), page.DEFAULT: (0.1, 0.1)})
    assert "here it is not." in page.answer(better)
    assert "better in 2 of 16 comparisons, worse in 0 and level in 14" in page.answer(better)
    assert "On the known truth, it pays from 1,000 on" in page.adversarial(better)
    worse = curve(flat | {page.TRAINED: (0.1, -0.1), page.DEFAULT: (0, -0.1)})
    assert "mostly it is." in page.answer(worse)
    assert "On the known truth, it pays at none of the numbers tried (300 to 1,000 samples)" in page.adversarial(worse)
    assert "in 2 of its 2 trainings it kept the start" in page.adversarial(worse)


def test_scores_count_by_their_distance_from_the_best_value(page, curve):
    table = curve({"a": (0, 0), "b": (0, 0)})
    table.loc[table["generator"] == "a", "rfx"] = 0.4
    table.loc[table["generator"] == "b", "density"] = 1.4
    found = page.gains(table, "a", "b", ["data", "n"])
    assert found["rfx"].tolist() == pytest.approx([0.1, 0.1])
    assert found["density"].tolist() == pytest.approx([0.1, 0.1])
    assert page.tally(found) == (4, 0, 16)
    assert page.tally(page.gains(table, "a", "absent", ["n"])) == (0, 0, 0)


def test_combinations_name_the_best_and_whether_it_beats_the_additive_model(page):
    rows = [
        {"data": "human", "given": given, "left out": what, "generator": name, "seed": 0, "relative error": error}
        for given, best in ((0, 1.3), (10, 0.5))
        for what in "xy"
        for name, error in (("Additive", 1.0), ("Gaussian", 2.0), ("default", best))
    ]
    said = page.unseen(pd.DataFrame(rows)).split("\n")
    assert said[0].startswith(
        "- The human cohort, no sample given: the best is *default*, not surely nearer than the additive"
    )
    assert "10 samples given: the best is *default*, nearer than" in said[1]
    assert "below 1 in 2 of 2 combinations" in said[1]


def test_peers_without_a_result_are_named(page, curve):
    table = curve({page.COPULA: (0, 0), "tvae": (-0.1, 0), "ctgan": (0, 0)})
    table.loc[table["generator"] == "ctgan", list(page.LOSS)] = np.nan
    table["settings"] = "no result in 3 minutes"
    said = page.peers(table)
    assert "*tvae* is better in 0 of 8 comparisons, worse in 1 and level in 7" in said
    assert "Without scores: ctgan (no result in 3 minutes)." in said
    assert "Not run: syng-ae" in said
