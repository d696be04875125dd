"""What follows from a class statement: its members, its bases and their order, its fields, its constructor."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from llmlint.contracts.library import Library, Variable
from llmlint.contracts.reader import Table
from llmlint.contracts.signature import (
    KEYWORD_ONLY,
    POSITIONAL_OR_KEYWORD,
    VAR_KEYWORD,
    Parameter,
    Signature,
)
from llmlint.contracts.symbols import ASSIGN, CLASS, FUNCTION, Class, Function, FunctionNode, Member, MemberKind

_PLAIN_METACLASSES: Final = frozenset(
    {
        "builtins.type",
        "abc.ABCMeta",
        "enum.EnumMeta",
        "enum.EnumType",
        "typing._ProtocolMeta",
        "typing.NamedTupleMeta",
    }
)
_PLAIN_DECORATORS: Final = frozenset(
    {
        "dataclasses.dataclass",
        "functools.total_ordering",
        "typing.final",
        "typing.runtime_checkable",
        "typing.type_check_only",
        "typing.dataclass_transform",
        "typing_extensions.final",
        "typing_extensions.runtime_checkable",
        "typing.no_type_check",
        "enum.unique",
        "enum.verify",
        "warnings.deprecated",
        "typing_extensions.deprecated",
        "unittest.skip",
        "unittest.skipIf",
        "unittest.skipUnless",
        "unittest.case.skip",
        "unittest.case.skipIf",
        "unittest.case.skipUnless",
        "pytest.fixture",
        "unittest.mock.patch",
        "unittest.mock.patch.object",
        "unittest.mock.patch.dict",
        "mock.patch",
        "mock.patch.object",
    }
)
_ATTRS: Final = frozenset({"s", "attrs", "attributes", "define", "mutable", "frozen", "dataclass"})
_PROPERTY_LIKE: Final = frozenset(
    {
        "property",
        "functools.cached_property",
        "cached_property",
        "cached_property.cached_property",
        "abc.abstractproperty",
        "werkzeug.utils.cached_property",
        "django.utils.functional.cached_property",
        "enum.property",
        "types.DynamicClassAttribute",
        "pydantic.computed_field",
    }
)
_SPECIAL: Final = {
    "typing.Generic": "generic",
    "typing.Protocol": "protocol",
    "typing_extensions.Protocol": "protocol",
    "typing.TypedDict": "typeddict",
    "typing_extensions.TypedDict": "typeddict",
    "typing._TypedDict": "typeddict",
    "mypy_extensions.TypedDict": "typeddict",
}


class Field(NamedTuple):
    """A field of a dataclass, an attrs class, a named tuple, a model or a TypedDict."""

    name: str
    annotation: ast.expr | None
    required: bool
    init: bool
    keyword_only: bool
    argument: str
    """The name of the constructor's parameter."""
    default: ast.expr | None
    owner: Class


class Shape(NamedTuple):
    """What a class is beyond a plain class."""

    kind: str
    """``plain``, ``dataclass``, ``attrs``, ``namedtuple``, ``pydantic``, ``typeddict``, ``enum`` or ``protocol``."""
    fields: tuple[Field, ...] = ()
    frozen: bool = False
    generates_init: bool = False
    known: bool = True
    """False where its fields cannot be told."""
    extra: str = "ignore"
    """For a model: ``ignore``, ``allow`` or ``forbid``."""
    populate_by_name: bool = False


class Classes:
    """Computes, once a class, what follows from its statement. Needs the ``Library`` to follow names."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._object: Class | None = None

    # -- well-known classes ----------------------------------------------------------------------------------------------

    def builtin(self, name: str) -> Class | None:
        """A class of ``builtins``."""
        return self.named("builtins", name)

    def named(self, module: str, name: str) -> Class | None:
        """The class ``module.name``, imports followed."""
        found = self.library.module(module)
        symbol = self.library.symbol(found, name) if found is not None else None
        return symbol if isinstance(symbol, Class) else None

    # -- members ---------------------------------------------------------------------------------------------------------

    def body(self, cls: Class) -> dict[str, Member]:
        """The members that the class's own body binds."""
        found = cls.own_members
        if found is None:
            found = cls.own_members = self._read_body(cls)
        return found

    def _read_body(self, cls: Class) -> dict[str, Member]:
        table = Table(cls.module.package)
        table.body(cls.node.body)
        if table.stars:
            cls.own_open = "its body has a star import"
        members: dict[str, Member] = {}
        enum = self._looks_like_enum(cls)
        for name, bindings in table.names.items():
            last = bindings[-1]
            kind: MemberKind
            if last.form == FUNCTION:
                kind = "property" if self._is_property(cls, last.node) else "method"
            elif last.form == CLASS:
                kind = "nested class"
            elif last.form == ASSIGN and last.annotation is not None:
                kind = "class variable" if _is_classvar(last.annotation) else "field"
            elif last.form == ASSIGN and enum and not name.startswith("_"):
                kind = "enum member"
            else:
                kind = "class variable"
            if enum and kind == "field" and not name.startswith("_") and cls.module.is_stub and last.value is None:
                kind = "enum member" if name != "_value_" else "field"
            member = Member(name, kind, cls, last.node, last.annotation, last.value)
            member.bindings = [binding.node for binding in bindings]
            members[name] = member
        return members

    def _looks_like_enum(self, cls: Class) -> bool:
        return any(base.symbol == "enum.Enum" for base in self.mro(cls))

    def _is_property(self, cls: Class, node: FunctionNode) -> bool:
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter", "getter"):
                return True
            if self.decorator(cls, decorator) in _PROPERTY_LIKE:
                return True
        return False

    def decorator(self, scope: Class | Function, node: ast.expr) -> str:
        """The dotted name of a decorator: as resolved, else as imported; '' where it is no dotted name."""
        module = scope.module
        if isinstance(node, ast.Name) and node.id in ("property", "staticmethod", "classmethod"):
            if node.id not in module.table or module.name == "builtins":
                return node.id
        origin = self.library.origin(module, node)
        if origin.endswith((".cached_property", ".computed_field")):
            return "functools.cached_property"
        return origin

    def instance(self, cls: Class) -> dict[str, Member]:
        """The members that the class's own methods assign on ``self`` (and, for class methods, on ``cls``)."""
        found = cls.own_instance
        if found is None:
            found = cls.own_instance = {}
            if not cls.module.is_stub or "self." in cls.module.text:
                self._scan(cls, found)
        return found

    def _scan(self, cls: Class, found: dict[str, Member]) -> None:
        text = cls.module.text
        dynamic = (
            "setattr" in text or "__dict__" in text or "vars(" in text or "__class__" in text or "locals()" in text
        )
        for method in _methods(cls.node.body):
            arguments = [*method.args.posonlyargs, *method.args.args]
            static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in method.decorator_list)
            first = "" if not arguments or static else arguments[0].arg
            if first:
                for target, node, annotation, value in _stores(method.body, first):
                    if target not in found:
                        found[target] = Member(target, "instance attribute", cls, node, annotation, value, method)
                        found[target].bindings = [(method, node)]
                    else:
                        found[target].bindings.append((method, node))
                        if annotation is not None and found[target].annotation is None:
                            found[target].annotation = annotation
            if dynamic and _mentions(cls, method):
                self._dynamic(cls, method, first, found)
        slots = self.body(cls).get("__slots__")
        if slots is not None and slots.value is not None:
            for name in _strings(slots.value) or ():
                if name not in found and name not in self.body(cls):
                    found[name] = Member(name, "instance attribute", cls, slots.node)

    def _dynamic(self, cls: Class, method: FunctionNode, first: str, found: dict[str, Member]) -> None:
        own = {first, *_made_here(cls, method)} - {""}
        read = _merely_read(method)
        for node in ast.walk(method):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else ""
                if isinstance(node.func, ast.Attribute) and node.func.attr == "__setattr__":
                    name = "setattr"
                if name == "setattr" and node.args:
                    arguments = node.args
                    if isinstance(node.func, ast.Attribute) and len(arguments) == 2:
                        arguments = [node.func.value, *arguments]
                    target = arguments[0]
                    literal = arguments[1] if len(arguments) > 1 else None
                    if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                        if literal.value not in found:
                            found[literal.value] = Member(literal.value, "instance attribute", cls, node)
                    elif _is_own(target, own) or method.name == "__set_name__":
                        cls.own_open = cls.own_open or f"{method.name}() sets attributes by computed names"
                elif name == "vars" and node.args and isinstance(node.args[0], ast.Name) and node.args[0].id == first:
                    cls.own_open = cls.own_open or f"{method.name}() uses vars({first})"
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in own:
                if node.attr == "__dict__" and id(node) not in read:
                    cls.own_open = cls.own_open or f"{method.name}() uses {first}.__dict__"
                elif node.attr == "__class__" and isinstance(node.ctx, ast.Store):
                    cls.own_open = cls.own_open or f"{method.name}() changes its class"

    # -- bases and their order -------------------------------------------------------------------------------------------

    def bases(self, cls: Class) -> tuple[Class, ...]:
        """The direct bases that are known; ``cls.open`` says why the others are not."""
        if cls.bases is None:
            cls.bases = ()
            cls.bases = tuple(self._read_bases(cls))
        return cls.bases

    def _read_bases(self, cls: Class) -> Iterator[Class]:
        library = self.library
        for node in cls.node.bases:
            if isinstance(node, ast.Starred):
                cls.own_open = "its bases are computed"
                continue
            if isinstance(node, ast.Call):
                origin = library.origin(cls.module, node)
                if origin in ("collections.namedtuple", "typing.NamedTuple"):
                    cls.memo["namedtuple"] = node
                    base = self.named("typing", "NamedTuple")
                    if base is not None:
                        yield base
                    continue
                cls.own_open = cls.own_open or "a base is computed"
                continue
            symbol = library.resolve(cls.module, node, cls.outer) if cls.scope is None else cls.scope.symbol(node)
            if isinstance(symbol, Class):
                if symbol is cls or symbol.implementation is cls or cls.implementation is symbol:
                    cls.own_open = cls.own_open or "it inherits from itself"
                else:
                    yield symbol
                continue
            if isinstance(symbol, Variable):
                special = _SPECIAL.get(symbol.symbol)
                if special == "typeddict":
                    cls.memo["typeddict"] = True
                    base = self.builtin("dict")
                    if base is not None:
                        yield base
                    continue
                if special == "protocol":
                    cls.memo["protocol"] = True
                    continue
                if special == "generic":
                    continue
                value = symbol.binding.value
                if isinstance(value, ast.Call):
                    origin = library.origin(symbol.module, value)
                    if origin in ("collections.namedtuple", "typing.NamedTuple"):
                        cls.memo["namedtuple"] = value
                        base = self.named("typing", "NamedTuple")
                        if base is not None:
                            yield base
                        continue
            cls.own_open = cls.own_open or f"its base {_dotted(node)} is not known"

    def mro(self, cls: Class) -> tuple[Class, ...]:
        """The method resolution order (C3, https://docs.python.org/3/howto/mro.html), ``object`` last.

        Where the bases are inconsistent or circular, a depth-first order stands in. ``cls.open`` is set, for the class and
        whatever it inherits from.
        """
        if cls.mro is not None:
            return cls.mro
        cls.mro = (cls,)  # a base that comes back here is circular
        cls.memo["ordering"] = True
        bases = self.bases(cls)
        if any("ordering" in base.memo for base in bases):
            cls.own_open = cls.own_open or "it inherits from itself"
        sequences: list[list[Class]] = [list(self.mro(base)) for base in bases]
        sequences.append(list(bases))
        merged = _merge(sequences)
        if merged is None:
            merged = list(dict.fromkeys(item for sequence in sequences for item in sequence))
        merged = [item for item in merged if item is not cls]
        top = self.top()
        if top is not None and top is not cls:
            merged = [item for item in merged if item is not top]
            merged.append(top)
        cls.mro = (cls, *merged)
        del cls.memo["ordering"]
        return cls.mro

    def top(self) -> Class | None:
        """``builtins.object``."""
        if self._object is None:
            self._object = self.builtin("object")
        return self._object

    def derives(self, cls: Class, symbol: str) -> bool:
        """Whether ``cls`` is, or inherits from, the class with that dotted name."""
        return any(base.symbol == symbol for base in self.mro(cls))

    def is_subclass(self, cls: Class, other: Class) -> bool:
        """Whether ``other`` stands in the method resolution order of ``cls``."""
        return any(base is other or base.symbol == other.symbol for base in self.mro(cls))

    # -- openness --------------------------------------------------------------------------------------------------------

    def open(self, cls: Class) -> str | None:
        """Why an instance of ``cls`` may have attributes that nobody declared; None: it is closed."""
        key = "open"
        if key in cls.memo:
            return cls.memo[key]  # type: ignore[no-any-return]
        cls.memo[key] = None
        reason: str | None = None
        for base in self.mro(cls):
            reason = self.own_openness(base)
            if reason is not None:
                break
        if reason is None and cls.implementation is not None:
            reason = self.open(cls.implementation)
        cls.memo[key] = reason
        return reason

    def own_openness(self, cls: Class) -> str | None:
        """What in the statement of ``cls`` itself makes it open, or None."""
        if "own_open" in cls.memo:
            return cls.memo["own_open"]  # type: ignore[no-any-return]
        cls.memo["own_open"] = None
        reason = self._why_open(cls)
        cls.memo["own_open"] = reason
        return reason

    def _why_open(self, cls: Class) -> str | None:
        symbol = cls.symbol
        if symbol in ("builtins.object", "builtins.type", "typing.NamedTuple", "_pytest.monkeypatch.MonkeyPatch"):
            return None
        if symbol == "logging.LogRecord":
            return "extra= adds attributes to it"
        if symbol in (
            "pydantic.main.BaseModel",
            "pydantic_settings.main.BaseSettings",
            "pydantic.root_model.RootModel",
        ):
            return None
        self.mro(cls)
        body = self.body(cls)
        if "__getattr__" in body:
            return f"{cls.name} defines __getattr__"
        if "__getattribute__" in body:
            return f"{cls.name} defines __getattribute__"
        self.instance(cls)  # looks for what sets attributes by computed names
        if cls.own_open:
            return cls.own_open
        for keyword in cls.node.keywords:
            if keyword.arg == "metaclass":
                reason = self._metaclass_open(cls, keyword.value)
                if reason:
                    return reason
            elif keyword.arg is None:
                return f"{cls.name} has computed class keywords"
        if not cls.module.is_stub:
            for decorator in cls.node.decorator_list:
                if not self._plain_decorator(cls, decorator):
                    return f"the decorator {_dotted(decorator)} may add members"
            for member in self.body(cls).values():
                if isinstance(member.value, ast.Call) and self._named_by_value(cls, member.value):
                    return f"{member.name} is told of {cls.name} by __set_name__"
            if self._body_is_dynamic(cls):
                return f"the body of {cls.name} computes names"
            if cls.name in self._set_from_outside(cls):
                return f"attributes of {cls.name} are set by computed names"
        return None

    def _metaclass_open(self, cls: Class, node: ast.expr) -> str | None:
        symbol = self.library.resolve(cls.module, node, cls.outer) if cls.scope is None else cls.scope.symbol(node)
        if not isinstance(symbol, Class):
            return f"the metaclass of {cls.name} is not known"
        for base in self.mro(symbol):
            if base.symbol in _PLAIN_METACLASSES or base.symbol == "builtins.object":
                continue
            if cls.module.kind == "typeshed" and base.module.kind == "typeshed":
                continue
            names = self.body(base)
            if self.own_openness(base) or not names.keys().isdisjoint(
                {"__getattr__", "__getattribute__", "__new__", "__init__", "__call__", "__prepare__", "mro"}
            ):
                return f"the metaclass {symbol.name} may add members"
        return None

    def metaclass(self, cls: Class) -> Class | None:
        """The metaclass, where one is named along the method resolution order."""
        for base in self.mro(cls):
            for keyword in base.node.keywords:
                if keyword.arg == "metaclass":
                    symbol = self.library.resolve(base.module, keyword.value, base.outer)
                    return symbol if isinstance(symbol, Class) else None
        return None

    def _plain_decorator(self, cls: Class, node: ast.expr) -> bool:
        name = self.decorator(cls, node)
        if name in _PLAIN_DECORATORS or name.startswith("pytest.mark."):
            return True
        top, _, last = name.rpartition(".")
        if top in ("attr", "attrs", "attr._make", "attr._next_gen") and last in _ATTRS:
            return True
        target = node.func if isinstance(node, ast.Call) else node
        symbol = self.library.resolve(cls.module, target, cls.outer) if cls.scope is None else cls.scope.symbol(target)
        if isinstance(symbol, Function):
            if symbol.symbol in _PLAIN_DECORATORS:
                return True
            return returns_its_argument(symbol.node)
        return False

    def _named_by_value(self, cls: Class, value: ast.Call) -> bool:
        """Whether ``value`` makes a descriptor that adds attributes to its owner by ``setattr``."""
        made = (
            self.library.resolve(cls.module, value.func, cls.outer)
            if cls.scope is None
            else cls.scope.symbol(value.func)
        )
        if not isinstance(made, Class) or made.module.is_stub:
            return False
        member = self.member(made, "__set_name__")
        return member is not None and "setattr(" in member.owner.module.text

    def keeps_class(self, cls: Class) -> bool:
        """Whether the decorators of ``cls`` are all known to hand back the class itself."""
        return all(self._plain_decorator(cls, decorator) for decorator in cls.node.decorator_list)

    def _body_is_dynamic(self, cls: Class) -> bool:
        text = cls.module.text
        if "locals()" not in text and "vars()" not in text and "exec(" not in text:
            return False
        stack: list[ast.AST] = list(cls.node.body)
        while stack:
            node = stack.pop()
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
                continue
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("locals", "vars", "exec")
            ):
                return True
            stack.extend(ast.iter_child_nodes(node))
        return False

    def _set_from_outside(self, cls: Class) -> frozenset[str]:
        """Names of classes on which the module calls ``setattr`` with a computed name, outside of classes."""
        module = cls.module
        found = module.memo.get("<set from outside>")
        if found is None:
            names = set()
            if "setattr(" in module.text and module.tree is not None:
                for node in ast.walk(module.tree):
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr":
                        if node.args and isinstance(node.args[0], ast.Name):
                            names.add(node.args[0].id)
            found = module.memo["<set from outside>"] = frozenset(names)
        return found

    # -- looking up ------------------------------------------------------------------------------------------------------

    def member(self, cls: Class, name: str, *, on_class: bool = False) -> Member | None:
        """The member ``name`` of an instance of ``cls`` (of the class itself with ``on_class``), along its order.

        The implementation behind a stub is not asked: see ``hidden``.
        """
        key = (name, on_class)
        memo = cls.memo
        if key in memo:
            return memo[key]  # type: ignore[no-any-return]
        found: Member | None = None
        for base in self.mro(cls):
            found = self.body(base).get(name)
            if found is None and not on_class:
                found = self.instance(base).get(name)
            elif found is None and on_class:
                inner = self.instance(base).get(name)
                if inner is not None and inner.method is not None and _is_classmethod(inner.method):
                    found = inner
            if found is not None:
                break
        if found is None and name[0] == "_" and "__" in name[1:-2]:
            found = self._mangled(cls, name)
        memo[key] = found
        return found

    def _mangled(self, cls: Class, name: str) -> Member | None:
        """The member behind ``_Cart__total``: ``__total``, as the text of the class ``Cart`` writes it."""
        for base in self.mro(cls):
            prefix = f"_{base.name.lstrip('_')}__"
            if name.startswith(prefix):
                plain = name[len(prefix) - 2 :]
                found = self.body(base).get(plain) or self.instance(base).get(plain)
                if found is not None:
                    return found
        return None

    def hidden(self, cls: Class, name: str) -> Member | None:
        """The member that only an implementation behind a stub has, for ``cls`` or a class that it inherits from."""
        key = ("hidden", name)
        if key in cls.memo:
            return cls.memo[key]  # type: ignore[no-any-return]
        found = None
        for base in self.mro(cls):
            twin = base.implementation
            if twin is None and base.module.is_stub:
                self.library.canonical(base)
                twin = base.implementation
            if twin is not None and twin is not base:
                found = self.member(twin, name)
                if found is not None:
                    break
        cls.memo[key] = found
        return found

    def members(self, cls: Class) -> dict[str, Member]:
        """Every member of an instance, inherited ones included, nearest first, without those of ``object``."""
        found: dict[str, Member] = {}
        for base in self.mro(cls):
            if base.symbol == "builtins.object":
                continue
            for source in (self.body(base), self.instance(base)):
                for name, member in source.items():
                    found.setdefault(name, member)
        return found

    def publishes(self, cls: Class, kind: MemberKind) -> bool:
        """Whether the contract of ``cls`` declares any member of that kind: otherwise it says nothing about the kind."""
        kinds = cls.memo.get("kinds")
        if kinds is None:
            kinds = {member.kind for name, member in self.body(cls).items() if not name.startswith("__")}
            kinds |= {member.kind for member in self.instance(cls).values()}
            if "field" in kinds:
                kinds |= {"instance attribute", "class variable"}
            cls.memo["kinds"] = kinds
        return kind in kinds

    # -- shapes ----------------------------------------------------------------------------------------------------------

    def shape(self, cls: Class) -> Shape:
        """What the class is beyond a plain one, with its fields in constructor order."""
        found = cls.shape
        if found is None:
            cls.shape = Shape("plain")
            found = cls.shape = self._read_shape(cls)
        return found  # type: ignore[no-any-return]

    def _read_shape(self, cls: Class) -> Shape:
        order = self.mro(cls)
        if any("typeddict" in base.memo for base in order):
            return self._typed_dict(cls)
        for base in order:
            symbol = base.symbol
            if symbol == "enum.Enum":
                return Shape("enum")
            if symbol == "typing.NamedTuple":
                return self._named_tuple(cls)
            if symbol == "pydantic.main.BaseModel":
                return self._model(cls)
        generated = self.generator(cls)
        if generated is not None:
            return self._data(cls, *generated)
        for base in order[1:]:
            inherited = self.generator(base)
            if inherited is not None:
                shape = self._data(base, *inherited)
                return shape._replace(kind=shape.kind)
        if "protocol" in cls.memo:
            return Shape("protocol")
        return Shape("plain")

    def generator(self, cls: Class) -> tuple[str, ast.expr] | None:
        """The decorator that makes the class's constructor: ``("dataclass" | "attrs", decorator)``."""
        for decorator in cls.node.decorator_list:
            name = self.decorator(cls, decorator)
            if name == "dataclasses.dataclass" or name == "pydantic.dataclasses.dataclass":
                return ("dataclass", decorator)
            top, _, last = name.rpartition(".")
            if top in ("attr", "attrs", "attr._make", "attr._next_gen") and last in _ATTRS:
                return ("attrs", decorator)
        return None

    def _data(self, cls: Class, kind: str, decorator: ast.expr) -> Shape:
        options = _options(decorator)
        known = options is not None
        options = options or {}
        frozen = options.get("frozen") is True or (
            kind == "attrs" and self.decorator(cls, decorator).endswith(".frozen")
        )
        fields: dict[str, Field] = {}
        for base in reversed(self.mro(cls)):
            generated = self.generator(base)
            if generated is None:
                if self._why_unknown_base(base):
                    known = False
                continue
            own = _options(generated[1])
            if own is None or "these" in own or "field_transformer" in own:
                known = False
                own = own or {}
            found = self._dataclass_fields(base, own) if generated[0] == "dataclass" else self._attrs_fields(base, own)
            for item in found:
                fields[item.name] = item
        ordered = list(fields.values())
        return Shape(kind, tuple(ordered), frozen, options.get("init") is not False, known)

    def _why_unknown_base(self, cls: Class) -> bool:
        return bool(cls.own_open) and "base" in (cls.own_open or "")

    def _dataclass_fields(self, cls: Class, options: dict[str, object]) -> Iterator[Field]:
        keyword_only = options.get("kw_only") is True
        for node in _annotated(cls.node.body):
            assert isinstance(node.target, ast.Name)
            name = node.target.id
            if _is_classvar(node.annotation):
                continue
            if _last(node.annotation) == "KW_ONLY":
                keyword_only = True
                continue
            default = node.value
            required = default is None
            init, only = True, keyword_only
            if isinstance(default, ast.Call) and self.library.origin(cls.module, default).endswith(".field"):
                found = _options(default) or {}
                required = not ({"default", "default_factory"} & found.keys())
                init = found.get("init") is not False
                if "kw_only" in found:
                    only = found["kw_only"] is True
                default = None
            annotation = node.annotation
            if _last(annotation) == "InitVar" and isinstance(annotation, ast.Subscript):
                annotation = annotation.slice
            yield Field(name, annotation, required, init, only, name, default, cls)

    def _attrs_fields(self, cls: Class, options: dict[str, object]) -> Iterator[Field]:
        keyword_only = options.get("kw_only") is True
        defaulted = {
            decorator.value.id
            for method in _methods(cls.node.body)
            for decorator in method.decorator_list
            if isinstance(decorator, ast.Attribute)
            and decorator.attr == "default"
            and isinstance(decorator.value, ast.Name)
        }
        old = not any(
            self.decorator(cls, d).rpartition(".")[2] in ("define", "mutable", "frozen")
            for d in cls.node.decorator_list
        )
        auto = options.get("auto_attribs")
        if any(self.decorator(cls, d).rpartition(".")[2] == "dataclass" for d in cls.node.decorator_list):
            auto = True  # attr.dataclass
        for name, annotation, value in _assigned(cls.node.body):
            call = value if isinstance(value, ast.Call) else None
            is_field = call is not None and self.library.origin(cls.module, call).rpartition(".")[2] in (
                "ib",
                "attrib",
                "attr",
                "field",
            )
            if not is_field:
                if annotation is None or _is_classvar(annotation) or auto is False or (old and auto is not True):
                    continue
            elif annotation is None and auto is True:
                continue
            found = (_options(call) or {}) if is_field and call is not None else {}
            required = value is None
            default = None if is_field else value
            if is_field and call is not None:
                required = not ({"default", "factory"} & found.keys()) and name not in defaulted and not call.args
            only = found["kw_only"] is True if "kw_only" in found else keyword_only
            alias = found.get("alias")
            argument = alias if isinstance(alias, str) else name.lstrip("_") or name
            yield Field(name, annotation, required, found.get("init") is not False, only, argument, default, cls)

    def _named_tuple(self, cls: Class) -> Shape:
        fields: list[Field] = []
        known = True
        for base in reversed(self.mro(cls)):
            call = base.memo.get("namedtuple")
            if isinstance(call, ast.Call):
                names = _named_tuple_fields(call)
                if names is None:
                    known = False
                    continue
                fields = [
                    Field(name, annotation, required, True, False, name, None, base)
                    for name, annotation, required in names
                ]
            elif base is not cls and base.symbol == "typing.NamedTuple":
                continue
            elif base.module.kind != "typeshed" and any(b.symbol == "typing.NamedTuple" for b in self.bases(base)):
                fields = [
                    Field(
                        node.target.id,
                        node.annotation,
                        node.value is None,
                        True,
                        False,
                        node.target.id,
                        node.value,
                        base,
                    )
                    for node in _annotated(base.node.body)
                    if isinstance(node.target, ast.Name)
                ]
        return Shape("namedtuple", tuple(fields), True, True, known)

    def _typed_dict(self, cls: Class) -> Shape:
        fields: dict[str, Field] = {}
        known = True
        for base in reversed(self.mro(cls)):
            if base.symbol.startswith(("builtins.", "typing.", "collections.")):
                continue
            if base.own_open:
                known = False
            total = True
            for keyword in base.node.keywords:
                if keyword.arg == "total" and isinstance(keyword.value, ast.Constant):
                    total = bool(keyword.value.value)
            for node in _annotated(base.node.body):
                assert isinstance(node.target, ast.Name)
                required = total
                annotation = node.annotation
                if isinstance(annotation, ast.Subscript) and _last(annotation.value) in ("Required", "NotRequired"):
                    required = _last(annotation.value) == "Required"
                    annotation = annotation.slice
                fields[node.target.id] = Field(
                    node.target.id, annotation, required, True, True, node.target.id, None, base
                )
        return Shape("typeddict", tuple(fields.values()), False, True, known)

    def _model(self, cls: Class) -> Shape:
        """A pydantic model (https://docs.pydantic.dev, "Models", "Fields", "Configuration")."""
        fields: dict[str, Field] = {}
        extra, by_name, known = "ignore", False, True
        frozen = False
        settings = any(base.symbol == "pydantic_settings.main.BaseSettings" for base in self.mro(cls))
        if settings:
            extra = "forbid"
            known = False
        for base in reversed(self.mro(cls)):
            if base.symbol in ("pydantic.main.BaseModel", "builtins.object", "pydantic_settings.main.BaseSettings"):
                continue
            if base.own_open:
                known = False
            written = self._model_config(base)
            known = known and written is not None
            config = written or {}
            value = config.get("extra", extra)
            extra = value if isinstance(value, str) else extra
            if "extra" in config and not isinstance(config["extra"], str):
                known = False
            by_name = bool(
                config.get(
                    "populate_by_name",
                    config.get("validate_by_name", config.get("allow_population_by_field_name", by_name)),
                )
            )
            frozen = bool(config.get("frozen", frozen))
            if "alias_generator" in config:
                known = False
            for method in _methods(base.node.body):
                for decorator in method.decorator_list:
                    if self.decorator(base, decorator).rpartition(".")[2] in ("model_validator", "root_validator"):
                        options = _options(decorator) or {}
                        if options.get("mode") != "after":
                            known = False
            for node in _annotated(base.node.body):
                assert isinstance(node.target, ast.Name)
                name = node.target.id
                if name.startswith("_") or _is_classvar(node.annotation) or name == "model_config":
                    continue
                default = node.value
                required = default is None
                argument = name
                candidates: list[ast.expr] = [default] if default is not None else []
                if isinstance(node.annotation, ast.Subscript) and _last(node.annotation.value) == "Annotated":
                    if isinstance(node.annotation.slice, ast.Tuple):
                        candidates += node.annotation.slice.elts[1:]
                for call in candidates:
                    if isinstance(call, ast.Call) and self.library.origin(base.module, call).endswith(".Field"):
                        found = _options(call)
                        if found is None:
                            known = False
                            found = {}
                        if call is default:
                            first = call.args[0] if call.args else None
                            given = first is not None and not (isinstance(first, ast.Constant) and first.value is ...)
                            required = not given and not ({"default", "default_factory"} & found.keys())
                            default = None
                        elif {"default", "default_factory"} & found.keys():
                            required = False
                        for key in ("alias", "validation_alias"):
                            if key in found:
                                alias = found[key]
                                if isinstance(alias, str):
                                    argument = alias
                                else:
                                    known = False
                    elif isinstance(call, ast.Constant) and call.value is ...:
                        required = True
                fields[name] = Field(name, node.annotation, required, True, True, argument, default, base)
        if cls.symbol.startswith("pydantic.") or any(
            b.symbol == "pydantic.root_model.RootModel" for b in self.mro(cls)
        ):
            known = False
        return Shape("pydantic", tuple(fields.values()), frozen, True, known, extra, by_name)

    def _model_config(self, cls: Class) -> dict[str, object] | None:
        member = self.body(cls).get("model_config")
        config: dict[str, object] = {
            keyword.arg: _constant(keyword.value)
            for keyword in cls.node.keywords
            if keyword.arg and keyword.arg != "metaclass"
        }
        if member is not None:
            value = member.value
            if isinstance(value, ast.Call):
                found = _options(value)
                if found is None or value.args:
                    return None
                config.update(found)
            elif isinstance(value, ast.Dict):
                for key, item in zip(value.keys, value.values, strict=True):
                    if not isinstance(key, ast.Constant):
                        return None
                    config[str(key.value)] = _constant(item)
            else:
                return None
        inner = self.body(cls).get("Config")
        if inner is not None and isinstance(inner.node, ast.ClassDef):
            if inner.node.bases:
                return None
            for statement in inner.node.body:
                if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                    value = statement.value
                    if isinstance(value, ast.Attribute) and statement.targets[0].id == "extra":
                        config["extra"] = value.attr  # Extra.forbid of pydantic 1
                    else:
                        config[statement.targets[0].id] = _constant(value)
        return config

    # -- construction ----------------------------------------------------------------------------------------------------

    def generated_init(self, cls: Class) -> Signature | None:
        """The constructor that the class's shape generates; None where it has none, or it cannot be told."""
        shape = self.shape(cls)
        if not shape.generates_init or not shape.known:
            return None
        parameters: list[Parameter] = []
        for only in (False, True):
            for item in shape.fields:
                if not item.init or item.keyword_only is not only:
                    continue
                kind = KEYWORD_ONLY if only else POSITIONAL_OR_KEYWORD
                parameters.append(Parameter(item.argument, kind, item.required, item.annotation, item.default))
                if shape.kind == "pydantic" and shape.populate_by_name and item.argument != item.name:
                    parameters[-1] = parameters[-1]._replace(required=False)
                    parameters.append(Parameter(item.name, kind, False, item.annotation, item.default))
        if shape.kind == "pydantic" and shape.extra == "allow":
            parameters.append(Parameter("extra", VAR_KEYWORD, False))
        return Signature(cls.name, parameters, drops=shape.kind == "pydantic" and shape.extra == "ignore")


def returns_its_argument(node: FunctionNode) -> bool:
    """Whether a decorator (or a factory of one) hands back the very thing it decorates and stores nothing on it."""
    for function in (node, *[n for n in node.body if isinstance(n, ast.FunctionDef)]):
        arguments = [*function.args.posonlyargs, *function.args.args]
        if not arguments:
            continue
        first = arguments[0].arg
        returns = [n for n in ast.walk(function) if isinstance(n, ast.Return)]
        if function is node and any(isinstance(n, ast.FunctionDef) for n in node.body):
            continue
        plain = all(isinstance(n.value, ast.Name) and n.value.id == first for n in returns)
        stores = any(
            (isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store))
            or (isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in ("setattr", "type"))
            for n in ast.walk(function)
        )
        rebound = any(
            isinstance(n, ast.Name) and n.id == first and isinstance(n.ctx, ast.Store) for n in ast.walk(function)
        )
        if returns and plain and not stores and not rebound:
            return True
    return False


def _merge(sequences: list[list[Class]]) -> list[Class] | None:
    result: list[Class] = []
    sequences = [sequence for sequence in sequences if sequence]
    while sequences:
        for sequence in sequences:
            head = sequence[0]
            if not any(head in other[1:] for other in sequences):
                break
        else:
            return None
        result.append(head)
        sequences = [rest for sequence in sequences if (rest := sequence[1:] if sequence[0] is head else sequence)]
    return result


def _methods(body: Sequence[ast.stmt]) -> Iterator[FunctionNode]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
        elif isinstance(node, ast.If):
            yield from _methods(node.body)
            yield from _methods(node.orelse)
        elif isinstance(node, (ast.Try, ast.TryStar)):
            yield from _methods(node.body)
            for handler in node.handlers:
                yield from _methods(handler.body)
            yield from _methods(node.orelse)


def _annotated(body: Sequence[ast.stmt]) -> Iterator[ast.AnnAssign]:
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node
        elif isinstance(node, ast.If):
            yield from _annotated(node.body)
            yield from _annotated(node.orelse)


def _assigned(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr | None, ast.expr | None]]:
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node.annotation, node.value
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, None, node.value


def _stores(body: Sequence[ast.stmt], first: str) -> Iterator[tuple[str, ast.stmt, ast.expr | None, ast.expr | None]]:
    """The attributes that statements store on the name ``first``: name, statement, annotation, value."""
    stack: list[ast.AST] = list(reversed(body))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _target(target, node, None, node.value, first)
            continue
        if isinstance(node, ast.AnnAssign):
            yield from _target(node.target, node, node.annotation, node.value, first)
            continue
        if isinstance(node, ast.AugAssign):
            yield from _target(node.target, node, None, None, first)
            continue
        if isinstance(node, (ast.Expr, ast.Return, ast.Raise, ast.Assert, ast.Pass)):
            continue
        if isinstance(node, (ast.For, ast.AsyncFor)):
            yield from _target(node.target, node, None, None, first)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                if item.optional_vars is not None:
                    yield from _target(item.optional_vars, node, None, None, first)
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                stack.extend(reversed(inner))


def _target(
    target: ast.expr, node: ast.stmt, annotation: ast.expr | None, value: ast.expr | None, first: str
) -> Iterator[tuple[str, ast.stmt, ast.expr | None, ast.expr | None]]:
    if isinstance(target, ast.Attribute):
        if isinstance(target.value, ast.Name) and target.value.id == first:
            yield target.attr, node, annotation, value
    elif isinstance(target, (ast.Tuple, ast.List)):
        for item in target.elts:
            yield from _target(item, node, None, None, first)
    elif isinstance(target, ast.Starred):
        yield from _target(target.value, node, None, None, first)


def _merely_read(method: FunctionNode) -> set[int]:
    """The ``__dict__`` nodes of a method that are read at a key, compared, looped over or copied, and nothing else."""
    found: set[int] = set()
    for node in ast.walk(method):
        if isinstance(node, ast.Attribute) and node.attr in ("items", "keys", "values", "get", "copy"):
            found.add(id(node.value))
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            found.add(id(node.value))
        elif isinstance(node, ast.Compare):
            found.update(id(item) for item in (node.left, *node.comparators))
        elif isinstance(node, (ast.For, ast.comprehension)):
            found.add(id(node.iter))
        elif isinstance(node, ast.keyword) and node.arg is None:
            found.add(id(node.value))
        elif isinstance(node, ast.Dict):
            found.update(id(value) for key, value in zip(node.keys, node.values, strict=True) if key is None)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            given = node.args[0] if len(node.args) == 1 and not node.keywords else None
            if isinstance(given, ast.Attribute) and given.attr == "__dict__":
                found.update((id(node.func.value), id(given)))  # a copy: what one has, the other has
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("dict", "list", "tuple", "set", "sorted", "len", "repr", "str", "iter", "bool", "hash"):
                found.update(id(argument) for argument in node.args)
    return found


def _is_own(target: ast.expr, own: set[str]) -> bool:
    """Whether ``setattr(target, …)`` in a method is about its instance, another one of its class, or the class."""
    if isinstance(target, ast.Name):
        return target.id in own
    if isinstance(target, ast.Attribute):
        return target.attr == "__class__"
    return not isinstance(target, ast.Subscript)


def _made_here(cls: Class, method: FunctionNode) -> set[str]:
    """The names that a method binds to what may be another instance of its class (a copy, ``cls()``, ``object.__new__``)."""
    found: set[str] = set()
    for node in ast.walk(method):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            for inner in ast.walk(node.value):
                name = (
                    inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else ""
                )
                if name in ("cls", "__class__", "__new__", "type", "copy", "deepcopy", cls.name):
                    found.add(node.targets[0].id)
                    break
    return found


def _mentions(cls: Class, method: FunctionNode) -> bool:
    """Whether the text of a method has one of the words that change attributes by computed names."""
    lines = cls.module.memo.get("<lines>")
    if lines is None:
        lines = cls.module.memo["<lines>"] = cls.module.text.splitlines()
    text = "\n".join(lines[method.lineno - 1 : method.end_lineno])
    return any(word in text for word in ("setattr", "__dict__", "vars(", "__class__"))


def _is_classmethod(node: FunctionNode) -> bool:
    return node.name == "__init_subclass__" or any(
        isinstance(d, ast.Name) and d.id == "classmethod" for d in node.decorator_list
    )


def _last(node: ast.expr | None) -> str:
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.partition("[")[0].rpartition(".")[2]
    return ""


def _is_classvar(node: ast.expr) -> bool:
    return _last(node) == "ClassVar"


def _dotted(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 40 else text[:37] + "..."


def _constant(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else node


def _options(node: ast.expr) -> dict[str, object] | None:
    """The keywords of a decorator's or field's call, constants unwrapped; None where ``**`` hides some."""
    if not isinstance(node, ast.Call):
        return {}
    found: dict[str, object] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            return None
        found[keyword.arg] = _constant(keyword.value)
    return found


def _strings(node: ast.expr) -> list[str] | None:
    """The strings of a literal sequence (or the keys of a literal dict, or one string); None if computed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    items: Sequence[ast.expr | None]
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        items = node.elts
    elif isinstance(node, ast.Dict):
        items = node.keys
    else:
        return None
    if all(isinstance(item, ast.Constant) and isinstance(item.value, str) for item in items):
        return [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return None


def _named_tuple_fields(call: ast.Call) -> list[tuple[str, ast.expr | None, bool]] | None:
    options = _options(call)
    if options is None or "rename" in options or len(call.args) < 2:
        return None
    fields = call.args[1]
    defaults = 0
    if "defaults" in options:
        node = options["defaults"]
        if not isinstance(node, (ast.Tuple, ast.List)):
            return None
        defaults = len(node.elts)
    if isinstance(fields, (ast.List, ast.Tuple)) and fields.elts and isinstance(fields.elts[0], ast.Tuple):
        typed: list[tuple[str, ast.expr | None, bool]] = []
        for item in fields.elts:
            if not (isinstance(item, ast.Tuple) and len(item.elts) == 2 and isinstance(item.elts[0], ast.Constant)):
                return None
            typed.append((str(item.elts[0].value), item.elts[1], True))
        return typed
    names = _strings(fields)
    if names is None:
        return None
    if isinstance(fields, ast.Constant):
        names = names[0].replace(",", " ").split()
    return [(name, None, index < len(names) - defaults) for index, name in enumerate(names)]
