"""The frozen contracts themselves: what does not parse, names nothing, leaves out a whole kind of member, is not what the source is."""

from __future__ import annotations

import ast
import builtins
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from llmlint.contracts.layout import places
from llmlint.contracts.outline import Outline
from llmlint.contracts.published import published
from llmlint.contracts.symbols import ASSIGN, CLASS, FROM, FUNCTION, OPAQUE, Class, Module
from llmlint.contracts.walking import walk
from llmlint.model.position import Span
from llmlint.semantics.attributes import is_dunder
from llmlint.semantics.contract_docs import ContractExamples, undocumented
from llmlint.semantics.drift.comparison import Comparison
from llmlint.semantics.nouns import ContractProblem

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_PLURALS: Final = {
    "method": "methods",
    "property": "properties",
    "field": "fields",
    "class variable": "class variables",
    "enum member": "enum members",
    "instance attribute": "instance attributes",
    "nested class": "nested classes",
}
_ATTRIBUTE_KINDS: Final = ("enum member", "field", "instance attribute", "property")


class ContractAudit:
    """Judges every stub under the configured contract roots."""

    def __init__(self, world: World, *, prose: bool = True) -> None:
        """With ``prose``, docstrings and their examples are judged as well, which takes longer than all the rest."""
        self.world = world
        self._prose = prose
        self._imported: set[tuple[str, str]] | None = None

    def problems(self) -> Iterator[tuple[str, ContractProblem]]:
        """(path, problem), in the order of the paths."""
        for root, package in self.world.project.contract_roots:
            for path in self._stubs(root):
                name = self._module_name(path, root, package)
                for problem in self._module(path, name):
                    yield path, problem
        yield from self._without_contract()

    def of_contract(self, path: str) -> Iterator[ContractProblem]:
        """The problems of the contract at ``path`` (absolute); none, where it is under no configured root."""
        for root, package in self.world.project.contract_roots:
            if path.startswith(root + os.sep):
                yield from self._module(path, self._module_name(path, root, package))
                return

    def _stubs(self, root: str) -> Iterator[str]:
        for folder, names, files in os.walk(root):
            names.sort()
            for file in sorted(files):
                if file.endswith(".pyi"):
                    yield os.path.join(folder, file)

    def _module_name(self, path: str, root: str, package: str) -> str:
        parts = os.path.relpath(path, root)[: -len(".pyi")].split(os.sep)
        if parts[-1] == "__init__":
            parts.pop()
        return ".".join([*([package] if package else []), *parts])

    def _module(self, path: str, name: str) -> Iterator[ContractProblem]:
        module = self.world.library.module(name) if name else None
        problem = self.world.library.problems.get(path)
        if problem is not None:
            at = Span(problem.row, problem.column, problem.row, problem.column + 1)
            yield ContractProblem(at, "syntax", name, name, problem.message)
            return
        if module is None or module.path != path or module.tree is None:
            return
        yield from self._undefined(module)
        yield from self._private(module)
        yield from self._incomplete(module)
        yield from self._drift(module)
        if self._prose:
            yield from undocumented(self.world, module)
            yield from ContractExamples(self.world, module).problems()

    # -- contract against source -------------------------------------------------------------------------------------------

    def _drift(self, module: Module) -> Iterator[ContractProblem]:
        for drift in Comparison(self.world).module(module):
            yield ContractProblem(drift.at, "drift", module.name, drift.name, drift.message, (drift.kind,), drift.truth)

    def _without_contract(self) -> Iterator[tuple[str, ContractProblem]]:
        """Public modules of packages that have contracts, and have none themselves; those that publish nothing left out."""
        every = places(self.world.project) if self.world.project.contract_roots else []
        contracted = {place.module.partition(".")[0] for place in every if os.path.isfile(place.contract)}
        for place in every:
            if place.private or place.module.partition(".")[0] not in contracted or os.path.isfile(place.contract):
                continue
            module = self.world.library.module(place.module)
            if module is None or module.kind != "source" or module.tree is None:
                continue
            if published(module, Outline(module.tree.body)):
                shown = os.path.relpath(place.contract, self.world.project.root).replace(os.sep, "/")
                yield place.source, ContractProblem(Span(1, 0, 1, 0), "no-contract", place.module, place.module, shown)

    # -- names that nothing binds ------------------------------------------------------------------------------------------

    def _undefined(self, module: Module) -> Iterator[ContractProblem]:
        if module.stars:
            return
        shed = self.world.library.module("builtins")
        known = {*module.table, *dir(builtins)}
        if shed is not None:
            known.update(name for name, found in shed.table.items() if found[-1].form in (CLASS, FUNCTION, ASSIGN))
        assert module.tree is not None
        reported: set[str] = set()
        yield from self._names(module, module.tree, known, reported)
        for item in _published(module.tree):
            name = item.value
            if (
                name in known
                or name in reported
                or _is_private(name)
                or self.world.library.submodule(module, name) is not None
            ):
                continue
            yield ContractProblem(item, "undefined-name", module.name, name)

    def _annotation(
        self, module: Module, node: ast.expr, known: set[str], reported: set[str]
    ) -> Iterator[ContractProblem]:
        """The names of an annotation, those that are written as strings included."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                inner = ast.parse(node.value.strip(), mode="eval").body
            except (SyntaxError, ValueError):
                return
            for found in self._annotation(module, inner, known, reported):
                yield replace(found, at=node)
            return
        if isinstance(node, ast.Subscript):
            yield from self._annotation(module, node.value, known, reported)
            last = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if last == "Literal":
                return
            if last == "Annotated" and isinstance(node.slice, ast.Tuple) and node.slice.elts:
                yield from self._annotation(module, node.slice.elts[0], known, reported)
                return
            yield from self._annotation(module, node.slice, known, reported)
            return
        if isinstance(node, ast.Name):
            yield from self._names(module, node, known, reported)
            return
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from self._annotation(module, child, known, reported)

    def _names(self, module: Module, node: ast.AST, known: set[str], reported: set[str]) -> Iterator[ContractProblem]:
        parameters = {getattr(p, "name", "") for p in getattr(node, "type_params", ())}
        if parameters:
            known = known | parameters
        if isinstance(node, ast.ClassDef):
            inner = known | {item for statement in node.body for item in _bound(statement)}
            for child in (*node.decorator_list, *node.bases, *node.keywords):
                yield from self._names(module, child, known, reported)
            for statement in node.body:
                yield from self._names(module, statement, inner, reported)
            return
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            arguments = node.args
            for argument in (
                *arguments.posonlyargs,
                *arguments.args,
                *arguments.kwonlyargs,
                arguments.vararg,
                arguments.kwarg,
            ):
                if argument is not None and argument.annotation is not None:
                    yield from self._annotation(module, argument.annotation, known, reported)
            for default in (
                *node.decorator_list,
                *arguments.defaults,
                *(d for d in arguments.kw_defaults if d is not None),
            ):
                yield from self._names(module, default, known, reported)
            if node.returns is not None:
                yield from self._annotation(module, node.returns, known, reported)
            return
        if isinstance(node, ast.AnnAssign):
            yield from self._annotation(module, node.annotation, known, reported)
            if node.value is not None:
                yield from self._names(module, node.value, known, reported)
            return
        if isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            return
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            if node.id not in known and node.id not in reported and not is_dunder(node.id):
                reported.add(node.id)
                yield ContractProblem(node, "undefined-name", module.name, node.id)
            return
        for child in ast.iter_child_nodes(node):
            yield from self._names(module, child, known, reported)

    # -- private names -----------------------------------------------------------------------------------------------------

    def _private(self, module: Module) -> Iterator[ContractProblem]:
        # What the source itself lists as public is so, whatever it is called.
        declared = frozenset((module.implementation.all if module.implementation is not None else None) or ())
        needed: set[str] | None = None
        for name, bindings in module.table.items():
            for binding in bindings:
                if (_is_private(name) and name not in declared) and (
                    binding.form == FUNCTION
                    or (binding.form == CLASS and not _only_for_types(binding.node))
                    or self._is_value(binding.node)
                ):
                    if needed is None:
                        needed = _needed(module)
                    if name in needed or (module.name, name) in self._asked_for():
                        continue
                    yield ContractProblem(binding.node, "private-name", module.name, name)
                if binding.form == CLASS and not _is_private(name):
                    yield from self._private_members(module, module.class_at(binding.node))

        if module.tree is not None:
            for item in _published(module.tree):
                if _is_private(item.value) and item.value not in declared:
                    yield ContractProblem(item, "private-name", module.name, item.value)

    def _asked_for(self) -> set[tuple[str, str]]:
        """What contracts import by private names, or name in a module that they import: (module, name)."""
        if self._imported is None:
            self._imported = set()
            for root, package in self.world.project.contract_roots:
                for path in self._stubs(root):
                    module = self.world.library.module(self._module_name(path, root, package))
                    if module is None or module.path != path:
                        continue
                    self._imported.update(
                        (binding.module, binding.name)
                        for bindings in module.table.values()
                        for binding in bindings
                        if binding.form == FROM and binding.name and binding.name.startswith("_")
                    )
                    self._imported.update(self._named_in_modules(module))
        return self._imported

    def _named_in_modules(self, module: Module) -> Iterator[tuple[str, str]]:
        """``helpers._Manager``, where ``helpers`` is a module."""
        if module.tree is None or "._" not in module.text:
            return
        for node in walk(module.tree):
            if isinstance(node, ast.Attribute) and _is_private(node.attr):
                owner = self.world.library.resolve(module, node.value)
                if isinstance(owner, Module):
                    yield owner.name, node.attr

    def _is_value(self, node: ast.AST) -> bool:
        """Whether a private variable is declared, rather than a type that the contract needs a name for."""
        if not isinstance(node, ast.AnnAssign):
            return False
        last = (
            node.annotation.attr if isinstance(node.annotation, ast.Attribute) else getattr(node.annotation, "id", "")
        )
        return last not in ("TypeAlias", "TypeAliasType")

    def _private_members(self, module: Module, cls: Class) -> Iterator[ContractProblem]:
        for name, member in self.world.classes.body(cls).items():
            if (member.kind == "method" or self._is_value(member.node)) and _is_private(name):
                if any(field.name == name and field.init for field in self.world.classes.shape(cls).fields):
                    continue  # a private field is a parameter of the constructor all the same
                yield ContractProblem(member.node, "private-name", module.name, f"{cls.qualname}.{name}")
            elif member.kind == "nested class":
                yield from self._private_members(module, module.class_at(member.node, cls))

    # -- what is left out --------------------------------------------------------------------------------------------------

    def _incomplete(self, module: Module) -> Iterator[ContractProblem]:
        source = module.implementation
        if source is None:
            return
        classes = self.world.classes
        public = published(source, Outline(source.tree.body)) if source.tree is not None else {}
        for form, plural in ((FUNCTION, "functions"), (CLASS, "classes"), (ASSIGN, "module variables")):
            forms = (form, OPAQUE) if form == ASSIGN else (form,)
            mine = [name for name, found in module.table.items() if found[-1].form in forms]
            theirs = [
                name
                for name, found in source.table.items()
                if found[-1].form in forms
                and name not in module.table
                and not name.startswith("_")
                and name in public
                and not _is_machinery(found[-1].node)
            ]
            if theirs and not mine:
                yield ContractProblem(
                    Span(1, 0, 1, 0), "incomplete", module.name, module.name, plural, tuple(theirs), source.truth
                )
        for name, bindings in module.table.items():
            if bindings[-1].form != CLASS or name.startswith("_"):
                continue
            cls = self.world.library.canonical(module.class_at(bindings[-1].node))
            twin = cls.implementation
            if twin is None or twin is cls or "__getattr__" in classes.body(cls):
                continue
            kinds = {member.kind for key, member in classes.body(cls).items() if not is_dunder(key)}
            kinds |= {member.kind for member in classes.instance(cls).values()}
            for kind in _ATTRIBUTE_KINDS:
                if kind in kinds or (kind == "instance attribute" and "field" in kinds):
                    continue
                members = {**classes.instance(twin), **classes.body(twin)}
                theirs = [key for key, member in members.items() if member.kind == kind and not key.startswith("_")]
                theirs = [key for key in theirs if classes.member(cls, key) is None]
                if theirs:
                    yield ContractProblem(
                        cls.node, "incomplete", module.name, cls.symbol, _PLURALS[kind], tuple(theirs), twin.truth
                    )


def _is_private(name: str) -> bool:
    return name.startswith("_") and not is_dunder(name) and name != "_"


def _needed(module: Module) -> set[str]:
    """The names that something published stands on: it derives from them, is of their type, has them for a default; and what those stand
    on in turn."""
    assert module.tree is not None
    listed = {id(item) for item in _published(module.tree)}
    found: set[str] = set()
    waiting: list[ast.AST] = [module.tree]
    private: dict[str, list[ast.stmt]] = {}
    while waiting:
        node = waiting.pop()
        name = ""
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            name = node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            name = node.value if id(node) not in listed else ""
        if name and name not in found:
            found.add(name)
            waiting += private.pop(name, ())
        for child in ast.iter_child_nodes(node):
            hidden = [one for one in _bound(child) if _is_private(one)] if isinstance(child, ast.stmt) else []
            if not hidden or not found.isdisjoint(hidden):
                waiting.append(child)
            else:
                for one in hidden:
                    private.setdefault(one, []).append(child)  # type: ignore[arg-type]
    return found


def _published(tree: ast.Module) -> Iterator[Any]:
    """The strings of ``__all__``."""
    for statement in tree.body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and target.id == "__all__" and isinstance(value, (ast.List, ast.Tuple)):
            yield from (item for item in value.elts if isinstance(item, ast.Constant) and isinstance(item.value, str))


def _only_for_types(node: ast.ClassDef) -> bool:
    """Whether a class exists for annotations alone: a protocol or a dictionary's shape."""
    bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    names = {base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in bases}
    decorators = {getattr(item, "attr", getattr(item, "id", "")) for item in node.decorator_list}
    return not names.isdisjoint({"Protocol", "TypedDict"}) or "type_check_only" in decorators


def _is_machinery(node: ast.AST) -> bool:
    """``T = TypeVar("T")``, ``logger = logging.getLogger(__name__)``: nothing that a test would use."""
    value = getattr(node, "value", None)
    if not isinstance(value, ast.Call):
        return False
    function = value.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("TypeVar", "ParamSpec", "TypeVarTuple", "NewType", "getLogger", "get_logger")


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                yield target.id
    elif isinstance(node, ast.If):
        for inner in (*node.body, *node.orelse):
            yield from _bound(inner)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
