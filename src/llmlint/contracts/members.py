"""The members of a class: class attributes, what its methods store on ``self``, and what is inherited."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from llmlint.contracts.ancestry import Ancestry
from llmlint.contracts.class_syntax import is_classmethod, methods, stores, strings
from llmlint.contracts.lazy_bodies import is_unread
from llmlint.contracts.per_node import per_node
from llmlint.contracts.symbols import Class, FunctionNode, Member, MemberKind
from llmlint.contracts.walking import walk


class Members(Ancestry):
    """Finds members by name."""

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
        for method in methods(cls.node.body):
            arguments = [*method.args.posonlyargs, *method.args.args]
            first = "" if not arguments or _is_static(method) else arguments[0].arg
            if first and (cls.module.own or _may_store(cls, method, first)):
                for target, node, annotation, value in _stored_on_first(method):
                    if target not in found:
                        found[target] = Member(target, "instance attribute", cls, node, annotation, value, method)
                        found[target].bindings = [(method, node)]
                    else:
                        found[target].bindings.append((method, node))
                        if annotation is not None and found[target].annotation is None:
                            found[target].annotation = annotation
                if is_unread(method):
                    cls.own_open = cls.own_open or f"{method.name} is in a syntax that is newer than this Python"
            if dynamic and _mentions(cls, method):
                self._dynamic(cls, method, first, found)
        slots = self.body(cls).get("__slots__")
        if slots is not None and slots.value is not None:
            named = strings(slots.value)
            if named is None and cls.module.own:
                cls.own_open = cls.own_open or "its __slots__ are computed"
            for name in named or ():
                if name not in found and name not in self.body(cls):
                    found[name] = Member(name, "instance attribute", cls, slots.node)

    def _dynamic(self, cls: Class, method: FunctionNode, first: str, found: dict[str, Member]) -> None:
        if method.name == "__setstate__":
            return  # it gives back what an instance of the class had
        own = {first, *_made_here(cls, method)} - {""}
        read = set(_merely_read(method))
        passed_on = _passed_on(method, first)
        if passed_on and method.name != "__setattr__":
            cls.memo.setdefault("named by parameter", set()).add(method.name)
        read |= {id(node) for node in passed_on}
        for key, node in _keys_of_dict(method, own):
            read.add(id(node))
            found.setdefault(key, Member(key, "instance attribute", cls, node))
        for node in walk(method):
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
                    elif id(node) in read:
                        continue
                    elif literal is not None and _named_by_callers(method, node, literal):
                        cls.memo["named by callers"] = True
                    elif _is_own(target, own) or method.name == "__set_name__":
                        itself = isinstance(target, ast.Name) and target.id == first and method.name != "__set_name__"
                        _opens(cls, method, f"{method.name}() sets attributes by computed names", itself=itself)
                elif (
                    name == "vars" and id(node) not in read and [getattr(one, "id", "") for one in node.args] == [first]
                ):
                    _opens(cls, method, f"{method.name}() uses vars({first})", itself=True)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in own:
                if node.attr == "__dict__" and id(node) not in read:
                    _opens(cls, method, f"{method.name}() uses {first}.__dict__", itself=node.value.id == first)
                elif node.attr == "__class__" and isinstance(node.ctx, ast.Store) and not _becomes_this(method, first):
                    cls.own_open = cls.own_open or f"{method.name}() changes its class"

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
                if inner is not None and inner.method is not None and is_classmethod(inner.method):
                    found = inner
            if found is not None:
                break
        if found is None and name[:1] == "_" and "__" in name[1:-2]:
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

    def named_by_callers(self, cls: Class) -> bool:
        """Whether objects of the class take attributes whose names callers give as keywords (``env.extend(cache=…)``)."""
        return any(self.instance(base) is not None and "named by callers" in base.memo for base in self.mro(cls))

    def named_by_parameter(self, cls: Class) -> frozenset[str]:
        """The private methods that store an attribute of the name that they are given (``self._remember("rows", rows)``)."""
        found: set[str] = set()
        for base in self.mro(cls):
            self.instance(base)
            found |= base.memo.get("named by parameter", frozenset())
        return frozenset(found)

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


def _opens(cls: Class, method: FunctionNode, reason: str, *, itself: bool) -> None:
    """Note why there may be more members; ``itself``: of the first parameter, which of most methods is an instance, and not the class."""
    if itself and not is_classmethod(method) and method.name != "__new__" and not _is_static(method):
        if cls.own_open is None:
            cls.own_open = cls.memo["open instances"] = reason
    elif cls.own_open is None or cls.memo.pop("open instances", None) is not None:
        cls.own_open = reason


def _is_static(method: FunctionNode) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in method.decorator_list)


@per_node
def _stored_on_first(method: FunctionNode) -> list[tuple[str, ast.stmt, ast.expr | None, ast.expr | None]]:
    """The attributes that a method stores on its first parameter."""
    return list(stores(method.body, [*method.args.posonlyargs, *method.args.args][0].arg))


@per_node
def _merely_read(method: FunctionNode) -> set[int]:
    """The ``__dict__`` and ``vars()`` nodes of a method that are read at a key, compared, looped over, copied, or of which something is
    taken away, and nothing else."""
    found: set[int] = set()
    for node in walk(method):
        if isinstance(node, ast.Attribute) and node.attr in ("items", "keys", "values", "get", "copy", "pop"):
            found.add(id(node.value))
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Store):
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


def _keys_of_dict(method: FunctionNode, own: set[str]) -> Iterator[tuple[str, ast.AST]]:
    """The literal keys that a method gives to the ``__dict__`` of its instance, with the nodes of that ``__dict__``; by another name
    of it, too, if nothing else is done by that."""
    names: dict[str, ast.AST] = {}
    for node in walk(method):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            if _is_dict(node.value, own):
                names[node.targets[0].id] = node.value
    keyed: dict[str, list[str]] = {name: [] for name in names}
    subscripted: set[int] = set()
    for node in walk(method):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            if _is_dict(node.value, own):
                yield node.slice.value, node.value
            elif isinstance(node.value, ast.Name) and node.value.id in names:
                subscripted.add(id(node.value))
                keyed[node.value.id].append(node.slice.value)
    for node in walk(method):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in subscripted:
            keyed.pop(node.id, None)
    for name, keys in keyed.items():
        for key in keys:
            yield key, names[name]


def _passed_on(method: FunctionNode, first: str) -> list[ast.AST]:
    """Where a private method, or ``__setattr__``, stores an attribute by the name that it was given: the nodes of the ``__dict__``, or
    the calls of ``setattr``."""
    names = [*method.args.posonlyargs, *method.args.args][1:2]
    if not first or not names or not method.name.startswith("_"):
        return []
    if method.name.endswith("__") and method.name != "__setattr__":
        return []
    given = names[0].arg
    found: list[ast.AST] = []
    for node in walk(method):
        if isinstance(node, ast.Name) and node.id == given and not isinstance(node.ctx, ast.Load):
            return []
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and _is_dict(node.value, {first}):
            if getattr(node.slice, "id", None) == given:
                found.append(node.value)
        elif isinstance(node, ast.Call):
            found += [node] if _sets(node, first, given) else []
    return found


def _sets(node: ast.Call, first: str, given: str) -> bool:
    """Whether it is ``setattr(self, name, …)``, ``object.__setattr__(self, name, …)`` or ``super().__setattr__(name, …)``."""
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr != "__setattr__":
        return False
    if not isinstance(function, ast.Attribute) and getattr(function, "id", "") != "setattr":
        return False
    names = [getattr(argument, "id", None) for argument in node.args]
    return names[:2] == [first, given] or (len(names) == 2 and names[0] == given)


def _is_dict(node: ast.expr, own: set[str]) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "__dict__" and getattr(node.value, "id", None) in own


def _named_by_callers(method: FunctionNode, store: ast.Call, name: ast.expr) -> bool:
    """Whether a name that ``setattr`` is given is a keyword of the method's own call, or one of its parameters and locals: whoever
    wants such an attribute spells it."""
    if not isinstance(name, ast.Name):
        return False
    spelt = {method.args.kwarg.arg} if method.args.kwarg is not None else set()
    for node in walk(method):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and len(node.targets) == 1:
            if ast.unparse(node.value) in ("locals()", "dict(locals())"):
                spelt.add(node.targets[0].id)
    loops = [node for node in walk(method) if isinstance(node, ast.For) and any(inner is store for inner in walk(node))]
    given = [
        loop
        for loop in loops
        if any(isinstance(inner, ast.Name) and inner.id == name.id for inner in walk(loop.target))
    ]
    return bool(given) and all(_spelt_by(loop, name.id, spelt) for loop in given)


def _spelt_by(loop: ast.For, name: str, spelt: set[str]) -> bool:
    """``for name in kwargs``, ``for name, value in kwargs.items()``."""
    source, target = loop.iter, loop.target
    if isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute) and source.func.attr == "items":
        source = source.func.value
        target = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else target
    return isinstance(source, ast.Name) and source.id in spelt and isinstance(target, ast.Name) and target.id == name


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
    for node in walk(method):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            for inner in walk(node.value):
                name = (
                    inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else ""
                )
                if name in ("cls", "__class__", "__new__", "type", "copy", "deepcopy", cls.name):
                    found.add(node.targets[0].id)
                    break
    return found


def _becomes_this(method: FunctionNode, first: str) -> bool:
    """Whether a class method makes objects of others its own (``thing.__class__ = cls``), and nothing else of them."""
    given = [
        node.value
        for node in walk(method)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Attribute) and target.attr == "__class__" for target in node.targets)
    ]
    return is_classmethod(method) and all(isinstance(value, ast.Name) and value.id == first for value in given)


@lru_cache(64)
def _storing(first: str) -> re.Pattern[str]:
    word = re.escape(first)
    return re.compile(rf"\b{word}\.\w[^\n]*=|\b(?:for|as)\s[^\n]*\b{word}\.|\b{word}\.\w+\s*[,)\]]")


def _may_store(cls: Class, method: FunctionNode, first: str) -> bool:
    """Whether the text of a method looks as if it stored attributes: if not, its body need not be parsed."""
    return _storing(first).search(cls.module.text_of(method)) is not None


def _mentions(cls: Class, method: FunctionNode) -> bool:
    """Whether the text of a method has one of the words that change attributes by computed names."""
    text = cls.module.text_of(method)
    return any(word in text for word in ("setattr", "__dict__", "vars(", "__class__"))
