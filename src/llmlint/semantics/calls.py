"""What a call gives: annotated, inferred or constructed."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from llmlint.contracts.symbols import Class, Function, Member
from llmlint.semantics.annotations import Substitution
from llmlint.semantics.values import (
    PROXY,
    UNINFERRED,
    UNKNOWN,
    Callable,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    Special,
    Union,
    Unknown,
    Value,
    is_none,
    union,
)

if TYPE_CHECKING:
    from llmlint.semantics.scope import Scope
from llmlint.semantics.arguments import Arguments
from llmlint.semantics.lambdas import Lambdas

_DISOWNED: Final = re.compile(
    r"^[ \t]*return\b[^\n]*#[^\n]*(?:type:\s*ignore(?!\[)|type:\s*ignore\[[^\]]*return-value|pyright:\s*ignore\[[^\]]*Return)",
    re.MULTILINE,
)


class Calls(Lambdas):
    """Binds and evaluates calls.

    Built on `Callables` (signatures), `Protocols` (what Python itself calls), `Solving` (type variables) and `Lambdas`.
    """

    def result(self, value: Value, arguments: Arguments) -> Value:
        """What calling ``value`` returns."""
        if isinstance(value, FunctionValue):
            functions: Sequence[Function] = value.functions
            if len(functions) > 1:
                functions = self._matching(value, arguments)
            if value.function.is_async and isinstance(value.receiver, Instance) and value.receiver.via is PROXY:
                return UNKNOWN  # what stands for the object may wait for it
            results = [self.function_result(f, value.receiver, arguments, value.scope) for f in functions]
            return union(results) if results else UNINFERRED
        if isinstance(value, ClassValue):
            return self.construct(value, arguments)
        if isinstance(value, Callable):
            return value.result
        if isinstance(value, Instance) and not is_none(value):
            found = self.world.attributes.get(value, "__call__").value
            return self.result(found, arguments) if isinstance(found, FunctionValue) else UNKNOWN
        if isinstance(value, Union):
            return union(self.result(member, arguments) for member in value.members if not is_none(member))
        if isinstance(value, Special):
            return self.result(value.value, arguments)
        if isinstance(value, Unknown):
            return value
        return UNKNOWN

    def function_result(
        self, function: Function, receiver: Value | None, arguments: Arguments | None, scope: Scope | None
    ) -> Value:
        """What a function returns: by its annotation, else by its body."""
        node = function.node
        info = self.world.functions.info(function)
        if node.returns is not None:
            if self._disowned(function):
                return self._inferred_result(function, receiver, arguments, scope)
            value = self._annotated_result(function, receiver, arguments)
            if type(value) is Unknown and not function.module.is_stub and arguments is not None:
                return self._inferred_result(function, receiver, arguments, scope)
        elif function.module.is_stub:
            return UNKNOWN
        else:
            return self._inferred_result(function, receiver, arguments, scope)
        if info.manager is not None:
            given = self.element(value) if info.manager == "sync" else self.async_element(value)
            return self.manager(info.manager, given)
        if function.is_async and not self.world.inference.is_generator(function):
            return Coroutine(value, function)
        return value

    def _disowned(self, function: Function) -> bool:
        """Whether a ``return`` tells type checkers not to compare it with the annotation: then the annotation is not believed."""
        found = function.memo.get("disowned")
        if found is None:
            module = function.module
            found = not module.is_stub and "ignore" in module.text and module.kind != "typeshed"
            found = found and _DISOWNED.search(module.text_of(function.node)) is not None
            function.memo["disowned"] = found
        return bool(found)

    def _inferred_result(
        self, function: Function, receiver: Value | None, arguments: Arguments | None, scope: Scope | None
    ) -> Value:
        returned, yielded = self.world.inference.results(function, receiver, arguments, scope)
        info = self.world.functions.info(function)
        if info.manager is not None:
            return self.manager(info.manager, yielded)
        if self.world.inference.is_generator(function):
            name = "AsyncGenerator" if function.is_async else "Generator"
            cls = self.world.classes.named("typing", name)
            return Instance(cls, (yielded, UNKNOWN, returned)) if cls is not None else UNKNOWN
        if function.is_async:
            return Coroutine(returned, function)
        return returned

    def manager(self, kind: str, yielded: Value) -> Value:
        """What a function decorated with ``contextmanager`` (``kind`` 'sync') or ``asynccontextmanager`` returns."""
        name = "_GeneratorContextManager" if kind == "sync" else "_AsyncGeneratorContextManager"
        cls = self.world.classes.named("contextlib", name)
        return Instance(cls, (yielded, UNKNOWN, UNKNOWN)) if cls is not None else UNKNOWN

    def _annotated_result(self, function: Function, receiver: Value | None, arguments: Arguments | None) -> Value:
        returns = function.node.returns
        assert returns is not None
        variables = function.memo.get("variables")
        if variables is None:
            variables = function.memo["variables"] = self._variables(function, returns)
        annotations = self.world.annotations
        if not variables:
            found = function.memo.get("annotated")
            if found is None:
                found = annotations.value(returns, function.module, function.owner)
                if type(found) is not Unknown:
                    found = function.memo["annotated"] = self.world.built.promised(found, function)
            return found
        if function.name.lower() == "field" and isinstance(returns, ast.Name):
            return UNKNOWN  # `def field(*, default: T) -> T`: so that type checkers take a field's description for its value
        subst: Substitution = {}
        own = self._as_instance(receiver)
        if function.owner is not None and isinstance(own, Instance):
            subst.update(annotations.substitution(own.cls, own.args, function.owner))
        unknown = {name: held for name, held in subst.items() if type(held) is Unknown}
        node = function.node
        positional = [*node.args.posonlyargs, *node.args.args]
        if receiver is not None and positional and positional[0].annotation is not None:
            self._solve(positional[0].annotation, receiver, subst, variables, function)
        if arguments is not None:
            drop = self.world.functions.drops_first(function, receiver)
            self.solve_all(arguments.filling(self.bound(function, drop).signature), subst, variables, function)
            subst.update(unknown)  # what the receiver holds no argument tells: `{}.get(key, True)`
        for name in variables:
            subst.setdefault(name, own if name == "Self" and own is not None else UNKNOWN)
        return annotations.value(returns, function.module, function.owner, subst, own)

    def _makes_another(self, cls: Class, new: Member) -> bool:
        """Whether ``__new__`` is declared to give something that is no instance of the class."""
        for function in new.functions():
            returns = function.node.returns
            if isinstance(returns, ast.Name) and returns.id not in ("Self", cls.name):
                made = self.world.annotations.value(returns, function.module, function.owner)
                if isinstance(made, Instance) and not self.world.classes.is_subclass(cls, made.cls):
                    return True
        return False

    def construct(self, value: ClassValue, arguments: Arguments) -> Value:
        """``cls(...)``."""
        cls = value.cls
        if cls.symbol == "typing.NamedTuple":
            return UNINFERRED  # the functional form makes a class
        classes = self.world.classes
        exact = value.exact
        key = "constructs"
        found = cls.memo.get(key)
        if found is None:
            found = "exact"
            for base in classes.mro(cls):
                new = classes.body(base).get("__new__")
                if new is None or base.symbol == "builtins.object":
                    continue
                if not base.module.is_stub:
                    found = "unknown"
                elif found == "exact" and self._makes_another(cls, new):
                    found = "declared"
                break
            metaclasses = [meta for base in classes.mro(cls) if (meta := classes.metaclass(base)) is not None]
            if any(
                meta.module.kind == "source" and "__call__" in classes.body(meta) for meta in metaclasses
            ) and classes.open(cls):
                found = "unknown"
            cls.memo[key] = found
        if found == "declared":
            new = classes.member(cls, "__new__", on_class=True)
            made = FunctionValue(tuple(new.functions()), value) if new is not None else None
            return self.result(made, arguments) if made is not None else UNINFERRED
        if found == "unknown":
            member = classes.member(cls, "__new__", on_class=True)
            if member is not None and member.owner.module.kind == "source":
                for function in member.functions()[-1:] if len(member.functions()) == 1 else ():
                    if function.node.returns is not None and not _gives_another(function):
                        result = self.function_result(function, value, None, None)
                        if (
                            not isinstance(result, Instance)
                            or member.owner is cls
                            or classes.is_subclass(result.cls, cls)
                            or classes.is_subclass(cls, result.cls)
                        ):
                            return result  # and not what a base makes of itself (overloads tell of each kind)
                # An own __new__ most often caches instances of the class itself; a subclass is as possible.
                return UNINFERRED
            return UNINFERRED
        if classes.shape(cls).kind == "enum" and (len(arguments.positional) != 1 or arguments.keywords):
            return UNINFERRED  # the functional API makes a class (https://docs.python.org/3/library/enum.html)
        args = value.args
        if not args and classes.shape(cls).kind == "plain" and self.world.annotations.parameters(cls):
            args = self._solved_arguments(cls, arguments)
        return Instance(cls, args, exact=exact)


def _gives_another(function: Function) -> bool:
    """Whether a ``__new__`` gives what another call than that of a ``__new__`` makes, whatever it is annotated to give."""
    return any(
        isinstance(node, ast.Return)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "attr", "") != "__new__"
        for node in ast.walk(function.node)
    )
