"""Names with an underscore that are nobody's secret: hooks that subclasses are asked to write, names that the tests have coined,
and flags that tell of the machine.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from llmlint.contracts.library import Open
from llmlint.contracts.symbols import ASSIGN, Module
from llmlint.semantics.text_index import PLAIN_STORE
from llmlint.semantics.values import ClassValue, Instance, Value

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_MACHINE: Final = re.compile(
    r"\b(?:sys\.(?:version_info|platform|implementation|maxsize|byteorder)|os\.name|platform\.\w+\()"
)


def is_hook(world: World, value: Value | None, name: str) -> bool:
    """Whether the project asks subclasses to write that method: abstract, or all it does is to raise ``NotImplementedError``."""
    if not isinstance(value, (Instance, ClassValue)):
        return False
    for base in world.classes.mro(value.cls):
        source = base.implementation or base
        member = None if source.module.is_stub or source.module.by_test else world.classes.body(source).get(name)
        if member is not None and any(_left_to_subclasses(function.node) for function in member.functions()):
            return True
    return False


_DEFINED: Final = re.compile(
    r"""^[ \t]*(?:self\.|cls\.)?(_\w+)\s*(?::[^=\n]+)?=(?!=)|\bdef (_\w+)\(|["'](_\w+)["']\s*:""", re.MULTILINE
)


def _left_to_subclasses(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    if any(ast.unparse(decorator).rpartition(".")[2].startswith("abstract") for decorator in node.decorator_list):
        return True
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    if len(body) != 1 or not isinstance(body[0], ast.Raise) or body[0].exc is None:
        return False
    raised = body[0].exc.func if isinstance(body[0].exc, ast.Call) else body[0].exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def is_coined(world: World, modules: Iterable[Module], name: str, *, anywhere: bool) -> bool:
    """Whether the tests made the name: they define it in a class, a function or a table (``anywhere``: or store it on something),
    and the project's sources do not mention it.
    """
    made = any(name in names for module in modules for names in _made(module)[: 2 if anywhere else 1])
    return made and not world.project_text.mentioned(name)


def _made(module: Module) -> tuple[frozenset[str], frozenset[str]]:
    """The names with an underscore that a module defines, and those that it stores on something."""
    found: tuple[frozenset[str], frozenset[str]] | None = module.memo.get("<made>")
    if found is None:
        defined = frozenset(name for match in _DEFINED.findall(module.text) for name in match if name)
        found = module.memo["<made>"] = (
            defined,
            frozenset(name for name in PLAIN_STORE.findall(module.text) if name.startswith("_")),
        )
    return found


def tells_of_the_machine(world: World, statement: ast.ImportFrom, module: Module) -> bool:
    """Whether all that is imported are flags such as ``WIN = sys.platform == "win32"``: they tell nothing of the project."""
    for alias in statement.names:
        entry = None if alias.name == "*" else world.library.entry(module, alias.name)
        if entry is None or isinstance(entry, (Module, Open)) or entry.bindings[-1].form != ASSIGN:
            return False
        value = getattr(entry.bindings[-1].node, "value", None)
        if value is None or not _MACHINE.search(ast.unparse(value)):
            return False
    return True
