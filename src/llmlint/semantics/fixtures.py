"""The fixture graph: which fixture a name stands for in a test, and which plugins might define it."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from llmlint.contracts.library import Variable
from llmlint.contracts.symbols import FROM, FUNCTION, IMPORT, Class, Function, Module

if TYPE_CHECKING:
    from llmlint.semantics.values import Value
    from llmlint.semantics.world import World

BUILTIN: Final = {
    "tmp_path": "_pytest.tmpdir",
    "tmp_path_factory": "_pytest.tmpdir",
    "monkeypatch": "_pytest.monkeypatch",
    "capsys": "_pytest.capture",
    "capsysbinary": "_pytest.capture",
    "capfd": "_pytest.capture",
    "capfdbinary": "_pytest.capture",
    "capteesys": "_pytest.capture",
    "caplog": "_pytest.logging",
    "recwarn": "_pytest.recwarn",
    "pytestconfig": "_pytest.fixtures",
    "cache": "_pytest.cacheprovider",
    "record_property": "_pytest.junitxml",
    "record_xml_attribute": "_pytest.junitxml",
    "record_testsuite_property": "_pytest.junitxml",
    "testdir": "_pytest.legacypath",
    "tmpdir": "_pytest.legacypath",
    "tmpdir_factory": "_pytest.legacypath",
    "doctest_namespace": "_pytest.doctest",
    "pytester": "_pytest.pytester",
    "subtests": "_pytest.subtests",
    "request": "_pytest.fixtures",
}
"""pytest's own fixtures and the modules that define them (https://docs.pytest.org, "Fixtures reference")."""


class Fixture(NamedTuple):
    """One fixture definition."""

    name: str
    function: Function
    cls: Class | None


class Fixtures:
    """Finds fixtures by reading: test class, module, each conftest upward, plugins, pytest itself."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._chains: dict[str, tuple[Module, ...]] = {}
        self._plugins: tuple[Module, ...] | None = None
        self.kept: dict[Function, list[tuple[dict[str, Value], Value, frozenset[str]]]] = {}
        """What fixtures were found to provide: what they were given, the value, and the names that they replace."""

    # -- definitions -----------------------------------------------------------------------------------------------------

    def of_module(self, module: Module) -> dict[str, Fixture]:
        """The fixtures that a module defines or imports, by fixture name."""
        key = "<fixtures>"
        found: dict[str, Fixture] | None = module.memo.get(key)
        if found is None:
            found = module.memo[key] = {}
            found.update(self._read(module))
        return found

    def _read(self, module: Module) -> dict[str, Fixture]:
        found: dict[str, Fixture] = {}
        library = self.world.library
        of_pytest = module.name.startswith("_pytest.")  # whose modules define what they give, and import half of pytest
        for star in module.stars:
            source = library.module(star, module.roots) if star != "?" else None
            if source is not None:
                found.update(self.of_module(source))
        for name, bindings in module.table.items():
            for binding in bindings:
                if binding.form == FUNCTION:
                    function = module.function_at(binding.node)
                    fixture = self._fixture(name, function, None)
                elif binding.form == FROM and binding.module != "?" and not of_pytest:
                    if not self._may_import(binding.module, binding.name, module):
                        continue
                    source = library.module(binding.module, module.roots)
                    if source is None or source is module:
                        continue
                    symbol = library.symbol(source, binding.name)
                    fixture = self._fixture(name, symbol, None) if isinstance(symbol, Function) else None
                else:
                    continue
                if fixture is not None:
                    found[fixture.name] = fixture
        return found

    def _may_import(self, source: str, name: str, module: Module) -> bool:
        """Whether what a module imports may be a fixture, by the look of the text: most of what plugins import are other people's
        classes, which nobody else asks for.
        """
        if source.partition(".")[0] in ("pytest", "_pytest"):
            return name in BUILTIN
        location = self.world.library.location(source, module.roots)
        if location is None:
            return True
        if location.kind == "typeshed":
            return False  # the standard library has none
        return location.own or _may_hand_on(self.world.text(location.path), name)

    def of_class(self, cls: Class) -> dict[str, Fixture]:
        """The fixtures that a test class and its bases define."""
        key = "fixtures"
        if key not in cls.memo:
            found: dict[str, Fixture] = {}
            for base in reversed(self.world.classes.mro(cls)):
                if base.module.kind == "typeshed":
                    continue
                for member in self.world.classes.body(base).values():
                    for function in member.functions():
                        fixture = self._fixture(member.name, function, base)
                        if fixture is not None:
                            found[fixture.name] = fixture
            cls.memo[key] = found
        return cls.memo[key]  # type: ignore[no-any-return]

    def _fixture(self, name: str, function: Function, cls: Class | None) -> Fixture | None:
        decorator = self.world.functions.info(function).fixture
        if decorator is None:
            return None
        if isinstance(decorator, ast.Call):
            for keyword in decorator.keywords:
                if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                    if isinstance(keyword.value.value, str):
                        name = keyword.value.value
        return Fixture(name, function, cls)

    # -- finding ---------------------------------------------------------------------------------------------------------

    def find(
        self, name: str, module: Module, cls: Class | None = None, above: Function | None = None
    ) -> Fixture | None:
        """The fixture that ``name`` stands for in ``module`` (and test class ``cls``).

        ``above``: the fixture that asks for its own name gets the one that it overrides.
        """
        passed = above is None
        if cls is not None:
            found = self.of_class(cls).get(name)
            if found is not None:
                if passed:
                    return found
                passed = found.function is above
        if passed:
            found = self._visible(module).get(name)
            if found is not None:
                return found
        else:
            for source in self.sources(module):
                found = self.of_module(source).get(name)
                if found is not None:
                    if passed:
                        return found
                    passed = found.function is above
        home = BUILTIN.get(name)
        if home is not None:
            builtin = self.world.library.module(home)
            if builtin is not None:
                return self.of_module(builtin).get(name)
        return None

    def provided_by_pytest(self, name: str) -> bool:
        """Whether it is one of pytest's own fixtures that no module defines: ``request``, and all of them where pytest is not found."""
        return name == "request" or (name in BUILTIN and self.world.library.module("_pytest") is None)

    def _visible(self, module: Module) -> dict[str, Fixture]:
        """What the names of fixtures stand for in a module, its classes aside."""
        visible: dict[str, Fixture] | None = module.memo.get("<visible fixtures>")
        if visible is None:
            visible = {}
            for source in self.sources(module):
                for name, fixture in self.of_module(source).items():
                    visible.setdefault(name, fixture)
            module.memo["<visible fixtures>"] = visible
        return visible

    def sources(self, module: Module) -> Iterator[Module]:
        """The modules whose fixtures ``module`` sees, nearest first."""
        yield module
        yield from self.named_plugins(module)
        for conftest in self.chain(module):
            if conftest.path != module.path:
                yield conftest
                yield from self.named_plugins(conftest)
        yield from self.plugins()

    def chain(self, module: Module) -> tuple[Module, ...]:
        """The conftests in scope, nearest first."""
        folder = os.path.dirname(module.path)
        found = self._chains.get(folder)
        if found is None:
            modules: list[Module] = []
            current = folder
            library = self.world.library
            root = self.world.project.root
            top = min((root, self.world.project.pytest.rootdir), key=len)
            while True:
                if "conftest.py" in library.finder.listing(current):
                    conftest = self.world.conftest(os.path.join(current, "conftest.py"))
                    if conftest is not None:
                        modules.append(conftest)
                parent = os.path.dirname(current)
                if current == top or parent == current or not current.startswith(top):
                    break
                current = parent
            found = self._chains[folder] = tuple(modules)
        return found

    def plugins(self) -> tuple[Module, ...]:
        """The installed and configured plugins that could be found."""
        if self._plugins is None:
            project = self.world.project
            installed = dict(project.environment.pytest_plugin_names)
            blocked = {*project.pytest.blocked_plugins}
            blocked |= {installed[name] for name in blocked if name in installed}
            names = (
                *project.settings.fixture_plugins,
                *project.pytest.plugins,
                *(name for name in project.environment.pytest_plugins if name not in blocked),
            )
            found: list[Module] = []
            for name in dict.fromkeys(names):
                plugin = self.world.library.module(name)
                if plugin is None:
                    plugin = self.world.library.module(f"pytest_{name}")
                if plugin is not None:
                    found.append(plugin)
                    found.extend(self.named_plugins(plugin))
            self._plugins = tuple(dict.fromkeys(found))
        return self._plugins

    def named_plugins(self, module: Module, depth: int = 0) -> list[Module]:
        """The modules that ``pytest_plugins`` names."""
        key = "<pytest_plugins>"
        if key not in module.memo:
            found: list[Module] = []
            module.memo[key] = found
            for name in self._plugin_names(module) or ():
                plugin = self._plugin(name, module)
                if plugin is not None and depth < 5:
                    found.append(plugin)
                    found.extend(self.named_plugins(plugin, depth + 1))
        return module.memo[key]  # type: ignore[no-any-return]

    def _plugin_names(self, module: Module) -> list[str] | None:
        """The literal names in ``pytest_plugins``; None where they are computed."""
        names: list[str] = []
        for binding in module.table.get("pytest_plugins", ()):
            value = binding.value
            items = value.elts if isinstance(value, (ast.List, ast.Tuple, ast.Set)) else [value]
            for item in items:
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    names.extend(part.strip() for part in item.value.split(","))
                else:
                    return None
        return names

    def _plugin(self, name: str, asked_by: Module) -> Module | None:
        """The plugin of that name: a module, or one of those that pytest brings by a short name (``pytester``)."""
        library = self.world.library
        return library.module(name, asked_by.roots) or library.module(f"_pytest.{name}")

    # -- certainty -------------------------------------------------------------------------------------------------------

    def certain(self, module: Module) -> bool:
        """Whether every fixture in scope of ``module`` can be known: nothing is generated or registered in code."""
        key = "<fixtures certain>"
        if key not in module.memo:
            module.memo[key] = self._certain(module)
        return module.memo[key]  # type: ignore[no-any-return]

    def _certain(self, module: Module) -> bool:
        for source in (module, *self.chain(module)):
            if source.open:
                return False
            if "pytest_generate_tests" in source.text and _generates_computed(source.text):
                return False
            # What a test does with plugins while it runs comes after pytest has asked for its fixtures.
            if "pluginmanager" in source.text and (
                "pytest_" in source.text or os.path.basename(source.path) == "conftest.py"
            ):
                return False
            if "pytest_factoryboy" in source.text or "pytest_plugin_registered" in source.text:
                return False
            if "pytest_plugins" in source.table:
                names = self._plugin_names(source)
                if names is None:
                    return False
                if any(self._plugin(name, source) is None for name in names):
                    return False
            if any(star == "?" or self.world.library.module(star, source.roots) is None for star in source.stars):
                return False
        return True

    def cannot_run_here(self, module: Module) -> bool:
        """Whether a file or a conftest of it imports something, under no condition, that nobody finds: it runs in another environment."""
        found: bool | None = module.memo.get("<cannot run here>")
        if found is None:
            found = module.memo["<cannot run here>"] = any(map(self._lacks_imports, (module, *self.chain(module))))
        return found

    def _lacks_imports(self, module: Module) -> bool:
        library, own = self.world.library, self.world.project.own_packages
        return any(
            (top := binding.module.partition(".")[0]) not in own
            and binding.form in (IMPORT, FROM)
            and not binding.conditional
            and binding.module not in ("?", "")
            and library.module(top, module.roots) is None
            for bindings in module.table.values()
            for binding in bindings
        )

    def mentioned(self, name: str, module: Module) -> bool:
        """Whether some module in scope binds ``name`` in a way that might make it a fixture, or a plugin's text defines it."""
        for source in (module, *self.chain(module)):
            if name in source.table and not self._is_plain(source, name):
                return True
            word = re.escape(name)
            if "pytest_generate_tests" in source.text and re.search(rf"""["'][^"'\n]*\b{word}\b""", source.text):
                return True
            if self._made_of_classes(name, source):
                return True
            if source is not module and re.search(rf"""name\s*=\s*f["'][^"']*{word}|["']{word}["']""", source.text):
                return True
            for binding_name, bindings in source.table.items():
                if binding_name == "pytest_plugins":
                    continue
                for binding in bindings:
                    if binding.form == FROM and binding.module != "?":
                        inner = self.world.library.module(binding.module, source.roots)
                        symbol = self.world.library.symbol(inner, binding.name) if inner is not None else None
                        if isinstance(symbol, Variable) and binding.name == name:
                            return True
        folders = {os.path.dirname(plugin.path) for plugin in self.plugins()}
        for conftest in (module, *self.chain(module)):
            folders.update(os.path.dirname(plugin.path) for plugin in self.named_plugins(conftest))
        pytest_module = self.world.library.module("_pytest")
        if pytest_module is not None:
            folders.add(os.path.dirname(pytest_module.path))
        site = set(self.world.project.environment.site)
        for folder in sorted(folders - site):
            for item in sorted(self.world.library.finder.listing(folder)):
                own = os.path.basename(folder) == "_pytest"
                if item.endswith(".py") and _may_define(self.world.text(os.path.join(folder, item)), name, own=own):
                    return True
        return any(_may_define(plugin.text, name, own=plugin.name.startswith("_pytest.")) for plugin in self.plugins())

    def _made_of_classes(self, name: str, module: Module) -> bool:
        """Whether a fixture of that name may be what a library makes of a class: by a decorator that stands on it, or a call that takes it
        (``register_fixture(PersonFactory)``: ``person_factory``)."""
        if module.tree is None:
            return False
        flat = name.replace("_", "").lower()
        for statement in module.tree.body:
            if isinstance(statement, ast.ClassDef):
                made = [(node, [statement.name]) for node in statement.decorator_list]
            elif isinstance(statement, ast.Expr | ast.Assign) and isinstance(statement.value, ast.Call):
                call = statement.value
                made = [(call, [argument.id for argument in call.args if isinstance(argument, ast.Name)])]
            else:
                continue
            for node, names in made:
                called = node.func if isinstance(node, ast.Call) else node
                spelt = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
                if name not in spelt and flat not in (one.replace("_", "").lower() for one in names):
                    continue
                symbol = self.world.library.resolve(module, called)
                if (
                    isinstance(symbol, Class | Function)
                    and not symbol.module.by_test
                    and "fixture(" in symbol.module.text
                ):
                    if symbol.module.name.partition(".")[0] not in ("pytest", "_pytest"):
                        return True
        return False

    def _is_plain(self, module: Module, name: str) -> bool:
        """Whether ``name`` is a function that is no fixture, or a fixture that goes by another name."""
        for binding in module.table[name]:
            if binding.form != FUNCTION:
                return False
            info = self.world.functions.info(module.function_at(binding.node))
            if info.opaque:
                return False
        return not re.search(rf"fixture\b[^\n]*\b{re.escape(name)}\s*\)", module.text)

    def asked_by_fixture(self, name: str, module: Module, cls: Class | None) -> bool:
        """Whether a fixture in scope takes a parameter of that name: a test may parametrize it."""
        found = [*(self.of_class(cls).values() if cls is not None else ())]
        for source in self.sources(module):
            found.extend(self.of_module(source).values())
        for fixture in found:
            arguments = fixture.function.node.args
            decorator = self.world.functions.info(fixture.function).fixture
            if fixture.name == name and any(keyword.arg == "autouse" for keyword in getattr(decorator, "keywords", ())):
                return True
            if any(argument.arg == name for argument in (*arguments.args, *arguments.kwonlyargs)):
                return True
        return False

    def names(self, module: Module, cls: Class | None) -> list[str]:
        """Every fixture name in scope, nearest first."""
        found: dict[str, None] = {}
        if cls is not None:
            found.update(dict.fromkeys(self.of_class(cls)))
        for source in self.sources(module):
            found.update(dict.fromkeys(self.of_module(source)))
        found.update(dict.fromkeys(BUILTIN))
        if self.world.library.module("pytest_mock") is not None:
            found["mocker"] = None  # made by calls of a factory
        return list(found)


_GENERATES: Final = re.compile(r"^def pytest_generate_tests\(\s*(\w+)[^)]*\)", re.MULTILINE)
_GENERATED_BY_COMPUTATION: Final = re.compile(r"""\.parametrize\(\s*(?:(?![\s"'(\[])|[(\[]\s*(?![\s"']))""")


def _generates_computed(text: str) -> bool:
    """Whether the ``pytest_generate_tests`` of a module may generate arguments whose names do not stand there as strings."""
    hook = _GENERATES.search(text)
    if hook is None or _GENERATED_BY_COMPUTATION.search(text) is not None:
        return True
    return re.search(rf"\b{hook[1]}\b(?!\.)", text[: hook.start()] + text[hook.end() :]) is not None


_FIXTURE: Final = re.compile(r"@(?:[\w.]*\.)?\w*fixture\w*\s*(?:\(|$)", re.MULTILINE)


def _may_define(text: str, name: str, *, own: bool) -> bool:
    """Whether the text of a plugin may define a fixture ``name``, by ``def`` or by registering it (pytest's ``own`` do not)."""
    if name not in text:
        return False
    word = re.escape(name)
    for match in re.finditer(rf"\bdef {word}\b", text):
        before = text[max(0, match.start() - 400) : match.start()]
        if _FIXTURE.search(before.rpartition("\ndef ")[2].rpartition("\n    def ")[2]):
            return True
    if re.search(rf"""^{word}\s*=|\bname\s*=\s*(?:f["'][^"'\n]*{word}|["']{word}["'])""", text, re.MULTILINE):
        return True
    generates = "metafunc" in text or "fixturenames" in text or "funcargs" in text
    return generates and not own and re.search(rf"""["']{word}["']""", text) is not None


def _may_hand_on(text: str, name: str) -> bool:
    """Whether ``name`` may be a fixture in a module of this text: one of its own that is decorated as such, or imported itself."""
    word = re.escape(name)
    if re.search(rf"^class {word}\b", text, re.MULTILINE):
        return False
    return "fixture" in text or re.search(rf"^(?:async )?def {word}\b", text, re.MULTILINE) is None
