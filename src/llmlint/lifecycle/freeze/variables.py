"""Variables of a module: constants, aliases, types, and what nobody annotated."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from llmlint.contracts.outline import Entry, last_name, names_in, names_in_annotation
from llmlint.contracts.symbols import Function, Module
from llmlint.lifecycle.freeze.functions import FunctionWriter


class VariableWriter(FunctionWriter):
    """Writes what assignments of a module bind."""

    def _variable(self, entry: Entry) -> Iterator[str]:
        """An assignment of the module, with what is said of it: ``#:`` above or beside it, a string below it."""
        yield from self._slices.said_above(entry.node)
        *lines, last = self._binding(entry)
        yield from lines
        yield last + self._slices.said_beside(entry.node)
        if docstring := self._following(entry.node):
            yield docstring

    def _binding(self, entry: Entry) -> Iterator[str]:
        node, name = entry.node, entry.name
        ignored = self._slices.ignores(node.lineno)
        if isinstance(node, ast.AnnAssign):
            yield self._annotated(node, name, constants_only=True) + ignored
        elif entry.value is not None and (self._types.is_type(entry.value) or self._types.makes_type(entry.value)):
            self._used.update(names_in([entry.value]))
            for part in _types_in(entry.value, is_type=self._types.is_type(entry.value)):
                self._used.update(names_in_annotation(part))
            yield f"{name} = {self._slices.of(entry.value)}{ignored}"
        elif isinstance(entry.value, ast.Name) and self._is_builtin_type(entry.value.id):
            hidden = entry.value.id in self._outline.by_name
            self._builtins = self._builtins or hidden
            yield f"{name} = {'builtins.' if hidden else ''}{entry.value.id}{ignored}"
        elif (made := self._alias(entry)) is not None:
            yield from made
        else:
            bound = [other.value for other in self._outline.by_name[name] if not isinstance(other.node, ast.AugAssign)]
            text = self._types.variable(name, bound) or self._need("typing", "Any")
            yield f"{name}: {text}{self._constant(entry.value)}"

    def _alias(self, entry: Entry) -> list[str] | None:
        """A function or module under another name, a lambda."""
        value = entry.value
        if isinstance(value, ast.Lambda):
            parameters = self._parameters(value.args)
            return [f"def {entry.name}({', '.join(parameters)}): ..."]
        if not isinstance(value, (ast.Name, ast.Attribute)):
            return None
        found = self._world.library.resolve(self._module, value)
        if isinstance(found, Module):
            if isinstance(value, ast.Name) or self._is_available(next(names_in([value])).partition(".")[0]):
                self._used.update(names_in([value]))
                return [f"{entry.name} = {self._slices.of(value)}"]
            return None
        if not isinstance(found, Function):
            return None
        if found.module is self._module and found.owner is None and not self._is_available(found.name):
            return list(self._function(found.node, None, name=entry.name))
        self._used.update(names_in([value]))
        return [f"{entry.name} = {self._slices.of(value)}"]


def _types_in(value: ast.expr, *, is_type: bool) -> Iterator[ast.expr]:
    """The expressions in an alias, or in a call that makes a type variable, in which strings are types."""
    if is_type:
        yield from (one for one in ast.walk(value) if isinstance(one, ast.Constant) and isinstance(one.value, str))
    elif isinstance(value, ast.Call) and last_name(value.func) in ("TypeVar", "ParamSpec", "NewType"):
        yield from (*value.args[1:], *(keyword.value for keyword in value.keywords))
