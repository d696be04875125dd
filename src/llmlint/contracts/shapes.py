"""Dataclasses, attrs, models, named tuples, TypedDicts: their fields, and the constructor that follows from them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from llmlint.contracts.class_syntax import (
    ATTRS_DECORATORS,
    annotated,
    assigned,
    call_options,
    constant,
    is_classvar,
    last,
    methods,
    named_tuple_fields,
)
from llmlint.contracts.library import Entry
from llmlint.contracts.openness import Openness
from llmlint.contracts.signature import (
    KEYWORD_ONLY,
    POSITIONAL_OR_KEYWORD,
    VAR_KEYWORD,
    Parameter,
    Signature,
)
from llmlint.contracts.symbols import Class
from llmlint.contracts.walking import walk


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


class Shapes(Openness):
    """Tells what a class is beyond a plain class."""

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
            if top in ("attr", "attrs", "attr._make", "attr._next_gen") and last in ATTRS_DECORATORS:
                return ("attrs", decorator)
        return None

    def _of_pydantic(self, cls: Class) -> bool:
        """Whether ``pydantic.dataclasses`` makes the class's constructor."""
        generated = self.generator(cls)
        return generated is not None and self.decorator(cls, generated[1]) == "pydantic.dataclasses.dataclass"

    def _data(self, cls: Class, kind: str, decorator: ast.expr) -> Shape:
        options = call_options(decorator)
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
            own = call_options(generated[1])
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
        for node in annotated(cls.node.body):
            assert isinstance(node.target, ast.Name)
            name = node.target.id
            if is_classvar(node.annotation):
                continue
            if last(node.annotation) == "KW_ONLY":
                keyword_only = True
                continue
            default = node.value
            required = default is None
            init, only = True, keyword_only
            if isinstance(default, ast.Call) and self.library.origin(cls.module, default).endswith(".field"):
                found = call_options(default) or {}
                required = not ({"default", "default_factory"} & found.keys())
                init = found.get("init") is not False
                if "kw_only" in found:
                    only = found["kw_only"] is True
                default = None
            annotation = node.annotation
            if last(annotation) == "InitVar" and isinstance(annotation, ast.Subscript):
                annotation = annotation.slice
            yield Field(name, annotation, required, init, only, name, default, cls)

    def _attrs_fields(self, cls: Class, options: dict[str, object]) -> Iterator[Field]:
        keyword_only = options.get("kw_only") is True
        defaulted = {
            decorator.value.id
            for method in methods(cls.node.body)
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
        for name, annotation, value in assigned(cls.node.body):
            call = value if isinstance(value, ast.Call) else None
            is_field = call is not None and self.library.origin(cls.module, call).rpartition(".")[2] in (
                "ib",
                "attrib",
                "attr",
                "field",
            )
            if not is_field:
                if annotation is None or is_classvar(annotation) or auto is False or (old and auto is not True):
                    continue
            elif annotation is None and auto is True:
                continue
            found = (call_options(call) or {}) if is_field and call is not None else {}
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
                names = named_tuple_fields(call)
                if names is None:
                    known = False
                    continue
                # More may have defaults than the call says.
                filled = f"{base.name}.__new__.__defaults__" in base.module.text
                fields = [
                    Field(name, annotation, required and not filled, True, False, name, None, base)
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
                    for node in annotated(base.node.body)
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
            for node in annotated(base.node.body):
                assert isinstance(node.target, ast.Name)
                required = total
                annotation = node.annotation
                if isinstance(annotation, ast.Subscript) and last(annotation.value) in ("Required", "NotRequired"):
                    required = last(annotation.value) == "Required"
                    annotation = annotation.slice
                fields[node.target.id] = Field(
                    node.target.id, annotation, required, True, True, node.target.id, None, base
                )
        return Shape("typeddict", tuple(fields.values()), False, True, known)

    def _model(self, cls: Class) -> Shape:
        """A pydantic model (https://docs.pydantic.dev, "Models", "Fields", "Configuration")."""
        fields: dict[str, Field] = {}
        extra, by_name, by_alias, known = "ignore", False, True, True
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
            by_alias = bool(config.get("validate_by_alias", by_alias))
            for method in methods(base.node.body):
                for decorator in method.decorator_list:
                    if self.decorator(base, decorator).rpartition(".")[2] in ("model_validator", "root_validator"):
                        options = call_options(decorator) or {}
                        if options.get("mode") != "after":
                            known = False
            for node in annotated(base.node.body):
                assert isinstance(node.target, ast.Name)
                name = node.target.id
                if name.startswith("_") or is_classvar(node.annotation) or name == "model_config":
                    continue
                default = node.value
                required = default is None
                argument = name
                candidates: list[ast.expr] = [default] if default is not None else []
                annotation = self._written_out(base, node.annotation)
                if isinstance(annotation, ast.Subscript) and last(annotation.value) == "Annotated":
                    if isinstance(annotation.slice, ast.Tuple):
                        candidates += annotation.slice.elts[1:]
                for call in candidates:
                    if isinstance(call, ast.Call) and self.library.origin(base.module, call).endswith(".Field"):
                        found = call_options(call)
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
                        # In a stub it stands for a default that is not shown.
                        required = not base.module.is_stub
                fields[name] = Field(name, node.annotation, required, True, True, argument, default, base)
        if cls.symbol.startswith("pydantic.") or any(
            b.symbol == "pydantic.root_model.RootModel" for b in self.mro(cls)
        ):
            known = False
        if not by_alias:
            fields = {name: field._replace(argument=name) for name, field in fields.items()}
        return Shape("pydantic", tuple(fields.values()), frozen, True, known, extra, by_name)

    def _written_out(self, cls: Class, annotation: ast.expr) -> ast.expr:
        """The annotation of a field; where a name stands for one (``Id = Annotated[int, Field(…)]``), that one."""
        if not isinstance(annotation, ast.Name):
            return annotation
        around = cls.scope.node if cls.scope is not None else None
        for node in walk(around) if around is not None else ():
            if isinstance(node, ast.Assign) and any(getattr(name, "id", "") == annotation.id for name in node.targets):
                return node.value
        entry = self.library.entry(cls.module, annotation.id)
        value = entry.bindings[-1].value if isinstance(entry, Entry) and entry.bindings else None
        return value if value is not None else annotation

    def _model_config(self, cls: Class) -> dict[str, object] | None:
        member = self.body(cls).get("model_config")
        config: dict[str, object] = {
            keyword.arg: constant(keyword.value)
            for keyword in cls.node.keywords
            if keyword.arg and keyword.arg != "metaclass"
        }
        if member is not None:
            value = member.value
            if isinstance(value, ast.Call):
                found = call_options(value)
                if found is None or value.args:
                    return None
                config.update(found)
            elif isinstance(value, ast.Dict):
                for key, item in zip(value.keys, value.values, strict=True):
                    if not isinstance(key, ast.Constant):
                        return None
                    config[str(key.value)] = constant(item)
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
                        config[statement.targets[0].id] = constant(value)
        return config

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
        elif shape.kind == "dataclass" and any(map(self._of_pydantic, self.mro(cls))):
            parameters.append(Parameter("extra", VAR_KEYWORD, False))  # which it drops, unless it is told otherwise
        return Signature(cls.name, parameters, drops=shape.kind == "pydantic" and shape.extra == "ignore")
