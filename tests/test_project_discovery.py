"""From paths to files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmlint.project.discovery import discover, matches, role_of
from llmlint.project.path_glob import PathGlobs
from llmlint.project.project import TEST_FILES
from tests.project_tree import plant


def names(root: Path, *paths: str, **more: object) -> list[str]:
    """The files found, from ``root``."""
    found = discover([str(root / path) for path in paths or ("",)], root=str(root), **more)  # type: ignore[arg-type]
    return [os.path.relpath(file.path, root) for file in found.files]


def test_folders_are_searched_for_python(tmp_path: Path) -> None:
    """Sorted, without folders that hold no code of the project."""
    plant(
        tmp_path,
        {
            "tests/test_b.py": "",
            "tests/test_a.py": "",
            "tests/data.txt": "",
            "tests/stub.pyi": "",
            "tests/build/out.py": "",
            "tests/sub/build/__init__.py": "",
            "env3/pyvenv.cfg": "",
            "env3/lib/x.py": "",
            **{
                f"{name}/x.py": ""
                for name in (".git", ".venv", ".tox", "node_modules", "__pycache__", "dist", "a.egg-info")
            },
        },
    )
    assert names(tmp_path) == ["tests/sub/build/__init__.py", "tests/test_a.py", "tests/test_b.py"]


def test_a_named_file_is_taken_whatever_its_name(tmp_path: Path) -> None:
    """Also from folders that are not searched, and once."""
    plant(tmp_path, {"script": "", "dist/x.py": "", "tests/test_a.py": ""})
    assert names(tmp_path, "script", "dist/x.py", "tests", "tests/test_a.py", "tests/../script") == [
        "dist/x.py",
        "script",
        "tests/test_a.py",
    ]


def test_a_named_folder_is_searched_whatever_its_name(tmp_path: Path) -> None:
    """``llmlint build/`` means it."""
    plant(tmp_path, {"build/x.py": "", "build/dist/y.py": ""})
    assert names(tmp_path, "build") == ["build/x.py"]


def test_missing_paths_are_errors_and_the_rest_is_found(tmp_path: Path) -> None:
    """A typo does not hide the other paths."""
    plant(tmp_path, {"a.py": ""})
    (tmp_path / "dangling.py").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.py")
    paths = [str(tmp_path / name) for name in ("a.py", "missing", "dangling.py", "pipe.py")]
    found = discover(paths, root=str(tmp_path))
    assert [file.path for file in found.files] == [str(tmp_path / "a.py")]
    assert [(os.path.basename(error.path), error.message) for error in found.errors] == [
        ("dangling.py", "is a link to nothing"),
        ("missing", "does not exist"),
        ("pipe.py", "is not a regular file"),
    ]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_unreadable_folders_are_errors(tmp_path: Path) -> None:
    """What cannot be looked into is said."""
    plant(tmp_path, {"closed/a.py": ""})
    (tmp_path / "closed").chmod(0)
    try:
        assert [error.message for error in discover([str(tmp_path)], root=str(tmp_path)).errors] == [
            "cannot be read: permission denied"
        ]
    finally:
        (tmp_path / "closed").chmod(0o755)


def test_loops_of_links_end(tmp_path: Path) -> None:
    """A folder that links to one above it is entered once."""
    plant(tmp_path, {"a/test_a.py": "", "b/": ""})
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "b" / "self").symlink_to(tmp_path / "b", target_is_directory=True)
    assert names(tmp_path) == ["a/test_a.py"]


def test_a_file_behind_a_link_is_listed_once_under_its_own_name(tmp_path: Path) -> None:
    """And under the link's where its own is not searched."""
    plant(tmp_path, {"in/a.py": "", "in/z.py": "", "out/b.py": ""})
    (tmp_path / "in" / "0.py").symlink_to(tmp_path / "in" / "a.py")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out", target_is_directory=True)
    assert names(tmp_path, "in") == ["in/a.py", "in/link/b.py", "in/z.py"]


def test_excluded_files_are_left_out_unless_named(tmp_path: Path) -> None:
    """``exclude`` takes names and paths."""
    plant(tmp_path, {"tests/test_a.py": "", "tests/old/test_b.py": "", "tests/gen/x/test_c.py": ""})
    exclude = ("old", "tests/gen/**")
    assert names(tmp_path, exclude=exclude) == ["tests/test_a.py"]
    assert names(tmp_path, "tests/old/test_b.py", exclude=exclude) == ["tests/old/test_b.py"]


def test_folders_that_pytest_does_not_enter_are_not_entered(tmp_path: Path) -> None:
    """``norecursedirs`` of pytest's settings."""
    plant(tmp_path, {"tests/test_a.py": "", "tests/integration/project/test_b.py": ""})
    assert names(tmp_path, norecursedirs=("tests/integration/*",)) == ["tests/test_a.py"]


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/p/tests/conftest.py", "conftest"),
        ("/p/tests/test_a.py", "test"),
        ("/p/tests/a_test.py", "test"),
        ("/p/tests/helper.py", "other"),
        ("/p/tests/__init__.py", "other"),
        ("/p/contracts/shop/cart.pyi", "contract"),
        ("/p/contracts_old/cart.pyi", "other"),
        ("/p/src/cart.pyi", "other"),
    ],
)
def test_roles(path: str, role: str) -> None:
    """What a file is to the tests."""
    assert role_of(path, ("test_*.py", "*_test.py"), ("/p/contracts",)) == role


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/p/shop/tests/cart_tests.py", "test"),
        ("/p/shop/tests/api/tests.py", "test"),
        ("/p/shop/tests/support.py", "other"),
        ("/p/shop/tests.py", "other"),
        ("/p/shop/cart_tests.py", "other"),
    ],
)
def test_names_of_unittest_s_projects_are_tests_in_a_folder_of_tests(path: str, role: str) -> None:
    """Where pytest's settings do not say what a test file is called."""
    assert role_of(path, TEST_FILES) == role


def test_patterns_with_a_slash_are_about_the_whole_path() -> None:
    """As pytest matches ``python_files``."""
    assert matches("/p/tests/test_x/__init__.py", ("test_*/__init__.py",))
    assert not matches("/p/tests/x/__init__.py", ("test_*/__init__.py",))


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("*.py", "a/b.py", True),
        ("old", "a/old/b.py", True),
        ("ol", "a/old/b.py", False),
        ("a/*.py", "a/b.py", True),
        ("a/*.py", "a/b/c.py", False),
        ("a/**/c.py", "a/c.py", True),
        ("a/**/c.py", "a/b/b/c.py", True),
        ("a/**", "a/b/c.py", True),
        ("a", "a/b/c.py", True),
        ("a/b", "a/b/c.py", True),
        ("./a/b/", "a/b/c.py", True),
        ("**/c.py", "c.py", True),
        ("[ab].py", "b.py", True),
        ("[!ab].py", "b.py", False),
        ("test_?.py", "test_1.py", True),
        ("[", "[", True),
        ("/p/a/*", "a/b.py", True),
        ("/q/a/*", "a/b.py", False),
    ],
)
def test_globs(glob: str, path: str, expected: bool) -> None:
    """As ``exclude`` and ``per-file-ignores`` take them."""
    assert PathGlobs([glob], "/p").match(f"/p/{path}") is expected
