"""Fakes: classes that the tests write to stand in for the project's own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal

from llmlint.contracts.signature import KEYWORD_ONLY, Signature, bind, from_function
from llmlint.contracts.symbols import Class, Function, Member
from llmlint.contracts.walking import walk
from llmlint.semantics.nearest import nearest
from llmlint.semantics.nouns import Fake, FakeMethod
from llmlint.semantics.values import (
    Coroutine,
    Instance,
    Union,
    Value,
    is_none,
    members_of,
)

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_MEANT: Final = re.compile(
    r"#.*(?:type:\s*ignore(?:\[[^\]]*override|(?!\[))|pyright:\s*ignore|pylint:\s*disable=.*(?:arguments|signature)-)"
)
"""What tells a type checker that the signature differs on purpose."""


_FAILS: Final = re.compile(r"\b(?:raises|assertRaises\w*)\(\s*TypeError\b")


class Fakes:
    """Compares what the tests' own classes do with what the classes that they stand in for do."""

    def __init__(self, world: World) -> None:
        self.world = world

    def by_subclass(self, cls: Class) -> Iterator[Fake]:
        """A class of the tests that inherits from a class of the project."""
        classes = self.world.classes
        for base in classes.mro(cls)[1:]:
            if base.module.by_test or not base.module.own or classes.derives(base, "unittest.case.TestCase"):
                continue  # a test case is nobody's fake
            yield from self._compare(cls, base, "subclass")
            return

    def by_parameter(self, cls: Class, contract: Class) -> Iterator[Fake]:
        """A class of the tests that is handed to a parameter of the type ``contract``."""
        if contract.module.by_test or not contract.module.own or self.world.classes.is_subclass(cls, contract):
            return
        yield from self._compare(cls, contract, "parameter")

    def _compare(self, cls: Class, contract: Class, by: Literal["subclass", "parameter"]) -> Iterator[Fake]:
        classes = self.world.classes
        problems: list[FakeMethod] = []
        for name, member in classes.body(cls).items():
            if name.startswith("_") or member.kind != "method":
                continue
            if by == "subclass" and name.startswith("test") and cls.name.startswith("Test"):
                continue  # a test that its class shares with others, done anew: it takes the fixtures that it wants
            real = classes.member(contract, name)
            if real is None and by == "parameter":
                problems.extend(self._invented(cls, contract, member))
            if real is None or real.kind != "method":
                continue
            fakes, reals = list(member.functions()), list(real.functions())
            if len(fakes) != 1 or not reals:
                continue
            problem = self._method(fakes[0], reals)
            if problem is None or _meant(fakes[0]) or self._is_hook(contract, name, reals[-1]):
                continue
            if problem.kind == "signature" and (
                self._is_tried(contract, name) or self._takes_every_call(fakes[0], reals, name)
            ):
                continue
            problems.append(problem)
        if problems and not _only_refused(cls):
            owner = self.world.owners.of(Instance(contract))
            if owner is not None:
                yield Fake(cls.node, owner, by, tuple(problems))

    def _invented(self, cls: Class, contract: Class, member: Member) -> Iterator[FakeMethod]:
        """A method beside one of nearly the same name that the fake lacks, and that the tests themselves do not use."""
        classes = self.world.classes
        if classes.open(contract):
            return
        lacking = [
            name
            for name, real in classes.members(contract).items()
            if real.kind == "method" and not name.startswith("_") and classes.member(cls, name) is None
        ]
        if nearest(member.name, lacking) is None or re.search(
            rf"(?:\.|=[ \t]*){re.escape(member.name)}\b", cls.module.text
        ):
            return
        for function in member.functions():
            if self.world.functions.info(function).fixture is None:
                yield FakeMethod(function.node, member.name, "not-in-contract", "", None)

    def _is_tried(self, contract: Class, name: str) -> bool:
        """Whether the code beside the contract calls the method prepared for a ``TypeError``: it takes others as well."""
        tree = contract.module.tree
        for node in walk(tree) if tree is not None and "TypeError" in contract.module.text else ():
            if isinstance(node, ast.Try) and any(_catches_type_error(handler) for handler in node.handlers):
                for inner in (inner for statement in node.body for inner in ast.walk(statement)):
                    if isinstance(inner, ast.Call) and getattr(inner.func, "attr", "") == name:
                        return True
        return False

    def _takes_every_call(self, fake: Function, reals: list[Function], name: str) -> bool:
        """Whether the project's sources call the method, and each time in a way that the fake takes as well.

        A fake that only makes an option of the contract's required is sound until a call is seen that leaves it out.
        """
        drop = self.world.functions.info(fake).kind != "static"
        mine = from_function(fake.node, name, drop_first=drop)
        theirs = [from_function(real.node, name, drop_first=drop, stub=real.module.is_stub) for real in reals]
        fits = all(_asks_for_options(mine, real) for real in theirs)
        owners = {real.owner.name for real in reals if real.owner is not None}
        for call in self.world.project_text.calls_of(name):
            count = sum(not isinstance(argument, ast.Starred) for argument in call.args)
            keywords = [keyword.arg for keyword in call.keywords if keyword.arg is not None]
            more = {"starred": count < len(call.args), "double_starred": len(keywords) < len(call.keywords)}
            if all(bind(real, count, keywords, **more) for real in theirs):
                continue  # it is a method of another class
            if bind(mine, count, keywords, **more):
                if any(
                    other not in owners
                    and not bind(from_function(node, name, drop_first=drop), count, keywords, **more)
                    for other, node in self.world.project_text.methods_of(name)
                ):
                    continue  # or of another class
                return False
            fits = True
        return fits

    def _is_hook(self, contract: Class, name: str, real: Function) -> bool:
        """Whether the contract's method only raises ``NotImplementedError`` without being abstract: a subclass says what it takes."""
        hidden = self.world.classes.hidden(contract, name)
        functions = list(hidden.functions()) if hidden is not None else []
        body = (functions[-1] if functions else real).node.body
        if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body = body[1:]
        abstract = any("abstract" in ast.unparse(decorator) for decorator in real.node.decorator_list)
        return len(body) == 1 and isinstance(body[0], ast.Raise) and not abstract

    def _method(self, fake: Function, reals: list[Function]) -> FakeMethod | None:
        functions = self.world.functions
        info = functions.info(fake)
        real = reals[-1]
        about = functions.info(real)
        if (
            info.injected
            or info.opaque
            or about.opaque
            or info.kind != about.kind
            or info.fixture
            or info.manager
            or about.manager
        ):
            return None
        if self._of_interface(real):
            return None
        drop = info.kind != "static"
        mine = from_function(fake.node, fake.name, drop_first=drop)
        detail = None
        for other in reals:
            detail = self._refuses(
                mine, from_function(other.node, other.name, drop_first=drop, stub=other.module.is_stub)
            )
            if detail is None:
                break
        if detail is not None:
            return FakeMethod(fake.node, fake.name, "signature", detail, real.truth)
        generator = self.world.inference.is_generator
        if generator(fake) or generator(real) or any(generator(f) for f in reals):
            return None
        if real.is_async and not fake.is_async and self._gives_plain_value(fake) and self._is_awaited(fake.name):
            return FakeMethod(fake.node, fake.name, "sync", "", real.truth)
        if fake.is_async and not real.is_async and self._is_plainly_sync(real):
            return FakeMethod(fake.node, fake.name, "async", "", real.truth)
        return None

    def _is_awaited(self, name: str) -> bool:
        """Whether the project's sources await each call of the method there and then: what else is done with a call may be to look
        whether there is something to wait for."""
        call = re.compile(rf"(\bawait\s+)?([\w.\[\]\"']*\)?)\.{re.escape(name)}\(")
        for text in self.world.project_text.own[0].texts.values():
            if f".{name}(" in text:
                for found in call.finditer(text):
                    if found.group(1) is None and not found.group(2).endswith(("super()", ")")):
                        return False
        return True

    def _of_interface(self, real: Function) -> bool:
        """Whether the contract leaves out ``self`` (zope.interface): its first parameter is one that callers give."""
        arguments = [*real.node.args.posonlyargs, *real.node.args.args]
        if self.world.functions.info(real).kind != "method" or (arguments and arguments[0].arg == "self"):
            return False
        return real.owner is not None and bool(self.world.classes.open(real.owner))

    def _refuses(self, mine: Signature, contract: Signature) -> str | None:
        """What of the contract's plainest call (its required parameters, by position) the fake does not take.

        What the contract takes by ``*args`` and ``**kwargs`` may fill whatever else the fake asks for.
        """
        required = [parameter for parameter in contract.positional if parameter.required]
        keywords = [parameter.name for parameter in contract.required if parameter not in required]
        more = {"starred": contract.var_positional, "double_starred": contract.var_keyword}
        problems = bind(mine, len(required), keywords, **more)
        if problems and not bind(mine, 0, [*(parameter.name for parameter in required), *keywords], **more):
            return None
        if not problems:
            return self._misspells(mine, contract)
        for problem in problems:
            if problem.kind == "too-many":
                taken = problem.takes or 0
                return f"does not take '{required[taken].name}'" if taken < len(required) else "takes fewer arguments"
            if problem.kind == "missing":
                return f"requires '{problem.name}'"
            if problem.kind in ("unknown-keyword", "positional-only-by-keyword"):
                return f"does not take '{problem.name}'"
        return None

    def _misspells(self, mine: Signature, contract: Signature) -> str | None:
        """An optional keyword of the contract that the fake takes by nearly the same name."""
        if mine.var_keyword or contract.var_keyword:
            return None
        only = [p.name for p in contract.parameters if p.kind == KEYWORD_ONLY and p.name not in mine.keywords]
        for parameter in mine.parameters:
            if parameter.kind == KEYWORD_ONLY and parameter.name not in contract.keywords:
                near = nearest(parameter.name, only)
                if near is not None:
                    return f"does not take '{near}'"
        return None

    def _gives_plain_value(self, fake: Function) -> bool:
        """Whether a synchronous fake of a coroutine returns something that nobody can await."""
        value = self.world.calls.function_result(fake, None, None, None)
        return all(self._plain(member) for member in members_of(value))

    def _is_plainly_sync(self, real: Function) -> bool:
        if real.node.returns is None and real.module.is_stub:
            return False
        if real.node.returns is not None and "Await" in ast.unparse(real.node.returns):
            return False  # `MaybeAwait[bool]`
        value = self.world.calls.function_result(real, None, None, None)
        return all(self._plain(member) for member in members_of(value))

    def _plain(self, value: Value) -> bool:
        if isinstance(value, (Coroutine, Union)) or not isinstance(value, Instance):
            return False
        if is_none(value):
            return True
        classes = self.world.classes
        return (
            not classes.open(value.cls)
            and classes.member(value.cls, "__await__") is None
            and (value.exact or value.cls.module.name == "builtins" or value.cls.own)
        )


def _asks_for_options(mine: Signature, contract: Signature) -> bool:
    """Whether the fake refuses nothing but to be called without what the contract may be called without."""
    names = [parameter.name for parameter in contract.required]
    wanted = {parameter.name for parameter in mine.required}
    options = [p.name for p in contract.parameters if not p.required and p.name in wanted]
    return bool(options) and not bind(mine, 0, [*names, *options])


def _catches_type_error(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(name, ast.Name) and name.id == "TypeError" for name in caught)


def _only_refused(cls: Class) -> bool:
    """Whether the class is only ever used where that is expected to fail: the test is about what refuses it."""
    tree = cls.module.tree
    if tree is None:
        return False
    around = cls.scope.node if cls.scope is not None else None
    if isinstance(around, ast.stmt) and _FAILS.search(cls.module.text_of(around)):
        return True
    refused = expected = 0
    for node in walk(tree):
        if isinstance(node, (ast.With, ast.AsyncWith)) and any(_expects(item.context_expr) for item in node.items):
            refused += sum(_uses(statement, cls.name) for statement in node.body)
        elif isinstance(node, ast.Call) and _expects(node):
            refused += _uses(node, cls.name)
        expected += isinstance(node, ast.Name) and node.id == cls.name
    return expected == refused > 0


def _expects(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in ("raises", "assertRaises", "assertRaisesRegex")


def _uses(node: ast.AST, name: str) -> int:
    return sum(isinstance(inner, ast.Name) and inner.id == name for inner in walk(node))


def _meant(function: Function) -> bool:
    """Whether the line of the ``def`` says that it differs on purpose."""
    return bool(_MEANT.search(function.module.rows(function.node.lineno, function.node.body[0].lineno)))
