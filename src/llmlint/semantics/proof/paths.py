"""The ways through a test: whether every one of them comes past an assertion."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from llmlint.contracts.dotted import root_name
from llmlint.contracts.library import Variable
from llmlint.contracts.symbols import Class
from llmlint.semantics.proof.body import last_name, own_nodes
from llmlint.semantics.proof.checks import form_of
from llmlint.semantics.values import ClassValue, FunctionValue, Special

if TYPE_CHECKING:
    from llmlint.contracts.symbols import Module
    from llmlint.semantics.proof.tests import Test

_BRANCHING: Final = frozenset({ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match})
_SAME_LENGTH: Final = frozenset(
    {"enumerate", "list", "tuple", "set", "sorted", "reversed", "iter", "items", "keys", "values", "zip"}
)

_MEMBERS: Final = frozenset({"dir", "vars", "getmembers", "fields", "fields_dict", "get_type_hints"})
"""What says of a class, a module or an object what it consists of: that is something."""


def conditional(test: Test) -> ast.stmt | None:
    """The branch or loop that holds the first assertion, where every assertion of a test stands in one that it may never
    enter; None where one is sure to be reached, or that cannot be told.
    """
    if not test.checks or test.inner_checks:
        return None
    return _Paths(test).conditional()


class _Paths:
    def __init__(self, test: Test) -> None:
        self.test = test
        self.checks = {check.node for check in test.checks}
        self.branch: ast.stmt | None = None
        """Where the first assertion stands that may not be reached."""
        self.varying = set(test.parameters) | test.unknown_parameters
        if test.module.world.functions.info(test.function).opaque or test.marked("given"):
            self.varying |= set(test.fixtures)  # a decorator that is not known hands them over
        """Names whose value is another one each time the test runs."""
        self.local: set[str] = set()
        self.imported: set[str] = set()
        """Names that the test imports itself."""
        self.filled: dict[str, bool] = {}
        """Local names, and whether they hold a collection that is not empty."""

    def conditional(self) -> ast.stmt | None:
        if not any(type(node) in _BRANCHING for node in self.test.nodes):
            return None
        arguments = self.test.node.args
        self.local = {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        for node in self.test.nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.local.add(node.id)
        self.imported = {
            alias.asname or alias.name
            for node in self.test.nodes
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        }
        if self.certain(self.test.statements) or self.branch is None or self._asserts_elsewhere():
            return None
        return self.branch

    def _asserts_elsewhere(self) -> bool:
        """Whether a helper, a fixture or the set-up asserts as well: then not every assertion is conditional."""
        test, following = self.test, self.test.module.following
        module = test.module.module
        return (
            following.names_what_asserts(test.function, test.body, test.module.callees)
            or following.fixtures_assert(test.fixtures, module, test.cls)
            or following.frame_asserts(module, test.cls)
            or following.autouse(module, test.cls)
        )

    # -- statements ------------------------------------------------------------------------------------------------------

    def certain(self, statements: Iterable[ast.stmt]) -> bool:
        """Whether every way through some statements comes past a check (or leaves the test as skipped)."""
        found = False
        for statement in statements:
            # All of them, also behind a certain one: what is bound later may be looped over.
            found = self._statement(statement) or found
        return found

    def _statement(self, node: ast.stmt) -> bool:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return False
        if isinstance(node, ast.If):
            return self._if(node)
        if isinstance(node, (ast.For, ast.AsyncFor)):
            return self._for(node)
        if isinstance(node, ast.While):
            entered = isinstance(node.test, ast.Constant) and bool(node.test.value)
            if not entered and self._waits(node):
                return True  # whoever comes out of it knows that what it waits for has happened
            return self._here([node.test]) or self._within(node, node.body, entered) or self.certain(node.orelse)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self._here([item.context_expr for item in node.items]) or self.certain(node.body)
        if isinstance(node, ast.Try):
            return self._try(node)
        if isinstance(node, ast.Match):
            return self._match(node)
        self._remember(node)
        return self._here([node]) or _skips(node)

    def _here(self, nodes: list[ast.AST] | list[ast.expr] | list[ast.stmt]) -> bool:
        return any(node in self.checks for node in own_nodes(nodes))

    def _waits(self, node: ast.While) -> bool:
        """``while not done: if late: raise …``: a loop that is left when its condition fails, or by what fails the test."""
        late = [inner for inner in node.body if isinstance(inner, ast.If) and self._here(list(inner.body))]
        gives_up = any(isinstance(statement, ast.Raise) for inner in late for statement in inner.body)
        return gives_up and not any(isinstance(inner, ast.Break) for inner in own_nodes(list(node.body)))

    def _within(self, holder: ast.stmt, statements: list[ast.stmt], entered: bool) -> bool:
        """A block that is entered for certain, or may not be."""
        found = self.certain(statements)
        if found and not entered:
            if self.branch is None and self._here(list(statements)):
                self.branch = holder
            return False
        return found

    def _if(self, node: ast.If) -> bool:
        if self._here([node.test]):
            return True
        if node.body and (_skips(node.body[-1]) or isinstance(node.body[-1], ast.Return)):
            # `if not found: pytest.skip()`: behind it there is something.
            self.filled.update({inner.id: True for inner in own_nodes([node.test]) if isinstance(inner, ast.Name)})
        if self._fails(node.body) or self._fails(node.orelse):
            return True  # `if wrong: pytest.fail()` asserts the condition
        if self._decided_outside(node.test):
            return self.certain(node.body) | self.certain(node.orelse)
        saved = self.branch
        body, orelse = self.certain(node.body), self.certain(node.orelse)
        if body and orelse:
            self.branch = saved
            return True
        if (body or orelse) and self.branch is None and self._here([*(node.body if body else node.orelse)]):
            self.branch = node
        return False

    def _for(self, node: ast.For | ast.AsyncFor) -> bool:
        if self._here([node.iter]):
            return True
        entered = self._not_empty(node.iter)
        if entered and not self._computed(node.iter):
            # Rows that are written down are parameters in all but name.
            self.varying |= {inner.id for inner in own_nodes([node.target]) if isinstance(inner, ast.Name)}
        return self._within(node, node.body, entered) or self.certain(node.orelse)

    def _try(self, node: ast.Try) -> bool:
        saved = self.branch
        body = self.certain(node.body)
        handlers = [self.certain(handler.body) or _raises(handler.body) for handler in node.handlers]
        if any(self._fails(handler.body) for handler in node.handlers):
            self.branch = saved
            return True  # what must not be raised is what such a test asserts
        orelse = self.certain(node.orelse)
        last = self.certain(node.finalbody)
        if body or last or (orelse and all(handlers)) or (node.handlers and orelse and not any(handlers)):
            self.branch = saved
            return True
        if self.branch is None and self._runs_the_code(node.body):
            for handler in node.handlers:
                if self._here(list(handler.body)):
                    self.branch = node
        return False

    def _match(self, node: ast.Match) -> bool:
        saved = self.branch
        cases = [self.certain(case.body) or _raises(case.body) for case in node.cases]
        last = node.cases[-1]
        exhaustive = last.guard is None and isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
        if all(cases) and (exhaustive or self._decided_outside(node.subject)):
            self.branch = saved
            return True
        if any(cases) and self.branch is None:
            self.branch = node
        return False

    # -- conditions --------------------------------------------------------------------------------------------------------

    def _decided_outside(self, condition: ast.expr) -> bool:
        """Whether a condition hangs on nothing that the test computes: on a parametrized value, a constant, the platform."""
        names = {node.id for node in own_nodes([condition]) if isinstance(node, ast.Name)}
        if not names & self.varying and any(self._asks_the_code(node) for node in own_nodes([condition])):
            return False
        return bool(names & self.varying) or not names & self.local

    def _fails(self, statements: list[ast.stmt]) -> bool:
        """Whether a block does no more than fail the test."""
        for statement in statements:
            if isinstance(statement, ast.Raise) and statement.exc is not None:
                return True
            if (
                isinstance(statement, ast.Assert)
                and isinstance(statement.test, ast.Constant)
                and not statement.test.value
            ):
                return True
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
                if form_of(statement.value, self.test.module.callees.get(statement.value)) == "fail":
                    return True
        return False

    def _runs_the_code(self, statements: list[ast.stmt]) -> bool:
        """Whether what may raise here is the code that is tested, and not the test itself or the standard library."""
        callees = self.test.module.callees
        for node in own_nodes(statements):
            if isinstance(node, ast.Call):
                callee = callees.get(node)
                if isinstance(callee, FunctionValue) and (_outside(callee.function.module)):
                    continue
                if isinstance(callee, ClassValue) and _outside(callee.cls.module):
                    continue
                if isinstance(callee, Special):
                    continue
                return True
        return False

    def _asks_the_code(self, node: ast.AST) -> bool:
        """Whether a node calls what is tested."""
        callee = self.test.module.callees.get(node)
        if isinstance(callee, FunctionValue):
            module = callee.function.module
        elif isinstance(callee, ClassValue):
            module = callee.cls.module
        else:
            return False
        return module.own and not module.by_test

    def _of_the_given(self, value: ast.expr) -> bool:
        """Whether a value is made of what the test was given: with no call, by a call of it (``data.draw(…)``) or ``getattr``."""
        calls = [node for node in own_nodes([value]) if isinstance(node, ast.Call)]
        return not calls or any(root_name(call.func) in self.varying or last_name(call) == "getattr" for call in calls)

    def _remember(self, node: ast.stmt) -> None:
        """What an assignment makes of its names, and what is put into a collection."""
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
        ):
            if node.value.func.attr in ("append", "add", "insert", "appendleft"):
                self.filled[root_name(node.value.func)] = True
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            self.filled[root_name(node.targets[0])] = True
            return
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            names = {inner.id for inner in own_nodes([node.value]) if isinstance(inner, ast.Name)}
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Attribute):
                    self.filled[ast.unparse(target)] = self._not_empty(node.value)
                for inner in own_nodes([target]):
                    if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                        asked = isinstance(node.value, ast.Call) and last_name(node.value) == "hasattr"
                        if asked or (names & self.varying and self._of_the_given(node.value)):
                            self.varying.add(inner.id)
                        self.filled[inner.id] = isinstance(target, ast.Name) and self._not_empty(node.value)

    # -- collections -------------------------------------------------------------------------------------------------------

    def _not_empty(self, node: ast.expr) -> bool:
        """Whether an iterable holds something for certain."""
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return any(not isinstance(item, ast.Starred) or self._not_empty(item.value) for item in node.elts)
        if isinstance(node, ast.Dict):
            return bool(node.keys)
        if isinstance(node, ast.Constant):
            return isinstance(node.value, (str, bytes)) and bool(node.value)
        if isinstance(node, ast.JoinedStr):
            return any(isinstance(part, ast.Constant) for part in node.values)
        if isinstance(node, ast.BinOp):
            return self._not_empty(node.left) or (isinstance(node.op, ast.Add) and self._not_empty(node.right))
        if isinstance(node, ast.Call):
            return self._call_not_empty(node)
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            return all(not one.ifs and self._not_empty(one.iter) for one in node.generators)
        if isinstance(node, ast.Name) and (node.id in self.varying or node.id in self.test.fixtures):
            return True  # what a test is given is given to be looped over
        if isinstance(node, ast.Name) and node.id in self.local:
            return self.filled.get(node.id, False)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            return self._not_empty(node.value)
        if isinstance(node, (ast.Subscript, ast.Attribute)) and _chain_root(node) in self.test.fixtures:
            return True
        if isinstance(node, ast.Attribute) and self.filled.get(ast.unparse(node), False):
            return True  # the test itself put it there
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
            value = self._attribute_of_class(node)
            return value is None or self._not_empty(value)
        if isinstance(node, (ast.Name, ast.Attribute)):
            return root_name(node) in self.varying or self._constant_not_empty(node)
        return False

    def _call_not_empty(self, node: ast.Call) -> bool:
        name = last_name(node.func)
        if name == "range" and node.args:
            first = node.args[-1] if len(node.args) < 3 else node.args[1]
            if isinstance(first, ast.Call) and last_name(first.func) == "len" and first.args:
                return self._not_empty(first.args[0])
            return not (isinstance(first, ast.Constant) and first.value == 0)
        if name in ("product", "zip", "chain") and node.args:
            enough = any if name == "chain" or any(keyword.arg == "strict" for keyword in node.keywords) else all
            return enough(self._not_empty(argument) for argument in node.args)
        if name == "map" and len(node.args) > 1:
            return self._not_empty(node.args[1])
        if name == "dict":
            return bool(node.keywords) or any(self._not_empty(argument) for argument in node.args)
        if name in ("cycle", "count", "repeat"):
            return True
        if name in _MEMBERS:
            return bool(node.args)
        if name in _SAME_LENGTH:
            inner = node.func.value if isinstance(node.func, ast.Attribute) else node.args[0] if node.args else None
            return inner is not None and self._not_empty(inner)
        return name == "split" and isinstance(node.func, ast.Attribute)

    def _computed(self, node: ast.expr) -> bool:
        """Whether the code that is tested has a part in an iterable."""
        return any(self._asks_the_code(inner) for inner in own_nodes([node]))

    def _constant_not_empty(self, node: ast.Name | ast.Attribute) -> bool:
        """A constant of a module or a class: a display with something in it, an enum, or what a reader takes for filled."""
        module = self.test.module
        if root_name(node) in self.imported:
            return True
        if isinstance(node, ast.Attribute):
            owner = module.world.library.resolve(module.module, node.value)
            member = module.world.classes.member(owner, node.attr, on_class=True) if isinstance(owner, Class) else None
            if member is not None and isinstance(member.value, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
                return self._not_empty(member.value)
        symbol = module.world.library.resolve(module.module, node)
        if isinstance(symbol, Variable):
            written = symbol.binding.value
            if isinstance(written, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
                return bool(written.elts if not isinstance(written, ast.Dict) else written.keys)
            return True
        return symbol is not None or last_name(node).isupper()

    def _attribute_of_class(self, node: ast.Attribute) -> ast.expr | None:
        if self.test.cls is None:
            return None
        member = self.test.module.world.classes.member(self.test.cls, node.attr)
        return member.value if member is not None and member.kind != "instance attribute" else None


def _outside(module: Module) -> bool:
    """Whether a module is no part of what is tested: the tests' own, or the standard library's."""
    return module.by_test or module.kind == "typeshed"


def _chain_root(node: ast.expr) -> str:
    """The name at the root of attributes and subscripts alone; '' where something is called."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _skips(node: ast.stmt) -> bool:
    """Whether a statement ends the test as one that does not count."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    return last_name(node.value.func) in ("skip", "skipTest", "xfail", "importorskip")


def _raises(statements: list[ast.stmt]) -> bool:
    return any(isinstance(statement, ast.Raise) for statement in statements)
