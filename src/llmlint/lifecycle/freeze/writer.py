"""A module's source as a stub: what it publishes, in source order, and what the published needs to be understood."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence

from llmlint.contracts.library import Entry as Found
from llmlint.contracts.outline import Entry, checked, is_main, is_static, names_in, names_in_annotation
from llmlint.contracts.reader import absolute
from llmlint.contracts.symbols import FROM, Module
from llmlint.lifecycle.freeze.classes import ClassWriter
from llmlint.lifecycle.freeze.lines import INDENT, deeper, grouped, set_apart, tidy, wrapped


class Writer(ClassWriter):
    """Writes the stub of one module."""

    def write(self) -> str:
        """The text of the stub, without a heading."""
        self._collect()
        body = list(self._block(self._tree.body, ""))
        parts: list[str] = []
        if docstring := self._docstring_of(self._tree):
            parts += [docstring, ""]
        text = "\n".join(body)
        extra = [
            f"from {module} import {name}" + (f" as {local}" if local != name else "")
            for (module, name), local in sorted(self._extra.items())
            if re.search(rf"(?<![\w.]){local}\b", text)
        ]
        return tidy([*parts, *(["import builtins"] if self._builtins else []), *grouped(extra), *body])

    @property
    def imports(self) -> list[tuple[str, str]]:
        """What the stub takes from other modules by name: (absolute module, name); a star as ``*``. Known once it is written."""
        found = [(star, "*") for star in self._module.stars]
        for name in self._wanted:
            for entry in self._chosen(name):
                if entry.alias is not None and isinstance(entry.node, ast.ImportFrom):
                    module = absolute(entry.node.module, entry.node.level, self._module.package)
                    found.append((module or "", entry.alias.name))
        return [*found, *self._extra, *self._taken()]

    def _taken(self) -> Iterator[tuple[str, str]]:
        """``module.name``, where a module of the project is imported."""
        library = self._world.library
        for dotted in sorted(self._dotted):
            root, *rest = dotted.split(".")
            symbol = library.symbol(self._module, root) if rest and root in self._outline.by_name else None
            while rest and isinstance(symbol, Module) and symbol.own:
                yield symbol.name, rest[0]
                symbol = library.symbol(symbol, rest.pop(0))

    @property
    def names(self) -> Collection[str]:
        """The names that the stub has. Known once it is written."""
        return self._wanted

    # -- which names --------------------------------------------------------------------------------------------------------

    def _collect(self) -> None:
        """Find everything that the published names need, and write each piece."""
        for node in ast.walk(self._tree) if any(entry.guards for entry in self._outline.entries) else ():
            if isinstance(node, ast.If):
                self._ifs[id(node)] = node
        for node in self._tree.body:
            if isinstance(node, ast.Assert) and is_static(node.test):
                self._used.update(dotted.partition(".")[0] for dotted in names_in([node.test]))
        queue = [*self._published, *sorted(self._used & set(self._outline.by_name))]
        while queue:
            name = queue.pop()
            if name in self._wanted:
                continue
            self._wanted.add(name)
            self._used.clear()
            for entry in self._chosen(name):
                for guard, _ in entry.guards:
                    self._used.update(names_in([checked(self._ifs[guard].test) or self._ifs[guard].test]))
                pieces = self._pieces.setdefault(id(entry.node), {})
                if name not in pieces:
                    pieces[name] = list(self._piece(entry))
            self._dotted.update(self._used)
            self._take_from_stars({dotted.partition(".")[0] for dotted in self._used})
            queue += [
                root
                for root in sorted({dotted.partition(".")[0] for dotted in self._used})
                if root in self._outline.by_name and root not in self._wanted
            ]

    def _take_from_stars(self, names: Collection[str]) -> None:
        """What only a star import brings, and the module behind it imports itself: a stub's star does not hand that on (PEP 484)."""
        for name in sorted(names) if self._module.stars else ():
            if name in self._outline.by_name:
                continue
            found = self._world.library.entry(self._module, name)
            if isinstance(found, Found) and found.module is not self._module:
                binding = found.bindings[-1]
                if binding.form == FROM and binding.module != "?":
                    self._extra.setdefault((binding.module, binding.name), name)

    # -- blocks -----------------------------------------------------------------------------------------------------------------

    def _block(self, statements: Sequence[ast.stmt], prefix: str) -> Iterator[str]:
        """The lines of the pieces in these statements; what stands under a condition that nobody decides is written plainly."""
        for node in statements:
            if isinstance(node, ast.If):
                if is_main(node.test):
                    continue
                if checked(node.test) is not None:
                    yield from self._guarded(node, prefix)
                else:
                    yield from self._block(node.body, prefix)
                    yield from self._block(node.orelse, prefix)
            elif isinstance(node, (ast.Try, ast.TryStar)):
                for part in (node.body, *(handler.body for handler in node.handlers), node.orelse, node.finalbody):
                    yield from self._block(part, prefix)
            elif isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Match)):
                yield from deeper(self._of(node), prefix)
                inner = (
                    [statement for case in node.cases for statement in case.body]
                    if isinstance(node, ast.Match)
                    else [*node.body, *getattr(node, "orelse", ())]
                )
                yield from self._block(inner, prefix)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from self._import(node, prefix)
            elif isinstance(node, ast.Assert) and is_static(node.test):
                # Where it does not hold, a type checker reads no further.
                yield f"{prefix}assert {self._slices.of(node.test)}"
            elif "__all__" in self._wanted and self._changes_all(node):
                yield prefix + self._slices.raw(node)
            else:
                yield from deeper(self._of(node), prefix)

    def _guarded(self, node: ast.If, prefix: str) -> Iterator[str]:
        body = list(self._block(node.body, prefix + INDENT))
        other = list(self._block(node.orelse, prefix + INDENT))
        test = self._check(node)
        if body:
            yield f"{prefix}if {test}:"
            yield from body
        if other:
            yield f"{prefix}else:" if body else f"{prefix}if not ({test}):"
            yield from other

    def _of(self, node: ast.stmt) -> Iterator[str]:
        pieces = self._pieces.get(id(node), {})
        for name in sorted(pieces, key=self._order.__getitem__) if len(pieces) > 1 else pieces:
            yield from pieces[name]

    @staticmethod
    def _changes_all(node: ast.stmt) -> bool:
        target: ast.expr | None = None
        if isinstance(node, ast.AugAssign):
            target = node.target
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function = node.value.func
            target = function.value if isinstance(function, ast.Attribute) else None
        return isinstance(target, ast.Name) and target.id == "__all__"

    def _import(self, node: ast.Import | ast.ImportFrom, prefix: str) -> Iterator[str]:
        if isinstance(node, ast.ImportFrom):
            if node.module == "__future__" and not node.level:
                return
            source = "." * node.level + (node.module or "")
            parts: list[str] = []
            renamed: list[str] = []
            for alias in node.names:
                if alias.name == "*":
                    yield f"{prefix}from {source} import *{self._slices.ignores(node.lineno)}"
                elif self._keeps(node, alias, alias.asname or alias.name):
                    name = alias.asname or alias.name
                    shown = alias.name if not alias.asname else f"{alias.name} as {alias.asname}"
                    if self._published.get(name) == "re-export":
                        shown = f"{alias.name} as {name}"
                        if alias.asname not in (None, alias.name):
                            # An import under another name publishes nothing (PEP 484): an assignment does.
                            shown = f"{alias.name} as _{name}"
                            renamed.append(f"{prefix}{name} = _{name}")
                    parts.append(shown)
            if parts:
                yield from wrapped(f"{prefix}from {source} import ", parts, prefix, self._slices.ignores(node.lineno))
                yield from renamed
            return
        for alias in node.names:
            local = alias.asname or alias.name.partition(".")[0]
            if not self._keeps(node, alias, local):
                continue
            if not alias.asname and "." in alias.name:
                if not any(dotted == alias.name or dotted.startswith(f"{alias.name}.") for dotted in self._dotted):
                    continue
            shown = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
            yield f"{prefix}import {shown}{self._slices.ignores(node.lineno)}"

    def _keeps(self, node: ast.stmt, alias: ast.alias, name: str) -> bool:
        return name in self._wanted and any(entry.node is node and entry.alias is alias for entry in self._chosen(name))

    def _piece(self, entry: Entry) -> Iterator[str]:
        node = entry.node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from set_apart(self._function(node, None))
        elif isinstance(node, ast.ClassDef):
            yield from set_apart(self._class(node, None, ""))
        elif entry.alias is not None:
            return
        elif type(node).__name__ == "TypeAlias":
            self._used.update(names_in_annotation(node.value))  # type: ignore[attr-defined]
            yield self._slices.raw(node).replace("\n", " ")
        elif entry.name == "__all__":
            if isinstance(node, ast.Assign):
                self._used.update(dotted for dotted in names_in([node.value]))
            yield self._slices.raw(node)
        else:
            yield from self._variable(entry)
