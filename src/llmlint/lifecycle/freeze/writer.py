"""A module's source as a stub: what it publishes, in source order, and what the published needs to be understood."""

from __future__ import annotations

import ast
import builtins
import copy
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from llmlint.contracts.outline import (
    Entry,
    FunctionNode,
    Outline,
    is_main,
    is_overload,
    is_private,
    is_static,
    last_name,
    names_in,
    names_in_annotation,
    yields,
)
from llmlint.contracts.published import published
from llmlint.contracts.reader import absolute
from llmlint.contracts.symbols import Class, Member, Module
from llmlint.lifecycle.freeze.slices import Slices
from llmlint.lifecycle.freeze.types import Types

if TYPE_CHECKING:
    from llmlint.semantics.world import World

_WIDTH = 120
_LONGEST_VALUE = 100
_BUILTINS = frozenset(dir(builtins))
_CLASS_DUNDERS = frozenset({"__slots__", "__match_args__", "__hash__", "__abstract__", "__class_getitem__"})
_WITHOUT_EFFECT = frozenset({"functools.wraps", "atexit.register", "functools.update_wrapper"})
_INDENT = "    "
_APART = "\0"
"""Stands before and after a definition of several lines: a blank line there."""
_CLOSE = "\1"
"""Stands before and after a definition of one line: a blank line only towards what is no such definition."""


class Writer:
    """Writes the stub of one module."""

    def __init__(self, world: World, module: Module, text: str, demanded: Collection[str] = ()) -> None:
        assert module.tree is not None
        self._world = world
        self._module = module
        self._tree = module.tree
        self._slices = Slices(text)
        self._outline = Outline(module.tree.body)
        self._published = published(module, self._outline)
        for name in demanded:
            # Another contract imports it from here, so that it is published, whatever its name.
            if name in self._outline.by_name and name not in self._published:
                imported = any(entry.alias is not None for entry in self._outline.by_name[name])
                self._published[name] = "re-export" if imported else "own"
        self._used: set[str] = set()
        self._dotted: set[str] = set()
        self._local_names: set[str] = set()
        """Names of the class bodies around what is being written."""
        self._extra: dict[tuple[str, str], str] = {}
        self._types = Types(world, module, self._need, self._used.add)
        self._pieces: dict[int, dict[str, list[str]]] = {}
        self._order = {name: index for index, name in enumerate(self._outline.by_name)}
        self._wanted: set[str] = set()
        self._ifs: dict[int, ast.If] = {}
        self._abstract: dict[int, ast.expr] = {}
        self._shadowed: frozenset[str] = frozenset()
        """Builtins that a class being written has attributes of the same name as."""
        self._builtins = False

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
        return _tidy([*parts, *(["import builtins"] if self._builtins else []), *_grouped(extra), *body])

    @property
    def imports(self) -> list[tuple[str, str]]:
        """What the stub imports by name: (absolute module, name); a star as ``*``. Known once it is written."""
        found = [(star, "*") for star in self._module.stars]
        for name in self._wanted:
            for entry in self._chosen(name):
                if entry.alias is not None and isinstance(entry.node, ast.ImportFrom):
                    module = absolute(entry.node.module, entry.node.level, self._module.package)
                    found.append((module or "", entry.alias.name))
        return [*found, *self._extra]

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
        queue = list(self._published)
        while queue:
            name = queue.pop()
            if name in self._wanted:
                continue
            self._wanted.add(name)
            self._used.clear()
            for entry in self._chosen(name):
                for guard, _ in entry.guards:
                    self._used.update(names_in([self._ifs[guard].test]))
                pieces = self._pieces.setdefault(id(entry.node), {})
                if name not in pieces:
                    pieces[name] = list(self._piece(entry))
            self._dotted.update(self._used)
            queue += [
                root
                for root in sorted({dotted.partition(".")[0] for dotted in self._used})
                if root in self._outline.by_name and root not in self._wanted
            ]

    def _chosen(self, name: str) -> list[Entry]:
        entries = self._outline.by_name.get(name, [])
        if entries and all(isinstance(entry.node, ast.Import) for entry in entries):
            return entries  # `import a.b` and `import a.c` bind `a` together
        if name == "__all__":
            return entries
        return self._outline.chosen(name)

    def _need(self, module: str, name: str) -> str:
        """The name under which the stub has ``module.name``: as the source imports it, or by an import of the stub's own."""
        for local, bindings in self._module.table.items():
            binding = bindings[-1]
            if len(bindings) == 1 and binding.module == module and binding.name == name and not binding.typing:
                if local in self._outline.by_name:
                    self._used.add(local)
                    return local
        key = (module, name)
        if key not in self._extra:
            taken = name in self._outline.by_name or name in self._extra.values()
            self._extra[key] = f"_{name}" if taken else name
        return self._extra[key]

    def _is_available(self, name: str) -> bool:
        """Whether the stub has or may have the name without publishing something private for it."""
        entries = self._outline.by_name.get(name)
        if entries is None:
            return name in _BUILTINS
        if any(entry.alias is not None for entry in entries):
            return True
        return name in self._published

    # -- blocks -----------------------------------------------------------------------------------------------------------------

    def _block(self, statements: Sequence[ast.stmt], prefix: str) -> Iterator[str]:
        """The lines of the pieces in these statements; what stands under a condition that nobody decides is written plainly."""
        for node in statements:
            if isinstance(node, ast.If):
                if is_main(node.test):
                    continue
                if is_static(node.test):
                    yield from self._guarded(node, prefix)
                else:
                    yield from self._block(node.body, prefix)
                    yield from self._block(node.orelse, prefix)
            elif isinstance(node, (ast.Try, ast.TryStar)):
                for part in (node.body, *(handler.body for handler in node.handlers), node.orelse, node.finalbody):
                    yield from self._block(part, prefix)
            elif isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Match)):
                yield from _deeper(self._of(node), prefix)
                inner = (
                    [statement for case in node.cases for statement in case.body]
                    if isinstance(node, ast.Match)
                    else [*node.body, *getattr(node, "orelse", ())]
                )
                yield from self._block(inner, prefix)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from self._import(node, prefix)
            elif "__all__" in self._wanted and self._changes_all(node):
                yield prefix + self._slices.raw(node)
            else:
                yield from _deeper(self._of(node), prefix)

    def _guarded(self, node: ast.If, prefix: str) -> Iterator[str]:
        body = list(self._block(node.body, prefix + _INDENT))
        other = list(self._block(node.orelse, prefix + _INDENT))
        test = self._slices.of(node.test)
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
                yield from _wrapped(f"{prefix}from {source} import ", parts, prefix, self._slices.ignores(node.lineno))
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

    # -- pieces ----------------------------------------------------------------------------------------------------------------

    def _piece(self, entry: Entry) -> Iterator[str]:
        node = entry.node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _set_apart(self._function(node, None))
        elif isinstance(node, ast.ClassDef):
            yield from _set_apart(self._class(node, None, ""))
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

    def _variable(self, entry: Entry) -> Iterator[str]:
        node, name = entry.node, entry.name
        ignored = self._slices.ignores(node.lineno)
        if isinstance(node, ast.AnnAssign):
            yield self._annotated(node, name, constants_only=True) + ignored
        elif entry.value is not None and (self._types.is_type(entry.value) or self._types.makes_type(entry.value)):
            self._used.update(names_in([entry.value]))
            for part in ast.walk(entry.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and self._types.is_type(entry.value):
                    self._used.update(names_in_annotation(part))
            yield f"{name} = {self._slices.of(entry.value)}{ignored}"
        elif isinstance(entry.value, ast.Name) and self._is_builtin_type(entry.value.id):
            hidden = entry.value.id in self._outline.by_name
            self._builtins = self._builtins or hidden
            yield f"{name} = {'builtins.' if hidden else ''}{entry.value.id}{ignored}"
        elif (made := self._alias(entry)) is not None:
            yield from made
        else:
            bound = [other.value for other in self._outline.by_name[name] if not isinstance(other.node, ast.AugAssign)]
            text = self._types.variable(name, bound) or self._need("typing", "Any")
            yield f"{name}: {text}{self._constant(entry.value)}"
        if docstring := self._following(node):
            yield docstring

    def _is_builtin_type(self, name: str) -> bool:
        """Whether a name is a class of ``builtins``, and in this module at most bound to itself (``str = str``)."""
        return isinstance(getattr(builtins, name, None), type) and all(
            isinstance(entry.value, ast.Name) and entry.value.id == name
            for entry in self._outline.by_name.get(name, ())
        )

    def _alias(self, entry: Entry) -> list[str] | None:
        """A function or module under another name, a lambda."""
        value = entry.value
        if isinstance(value, ast.Lambda):
            parameters = self._parameters(value.args)
            return [f"def {entry.name}({', '.join(parameters)}): ..."]
        if not isinstance(value, (ast.Name, ast.Attribute)):
            return None
        from llmlint.contracts.symbols import Function

        found = self._world.library.resolve(self._module, value)
        if isinstance(found, Module):
            if isinstance(value, ast.Name) or self._is_available(next(names_in([value])).partition(".")[0]):
                self._used.update(names_in([value]))
                return [f"{entry.name} = {self._slices.of(value)}"]
            return None
        if not isinstance(found, Function):
            return None
        if found.module is self._module and found.owner is None and not self._is_available(found.name):
            return list(self._function(found.node, None, name=entry.name))
        self._used.update(names_in([value]))
        return [f"{entry.name} = {self._slices.of(value)}"]

    def _annotated(self, node: ast.AnnAssign, name: str, *, constants_only: bool) -> str:
        annotation = self._annotation(node.annotation)
        last = last_name(node.annotation)
        if node.value is None:
            return f"{name}: {annotation}"
        if last == "TypeAlias":
            self._used.update(names_in_annotation(node.value))
            return f"{name}: {annotation} = {self._slices.of(node.value)}"
        if last == "Final" and not isinstance(node.annotation, ast.Subscript):
            if isinstance(node.value, ast.Constant) and (text := self._constant(node.value)):
                return f"{name}: {annotation}{text}"
            inferred = self._types.variable(name, [node.value])
            return (
                f"{name}: {annotation}[{inferred}]"
                if inferred and inferred != "None"
                else f"{name}: {annotation} = ..."
            )
        if constants_only:
            return f"{name}: {annotation}{self._constant(node.value)}"
        return f"{name}: {annotation} = {self._value(node.value)}"

    def _constant(self, value: ast.expr | None) -> str:
        """`` = value`` where it is a plain constant, short enough to be read."""
        inner = value.operand if isinstance(value, ast.UnaryOp) else value
        if not isinstance(inner, ast.Constant) or inner.value is None or inner.value is ...:
            return ""
        assert value is not None
        text = self._slices.of(value)
        return f" = {text}" if len(text) <= _LONGEST_VALUE and "\n" not in text else ""

    def _annotation(self, node: ast.expr) -> str:
        names = set(names_in_annotation(node))
        self._used.update(names)
        if self._shadowed and not self._shadowed.isdisjoint(names):
            return self._unshadowed(node)
        return self._slices.of(node)

    def _unshadowed(self, node: ast.expr) -> str:
        """An annotation in which builtins that an attribute of the class hides are called by their full names."""
        self._builtins = True
        shadowed = self._shadowed

        class Full(ast.NodeTransformer):
            def visit_Name(self, name: ast.Name) -> ast.expr:
                if name.id in shadowed:
                    return ast.Attribute(ast.Name("builtins", ast.Load()), name.id, ast.Load())
                return name

        return ast.unparse(Full().visit(copy.deepcopy(node)))

    # -- values ------------------------------------------------------------------------------------------------------------------

    def _value(self, node: ast.expr) -> str:
        """A default as it stands; the literal behind a private constant; ``...`` where it is more than a reader wants."""
        if isinstance(node, ast.Name) and not self._is_available(node.id):
            entries = self._outline.by_name.get(node.id, [])
            if len(entries) == 1 and isinstance(entries[0].value, ast.Constant):
                node = entries[0].value
        if not self._is_simple(node):
            return "..."
        text = self._slices.of(node)
        if len(text) > _LONGEST_VALUE:
            return "..."
        self._used.update(names_in([node]))
        return text

    def _is_simple(self, node: ast.expr) -> bool:
        match node:
            case ast.Constant(value=value):
                return not isinstance(value, str) or "\n" not in value
            case ast.Name(id=name):
                return self._is_available(name) or name in self._local_names
            case ast.Attribute(value=inner, attr=name):
                return not is_private(name) and self._is_simple(inner) and isinstance(inner, (ast.Name, ast.Attribute))
            case ast.UnaryOp(operand=inner):
                return self._is_simple(inner)
            case ast.BinOp(left=left, right=right):
                return self._is_simple(left) and self._is_simple(right)
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                return all(self._is_simple(item) for item in items)
            case ast.Dict(keys=keys, values=items):
                return all(key is not None and self._is_simple(key) for key in keys) and all(
                    map(self._is_simple, items)
                )
            case ast.Subscript(value=inner, slice=index):
                return self._is_simple(inner) and self._is_simple(index)
            case ast.Call(func=function, args=items, keywords=keywords):
                return (
                    isinstance(function, (ast.Name, ast.Attribute))
                    and self._is_simple(function)
                    and all(map(self._is_simple, items))
                    and all(keyword.arg is not None and self._is_simple(keyword.value) for keyword in keywords)
                )
        return False

    # -- functions ---------------------------------------------------------------------------------------------------------------

    def _function(
        self, node: FunctionNode, cls: Class | None, name: str | None = None, decorated: bool = True
    ) -> Iterator[str]:
        if decorated:
            yield from self._decorators(node)
            if id(node) in self._abstract:
                self._used.update(names_in([self._abstract[id(node)]]))
                yield f"@{self._slices.of(self._abstract[id(node)])}"
        generator = yields(node) if isinstance(node, ast.AsyncFunctionDef) or node.returns is None else False
        asynchronous = isinstance(node, ast.AsyncFunctionDef)
        returns = f" -> {self._annotation(node.returns)}" if node.returns is not None else ""
        if not returns and node.name == "__init__":
            returns = " -> None"
        elif not returns and generator:
            any_ = self._need("typing", "Any")
            kind = f"AsyncGenerator[{any_}, {any_}]" if asynchronous else f"Generator[{any_}, {any_}, {any_}]"
            returns = f" -> {self._need('collections.abc', kind.partition('[')[0])}[{kind.partition('[')[2]}"
        # In a stub the body no longer shows that it yields, and `async def` would make it a coroutine (typing specification,
        # "Asynchronous iterators").
        keyword = "async def" if asynchronous and not generator else "def"
        parameters = self._parameters(node.args)
        start = f"{keyword} {name or node.name}{self._type_parameters(node)}("
        line = f"{start}{', '.join(parameters)}){returns}:"
        ignored = self._slices.ignores(node.lineno, node.body[0].lineno)
        docstring = self._docstring_of(node)
        if len(line) > _WIDTH and parameters and not ignored:
            yield start
            for parameter in parameters:
                yield f"{_INDENT}{parameter},"
            line = f"){returns}:"
        if docstring is None:
            yield f"{line} ...{ignored}"
        else:
            yield f"{line}{ignored}"
            yield f"{_INDENT}{docstring}"
            yield f"{_INDENT}..."

    def _type_parameters(self, node: ast.stmt) -> str:
        parameters = getattr(node, "type_params", ())
        if not parameters:
            return ""
        for parameter in parameters:
            if getattr(parameter, "bound", None) is not None:
                self._used.update(names_in_annotation(parameter.bound))
        return f"[{', '.join(self._slices.raw(parameter) for parameter in parameters)}]"

    def _parameters(self, arguments: ast.arguments) -> list[str]:
        positional = [*arguments.posonlyargs, *arguments.args]
        missing = len(positional) - len(arguments.defaults)
        parts: list[str] = []
        for index, argument in enumerate(positional):
            default = arguments.defaults[index - missing] if index >= missing else None
            parts.append(self._parameter(argument, default))
            if index == len(arguments.posonlyargs) - 1:
                parts.append("/")
        if arguments.vararg is not None:
            parts.append(f"*{self._parameter(arguments.vararg, None)}")
        elif arguments.kwonlyargs:
            parts.append("*")
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            parts.append(self._parameter(argument, default))
        if arguments.kwarg is not None:
            parts.append(f"**{self._parameter(arguments.kwarg, None)}")
        return parts

    def _parameter(self, argument: ast.arg, default: ast.expr | None) -> str:
        text = argument.arg
        if argument.annotation is not None:
            text += f": {self._annotation(argument.annotation)}"
            if default is not None:
                text += f" = {self._value(default)}"
        elif default is not None:
            text += f"={self._value(default)}"
        return text

    def _decorators(self, node: FunctionNode | ast.ClassDef) -> Iterator[str]:
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter", "getter"):
                yield f"@{self._slices.of(decorator)}"
                continue
            origin = self._world.library.origin(self._module, decorator)
            if origin in _WITHOUT_EFFECT:
                continue
            names = {dotted.partition(".")[0] for dotted in names_in([decorator])}
            if any(isinstance(part, (ast.Lambda, ast.Await, ast.Yield)) for part in ast.walk(decorator)):
                continue
            if all(self._is_available(one) or one in self._local_names for one in names):
                self._used.update(names_in([decorator]))
                yield f"@{self._slices.of(decorator)}"

    # -- classes -------------------------------------------------------------------------------------------------------------------

    def _class(self, node: ast.ClassDef, outer: Class | None, indent: str) -> Iterator[str]:
        cls = self._module.class_at(node, outer)
        yield from (indent + line for line in self._decorators(node))
        bases: list[str] = []
        for base in node.bases:
            self._used.update(names_in_annotation(base))
            bases.append(self._slices.of(base))
        for keyword in node.keywords:
            self._used.update(names_in([keyword.value]))
            text = self._slices.of(keyword.value)
            bases.append(f"{keyword.arg}={text}" if keyword.arg else f"**{text}")
        heading = f"class {node.name}{self._type_parameters(node)}" + (f"({', '.join(bases)})" if bases else "") + ":"
        inner = indent + _INDENT
        outline = Outline(node.body)
        before = set(self._local_names)
        self._local_names.update(name for name in outline.by_name if not is_private(name))
        body = list(self._class_body(node, cls, outline, inner))
        self._local_names.clear()
        self._local_names.update(before)
        docstring = self._docstring_of(node)
        ignored = self._slices.ignores(node.lineno)
        if not body and docstring is None:
            yield f"{indent}{heading} ...{ignored}"
            return
        yield f"{indent}{heading}{ignored}"
        if docstring is not None:
            yield f"{inner}{docstring}"
            if body:
                yield ""
        yield from body

    def _class_body(self, node: ast.ClassDef, cls: Class, outline: Outline, indent: str) -> Iterator[str]:
        kind = self._kind(cls)
        kept: dict[tuple[int, str], Entry] = {}
        self._note_abstract(outline)
        for name in outline.by_name:
            if self._keeps_member(name, outline, kind):
                for entry in outline.chosen(name):
                    kept[id(entry.node), name] = entry
        outer = self._shadowed
        assigned = {name for name in self._world.classes.instance(cls) if name not in outline.by_name}
        if kind not in ("pydantic", "namedtuple", "typeddict", "enum"):
            self._shadowed = frozenset(assigned & _BUILTINS - set(self._outline.by_name))
        yield from self._members(node, cls, outline, kind, indent, kept)
        self._shadowed = outer

    def _members(
        self,
        node: ast.ClassDef,
        cls: Class,
        outline: Outline,
        kind: str,
        indent: str,
        kept: dict[tuple[int, str], Entry],
    ) -> Iterator[str]:
        attributes = list(self._attributes(cls, outline, kind, indent))
        for part in self._in_order(node.body, kept):
            if isinstance(part, ast.stmt):
                # The first method: what it and the others assign stands before it.
                yield from attributes
                attributes = []
            elif isinstance(part, str):
                yield indent + part
            else:
                yield from self._member(part, cls, kind, indent, outline)
        yield from attributes

    def _note_abstract(self, outline: Outline) -> None:
        """Overloads are as abstract as the implementation that follows them, which the stub does not have."""
        for entries in outline.by_name.values():
            overloads = [entry.node for entry in entries if is_overload(entry.node)]
            for decorator in getattr(entries[-1].node, "decorator_list", ()) if overloads else ():
                if last_name(decorator) == "abstractmethod" and entries[-1].node not in overloads:
                    self._abstract.update(
                        (id(node), decorator)
                        for node in overloads
                        if not any(last_name(one) == "abstractmethod" for one in getattr(node, "decorator_list", ()))
                    )

    def _in_order(
        self, statements: Sequence[ast.stmt], kept: dict[tuple[int, str], Entry], depth: str = ""
    ) -> Iterator[Entry | ast.stmt | str]:
        for node in statements:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node
            found = [entry for (identity, _), entry in kept.items() if identity == id(node)]
            yield from found
            if isinstance(node, ast.If) and is_static(node.test):
                self._used.update(names_in([node.test]))
                body = [part for part in self._in_order(node.body, kept) if isinstance(part, Entry)]
                other = [part for part in self._in_order(node.orelse, kept) if isinstance(part, Entry)]
                yield from self._branches(node, body, other)
            else:
                for part in _parts(node):
                    yield from self._in_order(part, kept)

    def _branches(self, node: ast.If, body: list[Entry], other: list[Entry]) -> Iterator[Entry | str]:
        """A check of the version in a class body. Its members keep their place in the text by a marker on each line."""
        test = self._slices.of(node.test)
        if body:
            yield f"if {test}:"
            for entry in body:
                yield entry._replace(guards=(*entry.guards[:0], (id(node), True)))
        if other:
            yield "else:" if body else f"if not ({test}):"
            for entry in other:
                yield entry._replace(guards=(*entry.guards[:0], (id(node), False)))

    def _keeps_member(self, name: str, outline: Outline, kind: str) -> bool:
        entries = outline.by_name[name]
        if name.startswith("__") and name.endswith("__"):
            first = entries[-1].node
            if kind == "enum" and name == "__new__":
                return False  # the metaclass replaces it
            return (
                isinstance(first, (ast.FunctionDef, ast.AsyncFunctionDef))
                or name in _CLASS_DUNDERS
                or _is_alias(entries[-1])
            )
        if not is_private(name):
            return True
        # A private field is a parameter of the generated constructor, and `_: KW_ONLY` says how the others are passed.
        node = entries[-1].node
        if (
            kind in ("dataclass", "attrs")
            and isinstance(node, ast.AnnAssign)
            and last_name(node.annotation) != "ClassVar"
        ):
            return not _without_init(node.value)
        return kind == "attrs" and last_name(entries[-1].value or ast.Constant(None)) in ("ib", "attrib", "field")

    def _kind(self, cls: Class) -> str:
        generated = self._world.classes.generator(cls)
        if generated is not None:
            return generated[0]
        if self._world.classes.derives(cls, "enum.Enum") or any(
            last_name(base) in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag") for base in cls.node.bases
        ):
            return "enum"
        shape = self._world.classes.shape(cls).kind
        if shape in ("pydantic", "namedtuple", "typeddict"):
            return shape
        if any(last_name(base) in ("BaseModel", "BaseSettings") for base in cls.node.bases):
            return "pydantic"
        if any(last_name(base) in ("NamedTuple", "TypedDict") for base in cls.node.bases):
            return "namedtuple"
        return "plain"

    def _member(self, entry: Entry, cls: Class, kind: str, indent: str, outline: Outline) -> Iterator[str]:
        node = entry.node
        inner = indent + _INDENT if entry.guards else indent
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _deeper(_set_apart(self._function(node, cls)), inner)
            return
        if isinstance(node, ast.ClassDef):
            yield from _set_apart(self._class(node, cls, inner))
            return
        if entry.alias is not None:
            assert isinstance(node, (ast.Import, ast.ImportFrom))
            shown = entry.alias.name + (f" as {entry.alias.asname}" if entry.alias.asname else "")
            source = "." * getattr(node, "level", 0) + (getattr(node, "module", "") or "")
            yield (
                f"{inner}from {source} import {shown}" if isinstance(node, ast.ImportFrom) else f"{inner}import {shown}"
            )
            return
        for line in self._class_variable(entry, cls, outline, kind):
            yield inner + line
        if docstring := self._following(node, cls.node.body):
            yield inner + docstring

    def _class_variable(self, entry: Entry, cls: Class, outline: Outline, kind: str) -> Iterator[str]:
        node, name, value = entry.node, entry.name, entry.value
        ignored = self._slices.ignores(node.lineno)
        if type(node).__name__ == "TypeAlias":
            self._used.update(names_in_annotation(node.value))  # type: ignore[attr-defined]
            yield self._slices.raw(node)
            return
        if isinstance(node, ast.AnnAssign):
            if kind == "pydantic" and isinstance(node.value, ast.Constant) and node.value.value is ...:
                # For a model `...` says that there is no default; in a stub it says that there is one.
                node = ast.copy_location(ast.AnnAssign(node.target, node.annotation, None, 1), node)
            yield self._annotated(node, name, constants_only=False) + ignored
            return
        if name == "__hash__":
            yield f"__hash__: {self._need('typing', 'ClassVar')}[None]  # type: ignore[assignment]"
            return
        if name == "__class_getitem__":
            any_ = self._need("typing", "Any")
            yield "@classmethod"
            yield f"def __class_getitem__(cls, item: {any_}, /) -> {any_}: ..."
            return
        if name in ("__slots__", "__match_args__"):
            if value is not None and self._is_simple(value):
                yield f"{name} = {self._slices.of(value)}"
            return
        if name in ("model_config", "__abstract__") and value is not None:
            # A model is not what it is without its configuration, however long that is; what only a run can tell is left out.
            if isinstance(value, ast.Call) and any(not self._is_simple(keyword.value) for keyword in value.keywords):
                kept = ast.Call(value.func, value.args, [one for one in value.keywords if self._is_simple(one.value)])
                self._used.update(names_in([kept]))
                yield f"{name} = {ast.unparse(kept)}"
                return
            self._used.update(names_in([value]))
            yield f"{name} = {self._slices.of(value)}"
            return
        if kind == "enum" and value is not None and not isinstance(value, ast.Lambda):
            if not (isinstance(value, ast.Call) and last_name(value) in ("property", "staticmethod", "classmethod")):
                # With a `__new__` of its own, what a member is worth is not what is written.
                yield f"{name} = {'...' if '__new__' in outline.by_name else self._value(value)}{ignored}"
                return
        if isinstance(value, ast.Call) and last_name(value.func) == "property" and isinstance(value.func, ast.Name):
            yield from self._property_call(name, value, outline)
            return
        if kind == "attrs" and isinstance(value, ast.Call) and last_name(value) in ("ib", "attrib", "field"):
            yield f"{name} = {self._value(value)}"
            return
        if isinstance(value, ast.Name) and value.id in outline.by_name:
            target = outline.chosen(value.id)
            if target and isinstance(target[-1].node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if is_private(value.id):
                    yield from self._function(target[-1].node, cls, name=name)
                else:
                    yield f"{name} = {value.id}"
                return
        if isinstance(value, ast.Lambda):
            yield f"def {name}({', '.join(self._parameters(value.args))}): ..."
            return
        if value is not None and (self._types.is_type(value) or self._types.makes_type(value)):
            self._used.update(names_in([value]))
            yield f"{name} = {self._slices.of(value)}{ignored}"
            return
        member = self._world.classes.body(cls).get(name)
        text = self._types.inherited(cls, name)
        if text is None and member is not None:
            text = self._types.class_variable(cls, member)
        text = text or self._need("typing", "Any")
        if kind in ("dataclass", "attrs", "pydantic", "namedtuple"):
            yield f"{name}: {self._need('typing', 'ClassVar')}[{text}]{self._constant(value)}"
        else:
            yield f"{name}: {text}{self._constant(value) or ' = ...'}"

    def _property_call(self, name: str, call: ast.Call, outline: Outline) -> Iterator[str]:
        """``x = property(_get_x, _set_x)``."""
        getter, setter = ([*call.args, None, None][:2]) if call.args else (None, None)
        for keyword in call.keywords:
            getter = keyword.value if keyword.arg == "fget" else getter
            setter = keyword.value if keyword.arg == "fset" else setter
        any_ = ""
        found = outline.by_name.get(getter.id) if isinstance(getter, ast.Name) else None
        node = found[-1].node if found else None
        if isinstance(node, ast.FunctionDef) and node.returns is not None:
            any_ = self._annotation(node.returns)
        any_ = any_ or self._need("typing", "Any")
        yield "@property"
        yield f"def {name}(self) -> {any_}: ..."
        if setter is not None and not (isinstance(setter, ast.Constant) and setter.value is None):
            yield f"@{name}.setter"
            yield f"def {name}(self, value: {any_}) -> None: ..."

    def _attributes(self, cls: Class, outline: Outline, kind: str, indent: str) -> Iterator[str]:
        """What methods assign on ``self``."""
        if kind in ("pydantic", "namedtuple", "typeddict", "enum"):
            return
        classes = self._world.classes
        for name, member in classes.instance(cls).items():
            if is_private(name) or name in outline.by_name or name.startswith("__"):
                continue
            if any(self._declares(base, name) for base in classes.mro(cls)[1:]):
                continue
            text: str | None = None
            annotation = member.annotation
            if annotation is not None and last_name(annotation) not in ("Final", "ClassVar"):
                text = self._annotation(annotation)
            elif isinstance(annotation, ast.Subscript):
                text = self._annotation(annotation.slice)
            if text is None or not self._is_known_here(member, text):
                text = self._types.attribute(cls, member) or self._need("typing", "Any")
            line = f"{indent}{name}: {text}"
            if kind == "dataclass":
                line += f" = {self._need('dataclasses', 'field')}(init=False)"
            elif kind == "attrs":
                line += f" = {self._need('attrs', 'field')}(init=False)"
            yield line
            body = member.method.body if member.method is not None else ()
            if docstring := self._following(member.node, body):
                yield indent + docstring

    def _is_known_here(self, member: Member, text: str) -> bool:
        """Whether the names of an annotation inside a method are names of the module, not of the method's own imports."""
        if member.annotation is None:
            return False
        return all(
            (root := dotted.partition(".")[0]) in self._outline.by_name
            or root in _BUILTINS
            or root in self._local_names
            for dotted in names_in_annotation(member.annotation)
        )

    def _declares(self, base: Class, name: str) -> bool:
        """Whether a base class says what the attribute is: by an annotation, as a property, or by an assignment of its own."""
        found = self._world.classes.body(base).get(name)
        if found is None:
            inner = self._world.classes.instance(base).get(name)
            return inner is not None and base.module.own
        return found.annotation is not None or found.kind in ("property", "method")

    # -- docstrings ------------------------------------------------------------------------------------------------------------------

    def _docstring_of(self, node: ast.Module | ast.ClassDef | FunctionNode) -> str | None:
        if not node.body:
            return None
        return self._string(node.body[0])

    def _string(self, node: ast.stmt) -> str | None:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return self._slices.docstring(node.value)
        return None

    def _following(self, node: ast.stmt, body: Sequence[ast.stmt] | None = None) -> str | None:
        """The string that documents an assignment: it stands right after it."""
        statements = self._tree.body if body is None else body
        for index, statement in enumerate(statements[:-1]):
            if statement is node and isinstance(node, (ast.Assign, ast.AnnAssign)):
                return self._string(statements[index + 1])
        return None


def _is_alias(entry: Entry) -> bool:
    return isinstance(entry.value, ast.Name) and isinstance(entry.node, ast.Assign)


def _without_init(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and any(
        keyword.arg == "init" and isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        for keyword in value.keywords
    )


def _parts(node: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    """The blocks of a statement that bind names in the same scope."""
    if isinstance(node, (ast.If, ast.For, ast.AsyncFor, ast.While)):
        yield node.body
        yield node.orelse
    elif isinstance(node, (ast.Try, ast.TryStar)):
        yield node.body
        for handler in node.handlers:
            yield handler.body
        yield node.orelse
        yield node.finalbody
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        yield node.body


def _deeper(lines: Iterable[str], indent: str) -> Iterator[str]:
    for line in lines:
        yield indent + line if line not in (_APART, _CLOSE) else line


def _set_apart(lines: Iterator[str]) -> Iterator[str]:
    """The lines of a definition between marks that ``_tidy`` turns into blank lines."""
    kept = list(lines)
    mark = _APART if len(kept) > 1 else _CLOSE
    yield mark
    yield from kept
    yield mark


def _wrapped(start: str, parts: Sequence[str], prefix: str, end: str) -> Iterator[str]:
    line = f"{start}{', '.join(parts)}{end}"
    if len(line) <= _WIDTH:
        yield line
        return
    yield f"{start}({end}"
    for part in parts:
        yield f"{prefix}{_INDENT}{part},"
    yield f"{prefix})"


def _grouped(imports: Sequence[str]) -> list[str]:
    """``from a import b`` and ``from a import c`` as one."""
    found: dict[str, list[str]] = {}
    for line in imports:
        start, _, name = line.partition(" import ")
        found.setdefault(start, []).append(name)
    return [f"{start} import {', '.join(names)}" for start, names in found.items()]


def _tidy(lines: Sequence[str]) -> str:
    """The text of the lines, with a blank line around definitions of several lines and around groups of short ones."""
    kept: list[str] = []
    marks = ""
    for line in lines:
        if line in (_APART, _CLOSE):
            marks += line
            continue
        if marks and kept and line and marks != _CLOSE * 2 and not _opens(kept[-1]) and kept[-1]:
            kept.append("")
        elif (
            kept and line and kept[-1] and _is_import(kept[-1]) and not line.startswith(("import ", "from ", " ", ")"))
        ):
            kept.append("")
        marks = ""
        if line or (kept and kept[-1]):
            kept.append(line)
    text = "\n".join(kept).strip("\n")
    return f"{text}\n" if text.strip() else ""


def _is_import(line: str) -> bool:
    return line.startswith(("import ", "from ", ")"))


def _opens(line: str) -> bool:
    """Whether a line begins a block or decorates what comes next."""
    last = line.rpartition("\n")[2].strip()
    return (last.endswith(":") and "\n" not in line and last.startswith(("class ", "if ", "else"))) or last.startswith(
        "@"
    )
