"""The contract commands, from the command line."""

from __future__ import annotations

import ast
import subprocess

import jsonschema  # type: ignore[import-untyped]
import pytest

MAIL = '''\
"""Mail."""


class Mailer:
    """Sends letters.

    Invariants:
        - Letters are sent in order.
    """

    def __init__(self, host: str, port: int = 25) -> None:
        self.host = host

    def send(self, to: str, text: str = "") -> bool:
        """Send a letter.

        Behavior:
            - Returns True once it is sent.

        Raises:
            ValueError: `to` is empty.
        """
        if not to:
            raise ValueError(to)
        return True
'''
ORDERS = '''\
"""Orders."""

from dataclasses import dataclass

from shop.mail import Mailer


@dataclass
class Order:
    """What somebody ordered."""

    number: int
    paid: bool = False


def confirm(order: Order, mailer: Mailer) -> bool:
    """Tell the customer."""
    return mailer.send(str(order.number))
'''
TESTS = '''\
import pytest

from shop.mail import Mailer
from shop.orders import Order


@pytest.fixture
def mailer() -> Mailer:
    """A mailer."""
    return Mailer("localhost")


def test_send(mailer):
    assert mailer.send("a")


def test_send_raises(mailer):
    with pytest.raises(ValueError):
        mailer.send("")


def test_order():
    assert not Order(number=1).paid
'''


@pytest.fixture
def office(empty):
    """A project with two modules and their tests."""
    empty.write("src/shop/__init__.py", "")
    empty.write("src/shop/mail.py", MAIL)
    empty.write("src/shop/orders.py", ORDERS)
    empty.write("tests/test_shop.py", TESTS)
    return empty


@pytest.fixture
def office_with_contracts(office, llmlint):
    """The same, frozen."""
    assert llmlint("contract", "freeze").code == 0
    return office


def contract(folder, name):
    return (folder.path / "contracts" / "shop" / f"{name}.pyi").read_text()


# -- freeze --------------------------------------------------------------------------------------------------------------------


def test_freeze_writes_a_contract_for_every_public_module(office, llmlint):
    outcome = llmlint("contract", "freeze")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "Froze 3 modules: 3 new.\n"
    assert 'def send(self, to: str, text: str = "") -> bool:' in contract(office, "mail")
    assert "    host: str\n" in contract(office, "mail")


def test_freezing_twice_changes_nothing(office_with_contracts, llmlint):
    before = contract(office_with_contracts, "mail")
    outcome = llmlint("contract", "freeze", "--exit-non-zero-on-change")
    assert (outcome.code, outcome.err) == (0, "Froze 3 modules: 3 unchanged.\n")
    assert contract(office_with_contracts, "mail") == before


def test_diff_writes_nothing(office, llmlint):
    outcome = llmlint("contract", "freeze", "--diff", "--exit-non-zero-on-change")
    assert outcome.code == 1
    assert "+++ contracts/shop/mail.pyi\n" in outcome.out
    assert not (office.path / "contracts").exists()


def test_one_module_by_name_path_or_glob(office, llmlint):
    for named in ("shop.mail", "src/shop/mail.py", "shop.m*"):
        assert llmlint("contract", "freeze", named, "--force").err.startswith("Froze 1 module: ")
    assert not (office.path / "contracts/shop/orders.pyi").exists()


def test_an_unknown_module_is_an_error(office, llmlint):
    outcome = llmlint("contract", "freeze", "shop.mial")
    assert outcome.code == 2
    assert outcome.err == "llmlint: error: there is no module 'shop.mial' in this project; did you mean 'shop.mail'?\n"


def test_a_renewed_source_renews_its_untouched_contract(office_with_contracts, llmlint):
    office_with_contracts.write("src/shop/mail.py", MAIL.replace("port: int = 25", "port: int = 587"))
    assert llmlint("contract", "freeze").err == "Froze 3 modules: 1 renewed, 2 unchanged.\n"
    assert "port: int = 587" in contract(office_with_contracts, "mail")


def test_what_was_edited_is_left_alone(office_with_contracts, llmlint):
    edited = contract(office_with_contracts, "mail").replace("Send a letter.", "Send a letter, by hand.")
    office_with_contracts.write("contracts/shop/mail.pyi", edited)
    office_with_contracts.write("src/shop/mail.py", MAIL.replace("port: int = 25", "port: int = 587"))
    outcome = llmlint("contract", "freeze")
    assert outcome.code == 1
    assert "contracts/shop/mail.pyi: edited by hand, left alone (--merge or --force)" in outcome.err
    assert contract(office_with_contracts, "mail") == edited


def test_merge_renews_what_contradicts_and_keeps_the_rest(office_with_contracts, llmlint):
    edited = contract(office_with_contracts, "mail").replace("Send a letter.", "Send a letter, by hand.")
    office_with_contracts.write("contracts/shop/mail.pyi", edited.replace("class Mailer", "# ours\nclass Mailer"))
    changed = MAIL.replace("port: int = 25", "port: int = 587") + "\n    def close(self) -> None: ...\n"
    office_with_contracts.write("src/shop/mail.py", changed)
    assert llmlint("contract", "freeze", "--merge").code == 0
    text = contract(office_with_contracts, "mail")
    assert "port: int = 587" in text
    assert "Send a letter, by hand." in text
    assert "# ours" in text
    assert "def close(self) -> None: ..." in text
    ast.parse(text)


def test_force_overwrites(office_with_contracts, llmlint):
    office_with_contracts.write("contracts/shop/mail.pyi", "class Mailer: ...\n")
    assert llmlint("contract", "freeze", "--force").code == 0
    assert "def send" in contract(office_with_contracts, "mail")


def test_a_broken_source_is_reported_and_the_rest_is_frozen(office, llmlint):
    office.write("src/shop/mail.py", "def broken(:\n")
    outcome = llmlint("contract", "freeze")
    assert outcome.code == 2
    assert outcome.err.startswith("src/shop/mail.py:1:12: ")
    assert "2 new, 1 not readable" in outcome.err
    assert (office.path / "contracts/shop/orders.pyi").exists()
    assert not (office.path / "contracts/shop/mail.pyi").exists()


def test_contracts_of_modules_that_are_gone_are_pruned(office_with_contracts, llmlint):
    (office_with_contracts.path / "src/shop/orders.py").unlink()
    assert "1 deleted" in llmlint("contract", "freeze", "--prune").err
    assert not (office_with_contracts.path / "contracts/shop/orders.pyi").exists()


def test_a_prefix_mapping_is_kept(office, llmlint):
    office.write("llmlint.toml", 'contracts = [{path = "stubs", package = "shop"}]\n')
    assert llmlint("contract", "freeze").code == 0
    assert sorted(path.name for path in (office.path / "stubs").iterdir()) == ["__init__.pyi", "mail.pyi", "orders.pyi"]


def test_a_module_that_is_merely_called_like_a_test(office, llmlint):
    office.write("src/shop/stress_test.py", "def load() -> None: ...\n")
    office.write("src/shop/tests/test_mail.py", "def test_it() -> None: ...\n")
    assert "3 new" in llmlint("contract", "freeze", "--diff").err
    office.write("llmlint.toml", 'tests = ["tests"]\n')
    assert "4 new" in llmlint("contract", "freeze", "--diff").err


# -- check ---------------------------------------------------------------------------------------------------------------------


def test_fresh_contracts_agree(office_with_contracts, llmlint):
    outcome = llmlint("contract", "check")
    assert (outcome.code, outcome.err) == (0, "3 contracts and the sources agree.\n")


def test_drift_is_found_by_check_and_by_llmlint_alone(office_with_contracts, llmlint):
    office_with_contracts.write("src/shop/mail.py", MAIL.replace("to: str, text", "recipient: str, text"))
    outcome = llmlint("contract", "check", "--output-format", "json")
    assert outcome.code == 1
    assert [(one["code"], one["symbol"]) for one in outcome.json] == [("LLM501", "shop.mail.Mailer.send")] * 2
    assert outcome.json[0]["truth"] == {"filename": "src/shop/mail.py", "row": 14}
    assert {one["code"] for one in llmlint("--output-format", "json", "--no-cache").json} >= {"LLM501"}


@pytest.mark.parametrize("tools", [("--no-tools",), ("--tools", "ruff")])
def test_llmlint_alone_finds_drift_where_there_are_no_tests(office_with_contracts, llmlint, tools):
    (office_with_contracts.path / "tests/test_shop.py").unlink()
    office_with_contracts.write("src/shop/mail.py", MAIL.replace("port: int = 25", "port: int = 587"))
    for empty_folder in (True, False):
        found = llmlint(*tools, "--output-format", "json").json
        assert [one["code"] for one in found if one["source"] == "llmlint"] == ["LLM501"], empty_folder
        if empty_folder:
            (office_with_contracts.path / "tests").rmdir()


def test_contracts_alone_are_something_to_check(office_with_contracts, llmlint):
    (office_with_contracts.path / "tests/test_shop.py").unlink()
    outcome = llmlint("--no-tools")
    assert (outcome.code, outcome.out, outcome.err) == (0, "All checks passed! (3 files)\n", "")


def test_fix_renews_just_what_drifted(office_with_contracts, llmlint):
    before = contract(office_with_contracts, "mail").replace('"""Mail."""', '"""Mail, edited."""')
    office_with_contracts.write("contracts/shop/mail.pyi", before)
    office_with_contracts.write("src/shop/mail.py", MAIL.replace("to: str, text", "recipient: str, text"))
    outcome = llmlint("contract", "check", "--fix")
    assert (outcome.code, outcome.err.splitlines()[0]) == (0, "contracts/shop/mail.pyi: renewed")
    assert contract(office_with_contracts, "mail") == before.replace("to: str, text", "recipient: str, text")


def test_the_fix_is_offered_and_is_never_safe(office_with_contracts, llmlint):
    office_with_contracts.write("src/shop/mail.py", MAIL.replace("to: str, text", "recipient: str, text"))
    for arguments in (("contract", "check"), ("--no-tools",)):
        found = llmlint(*arguments, "--output-format", "json").json
        fixes = [one["fix"] for one in found if one["code"] == "LLM501"]
        assert [(fix["applicability"], fix["message"]) for fix in fixes] == [("unsafe", "Freeze 'send' anew")] * 2
        assert "recipient: str" in fixes[0]["edits"][-1]["content"]
    before = contract(office_with_contracts, "mail")
    llmlint("--no-tools", "--fix")
    assert contract(office_with_contracts, "mail") == before
    assert "Fixed 2 findings in 1 file." in llmlint("--no-tools", "--fix", "--unsafe-fixes").err
    assert llmlint("contract", "freeze").err == "Froze 3 modules: 3 unchanged.\n"


def test_orphans_and_missing_contracts(office_with_contracts, llmlint):
    office_with_contracts.write("src/shop/extra.py", "def more() -> None: ...\n")
    (office_with_contracts.path / "src/shop/orders.py").unlink()
    found = llmlint("contract", "check", "--strict", "--output-format", "json").json
    assert [(one["code"], one["filename"]) for one in found] == [
        ("LLM501", "contracts/shop/orders.pyi"),
        ("LLM502", "src/shop/extra.py"),
    ]


def test_fix_writes_missing_contracts_where_all_are_asked_for(office_with_contracts, llmlint):
    office_with_contracts.write("src/shop/extra.py", "def more() -> None: ...\n")
    llmlint("contract", "check", "--fix")
    assert not (office_with_contracts.path / "contracts/shop/extra.pyi").exists()
    outcome = llmlint("contract", "check", "--strict", "--fix")
    assert (outcome.code, outcome.err.splitlines()[0]) == (0, "contracts/shop/extra.pyi: new")
    assert "def more() -> None: ..." in contract(office_with_contracts, "extra")


def test_strict_asks_handwritten_contracts_to_be_complete(office, llmlint):
    office.write(
        "contracts/shop/mail.pyi",
        "class Mailer:\n    host: str\n    def __init__(self, host: str, port: int = 25) -> None: ...\n",
    )
    assert llmlint("contract", "check", "shop.mail").code == 0
    found = llmlint("contract", "check", "shop.mail", "--strict", "--output-format", "json").json
    assert [one["message"] for one in found] == [
        "the source's 'Mailer' publishes 'send', which the contract leaves out"
    ]


def test_a_project_without_tests_can_be_checked(office_with_contracts, llmlint):
    (office_with_contracts.path / "tests/test_shop.py").unlink()
    office_with_contracts.write("contracts/shop/mail.pyi", "class Mailer(:\n")
    found = llmlint("contract", "check", "--output-format", "json").json
    assert [(one["code"], one["filename"]) for one in found] == [("LLM505", "contracts/shop/mail.pyi")]


def test_a_project_without_contracts_cannot_be_checked(office, llmlint):
    outcome = llmlint("contract", "check")
    assert outcome.code == 2
    assert "llmlint contract freeze writes them" in outcome.err


def test_runtime_asks_stubtest(office_with_contracts, llmlint):
    office_with_contracts.write(
        "src/shop/dynamic.py", "globals()['made'] = lambda a: a\ndef kept(a: int) -> int: return a\n"
    )
    office_with_contracts.write(
        "contracts/shop/dynamic.pyi", "def made(a: int, b: int) -> int: ...\ndef kept(a: int) -> int: ...\n"
    )
    assert llmlint("contract", "check", "shop.dynamic").code == 0
    outcome = llmlint("contract", "check", "shop.dynamic", "--runtime", "--output-format", "concise")
    assert outcome.code == 1
    assert "contracts/shop/dynamic.pyi:1:1: LLM501 stubtest: shop.dynamic.made is inconsistent" in outcome.out
    assert "their code runs" in outcome.err


def test_runtime_of_all_modules(office_with_contracts, llmlint):
    outcome = llmlint("contract", "check", "--runtime", "--quiet")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_runtime_asks_of_what_can_be_asked(office_with_contracts, llmlint):
    """A contract that does not parse, mypy's own complaints, and aliases that stubtest does not know keep it from nothing."""
    office = office_with_contracts
    office.write(
        "src/shop/kinds.py",
        "from typing import Literal\n\nKind = Literal['a', 'b']\n\n\nclass Bag(dict):\n    size = 1\n",
    )
    office.write(
        "contracts/shop/kinds.pyi",
        "from typing import Literal\n\nKind = Literal['a', 'b']\n\nclass Bag(dict):\n    size: int = 1\n    def get(self) -> int: ...\n",
    )
    office.write("contracts/shop/orders.pyi", "def (\n")
    outcome = llmlint("contract", "check", "--runtime", "--output-format", "concise")
    told = {
        line.partition("stubtest: ")[2].partition(" ")[0] for line in outcome.out.splitlines() if "stubtest: " in line
    }
    assert (outcome.code, told) == (1, {"shop.kinds.Bag.get"})
    assert "LLM505" in outcome.out


def test_without_a_command_there_is_help(llmlint):
    outcome = llmlint("contract")
    assert (outcome.code, outcome.out.splitlines()[0]) == (0, "Usage: llmlint contract [OPTIONS] [COMMAND] [ARGS]...")


# -- diff ----------------------------------------------------------------------------------------------------------------------


def git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder.path, check=True, capture_output=True)


@pytest.fixture
def history(office):
    """The project in git, with a change that is not committed."""
    git(office, "init", "-q", "-b", "main")
    git(office, "add", "-A")
    git(office, "commit", "-qm", "first")
    office.write("src/shop/mail.py", MAIL.replace("to: str, text", "recipient: str, text"))
    return office


def test_diff_against_git_names_the_tests(history, llmlint):
    outcome = llmlint("contract", "diff", "--output-format", "json", "--fail-on", "breaking")
    assert outcome.code == 1
    change = outcome.json["changes"][0]
    assert (change["symbol"], change["kind"], change["parameter"]) == (
        "shop.mail.Mailer.send",
        "parameter-renamed",
        "to",
    )
    assert change["new"] == {"filename": "src/shop/mail.py", "row": 14}
    assert change["tests"] == ["tests/test_shop.py::test_send", "tests/test_shop.py::test_send_raises"]


def test_links_that_lead_out_of_the_project_are_passed_by(history, llmlint):
    (history.path / "src/README.md").symlink_to("../../../docs/README.md")
    (history.path / "src/absolute.py").symlink_to("/etc/hostname")
    git(history, "add", "src/README.md", "src/absolute.py")
    git(history, "commit", "-qm", "links")
    outcome = llmlint("contract", "diff", "--no-tests")
    assert (outcome.code, "parameter-renamed" in outcome.out) == (0, True)


def test_diff_of_two_folders(office, llmlint):
    office.write("new/src/shop/__init__.py", "")
    office.write("new/src/shop/mail.py", MAIL.replace("class Mailer", "class Postman"))
    office.write("new/pyproject.toml", '[project]\nname = "shop"\nversion = "2"\n')
    outcome = llmlint("contract", "diff", ".", "new", "--no-tests", "--module", "shop.mail")
    assert "! renamed" in outcome.out
    assert outcome.code == 0


def test_diff_in_markdown(history, llmlint):
    text = llmlint("contract", "diff", "HEAD", "--output-format", "markdown").out
    assert text.startswith(
        "# Changes of the public surface\n\n1 change, 1 of them breaking. 2 tests use what breaks.\n"
    )
    assert "| `shop.mail.Mailer.send` | parameter-renamed |" in text
    assert "- `tests/test_shop.py::test_send`" in text


def test_no_change(history, llmlint):
    git(history, "checkout", "-q", "--", ".")
    outcome = llmlint("contract", "diff", "--fail-on", "any")
    assert (outcome.code, outcome.out) == (0, "The public surface is the same.\n")


def test_a_state_that_nobody_knows(history, llmlint):
    outcome = llmlint("contract", "diff", "v9")
    assert outcome.code == 2
    assert outcome.err == "llmlint: error: 'v9' is neither a folder nor a revision that git knows here\n"


# -- digest --------------------------------------------------------------------------------------------------------------------


def test_the_digest_answers_to_its_schema(office_with_contracts, llmlint):
    schema = llmlint("contract", "digest", "--schema").json
    document = llmlint("contract", "digest", "--tests", "tests").json
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    mail = next(module for module in document["modules"] if module["name"] == "shop.mail")
    send = next(method for method in mail["classes"][0]["methods"] if method["name"] == "send")
    assert send["signature"] == "def send(self, to: str, text: str='') -> bool"
    assert send["raises"] == [{"exception": "ValueError", "when": "`to` is empty."}]
    assert send["behaviour"] == ["Returns True once it is sent."]
    assert mail["classes"][0]["invariants"] == ["Letters are sent in order."]


def test_fixtures_of_a_folder_have_their_types(office_with_contracts, llmlint):
    office_with_contracts.write("tests/conftest.py", TESTS.split("def test_send")[0])
    fixtures = llmlint("contract", "digest", "shop.mail", "--tests", "tests").json["fixtures"]
    assert [(one["name"], one["type"], one["defined"]) for one in fixtures] == [
        ("mailer", "Mailer", "tests/conftest.py:8")
    ]


def test_a_budget_cuts_prose_and_keeps_signatures(office_with_contracts, llmlint):
    whole = llmlint("contract", "digest", "shop.mail").json
    levels = {}
    for budget in (whole["tokens"], 350, 260, 1):
        outcome = llmlint("contract", "digest", "shop.mail", "--budget", str(budget))
        document = outcome.json
        levels[budget] = document["level"]
        assert document["tokens"] <= budget or document["level"] == "signatures"
        assert [method["name"] for method in document["modules"][0]["classes"][0]["methods"]] == ["__init__", "send"]
    assert levels[1] == "signatures"
    assert len(set(levels.values())) >= 3


def test_the_digest_as_stubs(office_with_contracts, llmlint):
    text = llmlint("contract", "digest", "shop.mail", "--format", "stub", "--budget", "90").out
    ast.parse(text)
    assert "def send(self, to: str, text: str='') -> bool:" in text
    assert "Behavior" not in text


# -- prompt --------------------------------------------------------------------------------------------------------------------


def test_the_prompt_has_everything(office_with_contracts, llmlint):
    text = llmlint("contract", "prompt", "shop.mail", "--tests", "tests").out
    for part in ("## Rules", "## The contract", "class Mailer:", "## Scenarios", "test_mailer_send_raises_value_error", "## Template",
                 "## Before you answer", "List every import"):  # fmt: skip
        assert part in text


def test_the_prompt_shows_what_arguments_are_made_of(office_with_contracts, llmlint):
    office_with_contracts.write("src/shop/__init__.py", "from shop.mail import Mailer\n\n__all__ = ['Mailer']\n")
    office_with_contracts.write(
        "src/shop/desk.py", "from shop import Mailer\n\ndef post(mailer: Mailer) -> None: ...\n"
    )
    assert llmlint("contract", "freeze").code == 0
    text = llmlint("contract", "prompt", "shop.desk").out
    types = text.partition("## Types that its signatures mention")[2].partition("## Scenarios")[0]
    assert "# shop\nclass Mailer:\n    host: str\n" in types
    assert "def send(self, to: str, text: str='') -> bool: ..." in types
    assert "Sends letters." not in types
    allowed = text.partition("## Imports allowed")[2].partition("## Template")[0]
    assert [line for line in allowed.splitlines() if line.startswith("-")] == [
        "- `from shop.desk import post`",
        "- `from shop import Mailer`",
    ]


def test_the_filled_template_is_clean(office_with_contracts, llmlint):
    for module in ("shop.mail", "shop.orders"):
        template = llmlint("contract", "prompt", module, "--template").out
        assert "..." in template
        parts = template.split("...")
        filled = parts[0] + "".join(f"'text {index}'{part}" for index, part in enumerate(parts[1:]))
        office_with_contracts.write(f"tests/test_filled_{module.replace('.', '_')}.py", filled)
        outcome = llmlint("--preset", "behavioral", "--no-cache", f"tests/test_filled_{module.replace('.', '_')}.py")
        assert (outcome.code, "All checks passed!" in outcome.out) == (0, True), outcome.out


def test_a_scenario_is_called_with_what_it_names(shop, llmlint):
    shop.write(
        "contracts/shop/cart.pyi",
        "def pack(item: str, times: int = 1, *, gift: bool = False) -> int:\n"
        '    """Packs.\n\n    Raises:\n        ValueError: times is not positive.\n    """\n',
    )
    text = llmlint("contract", "prompt", "shop.cart", "--scenario", "*raises*", "--template").out
    assert "pack(item=..., times=...)" in text


def test_scenarios_are_listed_and_chosen(office_with_contracts, llmlint):
    listed = llmlint("contract", "prompt", "shop.mail", "--list").out.splitlines()
    assert [line.split()[0] for line in listed] == [
        "test_mailer_letters_sent_order",
        "test_mailer_send_returns_true_once_it_sent",
        "test_mailer_send_raises_value_error",
    ]
    text = llmlint("contract", "prompt", "shop.mail", "--scenario", "*raises*", "--template").out
    assert "with pytest.raises(ValueError, match=...):\n        subject.send(to=...)" in text
    assert text.count("def test_") == 1
    assert llmlint("contract", "prompt", "shop.mail", "--one", "--template").out.count("def test_") == 1
    assert llmlint("contract", "prompt", "shop.mail", "--scenario", "nothing").code == 2


# -- imports, coverage ---------------------------------------------------------------------------------------------------------


def test_every_import_has_its_reason(office_with_contracts, llmlint):
    office_with_contracts.write(
        "tests/test_more.py",
        "import json\nimport pytest\nfrom shop.mail import Mailer\nfrom shop.mail import _x\nfrom shop.mail import Nope\nimport nowhere\n",
    )
    outcome = llmlint("contract", "imports", "tests/test_more.py", "--output-format", "json")
    assert outcome.code == 1
    assert [(one["import"], one["by"]) for one in outcome.json] == [
        ("import json", "standard library"),
        ("import pytest", "test tool"),
        ("from shop.mail import Mailer", "contract"),
        ("from shop.mail import _x", "nothing"),
        ("from shop.mail import Nope", "nothing"),
        ("import nowhere", "nothing"),
    ]
    assert outcome.json[2]["truth"]["filename"] == "contracts/shop/mail.pyi"
    assert llmlint("contract", "imports", "tests/test_shop.py").code == 0


def test_coverage_of_a_contract(office_with_contracts, llmlint):
    found = llmlint("contract", "coverage", "--output-format", "json").json
    tests = {(one["kind"], one["symbol"]): one["tests"] for one in found["promises"]}
    assert tests["method", "shop.mail.Mailer.send"] == [
        "tests/test_shop.py::test_send",
        "tests/test_shop.py::test_send_raises",
    ]
    assert tests["exception", "shop.mail.Mailer.send"] == ["tests/test_shop.py::test_send_raises"]
    assert tests["function", "shop.orders.confirm"] == []
    assert tests["field", "shop.orders.Order.paid"] == ["tests/test_shop.py::test_order"]
    outcome = llmlint("contract", "coverage", "--fail-under", "99")
    assert outcome.code == 1
    assert "- function     shop.orders.confirm" in outcome.out


def test_an_exception_is_expected_where_the_function_is_used(office_with_contracts, llmlint):
    office_with_contracts.write("src/shop/mail.py", MAIL + "\n\nclass Refused(ValueError):\n    pass\n")
    office_with_contracts.write(
        "tests/test_shop.py",
        "import pytest\nfrom shop.mail import Mailer, Refused\n\n\n"
        "def test_elsewhere():\n    mailer = Mailer('a')\n    mailer.send('b')\n    with pytest.raises(ValueError):\n        int('c')\n\n\n"
        "def test_too_much():\n    with pytest.raises(Exception):\n        Mailer('a').send('')\n\n\n"
        "def test_a_subclass():\n    with pytest.raises(Refused):\n        Mailer('a').send('')\n",
    )
    found = llmlint("contract", "coverage", "shop.mail", "--output-format", "json").json["promises"]
    assert [one["tests"] for one in found if one["kind"] == "exception"] == [["tests/test_shop.py::test_a_subclass"]]


def test_behaviour_is_covered_by_a_test_that_speaks_of_it(office_with_contracts, llmlint):
    office_with_contracts.write(
        "tests/test_shop.py",
        "from shop.mail import Mailer\n\n\n"
        "def test_order():\n    mailer = Mailer('a')\n    letters = [mailer.send('b'), mailer.send('c')]\n    assert letters == ['sent', 'sent']\n\n\n"
        "def test_once_sent_nothing_is_asserted():\n    Mailer('a').send('b')\n\n\n"
        "def test_once_sent_by_somebody_else():\n    assert 'sent once'\n",
    )

    def covered():
        found = llmlint("contract", "coverage", "shop.mail", "--output-format", "json").json["promises"]
        return {
            one["kind"]: (one["evidence"], one["tests"]) for one in found if one["kind"] in ("behaviour", "invariant")
        }

    # "Letters are sent in order": of the class, whose method is used. "Returns True once it is sent": only one word of two.
    assert covered() == {
        "behaviour": (None, []),
        "invariant": ("words", ["tests/test_shop.py::test_order"]),
    }
    name = "test_mailer_send_returns_true_once_it_sent"
    office_with_contracts.write(
        "tests/test_more.py", f"def {name}():\n    from shop.mail import Mailer\n    assert Mailer('a').send('b')\n"
    )
    assert covered()["behaviour"] == ("name", [f"tests/test_more.py::{name}"])
    assert (
        "1 of 2 behaviours and invariants have a test of their name, 1 more"
        in llmlint("contract", "coverage", "shop.mail").out
    )


# -- fixtures, scaffold --------------------------------------------------------------------------------------------------------


def test_doubles_are_merged_and_clean(office_with_contracts, llmlint):
    kept = '"""Ours."""\n\nimport pytest\n\n\n@pytest.fixture\ndef mine() -> int:\n    return 1  # ours\n'
    office_with_contracts.write("tests/conftest.py", kept)
    assert (
        llmlint("contract", "fixtures", "shop.orders", "--into", "tests").err
        == "tests/conftest.py: 1 fixture added, 0 were there.\n"
    )
    text = (office_with_contracts.path / "tests/conftest.py").read_text()
    assert "    return 1  # ours\n" in text
    assert "def mailer_double() -> MagicMock:" in text
    assert "double.send.return_value = True" in text
    assert text.count("import pytest") == 1
    assert (
        llmlint("contract", "fixtures", "shop.orders", "--into", "tests").err
        == "tests/conftest.py: 0 fixtures added, 1 were there.\n"
    )
    assert (office_with_contracts.path / "tests/conftest.py").read_text() == text
    assert "All checks passed!" in llmlint("tests/conftest.py", "--no-cache").out


def test_doubles_work(office_with_contracts, llmlint, process):
    llmlint("contract", "fixtures", "shop.orders", "--into", "tests")
    office_with_contracts.write(
        "tests/test_confirm.py",
        "from shop.orders import Order, confirm\n\n\ndef test_confirm(mailer_double):\n    assert confirm(Order(1), mailer_double)\n",
    )
    assert run_pytest(office_with_contracts, "tests/test_confirm.py") == 0


def test_doubles_take_no_stub_of_a_base_class_for_what_it_has(office_with_contracts, llmlint):
    """typeshed gives every file a `mode`; `BytesIO` has none, and a double that keeps to its class takes none."""
    office = office_with_contracts
    office.write(
        "src/shop/files.py",
        "from io import BytesIO\n\n\nclass Memory(BytesIO):\n    def size(self) -> int:\n        return 1\n",
    )
    office.write(
        "src/shop/reading.py",
        "from shop.files import Memory\n\n\ndef measure(file: Memory) -> int:\n    return file.size()\n",
    )
    assert llmlint("contract", "fixtures", "shop.reading", "--into", "tests").code == 0
    office.write(
        "tests/test_reading.py",
        "from shop.reading import measure\n\n\ndef test_measure(memory_double):\n    assert measure(memory_double) == 1\n",
    )
    assert run_pytest(office, "tests/test_reading.py") == 0


def run_pytest(folder, *arguments):
    import os
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder.path,
        env={**os.environ, "PYTHONPATH": str(folder.path / "src")},
        capture_output=True,
        check=False,
    )
    return done.returncode


def test_a_scaffold_fails_until_it_is_written(office_with_contracts, llmlint):
    office_with_contracts.write(
        "src/shop/base.py",
        "from abc import ABC, abstractmethod\n\n\nclass Store(ABC):\n    @abstractmethod\n    def get(self, key: str, size: int = 1) -> bytes:\n        '''Read it.\n\n        Raises:\n            KeyError: It is not there.\n        '''\n",
    )
    office_with_contracts.write(
        "src/shop/stores.py",
        "from shop.base import Store\n\n\nclass Memory(Store):\n    def get(self, key: str, size: int = 1) -> bytes:\n        return b''\n\n\nclass Disk(Store):\n    def get(self, key: str, size: int = 1) -> bytes:\n        return b''\n",
    )
    assert llmlint("contract", "scaffold", "shop.base", "--into", "tests/test_store.py").code == 0
    text = (office_with_contracts.path / "tests/test_store.py").read_text()
    assert "@pytest.fixture(params=[Disk, Memory])\ndef store(request: pytest.FixtureRequest) -> Store:" in text
    assert "def test_store_get_raises_key_error(self, store: Store) -> None:" in text
    assert run_pytest(office_with_contracts, "tests/test_store.py") == 1
    written = text.replace(
        'pytest.fail(f"not written: how to make a {request.param.__name__}")', "return request.param()"
    )
    written = written.replace('pytest.fail("not written")', "assert store")
    office_with_contracts.write("tests/test_store.py", written)
    assert run_pytest(office_with_contracts, "tests/test_store.py") == 0
    assert llmlint("contract", "scaffold", "shop.base", "--into", "tests/test_store.py").code == 2


def test_strategies_come_from_types(office_with_contracts, llmlint):
    office_with_contracts.write(
        "src/shop/parse.py",
        "def parse(text: str, parts: dict[str, list[int]], deep: bool | None = None) -> int:\n    '''Read it.'''\n    return 0\n",
    )
    text = llmlint("contract", "scaffold", "shop.parse").out
    assert (
        "@given(text=st.text(), parts=st.dictionaries(st.text(), st.lists(st.integers())), deep=st.booleans() | st.none())"
        in text
    )
    office_with_contracts.write(
        "tests/test_parse.py", text.replace('pytest.fail("not written")', "assert isinstance(parts, dict)")
    )
    assert run_pytest(office_with_contracts, "tests/test_parse.py") == 0


@pytest.mark.parametrize(
    "command", ["freeze", "check", "diff", "digest", "prompt", "imports", "coverage", "fixtures", "scaffold"]
)
def test_help(llmlint, command):
    outcome = llmlint("contract", command, "--help")
    assert outcome.code == 0
    assert f"Usage: llmlint contract {command}" in outcome.out


# -- private modules -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def gathered(empty):
    """A package whose public module publishes what stands in private ones."""
    empty.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n')
    empty.write("src/shop/__init__.py", "from shop._cart import Cart as Cart\nfrom shop._all import total as total\n")
    empty.write("src/shop/_all.py", "from shop._sums import total\n\n__all__ = ['total']\n")
    empty.write("src/shop/_sums.py", "def total(cart: list[int]) -> int:\n    return sum(cart)\n")
    empty.write(
        "src/shop/_cart.py",
        "class Cart:\n    def add(self, name: str) -> None: ...\n\n    def clear(self) -> None: ...\n\n\ndef inner() -> None: ...\n",
    )
    empty.write(
        "tests/test_shop.py",
        "from shop import Cart, total\n\n\ndef test_add():\n    Cart().add('a')\n    assert total([1]) == 1\n",
    )
    return empty


def test_contracts_of_private_modules_are_checked(gathered, llmlint):
    llmlint("contract", "freeze")
    assert llmlint("contract", "check").err == "4 contracts and the sources agree.\n"
    assert llmlint("contract", "check", "--strict").code == 0
    path = gathered.path / "src/shop/_cart.py"
    gathered.write("src/shop/_cart.py", path.read_text().replace("name: str", "name: str, count: int"))
    for arguments in ((), ("shop",), ("shop._cart",)):
        outcome = llmlint("contract", "check", *arguments, "--output-format", "concise")
        assert outcome.code == 1
        assert "the source's 'Cart.add' takes 'count'" in outcome.out
    assert "contracts/shop/_cart.pyi: renewed" in llmlint("contract", "check", "--fix").err
    assert llmlint("contract", "check").code == 0


@pytest.mark.parametrize("frozen", [True, False])
def test_what_a_public_module_publishes_of_private_ones(gathered, llmlint, frozen):
    if frozen:
        llmlint("contract", "freeze")
    found = llmlint("contract", "coverage", "--output-format", "json").json["promises"]
    assert {one["symbol"]: len(one["tests"]) for one in found} == {
        "shop._cart.Cart": 1,
        "shop._cart.Cart.add": 1,
        "shop._cart.Cart.clear": 0,
        "shop._sums.total": 1,
    }
    digest = llmlint("contract", "digest", "--format", "stub").out
    assert "def total(cart: list[int]) -> int: ..." in digest


@pytest.mark.parametrize("command", [("coverage",), ("digest", "--format", "stub")])
def test_one_broken_module_does_not_hide_the_others(gathered, llmlint, command):
    gathered.write("src/shop/broken.py", "def f(:\n")
    outcome = llmlint("contract", *command)
    assert outcome.code == 0
    assert "total" in outcome.out or "4 promises" in outcome.out
    assert "left out: " in outcome.err
    assert "src/shop/broken.py:1:7: invalid syntax" in outcome.err
    named = llmlint("contract", *command, "shop.broken")
    assert (named.code, named.out) == (2, "")
