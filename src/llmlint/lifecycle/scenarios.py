"""What a contract promises, one test each: behaviour, documented exceptions, invariants, examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from llmlint.lifecycle.promises import ClassPromise, FunctionPromise, Promise
from llmlint.model.record import record

Kind = Literal["behaviour", "raises", "invariant", "example", "basic"]

_LONGEST = 72
_ROLE = re.compile(r":[\w:]+:`~?(?:[^`<]*\.)?([^`<.]+?)(?:\s*<[^>`]*>)?`")
"""A reference of Sphinx, as ``:class:`Arrow <arrow.arrow.Arrow>```; what is read of it."""
_STOP = frozenset(
    {"a", "an", "the", "is", "are", "be", "of", "to", "that", "this", "with", "by", "in", "on", "and", "or", "for"}
)


@record
class Scenario:
    """One thing to test."""

    name: str
    """The test's name."""
    kind: Kind
    symbol: str
    """Dotted: what it is about."""
    text: str
    """What the contract says, one line."""
    function: FunctionPromise | None
    owner: ClassPromise | None
    exception: str = ""


def scenarios(promise: Promise) -> list[Scenario]:
    """The scenarios of a module, functions first, then class by class; each name is there once."""
    found: list[Scenario] = []
    for function in promise.functions:
        found += _of_function(function, None)
    for cls in promise.every_class():
        if cls.kind in ("enum", "typed dict", "exception") and not cls.docstring.invariants:
            continue
        for line in cls.docstring.invariants:
            name = _name(cls.name, line)
            found.append(Scenario(name, "invariant", cls.symbol, line, None, cls))
        for method in cls.methods:
            if method.name.startswith("__") and method.name not in ("__init__", "__call__"):
                continue
            found += _of_function(method, cls)
    return list(_unique(found))


def _of_function(function: FunctionPromise, owner: ClassPromise | None) -> Iterator[Scenario]:
    docstring = function.docstring
    subject = _subject(function, owner)
    told = False
    for kind, lines in (("behaviour", docstring.behaviour), ("invariant", docstring.invariants)):
        for line in lines:
            told = True
            yield Scenario(_name(subject, line), kind, function.symbol, line, function, owner)  # type: ignore[arg-type]
    for one in docstring.raises:
        told = True
        text = f"raises {one.name}" + (f": {one.text}" if one.text else "")
        name = f"test_{snake(subject)}_raises_{snake(one.name.rpartition('.')[2])}"
        yield Scenario(name, "raises", function.symbol, text, function, owner, one.name)
    for example in docstring.examples[:1]:
        told = True
        line = " ".join(example.split())
        text = f"example: {line if len(line) <= 160 else f'{line[:157]}...'}"
        yield Scenario(f"test_{snake(subject)}_example", "example", function.symbol, text, function, owner)
    if not told and function.name != "__init__":
        name = _name(subject, docstring.summary)
        line = docstring.summary or "the contract has its signature and says no more"
        yield Scenario(name, "basic", function.symbol, line, function, owner)


def _subject(function: FunctionPromise, owner: ClassPromise | None) -> str:
    if owner is None:
        return function.name
    return owner.name if function.name == "__init__" else f"{owner.name}_{function.name.strip('_')}"


def _name(subject: str, line: str) -> str:
    line = _ROLE.sub(r"\1", line)
    words = [word for word in re.findall(r"[A-Za-z][A-Za-z0-9]*|\d+", line.lower()) if word not in _STOP]
    name = f"test_{snake(subject)}"
    while words and name.endswith(f"_{words[0]}"):
        del words[0]
    for word in words:
        if len(name) + len(word) + 1 > _LONGEST:
            break
        name += f"_{word}"
    return name


def snake(name: str) -> str:
    """``HTTPClient`` as ``http_client``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def _unique(found: Sequence[Scenario]) -> Iterator[Scenario]:
    seen: dict[str, int] = {}
    for one in found:
        number = seen.get(one.name, 0) + 1
        seen[one.name] = number
        yield replace(one, name=f"{one.name}_{number}") if number > 1 else one
