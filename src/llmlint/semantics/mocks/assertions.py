"""The names that mocks have of their own, and the misspellings of their assertions."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

ASSERTIONS: Final = (
    "assert_called",
    "assert_called_once",
    "assert_called_with",
    "assert_called_once_with",
    "assert_any_call",
    "assert_has_calls",
    "assert_not_called",
    "assert_awaited",
    "assert_awaited_once",
    "assert_awaited_with",
    "assert_awaited_once_with",
    "assert_any_await",
    "assert_has_awaits",
    "assert_not_awaited",
)
API: Final = frozenset(
    {
        *ASSERTIONS, "return_value", "side_effect", "called", "call_count", "call_args", "call_args_list", "mock_calls",
        "method_calls", "reset_mock", "configure_mock", "mock_add_spec", "attach_mock", "await_count", "await_args",
        "await_args_list", "spy_return", "spy_exception", "spy_return_list", "spy_return_iter", "spy_return_type",
        "wait_until_called", "wait_until_any_call_with",
    }
)  # fmt: skip
WITH_ARGUMENTS: Final = frozenset(
    {
        "assert_called_with",
        "assert_called_once_with",
        "assert_any_call",
        "assert_awaited_with",
        "assert_awaited_once_with",
        "assert_any_await",
    }
)
RECORDED: Final = frozenset(
    {"mock_calls", "method_calls", "call_args", "call_args_list", "await_args", "await_args_list"}
)
"""What holds the calls that a mock took."""
_TYPO_PREFIXES: Final = ("assert", "assret", "asert", "aseert", "assrt", "asssert")
_MISSPELT: Final = {
    "called_once": "assert_called_once",
    "called_with": "assert_called_with",
    "called_once_with": "assert_called_once_with",
    "called_with_once": "assert_called_once_with",
    "called_only_once": "assert_called_once",
    "called_only_once_with": "assert_called_once_with",
    "called_any": "assert_any_call",
    "any_call": "assert_any_call",
    "has_call": "assert_has_calls",
    "has_calls": "assert_has_calls",
    "not_called": "assert_not_called",
    "was_called": "assert_called",
    "was_called_once": "assert_called_once",
    "was_called_with": "assert_called_with",
    "was_called_once_with": "assert_called_once_with",
    "was_not_called": "assert_not_called",
    **{
        f"{prefix}_been_called{suffix}": f"assert_called{suffix}"
        for prefix in ("has", "have", "to_have")
        for suffix in ("", "_once", "_with", "_once_with")
    },
    "has_not_been_called": "assert_not_called",
    "not_to_have_been_called": "assert_not_called",
    "never_called": "assert_not_called",
    "awaited_once": "assert_awaited_once",
    "awaited_with": "assert_awaited_with",
    "awaited_once_with": "assert_awaited_once_with",
    "any_await": "assert_any_await",
    "has_awaits": "assert_has_awaits",
    "not_awaited": "assert_not_awaited",
}


_STATE: Final = {
    "called_count": "call_count", "call_counts": "call_count", "calls_count": "call_count", "called_counts": "call_count",
    "callcount": "call_count", "call_cnt": "call_count", "call_number": "call_count", "called_times": "call_count",
    "times_called": "call_count", "call_times": "call_count", "called_n_times": "call_count",
    "call_arg": "call_args", "called_args": "call_args", "calls_args": "call_args", "last_call_args": "call_args",
    "call_arg_list": "call_args_list", "call_args_lists": "call_args_list", "calls_args_list": "call_args_list",
    "called_args_list": "call_args_list", "call_list_args": "call_args_list", "all_call_args": "call_args_list",
    "mock_call": "mock_calls", "mocks_calls": "mock_calls", "mocked_calls": "mock_calls", "method_call": "method_calls",
    "methods_calls": "method_calls", "awaited_count": "await_count", "await_counts": "await_count",
    "await_arg": "await_args", "awaited_args": "await_args", "await_arg_list": "await_args_list",
    "awaited_args_list": "await_args_list",
    "return_values": "return_value", "returned_value": "return_value", "returns_value": "return_value",
    "return_vaule": "return_value", "retrun_value": "return_value", "return_val": "return_value",
    "side_effects": "side_effect", "sideeffect": "side_effect", "side_efect": "side_effect", "side_affect": "side_effect",
}  # fmt: skip
"""What is asked of mocks, or told them, in the place of what they record and take."""


def meant_of_state(name: str) -> str | None:
    """What mocks record, or are told, that ``name`` is put in the place of: ``call_count`` for ``called_count``."""
    return _STATE.get(name)


def misspelt(name: str) -> str | None:
    """The mock assertion that ``name`` is a misspelling of; mocks themselves refuse some of them, if it comes to that."""
    if name in API:
        return None
    known = _MISSPELT.get(name)
    if known is not None:
        return known
    if not name.startswith(_TYPO_PREFIXES):
        return None
    best = max(ASSERTIONS, key=lambda real: (SequenceMatcher(None, name, real).ratio(), real))
    # Mocks refuse to make up whatever begins like an assertion (``unittest.mock.NonCallableMock.__getattr__``).
    return best if SequenceMatcher(None, name, best).ratio() >= (0.6 if name.startswith("assert_") else 0.75) else None
