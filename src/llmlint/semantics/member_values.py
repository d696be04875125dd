"""What a member of a class is, read from an instance or from the class: a bound method, what a property gives, what an annotation
says, what the class's own text assigns."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import Class, FunctionNode, Member
from llmlint.contracts.walking import walk
from llmlint.semantics.values import (
    BUILTIN,
    NOTHING,
    UNINFERRED,
    UNKNOWN,
    ClassValue,
    FunctionValue,
    Instance,
    Union,
    Unknown,
    Value,
    is_none,
    members_of,
    union,
)

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_COLLECTIONS: Final = frozenset({"builtins.list", "builtins.dict", "builtins.set"})
_LIES: Final = frozenset({("unittest.case._AssertWarnsContext", "warning")})
"""What typeshed says wrongly: it is the warning itself (https://docs.python.org/3/library/unittest.html#unittest.TestCase.assertWarns)."""
_GROWING: Final = "append|extend|insert|add|update|setdefault"


class MemberValues:
    """The values of members; whether there is such a member is the affair of ``attributes``."""

    def __init__(self, world: World) -> None:
        self.world = world

    def value(self, member: Member, receiver: Value) -> Value:
        """The value of a member read from an instance (or, for a class, see ``of_class``)."""
        if isinstance(receiver, ClassValue):
            return self.of_class(member, receiver)
        kind = member.kind
        if kind == "method":
            return self._method(member, receiver)
        if kind == "property":
            return self._property(member, receiver)
        if kind == "nested class":
            return ClassValue(self.world.library.canonical(member.owner.module.class_at(member.node, member.owner)))
        if kind == "enum member" and isinstance(receiver, Instance):
            return Instance(receiver.cls, exact=True)
        if member.annotation is not None:
            value = self._annotated_for(member, receiver)
            return UNKNOWN if self._contradicted(member, value) else self._descriptor(value)
        value = self._inferred(member, receiver)
        if type(value) is FunctionValue and member.kind != "instance attribute":
            return self._bound(member, value, receiver)
        return self._descriptor(value)

    def _bound(self, member: Member, value: FunctionValue, receiver: Value) -> Value:
        """``check = helpers.check`` in a class body, read from an instance: a function that is bound like a method."""
        if value.receiver is not None:
            return value
        if value.function.module.is_stub or value.function.owner is not None:
            return UNKNOWN  # functions of C are not bound, and a stub does not say which are
        return FunctionValue(value.functions, receiver, value.scope)

    def declared(self, receiver: Instance, name: str) -> Value:
        """What the annotation of the attribute says; unknown where there is none."""
        member = self.world.classes.member(receiver.cls, name)
        if member is None or member.annotation is None or member.kind in ("method", "property"):
            return UNKNOWN
        return self._annotated_for(member, receiver)

    def of_class(self, member: Member, receiver: ClassValue) -> Value:
        """The value of a member read from the class itself."""
        kind = member.kind
        if kind == "enum member":
            return Instance(receiver.cls, exact=True)
        if kind == "nested class":
            return ClassValue(self.world.library.canonical(member.owner.module.class_at(member.node, member.owner)))
        if kind == "property":
            return UNKNOWN
        if kind == "method":
            functions = member.functions()
            if not functions:
                return UNKNOWN
            info = self.world.functions.info(functions[-1])
            if info.opaque:
                if info.kind == "class":
                    if info.opaque[0] is functions[-1].node.decorator_list[0]:
                        return UNKNOWN  # what a decorator makes of a class method
                    return self.world.functions.decorated(functions[-1], receiver)
                found = self.world.functions.decorated(functions[-1], None)
                if isinstance(found, FunctionValue) and found.receiver is None and info.kind == "method":
                    return FunctionValue(found.functions, None, found.scope, loose=True)
                return found
            if info.kind == "static":
                return FunctionValue(functions, scope=member.owner.scope)
            if info.kind == "class":
                return FunctionValue(functions, receiver, scope=member.owner.scope)
            return FunctionValue(functions, None, scope=member.owner.scope, loose=True)
        if member.annotation is not None:
            value = self._descriptor(self._annotated_for(member, receiver))
            return UNKNOWN if self._made_otherwise(member, value) else value
        value = self._descriptor(self._inferred(member, receiver))
        if isinstance(value, ClassValue) and self._by_metaclass(receiver.cls):
            return UNKNOWN  # a field that is said by its class, of which the metaclass makes an object (traitlets)
        return value

    def _by_metaclass(self, cls: Class) -> bool:
        """Whether a metaclass of somebody's own makes the class of its body."""
        for base in self.world.classes.mro(cls):
            for keyword in base.node.keywords if base.module.kind != "typeshed" else ():
                last = getattr(keyword.value, "attr", getattr(keyword.value, "id", ""))
                if keyword.arg == "metaclass" and last not in ("ABCMeta", "EnumMeta", "EnumType"):
                    return True
        return False

    def _made_otherwise(self, member: Member, declared: Value) -> bool:
        """Whether a call makes what the class holds, and it is not known to be what the annotation says that its objects hold."""
        if not isinstance(member.value, ast.Call) or member.method is not None or type(declared) is Unknown:
            return False
        if self.world.classes.shape(member.owner).kind in ("dataclass", "attrs"):
            return False  # the class holds the default
        made = self.world.inference.class_value(member.owner, member.value)
        return type(made) is Unknown or not self.world.calls.may_be(made, declared)

    def _contradicted(self, member: Member, declared: Value) -> bool:
        """Whether a class of the tests stores something else in an attribute than it says: nobody checks its annotations."""
        if not member.owner.module.by_test or type(declared) is Unknown:
            return False
        inner = self.world.classes.instance(member.owner).get(member.name)
        if inner is None or inner.annotation is not None or inner.method is None:
            return False
        stored = self.world.inference.stored(member.owner, inner)
        return type(stored) is not Unknown and not self.world.calls.may_be(stored, declared)

    def _method(self, member: Member, receiver: Value) -> Value:
        functions = member.functions()
        if not functions:
            return UNKNOWN
        info = self.world.functions.info(functions[-1])
        if info.opaque:
            return self.world.functions.decorated(functions[-1], receiver)
        if info.kind == "static":
            return FunctionValue(functions, scope=member.owner.scope)
        return FunctionValue(functions, receiver, scope=member.owner.scope)

    def _property(self, member: Member, receiver: Value) -> Value:
        for function in member.functions():
            if any(
                isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter")
                for decorator in function.node.decorator_list
            ):
                continue
            if len(function.node.decorator_list) > 1 and self.world.functions.info(function).opaque:
                return UNKNOWN
            result = self.world.calls.function_result(function, receiver, None, member.owner.scope)
            return self._via(result, member.name, member.owner) if function.node.returns is None else result
        return UNKNOWN

    def annotated(self, node: ast.expr, owner: Class) -> Value:
        """The value of an annotation in the body of ``owner``."""
        return self.world.annotations.value(node, owner.module, owner)

    def _annotated_for(self, member: Member, receiver: Value) -> Value:
        assert member.annotation is not None
        owner = member.owner
        if (owner.symbol, member.name) in _LIES:
            return UNKNOWN
        if isinstance(receiver, (Instance, ClassValue)) and self.world.annotations.parameters(owner):
            subst = self.world.annotations.substitution(receiver.cls, receiver.args, owner)
            return self.world.annotations.value(member.annotation, owner.module, owner, subst, receiver)
        value = self.world.annotations.value(member.annotation, owner.module, owner)
        if member.owner.scope is not None and type(value) is Unknown:
            return UNKNOWN
        last = member.annotation
        if isinstance(last, (ast.Name, ast.Attribute)) and type(value) is Unknown and member.value is not None:
            name = last.id if isinstance(last, ast.Name) else last.attr
            if name in ("Final", "ClassVar"):
                return self._inferred(member, receiver)
        if isinstance(value, Instance) and is_none(value):
            return UNKNOWN
        return value

    def _inferred(self, member: Member, receiver: Value) -> Value:
        """What the class's own text assigns: the class body's value and every assignment on ``self``."""
        if not isinstance(receiver, (Instance, ClassValue)):
            return UNKNOWN
        found = self._assigned(member, receiver)
        if receiver.cls.module.by_test and not receiver.exact and type(found) is not Unknown:
            if self.world.project_text.set_anew(receiver.cls, member.name):
                return (
                    UNINFERRED  # `cls_under_test = Cart`: classes of tests inherit from others to set such names anew
                )
        return found

    def _assigned(self, member: Member, receiver: Instance | ClassValue) -> Value:
        cls = receiver.cls
        key = ("inferred", member.name)
        meanwhile: Value = UNINFERRED
        return self.world.answers.once(cls.memo, key, meanwhile, lambda: self._found_assigned(cls, member))

    def _found_assigned(self, cls: Class, member: Member) -> Value:
        values: list[Value] = []
        classes = self.world.classes
        for base in classes.mro(cls):
            body = classes.body(base).get(member.name)
            if body is not None and body.kind != "method":
                if body.annotation is not None and _says(body.annotation):
                    values.append(self.annotated(body.annotation, base))
                elif body.value is not None and len(body.bindings) == 1:
                    if isinstance(body.node, ast.Assign) and not isinstance(body.node.targets[0], ast.Name):
                        values.append(UNINFERRED)
                    else:
                        value = self.world.inference.class_value(base, body.value)
                        plain = not isinstance(value, (Instance, Union)) or not classes.remade(cls)
                        values.append(value if plain else UNINFERRED)
                else:
                    values.append(UNINFERRED)
            inner = classes.instance(base).get(member.name)
            if inner is not None:
                if inner.annotation is not None:
                    values.append(self.annotated(inner.annotation, base))
                elif inner.method is None or (base is not cls and self._rests_on_overridden(cls, base, inner)):
                    values.append(UNINFERRED)
                else:
                    values.append(self.world.inference.stored(base, inner))
        result = union(values) if values else UNINFERRED
        if is_none(result):
            result = UNINFERRED
        if any(_holds(one) for one in members_of(result)) and self._grows(cls, member.name):
            result = union([_emptied(one) for one in members_of(result)])
        if not cls.module.by_test:
            result = self._via(result, member.name, cls)
        return result

    def _grows(self, cls: Class, name: str) -> bool:
        """Whether code beside the class puts something into the collection that its objects hold under ``name``."""
        word = re.escape(name)
        pattern = rf"\.{word}(?:\[[^\]\n]*\]\s*=(?!=)|\s*[|+]=|\.(?:{_GROWING})\()"
        for base in self.world.classes.mro(cls):
            if base.module.kind != "typeshed" and re.search(pattern, base.module.text) is not None:
                return True
        return False

    def _rests_on_overridden(self, cls: Class, base: Class, inner: Member) -> bool:
        """Whether what a method of ``base`` stores is made of attributes of its object that a class between has anew."""
        classes = self.world.classes
        anew: set[str] = set()
        for other in classes.mro(cls):
            if other is base:
                break
            anew.update(classes.body(other), classes.instance(other))
        methods = [binding[0] for binding in inner.bindings if isinstance(binding, tuple)]
        return bool(anew) and any(not anew.isdisjoint(_read_for(method, inner.name)) for method in methods)

    def _via(self, value: Value, name: str, cls: Class) -> Value:
        """The value, marked as reached through the inferred attribute ``name`` of ``cls`` (other code may assign it, too)."""
        if isinstance(value, Instance):
            said = cls if value.exact and value.cls.symbol in BUILTIN else None
            return Instance(value.cls, value.args, False, NOTHING, value.items, name, said=said)
        if isinstance(value, Union):
            members = (member if is_none(member) else self._via(member, name, cls) for member in value.members)
            return Union(tuple(members))
        return value

    def _descriptor(self, value: Value) -> Value:
        if isinstance(value, Union) and any(self._descriptor(member) is UNKNOWN for member in value.members):
            return UNKNOWN
        if isinstance(value, Instance) and value.literal is NOTHING:
            found = self.world.classes.member(value.cls, "__get__")
            if found is not None:
                return UNKNOWN
        return value


def _holds(value: Value) -> bool:
    """Whether it is a list, dictionary or set that was seen written out, with something in it."""
    if not isinstance(value, Instance) or not value.exact or value.cls.symbol not in _COLLECTIONS:
        return False
    return bool(value.args or value.items or value.keys)


def _emptied(value: Value) -> Value:
    if not isinstance(value, Instance) or not _holds(value):
        return value
    return Instance(value.cls, tuple(UNKNOWN for _ in value.args), value.exact, via=value.via)


def _says(annotation: ast.expr) -> bool:
    return not (
        isinstance(annotation, (ast.Name, ast.Attribute))
        and getattr(annotation, "id", getattr(annotation, "attr", "")) in ("ClassVar", "Final")
    )


@per_node
def _assignments(method: FunctionNode) -> list[ast.Assign]:
    return [node for node in walk(method) if isinstance(node, ast.Assign)]


def _read_for(method: FunctionNode, name: str) -> set[str]:
    """The attributes of its object that a method reads for what it stores in one of them, by way of its local names as well."""
    arguments = [*method.args.posonlyargs, *method.args.args]
    receiver = arguments[0].arg if arguments else ""
    stores = _assignments(method)
    wanted, read = {name}, set[str]()
    while wanted:
        part = wanted.pop()
        for node in stores:
            if not any(part in (getattr(target, "attr", ""), getattr(target, "id", "")) for target in node.targets):
                continue
            for inner in walk(node.value):
                if isinstance(inner, ast.Attribute) and getattr(inner.value, "id", "") == receiver:
                    read.add(inner.attr)
                elif isinstance(inner, ast.Name) and inner.id != receiver:
                    wanted.add(inner.id)
        stores = [
            node
            for node in stores
            if not any(part in (getattr(t, "attr", ""), getattr(t, "id", "")) for t in node.targets)
        ]
    return read
