"""Allure labels and evidence: epic is the API, feature the operation, story the requirement."""

import json
import uuid
from typing import Any

import pytest

from bookproof.evidence import curl, pretty
from bookproof.exchange import Exchange
from bookproof.plugin.runs import ApiRun
from bookproof.reports.text import plain

_SEVERITY = {"must": "critical", "should": "minor"}
_ATTACHED = 3
"""How many of a failed test's exchanges are attached."""


class Reporter:
    """Feeds allure-pytest where it is collecting results, and does nothing otherwise."""

    def __init__(self, config: pytest.Config) -> None:
        self._on = _collecting(config)

    def label(self, item: pytest.Item, run: ApiRun) -> None:
        """Says what a test is about: the requirements that it saw broken, else its own.

        A test fails with whatever its exchanges break. Under its own requirement it would accuse one that was kept.
        """
        if not self._on:
            return
        import allure

        allure.dynamic.epic(run.api.ledger.title)
        if not hasattr(item, "callspec") and "[" in item.name:
            # One test function serves every operation of a contract; Allure would merge them into one result.
            allure.dynamic.parameter("operation", item.name.partition("[")[2].removesuffix("]"))
        rows = [run.api.ledger[name] for name in _subjects(run.requirements(item)[:1], run)]
        for row in rows:
            if row is rows[0]:
                allure.dynamic.feature(row.operation or row.theme)
                allure.dynamic.severity(_SEVERITY[row.level])
                allure.dynamic.description(f"{row.statement}.\n\n> {row.quote}" if row.quote else row.statement)
            elif row.operation != rows[0].operation:
                continue  # Allure would show it below the feature of another operation
            allure.dynamic.story(f"{row.id} {row.statement}")
            allure.dynamic.tag(row.level, row.theme)
            allure.dynamic.link(
                f"{run.api.ledger.document}#L{row.lines}", name=f"{row.id}: {run.api.ledger.document}, line {row.lines}"
            )
        if run.scene.findings and not rows:
            allure.dynamic.story("faults that no requirement owns")

    def evidence(self, run: ApiRun) -> None:
        """Attaches what was sent and answered where something was found."""
        if not self._on or not run.scene.findings:
            return
        shown: list[Exchange] = []
        for finding in run.scene.findings:
            if finding.exchange not in shown and len(shown) < _ATTACHED:
                shown.append(finding.exchange)
                self._attach(finding.exchange, run.plan.token_variable)

    def _attach(self, exchange: Exchange, token_variable: str) -> None:
        import allure

        text = allure.attachment_type.TEXT
        request, response = exchange.request, exchange.response
        allure.attach(plain(f"{request.method} {request.url}\n\n{pretty(request)}"), "request", text)
        answered = f"{response.status}\n\n{pretty(response)}" if response else f"no answer: {exchange.error}"
        allure.attach(plain(answered), "response", text)
        allure.attach(plain(curl(request, token_variable)), "curl", text)


def _subjects(own: list[str], run: ApiRun) -> list[str]:
    """The requirements that a test stands under; what weighs most comes first."""
    findings = sorted(run.scene.findings, key=run.weighs, reverse=True)
    if not findings or any(finding.requirement in own for finding in findings):
        return own
    return list(dict.fromkeys(finding.requirement for finding in findings if finding.requirement))


def _collecting(config: pytest.Config) -> bool:
    return bool(getattr(config.option, "allure_report_dir", None))


def results_only(config: pytest.Config) -> None:
    """Keeps allure-pytest from following the fixtures of each test, and from writing a file for each: five a test.

    They say nothing, and following them takes a fifth of a run. For bookproof's own commands: whoever runs pytest
    themselves may want those files.
    """
    if not _collecting(config):
        return
    import allure_commons
    import attr
    from allure_commons.logger import AllureFileLogger
    from allure_pytest.listener import AllureListener

    class TestsOnly(AllureListener):  # type: ignore[misc] # it has no types
        pytest_fixture_setup = None
        pytest_fixture_post_finalizer = None

        def _update_fixtures_children(self, item: pytest.Item) -> None:
            """Notes nothing."""

    class ResultsOnly(AllureFileLogger):
        @allure_commons.hookimpl
        def report_container(self, container: object) -> None:
            """Writes nothing."""

        @allure_commons.hookimpl
        def report_result(self, result: Any) -> None:
            """Writes a result in one go, not in some two hundred pieces and under two names."""
            values = attr.asdict(result, filter=lambda _, value: value or value is False)
            place = self._report_dir / result.file_pattern.format(prefix=uuid.uuid4())
            place.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")

    for manager in (config.pluginmanager, allure_commons.plugin_manager):
        for plugin in list(manager.get_plugins()):
            lesser = {AllureListener: TestsOnly, AllureFileLogger: ResultsOnly}.get(type(plugin))
            if lesser is not None:
                # The same object is registered again: allure-pytest takes it out by identity when it ends.
                name = manager.get_name(plugin)
                manager.unregister(plugin)
                plugin.__class__ = lesser
                manager.register(plugin, name)
