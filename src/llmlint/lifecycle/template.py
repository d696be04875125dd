"""A test module to be filled in: the imports that the contract allows, one test a scenario, blanks written as ``...``."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from llmlint.contracts.outline import last_name
from llmlint.lifecycle.legal_fixtures import LegalFixture
from llmlint.lifecycle.promises import ClassPromise, FunctionPromise, Promise, Value
from llmlint.lifecycle.scenarios import Scenario, snake

_BUILTINS = frozenset(dir(builtins))


@dataclass(slots=True)
class Template:
    """A module of tests with blanks."""

    promise: Promise
    fixtures: Sequence[LegalFixture] = ()
    home: Callable[[str, str], str] = field(default=lambda module, name: module)
    """Tells the module that a test imports a name from, by the module that has it."""
    asyncio: bool = False
    """Whether async tests need no marker (``asyncio_mode = "auto"``)."""
    names: set[str] = field(default_factory=set)
    """What is imported from the module."""
    _abstract: dict[str, ClassPromise] = field(default_factory=dict)
    """Classes that only others implement: a fixture of the template gives an instance."""

    def write(self, scenarios: Sequence[Scenario], *, blank: str = "...") -> str:
        """The text; ``blank`` stands for what has to be filled in."""
        tests = ["\n".join(self._test(one, blank)) for one in scenarios]
        tests = [*("\n".join(self._implementation(owner)) for owner in self._abstract.values()), *tests]
        heading = f'"""What the contract of ``{self.promise.module}`` promises."""'
        body = "\n\n\n".join(tests)
        imports = list(self.imports(body))
        return f"{heading}\n\n" + "\n".join(imports) + ("\n\n\n" if imports else "") + body + "\n"

    def imports(self, body: str = "") -> Iterator[str]:
        """The imports that the tests need."""
        if "pytest." in body:
            yield "import pytest"
        foreign = self._foreign(self.names)
        yield from (line for line in foreign.values() if line.startswith("import "))
        own = [name for name in self.names if name not in foreign and name not in _BUILTINS]
        found = [(self.promise.module, name) for name in own]
        found += [
            (module, name)
            for line in foreign.values()
            if not line.startswith("import ")
            for module, _, name in [line.removeprefix("from ").partition(" import ")]
        ]
        by_module: dict[str, list[str]] = {}
        for module, name in found:
            by_module.setdefault(self.home(module, name), []).append(name)
        if by_module and "pytest." in body:
            yield ""
        for module, names in sorted(by_module.items()):
            line = f"from {module} import {', '.join(sorted(names))}"
            if len(line) <= 100:
                yield line
            else:
                yield f"from {module} import (\n" + "".join(f"    {name},\n" for name in sorted(names)) + ")"

    def _foreign(self, names: Iterable[str]) -> dict[str, str]:
        """Names that the module itself imports, by the import that a test needs for them."""
        found: dict[str, str] = {}
        wanted = set(names)
        package = self.promise.module if self.promise.place.is_package else self.promise.module.rpartition(".")[0]
        from llmlint.contracts.reader import absolute

        for node in ast.walk(self.promise.tree):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    name = alias.asname or alias.name
                    if name in wanted and name not in self.promise.exports:
                        shown = alias.name if alias.asname in (None, alias.name) else f"{alias.name} as {alias.asname}"
                        found[name] = f"from {absolute(node.module, node.level, package)} import {shown}"
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    if name in wanted:
                        found[name] = f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
        return found

    # -- a test ------------------------------------------------------------------------------------------------------------

    def _implementation(self, owner: ClassPromise) -> Iterator[str]:
        yield "@pytest.fixture"
        yield f"def {_fixture_name(owner)}() -> {self._qualified(owner)}:"
        yield f'    """Something that implements ``{owner.name}``."""'
        yield '    raise NotImplementedError("not written")'

    def _qualified(self, owner: ClassPromise) -> str:
        return self._named(owner.symbol.removeprefix(f"{self.promise.module}."))

    def _test(self, one: Scenario, blank: str) -> Iterator[str]:
        function = one.function
        waits = function is not None and function.is_async
        fixture = self._fixture(one.owner)
        if waits and not self.asyncio:
            yield "@pytest.mark.asyncio"
        arguments = fixture.name if fixture is not None else ""
        yield (
            f"{'async ' if waits else ''}def {one.name}({arguments}) -> None:"
            if not arguments
            else (f"{'async ' if waits else ''}def {one.name}({arguments}: {self._type(fixture)}) -> None:")
        )
        yield f'    """{_quoted(one.text)}"""'
        subject, before = self._subject(one, fixture, blank)
        yield from (f"    {line}" for line in before)
        if function is None or function.name == "__init__":
            yield from self._of_instance(one, subject, blank)
            return
        call = self._call(function, subject, blank, one)
        call = f"await {call}" if waits else call
        if one.kind == "raises":
            exception = self._exception(one.exception)
            yield f"    with pytest.raises({exception}, match={blank}):"
            yield f"        {call}"
            return
        if function.is_property or _returns(function) not in ("None", "NoReturn", "Never"):
            yield f"    result = {call}"
            yield f"    assert result == {blank}"
        else:
            yield f"    {call}"
            yield f"    assert {subject or self._named(function.name)} == {blank}  # a state or result that shows it"

    def _of_instance(self, one: Scenario, subject: str, blank: str) -> Iterator[str]:
        owner = one.owner
        assert owner is not None
        if one.kind == "raises":
            exception = self._exception(one.exception)
            yield f"    with pytest.raises({exception}, match={blank}):"
            yield f"        {self._construction(owner, blank, one.text)}"
            return
        if not subject:
            return
        state = next((value.name for value in owner.values if value.kind == "field"), "")
        yield f"    assert {subject}{f'.{state}' if state else ''} == {blank}"

    def _subject(self, one: Scenario, fixture: LegalFixture | None, blank: str) -> tuple[str, list[str]]:
        """The expression that a method is called on, and the lines that make it."""
        owner = one.owner
        if owner is None:
            return "", []
        if one.function is not None and one.function.name == "__init__" and one.kind == "raises":
            return "", []
        if fixture is not None:
            return fixture.name, []
        if one.function is not None and _is_unbound(one.function):
            return self._named(owner.symbol.removeprefix(f"{self.promise.module}.")), []
        return "subject", [f"subject = {self._construction(owner, blank)}"]

    def _construction(self, owner: ClassPromise, blank: str, told: str = "") -> str:
        name = self._named(owner.symbol.removeprefix(f"{self.promise.module}."))
        if owner.kind == "protocol" or any(
            "abstractmethod" in one for method in owner.methods for one in method.decorators
        ):
            return f"{blank}  # something that implements {owner.name}"
        init = next((method for method in owner.methods if method.name == "__init__"), None)
        if init is not None:
            return f"{name}({', '.join(_arguments(init, blank, told, bound=True))})"
        if owner.kind in ("dataclass", "model", "named tuple", "typed dict"):
            required = [
                value.name
                for value in owner.values
                if value.kind == "field" and "ClassVar" not in value.annotation and _is_required(value)
            ]
            return f"{name}({', '.join(f'{one}={blank}' for one in required)})"
        return f"{name}()"

    def _call(self, function: FunctionPromise, subject: str, blank: str, scenario: Scenario) -> str:
        owner = scenario.owner
        if function.is_property:
            return f"{subject}.{function.name}"
        bound = owner is not None and not _is_static(function)
        arguments = ", ".join(_arguments(function, blank, scenario.text, bound=bound))
        if owner is None:
            return f"{self._named(function.name)}({arguments})"
        if function.name == "__call__":
            return f"{subject}({arguments})"
        return f"{subject}.{function.name}({arguments})"

    def _named(self, name: str) -> str:
        self.names.add(name.partition(".")[0])
        return name

    def _exception(self, name: str) -> str:
        root = name.partition(".")[0]
        known = {cls.name for cls in self.promise.classes} | set(self.promise.exports)
        if root in known or root in self._foreign({root}):
            self.names.add(root)
            return name
        last = name.rpartition(".")[2]
        if isinstance(getattr(builtins, last, None), type):
            return last
        return "..."

    def _fixture(self, owner: ClassPromise | None) -> LegalFixture | None:
        """A fixture that gives an instance of the class: one that is there, or for an abstract class one to be written."""
        if owner is None:
            return None
        found = next((one for one in self.fixtures if one.type.rpartition(".")[2] == owner.name), None)
        if found is None and _is_abstract(owner):
            self._abstract[owner.symbol] = owner
            return LegalFixture(_fixture_name(owner), self._qualified(owner), "function", "", 0, "", "")
        return found

    def _type(self, fixture: LegalFixture | None) -> str:
        assert fixture is not None
        return self._named(fixture.type.removeprefix(f"{self.promise.module}."))


def _is_abstract(owner: ClassPromise) -> bool:
    return owner.kind == "protocol" or any("abstractmethod" in one for m in owner.methods for one in m.decorators)


def _fixture_name(owner: ClassPromise) -> str:
    return snake(owner.name)


def _is_required(value: Value) -> bool:
    """Whether a field has to be given: it has no default, nor a ``Field(...)`` that makes one."""
    if not value.value:
        return True
    node = ast.parse(value.value, mode="eval").body
    if not isinstance(node, ast.Call) or last_name(node) not in ("Field", "field", "ib", "attrib"):
        return False
    if node.args:
        return isinstance(node.args[0], ast.Constant) and node.args[0].value is ...
    given = {keyword.arg for keyword in node.keywords}
    return not given & {"default", "default_factory", "factory", "init"}


def _arguments(function: FunctionPromise, blank: str, told: str, *, bound: bool) -> Iterator[str]:
    """The arguments that have to be given, and those that what is ``told`` of the scenario names."""
    arguments = function.node.args
    named = set(re.findall(r"\w+", told))
    positional = [*arguments.posonlyargs, *arguments.args]
    optional = positional[len(positional) - len(arguments.defaults) :]
    for argument in positional[bound:]:
        if argument in arguments.posonlyargs:
            if argument not in optional:
                yield blank
        elif argument not in optional or argument.arg in named:
            yield f"{argument.arg}={blank}"
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is None or argument.arg in named:
            yield f"{argument.arg}={blank}"


def _is_unbound(function: FunctionPromise) -> bool:
    return any(one in ("staticmethod", "classmethod") for one in function.decorators)


def _is_static(function: FunctionPromise) -> bool:
    return "staticmethod" in function.decorators


def _returns(function: FunctionPromise) -> str:
    returns = function.node.returns
    if returns is None:
        return ""
    return "None" if isinstance(returns, ast.Constant) and returns.value is None else last_name(returns)


def _quoted(text: str) -> str:
    """A line as the inside of a docstring."""
    line = text.replace("\\", "\\\\").replace('"""', "'''")
    if line.endswith('"'):
        line += " "
    line = line[:1].upper() + line[1:]
    return line if line.endswith((".", "!", "?", " ")) else f"{line}."
