"""What is told of a use that cannot be done, and all that speaks against telling it."""

from __future__ import annotations

import ast
import re
from typing import Final

from llmlint.contracts.symbols import FROM, FUNCTION, Class, Function, Module
from llmlint.semantics.arguments import Bound
from llmlint.semantics.attributes import is_dunder
from llmlint.semantics.evaluation import ABSENT
from llmlint.semantics.forwarding import Constructing
from llmlint.semantics.lookup import Lookup
from llmlint.semantics.mocks.assertions import API
from llmlint.semantics.mocks.values import Mock
from llmlint.semantics.nouns import (
    AttributeUse,
    AwaitProblem,
    Outcome,
)
from llmlint.semantics.privacy import is_private
from llmlint.semantics.scope import Scope
from llmlint.semantics.seams import is_coined, is_hook
from llmlint.semantics.stored_names import foreign_stores, named_in_string
from llmlint.semantics.values import (
    PROXY,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    Unknown,
    Value,
    instances_in,
    is_none,
    members_of,
)

_IGNORED: Final = re.compile(
    r"#[^\n]*(?:type:\s*ignore(?!\[)|type:\s*ignore\[[^\]]*(?:attr-defined|union-attr)|pyright:\s*ignore(?!\[)"
    r"|pyright:\s*ignore\[[^\]]*(?:Attribute|Optional))"
)
_REDEFINES: Final = re.compile(r"\.__(?:defaults|kwdefaults|code|signature)__\s*=(?!=)")

_FUTURES: Final = frozenset({"_asyncio.Future", "_asyncio.Task", "asyncio.futures.Future", "asyncio.tasks.Task"})


class Judgements(Lookup):
    """From a value and a use of it to a noun, or to silence."""

    def missing(self, node: ast.expr, value: Value, name: str, context: str, fails: bool = True) -> None:
        """``value`` has no ``name``: record it, unless something speaks against that."""
        if not self.judging or self.probing("AttributeError"):
            return
        if self.guarded(node, name) or self._own_mixin(value) or (self.ignored(node) and not _is_exact(value)):
            return
        if name in API and any("mock" in module.text or "patch" in module.text for module in self.test_modules):
            return  # who asks for the API of a mock has put one there, however far from here
        if self.probes and isinstance(value, Instance) and value.said is not None:
            return  # what is expected to be raised may be raised before there is a text or a list
        if not self.confirm(self.world.built.seen(value, self.replaced_names), name):
            return
        owner = self.world.owners.of(value)
        if (
            owner is None
            or self._of_an_outer_class(value, name)
            or self.disputed(value)
            or self.rests_on_what_is_replaced(value)
        ):
            return
        self.emit(AttributeUse(node, name, context, owner, Outcome.MISSING, is_private(name), None, fails))  # type: ignore[arg-type]

    def ignored(self, node: ast.expr) -> bool:
        """Whether the author tells type checkers that they are wrong of the line: that it is of another class than they know."""
        memo = self.module.memo
        if "<ignores>" not in memo:
            memo["<ignores>"] = "type: ignore" in self.module.text or "pyright: ignore" in self.module.text
        if not memo["<ignores>"]:
            return False
        return _IGNORED.search(self.module.rows(node.lineno, node.end_lineno or node.lineno)) is not None

    def rests_on_what_is_replaced(self, value: Value) -> bool:
        """Whether the value may come out of a call that reads what the tests put in the place of something."""
        return self.world.resting.on(self.replaced_names, value, self.callees.values())

    def disputed(self, value: Value) -> bool:
        """Whether a function that this file calls is annotated to return the class and, by its body, returns another."""
        if not isinstance(value, Instance) or value.exact or not value.cls.own:
            return False
        related = self.world.classes.is_subclass
        for callee in self.callees.values():
            if not isinstance(callee, FunctionValue):
                continue
            function = callee.function
            returns = function.node.returns
            if returns is None or function.module.is_stub or not function.module.own:
                continue
            if value.cls.name not in _words(function):
                continue
            if "returned" not in function.memo:
                returned, yielded = self.world.inference.results(function, callee.receiver, None, callee.scope)
                function.memo["returned"] = {
                    inner.cls for part in (returned, yielded) for inner in instances_in(part) if inner.cls.own
                }
            found = function.memo["returned"]
            if found and not any(related(cls, value.cls) or related(value.cls, cls) for cls in found):
                return True
        return False

    def _of_function(self, node: ast.expr, value: FunctionValue, name: str) -> None:
        """An attribute of a plain function of the project: a call that was forgotten."""
        function = value.function
        if (
            not self.judging
            or self.probing("AttributeError")
            or self.guarded(node, name)
            or not self.certain_call(value)
        ):
            return
        if not function.module.own or function.module.by_test or not self.world.calls.is_plain(function):
            return
        if self.world.project_text.stored(name, tests=True) or self._stored_by_tests(name):
            return
        if any(named_in_string(module, function.name) for module in self.test_modules):
            return
        self.emit(AttributeUse(node, name, "load", self.world.owners.of(value), Outcome.MISSING, is_private(name)))

    def _of_an_outer_class(self, value: Value, name: str) -> bool:
        """Whether a class around the (test) class has the name: some collectors hand it down to nested classes."""
        outer = value.cls.outer if isinstance(value, (Instance, ClassValue)) and value.cls.module.by_test else None
        while outer is not None:
            if self.world.classes.member(outer, name) is not None or self.world.classes.open(outer):
                return True
            outer = outer.outer
        return False

    def _own_mixin(self, value: Value) -> bool:
        """``self`` in a class that does not say where the attribute comes from: a mixin for test classes."""
        scope: Scope | None = self.scope
        while scope is not None:
            if value is scope.receiver and scope.cls is not None and scope.cls.module is self.module:
                return self.world.is_mixin(scope.cls)
            scope = scope.parent
        return False

    def guarded(self, node: ast.expr, name: str) -> bool:
        if not self.guards:
            return False
        receiver = node.value if isinstance(node, (ast.Attribute, ast.Subscript)) else node
        text = ast.unparse(receiver)
        for guarded, guard in self.guards:
            if guard in (name, "*") and (
                guarded == text or (guarded.startswith(ABSENT) and guarded != f"{ABSENT}{text}")
            ):
                return True
        return False

    def private(self, node: ast.expr, name: str, value: Value | None, outcome: Outcome, context: str) -> None:
        if not self.judging or not is_private(name):
            return
        receiver = node.value if isinstance(node, ast.Attribute) else None
        if isinstance(receiver, ast.Name) and receiver.id in ("self", "cls", "mcs"):
            return
        if (
            isinstance(receiver, ast.Call)
            and isinstance(receiver.func, ast.Name)
            and receiver.func.id in ("super", "type")
        ):
            return
        owner = self.world.owners.of(value) if value is not None else None
        if owner is not None and owner.by_test:
            return
        if isinstance(value, (Mock, Unknown)):
            return
        if owner is not None and owner.symbol in ("types.SimpleNamespace", "argparse.Namespace"):
            return  # whoever built it named what it holds
        if value is None and receiver is not None and self._of_the_tests(receiver):
            return
        if receiver is not None and self._told_before(receiver):
            self.told_private.add(node)
            return  # said of the name that leads there
        if is_hook(self.world, value, name) or (value is None and self.world.project_text.asks_subclasses_for(name)):
            return
        absent = outcome is not Outcome.FOUND and outcome is not Outcome.OFF_CONTRACT
        if absent and is_coined(self.world, self.test_modules, name, anywhere=value is not None):
            return
        self.told_private.add(node)
        if (node.lineno, name) in self.rows_told:
            return  # `a._x == b._x`: one fault
        self.rows_told.add((node.lineno, name))
        self.emit(AttributeUse(node, name, context, owner, outcome, True))  # type: ignore[arg-type]

    def _told_before(self, receiver: ast.expr) -> bool:
        """Whether it was said of ``receiver``, or of what it is read from, that it is private: ``pkg._impl`` in ``pkg._impl._x``; of
        a module that is imported by a private name, its import says it.
        """
        while isinstance(receiver, ast.Attribute):
            if receiver in self.told_private:
                return True
            receiver = receiver.value
        if not isinstance(receiver, ast.Name) or not is_private(receiver.id):
            return False
        bound = self.module.table.get(receiver.id, ())
        return any(binding.form == FROM and binding.name == receiver.id for binding in bound)

    def _of_the_tests(self, receiver: ast.expr) -> bool:
        """Whether an unknown receiver is rooted in something that the tests define themselves."""
        while isinstance(receiver, (ast.Attribute, ast.Subscript, ast.Call)):
            receiver = receiver.func if isinstance(receiver, ast.Call) else receiver.value
        if not isinstance(receiver, ast.Name):
            return False
        return receiver.id in self.module.table or receiver.id in ("self", "cls")

    def judge_store(self, target: ast.expr, receiver: Value, name: str) -> None:
        if not self.judging or is_dunder(name) or name in self.replaced_names:
            return
        found = self.world.attributes.get(receiver, name)
        if found.outcome is Outcome.MISSING and isinstance(receiver, Instance):
            fails = self.world.write_fails(receiver.cls)
            if name[:1] == "_" and self.world.classes.shape(receiver.cls).kind == "pydantic":
                return  # pydantic lets private names pass
            if (
                fails is None
                or self.probing("AttributeError", "FrozenInstanceError", "ValidationError")
                or self._own_mixin(receiver)
            ):
                return
            owner = self.world.owners.of(receiver)
            if owner is None or owner.by_test or not receiver.cls.own:
                if not fails:
                    return
            if not receiver.exact and self.world.project_text.subclass_has(receiver.cls, name):
                return
            if receiver.cls.own and self.world.project_text.stored(name):
                return
            if not fails and (
                self.ignored(target) or self._read_by_source(receiver, name) or self._counted_by_test(target, name)
            ):
                return
            self.emit(AttributeUse(target, name, "store", owner, Outcome.MISSING, is_private(name), None, fails))
        elif found.outcome is Outcome.MISSING:
            return  # a class or a module takes any name
        elif is_private(name):
            self.private(target, name, receiver, found.outcome, "store")
        elif found.outcome is Outcome.OFF_CONTRACT:
            owner = self.world.owners.of(receiver)
            self.emit(AttributeUse(target, name, "store", owner, found.outcome, False, found.truth))

    def _read_by_source(self, receiver: Instance, name: str) -> bool:
        """Whether the project's own sources, or what the tests run beside them, ever read an attribute of that name."""
        return self.world.project_text.mentioned(name) or self.world.project_text.read_by_helpers(name)

    def _counted_by_test(self, target: ast.expr, name: str) -> bool:
        """Whether the test counts with the attribute: it is the test's own, put where its fakes find it, or where it is looked for by
        another name of the object."""
        word, text = re.escape(name), self.module.text
        if re.search(rf"\.{word}\s*[-+*|]=", text) is not None:
            return True
        receiver = target.value if isinstance(target, ast.Attribute) else target
        if not isinstance(receiver, ast.Name):
            return False
        others = {
            *re.findall(rf"\b(\w+)\.{word}\b(?!\s*[=:(](?!=))", text),
            *re.findall(rf"attr\(\s*([^,\n]+?),\s*[\"']{word}[\"']", text),
        }
        return not others <= {receiver.id}

    def _of_interface(self, function: FunctionValue) -> bool:
        """Whether it is a method of an interface without ``self`` (zope.interface): what implements it has one."""
        arguments = function.function.node.args
        names = [*arguments.posonlyargs, *arguments.args]
        if function.function.owner is None or self.world.functions.info(function.function).kind != "method":
            return False
        return bool(self.world.classes.open(function.function.owner)) and (not names or names[0].arg != "self")

    def certain_call(self, function: Value) -> bool:
        """Whether the function that is called is the one that was found, not an override or a replacement."""
        if isinstance(function, FunctionValue):
            name = function.function.name
            receiver = function.receiver
            if isinstance(receiver, (Instance, ClassValue)):
                if not receiver.exact and self.world.project_text.subclass_has(receiver.cls, name):
                    return False
                via = receiver.via if isinstance(receiver, Instance) else None
                if (
                    via
                    and via is not PROXY
                    and (self.world.project_text.stored(via, foreign_only=True) or self._stored_by_tests(via))
                ):
                    return False
                if not receiver.exact and not receiver.cls.own and self.world.vetoes.has_unseen_kin(receiver.cls):
                    built = self.world.built.seen(receiver, self.replaced_names) is not receiver
                    if not built and not (
                        isinstance(receiver, Instance) and self.world.vetoes.borne_out(receiver, name)
                    ):
                        return False
                if isinstance(receiver, Instance) and self.world.resting.on(
                    self.replaced_names, receiver, self.callees.values()
                ):
                    return False
            if name.startswith("__") and name.endswith("__") and name != "__init__":
                return False
            if function.function.owner is not None and function.function.owner.symbol == "builtins.object":
                return False  # `object.__init__` passes over what `__new__` takes, of which stubs tell instead
            if _redefined(function.function.module) or self._of_interface(function):
                return False
            if self._is_compiled(function.function):
                return False
            if (
                f"{name}.__defaults__" in function.function.module.text
                or f"{name}.__kwdefaults__" in function.function.module.text
            ):
                return False
            if name in self.replaced_names or self._stored_by_tests(name):
                return False
            module = function.function.module
            if not module.own or module.by_test or not self.world.project_text.stored(name):
                return True
            owner = function.function.owner
            return owner is not None and self.world.store_owners.only_others(owner, name)
        if isinstance(function, ClassValue):
            return (
                function.exact
                and not self._is_compiled(function.cls)
                and not self.world.classes.derives(function.cls, "ast.AST")  # what is left out is None there
                and self.replaced_names.isdisjoint((function.cls.name, "__init__", "__new__"))
                and not self._stored_by_tests(function.cls.name)
            )
        if isinstance(function, Instance):
            return function.exact
        return isinstance(function, Constructing)

    def certain_beyond(self, bound: Bound) -> bool:
        """Whether the functions that keywords are handed on to are those that were found."""
        return (
            all(map(self.certain_call, bound.through))
            and self.replaced_names.isdisjoint(bound.reached)
            and not any(map(self._stored_by_tests, bound.reached))
        )

    def _is_compiled(self, symbol: Function | Class) -> bool:
        """Whether something of the project stands in a stub alone: of what is compiled, it tells what others may call."""
        module = symbol.module
        if not module.own or module.kind != "stub":
            return False
        if isinstance(symbol, Class):
            self.world.library.canonical(symbol)
            return symbol.implementation is None
        if symbol.owner is not None:
            return self._is_compiled(symbol.owner)
        source = module.implementation
        return source is None or all(binding.form != FUNCTION for binding in source.table.get(symbol.name, ()))

    def _stored_by_tests(self, name: str) -> bool:
        return any(name in foreign_stores(module) for module in self.test_modules)

    def unawaited(self, node: ast.expr | ast.stmt, value: Coroutine, form: str) -> None:
        """A coroutine is used as a value."""
        if not self.judging or self.probing("AttributeError", "TypeError") or value.function is None:
            return
        if not self.world.is_plain_coroutine(value.function):
            return
        callee = self.callees.get(node) if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call):
            callee = self.callees.get(node.value)
        if isinstance(callee, FunctionValue) and not self.certain_call(callee):
            return
        if isinstance(callee, FunctionValue) and callee.function is not value.function:
            if self.probes and not callee.function.is_async:
                return  # what is expected to be raised may be raised before there is a coroutine
            if not self.replaced_names.isdisjoint(self.world.resting.names(callee.function)):
                return
        if isinstance(callee, FunctionValue) and getattr(callee.receiver, "via", None) is PROXY:
            return
        self.emit(AwaitProblem(node, "missing-await", self.world.owners.of_function(value.function), form))  # type: ignore[arg-type]

    def pending(self, node: ast.expr, value: Value, form: str) -> None:
        """A task, or another future of asyncio, is used as what it will give."""
        if self.sink is None or type(value) is not Instance or value.cls.symbol not in _FUTURES:
            return
        owner = None if self.probing("TypeError") else self.world.owners.of(value)
        if owner is not None:
            self.emit(AwaitProblem(node, "missing-await", owner, form))  # type: ignore[arg-type]

    def _needless(self, node: ast.expr | ast.stmt, value: Value, form: str, method: str = "__await__") -> None:
        """``await`` on the result of a call that the contract says is not awaitable."""
        if not self.judging or self.probing("TypeError"):
            return
        called = node.value if isinstance(node, ast.Await) else node
        awaited = isinstance(called, ast.Await)
        if isinstance(called, ast.Await):
            called = called.value  # `await (await f())`
        if not isinstance(called, ast.Call):
            return
        callee = self.callees.get(called)
        if isinstance(callee, ClassValue):
            if not callee.cls.own or callee.cls.module.by_test or type(value) is not Instance or not value.exact:
                return
        elif not isinstance(callee, FunctionValue) or callee.function.is_async is not awaited:
            return
        elif method == "__await__" and not self.world.calls.is_plain(callee.function):
            return  # a decorator may make a coroutine function of it, whatever it is annotated to give
        elif not awaited and callee.function.node.returns is not None and not callee.function.module.is_stub:
            # Its annotation may be that of the synchronous one of two clients that share it: the body has to agree.
            returned, yielded = self.world.inference.results(callee.function, callee.receiver, None, callee.scope)
            if type(returned) is Unknown and type(yielded) is Unknown:
                return
        elif callee.function.node.returns is None:
            if not (callee.function.module.own and all(isinstance(m, Instance) and m.exact for m in members_of(value))):
                return
        for member in members_of(value):
            if not isinstance(member, Instance):
                return
            if is_none(member):
                continue
            classes = self.world.classes
            if classes.member(member.cls, method) is not None or classes.open(member.cls):
                return
            if (
                not member.exact
                and member.cls.symbol != "builtins.bool"
                and (self.world.project_text.subclass_has(member.cls, method) or not _final(member.cls))
            ):
                return
        if not self.certain_call(callee):
            return
        owner = self.world.owners.of(callee)
        if owner is not None:
            self.emit(AwaitProblem(node, "needless-await", owner, form))  # type: ignore[arg-type]

    def _sync_over_async(self, node: ast.expr, value: Instance, form: str, needless: bool = False) -> None:
        if not self.judging or self.probing("AttributeError", "TypeError"):
            return
        wanted = {"with": ("__aenter__" if needless else "__enter__"), "for": "__iter__"}[form]
        callee = self.callees.get(node) if isinstance(node, ast.Call) else None
        generates = isinstance(callee, FunctionValue) and callee.function.is_async
        if not value.exact and not generates and self.world.project_text.subclass_has(value.cls, wanted):
            return
        owner = self.world.owners.of(value)
        if isinstance(callee, FunctionValue):
            if not self.certain_call(callee):
                return
            owner = self.world.owners.of_function(callee.function)
        if owner is not None:
            self.emit(AwaitProblem(node, "needless-await" if needless else "missing-await", owner, form))  # type: ignore[arg-type]


def _is_exact(value: Value) -> bool:
    """Whether the value's class is known for certain, and not by an annotation that a subclass fits as well."""
    return all(not isinstance(member, Instance) or member.exact for member in members_of(value))


def _final(cls: Class) -> bool:
    """Whether what is annotated with the class is of the class for all practical purposes (no subclass changes ``await``)."""
    return cls.own or cls.module.name in ("builtins", "datetime", "decimal", "pathlib", "uuid")


def _words(function: Function) -> frozenset[str]:
    """The words of a function's return annotation."""
    words: frozenset[str] | None = function.memo.get("words returned")
    if words is None:
        returns = function.node.returns
        words = frozenset(re.findall(r"\w+", ast.unparse(returns))) if returns is not None else frozenset()
        function.memo["words returned"] = words
    return words


def _redefined(module: Module) -> bool:
    """Whether the tests change what functions take after their ``def``."""
    if not module.by_test:
        return False
    found = module.memo.get("<redefined>")
    if found is None:
        found = module.memo["<redefined>"] = _REDEFINES.search(module.text) is not None
    return bool(found)
