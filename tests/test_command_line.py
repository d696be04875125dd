"""What the command line does with paths, options and what goes wrong."""

from __future__ import annotations

import json

import pytest

import llmlint as package
from tests.conftest import FAULTY, SOUND


def test_findings_give_one(shop, llmlint):
    outcome = llmlint("tests")
    assert outcome.code == 1
    assert "LLM203" in outcome.out


def test_a_clean_suite_gives_zero(shop, llmlint):
    shop.write("tests/test_cart.py", SOUND)
    outcome = llmlint("tests")
    assert outcome.code == 0
    assert "All checks passed!" in outcome.out
    assert outcome.err == ""


def test_check_is_the_default_command(shop, llmlint):
    assert llmlint("tests") == llmlint("check", "tests")


def test_without_paths_the_settings_say_what(shop, llmlint):
    assert llmlint("--output-format", "json").codes == ["LLM203"]
    shop.write("elsewhere/test_more.py", FAULTY)
    shop.write("llmlint.toml", 'tests = ["elsewhere"]\n')
    assert [finding["filename"] for finding in llmlint("--output-format", "json").json] == ["elsewhere/test_more.py"]


def test_several_paths_and_files(shop, llmlint):
    shop.write("tests/test_other.py", FAULTY)
    outcome = llmlint(
        "tests/test_other.py", "tests/test_cart.py", "tests", "--ignore", "LLM403", "--output-format", "json"
    )
    assert [finding["filename"] for finding in outcome.json] == ["tests/test_cart.py", "tests/test_other.py"]


def test_paths_are_relative_to_the_working_directory(shop, llmlint, monkeypatch):
    monkeypatch.chdir(shop.path / "tests")
    outcome = llmlint("test_cart.py", "--output-format", "json")
    assert outcome.json[0]["filename"] == "test_cart.py"
    assert outcome.json[0]["truth"] == {"filename": "../src/shop/cart.py", "row": 1}


def test_standard_input(shop, process):
    outcome = process("-", "--stdin-filename", "tests/test_new.py", "--output-format", "json", given=FAULTY.encode())
    assert outcome.codes == ["LLM203"]
    assert outcome.json[0]["filename"] == "tests/test_new.py"
    assert outcome.code == 1


def test_positions_of_standard_input_are_those_of_its_own_lines(shop, process):
    row = next(index for index, line in enumerate(FAULTY.splitlines()) if "totl" in line)
    beside = FAULTY.splitlines()
    beside[row] = "    # \U0001f34e\U0001f34e\U0001f34e\U0001f34e"
    shop.write("tests/test_cart.py", "\n".join(beside) + "\n")
    outcome = process("-", "--stdin-filename", "tests/test_cart.py", "--output-format", "lsp", given=FAULTY.encode())
    ((one,),) = (file["diagnostics"] for file in json.loads(outcome.out))
    assert one["range"]["start"] == {"line": row, "character": FAULTY.splitlines()[row].index("totl")}


def test_standard_input_outdoes_the_file_on_disk(shop, process):
    outcome = process("-", "--stdin-filename", "tests/test_cart.py", given=SOUND.encode())
    assert outcome.code == 0


def test_version(process):
    outcome = process("--version")
    assert (outcome.code, outcome.out) == (0, f"llmlint {package.__version__}\n")


def test_help(llmlint):
    assert "check" in llmlint("--help").out
    assert "--select" in llmlint("check", "--help").out


@pytest.mark.parametrize("arguments", [("--exit-zero",), ("--fail-on", "never")])
def test_exit_zero(shop, llmlint, arguments):
    outcome = llmlint("tests", *arguments)
    assert outcome.code == 0
    assert "LLM203" in outcome.out


def test_fail_on_errors_only(shop, llmlint):
    shop.write("tests/test_cart.py", SOUND.replace("cart.total() == 0", "cart._secret is None"))
    shop.write("src/shop/cart.py", "class Cart:\n    _secret = None\n    def total(self): return 0\n")
    assert llmlint("tests", "--select", "LLM102").code == 1
    assert llmlint("tests", "--select", "LLM102", "--fail-on", "error").code == 0


def test_output_file(shop, llmlint):
    outcome = llmlint("tests", "--output-format", "json", "--output-file", "report.json")
    assert (outcome.code, outcome.out) == (1, "")
    assert json.loads((shop.path / "report.json").read_text())[0]["code"] == "LLM203"


def test_output_file_that_cannot_be_written(shop, llmlint):
    outcome = llmlint("tests", "--output-file", "no/such/folder")
    assert outcome.code == 2
    assert outcome.err == "llmlint: error: no/such/folder: cannot be written: No such file or directory\n"


def test_show_files(shop, llmlint):
    shop.write("tests/conftest.py", "")
    assert llmlint("--show-files").out == "tests/conftest.py\ntests/test_cart.py\n"


def test_show_settings(shop, llmlint):
    shop.write("llmlint.toml", "max-mocks = 3\n")
    outcome = llmlint("--show-settings")
    assert "max-mocks = 3" in outcome.out
    assert outcome.code == 0


def test_isolated_reads_no_settings(shop, llmlint):
    shop.write("llmlint.toml", 'ignore = ["LLM203"]\n')
    assert llmlint("tests").code == 0
    assert llmlint("tests", "--isolated").code == 1


def test_config_overrides_one_key(shop, llmlint):
    assert llmlint("tests", "--config", 'ignore=["LLM203"]').code == 0


def test_config_names_another_file(shop, llmlint):
    shop.write("other.toml", 'ignore = ["LLM203"]\n')
    assert llmlint("tests", "--config", "other.toml").code == 0


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (("--select", "LLM203"), ["LLM203"]),
        (("--select", "LLM2"), ["LLM203"]),
        (("--select", "unknown-attribute"), ["LLM203"]),
        (("--select", "LLM1,LLM3"), []),
        (("--select", "LLM1", "--extend-select", "LLM203"), ["LLM203"]),
        (("--ignore", "LLM2"), []),
        (("--ignore", "LLM2", "--select", "LLM203"), ["LLM203"]),
        (("--select", "LLM2", "--ignore", "LLM203"), []),
        (("--select", "LLM203", "--ignore", "LLM203"), []),
        (("--preset", "all"), ["LLM203"]),
    ],
)
def test_the_more_specific_selector_wins(shop, llmlint, arguments, codes):
    assert llmlint("tests", "--output-format", "json", *arguments).codes == codes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--select", "LLM999"), "there is no rule 'LLM999'"),
        (("--ignore", "unknown-atribute"), "there is no rule 'unknown-atribute'; did you mean 'unknown-attribute'?"),
        (("--preset", "behavioural"), "did you mean 'behavioral'?"),
        (("--jobs", "many"), "--jobs expects a number or 'auto', not 'many'"),
        (("--config", "max-moks=3"), "did you mean 'max-mocks'?"),
        (("--config", "missing.toml"), "missing.toml"),
        (("--python", "no/such/python"), "no/such/python"),
        (("--no-such-option",), "--no-such-option"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_two(shop, llmlint, arguments, message):
    outcome = llmlint("tests", *arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("llmlint: error: ")
    assert message in outcome.err
    assert outcome.err.count("\n") == 1


def test_what_is_missing_is_told_and_all_else_judged(shop, llmlint):
    outcome = llmlint("tests", "nowhere", "--output-format", "json")
    assert outcome.code == 2
    assert outcome.codes == ["LLM203"]
    assert outcome.err == "llmlint: error: nowhere: does not exist\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[tool.llmlint]\nselct = []\n", "pyproject.toml:2:1"),
        ("[tool.llmlint]\nselect = 3\n", "pyproject.toml:2:1"),
        ("[tool.llmlint]\nselect = [\n", "pyproject.toml:"),
    ],
)
def test_broken_settings_are_told_with_their_line(shop, llmlint, text, place):
    shop.write("pyproject.toml", text)
    outcome = llmlint("tests")
    assert outcome.code == 2
    assert outcome.err.startswith(f"llmlint: error: {place}")
    assert outcome.err.count("\n") == 1


def test_a_folder_without_tests_is_told(empty, llmlint):
    (empty.path / "nothing").mkdir()
    outcome = llmlint("nothing")
    assert outcome.code == 0
    assert "no Python files" in outcome.err


def test_what_no_test_imports_is_data(shop, llmlint):
    faulty = "from shop.cart import Cart\n\nCart().totl()\nundefined_here\n"
    shop.write(
        "tests/test_cart.py", "from tests import used\n\n\ndef test_runs():\n    assert used and run('script.py')\n"
    )
    shop.write("tests/used.py", faulty)
    shop.write("tests/data/script.py", faulty)
    outcome = llmlint("tests", "--output-format", "json", "--select", "LLM203,LLM217")
    found = {(finding["filename"], finding["code"]) for finding in outcome.json}
    assert {file for file, _ in found} == {"tests/used.py", "tests/test_cart.py"}
    assert ("tests/used.py", "LLM203") in found


def test_every_project_keeps_its_settings(shop, llmlint):
    for name, settings in (("a", ""), ("b", 'ignore = ["LLM203"]\n')):
        shop.write(f"{name}/llmlint.toml", settings)
        shop.write(f"{name}/src/shop/cart.py", "class Cart: ...\n")
        shop.write(f"{name}/tests/test_cart.py", FAULTY)
    outcome = llmlint("a", "b", "--output-format", "json")
    assert [finding["filename"] for finding in outcome.json] == ["a/tests/test_cart.py"]


def test_a_broken_pipe_is_no_traceback(shop):
    import subprocess
    import sys

    for number in range(30):
        shop.write(f"tests/test_{number}.py", FAULTY * 20)
    writer = subprocess.Popen(
        [sys.executable, "-m", "llmlint", "tests", "--no-cache", "--no-tools"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=shop.path,
    )
    assert writer.stdout is not None
    assert writer.stderr is not None
    writer.stdout.close()
    assert writer.stderr.read() == b""
    writer.stderr.close()
    writer.wait(timeout=60)


def test_rule_prints_its_page(llmlint):
    outcome = llmlint("rule", "LLM203")
    assert outcome.out.startswith("# LLM203 unknown-attribute\n")
    assert outcome == llmlint("rule", "unknown-attribute")


def test_rule_as_json(llmlint):
    outcome = llmlint("rule", "LLM203", "--output-format", "json")
    assert outcome.json["code"] == "LLM203"
    assert outcome.json["severity"] == "error"


def test_every_rule(llmlint):
    lines = llmlint("rule", "--all").out.splitlines()
    assert len(lines) == len(llmlint("rule", "--all", "--output-format", "json").json)
    assert [line.split()[0] for line in lines] == sorted(line.split()[0] for line in lines)


def test_an_unknown_rule(llmlint):
    outcome = llmlint("rule", "unknown-atribute")
    assert outcome.code == 2
    assert "did you mean 'unknown-attribute'?" in outcome.err


def test_config_lists_and_explains(llmlint):
    assert "max-mocks" in llmlint("config").out.splitlines()
    outcome = llmlint("config", "max-mocks")
    assert "LLM309" in outcome.out
    assert "Default: 5" in outcome.out
    assert "did you mean 'max-mocks'?" in llmlint("config", "max-moks").err


def test_uses_are_recorded(shop, llmlint):
    shop.write("tests/test_cart.py", SOUND)
    llmlint("tests", "--record-uses", "uses.jsonl")
    uses = [json.loads(line) for line in (shop.path / "uses.jsonl").read_text().splitlines()]
    assert {"filename", "row", "column", "kind", "resolved", "reason"} == set(uses[0])
    assert any(use["kind"] == "attribute" and use["row"] == 6 and use["resolved"] for use in uses)
