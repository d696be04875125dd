"""Renewing parts of a contract and keeping the rest, its comments and the hands of those who edited it included."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache

import libcst as cst

from llmlint.lifecycle.freeze.lines import WIDTH
from llmlint.model.record import record

_DOCSTRING = "<docstring>"


@dataclass(slots=True)
class _Item:
    """Statements that belong together under one name: overloads, a property and its setter, an assignment and its docstring."""

    name: str
    statements: list[cst.BaseStatement] = field(default_factory=list)
    imports: frozenset[str] = frozenset()
    """For an import: the names that it binds."""


def merge(
    existing: str,
    frozen: str,
    renewed: AbstractSet[str],
    dropped: AbstractSet[str] = frozenset(),
    heads: AbstractSet[str] = frozenset(),
    *,
    prose: bool = False,
) -> str:
    """``existing`` with the symbols of ``renewed`` as ``frozen`` has them, those of ``dropped`` left out, and what only ``frozen``
    has put where it stands there. Of the classes in ``heads`` the first lines are renewed: decorators, bases, keywords.

    Comments above what is renewed stay; with ``prose``, so do the docstrings of functions.

    Symbols are dotted below the module (``Cart.add``). Raises libcst.ParserSyntaxError where a text cannot be parsed.
    """
    old, new = _parsed(existing), _parsed(frozen)
    told = _Told(frozenset(renewed), frozenset(dropped), frozenset(heads), prose)
    mine, theirs = _items(old.body), _items(new.body)
    placed = _merged(mine, theirs, "", told)
    code = old.with_changes(body=_statements(placed)).code
    bound = {name for item in mine for name in (item.name, *item.imports)}
    needed: list[_Item] = []
    # The last first: a check of `TYPE_CHECKING` around imports needs an import itself.
    for item in reversed(theirs):
        if wanted := {name for name in item.imports - bound if re.search(rf"\b{re.escape(name)}\b", code)}:
            needed.insert(0, _only(item, wanted))
            code += old.with_changes(body=needed[0].statements).code
    alone = [item for item in needed if not _joins(placed, item)]
    if alone:
        last = max((index for index, one in enumerate(placed) if one.imports or one.name == _DOCSTRING), default=-1)
        placed[last + 1 : last + 1] = alone
    return old.with_changes(body=_statements(placed)).code


def names(text: str) -> list[str]:
    """The dotted names that a stub binds, those of its classes included."""
    return list(_all_names(_items(_parsed(text).body), ""))


@lru_cache(maxsize=4)
def _parsed(text: str) -> cst.Module:
    """The tree of a text; several findings in one contract ask for the same."""
    return cst.parse_module(text)


def _all_names(items: Sequence[_Item], prefix: str) -> Iterator[str]:
    for item in items:
        if item.name and item.name != _DOCSTRING:
            yield prefix + item.name
        for statement in item.statements:
            if isinstance(statement, cst.ClassDef) and isinstance(statement.body, cst.IndentedBlock):
                yield from _all_names(_items(statement.body.body), f"{prefix}{item.name}.")


@record
class _Told:
    renewed: frozenset[str]
    dropped: frozenset[str]
    heads: frozenset[str]
    prose: bool


def _statements(placed: Sequence[_Item]) -> list[cst.BaseStatement]:
    return [statement for item in placed for statement in item.statements]


def _merged(old: Sequence[_Item], new: Sequence[_Item], prefix: str, told: _Told) -> list[_Item]:
    theirs = {item.name: item for item in new if item.name}
    known = {name for item in old for name in (*item.name.split(" "), *item.imports) if name}
    placed: list[_Item] = []
    for item in old:
        symbol = prefix + item.name
        twin = theirs.get(item.name) if item.name else None
        if item.name and symbol in told.dropped and twin is None:
            continue
        if twin is not None and symbol in told.renewed:
            placed.append(_in_place_of(item, twin, prose=told.prose))
        elif twin is not None and (inner := _both_classes(item, twin)) is not None:
            mine, other = inner
            merged = _merged(_items(mine.body.body), _items(other.body.body), f"{symbol}.", told)
            empty: list[cst.BaseStatement] = [cst.SimpleStatementLine([cst.Expr(cst.Ellipsis())])]
            head = other if symbol in told.heads else mine
            body = mine.body.with_changes(body=_statements(merged) or empty)
            placed.append(_Item(item.name, [head.with_changes(body=body, leading_lines=mine.leading_lines)]))
        else:
            placed.append(item)
    before = ""
    for item in new:
        if (
            item.name
            and not item.imports
            and not known.issuperset(item.name.split(" "))
            and prefix + item.name not in told.dropped
        ):
            _insert(placed, item, before)
        before = item.name or before
    return placed


def _in_place_of(old: _Item, new: _Item, *, prose: bool) -> _Item:
    """The new statements with the comments above the old ones; with ``prose``, with the old docstring as well."""
    first, last = old.statements[0], new.statements[0]
    if isinstance(first, (cst.FunctionDef, cst.ClassDef, cst.SimpleStatementLine)) and isinstance(
        last, (cst.FunctionDef, cst.ClassDef, cst.SimpleStatementLine)
    ):
        last = last.with_changes(leading_lines=first.leading_lines)
    if prose and isinstance(first, cst.FunctionDef) and isinstance(last, cst.FunctionDef):
        if first.get_docstring(clean=False) is not None and len(old.statements) == len(new.statements) == 1:
            last = last.with_changes(body=first.body)
    return _Item(new.name, [last, *new.statements[1:]], new.imports)


def _insert(placed: list[_Item], item: _Item, after: str) -> None:
    """Put an item after the one that it follows in the fresh contract, else after the imports."""
    for index, one in enumerate(placed):
        if after and one.name == after:
            placed.insert(index + 1, item)
            return
    heads = [index for index, one in enumerate(placed) if one.imports or one.name == _DOCSTRING]
    placed.insert(heads[-1] + 1 if heads else 0, item)


def _joins(placed: Sequence[_Item], item: _Item) -> bool:
    """Whether an import could be put into one that is there, from the same module, on a line that stays short."""
    new = _import_from(item.statements[0])
    if new is None or isinstance(new.names, cst.ImportStar):
        return False
    for one in placed:
        old = _import_from(one.statements[0]) if one.imports else None
        if old is None or isinstance(old.names, cst.ImportStar) or old.lpar is not None or not _same_source(old, new):
            continue
        both = [alias.with_changes(comma=cst.MaybeSentinel.DEFAULT) for alias in (*old.names, *new.names)]
        before = [_bound(alias) for alias in old.names]
        if before == sorted(before):
            both.sort(key=_bound)
        joined = old.with_changes(names=both)
        if len(cst.Module([]).code_for_node(joined)) <= WIDTH:
            one.statements[0] = one.statements[0].with_changes(body=[joined])
            one.imports |= item.imports
            return True
    return False


def _import_from(statement: cst.BaseStatement) -> cst.ImportFrom | None:
    if isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.ImportFrom):
        return statement.body[0]
    return None


def _same_source(one: cst.ImportFrom, other: cst.ImportFrom) -> bool:
    if len(one.relative) != len(other.relative) or (one.module is None) != (other.module is None):
        return False
    return one.module is None or other.module is None or one.module.deep_equals(other.module)


def _only(item: _Item, names: AbstractSet[str]) -> _Item:
    """An import of some of its names."""
    line = item.statements[0]
    if isinstance(line, cst.If):
        inner = [
            _only(_Item("", [one]), names).statements[0]
            for one in line.body.body
            if isinstance(one, cst.BaseStatement) and not names.isdisjoint(_names(one))
        ]
        if inner and line.orelse is None:
            return _Item(item.name, [line.with_changes(body=line.body.with_changes(body=inner))], item.imports)
        return item
    if isinstance(line, cst.SimpleStatementLine) and isinstance(line.body[0], cst.ImportFrom):
        statement = line.body[0]
        if not isinstance(statement.names, cst.ImportStar):
            kept = [alias for alias in statement.names if _bound(alias) in names]
            kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            return _Item(item.name, [line.with_changes(body=[statement.with_changes(names=kept)])], item.imports)
    return item


def _both_classes(one: _Item, other: _Item) -> tuple[cst.ClassDef, cst.ClassDef] | None:
    mine, theirs = one.statements[-1], other.statements[-1]
    if isinstance(mine, cst.ClassDef) and isinstance(theirs, cst.ClassDef) and len(one.statements) == 1:
        return _with_block(mine), _with_block(theirs)
    return None


def _with_block(node: cst.ClassDef) -> cst.ClassDef:
    """``class A: ...`` as a class with an empty block."""
    return node if isinstance(node.body, cst.IndentedBlock) else node.with_changes(body=cst.IndentedBlock([]))


def _items(statements: Sequence[cst.BaseStatement | cst.BaseSmallStatement]) -> list[_Item]:
    items: list[_Item] = []
    for statement in statements:
        if not isinstance(statement, cst.BaseStatement):
            continue
        names = list(_names(statement))
        if isinstance(statement, cst.SimpleStatementLine) and _is_string(statement):
            if items:
                items[-1].statements.append(statement)  # it documents what stands before it
            else:
                items.append(_Item(_DOCSTRING, [statement]))
        elif _is_import(statement):
            items.append(_Item("", [statement], frozenset(names)))
        elif len(names) == 1 and items and items[-1].name == names[0]:
            items[-1].statements.append(statement)
        else:
            items.append(_Item(" ".join(names), [statement]))
    return items


def _is_string(line: cst.SimpleStatementLine) -> bool:
    return isinstance(line.body[0], cst.Expr) and isinstance(
        line.body[0].value, (cst.SimpleString, cst.ConcatenatedString)
    )


def _is_import(statement: cst.BaseStatement) -> bool:
    """Whether it imports, or does nothing else under a check of the version or of ``TYPE_CHECKING``."""
    if isinstance(statement, cst.If):
        blocks = [statement.body]
        rest = statement.orelse
        while isinstance(rest, cst.If):
            blocks.append(rest.body)
            rest = rest.orelse
        blocks += [rest.body] if rest is not None else []
        return all(isinstance(one, cst.BaseStatement) and _is_import(one) for block in blocks for one in block.body)
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(
        statement.body[0], (cst.Import, cst.ImportFrom)
    )


def _names(statement: cst.BaseStatement) -> Iterator[str]:
    """The names that a statement binds; for a check of the version those of its branches."""
    if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
        yield statement.name.value
    elif isinstance(statement, cst.If):
        for inner in statement.body.body:
            if isinstance(inner, cst.BaseStatement):
                yield from _names(inner)
        if statement.orelse is not None:
            blocks = statement.orelse.body.body if isinstance(statement.orelse, cst.Else) else [statement.orelse]
            for inner in blocks:
                if isinstance(inner, cst.BaseStatement):
                    yield from _names(inner)
    elif isinstance(statement, cst.SimpleStatementLine):
        for small in statement.body:
            if isinstance(small, cst.Assign):
                yield from (t.target.value for t in small.targets if isinstance(t.target, cst.Name))
            elif isinstance(small, (cst.AnnAssign, cst.AugAssign)):
                if isinstance(small.target, cst.Name):
                    yield small.target.value
            elif isinstance(small, cst.TypeAlias):
                yield small.name.value
            elif isinstance(small, (cst.Import, cst.ImportFrom)) and not isinstance(small.names, cst.ImportStar):
                yield from (_bound(alias) for alias in small.names)


def _bound(alias: cst.ImportAlias) -> str:
    if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
        return alias.asname.name.value
    name: cst.BaseExpression = alias.name
    while isinstance(name, cst.Attribute):
        name = name.value
    return name.value if isinstance(name, cst.Name) else ""
