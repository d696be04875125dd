"""One fault, one finding: what rules of ours say of the same, and what becomes of it where one of them is silenced."""

from __future__ import annotations

import pytest

from llmlint.model.diagnostic import Diagnostic
from llmlint.model.position import Span
from llmlint.report.merge import merged

UNUSED = (
    "from unittest.mock import Mock\n\n\n"
    "def test_total():\n"
    "    prices = Mock(){comment}\n"
    '    prices.of.side_effect = KeyError("no")\n'
    "    assert sum([1, 2]) == 3\n"
)
TWICE = (
    "from shop.cart import Cart\n\n\n"
    "def test_both():\n"
    "    one, two = Cart(), Cart()\n"
    '    if hasattr(one, "totals") and hasattr(two, "totals"):{comment}\n'
    "        assert one.totals == two.totals\n"
    "    assert one.total() == two.total()\n"
)


@pytest.fixture
def found(shop, llmlint):
    """The findings of a test that stands alone, for a selection."""

    def run(text: str, *options: str, comment: str = "") -> list[dict[str, object]]:
        shop.write("tests/test_cart.py", text.replace("{comment}", comment and f"  # llmlint: {comment}"))
        outcome = llmlint("tests", "--no-tools", "--output-format", "json", *options)
        return outcome.json

    return run


def named(findings: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(one["code"], one["also"]) for one in findings]


BOTH = ("--select", "LLM301,LLM314,LLM901")


def test_a_mock_for_nothing_is_one_finding(found):
    assert named(found(UNUSED, *BOTH)) == [("LLM314", ["LLM301"])]


def test_what_is_not_selected_stands_for_nothing(found):
    assert named(found(UNUSED, "--select", "LLM301")) == [("LLM301", [])]
    assert named(found(UNUSED, *BOTH, "--ignore", "LLM314")) == [("LLM301", [])]


def test_what_is_suppressed_stands_for_nothing(found):
    assert named(found(UNUSED, *BOTH, comment="ignore[LLM314]")) == [("LLM301", [])]
    assert named(found(UNUSED, *BOTH, comment="ignore[LLM301]")) == [("LLM314", [])]
    assert found(UNUSED, *BOTH, comment="ignore[LLM301, LLM314]") == []


def test_what_is_spared_in_a_file_stands_for_nothing(found):
    spared = ("--config", 'per-file-ignores={"tests/**"=["LLM314"]}')
    assert named(found(UNUSED, *BOTH, *spared)) == [("LLM301", [])]


def test_a_graver_finding_is_not_hidden_by_a_lighter_one(found):
    graver = ("--config", 'severity=["LLM301=error"]')
    assert named(found(UNUSED, *BOTH, *graver)) == [("LLM301", []), ("LLM314", [])]


def test_suppressions_that_are_written_silence_all_of_it(shop, llmlint, found):
    found(UNUSED, *BOTH)
    assert llmlint("tests", "--no-tools", "--add-ignore", *BOTH).code == 0
    assert "Mock()  # llmlint: ignore[LLM301, LLM314]\n" in (shop.path / "tests/test_cart.py").read_text()
    assert llmlint("tests", "--no-tools", *BOTH).code == 0


def test_a_baseline_accepts_the_one_finding(shop, llmlint, found):
    found(UNUSED, *BOTH)
    accepted = ("tests", "--no-tools", *BOTH, "--baseline", "accepted.json")
    assert llmlint(*accepted, "--update-baseline").code == 0
    assert llmlint(*accepted).code == 0
    found(UNUSED, *BOTH, comment="ignore[LLM314]")
    assert llmlint(*accepted).code == 1


def test_a_guard_that_never_holds_is_one_finding(found):
    [one] = found(TWICE, "--select", "LLM214")
    assert (one["location"], one["notes"]) == ({"row": 6, "column": 8}, ["the same at 6:35"])


def test_a_test_whose_assertions_stand_behind_a_dead_guard_is_one_finding(found):
    behind = TWICE.replace("    assert one.total() == two.total()\n", "")
    assert named(found(behind, "--select", "LLM214,LLM406")) == [("LLM214", ["LLM406"])]
    assert named(found(behind, "--select", "LLM406")) == [("LLM406", [])]
    assert named(found(behind, "--select", "LLM214,LLM406", comment="ignore[LLM214]")) == [("LLM406", [])]
    other = behind.replace("        assert", "        print(one)\n    if one.total():\n        assert")
    assert named(found(other, "--select", "LLM214,LLM406")) == [("LLM406", []), ("LLM214", [])]


def test_two_guards_are_two(found):
    apart = (
        TWICE.replace(' and hasattr(two, "totals")', "") + '    if hasattr(two, "totals"):\n        assert two.totals\n'
    )
    assert len(found(apart, "--select", "LLM214")) == 2
    other = TWICE.replace('hasattr(two, "totals")', 'hasattr(two, "price")')
    assert len(found(other, "--select", "LLM214")) == 2


def test_both_are_fixed_at_once(shop, llmlint, found):
    found(TWICE.replace("totals", "totl"), "--select", "LLM214")
    assert llmlint("tests", "--no-tools", "--select", "LLM214", "--fix", "--unsafe-fixes").code == 0
    assert 'if hasattr(one, "total") and hasattr(two, "total"):' in (shop.path / "tests/test_cart.py").read_text()


def of_mypy(code: str, row: int, column: int, end: int) -> Diagnostic:
    return Diagnostic("test_x.py", Span(row, column, row, end), code, code, "warning", code, source="mypy")


def test_a_lambda_of_the_wrong_type_is_one_finding():
    # An older mypy says where a fault begins: `lambda` is all that is known of the argument.
    argument, returned = of_mypy("arg-type", 3, 35, 41), of_mypy("return-value", 3, 45, 53)
    assert [one.also for one in merged([returned, argument], {})] == [("mypy:return-value",)]
    assert len(merged([of_mypy("return-value", 3, 7, 30), of_mypy("arg-type", 3, 9, 12)], {})) == 2
    assert len(merged([argument, of_mypy("return-value", 4, 45, 53)], {})) == 2


def test_what_a_finding_stands_for_is_merged_into_it():
    ours = Diagnostic("test_x.py", Span(3, 4, 3, 10), "LLM314", "unused-mock", "warning", "", also=("LLM301",))
    [one] = merged([ours, of_mypy("misc", 3, 4, 10)], {"LLM301": frozenset({"mypy:misc"})})
    assert one.also == ("LLM301", "mypy:misc")


def test_operands_that_may_both_be_none_are_one_finding(shop, llmlint):
    shop.write(
        "tests/test_times.py",
        "def between(first: int | None, last: int | None) -> int:\n"
        "    return last - first\n\n\n"
        "def test_it() -> None:\n"
        "    assert between(1, 3) == 2\n",
    )
    outcome = llmlint(
        "tests/test_times.py", "--tools", "mypy", "--select", "mypy", "--exit-zero", "--output-format", "json"
    )
    (one,) = outcome.json
    assert one["code"] == "operator"
    assert (one["location"]["column"], one["end_location"]["column"]) == (12, 24)
    assert "Unsupported operand types" in one["message"]
    assert any("Unsupported left operand type" in note for note in one["notes"])
