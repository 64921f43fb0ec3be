"""`bookproof report`: pages from results that lie on disk: one run's, several side by side, or Allure's."""

import json
import sys
from pathlib import Path

import click

from bookproof.errors import UsageError

COMPARISON = Path("reports/comparison.html")


@click.command(name="report")
@click.argument("places", metavar="DIR…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--to", "target", type=click.Path(path_type=Path), metavar="FILE", help="Where to write the page.")
@click.option("--allure", is_flag=True, help="Render the Allure results of a run, with Allure 3 or 2.")
@click.option("--many-files", is_flag=True, help="With --allure: a folder of files, for thousands of tests.")
@click.option("--merge", is_flag=True, help="Join the shards of one run into one verdict.")
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="DIR", help="With --merge: where to write the report."
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdict or the comparison; write nothing.")
def command(
    places: tuple[Path, ...],
    target: Path | None,
    allure: bool,
    many_files: bool,
    merge: bool,
    report: Path | None,
    as_json: bool,
) -> int:
    """Render Allure and HTML from results, set several runs side by side, or join the shards of one.

    \b
    bookproof report reports/highlevel                     index.html anew
    bookproof report runs/may/highlevel runs/june/highlevel --to comparison.html
    bookproof report reports/highlevel --allure            allure-report/index.html
    bookproof report --merge shard-1 shard-2 --report reports

    A DIR holds a verdict.json, or folders that do; with --merge a part.json, which `pytest --bookproof-report DIR`
    writes. Runs are compared in the order of their dates. The exit code says whether the report was written, not what
    is in it; with --merge it is that of the joined verdict.
    """
    if merge:
        if allure or target:
            raise UsageError(
                "--merge goes with --report and --json alone.", hint="bookproof report --merge DIR… --report OUT"
            )
        from bookproof.cli.merging import merge_shards

        return merge_shards(places, report or Path("reports"), as_json=as_json)
    if report:
        raise UsageError("--report belongs to --merge; a page is written --to FILE.")
    if many_files and not allure:
        raise UsageError("--many-files belongs to --allure.", hint="bookproof report DIR --allure --many-files")
    if allure and as_json:
        raise UsageError("--allure and --json exclude each other.")
    if allure:
        return _allure(places, target, single=not many_files)
    from bookproof.reports import stored

    folders = list(dict.fromkeys(folder for place in places for folder in stored.folders(place)))
    if len(places) > 1:
        return _compare(folders, target, as_json)
    if target and len(folders) > 1:
        raise UsageError(
            f"{places[0]} holds the reports of {len(folders)} runs, and --to names one file.",
            hint=f"Name one of them: bookproof report {folders[0]} --to {target}",
        )
    return _render(folders, target, as_json)


def _render(folders: list[Path], target: Path | None, as_json: bool) -> int:
    from bookproof.reports import stored

    documents = [stored.read(folder) for folder in folders]
    if as_json:
        _print(documents[0] if len(documents) == 1 else documents)
        return 0
    from bookproof.reports.html import page

    for folder, document in zip(folders, documents, strict=True):
        _write(target or folder / "index.html", page(document))
    return 0


def _compare(folders: list[Path], target: Path | None, as_json: bool) -> int:
    from bookproof.reports import stored
    from bookproof.reports.compare import as_json as comparison_json
    from bookproof.reports.compare import compare, comparison_page

    runs = [(label, stored.read(folder)) for label, folder in zip(stored.labels(folders), folders, strict=True)]
    comparisons = compare(runs)
    if as_json:
        _print(comparison_json(comparisons))
    else:
        _write(target or COMPARISON, comparison_page(comparisons))
    return 0


def _allure(places: tuple[Path, ...], target: Path | None, *, single: bool) -> int:
    from bookproof.reports.rendered_allure import find_tool, folders, render_allure

    found = [folder for place in places for folder in folders(place)]
    if target and len(found) > 1:
        raise UsageError("--to names one file, and there are several Allure reports.", hint="Name one DIR.")
    tool = find_tool()
    for folder in found:
        click.echo(render_allure(tool, folder, target, single=single))
    return 0


def _write(path: Path, text: str) -> None:
    from bookproof.writing import reason, write_file

    try:
        write_file(path, text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {reason(error)}.", hint="Name another place: --to FILE.") from None
    click.echo(path)


def _print(value: object) -> None:
    sys.stdout.write(json.dumps(value, indent=2) + "\n")
