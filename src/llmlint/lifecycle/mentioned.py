"""The types of the project that the signatures of a contract mention: whoever fills in an argument has to make one."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from llmlint.contracts.layout import Place
from llmlint.contracts.outline import names_in, names_in_annotation
from llmlint.contracts.reader import absolute
from llmlint.lifecycle.digest import signatures_of
from llmlint.lifecycle.promises import FunctionPromise, Promise, Reader, Unreadable
from llmlint.lifecycle.scenarios import Scenario


class Mentioned(NamedTuple):
    """A class that another contract publishes."""

    module: str
    name: str
    text: str
    """Its stub, without prose."""


def mentioned(promise: Promise, chosen: Sequence[Scenario], every: Sequence[Place], reader: Reader) -> list[Mentioned]:
    """The classes of the project's other modules that the parameters and results of the chosen scenarios are of, in their order."""
    places = {place.module: place for place in every}
    functions = [one.function for one in chosen if one.function is not None]
    functions += [
        method
        for owner in {id(one.owner): one.owner for one in chosen if one.owner is not None}.values()
        for method in owner.methods
        if method.name == "__init__"
    ]
    names = dict.fromkeys(name for function in functions for name in _types(function))
    imported = _imported(promise)
    found: list[Mentioned] = []
    for name in names:
        module, original = imported.get(name, ("", ""))
        text = _class(module, original, places, reader)
        if text is not None:
            found.append(Mentioned(module, original, text))
    return found


def _types(function: FunctionPromise) -> Iterator[str]:
    arguments = function.node.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if argument.annotation is not None:
            yield from names_in_annotation(argument.annotation)
    if function.node.returns is not None:
        yield from names_in_annotation(function.node.returns)
    yield from names_in([default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None])


def _imported(promise: Promise) -> dict[str, tuple[str, str]]:
    """What the contract imports from: by local name the module and the name there."""
    package = promise.module if promise.place.is_package else promise.module.rpartition(".")[0]
    return {
        alias.asname or alias.name: (absolute(node.module, node.level, package) or "", alias.name)
        for node in ast.walk(promise.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _class(module: str, name: str, places: Mapping[str, Place], reader: Reader) -> str | None:
    """The stub of a class, found through what packages import to publish it; None where it is no class of the project."""
    for _ in range(5):
        place = places.get(module)
        if place is None:
            return None
        try:
            promise = reader.read(place)
        except Unreadable:
            return None
        node = next((cls.node for cls in promise.classes if cls.name == name), None)
        if node is not None:
            return signatures_of(ast.Module([copy.deepcopy(node)], []))
        module, name = _imported(promise).get(name, ("", ""))
    return None
