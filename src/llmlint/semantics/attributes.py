"""Reading an attribute of a value: what it is, or that it does not exist."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from llmlint.contracts.library import Entry, Open
from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import (
    ASSIGN,
    CLASS,
    FROM,
    FUNCTION,
    IMPORT,
    Class,
    Function,
    FunctionNode,
    Member,
    Module,
)
from llmlint.contracts.walking import walk
from llmlint.model.position import Truth
from llmlint.semantics.nouns import Blueprint, Outcome, Owner
from llmlint.semantics.values import (
    NOTHING,
    OPEN,
    UNINFERRED,
    UNKNOWN,
    ClassValue,
    Coroutine,
    FunctionValue,
    Instance,
    ModuleValue,
    Special,
    Super,
    Union,
    Unknown,
    Value,
    is_none,
    union,
)

if TYPE_CHECKING:
    from llmlint.semantics.world import World


class Attribute(NamedTuple):
    """What reading an attribute gives."""

    value: Value
    outcome: Outcome
    truth: Truth | None = None
    """For OFF_CONTRACT: where the implementation has it."""


_UNKNOWN: Final = Attribute(UNKNOWN, Outcome.UNKNOWN)
_OPEN: Final = Attribute(OPEN, Outcome.UNKNOWN)
_MISSING: Final = Attribute(UNKNOWN, Outcome.MISSING)
COROUTINE_API: Final = frozenset(
    {"close", "send", "throw", "cr_await", "cr_code", "cr_frame", "cr_running", "cr_origin"}
)


def is_dunder(name: str) -> bool:
    """``__x__``: the language's own names, never judged."""
    return name.startswith("__") and name.endswith("__")


class Attributes:
    """Looks attributes up on values, by the contract first and by the implementation behind it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def get(self, value: Value, name: str) -> Attribute:
        """``value.name``."""
        kind = type(value)
        if kind is Instance:
            return self._instance(value, name)  # type: ignore[arg-type]
        if kind is Unknown:
            return Attribute(value, Outcome.UNKNOWN)
        if kind is ClassValue:
            return self._class(value, name)  # type: ignore[arg-type]
        if kind is ModuleValue:
            return self.of_module(value.module, name)  # type: ignore[attr-defined]
        if kind is Union:
            return self._union(value, name)  # type: ignore[arg-type]
        if kind is Special:
            return self.get(value.value, name)  # type: ignore[attr-defined]
        if kind is Super:
            return self._super(value, name)  # type: ignore[arg-type]
        return _UNKNOWN

    # -- modules ---------------------------------------------------------------------------------------------------------

    def of_module(self, module: Module, name: str) -> Attribute:
        """``module.name``."""
        entry = self.world.library.entry(module, name)
        if entry is None:
            if is_dunder(name):
                return _UNKNOWN
            return _MISSING
        if isinstance(entry, Open):
            return _OPEN
        if isinstance(entry, Module):
            return Attribute(self.world.names.of_module_object(entry), Outcome.FOUND)
        if entry.module.own and not entry.module.by_test and self.world.library.only_typed(entry):
            return _MISSING
        value = self._of_entry(entry, name)
        if entry.off_contract and self.off_contract(module, entry, name):
            row = getattr(entry.bindings[0].node, "lineno", 1)
            return Attribute(value, Outcome.OFF_CONTRACT, Truth(entry.module.path, row))
        return Attribute(value, Outcome.FOUND)

    def _of_entry(self, entry: Entry, name: str) -> Value:
        """What a module binds to a name. What a stub imports for its own use need not be what the module has (PEP 484)."""
        module, binding = entry.module, entry.bindings[-1]
        if module.is_stub and module.kind != "contract" and binding.form in (IMPORT, FROM):
            aliases = getattr(binding.node, "names", ())
            if not any(alias.asname == alias.name == name or alias.name == "*" for alias in aliases):
                if name not in (module.all or ()):
                    source = module.implementation
                    return self.world.names.value(source, name) if source and name in source.table else UNKNOWN
        return self.world.names.value(module, name)

    def off_contract(self, module: Module, entry: Entry, name: str) -> bool:
        """Whether the frozen contract of ``module`` speaks of that kind of member at all, and leaves ``name`` out."""
        if module.kind != "contract" or is_dunder(name):
            return False
        form = entry.bindings[-1].form
        if form in (IMPORT, FROM):
            return False
        declared = {(binding.form, other.isupper()) for other, all_of in module.table.items() for binding in all_of}
        if form in (FUNCTION, CLASS):
            return any(kind == form for kind, _ in declared)
        return (ASSIGN, name.isupper()) in declared  # generators keep constants and drop variables in lower case

    # -- instances -------------------------------------------------------------------------------------------------------

    def _instance(self, value: Instance, name: str) -> Attribute:
        classes = self.world.classes
        cls = value.cls
        member = classes.member(cls, name)
        if member is not None:
            return Attribute(self.member(member, value), Outcome.FOUND)
        if is_none(value):
            return _UNKNOWN
        return self._absent(cls, name, value)

    def _absent(self, cls: Class, name: str, receiver: Value) -> Attribute:
        classes = self.world.classes
        if is_dunder(name):
            return _UNKNOWN
        if classes.open_class(cls) if isinstance(receiver, ClassValue) else classes.open(cls):
            return _OPEN
        shape = classes.shape(cls)
        if shape.kind == "namedtuple":
            if not shape.known:
                return _OPEN
            for field in shape.fields:
                if field.name == name:
                    found = UNKNOWN if field.annotation is None else self.annotated(field.annotation, field.owner)
                    return Attribute(found, Outcome.FOUND)
        if shape.kind == "pydantic" and (shape.extra == "allow" or shape.extra not in ("ignore", "forbid")):
            return _OPEN
        hidden = classes.hidden(cls, name)
        if hidden is not None:
            # What the implementation assigns is found in its own class, not in the contract's.
            twin = cls.implementation or hidden.owner
            source = Instance(twin) if isinstance(receiver, Instance) else ClassValue(twin)
            found = self.member(hidden, receiver if hidden.kind == "method" else source)
            contract = next((base for base in classes.mro(cls) if base.implementation is hidden.owner), None)
            if contract is None:
                contract = next((base for base in classes.mro(cls) if base.module.kind == "contract"), None)
            if contract is not None and contract.module.kind == "contract" and hidden.owner.module.own:
                if classes.publishes(contract, hidden.kind):
                    return Attribute(found, Outcome.OFF_CONTRACT, hidden.truth)
            return Attribute(found, Outcome.FOUND)
        if self._contract_is_silent(cls):
            return _OPEN
        return _MISSING

    def _contract_is_silent(self, cls: Class) -> bool:
        """A frozen contract without a source behind it, that declares no attributes at all: it does not say."""
        for base in self.world.classes.mro(cls):
            if base.module.kind == "contract":
                self.world.library.canonical(base)
                if base.implementation is None and not self.world.classes.publishes(base, "instance attribute"):
                    return True
        return False

    def _class(self, value: ClassValue, name: str) -> Attribute:
        classes = self.world.classes
        cls = value.cls
        member = classes.member(cls, name, on_class=True)
        if member is not None and (member.kind != "field" or not self._only_of_instances(member, cls)):
            return Attribute(self.class_member(member, value), Outcome.FOUND)
        if is_dunder(name):
            return _UNKNOWN
        meta = classes.metaclass(cls) or classes.builtin("type")
        if meta is not None:
            found = classes.member(meta, name)
            if found is not None:
                return Attribute(
                    self.member(found, Instance(meta)) if meta.symbol != "builtins.type" else UNKNOWN, Outcome.FOUND
                )
            if classes.open(meta):
                return _OPEN
        on_instance = classes.member(cls, name)
        if on_instance is not None:
            if member is not None:
                return _OPEN if classes.open(cls) else _MISSING
            if on_instance.owner.module.is_stub or on_instance.method is None:
                return _UNKNOWN  # a field or a slot
            if classes.open_class(cls):
                return _OPEN
            return _MISSING
        return self._absent(cls, name, value)

    def _only_of_instances(self, member: Member, cls: Class) -> bool:
        """Whether an annotated name of a class body is no attribute of the class: a field of a dataclass without a default, or
        what the source behind a contract assigns on ``self`` alone."""
        classes = self.world.classes
        owner = member.owner
        if owner.module.kind == "typeshed":
            return False
        if owner.module.is_stub:
            self.world.library.canonical(owner)
            source = owner.implementation
            if source is None or member.value is not None or not source.own or classes.open(source):
                return False
            if classes.member(source, member.name, on_class=True) is not None:
                return False
            behind = classes.member(source, member.name)
            return behind is not None and behind.method is not None
        generated = classes.generator(owner)
        if (
            generated is None
            or generated[0] != "dataclass"
            or not owner.own
            or classes.shape(owner).kind != "dataclass"
        ):
            return False
        if any(keyword.arg in ("slots", None) for keyword in getattr(generated[1], "keywords", ())):
            return False
        if any(member.name in classes.body(base) for base in classes.mro(cls) if base is not owner):
            return False
        value = member.value
        if isinstance(value, ast.Call) and self.world.library.origin(owner.module, value) == "dataclasses.field":
            return not any(keyword.arg in ("default", None) for keyword in value.keywords)
        return value is None

    def _super(self, value: Super, name: str) -> Attribute:
        classes = self.world.classes
        for base in classes.mro(value.cls)[1:]:
            member = classes.body(base).get(name)
            if member is not None:
                return Attribute(self.member(member, value.receiver), Outcome.FOUND)
        bases = classes.bases(value.cls)
        if is_dunder(name) or not bases or classes.open(value.cls) or classes.member(value.cls, name) is not None:
            return _UNKNOWN
        found = [self._absent(base, name, value.receiver) for base in bases]
        return _MISSING if all(item.outcome is Outcome.MISSING for item in found) else _UNKNOWN

    def _union(self, value: Union, name: str) -> Attribute:
        values: list[Value] = []
        missing = True
        off: Attribute | None = None
        for member in value.members:
            if is_none(member):
                continue
            found = self.get(member, name)
            if found.outcome is Outcome.MISSING:
                continue
            missing = False
            if found.outcome is Outcome.OFF_CONTRACT:
                off = found
            values.append(found.value)
        if missing:
            return _MISSING
        if off is not None and len(values) == 1:
            return off
        result = union(values)
        return Attribute(result, Outcome.UNKNOWN if type(result) is Unknown else Outcome.FOUND)

    # -- what a member is ------------------------------------------------------------------------------------------------

    def member(self, member: Member, receiver: Value) -> Value:
        """The value of a member read from an instance (or, for a class, see ``class_member``)."""
        if isinstance(receiver, ClassValue):
            return self.class_member(member, receiver)
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
            return self._descriptor(value)
        value = self._inferred(member, receiver)
        if type(value) is FunctionValue and member.kind != "instance attribute":
            return self._bound(member, value, receiver)
        return self._descriptor(value)

    def _bound(self, member: Member, value: FunctionValue, receiver: Value) -> Value:
        """``check = helpers.check`` in a class body, read from an instance: a function that is bound like a method."""
        if value.receiver is not None or isinstance(member.value, ast.Call):
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

    def class_member(self, member: Member, receiver: ClassValue) -> Value:
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
        return self._descriptor(self._inferred(member, receiver))

    def _made_otherwise(self, member: Member, declared: Value) -> bool:
        """Whether a call makes what the class holds, and it is not known to be what the annotation says that its objects hold."""
        if not isinstance(member.value, ast.Call) or member.method is not None or type(declared) is Unknown:
            return False
        if self.world.classes.shape(member.owner).kind in ("dataclass", "attrs"):
            return False  # the class holds the default
        made = self.world.inference.class_value(member.owner, member.value)
        return type(made) is Unknown or not self.world.calls.may_be(made, declared)

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
            return self._via(result, member.name) if function.node.returns is None else result
        return UNKNOWN

    def annotated(self, node: ast.expr, owner: Class) -> Value:
        """The value of an annotation in the body of ``owner``."""
        return self.world.annotations.value(node, owner.module, owner)

    def _annotated_for(self, member: Member, receiver: Value) -> Value:
        assert member.annotation is not None
        owner = member.owner
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
        if key in cls.memo:
            return cls.memo[key]  # type: ignore[no-any-return]
        cls.memo[key] = UNINFERRED
        before = self.world.inference.cuts
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
                        values.append(self.world.inference.class_value(base, body.value))
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
        if not cls.module.by_test:
            result = self._via(result, member.name)
        cls.memo[key] = result
        if self.world.inference.partial(before):
            del cls.memo[key]
        return result

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

    def _via(self, value: Value, name: str) -> Value:
        """The value, marked as reached through the inferred attribute ``name`` (other code may assign it, too)."""
        if isinstance(value, Instance):
            return Instance(value.cls, value.args, False, NOTHING, value.items, name)
        if isinstance(value, Union):
            return Union(tuple(self._via(member, name) if not is_none(member) else member for member in value.members))
        return value

    def _descriptor(self, value: Value) -> Value:
        if isinstance(value, Union) and any(self._descriptor(member) is UNKNOWN for member in value.members):
            return UNKNOWN
        if isinstance(value, Instance) and value.literal is NOTHING:
            found = self.world.classes.member(value.cls, "__get__")
            if found is not None:
                return UNKNOWN
        return value

    # -- describing ------------------------------------------------------------------------------------------------------

    def owner(self, value: Value) -> Owner | None:
        """The value as findings speak of it."""
        if isinstance(value, Special):
            value = value.value
        if isinstance(value, Union):
            for member in value.members:
                if not is_none(member):
                    return self.owner(member)
            return None
        library, classes = self.world.library, self.world.classes
        if isinstance(value, ModuleValue):
            module = value.module

            def module_names() -> list[str]:
                return [name for name in library.names(module) if not name.startswith("_") and name != "TYPE_CHECKING"]

            return Owner("module", module.name, module.name, module.truth, module_names, module.own, module.by_test)
        if isinstance(value, (Instance, ClassValue)):
            cls = value.cls

            def class_names() -> list[str]:
                return [name for name in classes.members(cls) if not name.startswith("_")] + [
                    field.name for field in classes.shape(cls).fields
                ]

            shape = classes.shape(cls).kind
            on_class = isinstance(value, ClassValue)
            kind = "enum" if on_class and shape == "enum" else "class" if on_class else "instance"
            if shape == "typeddict" and not on_class:
                kind = "typed dict"
            place = (cls.module.own, cls.module.by_test)
            return Owner(kind, cls.qualname, cls.symbol, cls.truth, class_names, *place, lambda: self.blueprint(cls))  # type: ignore[arg-type]
        if isinstance(value, Super):
            owner = self.owner(Instance(value.cls))
            return owner and replace(owner, kind="super")
        if isinstance(value, FunctionValue):
            function = value.function
            return self.function_owner(function)
        if isinstance(value, Coroutine) and value.function is not None:
            return self.function_owner(value.function)
        return None

    def blueprint(self, cls: Class) -> Blueprint | None:
        """What a spec of the class would know; None where the class is local to a function or another class."""
        if cls.outer is not None or cls.scope is not None:
            return None
        classes, real = self.world.classes, cls.implementation or cls
        shape = classes.shape(real)
        unknown: list[str] = []
        special: list[str] = []
        for name, member in classes.members(real).items():
            if name.startswith("_"):
                continue
            made = isinstance(member.value, ast.Call)
            if member.kind == "instance attribute":
                # A slot is a descriptor of the class.
                (unknown if member.method is not None else special).append(name)
            elif member.kind == "field" and (member.value is None or made or shape.kind == "pydantic"):
                unknown.append(name)
            elif member.kind != "method" or any(function.node.decorator_list for function in member.functions()):
                special.append(name)
        unknown += [
            field.name for field in shape.fields if field.default is None and field.name not in (*unknown, *special)
        ]
        return Blueprint(tuple(unknown), tuple(special))

    def function_owner(self, function: Function) -> Owner:
        """A function as findings speak of it."""
        name = f"{function.owner.qualname}.{function.name}" if function.owner else function.name
        module = function.module
        return Owner("function", name, function.symbol, function.truth, tuple, module.own, module.by_test)


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
