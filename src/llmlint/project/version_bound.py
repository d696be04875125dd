"""The oldest Python that a version specifier allows."""

from __future__ import annotations

import re

Version = tuple[int, int]

_CLAUSE = re.compile(r"\s*(===|==|~=|>=|<=|!=|>|<|\^|~|=)?\s*v?(\d+)(?:\.(\d+))?(\.[\d*][\w.*]*|\.\*)?\s*")


def oldest_python(specifier: str) -> Version | None:
    """The lowest minor version that ``specifier`` allows, None where it sets no lower bound.

    Reads PEP 440 (``>=3.11,<4``) and Poetry's own forms (``^3.12``, ``~3.10``, ``3.9 || >=3.11``).
    """
    alternatives = [_lower_bound(part) for part in re.split(r"\|\|?", specifier)]
    bounds = [bound for bound in alternatives if bound is not None]
    return min(bounds) if bounds and len(bounds) == len(alternatives) else None


def _lower_bound(clauses: str) -> Version | None:
    bounds: list[Version] = []
    for clause in re.split(r"[,\s]+(?=[<>=!~^\d])", clauses.strip()):
        found = _CLAUSE.fullmatch(clause.strip().rstrip(","))
        if not found:
            continue
        operator, major, minor, patch = found[1] or "==", int(found[2]), found[3], found[4]
        if operator in ("<", "<=", "!="):
            continue
        if operator == ">" and minor is not None and patch is None:
            # ``>3.7`` excludes 3.7 itself and, by PEP 440, allows 3.7.1.
            bounds.append((major, int(minor)))
        else:
            bounds.append((major, int(minor or 0)))
    return max(bounds) if bounds else None
