"""What a name that nobody annotated holds, as the text of an annotation."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from llmlint.contracts.outline import FunctionNode, is_private, last_name, names_in_annotation
from llmlint.contracts.symbols import FROM, IMPORT, Class, Function, Member, Module
from llmlint.semantics import values
from llmlint.semantics.values import Value, is_none

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_DISPLAYS: dict[type[ast.expr], str] = {ast.List: "list", ast.Set: "set", ast.ListComp: "list", ast.SetComp: "set"}
_MAX_UNION = 4
_BUILTINS = frozenset(dir(builtins))
_LONGEST_ELEMENT = 40
_STRING_OR_BYTES = frozenset({"Pattern", "Match", "IO", "PathLike"})
"""Generic in one of two types: not in their union."""


class Types:
    """Infers for one module. ``need`` is told what has to be imported: it returns the name to write for ``module.name``."""

    def __init__(
        self, world: World, module: Module, need: Callable[[str, str], str], use: Callable[[str], None]
    ) -> None:
        self._world = world
        self._module = module
        self._need = need
        self._use = use

    # -- questions -------------------------------------------------------------------------------------------------------

    def variable(self, name: str, expressions: Sequence[ast.expr | None]) -> str | None:
        """The type of a module-level variable that these expressions are assigned to."""
        found = [self._expression(item, None) for item in expressions]
        if all(item is not None for item in found):
            return _joined([item for item in found if item is not None])
        return self.text(self._world.names.value(self._module, name))

    def class_variable(self, cls: Class, member: Member) -> str | None:
        """The type of a name that a class body binds without an annotation."""
        if member.value is not None:
            found = self._expression(member.value, cls)
            if found is not None:
                return (
                    found if found != "None" else None
                )  # what subclasses or instances have there instead, nobody says
        return self.text(self._world.member_values.value(member, values.Instance(self._world.library.canonical(cls))))

    def made_function(self, cls: Class, value: ast.Call) -> FunctionNode | None:
        """The function of this module that a call in a class body gives: ``__lt__ = _compare(lt)``."""
        found = self._world.inference.class_value(cls, value)
        if not isinstance(found, values.FunctionValue) or len(found.functions) != 1 or found.receiver is not None:
            return None
        function = found.function
        if any(last_name(one) in ("wraps", "update_wrapper") for one in function.node.decorator_list):
            return None  # it has the signature of another one
        arguments = function.node.args
        parameters = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
        annotations = [one.annotation for one in parameters if one is not None and one.annotation is not None]
        annotations += [function.node.returns] if function.node.returns is not None else []
        named = [dotted.partition(".")[0] for one in annotations for dotted in names_in_annotation(one)]
        defaults = [one for one in (*arguments.defaults, *arguments.kw_defaults) if one is not None]
        if function.module is not self._module or not all(isinstance(one, ast.Constant) for one in defaults):
            return None
        # Annotations of a function inside another one may be about names that only stand there.
        known = all(name in self._module.table or name in _BUILTINS for name in named)
        return function.node if known and not self._has_variables(function.node, cls, named) else None

    def inherited(self, cls: Class, name: str) -> str | None:
        """The type that a base class gives a class variable which ``cls`` binds anew without saying one."""
        for base in self._world.classes.mro(cls)[1:]:
            found = self._world.classes.body(base).get(name)
            if found is None or base.symbol == "builtins.object":
                continue
            if found.kind not in ("field", "class variable"):
                return None
            if found.annotation is None:
                return self.inherited(base, name) or (self.class_variable(base, found) if base.module.own else None)
            if self._has_variables(None, None, list(names_in_annotation(found.annotation)), base.module):
                return self._any()
            if base.module is self._module and last_name(found.annotation) not in ("ClassVar", "Final"):
                for dotted in names_in_annotation(found.annotation):
                    self._use(dotted)
                return ast.unparse(found.annotation)
            text = self.text(self._world.member_values.annotated(found.annotation, base))
            if text is not None and last_name(found.annotation) == "ClassVar":
                return f"{self._need('typing', 'ClassVar')}[{text}]"
            return text
        return None

    def attribute(self, cls: Class, member: Member) -> str | None:
        """The type of what the methods of a class assign on ``self``."""
        found: list[str] = []
        for method, node in member.bindings or [(member.method, member.node)]:
            value = getattr(node, "value", None)
            if isinstance(node, ast.AugAssign):
                continue
            if not isinstance(node, (ast.Assign, ast.AnnAssign)) or value is None:
                break
            if isinstance(node, ast.Assign) and any(isinstance(t, (ast.Tuple, ast.List)) for t in node.targets):
                break
            text = self._expression(value, cls, method)
            if text is None:
                break
            found.append(text)
        else:
            if found and found != ["None"]:
                return _joined(list(dict.fromkeys(found)))
        text = self.text(self._world.member_values.value(member, values.Instance(self._world.library.canonical(cls))))
        return text if text != "None" else None

    # -- what can be read off ------------------------------------------------------------------------------------------------

    def _expression(self, node: ast.expr | None, cls: Class | None, method: ast.AST | None = None) -> str | None:
        match node:
            case None:
                return None
            case ast.Constant(value=None):
                return "None"
            case ast.Constant(value=value) if value is not ...:
                return type(value).__name__
            case ast.JoinedStr():
                return "str"
            case ast.UnaryOp(op=ast.Not()):
                return "bool"
            case ast.UnaryOp(operand=ast.Constant(value=int() | float() | complex() as value)):
                return type(value).__name__ if not isinstance(value, bool) else "int"
            case ast.Compare() if all(isinstance(op, (ast.In, ast.NotIn, ast.Is, ast.IsNot)) for op in node.ops):
                return "bool"
            case ast.List(elts=items) | ast.Set(elts=items):
                kind = _DISPLAYS[type(node)]
                return f"{kind}[{self._element(items, cls, method)}]"
            case ast.Tuple(elts=items):
                if not items:
                    return f"tuple[{self._any()}, ...]"  # what begins empty is seldom meant to stay so
                parts = [self._expression(item, cls, method) for item in items]
                if any(part is None for part in parts):
                    return f"tuple[{self._any()}, ...]"
                known = [part for part in parts if part is not None]
                if len(parts) > 8 or len(parts) > 5 and len(set(known)) == 1:
                    return f"tuple[{_joined(known)}, ...]"
                return f"tuple[{', '.join(known)}]"
            case ast.Dict(keys=keys, values=items):
                named = [key for key in keys if key is not None]
                if len(named) != len(keys):
                    return None
                return f"dict[{self._element(named, cls, method)}, {self._element(items, cls, method)}]"
            case ast.Name(id=name) if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return self._parameter(method, name, cls)
            case ast.Lambda():
                return f"{self._need('collections.abc', 'Callable')}[..., {self._any()}]"
            case ast.Call(func=ast.Name() | ast.Attribute() as function):
                return self._construction(function, cls)
        return None

    def _element(self, items: Sequence[ast.expr], cls: Class | None, method: ast.AST | None) -> str:
        found = [self._expression(item, cls, method) for item in items]
        kept = list(dict.fromkeys(item for item in found if item is not None))
        if not items or len(kept) > _MAX_UNION or any(item is None for item in found):
            return self._any()
        text = _joined(kept)
        # Data written out in full has a type that nobody wants to read.
        return self._any() if len(text) > _LONGEST_ELEMENT and _depth(text) > 1 else text

    def _parameter(self, method: FunctionNode, name: str, cls: Class | None) -> str | None:
        """The annotation of a parameter that is stored as it came."""
        arguments = method.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if argument.arg == name:
                if argument.annotation is None or _rebinds(method, name):
                    return None
                names = list(names_in_annotation(argument.annotation))
                if self._has_variables(method, cls, names):
                    return None
                for dotted in names:
                    self._use(dotted)
                text = ast.unparse(argument.annotation)
                default = self._default(arguments, argument)
                if (
                    isinstance(default, ast.Constant)
                    and default.value is None
                    and "None" not in text
                    and "Optional" not in text
                ):
                    return f"{text} | None" if not text.startswith(("'", '"')) else None
                return text
        return None

    def _has_variables(
        self, method: FunctionNode | None, cls: Class | None, names: Sequence[str], module: Module | None = None
    ) -> bool:
        """Whether an annotation has type variables that mean nothing outside of the method (or class) that they belong to."""
        bound = set(self._world.annotations.parameters(cls)) if cls is not None else set()
        own = {parameter.name for parameter in getattr(method, "type_params", ())}
        return any(
            name in own
            or self._world.annotations.is_type_variable(module or self._module, ast.parse(name, mode="eval").body)
            for name in names
            if name not in bound
        )

    @staticmethod
    def _default(arguments: ast.arguments, argument: ast.arg) -> ast.expr | None:
        positional = [*arguments.posonlyargs, *arguments.args]
        if argument in positional:
            index = positional.index(argument) - (len(positional) - len(arguments.defaults))
            return arguments.defaults[index] if index >= 0 else None
        return arguments.kw_defaults[arguments.kwonlyargs.index(argument)]

    def _construction(self, function: ast.expr, cls: Class | None) -> str | None:
        found = self._world.library.resolve(self._module, function, cls)
        if not isinstance(found, Class) or found.scope is not None:
            return None
        if found.module.kind != "typeshed":
            # A class that makes something else than itself says so in `__new__`; a metaclass is rarer still.
            if "__new__" in self._world.classes.body(found):
                return None
        return self._reference(found, ())

    # -- values as text --------------------------------------------------------------------------------------------------------

    def text(self, value: Value, depth: int = 0) -> str | None:
        """The annotation that a value satisfies; None where nothing is known of it."""
        if depth > 4:
            return None
        if is_none(value):
            return "None"
        if isinstance(value, values.Union):
            parts = [self.text(member, depth + 1) for member in value.members]
            if any(part is None for part in parts) or len(parts) > _MAX_UNION:
                return None
            return _joined([part for part in parts if part is not None])
        if isinstance(value, values.Instance):
            if value.cls.symbol == "builtins.tuple" and value.items is not None and len(value.items) <= 8:
                items = [self.text(item, depth + 1) or self._any() for item in value.items]
                return f"tuple[{', '.join(items)}]" if items else "tuple[()]"
            return self._reference(value.cls, value.args, depth)
        if isinstance(value, values.ClassValue):
            named = self._reference(value.cls, value.args, depth)
            return f"type[{named}]" if named is not None else None
        if isinstance(value, (values.FunctionValue, values.Callable)):
            return f"{self._need('collections.abc', 'Callable')}[..., {self._any()}]"
        if isinstance(value, values.ModuleValue):
            return self._need("types", "ModuleType")
        return None

    def _any(self) -> str:
        return self._need("typing", "Any")

    def _reference(self, cls: Class, arguments: Sequence[Value], depth: int = 0) -> str | None:
        name = self._name(cls)
        if name is None:
            return None
        count = len(self._world.annotations.parameters(cls))
        if cls.symbol == "builtins.tuple":
            inner = self.text(arguments[0], depth + 1) if arguments else None
            return f"{name}[{inner or self._any()}, ...]"
        if cls.module.kind == "typeshed" and cls.name in ("Generator", "AsyncGenerator"):
            count = {"Generator": 3, "AsyncGenerator": 2}[cls.name]
        if not count:
            return name
        given = [self.text(argument, depth + 1) or self._any() for argument in arguments[:count]]
        if cls.name in _STRING_OR_BYTES and cls.module.kind == "typeshed":
            given = [self._any() if " | " in text else text for text in given]
        given += [self._any()] * (count - len(given))
        return f"{name}[{', '.join(given)}]"

    def _name(self, cls: Class) -> str | None:
        """How the stub writes a class: by its own definition, by an import that the source has, by a new import."""
        if cls.scope is not None or "<" in cls.qualname:
            return None
        if cls.module.name == "builtins":
            if cls.name in self._module.table or is_private(cls.name) or cls.name == "function":
                return None
            return cls.qualname
        if cls.module.name == "types" and cls.name == "NoneType":
            return "None"
        if cls.module is self._module or cls.module.name == self._module.name:
            if any(map(is_private, cls.qualname.split(".")[1:])):
                return None  # its class does not repeat what is private in it
            self._use(cls.qualname)
            return cls.qualname
        for name, bindings in self._module.table.items():
            binding = bindings[-1]
            if binding.form == FROM and binding.name == cls.name and not binding.typing:
                found = self._world.library.symbol(self._module, name)
                if isinstance(found, Class) and self._world.library.canonical(found) is cls:
                    self._use(name)
                    return name
        if cls.outer is not None or is_private(cls.name):
            return None
        home = self._home(cls)
        return self._need(home, cls.name) if home is not None else None

    def _home(self, cls: Class) -> str | None:
        """The module that a class is best imported from: no private one, and one that publishes it."""
        library = self._world.library
        parts = cls.module.name.split(".")
        public = [
            ".".join(parts[:end]) for end in range(len(parts), 0, -1) if not any(p.startswith("_") for p in parts[:end])
        ]
        for name, bindings in self._module.table.items():
            if bindings[-1].form == IMPORT and not bindings[-1].name and name == bindings[-1].module:
                public.insert(0, name)
        if cls.module.name == "_collections_abc":
            public.insert(0, "collections.abc")
        if cls.module.name.startswith("_") and cls.module.kind == "typeshed":
            public += [cls.module.name.lstrip("_")]
        if cls.module.name == "typing" and library.module("collections.abc") is not None:
            public.insert(0, "collections.abc")
        for module in dict.fromkeys(public):
            found = library.module(module)
            if found is not None and library.symbol(found, cls.name) is cls:
                return module
        return None

    def function(self, node: ast.expr) -> Function | None:
        """The function that a name stands for."""
        found = self._world.library.resolve(self._module, node)
        return found if isinstance(found, Function) else None

    def is_type(self, node: ast.expr) -> bool:
        """Whether an expression is a type: what is assigned is an alias."""
        library = self._world.library
        if isinstance(node, (ast.Name, ast.Attribute)):
            if isinstance(node, ast.Name) and self._world.annotations.is_type_variable(self._module, node):
                return True
            return isinstance(library.resolve(self._module, node), Class)
        if isinstance(node, ast.Subscript):
            origin = library.origin(self._module, node.value)
            if origin.startswith(("typing.", "typing_extensions.", "collections.abc.")):
                return True
            if isinstance(node.value, ast.Name) and not origin.startswith(self._module.name + "."):
                if node.value.id in ("list", "dict", "set", "tuple", "frozenset", "type"):
                    return True
            found = library.resolve(self._module, node.value)
            return isinstance(found, Class) and (
                bool(self._world.annotations.parameters(found)) and not self._world.classes.derives(found, "enum.Enum")
            )
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return all(
                (isinstance(side, ast.Constant) and side.value is None) or self.is_type(side)
                for side in (node.left, node.right)
            )
        return False

    def makes_type(self, node: ast.expr) -> bool:
        """Whether a call makes a type or a type variable, so that a stub has to repeat it."""
        if not isinstance(node, ast.Call):
            return False
        name = last_name(node.func)
        if name in (
            "TypeVar",
            "ParamSpec",
            "TypeVarTuple",
            "NewType",
            "namedtuple",
            "NamedTuple",
            "TypedDict",
            "TypeAliasType",
        ):
            return True
        if name in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag") and len(node.args) >= 2:
            return self._world.library.origin(self._module, node).startswith("enum.")
        return False


def _joined(parts: Sequence[str]) -> str:
    """A union; ``None`` comes last."""
    flat = list(dict.fromkeys(part for text in parts for part in ([text] if "[" in text else text.split(" | "))))
    ordered = [part for part in flat if part != "None"] + (["None"] if "None" in flat else [])
    return " | ".join(ordered)


def _rebinds(method: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, (ast.Store, ast.Del))
        for node in ast.walk(method)
    )


def _depth(text: str) -> int:
    """How deep the brackets of an annotation are nested."""
    depth = most = 0
    for sign in text:
        depth += (sign == "[") - (sign == "]")
        most = max(most, depth)
    return most
