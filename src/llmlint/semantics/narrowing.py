"""Narrowing: what a condition says of a value, in the branch where it holds."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from llmlint.contracts.dotted import dotted
from llmlint.contracts.library import Variable
from llmlint.contracts.per_node import per_node
from llmlint.contracts.walking import walk
from llmlint.semantics.evaluation import ABSENT
from llmlint.semantics.values import (
    UNKNOWN,
    ClassValue,
    Instance,
    Special,
    Union,
    Unknown,
    Value,
    is_none,
    members_of,
    union,
    without_none,
)

if TYPE_CHECKING:
    from llmlint.semantics.interpreter import Evaluator

State = tuple[dict[str, Value], dict[tuple[str, str], Value], list[tuple[str, str]]]
_CAPABILITY: Final = re.compile(r"^_?(HAS|HAVE|WITH|IS|NO|PY|PYTHON|SUPPORTS?|ON|RUNNING|CAN|USE)_?[A-Z0-9_]*$")
_OF_A_VERSION: Final = re.compile(
    r"_?[A-Z][A-Z0-9_]*_(?:V_?|GTE?_?|GE_?|LTE?_?|LE_?|EQ_?)?\d[\d_]*(?:_PLUS)?$|\w*VERSION"
)
"""Constants that say which version of something is installed: ``PYDANTIC_V2``, ``DJANGO_GTE_4_2``, ``SQLALCHEMY_VERSION``."""
_MACHINES: Final = frozenset(
    {
        "CPython",
        "PyPy",
        "pypy",
        "Jython",
        "IronPython",
        "GraalVM",
        "linux",
        "linux2",
        "Linux",
        "darwin",
        "Darwin",
        "win32",
        "Windows",
        "nt",
    }
)
"""What implementations and platforms are called."""
_ASKING_SIGNATURES: Final = frozenset({"signature", "getfullargspec", "getargspec", "co_varnames", "__code__"})
_VERSION: Final = frozenset(
    {
        "version_info",
        "hexversion",
        "platform",
        "implementation",
        "version",
        "__version__",
        "VERSION",
        "name",
        "maxsize",
        "python_implementation",
        "system",
    }
)


class Narrowing:
    """Narrows names (and dotted attributes of names) of the scope that is being evaluated."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator

    # -- states ----------------------------------------------------------------------------------------------------------

    def save(self) -> State:
        """What the scope knows now."""
        scope = self.evaluator.scope
        return dict(scope.names), dict(scope.stored), list(self.evaluator.guards)

    def restore(self, state: State) -> None:
        """Back to what the scope knew then."""
        scope = self.evaluator.scope
        if scope is self.evaluator.top:
            return
        scope.names = dict(state[0])
        scope.stored = dict(state[1])
        self.evaluator.guards = list(state[2])

    def join(self, other: State) -> None:
        """Two ways meet: a name has the value of either."""
        scope = self.evaluator.scope
        if scope is self.evaluator.top:
            return
        names = scope.names
        for name, value in other[0].items():
            mine = names.get(name)
            if mine is None:
                names[name] = value
            elif mine is not value:
                names[name] = union((mine, value))
        stored = scope.stored
        for key in [key for key in stored if key not in other[1]]:
            del stored[key]
        for key, value in other[1].items():
            mine = stored.get(key)
            if mine is not None and mine is not value:
                stored[key] = union((mine, value))
        self.evaluator.guards = [guard for guard in self.evaluator.guards if guard in other[2]]

    # -- conditions ------------------------------------------------------------------------------------------------------

    def guard(self, test: ast.expr) -> int:
        """1 where the condition asks for a version, a platform, a capability or a signature: what it guards is not judged."""
        return _guards(test) or self._named_guard(test)

    def _named_guard(self, test: ast.expr) -> int:
        """1 where a name in the condition stands, at the top of its module, for what asks for a version."""
        evaluator = self.evaluator
        for node in walk(test):
            if isinstance(node, ast.Name) and node.id in evaluator.module.table:
                symbol = evaluator.world.library.symbol(evaluator.module, node.id)
                value = symbol.binding.value if isinstance(symbol, Variable) else None
                if isinstance(value, ast.Compare | ast.Call | ast.BoolOp) and _guards(value):
                    return 1
        return 0

    def apply(self, test: ast.expr, positive: bool) -> None:
        """Narrow by ``test`` being true (or false)."""
        evaluator = self.evaluator
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            self.apply(test.operand, not positive)
        elif isinstance(test, ast.BoolOp):
            if isinstance(test.op, ast.And) is positive:
                for item in test.values:
                    self.apply(item, positive)
        elif isinstance(test, ast.Compare):
            self._compare(test, positive)
        elif isinstance(test, ast.Call):
            self._call(test, positive)
        elif isinstance(test, ast.NamedExpr):
            if positive:
                name = test.target.id
                value = evaluator.scope.names.get(name)
                if value is not None:
                    evaluator.scope.names[name] = without_none(value)
        elif isinstance(test, (ast.Name, ast.Attribute)):
            if positive:
                value = self._current(test)
                if isinstance(value, Union):
                    self._set(test, without_none(value))

    def _compare(self, test: ast.Compare, positive: bool) -> None:
        if len(test.ops) != 1:
            return
        operator, other = test.ops[0], test.comparators[0]
        left = test.left.target if isinstance(test.left, ast.NamedExpr) else test.left
        if (
            isinstance(other, ast.Constant)
            and other.value is None
            and isinstance(operator, (ast.Is, ast.IsNot, ast.Eq, ast.NotEq))
        ):
            absent = isinstance(operator, (ast.Is, ast.Eq)) is positive
            if isinstance(left, ast.Call) and not absent:
                self._call(left, True)  # getattr(x, "name", None) is not None
            value = self._current(left)
            if value is None:
                return
            if absent:
                if isinstance(value, (Union, Instance)):
                    self._set(left, self.evaluator.world.none)
            elif isinstance(value, Union):
                self._set(left, without_none(value))
            elif is_none(value):
                self._set(left, UNKNOWN)
        elif isinstance(left, ast.Call) and isinstance(left.func, ast.Name) and left.func.id == "getattr":
            pass
        elif isinstance(left, ast.Call) and isinstance(operator, (ast.Is, ast.Eq)) and positive and len(left.args) == 1:
            if isinstance(left.func, ast.Name) and left.func.id == "type":
                found = self.quietly(other)
                if isinstance(found, ClassValue):
                    self._set(left.args[0], Instance(found.cls))
        elif isinstance(operator, (ast.Is, ast.Eq, ast.In)) and positive:
            value = self._current(left)
            if isinstance(value, Union) and any(is_none(member) for member in value.members):
                right = self.quietly(other)
                if isinstance(right, Instance) and not is_none(right) and not isinstance(operator, ast.In):
                    self._set(left, without_none(value))

    def _call(self, test: ast.Call, positive: bool) -> None:
        function = test.func
        if not isinstance(function, ast.Name) or not test.args:
            return
        if function.id == "isinstance" and len(test.args) == 2:
            self._isinstance(test.args[0], test.args[1], positive)
        elif function.id == "issubclass":
            if positive:
                self._set(test.args[0], UNKNOWN)
        elif function.id in ("hasattr", "getattr") and len(test.args) >= 2:
            name = test.args[1]
            literal = name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else "*"
            if positive:
                self.evaluator.guards.append((ast.unparse(test.args[0]), literal))
            elif literal != "*":
                self.evaluator.guards.append((f"{ABSENT}{ast.unparse(test.args[0])}", literal))
        elif function.id == "callable" and positive:
            self._set(test.args[0], UNKNOWN)

    def _isinstance(self, node: ast.expr, types: ast.expr, positive: bool) -> None:
        found = self.quietly(types)
        classes: list[Value] = []
        options = found.items if isinstance(found, Instance) and found.items is not None else (found,)
        for given in options:
            option = given.value if isinstance(given, Special) else given
            if not isinstance(option, ClassValue):
                if positive:
                    self._set(node, UNKNOWN)
                return
            classes.append(Instance(option.cls))
        if positive and any(
            isinstance(option, Instance) and option.cls.symbol == "builtins.type" for option in classes
        ):
            self._set(node, UNKNOWN)  # some class
            return
        if positive and isinstance(node, (ast.Subscript, ast.Call)):
            self.evaluator.guards.append((ast.unparse(node), "*"))  # what has no name cannot be told anew
            return
        value = self._current(node)
        is_subclass = self.evaluator.world.classes.is_subclass
        if positive:
            if value is not None and not isinstance(value, Unknown):
                kept = [
                    member
                    for member in members_of(value)
                    if isinstance(member, Instance)
                    and any(isinstance(c, Instance) and is_subclass(member.cls, c.cls) for c in classes)
                    and not is_none(member)
                ]
                if kept:
                    self._set(node, union(kept))
                    return
            self._set(node, union(classes))
        elif isinstance(value, Union):
            left: list[Value] = [
                member
                for member in value.members
                if not (
                    isinstance(member, Instance)
                    and any(isinstance(c, Instance) and is_subclass(member.cls, c.cls) for c in classes)
                )
            ]
            self._set(node, union(left) if left else UNKNOWN)
        elif isinstance(value, Instance):
            if any(isinstance(c, Instance) and is_subclass(value.cls, c.cls) for c in classes):
                self._set(node, UNKNOWN)  # here it is something else than what was seen

    def assume_class(self, node: ast.expr, types: ast.expr) -> None:
        """``assertIsInstance(node, types)`` held."""
        self._isinstance(node, types, True)

    def assume_not_none(self, node: ast.expr) -> None:
        """``assertIsNotNone(node)`` held."""
        value = self._current(node)
        if value is not None:
            self._set(node, without_none(value) if not is_none(value) else UNKNOWN)

    def quietly(self, node: ast.expr) -> Value:
        evaluator = self.evaluator
        sink, evaluator.sink = evaluator.sink, None
        record, evaluator.record = evaluator.record, False
        try:
            return evaluator.eval(node)
        finally:
            evaluator.sink, evaluator.record = sink, record

    def _current(self, node: ast.expr) -> Value | None:
        scope = self.evaluator.scope
        if isinstance(node, ast.Name):
            found = scope.names.get(node.id)
            return found if found is not None else self.quietly(node)
        if isinstance(node, ast.Attribute):
            return self.quietly(node)
        return None

    def _set(self, node: ast.expr, value: Value) -> None:
        scope = self.evaluator.scope
        if scope is self.evaluator.top:
            return
        if isinstance(node, ast.NamedExpr):
            node = node.target
        if isinstance(node, ast.Name):
            scope.names[node.id] = value
        elif isinstance(node, ast.Attribute):
            key = dotted(node.value)
            if key:
                scope.stored[(key, node.attr)] = value


@per_node
def _guards(test: ast.expr) -> int:
    compares = isinstance(test, ast.Compare)
    for node in walk(test):
        if compares and isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in _MACHINES:
            return 1
        if isinstance(node, ast.Attribute):
            if compares and "version" in node.attr.lower():
                return 1
            if node.attr in _VERSION:
                root = node.value
                name = root.id if isinstance(root, ast.Name) else root.attr if isinstance(root, ast.Attribute) else ""
                if (
                    name in ("sys", "os", "platform")
                    or node.attr.startswith("__")
                    or node.attr.isupper()
                    or node.attr.endswith("version_info")
                ):
                    return 1
            elif _CAPABILITY.match(node.attr) or _OF_A_VERSION.match(node.attr) or node.attr in _ASKING_SIGNATURES:
                return 1
            elif node.attr == "TYPE_CHECKING":
                return 1
        elif isinstance(node, ast.Name):
            if node.id in _ASKING_SIGNATURES or _OF_A_VERSION.match(node.id):
                return 1
            if node.id == "TYPE_CHECKING" or _CAPABILITY.match(node.id) or (compares and "version" in node.id.lower()):
                return 1
    return 0
