"""Patches: what they put in the place of what they name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from llmlint.contracts.symbols import Class, FunctionNode
from llmlint.semantics.mocks.standing import imitated, in_place, result
from llmlint.semantics.mocks.values import Mock, configured_at
from llmlint.semantics.nouns import Outcome, Owner, PatchUse
from llmlint.semantics.values import (
    NOTHING,
    UNKNOWN,
    Callable,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    ModuleValue,
    Special,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from llmlint.semantics.arguments import Arguments
from llmlint.semantics.patch_targets import Replacement, Target, Targets

_MAKES_NO_MOCK: Final = ("new", "new_callable", "spec", "spec_set", "autospec", "wraps")


class Patcher(Value):
    """What ``patch(...)`` returns: a context manager and a decorator; ``mock`` is what entering or starting it gives."""

    __slots__ = ("injects", "mock", "named")

    def __init__(self, mock: Value, injects: bool, named: dict[str, Value] | None = None) -> None:
        self.mock = mock
        self.named = named or {}
        """What it hands to the function by keyword (``patch.multiple``)."""
        self.injects = injects
        """Whether, as a decorator, it hands its mock to the function."""


class Patches(Targets):
    """The patch semantics of one file's evaluation."""

    def patch(self, node: ast.Call, form: str, arguments: Arguments) -> Value:
        """``patch("a.b.c", …)`` and ``mocker.patch("a.b.c", …)``."""
        given = self._argument(arguments, 0, "target")
        if given is None:
            return UNKNOWN
        text = given[1].literal if isinstance(given[1], Instance) else NOTHING
        if not isinstance(text, str):
            self._count(node, False, "the target is computed")
            return self._patcher(node, arguments, form, 1)
        creates = self._flag(arguments, "create")
        target = self.resolve(text, patching=True)
        name = text.rpartition(".")[2]
        mock = self._made(node, arguments, target, name, form, 1)
        self._emit(node, given[0], form, text, name, target, arguments, 1, creates, mock[1])
        self._note(node, given[0], form, name, target, mock[0])
        self._replace(name, target, creates)
        return self._wrap(form, mock[0], mock[1])

    def patch_object(self, node: ast.Call, form: str, arguments: Arguments) -> Value:
        """``patch.object(owner, "name", …)``."""
        owner = self._argument(arguments, 0, "target")
        named = self._argument(arguments, 1, "attribute")
        if owner is None or named is None:
            return UNKNOWN
        name = named[1].literal if isinstance(named[1], Instance) else NOTHING
        if not isinstance(name, str):
            self._count(node, False, "the attribute is computed")
            return self._patcher(node, arguments, form, 2)
        creates = self._flag(arguments, "create")
        target = self._of_object(owner[1], name)
        mock = self._made(node, arguments, target, name, form, 2)
        shown = f"{self._shown(owner[0])}.{name}"
        self._emit(node, named[0], form, shown, name, target, arguments, 2, creates, mock[1])
        self._note(node, named[0], form, name, target, mock[0])
        self._replace(name, target, creates)
        if isinstance(owner[0], ast.Name):
            self.evaluator.scope.stored[(owner[0].id, name)] = mock[0]
        return self._wrap(form, mock[0], mock[1])

    def patch_multiple(self, node: ast.Call, form: str, arguments: Arguments) -> Value:
        """``patch.multiple(owner, name=…, …)``."""
        owner = self._argument(arguments, 0, "target")
        if owner is None:
            return UNKNOWN
        value = owner[1]
        text = value.literal if isinstance(value, Instance) else NOTHING
        prefix = self._shown(owner[0])
        if isinstance(text, str):
            found = self.resolve(text, patching=False)
            prefix = text
            value = found.value if found.outcome is not Outcome.MISSING else UNKNOWN
        creates = self._flag(arguments, "create")
        made: dict[str, Value] = {}
        for name, new, keyword in arguments.keywords:
            if name in ("spec", "create", "spec_set", "autospec", "new_callable", "target"):
                continue
            target = self._of_object(value, name)
            makes = isinstance(new, Special) and new.path == "unittest.mock.DEFAULT"
            if makes:
                made[name] = self._made(node, arguments, target, name, form, 99, configured=False)[0]
            elif isinstance(new, Mock):
                self._hand(new, target.value)
            self._emit(node, keyword.value, form, f"{prefix}.{name}", name, target, arguments, 99, creates, makes)
            self._note(node, keyword.value, form, name, target, made.get(name, new))
            self._replace(name, target, creates)
        dictionary = self.evaluator.world.classes.builtin("dict")
        if arguments.double_starred or dictionary is None:
            return self._wrap(form, UNKNOWN, True)
        mocks = Instance(dictionary, (UNKNOWN, UNKNOWN), exact=True, keys=dict(made))
        return mocks if form.startswith("mocker") else Patcher(mocks, False, made)

    def patch_dict(self, node: ast.Call, form: str, arguments: Arguments) -> Value:
        """``patch.dict("a.b", …)``: the dictionary itself has to exist."""
        given = self._argument(arguments, 0, "in_dict")
        if given is None:
            return UNKNOWN
        text = given[1].literal if isinstance(given[1], Instance) else NOTHING
        if isinstance(text, str):
            target = self.resolve(text, patching=False)
            name = text.rpartition(".")[2]
            self._emit(node, given[0], form, text, name, target, arguments, 99, False, False)
        return Patcher(UNKNOWN, False)

    def set_attribute(self, node: ast.Call, form: str, arguments: Arguments) -> Value:
        """``monkeypatch.setattr("a.b", value)``, ``monkeypatch.setattr(owner, "b", value)``, ``delattr`` likewise."""
        first = self._argument(arguments, 0, "target")
        if first is None:
            return self.evaluator.world.none
        text = first[1].literal if isinstance(first[1], Instance) else NOTHING
        deletes = form.endswith("delattr")
        second = self._argument(arguments, 1, "name")
        raising = arguments.keyword("raising")
        if raising is None and len(arguments.positional) > (2 if deletes else 3):
            raising = arguments.positional[2 if deletes else 3]
        creates = (
            isinstance(raising, Instance)
            and raising.literal is False
            or (raising is not None and not isinstance(raising, Instance))
        )
        by_path = (
            isinstance(text, str)
            and (len(arguments.positional) < (2 if deletes else 3))
            and arguments.keyword("name") is None
        )
        if by_path:
            assert isinstance(text, str)
            target = self.resolve(text, patching=False)
            name = text.rpartition(".")[2]
            self._emit(node, first[0], form, text, name, target, arguments, 99, creates, False)
            self._replace(name, target, creates)
            given = self._argument(arguments, 1, "value")
            self._note(node, first[0], form, name, target, given[1] if given is not None else UNKNOWN)
            if given is not None and not deletes:
                self.put(given[1], target.value)
            return self.evaluator.world.none
        if second is None:
            return self.evaluator.world.none
        name_value = second[1].literal if isinstance(second[1], Instance) else NOTHING
        if not isinstance(name_value, str):
            self._count(node, False, "the attribute is computed")
            return self.evaluator.world.none
        target = self._of_object(first[1], name_value, patching=False)
        shown = f"{self._shown(first[0])}.{name_value}"
        self._emit(node, second[0], form, shown, name_value, target, arguments, 99, creates, False)
        self._replace(name_value, target, creates)
        new = self._argument(arguments, 2, "value")
        self._note(node, second[0], form, name_value, target, new[1] if new is not None else UNKNOWN)
        if new is not None and not deletes:
            self.put(new[1], target.value)
        if isinstance(first[0], ast.Name) and new is not None and not deletes:
            self.evaluator.scope.stored[(first[0].id, name_value)] = new[1]
        return self.evaluator.world.none

    def spy(self, node: ast.Call, form: str, arguments: Arguments) -> Value:
        """``mocker.spy(owner, "name")``: a mock that calls what it stands for."""
        owner = self._argument(arguments, 0, "obj")
        named = self._argument(arguments, 1, "name")
        if owner is None or named is None:
            return UNKNOWN
        name = named[1].literal if isinstance(named[1], Instance) else NOTHING
        if not isinstance(name, str):
            return UNKNOWN
        target = self._of_object(owner[1], name)
        shown = f"{self._shown(owner[0])}.{name}"
        self._emit(node, named[0], form, shown, name, target, arguments, 99, False, False)
        self._replace(name, target, False)
        mock = self.evaluator.mocks.of_patch(target.value, "autospec")
        if target.owner is not None:
            self.evaluator.put(node, name, target.owner, mock)
        if isinstance(owner[0], ast.Name):
            self.evaluator.scope.stored[(owner[0].id, name)] = mock
        return mock

    def _replace(self, name: str, target: Target, creates: bool) -> None:
        """From here on ``name`` stands for the replacement; patching a name that is missing fails and leaves nothing behind."""
        if creates or target.outcome is not Outcome.MISSING:
            self.evaluator.replace(name)

    def _made(
        self, node: ast.Call, arguments: Arguments, target: Target | None, name: str, form: str, new_at: int, *,
        configured: bool = True,
    ) -> tuple[Value, bool]:  # fmt: skip
        """The replacement, and whether the patch makes it itself (and hands it to what it decorates)."""
        original = target.value if target is not None else UNKNOWN
        given = self._argument(arguments, new_at, "new")
        if given is not None and not (isinstance(given[1], Special) and given[1].path == "unittest.mock.DEFAULT"):
            value = given[1]
            if isinstance(value, Mock) and value.record is not None and value.record.factory == "PropertyMock":
                value.of = (target.owner, name) if target is not None and target.owner is not None else None
                self._hand(value, Callable(self._property(target, name)))
            elif not isinstance(original, Unknown):
                self.put(value, original)
            return value, False
        if arguments.double_starred:
            return UNKNOWN, True
        callable_ = arguments.keyword("new_callable")
        if callable_ is not None:
            if isinstance(callable_, Special) and callable_.path.startswith("unittest.mock."):
                at = next(keyword.value for word, _, keyword in arguments.keywords if word == "new_callable")
                if callable_.path.endswith(".PropertyMock"):
                    mock = self.evaluator.mocks.of_property(
                        target.owner if target is not None else None, name, self._property(target, name)
                    )
                else:
                    flavor = "async" if callable_.path.endswith(".AsyncMock") else "sync"
                    mock = self.evaluator.mocks.of_patch(original, "", at, flavor)
                    mock.asynchronous = True if flavor == "async" else mock.asynchronous
                self._configure(mock, arguments, configured)
                return mock, True
            return UNKNOWN, True
        strict = ""
        for keyword in ("spec", "spec_set", "autospec"):
            spec = arguments.keyword(keyword)
            if spec is None or (isinstance(spec, Instance) and spec.literal in (None, False)):
                continue
            strict = keyword
            if isinstance(spec, Instance) and spec.cls.module.name == "builtins" and spec.literal is not True:
                original = UNKNOWN
            elif not (isinstance(spec, Instance) and spec.literal is True):
                original = spec if strict == "autospec" else imitated(spec)
        mock = self.evaluator.mocks.of_patch(original, strict)
        self._configure(mock, arguments, configured)
        return mock, True

    def _configure(self, mock: Mock, arguments: Arguments, configured: bool) -> None:
        for name, value, keyword in arguments.keywords if configured else ():
            if name not in (*_MAKES_NO_MOCK, "create", "target", "attribute", "unsafe", "name"):
                self.evaluator.mocks.store(mock, name, value, configured_at(keyword, name))

    def _property(self, target: Target | None, name: str) -> Value:
        """What the property that is patched gives, read from an instance."""
        owner = target.owner if target is not None else None
        if not isinstance(owner, ClassValue):
            return UNKNOWN
        return self.evaluator.world.attributes.get(Instance(owner.cls, owner.args, owner.exact), name).value

    def put(self, value: Value, original: Value) -> None:
        """``value`` is put in the place of ``original``: a mock, or a function of the tests that gives one."""
        if isinstance(value, Mock):
            self._hand(value, original)
        elif isinstance(value, (FunctionValue, Callable)) and isinstance(original, (FunctionValue, ClassValue)):
            found = self.evaluator.mocks.outcome(value)
            if isinstance(found, Mock):
                given = result(self.evaluator.world, in_place(original, "", self.evaluator.test_modules))
                self.evaluator.mocks.hand(found, given, "patch")

    def _hand(self, mock: Mock, original: Value) -> None:
        """A mock that the test built is put in the place of ``original``."""
        if isinstance(original, Special):
            original = original.value
        self.evaluator.mocks.hand(mock, in_place(original, "", self.evaluator.test_modules), "patch")

    def _patcher(self, node: ast.Call, arguments: Arguments, form: str, new_at: int) -> Value:
        mock, injects = self._made(node, arguments, None, "", form, new_at)
        return self._wrap(form, mock, injects)

    def _wrap(self, form: str, mock: Value, injects: bool) -> Value:
        return mock if form.startswith("mocker") else Patcher(mock, injects)

    def _note(self, node: ast.Call, at: ast.expr, form: str, name: str, target: Target, value: Value) -> None:
        if target.owner is not None:
            self.evaluator.put(at, name, target.owner, value)
        inside = self.evaluator.inside()
        self.replacements[node, name] = Replacement(node, at, form, name, target, value, inside)
        if isinstance(value, Mock) and value.record is not None:
            self.evaluator.mocks.joined[value.record.node] = node

    def _emit(
        self,
        node: ast.Call,
        at: ast.expr,
        form: str,
        shown: str,
        name: str,
        target: Target,
        arguments: Arguments,
        new_at: int,
        creates: bool,
        makes: bool,
    ) -> None:
        evaluator = self.evaluator
        owner = evaluator.world.owners.of(target.owner) if target.owner is not None else None
        if creates and target.outcome is Outcome.MISSING:
            target = target._replace(outcome=Outcome.UNKNOWN)
        self._count(node, target.outcome is not Outcome.UNKNOWN, "what it names is not known")
        if target.outcome is Outcome.MISSING and evaluator.probing("AttributeError", "ModuleNotFoundError"):
            return
        makes_mock = (
            makes
            and not creates
            and not arguments.double_starred
            and not any(self._given(arguments, keyword) for keyword in _MAKES_NO_MOCK)
        )
        evaluator.emit(
            PatchUse(
                node,
                at,
                form,
                shown,
                name,
                target.outcome,
                target.missing_part,
                owner,
                self._private(shown, target, owner),
                makes_mock,
                creates,
                _kind(target),  # type: ignore[arg-type]
                self._replaced(target),
                _takes_calls(arguments.keyword("side_effect")),
                _gives_nothing(target.value),
            )
        )

    def _replaced(self, target: Target) -> Owner | None:
        """What code stands at the target; None for a plain value or what is not known."""
        value = target.value.value if isinstance(target.value, Special) else target.value
        if isinstance(value, (FunctionValue, ClassValue, ModuleValue)):
            return self.evaluator.world.owners.of(value)
        if isinstance(value, Instance) and value.literal is NOTHING and not _is_plain(value.cls):
            return self.evaluator.world.owners.of(value)
        return None

    def _given(self, arguments: Arguments, keyword: str) -> bool:
        value = arguments.keyword(keyword)
        if value is None:
            return False
        return not (
            keyword in ("spec", "spec_set", "autospec")
            and isinstance(value, Instance)
            and value.literal in (None, False)
        )


def _kind(target: Target) -> str:
    value = target.value
    if isinstance(value, Special):
        value = value.value
    if isinstance(value, FunctionValue):
        return "async function" if value.function.is_async else "function"
    if isinstance(value, ClassValue):
        return "class"
    if isinstance(value, ModuleValue):
        return "module"
    if isinstance(value, Instance):
        return "value" if value.literal is not NOTHING or _is_plain(value.cls) else "instance"
    if isinstance(value, Coroutine):
        return "instance"
    return "unknown"


def _takes_calls(effect: Value | None) -> bool:
    """Whether calls have to bind to a function that the tests wrote, which takes other things than just anything."""
    node: FunctionNode | ast.Lambda | None = None
    if isinstance(effect, FunctionValue) and effect.function.module.by_test:
        node = effect.function.node
    elif isinstance(effect, Callable):
        node = effect.node
    if node is None:
        return False
    named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return bool(named) or node.args.vararg is None


def _gives_nothing(value: Value) -> bool:
    if not isinstance(value, FunctionValue) or value.function.module.kind != "typeshed":
        return False
    returns = value.function.node.returns
    if isinstance(returns, ast.Constant):
        return returns.value is None
    return isinstance(returns, ast.Name) and returns.id in ("NoReturn", "Never")


def _is_plain(cls: Class) -> bool:
    return cls.module.name == "builtins"
