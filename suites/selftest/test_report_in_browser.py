"""Pages in a browser: clicks, keys, print, phone and night; no error in the console, nothing fetched.

BOOKPROOF_SCREENSHOTS names a folder that keeps the pictures.
"""

import base64
import copy
import tempfile
from collections import Counter
from datetime import date

import pytest
from browser import BASH, CHROMIUM, PHONE, WIDE, Browser

from bookproof import apis
from bookproof.errors import UsageError
from bookproof.faults import Gateway, Hooks
from bookproof.reports.allure import complete_results
from bookproof.reports.compare import compare, comparison_page
from bookproof.reports.folder import write_reports
from bookproof.reports.html import page
from bookproof.reports.rendered_allure import find_tool, render_allure
from bookproof.running import run_suite
from bookproof.targets.opening import Plan
from bookproof.verdict import Waiver

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on PATH"),
    pytest.mark.skipif(BASH is None, reason="there is no bash, which hands Chromium its pipes"),
]
API = apis.load("highlevel")
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31m \u202eאבג \"'`"


@pytest.fixture(scope="module")
def browser():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        window = Browser(profile)
        yield window
        window.close()


def judged(change=None, select="", **plan):
    """The verdict on the reference, its answers changed."""
    app = Gateway(API.reference().app, Hooks(answer=change)) if change else None
    return run_suite(API, Plan(app=app, **plan), properties=False, select=select).verdict


def faulty(asked, answered):
    if isinstance(answered.json, dict) and answered.status < 300:
        answered.json |= {"isActive": "yes", "name": str(answered.json.get("name")).lower()}


def hostile(asked, answered):
    if isinstance(answered.json, dict):
        answered.json |= {"name": HOSTILE, "description": "x" * 1_000_000, "isActive": HOSTILE, HOSTILE: HOSTILE}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pages of a conforming, a failing, a hostile and a large run, and a comparison."""
    place = tmp_path_factory.mktemp("pages")
    waiver = Waiver("HL-053", "the vendor mends it", date(2031, 5, 1))
    conforming, failing = judged().as_json(), judged(faulty, waivers={"HL-053": waiver}).as_json()
    failing["started"] = "2031-01-02T03:04:05Z"
    pages = {
        "conforming": page(conforming),
        "failing": page(failing),
        "hostile": page(judged(hostile, select="test_limit").as_json()),
        "large": page(large(failing)),
        "comparison": comparison_page(compare([("may", conforming), ("june", failing)])),
    }
    for name, text in pages.items():
        (place / f"{name}.html").write_text(text, encoding="utf-8")
    return place


def large(document):
    """A run with 1,000 requirements, a tenth of them failed."""
    rows = document["requirements"]
    failed = next(row for row in rows if row["outcome"] == "failed")
    made = [copy.deepcopy(rows[n % len(rows)] if n % 10 else failed) | {"id": f"HL-{n:04}"} for n in range(1_000)]
    counts = document["counts"] | {
        "requirements": dict.fromkeys(document["counts"]["requirements"], 0) | Counter(row["outcome"] for row in made)
    }
    return document | {"requirements": made, "counts": counts}


def shown(browser):
    return browser.js("[...document.querySelectorAll('#rows > .row')].filter(r => !r.hidden).map(r => r.id)")


# -- how it looks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("name", ["conforming", "failing", "hostile", "comparison"])
def test_a_page_opens_without_an_error_and_fetches_nothing(browser, folder, name, size, dark):
    browser.open(folder / f"{name}.html", size, dark=dark)
    picture = browser.picture(f"{name}-{'phone' if size == PHONE else 'wide'}-{'night' if dark else 'day'}")

    assert (browser.troubles, browser.fetched) == ([], [])
    assert browser.js("document.documentElement.scrollWidth <= innerWidth")
    assert len(picture) > 10_000


def test_a_hostile_answer_runs_nothing_and_steers_nothing(browser, folder):
    browser.open(folder / "hostile.html")
    browser.js("document.querySelectorAll('details').forEach(one => { one.open = true; })")

    assert browser.troubles == []
    assert browser.js("document.scripts.length") == 1
    assert browser.js("document.images.length") == 0
    assert browser.js("document.body.innerText.includes('<script>alert(1)</script>')")
    assert browser.js("document.body.innerText.includes('‹202E›')")
    assert (folder / "hostile.html").stat().st_size < 5_000_000


def test_night_and_day_are_a_matter_of_choice(browser, folder):
    browser.open(folder / "failing.html")
    ground = "getComputedStyle(document.body).backgroundColor"
    day = browser.js(ground)
    browser.click("#theme")
    browser.click("#theme")
    night = browser.js(ground)
    browser.click("#theme")

    assert night != day
    assert browser.js(ground) == day


# -- what it does ----------------------------------------------------------------------------------------------


def test_an_outcome_is_chosen_by_a_click(browser, folder):
    browser.open(folder / "failing.html")
    browser.click(".chip:has([value=failed])")
    browser.until("document.querySelector('#count').textContent.startsWith('1 of')")
    (failed,) = shown(browser)
    browser.picture("failing-filtered")

    assert browser.js(f"document.getElementById('{failed}').dataset.outcome") == "failed"
    assert browser.js("document.querySelector('#count').ariaLive") == "polite"


def test_words_are_searched_while_they_are_typed(browser, folder):
    browser.open(folder / "failing.html")
    browser.click("#search")
    browser.type("100 CALENDARIDS")
    browser.until("document.querySelector('#count').textContent.startsWith('2 of')")
    found = shown(browser)
    browser.click("[type=reset]")
    browser.until("document.querySelector('#count').textContent.startsWith('63 of')")

    assert found == ["HL-042", "HL-043"]


def test_nothing_found_is_said(browser, folder):
    browser.open(folder / "failing.html")
    browser.click("#search")
    browser.type("no such words")
    browser.until("document.querySelector('#count').textContent.startsWith('0 of')")

    assert browser.js("!document.querySelector('#none').hidden")


def test_a_theme_is_chosen_in_the_picture(browser, folder):
    browser.open(folder / "failing.html")
    browser.click(".theme-filter[value='calendarIds limit']")
    browser.until("document.querySelector('#count').textContent.startsWith('2 of')")

    assert browser.js("document.querySelector('#by').value") == "calendarIds limit"


def test_the_order_of_the_document_can_be_had(browser, folder):
    browser.open(folder / "failing.html")
    worst = shown(browser)
    browser.js("(o => { o.value = 'place'; o.dispatchEvent(new Event('change')); })(document.querySelector('#order'))")

    assert worst != shown(browser)
    assert shown(browser) == list(API.ledger.rows)


def test_a_row_opens_to_its_evidence_by_mouse_and_by_key(browser, folder):
    browser.open(folder / "failing.html")
    first = "document.querySelector('#rows > .row[data-outcome=failed]')"
    browser.click("#rows > .row[data-outcome=failed] > summary")
    opened = browser.js(f"{first}.open && {first}.querySelector('.exchange').checkVisibility()")
    browser.picture("failing-evidence")
    browser.js(f"{first}.querySelector('summary').focus()")
    browser.key("Enter", 13)

    assert opened
    assert browser.js(f"{first}.querySelector('.diff .blamed') !== null")
    assert not browser.js(f"{first}.open")


def test_a_command_is_copied(browser, folder):
    browser.open(folder / "failing.html")
    browser.click("#rows > .row[data-outcome=failed] > summary")
    browser.click("#rows > .row[data-outcome=failed] .copy")
    browser.until("/command is (copied|selected)/.test(document.querySelector('#said').textContent)")

    assert browser.troubles == []


def test_a_link_opens_its_row_even_if_it_is_filtered_away(browser, folder):
    browser.open(folder / "failing.html")
    browser.click(".chip:has([value=failed])")
    browser.until("document.querySelector('#count').textContent.startsWith('1 of')")
    browser.js("location.hash = '#HL-042'")
    browser.until("document.getElementById('HL-042').open")

    assert browser.js("document.getElementById('HL-042').checkVisibility()")


def test_everything_can_be_reached_with_the_tabulator(browser, folder):
    browser.open(folder / "failing.html")
    reached = set()
    for _ in range(40):
        browser.key("Tab", 9)
        reached.add(
            browser.js(
                "document.activeElement.id || document.activeElement.className || document.activeElement.localName"
            )
        )

    assert {"skip", "theme", "theme-filter", "search", "level", "operation", "by", "order", "summary"} <= reached


def test_a_print_shows_what_failed(browser, folder):
    browser.open(folder / "failing.html", (800, 1100), media="print")
    browser.js("dispatchEvent(new Event('beforeprint'))")
    browser.picture("failing-print")
    evidence = browser.js("document.querySelector('.row[data-outcome=failed] .exchange').checkVisibility()")
    browser.js("dispatchEvent(new Event('afterprint'))")

    assert evidence
    assert not browser.js("document.querySelector('.tools').checkVisibility()")
    assert not browser.js("document.querySelector('.row[data-outcome=failed]').open")
    assert base64.b64decode(browser.send("Page.printToPDF")["data"]).startswith(b"%PDF")


def test_without_scripts_everything_can_still_be_read(browser, folder):
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(folder / "failing.html")
        picture = browser.picture("failing-without-scripts")
    finally:
        browser.send("Emulation.setScriptExecutionDisabled", value=False)

    assert len(picture) > 10_000
    assert not browser.js("document.querySelector('.tools').checkVisibility()")


def test_a_thousand_requirements_stay_fluid(browser, folder):
    browser.open(folder / "large.html")
    seconds = browser.js(
        """(async () => {
            const search = document.querySelector('#search');
            let longest = 0;
            for (const word of ['name', 'HL-05', 'refused', '']) {
                const began = performance.now();
                search.value = word;
                search.dispatchEvent(new Event('input', { bubbles: true }));
                await new Promise((done) => setTimeout(done, 61));
                document.body.offsetHeight;
                longest = Math.max(longest, performance.now() - began - 61);
            }
            return longest / 1000;
        })()"""
    )

    assert seconds < 0.5
    assert (folder / "large.html").stat().st_size < 5_000_000


def test_a_comparison_can_show_what_differs_alone(browser, folder):
    browser.open(folder / "comparison.html")
    browser.click(".chip:has(#changed)")
    browser.until("!document.querySelector('#count').textContent.startsWith('63 of')")
    rows = browser.js("[...document.querySelectorAll('.lines > tr')].filter(r => !r.hidden).map(r => r.className)")
    browser.picture("comparison-filtered")

    assert rows
    assert set(rows) == {"changed"}


# -- Allure ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A report folder with the results of a failing run."""
    place = tmp_path_factory.mktemp("allure")
    app = Gateway(API.reference().app, Hooks(answer=faulty))
    (place / "scratch").mkdir()
    verdict = run_suite(API, Plan(app=app), properties=False, allure=place / "scratch").verdict
    complete_results(place / "scratch", verdict)
    return write_reports(verdict, place / "reports", place / "scratch")


@pytest.mark.parametrize("many", [False, True], ids=["one file", "many files"])
def test_a_report_of_allure_opens_without_a_network(browser, results, many):
    try:
        tool = find_tool()
    except UsageError as error:
        pytest.skip(error.message)
    made = render_allure(tool, results, single=not many)
    if not many:  # a folder of files is for a web server: a browser opens no modules from disk
        browser.open(made)
        browser.until("document.body.innerText.includes('highlevel')", 30)
        browser.picture(f"allure-{tool.major}")

    assert (browser.errors, browser.fetched) == ([], [])
    assert "googletagmanager" not in made.read_text(encoding="utf-8")
