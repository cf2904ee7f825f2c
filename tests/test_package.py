"""The package as an engineer gets it: a wheel in an environment of its own, where the README's programs run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from deepemg.study.embedded import fetch_embedded

PARTS = ("pyproject.toml", "README.md", "LICENSE", "workflow", "resources")
pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the project, with the released weights at hand."""
    fetch_embedded(root / "resources" / "nmm.pt")
    source = tmp_path_factory.mktemp("source")
    for name in PARTS:
        if (root / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(root / name, source / name, symlinks=True, ignore=ignored)
        else:
            shutil.copy(root / name, source / name)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    run(*pip, "--wheel-dir", source / "dist", ".", cwd=source)
    (path,) = (source / "dist").glob("*.whl")
    return path


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel; what it depends on is lent by this one, but for the project itself."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = (folder / "lib").glob("python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = folder / "bin" / "python"
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        wheel,
        cwd=folder,
    )
    return folder


@pytest.fixture
def lab(tiny_cohort: Path, tmp_path: Path) -> Path:
    """An empty folder with a subject in data/."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "S1").symlink_to(tiny_cohort / "S1")
    return tmp_path


def programs(root: Path) -> list[str]:
    """The Python programs of the README."""
    return re.findall(r"```python\n(.*?)```", (root / "README.md").read_text(), flags=re.S)


def test_the_wheel_says_what_it_is_and_needs(wheel, root):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(next(name for name in names if name.endswith("METADATA"))).decode()
        points = archive.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    required = set(re.findall(r"^Requires-Dist: ([\w-]+)", metadata, flags=re.M))
    assert {"torch", "numpy", "pandas", "opensim", "pydantic", "typer"} <= required
    assert "deepemg = deepemg.cli.main:main" in points and "Reconstruct the EMG" in metadata
    assert "# deepemg" in metadata  # the README
    assert "deepemg/resources/nmm.pt" in names and "deepemg/__init__.pyi" in names and "deepemg/py.typed" in names
    data = [path for path in (root / "workflow" / "deepemg").rglob("*") if path.suffix in {".yaml", ".csv", ".j2"}]
    assert data and all(f"deepemg/{path.relative_to(root / 'workflow' / 'deepemg')}" in names for path in data)


def test_the_package_is_imported_from_the_wheel(environment, tmp_path):
    told = run(environment / "bin" / "python", "-c", "import deepemg; print(deepemg.__file__)", cwd=tmp_path)
    assert Path(told.strip()).is_relative_to(environment)
    assert "reconstruct" in run(environment / "bin" / "deepemg", "--help", cwd=tmp_path)


def test_the_program_for_a_subject_folder_runs_as_printed(environment, root, lab):
    told = run(environment / "bin" / "python", "-c", programs(root)[0], cwd=lab)
    assert "BRA_lower" in told and "coverage90" in told and (lab / "S1.nmm").exists()
    again = "import deepemg; print(deepemg.load('S1.nmm').reconstruct(deepemg.read('data/S1')['2kg_test']).mean.shape)"
    assert ", 6)" in run(environment / "bin" / "python", "-c", again, cwd=lab)


def test_the_program_for_plain_arrays_runs_as_printed(environment, root, tmp_path):
    told = run(environment / "bin" / "python", "-c", programs(root)[1], cwd=tmp_path)
    assert "BRA" in told and "(1000, 6) (1000,)" in told


@pytest.mark.long
def test_the_wheel_brings_its_dependencies(wheel, root, tmp_path):
    """Everything from the registry into an environment that is empty: minutes, and some 2 GB."""
    venv.create(tmp_path / "empty", with_pip=True)
    run(tmp_path / "empty" / "bin" / "pip", "install", "--quiet", wheel, cwd=tmp_path)
    told = run(tmp_path / "empty" / "bin" / "python", "-c", programs(root)[1], cwd=tmp_path)
    assert "(1000, 6) (1000,)" in told
