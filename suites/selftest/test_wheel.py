"""The built distributions: everything that belongs to the project and nothing besides; and the wheel works alone."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.network

PROJECT = Path(__file__).parents[2]
SINGLE = (".gitignore", "LICENSE", "README.md", "conftest.py", "pyproject.toml", "requirements.lock")
STRAY = (
    "suites/highlevel/.env.local",
    "suites/highlevel/__pycache__/test_limit.cpython-311.pyc",
    "contracts/.env",
    "reports/highlevel/verdict.json",
    "src/bookproof/__pycache__/judge.cpython-311.pyc",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project, with what working on it leaves behind."""
    folder = tmp_path_factory.mktemp("project")
    ignore = shutil.ignore_patterns("__pycache__", ".*", "*.pyc")
    for name in ("src", "contracts", "suites", "cassettes", "docs"):
        shutil.copytree(PROJECT / name, folder / name, ignore=ignore)
    for name in ("reports/README.md", *SINGLE):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(PROJECT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def held(project):
    """Every file of the project that a wheel may hold."""
    return {
        str(path.relative_to(project))
        for name in ("src", "contracts", "suites", "cassettes")
        for path in files(project / name)
    }


@pytest.fixture(scope="module")
def built(project, held, tmp_path_factory):
    """The folder of the source distribution and the wheel, the wheel built from the former."""
    for name in STRAY:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("TOKEN=secret")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--outdir", str(folder), str(project)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """The scripts of an environment that holds the wheel; what it depends on comes from this environment."""
    folder = tmp_path_factory.mktemp("environment")
    wheel = next(built.glob("*.whl"))
    python = folder / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=120)
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "bin"


def files(folder):
    return (path for path in folder.rglob("*") if path.is_file())


def run(command, folder):
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": sysconfig.get_path("purelib")},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def test_what_the_source_distribution_names_exists(project):
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    named = settings["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]

    assert [name for name in named if not (project / name.removeprefix("/")).exists()] == []


def test_the_source_distribution_holds_the_project_and_nothing_besides(built, held):
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    pages = {f"docs/{path.name}" for path in files(PROJECT / "docs")}
    assert names == held | pages | {"PKG-INFO", "reports/README.md", *SINGLE}


def test_the_wheel_holds_the_package_and_its_data_and_nothing_besides(built, held):
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert names == {
        name.removeprefix("src/") if name.startswith("src/") else f"bookproof/_data/{name}" for name in held
    }


def test_the_wheel_says_that_it_is_typed(built):
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        assert "bookproof/py.typed" in archive.namelist()


def test_the_wheel_judges_in_an_empty_folder(installed, tmp_path):
    done = run([installed / "bookproof", "verify", "highlevel"], tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert "highlevel conforms to its contract" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_the_wheel_is_what_was_judged_with(installed, tmp_path):
    done = run([installed / "python", "-c", "import bookproof; print(bookproof.__file__)"], tmp_path)

    assert done.stdout.startswith(str(installed.parent))


def test_the_wheel_replays_its_cassettes(installed, tmp_path):
    assert run([installed / "bookproof", "verify", "highlevel", "--replay", "--quiet"], tmp_path).returncode == 0
