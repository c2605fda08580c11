import pandas as pd

from gexlib.study import claims_table, in_short, sentences, verdicts


def test_each_claim_is_in_a_sentence_with_its_verdict_and_its_scores():
    table = claims_table()
    table = table[table["Data"] == "M3D, 524 chips"].set_index("Claim")
    said = in_short("M3D, 524 chips")
    assert len(said) < len(table)
    for claim, row in table.iterrows():
        words, verdict = claim.removeprefix("E. coli: "), row["Verdict"].split(",")[0]
        (sentence,) = (one for one in said if f"**It {verdict}" in one and _words(words) <= _words(one))
        assert sentence.startswith("The paper says: ")
        if f"** {words.split(' ')[0]}: " in sentence:
            assert row["The paper's model here"] in sentence
        assert sentence.split("** ")[1].startswith("S_"), "what the numbers are"
    (one,) = in_short("human", ["S_dist"])
    row = claims_table().set_index("Claim").loc["Human: S_dist near that of real samples"]
    assert one.startswith("The paper says: S_dist near that of real samples. **It holds here, but ")
    assert f"efault {row['The default']}, {row['Compared with'].replace(': ', ' ')}, best simple baseline (" in one
    assert "best simple baseline" not in in_short("human", ["age effect"])[0]  # none was run


def _words(text):
    return set(text.replace(",", " ").replace(":", " ").replace(".", " ").split())


def test_verdicts_take_noise_into_account():
    index = ["GAN", "Real", "Gaussian", "SMOTE"]
    mean = pd.DataFrame({"a": [0.5, 0.9, 0.3, 0.4], "b": [0.5, 0.9, 0.55, 0.2], "c": [0.5, 0.9, 0.1, 0.8]}, index=index)
    sd = mean * 0 + 0.06
    better, level, worse = verdicts(mean, sd, "GAN", "Real", ["Gaussian", "SMOTE"])
    assert better == (
        "**a**: GAN 0.500, real samples 0.900, best simple baseline 0.400 (SMOTE). The GAN is better than the baseline."
    )
    assert level.endswith("0.550 (Gaussian). The GAN is as good as the baseline, within their noise of 0.085.")
    assert worse.endswith("0.800 (SMOTE). The GAN is worse than the baseline.")
    assert verdicts(mean, None, "GAN", "Real", ["Gaussian"])[1].endswith("The GAN is worse than the baseline.")


def test_shares_of_the_bound_have_their_spread_and_the_baseline_its_name(monkeypatch):
    rows = ["Real, matched", "GAN, the paper's", "GAN, default", "SMOTE of each kind", "Gaussian of each kind"]
    scores = {0: [0.8, 0.4, 0.8, 0.6, 0.1], 1: [0.8, 0.4, 0.7, 0.6, 0.2]}
    runs = pd.DataFrame(
        {"seed": s, "data": r, "S_dist": v} for s, of in scores.items() for r, v in zip(rows, of, strict=True)
    )
    monkeypatch.setattr(sentences, "runs_of", lambda name: runs)
    said = sentences.reference_verdict("PRECISE", ["S_dist"]).replace("\xa0", " ").splitlines()
    assert said[4] == "| S_dist | 50 ± 0 % | 94 ± 9 % | 75 ± 0 %, SMOTE of each kind |"
    assert said[-1].endswith("only in S_dist.")
    runs.loc[runs["data"] == "GAN, default", "S_dist"] = [0.9, 0.5]  # ahead on the mean, within the spread
    assert sentences.reference_verdict("PRECISE", ["S_dist"]).splitlines()[-1].startswith("Neither model is ahead")
