"""Which names are private: a leading underscore, except what the standard library documents with one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

DOCUMENTED: Final = frozenset(
    {
        "_replace", "_asdict", "_fields", "_make", "_field_defaults", "_exit", "_getframe", "_current_frames", "_MEIPASS",
        "_name_", "_value_", "_missing_", "_generate_next_value_", "_ignore_", "_order_", "_sunder_", "_fields_", "_pack_",
        "_anonymous_", "_environ", "_debugmallocstats", "_clear_type_cache", "_git", "_emscripten_info",
        "_xoptions", "_enablelegacywindowsfsencoding", "_spec_class", "_mock_name", "_mock_new_name", "_type_", "_length_",
        "_handle", "_objects", "_as_parameter_", "_b_base_", "_b_needsfree_", "_attributes", "_field_types",
    }
)  # fmt: skip
"""Names with an underscore that the standard library documents (named tuples, enums, ``os``, ``sys``, ``ctypes``, ``ast``)."""


def is_private(name: str) -> bool:
    """``_x``: not a dunder, not ``_`` itself, not documented underscore API of the standard library."""
    return (
        name.startswith("_")
        and name.strip("_") != ""
        and not (name.startswith("__") and name.endswith("__"))
        and name not in DOCUMENTED
    )


def first_private(parts: Sequence[str]) -> str | None:
    """The first private part of a dotted name."""
    for part in parts:
        if is_private(part):
            return part
    return None
