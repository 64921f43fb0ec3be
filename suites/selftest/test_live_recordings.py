"""Live recordings over loopback: made with the vendors' own logins, scrubbed, replayed, and free of drift."""

import json

import pytest

from bookproof import apis, cli
from bookproof.apis.highlevel.reference import TOKEN
from bookproof.apis.nexudus.reference import BASIC_PASSWORD, BASIC_USER
from bookproof.apis.timetap.reference import API_KEY, PRIVATE_KEY
from bookproof.running import run_suite
from bookproof.targets.asgi import served

CREDENTIALS = {
    "highlevel": '{ bearer = "env:REC_A" }',
    "nexudus": '{ login = { username = "env:REC_A", password = "env:REC_B" } }',
    "timetap": '{ login = { api_key = "env:REC_A", private_key = "env:REC_B" } }',
    "nexudus by basic": '{ basic = "env:REC_A" }',
}
SECRETS = {
    "highlevel": (TOKEN, ""),
    "nexudus": (BASIC_USER, BASIC_PASSWORD),
    "timetap": (API_KEY, PRIVATE_KEY),
    "nexudus by basic": (f"{BASIC_USER}:{BASIC_PASSWORD}", ""),
}
CAPABILITIES = {"nexudus": '["readback", "cleanup"]'}

pytestmark = pytest.mark.network


def scenarios_alone(api, plan, **options):
    return run_suite(api, plan, **options | {"properties": False})


@pytest.fixture(params=CREDENTIALS)
def recording(request, tmp_path, monkeypatch, capsys):
    """A recording of one API's mock, made with one kind of credentials: the API's name, the folder, what was said."""
    name = request.param.split()[0]
    api = apis.load(name)
    fixtures = ", ".join(f"{key} = {json.dumps(value)}" for key, value in api.reference_fixtures.items())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bookproof.toml").write_text(
        f"[{name}]\ncredentials = {CREDENTIALS[request.param]}\nfixtures = {{ {fixtures} }}\n"
        f"capabilities = {CAPABILITIES.get(name, '[]')}\n"
    )
    for variable, value in zip(("REC_A", "REC_B"), SECRETS[request.param], strict=True):
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr("bookproof.running.run_suite", scenarios_alone)  # generated requests say nothing of recording
    with served(api.reference().app) as url:
        assert cli.run(["record", name, "--url", url, "--to", "rec"]) == 0
        if name == request.param:
            assert cli.run(["drift", "rec", "--url", url, "--quiet"]) == 0
    said = capsys.readouterr()
    return (
        name,
        tmp_path / "rec",
        f"{said.out}{said.err}",
        [s for s in SECRETS[request.param] if s not in ("", "bookproof")],
    )


def test_a_live_recording_holds_no_secret_replays_and_has_not_drifted(recording, capsys):
    name, folder, said, secrets = recording
    text = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.yaml")) + said

    assert [secret for secret in secrets if secret in text and secret != "user"] == []
    assert cli.run(["verify", name, "--replay", "--cassettes", "rec", "--quiet"]) == 0
    assert cli.run(["drift", name, "rec", "--quiet"]) == 0
    assert capsys.readouterr().out == f"{name} conforms\n{name} steady\n"
