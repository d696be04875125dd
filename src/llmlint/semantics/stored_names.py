"""What a test module stores on objects, hands over or defines in its classes: names that may exist for that alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from llmlint.contracts.symbols import Function, Module
from llmlint.contracts.walking import walk
from llmlint.semantics.text_index import COMPUTED, PLAIN_STORE, not_on_itself

_LOOKS = frozenset(
    {
        "isinstance", "issubclass", "raises", "assertRaises", "assertRaisesRegex", "warns", "assertIsInstance", "cast", "object",
        "super", "patch", "getattr", "hasattr", "len", "spec", "create_autospec", "Mock", "MagicMock", "AsyncMock",
    }
)  # fmt: skip
"""What a class may be handed to, and is no other class for that."""


def handed_over(module: Module) -> frozenset[str]:
    """Names that a module hands to calls, as what they take: a class among them may be made into another one, which has more."""
    found: frozenset[str] | None = module.memo.get("<handed over>")
    if found is None:
        names: set[str] = set()
        for node in walk(module.tree) if module.tree is not None else ():
            if isinstance(node, ast.Call):
                function = node.func
                called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                if called not in _LOOKS:
                    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                        items = argument.elts if isinstance(argument, (ast.Tuple, ast.List)) else [argument]
                        names.update(item.id for item in items if isinstance(item, ast.Name))
        found = module.memo["<handed over>"] = frozenset(names)
    return found


def stored_by_text(module: Module) -> frozenset[str]:
    """The attribute names that a module's text stores on anything but ``self``: code that it keeps as text, to run it later, too."""
    found: frozenset[str] | None = module.memo.get("<stored by text>")
    if found is None:
        found = module.memo["<stored by text>"] = frozenset(not_on_itself(PLAIN_STORE, module.text))
    return found


def stored_in(function: Function) -> frozenset[str]:
    """The attribute names that a function stores on something, or may: its strings and keywords, where it sets attributes by name."""
    found: frozenset[str] | None = function.memo.get("<stored in>")
    if found is None:
        nodes = list(walk(function.node))
        names = {node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
        called = {
            getattr(node.func, "attr", getattr(node.func, "id", "")) for node in nodes if isinstance(node, ast.Call)
        }
        if called & {"setattr", "configure_mock"}:
            names |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
            names |= {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg}
        found = function.memo["<stored in>"] = frozenset(names)
    return found


def foreign_stores(module: Module, but: frozenset[ast.AST] | None = None) -> frozenset[str]:
    """The attribute names that a module stores on anything but ``self``, or names in ``setattr``, ``patch`` and their kin.

    What is stored at the nodes ``but`` does not count.
    """
    if but is not None:
        return _foreign_stores(module, but)
    key = "<foreign stores>"
    found = module.memo.get(key)
    if found is None:
        found = module.memo[key] = _foreign_stores(module)
    return found


def _foreign_stores(module: Module, but: frozenset[ast.AST] = frozenset()) -> frozenset[str]:
    names: set[str] = set()
    if module.tree is None:
        return frozenset()
    for node in walk(module.tree):
        if isinstance(node, ast.Attribute):
            if isinstance(node.ctx, ast.Store) and not (
                isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            ):
                if node not in but:
                    names.add(node.attr)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if any(isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) for inner in node.body):
                names.update(_stored_by_stand_ins(node))
        elif isinstance(node, ast.Call):
            function = node.func
            name = (
                function.id
                if isinstance(function, ast.Name)
                else function.attr
                if isinstance(function, ast.Attribute)
                else ""
            )
            if name in ("setattr", "__setattr__"):
                # monkeypatch.setattr and setattr alike: the name that is given may exist from then on.
                raising = next((k for k in node.keywords if k.arg == "raising"), None)
                if isinstance(function, ast.Attribute) and function.attr == "setattr" and raising is None:
                    continue
                for argument in node.args[:2]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        names.add(argument.value.rpartition(".")[2])
            elif any(k.arg == "create" and getattr(k.value, "value", True) is not False for k in node.keywords):
                for argument in node.args[:2]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        names.add(argument.value.rpartition(".")[2])
            elif name in ("SimpleNamespace", "type", "update"):
                names.update(k.arg for k in node.keywords if k.arg)
    return frozenset(names)


def computes(module: Module) -> bool:
    """Whether the module sets attributes by computed names."""
    return "setattr(" in module.text and COMPUTED.search(module.text) is not None


def _stored_by_stand_ins(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """What the functions in a function store on their ``self``: they are put in the place of methods (``patch.object(Cart, "__init__", init)``)."""
    for inner in function.body:
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and inner.args.args[:1]:
            first = inner.args.args[0].arg
            if first in ("self", "cls"):
                for node in walk(inner):
                    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                        if isinstance(node.value, ast.Name) and node.value.id == first:
                            yield node.attr


def stored_by_fake(tests: list[Module], name: str) -> bool:
    """Whether a class of the tests has an attribute of that name: an object of it may stand where another was declared."""
    return any(name in module.text and name in _of_classes(module) for module in tests)


def _of_classes(module: Module) -> frozenset[str]:
    """What the classes of a module define or store on ``self``."""
    found = module.memo.get("<of classes>")
    if found is None:
        names: set[str] = set()
        for cls in walk(module.tree) if module.tree is not None and "class " in module.text else ():
            if not isinstance(cls, ast.ClassDef):
                continue
            for node in walk(cls):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    names.add(node.name)
                elif isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Store):
                    names.add(node.attr if isinstance(node, ast.Attribute) else node.id)
        found = module.memo["<of classes>"] = frozenset(names)
    return found


def named_in_string(module: Module, name: str) -> bool:
    """Whether the text of a module names ``name`` in a string, as a patch does."""
    return re.search(rf"""[\w.]*\b{re.escape(name)}["']""", module.text) is not None
