"""The page *Draw a patient* in headless Chromium: its profiles are those of Python from the same random numbers."""

import base64
import hashlib
import json
import re
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import stats

import tests.test_browser as site
from gexlib.preprocess import Covariates, to_expression
from gexlib.wgan import WGANGP
from tests.wgan.test_onnx_export import ROUNDING, WITHIN, same

address, browser, visit = site.address, site.browser, site.visit  # the fixtures

ROOT = Path(__file__).parents[1]
RUNTIME = ROOT / "book/_ext/onnxruntime"
MODELS = {"human": "gtex-tcga", "bacteria": "ecoli"}
LAST = """name => {
    const { numbers, n, sets, about } = drawnSamples[name];
    const flat = array => {  // as text, which is faster to hand over than numbers
        const bytes = new Uint8Array(array.buffer), parts = [];
        for (let i = 0; i < bytes.length; i += 32768) parts.push(String.fromCharCode(...bytes.subarray(i, i + 32768)));
        return btoa(parts.join(""));
    };
    return { n, genes: about.genes, latent: flat(numbers.latent), noise: flat(numbers.noise),
             sets: sets.map(({ values, matrix }) => ({ values, matrix: flat(matrix) })) };
}"""


def ready(page, box):
    """Wait until a generator has drawn what was asked for."""
    page.locator(f"#{box}").scroll_into_view_if_needed()
    drawn = "box => /profiles in/.test(document.querySelector(`#${box} .generator-status`)?.textContent)"
    page.wait_for_function(drawn, arg=box, timeout=90_000)


@pytest.fixture(scope="module")
def opened(browser, address):
    """The page, opened once."""
    page, errors = browser.new_page(), []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(f"{address}/draw.html")
    yield page
    page.close()
    assert errors == []


@pytest.fixture
def human(opened):
    """The page with the human generator as it is at first."""
    ready(opened, "human")
    first = {
        "tissue": "kidney",
        "sex": "male",
        "condition": "normal",
        "compare": '["condition","cancer"]',
        "view": "gene",
    }
    for part, value in first.items():
        opened.select_option(f"#human-{part}", value)
    for part, value in {"count": "100", "seed": "1"}.items():
        opened.fill(f"#human-{part}", value)
    opened.press("#human-seed", "Enter")
    ready(opened, "human")
    return opened


def numbers(text):
    """Numbers of float32 from their bytes as text."""
    return np.frombuffer(bytearray(base64.b64decode(text)), np.float32)


def drawn(page, box):
    """The last draw of a generator: random numbers, and covariates and profiles of each set."""
    last = page.evaluate(LAST, MODELS[box])
    rows = partial(np.reshape, shape=(last["n"], -1))
    last["latent"], last["noise"] = (rows(numbers(last[part])) for part in ("latent", "noise"))
    last["sets"] = [(s["values"], rows(numbers(s["matrix"]))) for s in last["sets"]]
    return last


def in_python(name, values, latent, noise):
    """Profiles of one combination of covariates from these numbers, and what rounding of scores may make of them."""
    gan = WGANGP.load_pretrained(name, device="cpu")
    obs = pd.DataFrame([values] * len(latent))
    covariates = gan.encoder_.transform(obs)
    noise = noise * np.float32(gan.settings.gene_noise_temperature)
    with torch.no_grad():
        scores = gan.generator_(*map(torch.from_numpy, (latent, *covariates, noise))).numpy()
    shifts = (0, -ROUNDING, ROUNDING)
    return [to_expression(gan.standardizer_, scores + shift, Covariates(*covariates)) for shift in shifts]


@pytest.mark.parametrize("box", MODELS)
def test_profiles_are_those_of_python_from_the_same_numbers(opened, box):
    ready(opened, box)
    last = drawn(opened, box)
    assert (last["n"], len(last["sets"])) == (100, 2)
    for values, matrix in last["sets"]:
        expected = in_python(MODELS[box], values, last["latent"], last["noise"])
        assert expected[0].std(axis=0).mean() > 0.2
        same(matrix, expected)
    (first, _), (second, _) = last["sets"]
    assert len([name for name in first if first[name] != second[name]]) == 1


def test_the_numbers_are_gaussian_and_follow_from_the_seed(human):
    before = drawn(human, "human")
    for values in (before["noise"].ravel(), before["latent"].ravel()):
        assert stats.kstest(values, "norm").pvalue > 0.001
        assert abs(np.corrcoef(values[1:], values[:-1])[0, 1]) < 0.02

    human.fill("#human-count", "120")
    human.press("#human-count", "Enter")
    ready(human, "human")
    more = drawn(human, "human")
    assert more["n"] == 120
    for (_, longer), (_, shorter) in zip(more["sets"], before["sets"], strict=True):
        np.testing.assert_allclose(longer[:100], shorter, atol=WITHIN)

    human.fill("#human-seed", "2")
    human.press("#human-seed", "Enter")
    ready(human, "human")
    assert abs(np.corrcoef(drawn(human, "human")["latent"].ravel(), more["latent"].ravel())[0, 1]) < 0.05


def test_a_draw_takes_less_than_two_seconds_of_the_processor(human):
    profiler = human.context.new_cdp_session(human)
    profiler.send("Performance.enable", {"timeDomain": "threadTicks"})  # what a busy machine does meanwhile is not ours

    def seconds():
        return {m["name"]: m["value"] for m in profiler.send("Performance.getMetrics")["metrics"]}["TaskDuration"]

    before = seconds()
    human.select_option("#human-tissue", "colon")
    ready(human, "human")
    assert drawn(human, "human")["sets"][1][0]["tissue"] == "colon"
    assert 0 < seconds() - before < 2


def test_downloads_hold_the_draw_and_the_python_of_the_page_agrees(human, tmp_path, monkeypatch, capsys):
    files = {"Profiles as CSV": "gtex-tcga-profiles.csv", "Random numbers as CSV": "gtex-tcga-numbers.csv"}
    for button, name in files.items():
        with human.expect_download() as download:
            human.locator("#human").get_by_role("button", name=button).click()
        assert download.value.suggested_filename == name
        download.value.save_as(tmp_path / name)
    last = drawn(human, "human")
    profiles = pd.read_csv(tmp_path / "gtex-tcga-profiles.csv")
    assert profiles.columns.tolist() == ["profile", "tissue", "sex", "condition", *last["genes"]]
    assert profiles["profile"].tolist() == [*range(1, 101)] * 2
    assert profiles["condition"].tolist() == ["normal"] * 100 + ["cancer"] * 100
    both = np.concatenate([matrix for _, matrix in last["sets"]])
    np.testing.assert_allclose(profiles[last["genes"]], both, atol=1e-5)
    random = pd.read_csv(tmp_path / "gtex-tcga-numbers.csv", dtype=np.float32)
    np.testing.assert_array_equal(random.filter(like="latent_"), last["latent"])
    np.testing.assert_array_equal(random.filter(like="noise_"), last["noise"])

    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "book/draw.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(block, {})
    assert float(capsys.readouterr().out) < WITHIN


def test_all_controls_have_labels_and_the_keyboard_reaches_them(human):
    controls = human.locator("#human").locator("select, input")
    assert controls.count() == 8
    assert controls.evaluate_all("all => all.filter(c => !c.labels.length).map(c => c.id)") == []
    human.focus("#human-tissue")
    human.keyboard.press("ArrowDown")
    ready(human, "human")
    assert human.input_value("#human-tissue") == "liver"
    assert drawn(human, "human")["sets"][0][0]["tissue"] == "liver"
    reached = []
    for _ in range(7):
        human.keyboard.press("Tab")
        reached.append(human.evaluate("document.activeElement.id"))
    assert reached == [f"human-{part}" for part in ("sex", "condition", "compare", "count", "seed", "view", "gene")]


def test_the_figure_shows_the_gene_that_was_typed_or_the_largest_changes(human):
    human.fill("#human-gene", "UMOD")
    human.press("#human-gene", "Enter")
    human.locator("#human-figure").locator("text=UMOD, log(1 + FPKM)").wait_for()
    last, first = drawn(human, "human"), human.locator("#human tbody tr td:first-child")
    assert first.all_text_contents() == ["normal", "cancer"]
    means = [matrix[:, last["genes"].index("UMOD")].mean() for _, matrix in last["sets"]]
    shown = human.locator("#human tbody tr td:nth-child(2)").all_text_contents()
    assert [float(text.replace("\u2212", "-")) for text in shown] == pytest.approx(means, abs=0.006)

    human.fill("#human-gene", "no gene")
    human.press("#human-gene", "Enter")
    assert not human.evaluate("document.getElementById('human-gene').checkValidity()")
    human.fill("#human-gene", "UMOD")

    human.select_option("#human-view", "changes")
    human.locator("#human tbody tr").nth(14).wait_for(state="attached")
    change = pd.Series((last["sets"][1][1] - last["sets"][0][1]).mean(axis=0), last["genes"])
    top = change.abs().sort_values(ascending=False).index[:15].tolist()
    assert first.all_text_contents() == top
    assert f"{top[0]} changes most" in human.locator("#human .generator-status").inner_text()


def test_kinds_that_the_model_never_saw_are_named(human):
    status = human.locator("#human .generator-status")
    assert "fewer than three samples" not in status.inner_text()
    human.select_option("#human-tissue", "lung")
    ready(human, "human")
    assert "fewer than three samples with these levels: lung, male, cancer." in status.inner_text()


def test_it_works_from_a_file_on_a_phone_in_the_dark(visit):
    page = visit("draw.html", base=site.SITE.as_uri())
    page.set_viewport_size({"width": 420, "height": 900})
    page.emulate_media(color_scheme="dark")
    ready(page, "human"), ready(page, "bacteria")
    page.locator("#human details").click()
    assert page.evaluate(site.TOO_WIDE) == []
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert "#7f9ce6" in json.dumps(
        page.evaluate("document.getElementById('human-figure').data")
    )  # the blue of dark pages
    ink, ground = page.locator("#human-tissue").evaluate(
        "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
    )
    bright = [sum(map(float, re.findall(r"[\d.]+", colour)[:3])) for colour in (ink, ground)]
    assert bright[0] - bright[1] > 400


def test_the_runtime_is_that_of_its_package():
    manifest = json.loads((RUNTIME / "manifest.json").read_text(encoding="utf-8"))
    there = {p.name for p in RUNTIME.iterdir() if p.is_file()} - {"README.md", "LICENSE", "build.py", "manifest.json"}
    assert there == set(manifest["products"])
    for name, expected in manifest["products"].items():
        assert hashlib.sha256((RUNTIME / name).read_bytes()).hexdigest() == expected, name
    assert "onnxruntime-web@1.30.0" in manifest["source"]["package"]
    assert "ONNX Runtime Web v1.30.0" in (RUNTIME / "ort.wasm.min.js").read_text(encoding="utf-8")[:200]
