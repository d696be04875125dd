"""ruff, mypy and import-linter in one report with llmlint: found, merged, selected, suppressed, failed."""

from __future__ import annotations

import json
import os
import stat
import sys
from types import SimpleNamespace

import pytest

from llmlint.tools.child import Child
from llmlint.tools.mypy_child import takes_several_writers

MYPY = "[tool.mypy]\nstrict = true\n"


@pytest.fixture
def tooled(shop):
    """A shop with settings for mypy, so that its findings are errors."""
    shop.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n' + MYPY)
    return shop


def found(outcome):
    return [(one["source"], one["code"], one["location"]["row"], one["also"]) for one in outcome.json]


def test_one_fault_is_one_finding(tooled, llmlint):
    outcome = llmlint("tests", "--tools", "mypy,ruff", "--output-format", "json")
    assert found(outcome) == [("llmlint", "LLM203", 6, ["mypy:attr-defined"])]


def test_two_rules_of_one_tool_may_say_the_same(tooled, llmlint):
    tooled.write(
        "tests/test_cart.py", "def test_it() -> None:\n    assert sum([1])\n    if sum([1]):\n        assert False\n"
    )
    outcome = llmlint("tests", "--tools", "ruff", "--select", "ruff", "--output-format", "json")
    assert found(outcome) == [("ruff", "PT015", 4, ["ruff:B011"])]


def test_what_a_tool_says_of_one_place_is_one_finding(tooled, llmlint):
    tooled.write(
        "tests/test_cart.py",
        "def take(a: int, b: str, c: bytes) -> int:\n    return a\n\n\n"
        "def test_it() -> None:\n    options = {'a': [1]}\n    assert take(**options)\n"
        "    assert sorted([1], key=lambda one: object())\n    assert take(take(1, 2, b''), '', b'')\n",
    )
    outcome = llmlint("tests", "--tools", "mypy", "--select", "mypy", "--output-format", "json")
    assert found(outcome) == [
        ("mypy", "arg-type", 7, []),
        ("mypy", "arg-type", 8, ["mypy:return-value"]),
        ("mypy", "arg-type", 9, []),
    ]
    assert len([note for note in outcome.json[0]["notes"] if "expected" in note]) == 2


def test_what_does_not_compile_is_one_finding(tooled, llmlint):
    tooled.write("ruff.toml", 'lint.select = ["F", "PLE"]\n')
    tooled.write("tests/test_cart.py", "def test_it():\n    await sum([1])\n")
    tooled.write("tests/test_other.py", "return 3\n")
    tooled.write("tests/test_third.py", "def test_it(a, a):\n    pass\n")
    outcome = llmlint("tests", "--tools", "ruff,mypy", "--output-format", "json")
    assert {(one["filename"], one["code"]) for one in outcome.json} == {
        ("tests/test_cart.py", "LLM900"), ("tests/test_other.py", "LLM900"), ("tests/test_third.py", "LLM900"),
    }  # fmt: skip


def test_tools_find_what_llmlint_does_not(tooled, llmlint):
    tooled.write(
        "tests/test_cart.py",
        "import os\nfrom shop.cart import Cart\n\n\ndef test_add() -> None:\n    Cart().add(1)\n    assert undefined\n",
    )
    outcome = llmlint("tests", "--tools", "mypy,ruff", "--output-format", "json")
    assert found(outcome) == [
        ("ruff", "F401", 1, []),
        ("mypy", "arg-type", 6, []),
        ("llmlint", "LLM217", 7, ["ruff:F821", "mypy:name-defined"]),
    ]


BOTH = """\
import os, sys
from shop.cart import Cart


def test_it() -> None:
    cart = Cart()
    cart.add("x"); assert (cart.totl() == 1) == True
    if sys.argv:
        assert False
"""


@pytest.mark.parametrize(
    ("arguments", "left", "text"),
    [
        ([], ["B011"], "import sys\n{rest}"),
        (["--unfixable", "ruff:F401"], ["B011", "F401"], "import os, sys\n{rest}"),
        (["--fixable", "LLM2"], ["B011", "F401"], "import os, sys\n{rest}"),
        (["--config", 'extend-unsafe-fixes = ["ruff:F"]'], ["B011", "F401"], "import os, sys\n{rest}"),
        (["--config", 'extend-safe-fixes = ["ruff:B011"]'], [], "import sys\n{raised}"),
        (["--unsafe-fixes"], [], "import sys\n{raised}"),
        (["--no-tools"], [], "import os, sys\n{rest}"),
        (["--ignore", "ruff:F401"], ["B011"], "import os, sys\n{rest}"),
    ],
)
def test_ruffs_fixes_are_made_with_ours(tooled, llmlint, arguments, left, text):
    tooled.write("tests/test_cart.py", BOTH)
    rules = ["--select", "LLM203,ruff:F401,ruff:B011", "--tools", "ruff"] if arguments != ["--no-tools"] else []
    outcome = llmlint("tests", *rules, *arguments, "--fix", "--output-format", "json")
    codes = sorted(one["code"] for one in outcome.json if one["source"] == "ruff")
    assert codes == left
    rest = BOTH.partition("\n")[2].replace("totl", "total")
    raised = rest.replace("assert False", "raise AssertionError()")
    assert (tooled.path / "tests/test_cart.py").read_text() == text.format(rest=rest, raised=raised)


def test_a_fix_of_ruff_that_meets_one_of_ours_waits(tooled, llmlint):
    tooled.write(
        "tests/test_cart.py",
        "from shop.cart import Cart\n\n\ndef test_it() -> None:\n    assert Cart().totl() is 1\n",
    )
    outcome = llmlint("tests", "--tools", "ruff", "--select", "LLM203,ruff", "--fix", "--show-fixes")
    assert outcome.code == 0
    assert (tooled.path / "tests/test_cart.py").read_text().endswith("    assert Cart().total() == 1\n")
    assert "1 × F632 (is-literal)" in outcome.err


def test_what_ruff_would_fix_is_shown(tooled, llmlint):
    tooled.write("tests/test_cart.py", "import os\r\n\r\n\r\ndef test_it() -> None:\r\n    assert sum([1]) == 1\r\n")
    outcome = llmlint("tests", "--tools", "ruff", "--diff")
    assert outcome.code == 1
    assert "-import os\n" in outcome.out.replace("\r", "")
    assert (tooled.path / "tests/test_cart.py").read_bytes().startswith(b"import os\r\n")


def test_a_ruff_that_fails_leaves_our_fixes(tooled, llmlint):
    tooled.write("ruff.toml", "[lint]\nselct = []\n")
    outcome = llmlint("tests", "--tools", "ruff", "--fix")
    assert outcome.code == 2
    assert "totl" not in (tooled.path / "tests/test_cart.py").read_text()


def test_ruffs_fixes_are_offered(tooled, llmlint):
    tooled.write("tests/test_cart.py", "import os\n\n\ndef test_it() -> None:\n    assert sum([1]) == 1\n")
    (finding,) = llmlint("tests", "--tools", "ruff", "--output-format", "json").json
    assert finding["fix"]["applicability"] == "safe"
    assert finding["fix"]["edits"] == [
        {"content": "", "location": {"row": 1, "column": 1}, "end_location": {"row": 2, "column": 1}}
    ]


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (["--select", "LLM203"], ["LLM203"]),
        (["--select", "ruff"], ["F401"]),
        (["--select", "mypy:arg-type,ruff:F"], ["F401", "arg-type"]),
        (["--select", "ALL", "--ignore", "ruff,LLM1"], ["arg-type", "LLM203"]),
        (["--ignore", "mypy:arg-type,ruff:F4"], ["LLM203"]),
        (["--ignore", "ruff", "--extend-select", "ruff:F401"], ["F401", "arg-type", "LLM203"]),
    ],
)
def test_codes_of_tools_are_selected_like_ours(tooled, llmlint, arguments, codes):
    tooled.write(
        "tests/test_cart.py",
        "import os\nfrom shop.cart import Cart\n\n\ndef test_add() -> None:\n    Cart().add(1)\n    assert Cart().totl()\n",
    )
    assert llmlint("tests", "--tools", "mypy,ruff", "--output-format", "json", *arguments).codes == codes


def test_codes_of_tools_are_suppressed_like_ours(tooled, llmlint):
    tooled.write(
        "tests/test_cart.py",
        "import os  # llmlint: ignore[ruff:F401] -- for its effect\n"
        "from shop.cart import Cart\n\n\n"
        "def test_add() -> None:\n"
        "    Cart().add(1)  # llmlint: ignore[mypy:arg-type]\n"
        "    Cart().add(2)  # llmlint: ignore\n"
        '    Cart().add("")  # llmlint: ignore[mypy:arg-type]\n'
        "    Cart().add(3)  # type: ignore[arg-type]\n"
        "    import sys  # noqa: F401\n"
        "    assert Cart().total() == 0\n",
    )
    outcome = llmlint("tests", "--tools", "mypy,ruff", "--output-format", "json")
    assert [(one["code"], one["location"]["row"]) for one in outcome.json] == [("LLM901", 8)]


def test_codes_of_tools_are_spared_per_file(tooled, llmlint):
    tooled.write("tests/test_cart.py", "import os\n")
    spared = llmlint("tests", "--tools", "ruff", "--config", 'per-file-ignores={"tests/**" = ["ruff:F401"]}')
    assert spared.code == 0


def test_nothing_is_said_of_missing_annotations(tooled, llmlint):
    tooled.write(
        "tests/test_cart.py",
        "def helper(x):\n    return x\n\n\ndef test_it(tmp_path):\n    seen = []\n    assert helper(1) == 1\n    assert not seen\n",
    )
    assert llmlint("tests", "--tools", "mypy").code == 0


def test_data_of_the_name_of_a_package_is_not_that_package(tooled, llmlint):
    tooled.write("src/shop/__init__.py", "from shop.cart import Cart as Cart\n")
    tooled.write("tests/data/shop.py", "VALUE: int = ''\n")
    tooled.write(
        "tests/test_cart.py",
        "from shop import Cart\n\n\ndef test_it():\n    cart = Cart()\n    cart.add(1)\n    assert cart.total() == 1\n",
    )
    outcome = llmlint("tests", "--tools", "mypy", "--select", "mypy", "--output-format", "json")
    assert [(one["filename"], one["code"]) for one in outcome.json] == [
        ("tests/data/shop.py", "assignment"),
        ("tests/test_cart.py", "arg-type"),
    ]


def test_a_broken_contract_of_imports_is_told_with_its_chain(tooled, llmlint):
    tooled.write("src/shop/low.py", "import shop.middle\n")
    tooled.write("src/shop/middle.py", "\n\nfrom shop import high\n")
    tooled.write("src/shop/high.py", "VALUE = 1\n")
    tooled.write(
        ".importlinter",
        "[importlinter]\nroot_package = shop\n\n[importlinter:contract:layers]\nname = High above low\ntype = layers\n"
        "layers =\n    shop.high\n    shop.low\n",
    )
    tooled.write("tests/test_cart.py", "")
    (finding,) = llmlint("tests", "--tools", "import-linter", "--output-format", "json").json
    assert finding["source"] == "import-linter"
    assert finding["code"] == "layers"
    assert (finding["filename"], finding["location"]["row"]) == ("src/shop/low.py", 1)
    assert finding["message"] == "shop.low must not import shop.high (contract 'High above low')"
    assert finding["notes"] == ["shop.low imports shop.middle (line 1)", "shop.middle imports shop.high (line 3)"]


def test_helpers_of_tests_import_no_internal_module(tooled, llmlint):
    tooled.write("src/shop/backends/__init__.py", "")
    tooled.write("src/shop/backends/redis.py", "")
    tooled.write("tests/__init__.py", "")
    tooled.write("tests/helpers.py", "import os\nfrom shop.backends import redis\n\nprint(redis, os)\n")
    options = (
        "--tools", "import-linter", "--output-format", "json",
        "--config", 'internal-modules=["shop.backends.*"]', "--ignore", "LLM2",
    )  # fmt: skip
    assert llmlint("tests/test_cart.py", *options).json == []
    outcome = llmlint("tests", *options)
    assert [(one["code"], one["filename"], one["location"]["row"]) for one in outcome.json] == [
        ("forbidden", "tests/helpers.py", 2)
    ]


def test_isolated_tools_read_no_settings(tooled, llmlint):
    tooled.write("tests/test_cart.py", "import os\nfrom shop.cart import Cart\n\n\ndef test_it():\n    Cart().add(1)\n")
    tooled.write("ruff.toml", 'lint.ignore = ["F401"]\n')
    tooled.write("mypy.ini", "[mypy]\nstrict = True\n[mypy-test_cart]\nignore_errors = True\n")
    tooled.write(
        ".importlinter",
        "[importlinter]\nroot_package = shop\n\n[importlinter:contract:x]\nname = X\ntype = nothing_of_it\n",
    )
    arguments = ("tests", "--tools", "ruff,mypy,import-linter", "--select", "ruff:F401,mypy:arg-type,import-linter")
    assert llmlint(*arguments).code == 2
    isolated = llmlint(*arguments, "--isolated", "--output-format", "json")
    assert [(one["code"], one["severity"]) for one in isolated.json] == [("F401", "warning"), ("arg-type", "warning")]
    assert isolated.code == 1


IMPORTS = """\
import shop.inner
from shop.backends import redis
from shop import cart
"""


@pytest.mark.parametrize("package", [True, False])
def test_helpers_import_only_what_is_published(tooled, llmlint, package):
    for name in ("inner", "backends/__init__", "backends/redis", "backends/_wire", "cart"):
        tooled.write(f"src/shop/{name}.py", "")
    tooled.write("tests/unit/helpers.py", IMPORTS)
    tooled.write("tests/unit/test_unit.py", "import helpers\n")
    if package:
        tooled.write("tests/__init__.py", "")
        tooled.write("tests/unit/__init__.py", "")

    def broken(*arguments: str) -> list[tuple[str, int, str]]:
        found = llmlint(
            "tests", "--tools", "import-linter", "--select", "import-linter", "--output-format", "json", *arguments
        )
        return [(one["filename"], one["location"]["row"], one["severity"]) for one in found.json]

    assert broken() == []
    tooled.write("src/shop/__init__.py", '__all__ = ["cart", "backends"]\n')
    assert broken() == []
    behavioral = ("--preset", "behavioral")
    assert broken(*behavioral) == [("tests/unit/helpers.py", 1, "warning")]
    tooled.write("contracts/shop/__init__.pyi", "")
    assert broken() == []
    tooled.write("contracts/shop/cart.pyi", "")
    tooled.write("contracts/shop/backends/other.pyi", "")
    assert broken() == [("tests/unit/helpers.py", 1, "warning")]
    assert broken(*behavioral) == [("tests/unit/helpers.py", 1, "warning"), ("tests/unit/helpers.py", 2, "warning")]
    internal = ("--config", 'internal-modules=["shop.inner"]')
    assert broken(*internal) == [("tests/unit/helpers.py", 1, "error")]
    arguments = ("--tools", "import-linter", "--output-format", "json", "--ignore", "LLM2")
    merged = llmlint("tests", *arguments, *behavioral).json
    assert [(one["code"], one["also"]) for one in merged if one["filename"].endswith("helpers.py")] == [
        ("LLM106", ["import-linter:forbidden"]),
        ("forbidden", []),
    ]


def test_declared_boundaries_are_where_doubles_belong(tooled, llmlint):
    tooled.write(
        "tests/test_cart.py",
        "from unittest.mock import patch\n\n\ndef test_it():\n    with patch('shop.cart.Cart', autospec=True) as cart:\n"
        "        assert cart().total() != 3\n",
    )
    plain = llmlint("tests", "--no-tools", "--output-format", "json").json
    declared = llmlint("tests", "--no-tools", "--output-format", "json", "--config", 'boundaries=["shop.http"]').json
    assert "LLM316" not in [one["code"] for one in plain]
    assert "LLM316" in [one["code"] for one in declared]


def test_a_contract_type_of_the_project_is_code_and_left_out(tooled, llmlint):
    tooled.write("src/shop/boom.py", 'raise SystemExit("the project was run")\n')
    tooled.write(
        ".importlinter",
        "[importlinter]\nroot_package = shop\ncontract_types =\n    own: shop.boom.Contract\n    more: shop.boom.More\n\n"
        "[importlinter:contract:own]\nname = Our own\ntype = own\n",
    )
    outcome = llmlint("tests", "--tools", "import-linter", "--ignore", "LLM2")
    assert outcome.code == 0
    assert "the contract 'Our own' is left out" in outcome.err
    trusted = llmlint("tests", "--tools", "import-linter", "--ignore", "LLM2", "--config", "trust-plugins=true")
    assert trusted.code == 2


def test_a_plugin_of_mypy_is_code_and_left_out(tooled, llmlint):
    tooled.write("boom.py", 'raise SystemExit("the project was run")\n')
    tooled.write("mypy.ini", "[mypy]\nplugins = boom.py\n")
    outcome = llmlint("tests/test_cart.py", "--tools", "mypy", "--ignore", "LLM2,mypy:attr-defined")
    assert outcome.code == 0
    assert "mypy's plugins are code and left out (trust-plugins = true loads them): boom.py" in outcome.err
    assert llmlint("tests/test_cart.py", "--tools", "mypy", "--config", "trust-plugins=true", "--no-cache").code == 2


@pytest.mark.parametrize(
    ("file", "text", "tool", "words"),
    [
        ("mypy.ini", "[mypy]\nstrct = True\n", "mypy", "Unrecognized option: strct"),
        ("mypy.ini", "[mypy\n", "mypy", "mypy's settings cannot be read"),
        ("ruff.toml", "[lint]\nselct = []\n", "ruff", "unknown field `selct`"),
        (".importlinter", "[importlinter]\nroot_package = nothing\n\n[importlinter:contract:a]\nname=A\ntype=layers\nlayers=x\n",
         "import-linter", "nothing"),
    ],
)  # fmt: skip
def test_a_misconfigured_tool_fails_and_the_rest_is_told(tooled, llmlint, file, text, tool, words):
    tooled.write(file, text)
    outcome = llmlint("tests", "--tools", "ruff,mypy,import-linter", "--output-format", "json")
    assert outcome.code == 2
    assert sorted(outcome.codes) == ["LLM203", "LLM904"]
    (failure,) = [one for one in outcome.json if one["code"] == "LLM904"]
    assert words in failure["message"]
    assert failure["message"].startswith(tool)


def _fake(folder, name, script):
    """An environment whose tool does what ``script`` says."""
    path = folder.write(f"env/bin/{name}", f"#!/bin/sh\n{script}\n")
    os.chmod(path, stat.S_IRWXU)
    folder.write("env/pyvenv.cfg", "home = /usr/bin\nversion = 3.11.2\n")
    folder.write("env/lib/python3.11/site-packages/mypy-1.18.1.dist-info/METADATA", "")


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for the tool")
@pytest.mark.parametrize("name", ["ruff", "mypy"])
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("kill -9 $$", "was killed by SIGKILL"),
        ("echo all is lost >&2; exit 2", "ended with code 2: all is lost"),
        ("echo what is this; exit 1", "what is this"),
        ("sleep 60", "was ended after 1 seconds"),
    ],
)
def test_a_tool_that_breaks_is_told_in_its_own_words(tooled, llmlint, name, script, words):
    _fake(tooled, name, script)
    outcome = llmlint(
        "tests", "--tools", name, "--python", "env", "--output-format", "json", "--config", "tool-time-limit=1"
    )
    assert outcome.code == 2
    assert {one["code"] for one in outcome.json} >= {"LLM203", "LLM904"}
    (failure,) = [one for one in outcome.json if one["code"] == "LLM904"]
    assert words in failure["message"]
    assert failure["message"].startswith(name)


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for the tool")
@pytest.mark.parametrize("name", ["ruff", "mypy"])
def test_a_tool_whose_interpreter_is_gone_is_told(tooled, llmlint, name):
    _fake(tooled, name, "exit 0")
    tooled.write(f"env/bin/{name}", "#!/nowhere/python\n")
    outcome = llmlint("tests", "--tools", name, "--python", "env", "--output-format", "json")
    assert outcome.code == 2
    (failure,) = [one for one in outcome.json if one["code"] == "LLM904"]
    assert failure["message"] == f"{name} cannot be started: env/bin/{name}: No such file or directory"
    assert "LLM203" in outcome.codes


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for Python")
@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("kill -9 $$", "was killed by SIGKILL"),
        ("read line; kill -9 $$", "was killed by SIGKILL"),
        ("echo all is lost >&2; exit 1", "all is lost"),
        ("read line; sleep 60", "was ended after 1 seconds"),
        ("sleep 60", "was ended after 1 seconds"),
    ],
)
def test_a_mypy_that_breaks_when_it_was_started_ahead_is_told(tooled, llmlint, script, words, cached):
    _fake(tooled, "mypy", "exit 0")
    _fake(tooled, "python", script)
    if cached:
        tooled.write(".llmlint_cache/tools/mypy/cache/kept", "")
    outcome = llmlint(
        "tests", "--tools", "mypy", "--python", "env", "--output-format", "json", "--config", "tool-time-limit=1"
    )
    assert outcome.code == 2
    (failure,) = [one for one in outcome.json if one["code"] == "LLM904"]
    assert words in failure["message"]
    assert "LLM203" in outcome.codes


@pytest.mark.skipif(sys.platform != "linux", reason="processes divide themselves on Linux only")
def test_two_halves_of_the_tests_give_one_report(tooled, llmlint, monkeypatch):
    """In a first run, when what the tests import was looked at, mypy goes on with two halves of them at once."""
    tooled.write("tests/__init__.py", "")
    tooled.write("tests/helpers.py", "import yaml\n\n\ndef count(text: str) -> int:\n    return text\n")
    for number in range(4):
        tooled.write(
            f"tests/test_{number}.py",
            f"import yaml\n\nfrom tests.helpers import count\n\n\ndef test_it() -> None:\n    assert count({number})\n"
            + "# …\n" * number,
        )
    told = []
    plain = Child.tell

    def tell(self, line, *, last=True):
        told.append(line.split()[0])
        plain(self, line, last=last)

    monkeypatch.setattr(Child, "tell", tell)
    reports = []
    for many in (1, 2):
        monkeypatch.setattr("llmlint.tools.mypy_launch.processors", lambda many=many: many)
        outcome = llmlint("tests", "--tools", "mypy", "--no-cache", "--output-format", "json")
        assert {one["code"] for one in outcome.json} >= {"arg-type", "return-value"}, outcome.err
        reports.append((outcome.out, outcome.err, outcome.code))
    assert told == ["ahead", "run", "ahead", "part", "part", "run"]
    assert reports[0] == reports[1]


@pytest.mark.parametrize(
    ("options", "several"),
    [
        ({"sqlite_cache": False}, True),
        ({"sqlite_cache": True}, False),
        ({"sqlite_cache": True, "sqlite_num_shards": 1}, False),
        ({"sqlite_cache": True, "sqlite_num_shards": 16}, True),
    ],
)
def test_a_database_that_its_first_writer_locks_has_one(options, several):
    assert takes_several_writers(SimpleNamespace(**options)) is several


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "was killed by SIGTERM"),
        ("import time; time.sleep(60)", "was ended after 3 seconds"),
        ("import os; os._exit(3)", "ended with code 3"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_an_import_linter_that_breaks_is_told(tooled, llmlint, body, words):
    tooled.write("src/shop/boom.py", f"{body}\n")
    tooled.write(
        ".importlinter",
        "[importlinter]\nroot_package = shop\ncontract_types =\n    own: shop.boom.Contract\n\n"
        "[importlinter:contract:own]\nname = Our own\ntype = own\n",
    )
    outcome = llmlint(
        "tests", "--tools", "import-linter", "--output-format", "json",
        "--config", "trust-plugins=true", "--config", "tool-time-limit=3",
    )  # fmt: skip
    assert outcome.code == 2
    (failure,) = [one for one in outcome.json if one["code"] == "LLM904"]
    assert words in failure["message"]
    assert "LLM203" in outcome.codes


def test_what_is_cached_is_the_same_and_goes_stale(tooled, llmlint):
    tooled.write(
        "tests/test_cart.py",
        "from shop.cart import Cart\n\n\ndef test_add() -> None:\n    Cart().add(1)\n    assert Cart()\n",
    )
    arguments = ("tests", "--tools", "ruff,mypy,import-linter", "--output-format", "json")
    first = llmlint(*arguments)
    assert llmlint(*arguments) == first
    assert first.codes == ["arg-type"]
    tooled.write("src/shop/cart.py", "class Cart:\n    def add(self, item: int) -> None: ...\n")
    assert llmlint(*arguments).json == []
    tooled.write("tests/test_cart.py", "import os\n")
    assert llmlint(*arguments).codes == ["F401"]
    tooled.write("ruff.toml", 'lint.ignore = ["F401"]\n')
    assert llmlint(*arguments).json == []


def test_conftests_of_one_name_are_told_apart(tooled, llmlint):
    tooled.write("tests/unit/conftest.py", "import shop.cart\n\nshop.cart.Cart().add(1)\n")
    tooled.write("tests/conftest.py", "import shop.cart\n\nshop.cart.Cart().add(2)\n")
    tooled.write("tests/api/test_cart.py", "import shop.cart\n\nshop.cart.Cart().add(3)\n")
    tooled.write("tests/my-tests/test-it.py", "import shop.cart\n\nshop.cart.Cart().add(3)\n")
    outcome = llmlint("tests", "--tools", "mypy", "--select", "mypy", "--output-format", "json")
    assert [(one["filename"], one["code"], one["location"]["row"]) for one in outcome.json] == [
        ("tests/api/test_cart.py", "arg-type", 3),
        ("tests/conftest.py", "arg-type", 3),
        ("tests/my-tests/test-it.py", "arg-type", 3),
        ("tests/test_cart.py", "attr-defined", 6),
        ("tests/unit/conftest.py", "arg-type", 3),
    ]


def test_columns_count_code_points(tooled, llmlint):
    tooled.write(
        "tests/test_cart.py",
        'from shop.cart import Cart\n\n\ndef test_it() -> None:\n    größe = "日本"; Cart().add(1); assert größe\n',
    )
    (finding,) = llmlint("tests", "--tools", "mypy", "--output-format", "json").json
    assert (finding["location"]["column"], finding["end_location"]["column"]) == (30, 31)


def test_settings_that_hide_what_is_looked_for_are_told(tooled, llmlint):
    tooled.write("ruff.toml", '[lint.per-file-ignores]\n"tests/**" = ["SLF001"]\n"test/*" = ["S101"]\n')
    told = llmlint("tests", "--tools", "ruff").err
    assert "ruff's settings ignore SLF001 in tests/**; llmlint's own rule for that is LLM102" in told
    assert "ruff's per-file-ignores name 'test/*', which none of the tests match" in told


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ((), []),
        (("--preset", "behavioral"), ["LLM102"]),
        (("--config", 'internal-modules=["shop.db.*"]'), ["LLM102"]),
        (("--config", 'ruff-rules=["SLF"]'), ["SLF001"]),
    ],
)
def test_private_names_are_nobodys_business_where_none_was_asked_for(tooled, llmlint, settings, found):
    tooled.write(
        "tests/test_cart.py", "from shop import cart\n\n\ndef test_it() -> None:\n    assert cart._limit == 3\n"
    )
    tooled.write("src/shop/cart.py", "_limit = 3\n")
    told = llmlint("tests", "--tools", "ruff", "--output-format", "json", *settings).json
    assert [one["code"] for one in told] == found


def test_frozen_contracts_stand_first_on_mypys_path(tooled, llmlint):
    tooled.write("pyproject.toml", MYPY + '[tool.llmlint]\ncontracts = [{path = "api", package = "shop"}]\n')
    tooled.write(
        "src/shop/cart.py",
        "class Cart:\n    def __init__(self): self.items = []\n    def add(self, item, quantity=1): ...\n    def total(self): ...\n",
    )
    tooled.write("api/cart.pyi", "class Cart:\n    items: list[str]\n    def add(self, item: bytes, quantity: int = ...) -> None: ...\n    def total(self) -> int: ...\n")  # fmt: skip
    tooled.write("tests/test_cart.py", 'from shop.cart import Cart\n\n\ndef test_add() -> None:\n    Cart().add("")\n')
    (finding,) = llmlint("tests", "--tools", "mypy", "--output-format", "json", "--select", "mypy").json
    assert finding["message"] == 'Argument 1 to "add" of "Cart" has incompatible type "str"; expected "bytes"'


def test_the_report_is_the_same_in_any_order(tooled, llmlint):
    tooled.write("tests/test_a.py", "import os\n")
    one = llmlint("tests/test_a.py", "tests/test_cart.py", "--tools", "ruff,mypy", "--output-format", "json")
    other = llmlint(
        "tests/test_cart.py", "tests/test_a.py", "--tools", "mypy,ruff", "--output-format", "json", "--no-cache"
    )
    assert json.loads(one.out) == json.loads(other.out)


def test_standard_input_is_judged_and_fixed_by_ruff_too(tooled, process):
    text = "import os\nimport sys\n\n\ndef test_it():\n    assert sys.argv\n"

    def given(*arguments):
        every = ("-", "--stdin-filename", "tests/test_new.py", "--tools", "ruff", *arguments)
        return process(*every, given=text.encode())

    assert given("--output-format", "json").codes == ["F401"]
    assert given("--no-tools", "--output-format", "json").codes == []
    assert given("--fix").out == text.removeprefix("import os\n")
    assert given("--fix", "--no-tools").out == text


def test_a_ruff_that_cannot_judge_standard_input_is_told(tooled, process):
    tooled.write("ruff.toml", "select = 3\n")
    arguments = ("-", "--stdin-filename", "tests/test_new.py", "--tools", "ruff", "--output-format", "json")
    outcome = process(*arguments, given=b"def test_it():\n    assert missing_name()\n")
    assert outcome.code == 2
    assert "LLM904" in outcome.codes
