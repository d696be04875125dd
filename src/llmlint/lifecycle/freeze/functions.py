"""Functions: decorators, parameters, result and docstring."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from llmlint.contracts.outline import FunctionNode, names_in, names_in_annotation, yields
from llmlint.contracts.symbols import Class
from llmlint.lifecycle.freeze.expressions import Expressions
from llmlint.lifecycle.freeze.lines import INDENT, WIDTH

_WITHOUT_EFFECT: Final = frozenset({"functools.wraps", "atexit.register", "functools.update_wrapper"})


class FunctionWriter(Expressions):
    """Writes functions and methods."""

    def _function(
        self, node: FunctionNode, cls: Class | None, name: str | None = None, decorated: bool = True
    ) -> Iterator[str]:
        if decorated:
            yield from self._decorators(node)
            if id(node) in self._abstract:
                self._used.update(names_in([self._abstract[id(node)]]))
                yield f"@{self._slices.of(self._abstract[id(node)])}"
        generator = yields(node) if isinstance(node, ast.AsyncFunctionDef) or node.returns is None else False
        asynchronous = isinstance(node, ast.AsyncFunctionDef)
        returns = f" -> {self._annotation(node.returns)}" if node.returns is not None else ""
        if not returns and node.name == "__init__":
            returns = " -> None"
        elif not returns and generator:
            any_ = self._need("typing", "Any")
            kind = f"AsyncGenerator[{any_}, {any_}]" if asynchronous else f"Generator[{any_}, {any_}, {any_}]"
            returns = f" -> {self._need('collections.abc', kind.partition('[')[0])}[{kind.partition('[')[2]}"
        # In a stub the body no longer shows that it yields, and `async def` would make it a coroutine (typing specification,
        # "Asynchronous iterators").
        keyword = "async def" if asynchronous and not generator else "def"
        parameters = self._parameters(node.args)
        start = f"{keyword} {name or node.name}{self._type_parameters(node)}("
        line = f"{start}{', '.join(parameters)}){returns}:"
        ignored = self._slices.ignores(node.lineno, node.body[0].lineno)
        docstring = self._docstring_of(node)
        if len(line) > WIDTH and parameters and not ignored:
            yield start
            for parameter in parameters:
                yield f"{INDENT}{parameter},"
            line = f"){returns}:"
        if docstring is None:
            yield f"{line} ...{ignored}"
        else:
            yield f"{line}{ignored}"
            yield f"{INDENT}{docstring}"
            yield f"{INDENT}..."

    def _type_parameters(self, node: ast.stmt) -> str:
        parameters = getattr(node, "type_params", ())
        if not parameters:
            return ""
        for parameter in parameters:
            if getattr(parameter, "bound", None) is not None:
                self._used.update(names_in_annotation(parameter.bound))
        return f"[{', '.join(self._slices.raw(parameter) for parameter in parameters)}]"

    def _parameters(self, arguments: ast.arguments) -> list[str]:
        positional = [*arguments.posonlyargs, *arguments.args]
        missing = len(positional) - len(arguments.defaults)
        parts: list[str] = []
        for index, argument in enumerate(positional):
            default = arguments.defaults[index - missing] if index >= missing else None
            parts.append(self._parameter(argument, default))
            if index == len(arguments.posonlyargs) - 1:
                parts.append("/")
        if arguments.vararg is not None:
            parts.append(f"*{self._parameter(arguments.vararg, None)}")
        elif arguments.kwonlyargs:
            parts.append("*")
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            parts.append(self._parameter(argument, default))
        if arguments.kwarg is not None:
            parts.append(f"**{self._parameter(arguments.kwarg, None)}")
        return parts

    def _parameter(self, argument: ast.arg, default: ast.expr | None) -> str:
        text = argument.arg
        if argument.annotation is not None:
            text += f": {self._annotation(argument.annotation)}"
            if default is not None:
                text += f" = {self._value(default)}"
        elif default is not None:
            text += f"={self._value(default)}"
        return text

    def _decorators(self, node: FunctionNode | ast.ClassDef) -> Iterator[str]:
        for decorator in node.decorator_list:
            # Of a decorated function mypy complains where its first decorator stands.
            line = f"@{self._slices.of(decorator)}{self._slices.ignores(decorator.lineno)}"
            if isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter", "getter"):
                yield line
                continue
            origin = self._world.library.origin(self._module, decorator)
            if origin in _WITHOUT_EFFECT:
                continue
            names = {dotted.partition(".")[0] for dotted in names_in([decorator])}
            if any(isinstance(part, (ast.Lambda, ast.Await, ast.Yield)) for part in ast.walk(decorator)):
                continue
            if all(self._is_available(one) or one in self._local_names for one in names):
                self._used.update(names_in([decorator]))
                yield line
