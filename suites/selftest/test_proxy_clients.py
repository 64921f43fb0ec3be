"""Clients that bookproof did not write: the vendor's SDKs through the proxy, a page in Chromium, and their captures."""

import asyncio
import json
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from rooms import ROOM

from bookproof import apis, cli
from bookproof.apis.highlevel.reference import TOKEN, Reference
from bookproof.captures import reading
from bookproof.targets.asgi import served
from bookproof.targets.proxy import Proxy
from bookproof.watching import Watch, capture_writer

PATH = "/calendars/resources/rooms"
WITHOUT_NAME = {key: value for key, value in ROOM.items() if key != "name"}
SDK_IN_NODE = """
const { HighLevel } = require("@gohighlevel/api-client");
const [url, token, ...rooms] = process.argv.slice(2);
HighLevel.BASE_URL = url;
(async () => {
  const sdk = new HighLevel({ privateIntegrationToken: token });
  for (const room of rooms)
    await sdk.calendars.createCalendarResource({ resourceType: "rooms" }, JSON.parse(room)).catch(() => null);
  process.exit(0);
})();
"""
PAGE_IN_CHROMIUM = """
const { chromium } = require("playwright-core");
const [url, token, path, executablePath, ...rooms] = process.argv.slice(2);
(async () => {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const context = await browser.newContext({ recordHar: { path, content: "embed" } });
  const page = await context.newPage();
  await page.goto(url);
  for (const room of rooms)
    await page.evaluate(([body, bearer]) => fetch("/calendars/resources/rooms", {
      method: "POST", body,
      headers: { "Content-Type": "application/json", Version: "2021-04-15", Authorization: `Bearer ${bearer}` },
    }).then((answer) => answer.text()), [room, token]);
  await context.close();
  await browser.close();
})();
"""


@contextmanager
def proxied(capture):
    """The reference behind a proxy that writes a capture; gives its address and its watch."""
    with served(Reference().app) as upstream:
        watch = Watch(apis.load("highlevel"), upstream, writer=capture_writer(capture))
        try:
            with served(Proxy(upstream, watch), lifespan=True) as address:
                yield address, watch
        finally:
            watch.close()


def in_node(folder, script, *packages):
    """A command that runs a script with npm packages; skips where there is no Node."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("Node is not installed")
    subprocess.run([npm, "install", "--prefix", str(folder), *packages], check=True, capture_output=True, timeout=300)
    (folder / "script.js").write_text(script)
    return [node, str(folder / "script.js")]


def broken_by_client(verdict):
    """The requirements that the client broke."""
    return [row.requirement.id for row in verdict.client.rows if row.findings]


def judged_again(capture, monkeypatch):
    """The verdict of `bookproof audit` on a capture, whatever address it went to."""
    monkeypatch.chdir(capture.parent)
    first = next(e for e in reading.read([str(capture)]) if PATH in e.request.url)
    cli.run(["audit", "highlevel", str(capture), "--url-prefix", first.request.url.removesuffix(PATH), "--quiet"])
    return json.loads(Path("reports/highlevel/verdict.json").read_text())


def test_the_python_sdk_passes_the_proxy_and_its_capture_is_judged_alike(tmp_path, monkeypatch):
    highlevel = pytest.importorskip("highlevel", reason="the SDK is not installed: pip install 'bookproof[test]'")

    async def create(url):
        monkeypatch.setattr(highlevel.HighLevel, "BASE_URL", url)
        monkeypatch.setattr(highlevel.HighLevel, "API_VERSION", "2021-04-15")  # its own is another one
        sdk = highlevel.HighLevel(private_integration_token=TOKEN)
        await sdk.calendars.create_calendar_resource("rooms", ROOM)
        await sdk.close()

    with proxied(tmp_path / "sdk.har") as (address, watch):
        asyncio.run(create(address))
    verdict = watch.conclude()
    again = judged_again(tmp_path / "sdk.har", monkeypatch)

    assert verdict.conclusion == again["verdict"] == "conforms"
    assert broken_by_client(verdict) == []
    assert TOKEN.encode() not in (tmp_path / "sdk.har").read_bytes()


@pytest.mark.network
def test_the_javascript_sdk_sends_another_version_which_is_a_finding_about_the_client(tmp_path, monkeypatch):
    command = in_node(tmp_path, SDK_IN_NODE, "@gohighlevel/api-client@3")
    with proxied(tmp_path / "sdk.ndjson") as (address, watch):
        rooms = map(json.dumps, (ROOM, WITHOUT_NAME))
        subprocess.run([*command, address, TOKEN, *rooms], check=True, capture_output=True, timeout=60)
    verdict = watch.conclude()
    again = judged_again(tmp_path / "sdk.ndjson", monkeypatch)

    assert verdict.conclusion == again["verdict"] == "inconclusive"
    assert "none of the 2 requests was accepted" in again["reason"]
    assert broken_by_client(verdict) == ["HL-013", "HL-024"]
    assert [row["id"] for row in again["client"]["requirements"] if row["findings"]] == ["HL-013", "HL-024"]


@pytest.mark.network
def test_a_har_that_chromium_saved_is_judged(tmp_path, monkeypatch):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.skip("Chromium is not installed")
    command = in_node(tmp_path, PAGE_IN_CHROMIUM, "playwright-core@1")
    har = tmp_path / "page.har"
    with served(Reference().app) as address:
        rooms = map(json.dumps, (ROOM, WITHOUT_NAME))
        subprocess.run(
            [*command, address, TOKEN, str(har), chromium, *rooms], check=True, capture_output=True, timeout=120
        )
    again = judged_again(har, monkeypatch)

    assert again["verdict"] == "conforms"
    assert again["counts"]["requests"] == 2
    assert [row["id"] for row in again["client"]["requirements"] if row["findings"]] == ["HL-024"]
    assert TOKEN not in Path("reports/highlevel/verdict.json").read_text()
