"""Conditions that hold whatever the code does."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from llmlint.contracts.symbols import Class, Function
from llmlint.contracts.walking import walk
from llmlint.semantics.proof.body import last_name
from llmlint.semantics.proof.checks import stated
from llmlint.semantics.values import ClassValue, Special

if TYPE_CHECKING:
    from llmlint.contracts.symbols import FunctionNode
    from llmlint.semantics.proof.tests import TestModule

_COMPARING: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.eq, ast.IsNot: operator.ne, ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip
_OPPOSITES: Final = {
    ast.Eq: ast.NotEq, ast.Is: ast.IsNot, ast.In: ast.NotIn, ast.Lt: ast.GtE, ast.Gt: ast.LtE, ast.NotEq: ast.Eq,
    ast.IsNot: ast.Is, ast.NotIn: ast.In, ast.GtE: ast.Lt, ast.LtE: ast.Gt,
}  # fmt: skip
_NEVER_NONE: Final = frozenset(
    {
        "len", "str", "repr", "int", "float", "bool", "bytes", "list", "dict", "set", "tuple", "frozenset", "sorted", "type",
        "isinstance", "hasattr", "id", "hash", "sum", "abs", "callable", "issubclass", "range", "enumerate", "zip",
    }
)  # fmt: skip
_EQUALITY: Final = ("eq", "equal", "hash", "compar", "ident", "reflex", "nan", "same", "order", "singleton")


def truisms(module: TestModule) -> Iterator[tuple[ast.expr, str, bool]]:
    """Every stated condition in a file that cannot fail, why, and whether it is all that its assertion states."""
    for function, _ in module.functions:
        judge = _Judge(module, function.node)
        for check in module.checks_of(function):
            for condition in stated(check):
                reason = judge.reason(condition)
                if reason and not (isinstance(condition, ast.Constant) and judge.other_side_fails(condition)):
                    yield condition, reason, condition is check.condition


class _Judge:
    """Judges the conditions of one function."""

    def __init__(self, module: TestModule, function: FunctionNode) -> None:
        self.module = module
        self.function = function

    def reason(self, node: ast.expr) -> str:
        """Why a condition always holds; '' if it may fail."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = node.operand
            if isinstance(inner, ast.Constant) and not inner.value:
                return f"'not {ast.unparse(inner)}' is always true"
            return ""
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            return self._either(node.values)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self._compare(node, node.left, node.ops[0], node.comparators[0])
        if isinstance(node, ast.Call) and last_name(node.func) == "isinstance" and len(node.args) == 2:
            return self._isinstance(node.args[0], node.args[1], node)
        return self._true(node)

    def other_side_fails(self, node: ast.expr) -> bool:
        """Whether ``assert True`` is no more than the other side of ``assert False``."""
        for branch in walk(self.function):
            if (
                isinstance(branch, ast.If)
                and branch.lineno <= node.lineno <= (branch.end_lineno or 0)
                and branch.orelse
            ):
                for side in (branch.body, branch.orelse):
                    if isinstance(side[0], ast.Raise) or (
                        isinstance(side[0], ast.Assert)
                        and isinstance(side[0].test, ast.Constant)
                        and not side[0].test.value
                    ):
                        return True
        return False

    def _true(self, node: ast.expr) -> str:
        """Why a value is always true."""
        if isinstance(node, ast.Constant):
            if node.value is True:
                return "'True' is always true"
            return f"the constant {ast.unparse(node)[:40]} is always true" if node.value else ""
        if isinstance(node, ast.Tuple) and any(not isinstance(item, ast.Starred) for item in node.elts):
            return "a tuple with something in it is always true: the parentheses make the message part of it"
        if isinstance(node, (ast.List, ast.Set)) and any(not isinstance(item, ast.Starred) for item in node.elts):
            return "a collection with something in it is always true"
        if isinstance(node, ast.Dict) and any(key is not None for key in node.keys):
            return "a dict with something in it is always true"
        if isinstance(node, ast.GeneratorExp):
            return "a generator is always true: 'all(…)' or 'any(…)' is missing"
        if isinstance(node, ast.Lambda):
            return "a function is always true: it is not called"
        if isinstance(node, ast.JoinedStr) and any(isinstance(part, ast.Constant) for part in node.values):
            return "a text with something in it is always true"
        if isinstance(node, ast.Name) and not self._is_local(node.id):
            symbol = self.module.world.library.symbol(self.module.module, node.id)
            if isinstance(symbol, Function) and symbol.node.decorator_list == []:
                return f"the function '{node.id}' is always true: it is not called"
        return ""

    def _is_local(self, name: str) -> bool:
        return any(
            (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store))
            or (isinstance(node, ast.arg) and node.arg == name)
            or (isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name)
            or (isinstance(node, ast.alias) and (node.asname or node.name) == name)
            for node in walk(self.function)
        )

    def _either(self, values: list[ast.expr]) -> str:
        for value in values:
            reason = self.reason(value)
            if reason:
                if value is not values[0] and isinstance(value, ast.Constant) and isinstance(values[0], ast.Compare):
                    return f"{reason}, so 'or' makes the whole condition so: compare with both"
                return f"{reason}, so 'or' makes the whole condition so"
        for index, left in enumerate(values):
            if any(_opposite(left, right) for right in values[index + 1 :]):
                return "one side of 'or' is the opposite of the other"
        return ""

    def _compare(self, node: ast.Compare, left: ast.expr, op: ast.cmpop, right: ast.expr) -> str:
        if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
            try:
                return "both sides are constants" if _COMPARING[type(op)](left.value, right.value) else ""
            except TypeError:
                return ""
        if isinstance(op, (ast.Eq, ast.Is, ast.LtE, ast.GtE)) and _plain(left) and ast.dump(left) == ast.dump(right):
            if not self._about_equality(node, left):
                return f"'{ast.unparse(left)}' is compared with itself"
        if _length(left, op, right) or _length(right, _turned(op), left):
            return "a length is never below zero"
        if isinstance(op, ast.IsNot) and isinstance(right, ast.Constant) and right.value is None:
            return self._not_none(left, node)
        if isinstance(op, ast.NotEq) and isinstance(right, ast.Constant) and right.value is None:
            return self._not_none(left, node)
        return ""

    def _about_equality(self, node: ast.Compare, left: ast.expr) -> bool:
        """Whether a comparison with itself may be what is tested: the type's own ``__eq__``, a property that keeps its value."""
        name = self.function.name.lower()
        if any(word in name for word in _EQUALITY):
            return True
        if isinstance(left, ast.Attribute) and (isinstance(node.ops[0], ast.Is) or self._is_property(left.attr)):
            return True
        dumped = ast.dump(left)
        for other in walk(self.function):
            if isinstance(other, ast.Compare) and other is not node and len(other.ops) == 1:
                if dumped in (ast.dump(other.left), ast.dump(other.comparators[0])):
                    if isinstance(other.ops[0], (ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.IsNot)):
                        return True
        return False

    def _is_property(self, name: str) -> bool:
        """Whether a class of the project has a property of that name, which may give another value each time."""
        written = re.compile(rf"@[\w.]*property\s+def {re.escape(name)}\b")
        world = self.module.world
        return any(written.search(world.text(path)) for path in world.python_files(world.project.root))

    def _not_none(self, left: ast.expr, node: ast.expr) -> str:
        if isinstance(left, ast.Call) and isinstance(left.func, ast.Name) and left.func.id in _NEVER_NONE:
            if left.func.id not in self.module.module.table and not self._is_local(left.func.id):
                return f"'{left.func.id}(…)' is never None"
        if isinstance(left, (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.JoinedStr, ast.Lambda)):
            return "a display is never None"
        made = self._made(left, node)
        if made is None:
            return ""
        if isinstance(made, Class):
            return f"'{ast.unparse(left)}' was just made by '{made.name}(…)', so it is not None"
        return f"'{ast.unparse(left)}' was just given a value that is not None"

    def _isinstance(self, left: ast.expr, kind: ast.expr, node: ast.expr) -> str:
        kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
        for one in kinds:
            if isinstance(one, ast.Name) and one.id == "object" and "object" not in self.module.module.table:
                return "everything is an instance of 'object'"
        made = self._made(left, node)
        if isinstance(made, Class):
            for one in kinds:
                if self.module.world.library.resolve(self.module.module, one) is made and not self._is_local(
                    last_name(one)
                ):
                    return f"'{ast.unparse(left)}' was just made by '{made.name}(…)', so it is an instance of it"
        return ""

    # -- what was just made ------------------------------------------------------------------------------------------------

    def _made(self, name: ast.expr, node: ast.expr) -> Class | ast.expr | None:
        """What a local name was bound to in the same block, right before the assertion (or with nothing that binds it again)."""
        if not isinstance(name, ast.Name):
            return None
        block = _block_of(self.function.body, node)
        if block is None:
            return None
        statements, index = block
        for statement in reversed(statements[:index]):
            if isinstance(statement, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == name.id for target in statement.targets
            ):
                return self._value(statement.value)
            if isinstance(statement, (ast.Expr, ast.Assert)) and not any(
                isinstance(inner, ast.NamedExpr) for inner in walk(statement)
            ):
                continue
            if any(
                isinstance(inner, ast.Name) and inner.id == name.id and not isinstance(inner.ctx, ast.Load)
                for inner in walk(statement)
            ) or isinstance(statement, (ast.Global, ast.Nonlocal)):
                return None
        return None

    def _value(self, value: ast.expr) -> Class | ast.expr | None:
        if isinstance(value, (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.JoinedStr, ast.Lambda)):
            return value
        if isinstance(value, ast.Constant):
            return value if value.value is not None else None
        if not isinstance(value, ast.Call) or isinstance(value.func, ast.Subscript):
            return None
        callee = self.module.callees.get(value)
        if isinstance(callee, Special) and isinstance(callee.value, ClassValue):
            callee = callee.value
        if not isinstance(callee, ClassValue) or not callee.exact:
            return None
        cls = callee.cls
        classes = self.module.world.classes
        if classes.metaclass(cls) is not None or classes.open(cls):
            return None
        made = classes.member(cls, "__new__", on_class=True)
        if made is not None and made.owner.module.kind not in ("typeshed",):
            return None
        return cls


def _plain(node: ast.expr) -> bool:
    """Whether an expression is a name or a chain of attributes."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _length(left: ast.expr, op: ast.cmpop | None, right: ast.expr) -> bool:
    """``len(x) >= 0`` and ``len(x) > -1``."""
    if not (isinstance(left, ast.Call) and isinstance(left.func, ast.Name) and left.func.id == "len"):
        return False
    try:
        bound = ast.literal_eval(right)
    except (ValueError, TypeError):
        return False
    if isinstance(op, ast.GtE):
        return isinstance(bound, int) and bound <= 0
    return isinstance(op, ast.Gt) and isinstance(bound, int) and bound < 0


def _turned(op: ast.cmpop) -> ast.cmpop | None:
    return {ast.LtE: ast.GtE(), ast.Lt: ast.Gt()}.get(type(op))


def _opposite(left: ast.expr, right: ast.expr) -> bool:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.Not) and ast.dump(one.operand) == ast.dump(other):
            return _pure(other)
    if isinstance(left, ast.Compare) and isinstance(right, ast.Compare) and len(left.ops) == len(right.ops) == 1:
        return (
            _OPPOSITES.get(type(left.ops[0])) is type(right.ops[0])
            and ast.dump(left.left) == ast.dump(right.left)
            and ast.dump(left.comparators[0]) == ast.dump(right.comparators[0])
            and _pure(left)
        )
    return False


def _pure(node: ast.expr) -> bool:
    return not any(isinstance(inner, (ast.Call, ast.Await)) and last_name(inner) != "len" for inner in walk(node))


def _block_of(statements: list[ast.stmt], node: ast.expr) -> tuple[list[ast.stmt], int] | None:
    """The innermost block whose statement holds an expression, and the statement's index."""
    for index, statement in enumerate(statements):
        if statement.lineno <= node.lineno <= (statement.end_lineno or statement.lineno):
            for name in ("body", "orelse", "finalbody"):
                inner = getattr(statement, name, None)
                if isinstance(inner, list):
                    found = _block_of(inner, node)
                    if found is not None:
                        return found
            for handler in getattr(statement, "handlers", ()):
                found = _block_of(handler.body, node)
                if found is not None:
                    return found
            return statements, index
    return None
