"""What the annotations of a class come to when a test runs, as far as that can be known there."""

from __future__ import annotations

import ast
import builtins
import contextlib
import inspect
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from llmlint.annotated.stored import for_checkers, home_of, stored_by


class _AnyPart(type):
    """A type of which nothing is known: neither what is in it, nor what it is of."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return cls

    def __getitem__(cls, item: object) -> Any:
        return cls


class Unknown(metaclass=_AnyPart):
    """Stands where a name in an annotation is not there at run time. Everything fits it."""


def plain(member: Any) -> Any:
    """What a class method, static method or bound method is made of; else the member itself."""
    return member.__func__ if isinstance(member, classmethod | staticmethod | types.MethodType) else member


def function_of(member: Any) -> Any:
    """The function behind a member and its decorators; the member itself where it does not let itself be asked."""
    try:
        return inspect.unwrap(plain(member))
    except Exception:  # noqa: BLE001 - a descriptor may raise anything when it is asked for an attribute
        return plain(member)


def result_of(member: Any, owner: type, variables: Mapping[Any, Any]) -> Any:
    """What calling a method gives (for a coroutine function: what awaiting it gives).

    Overloads come before the implementation, which says less. What decorators make of a function is taken to be what it was, but for
    ``contextlib``'s.

    Args:
        member: As it stands in the class.
        owner: The class that it stands in.
        variables: What the type variables of that class are here.
    """
    outer, function = plain(member), function_of(member)
    if function is not outer and getattr(getattr(outer, "__code__", None), "co_filename", "") == contextlib.__file__:
        lazy = inspect.isasyncgenfunction(function)
        return contextlib.AbstractAsyncContextManager if lazy else contextlib.AbstractContextManager
    if not isinstance(function, types.FunctionType):
        return Unknown
    overloads = typing.get_overloads(function)
    said = [one for one in map(_annotations, overloads) if "return" in one]
    results = [one["return"] for one in said or [_annotations(function)] if "return" in one]
    if not results:
        return Unknown
    namespace = function.__globals__
    return typing.Union[tuple(_known(one, namespace, owner, variables) for one in results)]  # noqa: UP007 - of many


def attributes_of(cls: type, variables: Mapping[type, Mapping[Any, Any]]) -> dict[str, Any]:
    """What the class and those that it inherits from annotate, or store when they are made, by name."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        namespace = vars(sys.modules.get(home_of(base), types))
        for name, annotation in {**stored_by(base), **_annotations(base, own=True)}.items():
            found[name] = _known(annotation, namespace, base, variables.get(base, {})) if annotation != "" else Unknown
    return found


def variables_of(cls: type, arguments: tuple[Any, ...] = ()) -> dict[type, dict[Any, Any]]:
    """What the type variables of a class, and of those that it inherits from, are: by class, as far as they are said."""
    found: dict[type, dict[Any, Any]] = {cls: dict(zip(getattr(cls, "__parameters__", ()), arguments, strict=False))}
    for base in vars(cls).get("__orig_bases__", cls.__bases__):
        origin = typing.get_origin(base) or base
        if isinstance(origin, type) and origin not in (typing.Generic, typing.Protocol, object):
            given = tuple(_with(one, found[cls]) for one in typing.get_args(base))
            found = {**variables_of(origin, given), **found}
    return found


def _annotations(thing: Any, *, own: bool = False) -> dict[str, Any]:
    """The annotations of a function or class as they stand; none where they cannot be had."""
    if own and sys.version_info < (3, 14):
        found = vars(thing).get("__annotations__")
        return dict(found) if isinstance(found, dict) else {}
    try:
        if sys.version_info >= (3, 14):
            import annotationlib

            return dict(annotationlib.get_annotations(thing, format=annotationlib.Format.FORWARDREF))
        return dict(getattr(thing, "__annotations__", None) or {})
    except Exception:  # noqa: BLE001 - annotations may be computed by anything
        return {}


def _known(annotation: Any, namespace: Mapping[str, Any], owner: type, variables: Mapping[Any, Any]) -> Any:
    """What one annotation says, with ``Unknown`` for what cannot be found out."""
    names = {
        name: _named(name, namespace, owner)
        for text in _texts(annotation)
        for name in _names(text)
        if name not in namespace or name in vars(owner)
    }
    holder = type("holder", (), {"__annotations__": {"it": annotation}})
    try:
        hint = typing.get_type_hints(holder, dict(namespace) if not isinstance(namespace, dict) else namespace, names)[
            "it"
        ]
    except Exception:  # noqa: BLE001 - an annotation may be any expression, and one that fails says nothing
        return Unknown
    hint = _with(hint, variables)
    return _with(hint, {one: _limit(one, namespace, owner) for one in _parameters(hint)})


def _limit(variable: Any, namespace: Mapping[str, Any], owner: type) -> Any:
    """What a type variable that is not said may be."""
    if not isinstance(variable, TypeVar):
        return variable
    if variable.__constraints__:
        return typing.Union[variable.__constraints__]  # noqa: UP007 - of many
    if variable.__bound__ is None:
        return Unknown
    bound = variable.__bound__
    return Unknown if _parameters(bound) else _known(bound, namespace, owner, {})


def _parameters(hint: Any) -> tuple[Any, ...]:
    return (
        (hint,)
        if isinstance(hint, TypeVar)
        else tuple(getattr(hint, "__parameters__", ())) * (not isinstance(hint, type))
    )


def _with(hint: Any, variables: Mapping[Any, Any]) -> Any:
    """A type with its type variables replaced by what they are."""
    if isinstance(hint, TypeVar):
        return variables.get(hint, hint)
    parameters = _parameters(hint)
    if (
        not parameters
        or not all(isinstance(one, TypeVar) for one in parameters)
        or variables.keys().isdisjoint(parameters)
    ):
        return hint
    try:
        return hint[tuple(variables.get(one, one) for one in parameters)]
    except TypeError:
        return Unknown


def _texts(annotation: Any) -> Iterator[str]:
    """The parts of an annotation that are written as strings."""
    if isinstance(annotation, str):
        yield annotation
    elif isinstance(annotation, typing.ForwardRef):
        yield annotation.__forward_arg__
    elif isinstance(annotation, list | tuple):
        for one in annotation:
            yield from _texts(one)
    elif typing.get_origin(annotation) is not typing.Literal:
        yield from _texts(typing.get_args(annotation))


def _names(text: str) -> set[str]:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= _names(node.value)
    return found


def _named(name: str, namespace: Mapping[str, Any], owner: type) -> Any:
    """What a name in an annotation is that the module does not have, or that the class has as well."""
    if name == owner.__name__:
        return owner
    if isinstance(vars(owner).get(name), type):
        return vars(owner)[name]
    if name in namespace:
        return namespace[name]
    if hasattr(builtins, name):
        return getattr(builtins, name)
    place = for_checkers(str(namespace.get("__name__", owner.__module__))).get(name)
    if place is None:
        return Unknown
    module, attribute = place
    # Nothing is imported for it: what nobody has imported, nobody has an instance of.
    found = typing if module == "typing_extensions" and hasattr(typing, attribute or "Any") else sys.modules.get(module)
    if found is None or not attribute:
        return found or Unknown
    return getattr(found, attribute, sys.modules.get(f"{module}.{attribute}", Unknown))
