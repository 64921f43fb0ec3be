"""`bookproof verify --dry-run`: what would be sent is told, nothing is sent, and nothing but the contract is needed."""

import pytest

from bookproof import running
from bookproof.running import run_suite

CONFIGURED = """
[highlevel]
url = "http://127.0.0.1:9"
credentials = {{ {credentials} }}
budget = {{ requests = 2000, rate = "1/h", seconds = 1 }}
"""


@pytest.fixture
def few(monkeypatch):
    """Leaves all but a few scenarios out of runs, and gives the plans of those that ran."""
    plans = []

    def run(api, plan, **options):
        plans.append(plan)
        return run_suite(api, plan, **options | {"properties": False, "select": "test_limit"})

    monkeypatch.setattr(running, "run_suite", run)
    return plans


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("credentials", ['bearer = "env:NO_SUCH"', 'basic = "env:NO_SUCH"'])
def test_what_would_be_sent_is_told_without_credentials_and_at_once(bookproof, folder, credentials):
    (folder / "bookproof.toml").write_text(CONFIGURED.format(credentials=credentials))

    code, out, err = bookproof("verify highlevel --dry-run")

    assert (code, err) == (0, "")
    assert " requests would be sent to http://127.0.0.1:9; nothing was sent" in out.splitlines()[0]
    assert "HL-042     calendarIds holds at most 100 ids" in out
    assert list(folder.iterdir()) == [folder / "bookproof.toml"]


def test_a_dry_run_asks_the_reference(bookproof, few):
    bookproof("verify highlevel --url http://127.0.0.1:9 --token-env NO_SUCH --dry-run")

    assert [(plan.kind, plan.url, plan.authorization) for plan in few] == [("reference", "", None)]


@pytest.mark.usefixtures("few")
def test_a_quiet_dry_run_is_one_line(bookproof):
    assert bookproof("verify highlevel --dry-run --quiet")[1].count("\n") == 1


@pytest.mark.parametrize("option", ["--replay", "--json"])
def test_options_that_a_dry_run_has_no_use_for_are_refused(bookproof, option):
    code, out, err = bookproof(f"verify highlevel --dry-run {option}")

    assert (code, out) == (2, "")
    assert "--dry-run says in words what a run would send" in err
