"""What binds names and stores attributes: assignments, unpacking, loop targets, imports, ``del``."""

from __future__ import annotations

import ast
from typing import Any, ClassVar

from llmlint.contracts.dotted import dotted
from llmlint.semantics.access import FUNCTION_API, Access
from llmlint.semantics.growing import GROWING, grown_in
from llmlint.semantics.mocks.values import Mock, MockType
from llmlint.semantics.nouns import (
    Outcome,
)
from llmlint.semantics.operations import ITERATION
from llmlint.semantics.privacy import is_private
from llmlint.semantics.values import (
    ANY,
    ELEMENT,
    UNKNOWN,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    ModuleValue,
    Union,
    Unknown,
    Value,
    is_fake,
    is_none,
    union,
)


class Assignments(Access):
    """Evaluates what binds."""

    def _bind(self, name: str, value: Value) -> None:
        scope = self.scope
        if scope is self.top and not self.comprehending:
            return  # the module's names are looked up lazily
        if scope.nonlocals is not None and name in scope.nonlocals:
            current = scope.parent
            while current is not None:
                if name in current.history:
                    current.bind(name, UNKNOWN)
                    return
                current = current.parent
            return
        if scope.is_class:
            scope.names[name] = value
            return
        scope.bind(name, value)

    def assign(self, target: ast.expr, value: Value, source: ast.expr | None = None) -> None:
        """Bind or store ``value`` at ``target``."""
        if isinstance(target, ast.Name):
            self._bind(target.id, value)
        elif isinstance(target, ast.Attribute):
            self._store(target, value, source)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target, value)
        elif isinstance(target, ast.Subscript):
            receiver = self.eval(target.value)
            key = self.eval(target.slice)
            self.subscripted(target, receiver)
            if isinstance(target.value, ast.Attribute) and target.value.attr == "dependency_overrides":
                self.patches.put(value, key)  # FastAPI's way to replace what a dependency gives
            if (
                isinstance(target.slice, ast.Constant)
                and isinstance(target.slice.value, str)
                and isinstance(receiver, Instance)
            ):
                if self.world.classes.shape(receiver.cls).kind == "typeddict":
                    self.guards.append((ast.unparse(target.value), target.slice.value))
            if isinstance(receiver, Instance) and receiver.keys is not None:
                # A dict display that is added to: its keys are no longer known.
                self._forget_keys(target.value, receiver)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, self.world.collection("list", [self.world.calls.element(value)], None))

    def _forget_keys(self, node: ast.expr, value: Instance) -> None:
        if isinstance(node, ast.Name) and node.id in self.scope.names:
            self.scope.names[node.id] = Instance(value.cls, (UNKNOWN, UNKNOWN), value.exact)

    def _unpack(self, target: ast.Tuple | ast.List, value: Value) -> None:
        parts = target.elts
        if isinstance(value, Instance) and value.items is not None and len(value.items) == len(parts):
            if not any(isinstance(part, ast.Starred) for part in parts):
                for part, item in zip(parts, value.items, strict=True):
                    self.assign(part, item)
                return
        element = (
            self.world.calls.element(value)
            if not isinstance(value, Instance) or value.items is None
            else union(value.items)
        )
        if isinstance(value, Instance) and self.world.classes.shape(value.cls).kind == "namedtuple":
            fields = self.world.classes.shape(value.cls).fields
            if len(fields) == len(parts):
                for part, field in zip(parts, fields, strict=True):
                    self.assign(part, self.world.attributes.get(value, field.name).value)
                return
        for part in parts:
            if isinstance(part, ast.Starred):
                self.assign(part.value, self.world.collection("list", [element], None))
            else:
                self.assign(part, element if not isinstance(element, Union) else UNKNOWN)

    def _store(self, target: ast.Attribute, value: Value, source: ast.expr | None) -> None:
        name = target.attr
        if name in FUNCTION_API:
            self.of_a_mock(target)
        receiver = self.eval(target.value)
        if type(receiver) is Mock:
            self.mocks.store(receiver, name, value, target, source)
            return
        if type(receiver) is MockType:
            self.mocks.store_on_type(receiver.mock, name, value, target)
            return
        scope = self.scope
        if isinstance(target.value, ast.Name) and target.value.id == scope.self_name:
            scope.stores.setdefault(name, []).append(value)
            if type(value) is Mock and isinstance(receiver, Instance):
                self.mocks.hand(value, self.world.member_values.declared(receiver, name), "annotation")
        key = dotted(target.value)
        if key and self._keeps_what_is_stored(receiver, name):
            scope.stored[(key, name)] = value
        if key != scope.self_name or scope.self_name is None:
            if isinstance(receiver, (Instance, ClassValue, ModuleValue)):
                self.judge_store(target, receiver, name)
            elif is_private(name) and isinstance(receiver, Unknown):
                self.private(target, name, None, Outcome.UNKNOWN, "store")
            self.replaced_names.add(name)
            self.put(target, name, receiver, value)
            if type(value) is Mock and self.sink is not None:
                self.mocks.assigned.append((target, receiver, value))
            if type(value) is Mock and isinstance(receiver, Instance):
                replaced = self.world.attributes.get(receiver, name).value
                self.mocks.hand_attribute(value, replaced)
                if _is_another(value.stands, replaced):
                    value.stands, value.opaque = None, True  # what is called there is not what the spec says

    def _keeps_what_is_stored(self, receiver: Value, name: str) -> bool:
        """Whether reading the attribute gives back what was stored: no ``__setattr__``, property or descriptor between."""
        if isinstance(receiver, ModuleValue):
            return True
        if not isinstance(receiver, (Instance, ClassValue)):
            return False
        classes = self.world.classes
        if classes.open(receiver.cls):
            return False
        hook = classes.member(receiver.cls, "__setattr__")
        if hook is not None and hook.owner.symbol != "builtins.object":
            return False
        member = classes.member(receiver.cls, name)
        if member is None:
            return True
        if member.kind == "property":
            return False
        body = classes.body(member.owner).get(name)
        return body is None or not isinstance(body.value, ast.Call)

    def _looped(self, node: ast.expr, value: Value, asynchronous: bool) -> Value:
        """What ``for`` (or ``async for``) over ``value`` gives, recorded where it is the wrong one of the two."""
        if type(value) is Mock:
            return self.mocks.element(value, asynchronous, node)
        if asynchronous:
            self._needless(node, value, "for", "__aiter__")
            return self.world.calls.async_element(value)
        if type(value) is Coroutine:
            self.unawaited(node, value, "value")
        elif type(value) is Instance and value.cls.symbol in ("typing.AsyncGenerator", "typing.AsyncIterator"):
            self._sync_over_async(node, value, "for")
        else:
            self.asked_for(node, value, ITERATION)
        return self.iterate(node, value)

    def iterate(self, node: ast.expr, value: Value) -> Value:
        """What a loop over ``value`` binds its target to."""
        if type(value) is Instance and value.items is not None and value.items:
            rows = value.items
            first = rows[0]
            if isinstance(first, Instance) and first.items is not None:
                width = len(first.items)
                columns = [row.items for row in rows if isinstance(row, Instance) and row.items is not None]
                if len(columns) == len(rows) and all(len(column) == width for column in columns):
                    parts = tuple(union(column[index] for column in columns) for index in range(width))
                    kinds = {row.cls.symbol for row in rows if isinstance(row, Instance)}
                    if kinds <= {"builtins.list"} or kinds <= {"builtins.tuple"}:
                        return self.world.collection(first.cls.name, list(parts), parts)
        found = self.world.calls.element(value)
        return found if type(found) is not Unknown else ELEMENT

    def _assign(self, node: ast.Assign) -> None:
        value = self.eval(node.value)
        for target in node.targets:
            if type(target) is ast.Name:
                self._bind(target.id, self._growing(target.id, value))
            else:
                if type(value) is Coroutine and isinstance(target, (ast.Tuple, ast.List)):
                    self.unawaited(node.value, value, "value")
                self.assign(target, value, node.value)

    def _growing(self, name: str, value: Value) -> Value:
        """A display that is added to somewhere: what it begins with is not all that it will hold."""
        if type(value) is not Instance or not value.exact or value.cls.symbol not in GROWING:
            return value
        inside = self.inside() or self.module.tree
        if inside is None:
            return value
        grown = self.grown.get(inside)
        if grown is None:
            grown = self.grown[inside] = grown_in(inside)
        return Instance(value.cls, (UNKNOWN,), exact=True) if name in grown else value

    def _annassign(self, node: ast.AnnAssign) -> None:
        annotated = self.annotated(node.annotation, self.scope.cls)
        if node.value is None:
            if isinstance(node.target, ast.Name) and self.scope is not self.top:
                self.scope.bind(node.target.id, annotated)
            return
        value = self.eval(node.value)
        if type(value) is Mock and value.stands is None:
            self.mocks.hand(value, annotated, "annotation")
        elif self.hooks is not None and is_fake(value) and type(annotated) is Instance:
            self.hooks.fake_handed(value, annotated)
        elif self.scope.is_class and isinstance(node.value, ast.Call) and not isinstance(value, Mock):
            value = UNKNOWN  # `size: int = attrs.field()`: what the annotation says of the objects is not yet so
        elif annotated is ANY:
            value = ANY  # what is annotated as Any is meant to be anything
        elif type(annotated) is not Unknown and (
            type(value) is Unknown or not (isinstance(value, Instance) and value.exact) or is_none(value)
        ):
            value = annotated
        elif isinstance(annotated, Instance) and self.world.classes.shape(annotated.cls).kind == "typeddict":
            value = annotated
        self.assign(node.target, value)

    def _augassign(self, node: ast.AugAssign) -> None:
        value = self.eval(node.value)
        target = node.target
        if isinstance(target, ast.Name):
            old = self._name(ast.copy_location(ast.Name(target.id, ast.Load()), target))
            keeps = isinstance(old, Instance) and isinstance(value, Instance) and old.cls is value.cls
            self._bind(target.id, Instance(old.cls, old.args) if keeps and isinstance(old, Instance) else UNKNOWN)
        elif isinstance(target, ast.Attribute):
            load = ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
            self.eval(load)
            key = dotted(target.value)
            if key:
                self.scope.stored.pop((key, target.attr), None)
        else:
            self.assign(target, UNKNOWN)

    def _walrus(self, node: ast.NamedExpr) -> Value:
        value = self.eval(node.value)
        self.scope.bind(node.target.id, value)
        return value

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                if target.id in self.scope.names:
                    self.scope.names[target.id] = UNKNOWN
            elif isinstance(target, ast.Attribute):
                value = self.eval(target.value)
                if isinstance(value, (Instance, ClassValue, ModuleValue)) and target.attr not in self.replaced_names:
                    if self.world.attributes.get(value, target.attr).outcome is Outcome.MISSING:
                        self.missing(target, value, target.attr, "delete")
                    elif is_private(target.attr):
                        self.private(target, target.attr, value, Outcome.FOUND, "delete")
                self.replaced_names.add(target.attr)
            else:
                self.eval(target)

    def _global(self, node: ast.Global | ast.Nonlocal) -> None:
        if self.scope.nonlocals is None:
            self.scope.nonlocals = set()
        self.scope.nonlocals.update(node.names)

    def _import(self, node: ast.Import) -> None:
        if self.hooks is not None:
            self.hooks.imported(node)
        if self.scope is self.top:
            return
        for alias in node.names:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            self._bind(alias.asname or name, self.world.names.imported(name, self.module))

    def _import_from(self, node: ast.ImportFrom) -> None:
        if self.hooks is not None:
            self.hooks.imported(node)
        if self.scope is self.top:
            return
        from llmlint.contracts.reader import absolute

        source = absolute(node.module, node.level, self.module.package) or "?"
        for alias in node.names:
            if alias.name != "*":
                self._bind(alias.asname or alias.name, self.world.names.imported_name(source, alias.name, self.module))

    expressions: ClassVar[dict[type, Any]] = {
        **Access.expressions,
        ast.NamedExpr: _walrus,
    }

    statements: ClassVar[dict[type, Any]] = {
        **Access.statements,
        ast.Assign: _assign,
        ast.AnnAssign: _annassign,
        ast.AugAssign: _augassign,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.Global: _global,
        ast.Nonlocal: _global,
        ast.Delete: _delete,
    }


def _is_another(spec: Value | None, replaced: Value) -> bool:
    """Whether a mock has the spec of one function and is put in the place of another."""
    if not isinstance(spec, FunctionValue) or not isinstance(replaced, FunctionValue):
        return False
    return spec.function is not replaced.function
