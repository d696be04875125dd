"""Settings: where they are found, what they may hold, and what is said of those that cannot be used."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from llmlint.model.settings import ContractRoot, Settings
from llmlint.project.option import describe, options, write_toml
from llmlint.project.settings import SettingsError, load_settings
from tests.project_tree import plant


def test_pyproject_settings_are_read(tmp_path: Path) -> None:
    """Every type of setting arrives as the field's type."""
    plant(
        tmp_path,
        {
            "pyproject.toml": """\
            [tool.llmlint]
            src = ["backend"]
            contracts = ["stubs", {path = "backend/contracts", package = "app"}]
            python-version = "3.11"
            max-mocks = 3
            strict-callbacks = true

            [tool.llmlint.per-file-ignores]
            "tests/old/*" = ["LLM3"]
            """
        },
    )
    settings = load_settings(str(tmp_path)).settings
    assert settings.src == ("backend",)
    assert settings.contracts == (ContractRoot("stubs"), ContractRoot("backend/contracts", "app"))
    assert settings.python_version == "3.11"
    assert settings.max_mocks == 3
    assert settings.strict_callbacks is True
    assert settings.per_file_ignores == (("tests/old/*", ("LLM3",)),)


@pytest.mark.parametrize("name", ["llmlint.toml", ".llmlint.toml"])
def test_a_file_of_its_own_holds_keys_at_the_top(tmp_path: Path, name: str) -> None:
    """``llmlint.toml`` needs no table."""
    plant(tmp_path, {name: 'select = ["LLM2"]\n'})
    loaded = load_settings(str(tmp_path / "tests" / "test_a.py"))
    assert loaded.settings.select == ("LLM2",)
    assert loaded.file == str(tmp_path / name)


def test_the_nearest_settings_win_over_a_nearer_pyproject_without_any(tmp_path: Path) -> None:
    """A pyproject.toml without ``[tool.llmlint]`` has no settings to win with."""
    plant(
        tmp_path,
        {
            "pyproject.toml": "[tool.llmlint]\nmax-mocks = 1\n",
            "a/pyproject.toml": "[project]\nname = 'a'\n",
            "a/b/llmlint.toml": "max-mocks = 2\n",
            "a/tests/": "",
        },
    )
    assert load_settings(str(tmp_path / "a" / "tests")).settings.max_mocks == 1
    assert load_settings(str(tmp_path / "a" / "b")).settings.max_mocks == 2


def test_isolated_reads_no_file(tmp_path: Path) -> None:
    """``--isolated`` leaves the defaults and the overrides."""
    plant(tmp_path, {"llmlint.toml": "max-mocks = 1\nmax-statements = 1\n"})
    loaded = load_settings(str(tmp_path), isolated=True, config=["max-statements=7"])
    assert loaded.file is None
    assert (loaded.settings.max_mocks, loaded.settings.max_statements) == (Settings().max_mocks, 7)


def test_overrides_replace_single_keys(tmp_path: Path) -> None:
    """``--config KEY=VALUE`` leaves the other keys of the file."""
    plant(tmp_path, {"llmlint.toml": 'max-mocks = 1\nselect = ["LLM1"]\n'})
    config = ["max-mocks = 8", 'per-file-ignores."tests/*"=["LLM2"]']
    settings = load_settings(str(tmp_path), config=config).settings
    assert settings.max_mocks == 8
    assert settings.select == ("LLM1",)
    assert settings.per_file_ignores == (("tests/*", ("LLM2",)),)


def test_a_settings_file_may_be_named(tmp_path: Path) -> None:
    """``--config FILE`` replaces the search."""
    plant(tmp_path, {"llmlint.toml": "max-mocks = 1\n", "other.toml": "max-statements = 2\n"})
    settings = load_settings(str(tmp_path), config=[str(tmp_path / "other.toml")]).settings
    assert (settings.max_mocks, settings.max_statements) == (Settings().max_mocks, 2)


def test_a_settings_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    """A named file has to exist."""
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(str(tmp_path), config=[str(tmp_path / "missing.toml")])


def test_an_unknown_key_is_reported_with_its_line_and_the_nearest(tmp_path: Path) -> None:
    """The message leads to the line and to the key that was meant."""
    plant(tmp_path, {"pyproject.toml": '[project]\nname = "x"\n\n[tool.llmlint]\nmax-mocks = 3\nselct = []\n'})
    with pytest.raises(SettingsError) as caught:
        load_settings(str(tmp_path))
    assert str(caught.value) == f"{tmp_path / 'pyproject.toml'}:6:1: unknown setting 'selct'; did you mean 'select'?"


@pytest.mark.parametrize(
    ("line", "message", "place"),
    [
        ('max-mocks = "3"', "'max-mocks' expects an integer, not a string", (2, 0)),
        ("max-mocks = true", "'max-mocks' expects an integer, not a boolean", (2, 0)),
        ("max-mocks = -1", "'max-mocks' cannot be negative", (2, 0)),
        ("strict-callbacks = 1", "'strict-callbacks' expects a boolean, not an integer", (2, 0)),
        ('select = "LLM1"', "'select' expects an array of strings, not a string", (2, 0)),
        ('select = ["LLM1", 2]', "'select' expects a string, not an integer", (2, 18)),
        ("python = 3", "'python' expects a string, not an integer", (2, 0)),
        ("python-version = '3'", "'3' is no value of 'python-version'", (2, 0)),
        ("preset = 'behavioural'", "'preset' is one of 'default', 'behavioral', 'all', not 'behavioural'", (2, 0)),
        ("per-file-ignores = []", "'per-file-ignores' expects a table of arrays of strings, not an array", (2, 0)),
        ("per-file-ignores = {'a' = 'b'}", "'per-file-ignores.a' expects an array of strings", (2, 20)),
        ("contracts = [{package = 'a'}]", "an entry of 'contracts' lacks its 'path'", (2, 13)),
        ("contracts = [{path = 'a', pakage = 'b'}]", "unknown key 'pakage' in 'contracts'", (2, 26)),
        ("contracts = [{path = 'a', package = 'b-c'}]", "'b-c' is not the name of a package", (2, 26)),
        ("src = ['../elsewhere']", "the path '../elsewhere' leaves the project", (2, 7)),
        ("src = ['a/../../b']", "the path 'a/../../b' leaves the project", (2, 7)),
        ("src = ['']", "'src' holds an empty path", (2, 7)),
    ],
)
def test_a_wrong_value_is_reported_where_it_stands(
    tmp_path: Path, line: str, message: str, place: tuple[int, int]
) -> None:
    """Rows count from 1, columns from 0."""
    plant(tmp_path, {"pyproject.toml": f"[tool.llmlint]\n{line}\n"})
    with pytest.raises(SettingsError) as caught:
        load_settings(str(tmp_path))
    assert caught.value.message.startswith(message)
    assert (caught.value.row, caught.value.column) == place


def test_an_absolute_path_may_leave_the_project(tmp_path: Path) -> None:
    """An absolute path is on purpose."""
    plant(tmp_path, {"llmlint.toml": 'extra-paths = ["/opt/shared", "~/shared"]\n'})
    assert load_settings(str(tmp_path)).settings.extra_paths == ("/opt/shared", "~/shared")


@pytest.mark.parametrize(
    ("text", "row"),
    [("[tool.llmlint\n", 1), ("[tool.llmlint]\nselect = [\n", 2), ("[tool.llmlint]\na = 1\na = 2\n", 3)],
)
def test_broken_toml_is_reported_with_its_line(tmp_path: Path, text: str, row: int) -> None:
    """A file that seems to hold settings cannot be passed over."""
    plant(tmp_path, {"pyproject.toml": text})
    with pytest.raises(SettingsError, match="broken TOML") as caught:
        load_settings(str(tmp_path))
    assert caught.value.row == row


def test_binary_settings_are_reported(tmp_path: Path) -> None:
    """Bytes that are no text are an error, not a traceback."""
    (tmp_path / "llmlint.toml").write_bytes(b"select = []\n\xff\xfe")
    with pytest.raises(SettingsError, match="not UTF-8 text") as caught:
        load_settings(str(tmp_path))
    assert caught.value.row == 2


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("selct=[]", "unknown setting 'selct'; did you mean 'select'?"),
        ("preset=all", "not TOML"),
        ("max-mocks='x'", "'max-mocks' expects an integer"),
    ],
)
def test_a_faulty_override_names_itself(tmp_path: Path, override: str, message: str) -> None:
    """Without a file there is no line, but the option as it was typed."""
    with pytest.raises(SettingsError) as caught:
        load_settings(str(tmp_path), config=[override])
    assert str(caught.value).startswith(f"--config {override}: {message}")
    assert caught.value.row is None


def test_an_override_without_quotes_is_shown_with_them(tmp_path: Path) -> None:
    """The shell eats quotes; the message gives them back."""
    with pytest.raises(SettingsError) as caught:
        load_settings(str(tmp_path), config=["preset=all"])
    assert caught.value.suggestion == 'preset="all"'


def test_errors_travel_between_processes() -> None:
    """An error keeps its place when it is pickled."""
    error = SettingsError("a.toml", 3, 0, "unknown setting 'x'", "y")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_every_option_has_a_manual() -> None:
    """``llmlint config`` has something to say of each."""
    assert all(option.doc and option.type for option in options())
    assert describe("per_file_ignores").type == "table of arrays of strings"


def test_an_unknown_option_brings_the_nearest() -> None:
    """``llmlint config max-mock`` can say what was meant."""
    with pytest.raises(KeyError, match="max-mocks"):
        describe("max-mock")


def test_values_are_written_as_toml() -> None:
    """What ``--show-settings`` prints can be pasted into a file."""
    assert write_toml((ContractRoot("a"), ContractRoot("b", "c"))) == '["a", {path = "b", package = "c"}]'
    assert write_toml((("tests/*", ("LLM1",)),)) == '{"tests/*" = ["LLM1"]}'
    assert [write_toml(value) for value in (True, 3, 'say "no"\n', None, ())] == [
        "true",
        "3",
        '"say \\"no\\"\\u000a"',
        "",
        "[]",
    ]
