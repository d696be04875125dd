"""One reader for ``.pyi`` and ``.py``: the statements of a module, a class or a function into the names that they bind."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import ASSIGN, CLASS, FROM, FUNCTION, IMPORT, OPAQUE, Binding, Module
from llmlint.contracts.walking import statements_in, walk

# Reading text is forty times as fast as walking a tree, and here a match too many only makes a module less closed.
_GLOBAL = re.compile(r"^[ \t]+global[ \t]+(\w+(?:[ \t]*,[ \t]*\w+)*)", re.MULTILINE)
LAZY = "it defines __getattr__"
"""Why a module is open whose names are made when they are asked for (PEP 562)."""
_REPLACES_ITSELF = {
    "sys.modules": re.compile(
        r"sys\.modules(?:\[\s*(?:__name__|\w*mod\w*)\s*\]\s*=(?!=)|\.update)|\.__class__\s*=(?!=)"
    ),
    "import_module(__name__": re.compile(r"\.__class__\s*=(?!=)"),
    "setattr(": re.compile(r"setattr\(\s*(?:sys\.modules|\w*module\w*\b)"),
}
"""How a module replaces itself, by what the text must hold: a text without it is not searched."""
_GLOBAL_ENUM = re.compile(r"^@(?:enum\.)?global_enum\b", re.MULTILINE)
"""https://docs.python.org/3/library/enum.html#enum.global_enum."""
_PUTS_ANY = re.compile(r"""^[ \t]*sys\.modules\[\s*(?!["'])(?:[^\[\]\n]|\[[^\[\]\n]*\])+\]\s*=(?!=)""", re.MULTILINE)
"""A module is put in ``sys.modules`` under a name that is not written there."""
_NAMESPACES = ("globals()", "vars()", "locals()", "exec(")
_INNER_IMPORT = re.compile(
    r"(?:^[ \t]+|[:;][ \t]*)(?:from[ \t]+[\w.]+[ \t]+import[ \t]*(?:\((?:[^)#]|#[^\n]*)*\)|(?:[^\n\\]|\\\n)*)"
    r"|import[ \t](?:[^\n\\]|\\\n)*)",
    re.MULTILINE,
)
_WORD = re.compile(r"\w+")
_WRITES_GLOBALS = re.compile(
    r"\bglobals\(\)\s*(?:\.(?:update|setdefault|__setitem__)\b|\[[^\]\n]+\]\s*=(?!=))"
    r"|[(,=]\s*globals\(\)\s*(?:[,)\n]|$)"
    r"|^(?:\w.*)?\b(?:vars|locals)\(\)"
    r"|^exec\(|\bexec\([^\n]*\bglobals\(\)",
    re.MULTILINE,
)


_NAMED = re.compile(r"^[ \t]*(\w+)\s*(?::[^=\n]*)?=\s*(?:globals|locals|vars)\(\)[ \t]*(?:#.*)?$", re.MULTILINE)
_READ = re.compile(
    r"\.(?:values|items|keys|get|copy)\(|\[[^\]\n]+\](?!\s*=(?!=))|\s*(?::[ \t]*(?:#.*)?$|\s+else\b)", re.MULTILINE
)
"""What only reads from a namespace, by what stands behind it."""
_READING = re.compile(r"(?:\b(?:list|dict|set|sorted|tuple|frozenset|len)\(|\{\*|\[\*|\bin )$")
"""And by what stands before it."""


def _writes_globals(text: str) -> bool:
    """Whether a module may bind names by way of a dictionary of them."""
    for match in _WRITES_GLOBALS.finditer(text):
        row = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end() - 1)
        named = _NAMED.match(text, row, len(text) if end < 0 else end)
        if named is not None:
            # `__locals = locals()` and then `for name in __all__: __locals[name].__module__ = "shop"`
            name = re.compile(rf"(?<![\w.]){named.group(1)}\b")
            if all(use.start() == named.start(1) or _reads(text, use) for use in name.finditer(text)):
                continue
        call = re.compile(r"\b(?:globals|locals|vars)\(\)").search(text, match.start())
        if call is None or call.start() > match.end() or not _reads(text, call):
            return True
    return False


def _reads(text: str, use: re.Match[str]) -> bool:
    """Whether a namespace is only read where it stands in the text."""
    return _READ.match(text, use.end()) is not None or _READING.search(text, 0, use.start()) is not None


def absolute(module: str | None, level: int, package: str) -> str | None:
    """The absolute module of ``from <level dots><module> import …`` in ``package``; None above the top (PEP 328)."""
    if not level:
        return module
    parts = package.split(".") if package else []
    if level - 1 > len(parts) or not parts:
        return None
    base = parts[: len(parts) - (level - 1)]
    if not base:
        return None
    return ".".join([*base, module] if module else base)


class Table:
    """The bindings of one body, in source order, conditional ones included (every platform, every Python)."""

    __slots__ = ("all", "all_open", "handlers", "names", "package", "stars", "typing")

    def __init__(self, package: str) -> None:
        self.names: dict[str, list[Binding]] = {}
        self.stars: list[str] = []
        self.all: list[str] | None = None
        self.all_open = False
        self.package = package
        self.handlers = 0
        self.typing = 0

    def bind(self, name: str, binding: Binding) -> None:
        """Record one binding."""
        binding.fallback = self.handlers > 0
        binding.typing = self.typing > 0
        found = self.names.get(name)
        if found is None:
            self.names[name] = [binding]
        else:
            found.append(binding)

    def body(self, statements: Sequence[ast.stmt], conditional: bool = False) -> None:
        """Read statements and the blocks inside them, but no inner scope."""
        for node in statements:
            kind = type(node)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.bind(node.name, Binding(FUNCTION, node, conditional=conditional))
            elif isinstance(node, ast.ClassDef):
                self.bind(node.name, Binding(CLASS, node, conditional=conditional))
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    self._target(target, node, node.value, conditional)
                if isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
                    if not conditional:
                        self.all = None
                    self._all(node.value)
            elif isinstance(node, ast.AnnAssign):
                if isinstance(node.target, ast.Name):
                    self.bind(
                        node.target.id,
                        Binding(ASSIGN, node, annotation=node.annotation, value=node.value, conditional=conditional),
                    )
                    if node.target.id == "__all__" and node.value is not None:
                        self._all(node.value)
            elif isinstance(node, ast.AugAssign):
                if isinstance(node.target, ast.Name):
                    if node.target.id == "__all__":
                        self._all(node.value)
                    self.bind(node.target.id, Binding(OPAQUE, node, conditional=conditional))
            elif kind is ast.Expr:
                value = node.value  # type: ignore[attr-defined]
                if isinstance(value, ast.Call):
                    self._call(value)
                elif isinstance(value, ast.NamedExpr):
                    self._target(value.target, node, value.value, conditional)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.asname:
                        self.bind(alias.asname, Binding(IMPORT, node, module=alias.name, conditional=conditional))
                    else:
                        top = alias.name.partition(".")[0]
                        self.bind(top, Binding(IMPORT, node, module=top, name=alias.name, conditional=conditional))
            elif isinstance(node, ast.ImportFrom):
                source = absolute(node.module, node.level, self.package)
                for alias in node.names:
                    if alias.name == "*":
                        self.stars.append(source or "?")
                    else:
                        self.bind(
                            alias.asname or alias.name,
                            Binding(FROM, node, module=source or "?", name=alias.name, conditional=conditional),
                        )
            elif isinstance(node, ast.If):
                self._walrus(node.test)
                typing = getattr(node.test, "attr", getattr(node.test, "id", "")) == "TYPE_CHECKING"
                self.typing += typing
                self.body(node.body, True)
                self.typing -= typing
                self.body(node.orelse, True)
            elif isinstance(node, (ast.Try, ast.TryStar)):
                self.body(node.body, True)
                for handler in node.handlers:
                    if handler.name:
                        self.bind(handler.name, Binding(OPAQUE, handler, conditional=True))
                    self.handlers += 1
                    self.body(handler.body, True)
                    self.handlers -= 1
                self.body(node.orelse, True)
                self.body(node.finalbody, True)
            elif isinstance(node, (ast.For, ast.AsyncFor)):
                self._target(node.target, node, None, True)
                self.body(node.body, True)
                self.body(node.orelse, True)
            elif isinstance(node, ast.While):
                self._walrus(node.test)
                self.body(node.body, True)
                self.body(node.orelse, True)
            elif isinstance(node, (ast.With, ast.AsyncWith)):
                for item in node.items:
                    if item.optional_vars is not None:
                        self._target(item.optional_vars, node, None, conditional)
                self.body(node.body, conditional)
            elif isinstance(node, ast.Match):
                for case in node.cases:
                    for inner in ast.walk(case.pattern):
                        name = getattr(inner, "name", None) or getattr(inner, "rest", None)
                        if isinstance(name, str):
                            self.bind(name, Binding(OPAQUE, inner, conditional=True))
                    self.body(case.body, True)
            elif kind.__name__ == "TypeAlias":  # PEP 695, from Python 3.12 on
                self.bind(node.name.id, Binding(ASSIGN, node, value=node.value, conditional=conditional))  # type: ignore[attr-defined]

    def _walrus(self, test: ast.expr) -> None:
        if isinstance(test, (ast.Name, ast.Attribute)):
            return
        for inner in walk(test):
            if isinstance(inner, ast.NamedExpr):
                self.bind(inner.target.id, Binding(OPAQUE, inner, conditional=True))

    def _target(self, target: ast.expr, node: ast.stmt, value: ast.expr | None, conditional: bool) -> None:
        if isinstance(target, ast.Name):
            form = ASSIGN if value is not None else OPAQUE
            self.bind(target.id, Binding(form, node, value=value, conditional=conditional))
        elif isinstance(target, (ast.Tuple, ast.List)):
            values: Sequence[ast.expr | None] = [None] * len(target.elts)
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                if not any(isinstance(item, ast.Starred) for item in (*value.elts, *target.elts)):
                    values = value.elts
            for item, part in zip(target.elts, values, strict=True):
                self._target(item, node, part, conditional)
        elif isinstance(target, ast.Starred):
            self._target(target.value, node, None, conditional)

    def _all(self, value: ast.expr) -> None:
        """``__all__`` as the typing specification lets a checker read it: literals, ``+=``, ``.extend``, ``.append``."""
        names = self.all if self.all is not None else []
        self.all = names
        if isinstance(value, (ast.List, ast.Tuple, ast.Set)):
            for item in value.elts:
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    names.append(item.value)
                else:
                    self.all_open = True
        elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            self._all(value.left)
            self._all(value.right)
        elif isinstance(value, ast.Name) and [one.form for one in self.names.get(value.id, ())] == [ASSIGN]:
            listed = self.names[value.id][0].value
            self._all(listed if isinstance(listed, (ast.List, ast.Tuple, ast.Set)) else ast.Name("?"))
        else:
            self.all_open = True

    def _call(self, call: ast.Call) -> None:
        function = call.func
        if (
            isinstance(function, ast.Attribute)
            and isinstance(function.value, ast.Name)
            and function.value.id == "__all__"
            and function.attr in ("extend", "append", "remove")
            and call.args
        ):
            if function.attr == "extend":
                self._all(call.args[0])
            elif function.attr == "append":
                self._all(ast.List(elts=[call.args[0]]))
            else:
                self.all_open = True


def read(module: Module, tree: ast.Module, text: str) -> None:
    """Fill ``module`` from its syntax tree.

    A module is *open* (anything may be in it) when it defines ``__getattr__`` (PEP 562), replaces itself in ``sys.modules``, or
    writes to its ``globals()``.
    """
    table = Table(module.package)
    table.body(tree.body)
    module.tree = tree
    module.text = text
    module.table = table.names
    module.stars = table.stars
    if len(table.stars) > 1 and not module.is_stub:
        module.memo["<rival stars>"] = _rival_stars(tree, module.package)
    module.all = table.all
    module.all_open = table.all_open
    if "__getattr__" in table.names:
        lazy = _lazy_names(table.names["__getattr__"])
        if lazy is None:
            module.open = LAZY
        else:
            for name in lazy:
                table.bind(name, Binding(OPAQUE, table.names["__getattr__"][0].node, conditional=True))
    if not module.open and not module.is_stub:
        if any(word in text and pattern.search(text) for word, pattern in _REPLACES_ITSELF.items()) or (
            "sys.modules[" in text
            and re.search(rf"""sys\.modules\[\s*["']{re.escape(module.name)}["']\s*\]\s*=(?!=)""", text)
        ):
            module.open = "it replaces itself in sys.modules"
        elif "sys.modules[" in text and any(_stands_outside(tree, match) for match in _PUTS_ANY.finditer(text)):
            module.open = "it puts modules in sys.modules under names that it works out"
        elif "global_enum" in text and _GLOBAL_ENUM.search(text):
            module.open = "an enum puts its members into it"
        elif any(word in text for word in _NAMESPACES) and _writes_globals(text):
            module.open = "it writes to its globals()"
    if not module.is_stub and "global" in text:
        for match in _GLOBAL.finditer(text):
            if not isinstance(_statement_at(tree.body, text.count("\n", 0, match.start(1)) + 1), ast.Global):
                continue  # a line of a docstring
            for name in match.group(1).split(","):
                table.bind(name.strip(), Binding(OPAQUE, tree.body[0] if tree.body else tree, conditional=True))


def _stands_outside(tree: ast.Module, match: re.Match[str]) -> bool:
    """Whether what matches runs when the module is imported: it stands in no function and in no class."""
    row = match.string.count("\n", 0, match.start()) + 1
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return not any(
        node.lineno <= row <= (node.end_lineno or node.lineno) for node in tree.body if isinstance(node, definitions)
    )


def _statement_at(body: Iterable[ast.stmt], row: int) -> ast.stmt | None:
    """The innermost statement that stands on a row."""
    for node in body:
        if node.lineno <= row <= (node.end_lineno or node.lineno):
            return _statement_at(statements_in(node), row) or node
    return None


def words_of_inner_imports(module: Module) -> frozenset[str]:
    """The words of all imports that stand in something, by the text: names that none of them has are not worth looking for."""
    found: frozenset[str] | None = module.memo.get("<words of inner imports>")
    if found is None:
        imports = _INNER_IMPORT.findall(module.text)
        found = module.memo["<words of inner imports>"] = frozenset(_WORD.findall(" ".join(imports)))
    return found


def local_imports(module: Module) -> dict[str, set[str]]:
    """What imports inside of functions bind: by name, the dotted names that it may stand for."""
    found: dict[str, set[str]] = {}
    if module.tree is None or "\n " not in module.text:
        return found
    for node in (node for statement in module.tree.body for node in _imports_in(statement)):
        if isinstance(node, ast.ImportFrom):
            target = absolute(node.module, node.level, module.package)
            for alias in node.names:
                found.setdefault(alias.asname or alias.name, set()).add(f"{target}.{alias.name}")
        else:
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                found.setdefault(name, set()).add(alias.name if alias.asname else name)
    return found


@per_node
def _imports_in(statement: ast.stmt) -> list[ast.Import | ast.ImportFrom]:
    if isinstance(statement, ast.ClassDef):  # of which most stays, where somebody writes one method
        return [node for inner in statement.body for node in _imports_in(inner)]
    return [node for node in walk(statement) if isinstance(node, (ast.Import, ast.ImportFrom))]


def _lazy_names(bindings: Sequence[Binding]) -> list[str] | None:
    """The names that a module's ``__getattr__`` (PEP 562) knows, where it compares its argument with literals and raises for all
    others; None where that cannot be told."""
    node = bindings[-1].node
    if len(bindings) != 1 or not isinstance(node, ast.FunctionDef) or len(node.args.args) != 1:
        return None
    parameter = node.args.args[0].arg
    body = node.body
    if not body or not (isinstance(body[-1], ast.Raise) or any(isinstance(item, ast.If) for item in body)):
        return None
    names: list[str] = []
    for statement in body[:-1] if isinstance(body[-1], ast.Raise) else body:
        if isinstance(statement, (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)):
            continue
        if not isinstance(statement, ast.If):
            return None
        known = _excluded(statement, parameter, body)
        if known is not None:
            return known
        branch: ast.stmt = statement
        while isinstance(branch, ast.If):
            found = _compared(branch.test, parameter)
            if found is None:
                return None
            names.extend(found)
            if len(branch.orelse) == 1 and isinstance(branch.orelse[0], ast.If):
                branch = branch.orelse[0]
            elif branch.orelse and not isinstance(branch.orelse[-1], ast.Raise):
                return None
            else:
                break
    return names if isinstance(body[-1], ast.Raise) else None


def _excluded(statement: ast.If, parameter: str, body: Sequence[ast.stmt]) -> list[str] | None:
    """The names of ``if name not in known: raise AttributeError``, where ``known`` is a literal of the function."""
    test = statement.test
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.NotIn):
        return None
    if (
        not isinstance(test.left, ast.Name)
        or test.left.id != parameter
        or not isinstance(statement.body[-1], ast.Raise)
    ):
        return None
    known: ast.expr = test.comparators[0]
    if isinstance(known, ast.Name):
        wanted = known.id
        for other in body:
            if (
                isinstance(other, ast.Assign)
                and isinstance(other.targets[0], ast.Name)
                and other.targets[0].id == wanted
            ):
                known = other.value
    items = (
        known.keys
        if isinstance(known, ast.Dict)
        else known.elts
        if isinstance(known, (ast.Set, ast.Tuple, ast.List))
        else []
    )
    names = [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return names if names and len(names) == len(items) else None


def _compared(test: ast.expr, parameter: str) -> list[str] | None:
    """The literals that ``name == "x"`` or ``name in ("x", "y")`` compares the parameter with."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    if not isinstance(test.left, ast.Name) or test.left.id != parameter:
        return None
    other = test.comparators[0]
    items = (
        other.elts if isinstance(test.ops[0], ast.In) and isinstance(other, (ast.Tuple, ast.List, ast.Set)) else [other]
    )
    if not isinstance(test.ops[0], (ast.Eq, ast.In)):
        return None
    if all(isinstance(item, ast.Constant) and isinstance(item.value, str) for item in items):
        return [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return None


def _rival_stars(tree: ast.Module, package: str) -> list[frozenset[str]]:
    """The modules that one branch of a statement imports by a star, for each branch of those where more than one does."""
    found: list[frozenset[str]] = []
    for statement in tree.body:
        branches: list[list[ast.stmt]] = []
        if isinstance(statement, ast.If):
            branches = [statement.body, statement.orelse]
        elif isinstance(statement, ast.Try):
            branches = [statement.body, *(handler.body for handler in statement.handlers)]
        stars = [frozenset(_stars(body, package)) for body in branches]
        if sum(map(bool, stars)) > 1:
            found += stars
    return found


def _stars(body: list[ast.stmt], package: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            yield absolute(node.module, node.level, package) or "?"
