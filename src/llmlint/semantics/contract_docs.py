"""The docstrings of frozen contracts: what has none, and examples in them that the contract does not allow."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from llmlint.contracts.symbols import Class, FunctionNode, Module
from llmlint.model.position import Span
from llmlint.semantics.imports import Imports
from llmlint.semantics.interpreter import Evaluator
from llmlint.semantics.nouns import AttributeUse, CallUse, ContractProblem, ImportUse, Noun, Outcome, UndefinedName
from llmlint.semantics.privacy import is_private
from llmlint.semantics.scope import Scope
from llmlint.semantics.sink import Sink
from llmlint.semantics.values import Value

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_FENCE: Final = re.compile(r"^([ \t]*)```\s*(?:python|py|pycon)\b[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_PROMPT: Final = len(">>> ")
Documented = ast.Module | ast.ClassDef | FunctionNode


def undocumented(world: World, module: Module) -> Iterator[ContractProblem]:
    """The public functions, classes and methods of a contract without a docstring."""
    assert module.tree is not None
    yield from _undocumented(world, module, module.tree.body, None)


def _undocumented(world: World, module: Module, body: list[ast.stmt], cls: Class | None) -> Iterator[ContractProblem]:
    documented = {
        node.name
        for node in body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(node)
    }
    seen: set[str] = set()
    for node in body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if node.name in seen or node.name.startswith("_"):
            continue
        seen.add(node.name)
        shown = f"{cls.symbol if cls is not None else module.name}.{node.name}"
        if isinstance(node, ast.ClassDef):
            if not ast.get_docstring(node):
                yield ContractProblem(_of_name(module, node), "undocumented", module.name, shown, "class")
            yield from _undocumented(world, module, node.body, module.class_at(node, cls))
        elif node.name not in documented and not _is_property(node) and not _inherits_docs(world, cls, node.name):
            yield ContractProblem(_of_name(module, node), "undocumented", module.name, shown, "function")


def _of_name(module: Module, node: ast.ClassDef | FunctionNode) -> Span:
    """The name in a definition."""
    line = module.rows(node.lineno, node.lineno)
    column = line.find(node.name, len(line) - len(line.lstrip()) + len("def" if "def " in line else "class"))
    return Span(node.lineno, max(column, 0), node.lineno, max(column, 0) + len(node.name))


def _is_property(node: FunctionNode) -> bool:
    names = [getattr(decorator, "attr", getattr(decorator, "id", "")) for decorator in node.decorator_list]
    return any(name in ("property", "cached_property", "setter", "deleter") for name in names)


def _inherits_docs(world: World, cls: Class | None, name: str) -> bool:
    """Whether the method of a base says what this one is to do."""
    for base in world.classes.mro(cls)[1:] if cls is not None else ():
        member = world.classes.body(base).get(name)
        for function in member.functions() if member is not None else ():
            if base.module.kind == "typeshed" or ast.get_docstring(function.node):
                return True
    return False


class ContractExamples:
    """Evaluates the examples of a contract's docstrings in the contract's own namespace, as doctest would run them."""

    def __init__(self, world: World, module: Module) -> None:
        self.world = world
        self.module = module
        self._called: set[ast.expr] = set()
        """Names that an example calls."""

    def problems(self) -> Iterator[ContractProblem]:
        """What the examples do that cannot be, in source order."""
        if ">>>" not in self.module.text and "```" not in self.module.text:
            return
        assert self.module.tree is not None
        for node in ast.walk(self.module.tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                yield from self._docstring(node)

    def _docstring(self, node: Documented) -> Iterator[ContractProblem]:
        first = node.body[0] if node.body else None
        if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Constant):
            return
        text = first.value.value
        if not isinstance(text, str) or not self._is_verbatim(first.value, text):
            return
        trees = [tree for tree in self._trees(text, first.value.lineno) if tree.body]
        if not trees:
            return
        sink = Sink(False)
        evaluator = Evaluator(self.world, self.module, sink)
        evaluator.hooks = _Hooks(evaluator)
        scope = Scope(self.module, None, evaluator.top)
        for tree in trees:
            evaluator.body(tree.body, scope)
        for noun in sink.nouns:
            problem = self._problem(noun, first.value)
            if problem is not None:
                yield problem

    def _is_verbatim(self, node: ast.Constant, text: str) -> bool:
        """Whether the lines of the docstring are those of the file."""
        shown = text.split("\n")
        rows = self.module.rows(node.lineno, node.end_lineno or node.lineno).rstrip("\n").split("\n")
        return len(shown) == len(rows) and all(line in row for line, row in zip(shown, rows, strict=True))

    def _trees(self, text: str, row: int) -> Iterator[ast.Module]:
        """The examples, each at the place where it stands in the file."""
        # It loads unittest and the debugger, which takes as long as loading a tenth of llmlint.
        from doctest import DocTestParser

        try:
            examples = DocTestParser().get_examples(text)
        except ValueError:
            examples = []
        for example in examples:
            if example.exc_msg is None:
                yield self._tree(example.source, row + example.lineno, example.indent + _PROMPT)
        if ">>>" in text:
            return
        for found in _FENCE.finditer(text):
            indent = len(found[1])
            lines = [line[indent:] for line in found[2].split("\n")]
            yield self._tree("\n".join(lines), row + text.count("\n", 0, found.start(2)), indent)

    def _tree(self, source: str, row: int, column: int) -> ast.Module:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            return ast.Module([], [])
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                self._called.add(node.func)
            for row_name, column_name in (("lineno", "col_offset"), ("end_lineno", "end_col_offset")):
                if getattr(node, row_name, None) is not None:
                    setattr(node, row_name, getattr(node, row_name) + row - 1)
                    setattr(node, column_name, getattr(node, column_name) + column)
        return tree

    def _problem(self, noun: Noun, docstring: ast.Constant) -> ContractProblem | None:
        module = self.module.name
        if isinstance(noun, AttributeUse):
            if noun.outcome in (Outcome.MISSING, Outcome.OFF_CONTRACT) and noun.owner and noun.context != "store":
                detail = f"'{noun.owner.name}' has no '{noun.name}'"
                return ContractProblem(
                    self._span(noun.node), "broken-example", module, noun.name, detail, (), noun.owner.truth
                )
        elif isinstance(noun, CallUse):
            problem = noun.problems[0]
            words = {"missing": "needs", "too-many": "takes fewer arguments than this call gives"}
            detail = f"'{noun.callee.name}' {words.get(problem.kind, 'does not take')}"
            detail += f" '{problem.name}'" if problem.name else ""
            at = self._span(problem.at)
            return ContractProblem(
                at, "broken-example", module, problem.name or noun.callee.name, detail, (), noun.callee.truth
            )
        elif isinstance(noun, UndefinedName):
            if noun.name[:1].isupper() or noun.node in self._called:
                return ContractProblem(
                    self._span(noun.node), "broken-example", module, noun.name, f"there is no '{noun.name}'"
                )
        elif isinstance(noun, ImportUse) and noun.outcome in (Outcome.MISSING, Outcome.OFF_CONTRACT) and noun.own:
            name = noun.name or noun.module
            where = f" in '{noun.module}'" if noun.name else ""
            return ContractProblem(
                self._span(noun.statement), "broken-example", module, name, f"there is no '{name}'{where}"
            )
        return None

    def _span(self, node: Any) -> Span:
        if isinstance(node, Span):
            return node
        row, last = node.lineno, node.end_lineno or node.lineno
        return Span(row, self._column(row, node.col_offset), last, self._column(last, node.end_col_offset or 0))

    def _column(self, row: int, offset: int) -> int:
        """A column in code points: those of ``ast`` are in bytes."""
        return len(self.module.rows(row, row).encode()[:offset].decode(errors="ignore"))


class _Hooks:
    """What an evaluation of examples is asked beside the module's own names."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.imports = Imports(evaluator, ())
        self.guarded = 0

    def imported(self, node: ast.Import | ast.ImportFrom) -> None:
        for use in self.imports.uses(node, bool(self.guarded)):
            self.evaluator.emit(use)

    def may_be_undefined(self, name: str) -> bool:
        return not hasattr(builtins, name) and not is_private(name)

    def is_fixture(self, name: str, cls: Class | None) -> bool:
        return False

    def fixture_value(self, name: str, cls: Class | None) -> Value | None:
        return None

    def defined(self, *_: object) -> None:
        """Functions of examples are no tests."""

    def class_body(self, *_: object) -> None:
        """Classes of examples are not judged."""

    def fake_handed(self, *_: object) -> None:
        """Examples have no fakes."""
