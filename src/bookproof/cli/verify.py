"""`bookproof verify`: judge one API or all, against the embedded reference, a recording or a live address."""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bookproof.cli.completion import api_names
from bookproof.errors import BookproofError, Interrupted, UsageError, worst

if TYPE_CHECKING:  # `--help` imports nothing that it does not need
    from rich.console import Console

    from bookproof.apis import Api
    from bookproof.findings import Reading
    from bookproof.reports.workflow import Step
    from bookproof.running import Outcome, Progress
    from bookproof.targets.opening import Plan
    from bookproof.variants import Depth
    from bookproof.verdict import Verdict


@click.command(name="verify")
@click.argument("names", metavar="[API]…", nargs=-1, shell_complete=api_names)
@click.option("--url", help="The address of a live API; the embedded reference is judged without it.")
@click.option("--token-env", metavar="VARIABLE", help="The environment variable that holds the bearer token.")
@click.option("--config", type=click.Path(path_type=Path), help="bookproof.toml, if not in the working directory.")
@click.option("--report", type=click.Path(path_type=Path), default=Path("reports"), show_default=True, metavar="DIR")
@click.option("--reading", type=click.Choice(["strict", "tolerant"]), help="tolerant: lenience is a warning.")
@click.option(
    "--depth",
    type=click.Choice(["smoke", "standard", "full"]),
    help="How much is sent: a first look, everything in packs (the default), or everything one by one and more.",
)
@click.option("--replay", is_flag=True, help="Judge the recorded exchanges of the cassettes.")
@click.option(
    "--cassettes",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="With --replay: a recording in place of the API's own.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be sent, by requirement; send nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before the first write to a host that is not this machine.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict alone, as JSON.")
@click.option("--quiet", is_flag=True, help="Print the conclusion alone.")
def command(
    names: tuple[str, ...],
    url: str | None,
    token_env: str | None,
    config: Path | None,
    report: Path,
    reading: Reading | None,
    depth: Depth | None,
    replay: bool,
    cassettes: Path | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Judge an API against its contract; every known API where none is named.

    \b
    bookproof verify
    bookproof verify highlevel --url http://127.0.0.1:8080 --token-env HIGHLEVEL_TOKEN
    """
    from bookproof import apis
    from bookproof.cli.asking import ask_before_writing
    from bookproof.reports.folder import check_place
    from bookproof.reports.listing import console
    from bookproof.reports.workflow import workflow_step
    from bookproof.targets.configuration import Configuration

    chosen = [apis.load(name) for name in names or apis.names()]
    if url and len(chosen) != 1:
        raise UsageError("--url needs one API.", hint=f"For example: bookproof verify {chosen[0].name} --url {url}")
    if url and replay:
        raise UsageError("--url and --replay exclude each other.")
    if cassettes and not (replay and len(chosen) == 1):
        raise UsageError(
            "--cassettes belongs to --replay of one API.", hint="bookproof verify API --replay --cassettes DIR"
        )
    if dry_run and (replay or as_json):
        raise UsageError("--dry-run says in words what a run would send; --replay sends nothing, --json is a verdict.")
    configuration = Configuration.load(config)
    out, err = console(), console(stderr=True)
    plans = {
        api.name: configuration.plan(
            api.name,
            url=url,
            token_variable=token_env,
            reading=reading,
            depth=depth,
            kind="replay" if replay else None,
            sends=not dry_run,
        )
        for api in chosen
    }
    if token_env and not any(plan.kind == "live" for plan in plans.values()):
        raise UsageError(
            f"--token-env {token_env}: there is no address that the token could be sent to.",
            hint="Name it: --url URL, or url in bookproof.toml. Without --token-env the embedded reference is judged.",
        )
    if cassettes:
        from bookproof.targets.opening import replaying

        plans = {name: replaying(plan, cassettes) for name, plan in plans.items()}
    if dry_run:
        return _plan(out, chosen, plans, quiet=quiet)
    check_place(report)
    ask_before_writing(plans.values(), yes)
    # Annotations keep off a stdout that holds JSON alone.
    with workflow_step(sys.stderr if as_json else sys.stdout) as step:
        out.quiet = as_json
        ended, codes = _judge_all(chosen, plans, report, out, err, step, progress=not (as_json or quiet), quiet=quiet)
        if as_json:
            documents = [verdict.as_json() for verdict in ended.values() if not isinstance(verdict, BookproofError)]
            sys.stdout.write(json.dumps(documents[0] if len(chosen) == 1 else documents, indent=2) + "\n")
            sys.stdout.flush()
    return worst(codes)


def _judge_all(
    chosen: list[Api],
    plans: dict[str, Plan],
    report: Path,
    out: Console,
    err: Console,
    step: Step | None,
    *,
    progress: bool,
    quiet: bool,
) -> tuple[dict[str, Verdict | BookproofError], list[int]]:
    """Judges one API after another, shows what came of each, and of all; gives what they came to, and exit codes."""
    from bookproof.reports.terminal import show_summary, show_verdict

    ended: dict[str, Verdict | BookproofError] = {}
    codes: list[int] = []
    for api in chosen:
        try:
            outcome, folder = _judge(api, plans[api.name], report, err if progress else None)
        except BookproofError as error:
            if step:
                step.failed(api.name, error)
            if len(chosen) == 1:
                raise
            err.print(f"bookproof: {api.name}: {error}", markup=False)
            ended[api.name] = error
            codes.append(error.exit_code)
            if isinstance(error, Interrupted):
                break
            continue
        verdict = ended[api.name] = outcome.verdict
        if step:
            step.judged(verdict, folder)
        codes.append(verdict.exit_code)
        if quiet:
            out.print(f"{api.name} {verdict.conclusion}")
        else:
            show_verdict(out, verdict, api.ledger, folder)
        stale = _stale_waivers(verdict, plans[api.name])
        if stale:
            err.print(f"bookproof: {stale}", markup=False)
            codes.append(2)
        if isinstance(outcome.error, Interrupted):
            break
    for api in chosen[len(ended) :]:
        ended[api.name] = never = Interrupted("The run was interrupted before.")
        codes.append(never.exit_code)
        if step:
            step.failed(api.name, never)
    if len(chosen) > 1 and not quiet:
        show_summary(out, ended)
    return ended, codes


def _plan(out: Console, chosen: list[Api], plans: dict[str, Plan], *, quiet: bool) -> int:
    """Prints the requests of a run by requirement: what a reference with the same fixtures would be asked."""
    from bookproof.running import run_suite

    for api in chosen:
        plan = plans[api.name]
        # The reference needs nobody's patience, so a rate would only make a person wait.
        budget = replace(plan.budget, rate=0.0, seconds=0.0)
        outcome = run_suite(api, replace(plan, kind="reference", url="", authorization=None, login={}, budget=budget))
        requests = Counter(e.intent.demonstrates or e.intent.about or "generated" for e in outcome.exchanges)
        target = plan.url or "the embedded reference"
        out.print(f"{api.name}: {requests.total()} requests would be sent to {target}; nothing was sent", markup=False)
        for name, count in () if quiet else sorted(requests.items()):
            statement = api.ledger[name].statement if name in api.ledger else "generated requests, and samples"
            out.print(f"  {count:5} {name:10} {statement}", markup=False)
    return 0


def _stale_waivers(verdict: Verdict, plan: Plan) -> str:
    """The waivers that there was nothing to waive for; empty where there are none."""
    kept = {row.requirement.id for row in verdict.rows if row.outcome == "passed"}
    stale = sorted(kept & set(plan.waivers))
    return f"{', '.join(stale)} passed: take the waiver out of the configuration." if stale else ""


def _judge(api: Api, plan: Plan, report: Path, err: Console | None) -> tuple[Outcome, Path]:
    from bookproof.reports.allure import complete_results
    from bookproof.reports.folder import write_reports
    from bookproof.running import run_suite

    with (
        tempfile.TemporaryDirectory(prefix="bookproof-") as scratch,
        _progress(err, api.name) as progress,
        _spared(),
    ):
        allure = Path(scratch) / "allure-results"
        allure.mkdir()
        outcome = run_suite(api, plan, properties=plan.kind != "replay", allure=allure, progress=progress, keep=False)
        if outcome.error is not None and not outcome.verdict.requests:
            raise outcome.error
        complete_results(allure, outcome.verdict)
        return outcome, write_reports(outcome.verdict, report, allure)


@contextmanager
def _spared() -> Iterator[None]:
    """Spares what is loaded by now the garbage collections of a run: Hypothesis asks for one as it is imported."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _progress(err: Console | None, name: str) -> Iterator[Progress | None]:
    """A bar on stderr where a person looks; nothing elsewhere."""
    if err is None or not err.is_terminal or os.environ.get("CI"):
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=err, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total, test: bar.update(task, completed=done, total=total)
