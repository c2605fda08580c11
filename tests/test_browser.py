"""Every page of the built site in headless Chromium: nothing fails, nothing comes from elsewhere, all is drawn.

The site is the one in ``_build/html``, which ``snakemake --cores all`` or ``jupyter-book build book/`` leaves there.
"""

import io
import os
import re
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SITE = Path(__file__).parents[1] / "_build/html"
PAGES = sorted(
    str(p.relative_to(SITE)) for p in SITE.rglob("*.html") if not {"_static", "_modules"} & set(p.parts)
) or ["index.html"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTH, PHONE = 1280, 420

# What is wider than the column of text that it stands in, by more than a pixel.
TOO_WIDE = """() => {
    const column = document.querySelector('article, .bd-article-container').getBoundingClientRect().right + 1;
    const found = [];
    const inItsBox = e => {  // a wide table scrolls in a box of its own, within the column
        for (let box = e; box && (e.matches('table') || e.querySelector('table')); box = box.parentElement)
            if (/auto|scroll/.test(getComputedStyle(box).overflowX) && box.getBoundingClientRect().right <= column)
                return true;
        return false;
    };
    for (const e of document.querySelectorAll('article img, article table, article svg, article mjx-container, '
                                              + 'article pre, article div.output, article .interactive-figure')) {
        if (inItsBox(e)) continue;
        if (e.getBoundingClientRect().right > column && !e.closest('mjx-assistive-mml, .hidden'))
            found.push(e.tagName + ' ' + e.className + ' ' + e.textContent.trim().slice(0, 60));
        if (e.matches('div.output') && e.scrollWidth > e.clientWidth + 1)
            found.push('output ' + e.textContent.trim().slice(0, 60));
    }
    if (document.documentElement.scrollWidth > window.innerWidth) found.push('the page itself');
    return found;
}"""


# Equations that begin to the left of their box, where no scrolling leads.
CUT = """() => [...document.querySelectorAll('article div.math')].filter(box => {
    const math = box.querySelector('mjx-math');
    return math && math.getBoundingClientRect().left < box.getBoundingClientRect().left - 1;
}).map(box => box.textContent.trim().slice(0, 60))"""


def missing(what):
    """Skip, except in CI, where nothing may be skipped."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(what)


@pytest.fixture(scope="module")
def address():
    """Address at which the site is served."""
    if not (SITE / "index.html").is_file():
        missing("needs the built site: snakemake --cores all, or jupyter-book build book/")

    class Quiet(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=SITE)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        missing("needs Chromium: apt-get install chromium, or the like")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("needs playwright: pip install playwright")
    offline = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium's sandbox does not work for root
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=[offline, *sandbox])
        yield chromium.new_context(viewport={"width": WIDTH, "height": 900})
        chromium.close()


@pytest.fixture
def visit(browser, address):
    """Return a function that opens a page of the site to the end; what goes wrong on the way fails the test."""
    page = browser.new_page()
    problems = []

    def requested(request):
        if not request.url.startswith((address, SITE.as_uri(), "data:", "blob:")):
            problems.append(f"wants {request.url}")

    def said(message):
        url = message.location["url"]
        if message.type == "error" and not url.endswith("/favicon.ico"):  # index.html, a redirect, names no icon
            problems.append(f"console: {message.text} {url}")

    page.on("request", requested)
    page.on("requestfailed", lambda request: problems.append(f"failed: {request.url} {request.failure}"))
    page.on("response", lambda r: r.status >= 400 and problems.append(f"{r.status}: {r.url}"))
    page.on("console", said)
    page.on("pageerror", lambda error: problems.append(f"script: {error}"))

    def call(path, base=address):
        page.goto(f"{base}/{path}", wait_until="networkidle")
        return page

    yield call
    page.close()
    assert problems == []


def formulas(page):
    """Number of formulas on a page, all of which are drawn."""
    count = page.locator("article .math").count()
    if count:
        page.wait_for_function("window.MathJax && MathJax.startup && MathJax.startup.promise")
        page.evaluate("MathJax.startup.promise")
    assert page.locator("article .math:not(:has(mjx-container))").all_inner_texts() == []
    assert page.locator("mjx-merror").all_inner_texts() == []
    return count


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_and_all_of_it_is_drawn_within_its_column(visit, path):
    page = visit(path)
    formulas(page)
    broken = "Array.from(document.images).filter(i => !(i.complete && i.naturalWidth)).map(i => i.src)"
    assert page.evaluate(broken) == []
    assert page.evaluate(TOO_WIDE) == []
    page.set_viewport_size({"width": PHONE, "height": 900})
    assert page.evaluate(CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE


def test_figures_lie_on_dark_pages_without_a_card_and_with_light_ink(visit):
    page = visit("02_ecoli_training.html")
    page.emulate_media(color_scheme="dark")
    figure = page.locator("article figure img").first
    figure.scroll_into_view_if_needed()
    shot = np.asarray(Image.open(io.BytesIO(figure.screenshot())).convert("RGB"))
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    np.testing.assert_allclose(shot[-2, 2], [int(n) for n in re.findall(r"\d+", ground)[:3]], atol=2)
    assert shot.min(axis=2).max() > 230, "letters"


def test_what_a_cell_writes_can_be_read_on_a_dark_page(visit):
    page = visit("06_counterfactual_biomarkers.html")
    page.emulate_media(color_scheme="dark")
    said = page.locator("div.output.text_html", has_text="as tables to download").first
    shown, around = (e.evaluate("e => getComputedStyle(e).color") for e in (said, page.locator("article")))
    assert shown == around


def test_the_equations_of_the_model_are_there(visit):
    assert formulas(visit("02_ecoli_training.html")) > 10


def test_the_search_finds_a_gene(visit):
    page = visit("search.html?q=crp")
    results = page.locator("#search-results li a")
    results.first.wait_for()
    found = results.evaluate_all("links => links.map(link => link.pathname)")
    assert "/01_data_preparation.html" in found
    results.nth(found.index("/01_data_preparation.html")).click()
    page.wait_for_load_state("networkidle")
    assert "crp" in page.locator("article").inner_text()


def test_an_interactive_figure_answers_to_the_pointer_and_to_its_menu(visit):
    page = visit("02_ecoli_training.html")
    figure = page.locator(".interactive-figure").first
    figure.scroll_into_view_if_needed()
    point = figure.locator(".scatterlayer .point").first
    point.wait_for()
    assert figure.locator("p").count() == 0  # what it says where there are no scripts is gone
    figure.locator(".scatterlayer .point").first.hover(force=True)
    tip = figure.locator(".hoverlayer .hovertext")
    tip.wait_for()
    assert "carbon source: " in tip.text_content()
    before = figure.locator(".legendtitletext").text_content()
    figure.locator(".updatemenu-header").click()
    figure.locator(".updatemenu-dropdown-button").nth(1).click()
    figure.locator(".legendtitletext", has_text="carbon source").wait_for()
    assert before == "data"


def test_pages_without_interactive_figures_do_not_load_plotly(visit):
    page = visit("01_data_preparation.html")
    assert page.locator(".interactive-figure").count() == 0
    assert page.evaluate("typeof Plotly") == "undefined"


def test_a_page_works_from_a_file(visit):
    page = visit("02_ecoli_training.html", base=SITE.as_uri())
    assert formulas(page)
