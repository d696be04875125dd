"""pytest's own settings are found and read as pytest does."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmlint.project.project import PytestConfig
from llmlint.project.pytest_config import read_pytest_config
from tests.project_tree import plant

SECTIONS = {
    "pytest.toml": '[pytest]\npython_files = ["pytest_toml"]\n',
    ".pytest.toml": '[pytest]\npython_files = ["dot_pytest_toml"]\n',
    "pytest.ini": "[pytest]\npython_files = pytest_ini\n",
    ".pytest.ini": "[pytest]\npython_files = dot_pytest_ini\n",
    "pyproject.toml": '[tool.pytest.ini_options]\npython_files = "pyproject_toml"\n',
    "tox.ini": "[pytest]\npython_files = tox_ini\n",
    "setup.cfg": "[tool:pytest]\npython_files = setup_cfg\n",
}


@pytest.mark.parametrize("index", range(len(SECTIONS)))
def test_files_of_one_folder_have_an_order(tmp_path: Path, index: int) -> None:
    """The first in pytest's order wins, and alone."""
    names = list(SECTIONS)[index:]
    plant(tmp_path, {name: SECTIONS[name] for name in names})
    config, notices = read_pytest_config(str(tmp_path))
    assert config.python_files == (
        names[0].lstrip(".").replace(".", "_") if names[0][0] != "." else "dot_" + names[0][1:].replace(".", "_"),
    )
    assert (config.file, notices) == (str(tmp_path / names[0]), ())


def test_a_nearer_folder_wins(tmp_path: Path) -> None:
    """The search goes upward from the tests."""
    plant(tmp_path, {"pytest.ini": "[pytest]\n", "tests/setup.cfg": SECTIONS["setup.cfg"]})
    config, _ = read_pytest_config(str(tmp_path / "tests"))
    assert (config.rootdir, config.python_files) == (str(tmp_path / "tests"), ("setup_cfg",))


def test_an_empty_pytest_ini_counts(tmp_path: Path) -> None:
    """``pytest.ini`` is the file even without a section; ``tox.ini`` is not."""
    plant(tmp_path, {"pytest.ini": "", "pyproject.toml": SECTIONS["pyproject.toml"], "a/tox.ini": "[tox]\n"})
    config, _ = read_pytest_config(str(tmp_path / "a"))
    assert config.file == str(tmp_path / "pytest.ini")
    assert config.python_files == PytestConfig("").python_files


def test_without_settings_a_pyproject_or_setup_py_marks_the_rootdir(tmp_path: Path) -> None:
    """As pytest finds its rootdir."""
    plant(tmp_path, {"a/pyproject.toml": "", "a/tests/": "", "b/setup.py": "", "b/tests/": ""})
    assert read_pytest_config(str(tmp_path / "a" / "tests"))[0].rootdir == str(tmp_path / "a")
    assert read_pytest_config(str(tmp_path / "b" / "tests"))[0].rootdir == str(tmp_path / "b")


def test_everything_that_is_read(tmp_path: Path) -> None:
    """Patterns, paths, markers, modes and plugins."""
    plant(
        tmp_path,
        {
            "pytest.ini": """\
            [pytest]
            # the suite
            testpaths = tests "more tests"
            pythonpath = . src
            python_files = check_*.py *_check.py
            python_classes = Check
            python_functions = check_
            norecursedirs = data
            addopts =
                -ra -p no:legacypath -ppytest_mock
                --import-mode=importlib --asyncio-mode auto -p shop.plugin
                -o xfail_strict=true
            markers =
                slow: takes long (deselect with '-m "not slow"')
                timeout(seconds): is given up after that
                plain
            """
        },
    )
    config, notices = read_pytest_config(str(tmp_path))
    assert notices == ()
    assert config == PytestConfig(
        rootdir=str(tmp_path),
        python_files=("check_*.py", "*_check.py"),
        python_classes=("Check",),
        python_functions=("check_",),
        testpaths=("tests", "more tests"),
        pythonpath=(str(tmp_path), str(tmp_path / "src")),
        markers=("slow", "timeout", "plain"),
        asyncio_mode="auto",
        import_mode="importlib",
        plugins=("pytest_mock", "shop.plugin"),
        blocked_plugins=("legacypath",),
        norecursedirs=("data",),
        file=str(tmp_path / "pytest.ini"),
    )


def test_native_tables_of_pytest_9(tmp_path: Path) -> None:
    """``[tool.pytest]`` takes TOML's own types."""
    plant(
        tmp_path,
        {
            "pyproject.toml": '[tool.pytest]\naddopts = ["-p", "anyio"]\nmarkers = ["net: network"]\nasyncio_mode = "auto"\n'
        },
    )
    config, _ = read_pytest_config(str(tmp_path))
    assert (config.plugins, config.markers, config.asyncio_mode) == (("anyio",), ("net",), "auto")


def test_an_override_in_addopts_counts(tmp_path: Path) -> None:
    """``-o`` beats the file's own key."""
    plant(tmp_path, {"pytest.ini": "[pytest]\naddopts = -o asyncio_mode=auto\nasyncio_mode = strict\n"})
    assert read_pytest_config(str(tmp_path))[0].asyncio_mode == "auto"


@pytest.mark.parametrize(
    ("name", "text", "row"),
    [
        ("pyproject.toml", "[tool.pytest.ini_options\n", 1),
        ("pytest.toml", "[pytest]\nmarkers = [\n", 2),
        ("pytest.ini", "[pytest]\nmarkers =\n    a: b\nnonsense\n", 4),
        ("pytest.ini", "[pytest]\naddopts = -m 'not slow\n", 2),
        ("pyproject.toml", "[tool.pytest.ini_options]\nx = 1\nmarkers = 3\n", 3),
    ],
)
def test_a_broken_file_is_a_notice(tmp_path: Path, name: str, text: str, row: int) -> None:
    """Settings of another tool never stop a run."""
    plant(tmp_path, {name: text})
    _, notices = read_pytest_config(str(tmp_path))
    assert [notice[:2] for notice in notices] == [(str(tmp_path / name), row)]
