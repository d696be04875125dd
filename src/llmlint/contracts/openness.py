"""Whether all members of a class can be known, and if not, why."""

from __future__ import annotations

import ast
import re
from typing import Final

from llmlint.contracts.class_syntax import ATTRS_DECORATORS, returns_its_argument, shown
from llmlint.contracts.members import Members
from llmlint.contracts.symbols import Class, Function, Module

_SETATTR: Final = re.compile(r"(?<![.\w])setattr\(\s*(\w+)\s*,\s*([^,]*)")
_OF_INSTANCES: Final = ("__getattr__", "__getattribute__")
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
        "pydantic.dataclasses.dataclass",
        "functools.total_ordering",
        "typing.final",
        "typing.runtime_checkable",
        "typing.type_check_only",
        "typing.dataclass_transform",
        "typing_extensions.final",
        "typing_extensions.runtime_checkable",
        "typing.disjoint_base",
        "typing_extensions.disjoint_base",
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


class Openness(Members):
    """Tells why a class may have members that nobody sees."""

    def open(self, cls: Class) -> str | None:
        """Why an instance of ``cls`` may have attributes that nobody declared; None: it is closed."""
        key = "open"
        if key in cls.memo:
            return cls.memo[key]  # type: ignore[no-any-return]
        cls.memo[key] = None
        reason: str | None = None
        for base in self.mro(cls):
            reason = self.own_openness(base) or self._compiled(base) or self._behind(base)
            if reason is not None:
                break
        reason = reason or self._told_names(cls)
        # Before "does not exist" is said of a class of the standard library, its source is asked as well (``Vetoes``).
        if reason is None and cls.module.kind != "typeshed" and cls.implementation is not None:
            reason = self.open(cls.implementation)
        cls.memo[key] = reason
        return reason

    def _told_names(self, cls: Class) -> str | None:
        """Whether a private method that stores what it is told the name of is told names that nobody can read here."""
        for method in self.named_by_parameter(cls):
            computed = re.compile(rf"\.{method}\(\s*(?![\s\"'])")
            if any(computed.search(base.module.text) is not None for base in self.mro(cls)):
                return f"{method}() sets attributes by computed names"
        return None

    def _behind(self, cls: Class) -> str | None:
        """What makes the class of the source open that a stub describes: its decorators, say, of which the stub does not tell."""
        if cls.module.kind != "stub":
            return None
        self.library.canonical(cls)
        return self.own_openness(cls.implementation) if cls.implementation is not None else None

    def _compiled(self, cls: Class) -> str | None:
        """Whether a class of the project stands in a stub alone: of what is compiled, its authors tell what others may use."""
        if not cls.module.own or cls.module.kind != "stub":
            return None
        if not cls.module.path.startswith(self.library.project.source_roots):
            return None
        self.library.canonical(cls)
        return f"{cls.name} is compiled, and described by a stub" if cls.implementation is None else None

    def open_class(self, cls: Class) -> str | None:
        """Why the class itself may have attributes that nobody declared: ``__getattr__`` is for its instances, and so is what a method
        stores on ``self`` by a computed name."""
        reason = self.open(cls)
        if reason is None or not any(map(self._of_instances, self.mro(cls))):
            return reason
        for base in self.mro(cls):
            own = self.own_openness(base)
            if (compiled := self._compiled(base)) is not None:
                return compiled
            if own is not None and not self._of_instances(base):
                return own
            if own is not None and (reason := self._why_open_but(base, of_class=True)) is not None:
                return reason
        return self.open_class(cls.implementation) if cls.implementation is not None else None

    def _of_instances(self, cls: Class) -> bool:
        """Whether something in the statement of ``cls`` gives its instances attributes that it has not itself."""
        return "open instances" in cls.memo or any(name in self.body(cls) for name in _OF_INSTANCES)

    def remade(self, cls: Class) -> bool:
        """Whether a metaclass of its own, or one that is not seen, may make something else of what the body of ``cls`` assigns.

        So are the members of Django's ``TextChoices`` no tuples, where Django is not to be seen.
        """
        found = cls.memo.get("remade")
        if found is None:
            found = cls.memo["remade"] = any(map(self._remakes, self.mro(cls)))
        return bool(found)

    def _remakes(self, cls: Class) -> bool:
        if "unseen base" in cls.memo:
            return True
        return any(
            keyword.arg == "metaclass" and self._metaclass_open(cls, keyword.value) is not None
            for keyword in cls.node.keywords
        )

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
        for name in _OF_INSTANCES:
            if name in body:
                return f"{cls.name} defines {name}"
        return self._why_open_but(cls)

    def _why_open_but(self, cls: Class, *, of_class: bool = False) -> str | None:
        """What makes a class open, but ``__getattr__`` and ``__getattribute__``; ``of_class``: itself, and not its instances alone."""
        self.instance(cls)  # looks for what sets attributes by computed names
        if cls.own_open and not (of_class and "open instances" in cls.memo):
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
                    return f"the decorator {shown(decorator)} may add members"
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

    def _plain_decorator(self, cls: Class, node: ast.expr) -> bool:
        name = self.decorator(cls, node)
        if name in _PLAIN_DECORATORS or name.startswith("pytest.mark."):
            return True
        top, _, last = name.rpartition(".")
        if top in ("attr", "attrs", "attr._make", "attr._next_gen") and last in ATTRS_DECORATORS:
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
            calls = _SETATTR.findall(module.text) if "setattr(" in module.text else ()
            found = module.memo["<set from outside>"] = frozenset(
                target for target, name in calls if not _is_literal(module, name.strip())
            )
        return found


def _is_literal(module: Module, name: str) -> bool:
    """Whether the text of a name that ``setattr`` is given is a string, or a constant of the module that is one."""
    if name[:1] in ("'", '"'):
        return True
    values = [binding.value for binding in module.table.get(name, ())]
    return bool(values) and all(isinstance(value, ast.Constant) and isinstance(value.value, str) for value in values)
