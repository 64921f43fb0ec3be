"""Layers: the core knows nothing of what stands on it, and no import runs upward."""

import ast
from pathlib import Path

import pytest

import bookproof
from bookproof import apis

SOURCE = Path(bookproof.__file__).parent

# From the ground up; modules of one layer may import each other.
LAYERS = (
    [
        "__init__",
        "errors",
        "exchange",
        "resources",
        "outline",
        "schema",
        "operations",
        "contract",
        "draft",
        "ledger",
        "rules",
        "findings",
        "judge",
        "tally",
        "tally_json",
        "verdict",
        "evidence",
        "processes",
        "variants",
        "writing",
    ],
    ["apis", "captures", "negatives", "faults", "racing", "drift"],
    ["targets"],
    ["plugin", "reports"],
    [
        "cli",
        "__main__",
        "running",
        "proving",
        "auditing",
        "routing",
        "moving",
        "dividing",
        "cluster",
        "distributing",
        "watching",
        "loading",
        "drifting",
    ],
)
HEIGHT = {name: height for height, layer in enumerate(LAYERS) for name in layer}
FOREIGN_TO_THE_CORE = {
    "allure",
    "click",
    "httpx",
    "hypothesis",
    "pytest",
    "requests",
    "rich",
    "schemathesis",
    "starlette",
    "uvicorn",
    "vcr",
}


def modules():
    """Every module of the package, named by its path below it."""
    return sorted(str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if "_data" not in path.parts)


def imports(module):
    """Every module that a module imports, wherever the statement stands."""
    for node in ast.walk(ast.parse((SOURCE / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own(module):
    """The parts of this package that a module imports."""
    found = {name.split(".")[1] for name in imports(module) if name.startswith("bookproof.")}
    return found - {"__version__"}


def part(module):
    """The part of the package that a module belongs to: a module or a folder."""
    return Path(module).parts[0].removesuffix(".py")


@pytest.mark.parametrize("module", modules())
def test_a_module_has_a_layer(module):
    assert part(module) in HEIGHT


@pytest.mark.parametrize("module", modules())
def test_no_import_runs_upward(module):
    above = {name for name in own(module) if HEIGHT[name] > HEIGHT[part(module)]}

    assert above == set()


@pytest.mark.parametrize("name", LAYERS[0])
def test_the_core_knows_no_test_runner_no_http_client_and_no_command_line(name):
    found = {imported.partition(".")[0] for imported in imports(f"{name}.py")}

    assert found & FOREIGN_TO_THE_CORE == set()


@pytest.mark.parametrize("module", [name for name in modules() if not name.startswith("apis/")])
def test_no_module_outside_its_package_names_an_api(module):
    text = (SOURCE / module).read_text(encoding="utf-8")
    names = {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}

    assert names & set(apis.names()) == set()


@pytest.mark.parametrize("module", [name for name in modules() if name.startswith("apis/") and name.count("/") > 1])
def test_an_api_knows_no_other_api(module):
    others = set(apis.names()) - {module.split("/")[1]}

    assert {name for name in imports(module) for other in others if f"apis.{other}" in name} == set()
