"""The README and the pages of docs/: every command that they show is understood, and run; what they name exists."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import tomllib

import click
import httpx
import pytest
import yaml
from browser import BASH, CHROMIUM
from captured import write_har
from rooms import ROOM
from shown import PAGES, ROOT, blocks, commands, spans
from test_rendered_allure import install

from bookproof import apis, cli, running
from bookproof.apis.highlevel.reference import FIXTURES, TOKEN
from bookproof.reports.folder import write_reports
from bookproof.running import run_suite
from bookproof.targets.asgi import served
from bookproof.targets.configuration import Configuration
from bookproof.targets.opening import Plan

API = apis.load("highlevel")
ALL = {str(shown): shown for page in PAGES for shown in commands(page)}.values()
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
pytestmark = pytest.mark.skipif(not (ROOT / "docs").is_dir(), reason="the pages lie in a checkout alone")

# What stands for something of the reader's own, and what it is in these tests.
LIVE = ("https://services.leadconnectorhq.com", "https://sandbox.example.com", "URL")  # the mock, over loopback
TOKENS = {"…": TOKEN}
PORTS = ("8080", "8081")  # a free one
RATES = {"10/s": "10000/s"}
# Commands that are not run here, and why; they are read all the same.
NOT_RUN = {
    "python -m pip": "it installs",
    "pytest": "it is what runs this",
    "ruff": "it is a step of the gate",
    "mypy": "it is a step of the gate",
    "bookproof prove": "it takes minutes, and is a step of the gate",
    "python suites/benchmarks": "it measures",
    "bookproof audit nexudus": "it needs a cluster, or a gateway's files",
    "bookproof report --merge": "it needs shards; test_shards.py makes some",
    "bookproof record highlevel$": "it writes into the checkout; test_cli.py records elsewhere",
    "bookproof load": "it takes a minute; test_load_on_locust.py runs it",
    "python suites/selftest/screenshot.py": "it writes into the checkout; a test here lets it write elsewhere",
}


def not_run(shown):
    line = " ".join(shown.words)
    return next((why for start, why in NOT_RUN.items() if re.match(start, line)), "")


# -- what is shown can be understood ---------------------------------------------------------------------------


def parsed(words):
    """What click makes of a command line; it complains of commands, options and values that do not exist."""
    group = cli.cli.make_context("bookproof", list(words[1:]))
    name, command, rest = cli.cli.resolve_command(group, [*group._protected_args, *group.args])
    return command.make_context(name, rest, parent=group)


def test_there_is_a_page_for_each_reader_and_one_for_scale():
    assert [page.name for page in PAGES] == ["README.md", "contributors.md", "integrators.md", "scale.md", "vendors.md"]


@pytest.mark.parametrize("shown", [one for one in ALL if one.words[0] == "bookproof"], ids=str)
def test_every_command_of_bookproof_is_one(shown):
    named = parsed(shown.words).params
    api = named.get("name") or next(iter(named.get("names", ())), "highlevel")

    assert api in {*apis.names(), "museum", "MU-005", *API.ledger.rows}


@pytest.mark.parametrize("shown", [one for one in ALL if one.words[0] != "bookproof"], ids=str)
def test_every_other_command_exists(shown, pytestconfig):
    first, *rest = shown.words
    options = [word.partition("=")[0] for word in rest if word.startswith("--bookproof-")]

    if first == "python" and rest[0] != "-m":
        assert (ROOT / rest[0]).is_file()
    elif first != "export":
        assert importlib.util.find_spec(rest[1] if first == "python" else first)
    assert all(hasattr(pytestconfig.option, name.lstrip("-").replace("-", "_")) for name in options)
    assert all((ROOT / word).exists() for word in rest if word.startswith("suites/"))


@each_page
def test_options_and_files_that_a_sentence_names_exist(page):
    for shown in spans(page):
        if shown.words[0] != "bookproof":
            assert shown.words[1] == "-m" or (ROOT / shown.words[1]).is_file(), shown
            continue
        command = cli.cli.get_command(click.Context(cli.cli), shown.words[1])

        assert command, shown
        known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
        assert {word for word in shown.words if word.startswith("--")} <= known, shown


@each_page
def test_every_link_leads_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text.replace("\n", " ")):
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page

        assert file.is_file(), target
        if anchor:
            heads = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.M)
            assert anchor in {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}, target


def test_the_picture_is_small():
    assert (ROOT / "docs" / "report.webp").stat().st_size < 100_000


def test_the_configuration_that_is_shown_is_one(tmp_path):
    (tmp_path / "bookproof.toml").write_text("\n".join(configurations()))

    assert Configuration.load(tmp_path / "bookproof.toml").plan("highlevel", kind="replay").waivers


def test_the_inputs_that_are_shown_are_those_of_the_action_and_of_the_template():
    text = (ROOT / "docs" / "integrators.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (?:`(BOOKPROOF_\w+)`)? ?\|", text, re.M)
    action = yaml.safe_load((ROOT / ".github/actions/verify/action.yml").read_text(encoding="utf-8"))
    template = yaml.safe_load((ROOT / ".gitlab/verify.yml").read_text(encoding="utf-8"))
    step, include = (yaml.safe_load(block) for block in blocks(ROOT / "docs" / "integrators.md", "yaml"))

    assert [name for name, _ in rows] == list(action["inputs"])
    assert {name for _, name in rows if name} == set(template["variables"])
    assert set(step[0]["with"]) <= set(action["inputs"])
    assert set(include["variables"]) <= set(template["variables"])


def test_the_code_that_is_shown_is_the_museums():
    page = ROOT / "docs" / "contributors.md"
    museum = [path.read_text(encoding="utf-8") for path in (ROOT / "suites/selftest/data/extension").rglob("*.*y*ml")]
    museum += [path.read_text(encoding="utf-8") for path in (ROOT / "suites/selftest/data/extension").rglob("*.py")]

    for block in (*blocks(page, "yaml"), *blocks(page, "python")):
        assert any(block.strip() in text for text in museum), block


# -- and it is run -----------------------------------------------------------------------------------------------


def configurations():
    """The blocks of configuration that the page for vendors shows."""
    return blocks(ROOT / "docs" / "vendors.md", "toml")


class Reader:
    """Somebody who types what a page shows, in an empty folder, with a sandbox at hand."""

    def __init__(self, folder, url, capsys):
        self.folder, self._url, self._capsys = folder, url, capsys

    def type(self, shown):
        """Runs a command; gives its exit code and what it said."""
        words = [self._own(word) for word in shown.words]
        if words[0] == "export":
            os.environ.update([words[1].split("=", 1)])
            return 0, ""
        if words[1] in ("mock", "proxy") and "list" not in words:
            return self._serve(words)
        if os.environ.get("BOOKPROOF_PATH"):
            return self._apart(words)
        if words[1] == "init":
            (self.folder / "bookproof.toml").unlink(missing_ok=True)
        if "--config" in words:
            self.fill_in()
        code = cli.run(words[1:])
        said = self._capsys.readouterr()
        if words[1] == "init":
            self.fill_in()
        return code, said.out + said.err

    def fill_in(self):
        """The configuration that the page for vendors shows, with what the sandbox holds."""
        text = self._own(configurations()[0])
        fixtures = f"location_id = '{FIXTURES['location_id']}', calendar_ids = {list(FIXTURES['calendar_ids'])}"
        (self.folder / "bookproof.toml").write_text(re.sub("fixtures = {.*}", f"fixtures = {{ {fixtures} }}", text))
        tomllib.loads((self.folder / "bookproof.toml").read_text())

    def _own(self, text):
        for sign, value in {**dict.fromkeys(LIVE, self._url), **TOKENS, **dict.fromkeys(PORTS, "0"), **RATES}.items():
            text = re.sub(rf"(?<![\w-]){re.escape(sign)}(?!\w)", value, text)
        return text

    def _apart(self, words):
        """In a process of its own: what is found by BOOKPROOF_PATH is not forgotten in this one."""
        command = [sys.executable, "-m", "bookproof", *words[1:]]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, encoding="utf-8", timeout=60)
        return done.returncode, done.stdout + done.stderr

    def _serve(self, words):
        """Until Ctrl-C; in between one request is made."""
        with subprocess.Popen(
            [sys.executable, "-m", "bookproof", *words[1:]], cwd=self.folder, stderr=subprocess.PIPE, encoding="utf-8"
        ) as process:
            try:
                first = process.stderr.readline()
                address = re.search(r"http://127\.0\.0\.1:\d+", first)[0]
                httpx.post(f"{address}/calendars/resources/rooms", json=ROOM, headers=HEADERS, timeout=10)
                process.send_signal(signal.SIGINT)
                said = first + process.communicate(timeout=20)[1]
            finally:
                process.kill()
        return process.returncode, said


HEADERS = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-04-15"}


@pytest.fixture(scope="module")
def run():
    """A run of the scenarios: its exchanges stand for what a browser has seen, its verdict for that of another day."""
    return run_suite(API, Plan(), properties=False)


@pytest.fixture
def reader(tmp_path, monkeypatch, capsys, run):
    """A reader with a browser's capture, two reports and Allure at hand; generated requests are left to other tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        running, "run_suite", lambda *args, **options: run_suite(*args, **options | {"properties": False})
    )
    install(tmp_path / "node_modules" / ".bin")
    for name in ("HIGHLEVEL_TOKEN", "BOOKPROOF_PATH"):
        monkeypatch.setenv(name, "")
    (tmp_path / "suites").symlink_to(ROOT / "suites")
    (tmp_path / "FILE").symlink_to(API.folder / "openapi.yaml")
    accepted = [one for one in run.exchanges if one.response and one.response.status < 300]
    write_har(tmp_path / "capture.har", accepted)
    for day in ("monday", "friday"):
        write_reports(run.verdict, tmp_path / day)
    with served(API.reference().app) as url:
        yield Reader(tmp_path, url, capsys)


@pytest.mark.network
@each_page
def test_the_commands_of_a_page_run(page, reader):
    for shown in commands(page):
        if not_run(shown):
            continue
        code, said = reader.type(shown)

        assert code == 0, f"{shown}\n{said}"
        assert "Traceback" not in said


@pytest.mark.network
@pytest.mark.skipif(CHROMIUM is None or BASH is None, reason="it needs Chromium and bash")
def test_the_picture_can_be_made_anew(tmp_path):
    script = [sys.executable, ROOT / "suites" / "selftest" / "screenshot.py", tmp_path / "report.webp"]
    subprocess.run(script, check=True, capture_output=True, timeout=120)

    assert (tmp_path / "report.webp").read_bytes().startswith(b"RIFF")
    assert 10_000 < (tmp_path / "report.webp").stat().st_size < 100_000
