"""What all files of one session share: the library of modules and everything that is evaluated once."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

from llmlint.contracts.classes import Classes
from llmlint.contracts.library import Library
from llmlint.contracts.symbols import Class, Function, Module
from llmlint.project.discovery import expand, skipper
from llmlint.project.location import parts_of
from llmlint.project.project import Project
from llmlint.project.source import SourceError, read_source, read_text
from llmlint.semantics.annotations import Annotations
from llmlint.semantics.answers import Answers
from llmlint.semantics.attributes import Attributes
from llmlint.semantics.built import Built
from llmlint.semantics.calls import Calls
from llmlint.semantics.fixtures import Fixtures
from llmlint.semantics.functions import Functions
from llmlint.semantics.inference import Inference
from llmlint.semantics.member_values import MemberValues
from llmlint.semantics.names import Names
from llmlint.semantics.owners import Owners
from llmlint.semantics.plugin_fixtures import defines_besides, may_define
from llmlint.semantics.project_text import ProjectText
from llmlint.semantics.proof.following import Following
from llmlint.semantics.resting import Resting
from llmlint.semantics.store_owners import StoreOwners
from llmlint.semantics.text_index import narrowed
from llmlint.semantics.values import NOTHING, UNKNOWN, Instance, Value, union
from llmlint.semantics.vetoes import Vetoes

_PROVIDES = {
    "beautifulsoup4": "bs4",
    "django-stubs": "django_stubs_ext",
    "gdal": "osgeo|gdal",
    "google-api-python-client": "googleapiclient|apiclient",
    "matplotlib": "mpl_toolkits|pylab",
    "mysqlclient": "MySQLdb",
    "opencv-contrib-python": "cv2",
    "opencv-python": "cv2",
    "opencv-python-headless": "cv2",
    "pygobject": "gi",
    "pymongo": "bson|gridfs",
    "pymupdf": "fitz|pymupdf",
    "pywavelets": "pywt",
    "pywin32": r"win32\w*|pywintypes|pythoncom|winerror|pythonwin|_win32\w*",
    "scikit-image": "skimage",
    "scikit-learn": "sklearn",
    "setuptools": "pkg_resources",
    "toolz": "tlz",
}
"""What well-known distributions give that are called otherwise than their modules: regular expressions for names of those."""
_LITERALS: dict[type, str] = {str: "str", int: "int", bool: "bool", float: "float", bytes: "bytes", complex: "complex"}


class World:
    """Built once a session, thrown away with it."""

    def __init__(self, project: Project, texts: Mapping[str, str] = MappingProxyType({})) -> None:
        """Nothing is read yet.

        Args:
            project: Whose files are understood.
            texts: What stands for files (absolute paths): the buffers of an editor.
        """
        self.project = project
        self.answers = Answers()
        self.library = Library(project, texts)
        self.classes = Classes(self.library)
        self.names = Names(self)
        self.annotations = Annotations(self)
        self.owners = Owners(self.library, self.classes)
        self.member_values = MemberValues(self)
        self.attributes = Attributes(self)
        self.functions = Functions(self)
        self.calls = Calls(self)
        self.built = Built(self)
        self.inference = Inference(self)
        self.fixtures = Fixtures(self)
        self.project_text = ProjectText(self)
        self.resting = Resting(self)
        self.store_owners = StoreOwners(self)
        self.vetoes = Vetoes(self)
        self.following = Following(self)
        self.markers: dict[str, set[str]] = {}
        """The markers that files register, by path."""
        self._texts: dict[str, str] = dict(texts)
        self._declared: dict[str, bool] = {}
        self._constants: dict[tuple[type, Any], Value] = {}
        self._conftests: dict[str, Module | None] = {}
        self._files: dict[str, tuple[str, ...]] = {}
        self._builtins: dict[str, Class | None] = {}
        none = self.classes.named("types", "NoneType") or self._builtin("object")
        self.none: Value = Instance(none, exact=True, literal=None) if none is not None else UNKNOWN
        self.string = self._plain("str")
        self.boolean = self._plain("bool")
        self.integer = self._plain("int")

    def _builtin(self, name: str) -> Class | None:
        if name not in self._builtins:
            self._builtins[name] = self.classes.builtin(name)
        return self._builtins[name]

    def _plain(self, name: str) -> Value:
        cls = self._builtin(name)
        return Instance(cls, exact=True) if cls is not None else UNKNOWN

    # -- literals and displays -------------------------------------------------------------------------------------------

    def constant(self, value: Any) -> Value:
        """A literal."""
        if value is None:
            return self.none
        kind = type(value)
        key = (kind, value)
        found = self._constants.get(key)
        if found is None:
            name = _LITERALS.get(kind)
            cls = self._builtin(name) if name is not None else None
            found = Instance(cls, exact=True, literal=value) if cls is not None else UNKNOWN
            self._constants[key] = found
        return found

    def collection(self, name: str, values: list[Value], items: tuple[Value, ...] | None) -> Value:
        """A list, tuple, set of elements; ``items`` where each is known."""
        cls = self._builtin(name)
        if cls is None:
            return UNKNOWN
        if items is not None and len(items) > 64:
            items = None
        element = union(values) if values else UNKNOWN
        return Instance(cls, (element,), True, NOTHING, items)

    @property
    def files_read(self) -> tuple[str, ...]:
        """Every file that was read so far for what it says of others: sources, stubs, conftests, tests."""
        return (*self.library.files_read, *self._texts, *self._conftests)

    # -- files -----------------------------------------------------------------------------------------------------------

    def text(self, path: str) -> str:
        """The text of a file, for its words (``narrowed``); '' where it cannot be read."""
        found = self._texts.get(path)
        if found is None:
            try:
                found = narrowed(read_text(path))
            except SourceError:
                found = ""
            self._texts[path] = found
        return found

    def python_files(self, root: str) -> tuple[str, ...]:
        """The ``.py`` files below ``root``, virtual environments and caches left out."""
        found = self._files.get(root)
        if found is None:
            paths, _ = expand(parts_of(root), skipper(root, self.project.settings.exclude))
            found = self._files[root] = tuple(path for path, _ in paths if path.endswith(".py"))
        return found

    def module_at(self, path: str) -> Module | None:
        """The module of a file of the project, whatever it is imported as."""
        return self.conftest(path)

    def conftest(self, path: str) -> Module | None:
        """The module of a conftest that is not being linted itself."""
        if path not in self._conftests:
            try:
                source = read_source(path, "conftest")
                self._conftests[path] = self.library.adopt(path, source.text, source.tree)
            except SourceError:
                module = Module("conftest", path, "source", is_package=False, own=True, by_test=True)
                module.open = "it cannot be read"
                self._conftests[path] = module
        return self._conftests[path]

    # -- questions about the project ---------------------------------------------------------------------------------------

    def knows_top_level(self, name: str) -> bool:
        """Whether a top-level module that is not found does not exist for certain."""
        project = self.project
        if name in project.own_packages:
            return True
        if not self.runs_tests or name in sys.stdlib_module_names:
            return False
        return not self.declared(name)

    @cached_property
    def runs_tests(self) -> bool:
        """Whether the environment is known, and the tests can run in it: else what it lacks may exist where they do."""
        if self.project.environment.known and self._lacks_requirements():
            return False
        if not self.project.environment.known or self.library.module("pytest") is not None:
            return self.project.environment.known
        return "pytest" not in self.project_text.own[1].imported

    def _lacks_requirements(self) -> bool:
        """Whether something is not installed without which the project itself would not have been installed.

        A distribution of which another one bears the name and more (``psycopg2-binary``, ``opencv-python-headless``) may be in its place,
        and so may a module of that name.
        """
        project, installed = self.project, self.project.environment.distributions
        for name in project.required - installed - project.distributions:
            plain = name.replace("-", "_")
            if not any(other.startswith(f"{name}-") for other in installed) and self.library.module(plain) is None:
                return True
        return False

    @cached_property
    def plugins_known(self) -> bool:
        """Whether every plugin of pytest that the project declares is installed where its tests run."""
        return self.runs_tests and not self._missing_plugins

    def fixture_may_be_elsewhere(self, name: str) -> bool:
        """Whether a fixture that nothing defines here may be one where the tests run: of a plugin that is not installed here."""
        if not self.runs_tests or may_define(self._missing_plugins, name):
            return True
        return defines_besides(self.project.dependencies - self.project.environment.distributions, name)

    @cached_property
    def _missing_plugins(self) -> frozenset[str]:
        """The plugins of pytest that the project declares and its environment lacks."""
        wanted = {name for name in self.project.dependencies if name.startswith("pytest-")}
        return frozenset(wanted - self.project.environment.distributions)

    def may_be_of_plugin(self, fixture: str) -> bool:
        """Whether a declared plugin that is not seen is named after the fixture (``httpserver`` and ``pytest-httpserver``)."""
        if self.plugins_known:
            return False
        flat = fixture.replace("_", "").lower()
        return any(flat in name.replace("-", "") for name in self.project.dependencies if name.startswith("pytest-"))

    def declared(self, name: str) -> bool:
        """Whether the project declares a dependency that may provide the top-level module ``name``."""
        found = self._declared.get(name)
        if found is None:
            found = self._declared[name] = self._is_declared(name)
        return found

    def _is_declared(self, name: str) -> bool:
        plain = re.sub(r"[-_.]+", "-", name).lower()
        provided = (_PROVIDES[one] for one in self.project.dependencies if one in _PROVIDES)
        if any(re.fullmatch(names, name) for names in provided):
            return True
        for dependency in self.project.dependencies:
            parts = re.split(r"[-_.]+", dependency)
            if plain == dependency or plain in parts or plain.replace("-", "") in dependency.replace("-", ""):
                return True
            if dependency.replace("-", "").removeprefix("python").removeprefix("py") == plain.replace(
                "-", ""
            ).removeprefix("py"):
                return True
        return False

    def is_mixin(self, cls: Class) -> bool:
        """Whether a test class lives from what it is mixed into."""
        return (
            "mixin" in cls.name.lower()
            or cls.name.endswith(("Base", "Tests", "Suite"))
            and not self.classes.derives(cls, "unittest.case.TestCase")
        )

    def is_plain_coroutine(self, function: Function) -> bool:
        """Whether calling the function does nothing until it is awaited: ``async def`` with no decorator of unknown effect."""
        return function.is_async and not self.functions.info(function).opaque

    def write_fails(self, cls: Class) -> bool | None:
        """Whether writing an attribute that the class does not have raises (True), passes unnoticed (False); None: not judged."""
        classes = self.classes
        if cls.module.kind == "typeshed" or classes.open(cls):
            return None
        shape = classes.shape(cls)
        if shape.kind in ("typeddict", "enum") or not shape.known and shape.kind == "pydantic":
            return None
        if shape.kind == "namedtuple":
            return shape.known and self._slotted_tuple(cls)
        slotted = True
        for base in classes.mro(cls):
            if base.symbol in ("builtins.object", "pydantic.main.BaseModel", "typing.NamedTuple", "builtins.tuple"):
                continue
            if base.module.kind == "typeshed":
                return None
            body = classes.body(base)
            if "__setattr__" in body:
                return None
            slots = body.get("__slots__")
            generator = classes.generator(base)
            from_decorator = generator is not None and (
                _true(generator[1], "slots") or self._slots_by_default(base, *generator)
            )
            if slots is None and not from_decorator:
                slotted = False
            elif slots is not None and (slots.value is None or "__dict__" in _source(slots.value)):
                return None  # it is made to take any name
        if shape.kind == "pydantic":
            return shape.extra != "allow"
        # A plain subclass of a frozen dataclass takes names that are no fields; attrs forbids them all.
        return slotted or (shape.frozen and (shape.kind == "attrs" or classes.generator(cls) is not None))

    def _slots_by_default(self, cls: Class, kind: str, decorator: Any) -> bool:
        """Whether the decorator is one of attrs' newer ones, which make slots unless they are told not to."""
        last = self.classes.decorator(cls, decorator).rpartition(".")[2]
        told = any(keyword.arg in ("slots", None) for keyword in getattr(decorator, "keywords", ()))
        return kind == "attrs" and last in ("define", "mutable", "frozen") and not told

    def _slotted_tuple(self, cls: Class) -> bool:
        """Whether the instances of a named tuple's class have no ``__dict__``."""
        for base in self.classes.mro(cls):
            if base.symbol == "typing.NamedTuple":
                break
            body = self.classes.body(base)
            if "__setattr__" in body:
                return False
            slots = body.get("__slots__")
            if slots is not None and slots.value is not None and "__dict__" not in _source(slots.value):
                continue
            call = base.memo.get("namedtuple")
            if call is not None and not base.memo.get("functional"):
                return False  # class P(namedtuple(...)) without __slots__ has one
            if call is None and not any(parent.symbol == "typing.NamedTuple" for parent in self.classes.bases(base)):
                return False
        return True


def _true(node: Any, name: str) -> bool:
    return any(
        keyword.arg == name and getattr(keyword.value, "value", None) is True
        for keyword in getattr(node, "keywords", ())
    )


def _source(node: Any) -> str:
    import ast

    return ast.unparse(node)
