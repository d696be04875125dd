"""What freezing makes of a source."""

from __future__ import annotations

import ast
import sys
from textwrap import dedent

import pytest


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # functions
        ("def f(a, b=1, *args, c, d=None, **kw): return a", ["def f(a, b=1, *args, c, d=None, **kw): ..."]),
        ("def f(a: int, /, b: str = 'x', *, c: 'float' = 2.5) -> bool: ...",
         ["def f(a: int, /, b: str = 'x', *, c: 'float' = 2.5) -> bool: ..."]),
        ("async def f() -> int: return 1", ["async def f() -> int: ..."]),
        ("_LIMIT = 7\ndef f(n=_LIMIT): ...", ["def f(n=7): ..."]),
        ("LIMIT = 7\ndef f(n=LIMIT): ...", ["LIMIT: int = 7", "def f(n=LIMIT): ..."]),
        ("def f(key=lambda x: x): ...", ["def f(key=...): ..."]),
        ("f = lambda a, b=2: a", ["def f(a, b=2): ..."]),
        ("def _f(a: int) -> str: ...\nf = _f", ["def f(a: int) -> str: ..."]),
        ("def f(): yield 1", ["from collections.abc import Generator", "from typing import Any",
                              "def f() -> Generator[Any, Any, Any]: ..."]),
        ("from collections.abc import AsyncIterator\nasync def f() -> AsyncIterator[int]:\n    yield 1",
         ["from collections.abc import AsyncIterator", "def f() -> AsyncIterator[int]: ..."]),
        ("from contextlib import contextmanager\nfrom collections.abc import Iterator\n@contextmanager\ndef f() -> Iterator[int]:\n    yield 1",
         ["from contextlib import contextmanager", "from collections.abc import Iterator", "@contextmanager",
          "def f() -> Iterator[int]: ..."]),
        ("import functools\ndef _traced(f):\n    @functools.wraps(f)\n    def inner(*a): return f(*a)\n    return inner\n@_traced\ndef f(a: int) -> int: return a",
         ["def f(a: int) -> int: ..."]),
        # variables
        ("X = 5\ny = 'a'\nz = None\nW = -1.5", ["X: int = 5", "y: str = 'a'", "z: None", "W: float = -1.5"]),
        ("a, b = 1, 'x'", ["a: int = 1", "b: str = 'x'"]),
        ("ITEMS = ['a', 'b']\nTABLE = {'a': 1}", ["ITEMS: list[str]", "TABLE: dict[str, int]"]),
        ("import logging\nlog = logging.getLogger(__name__)", ["from logging import Logger", "log: Logger"]),
        ("from typing import Final\nX: Final = 3\nY: Final[str] = open('x').read()",
         ["from typing import Final", "X: Final = 3", "Y: Final[str]"]),
        ("import os\nHOME = os.environ.get('HOME', '')", ["HOME: str"]),
        ("_hidden = 1\n__version__ = '1'", ["__version__: str = '1'"]),
        ("x = 1\ndel x\ny = 2", ["y: int = 2"]),
        # types
        ("from typing import TypeVar, Union\nT = TypeVar('T')\n_K = TypeVar('_K')\nId = Union[int, str]\ndef f(x: _K) -> Id: ...",
         ["from typing import TypeVar, Union", "T = TypeVar('T')", "_K = TypeVar('_K')", "Id = Union[int, str]",
          "def f(x: _K) -> Id: ..."]),
        ("from typing import NewType, TypeAlias\nId = NewType('Id', int)\nIds: TypeAlias = list[Id]",
         ["from typing import NewType, TypeAlias", "Id = NewType('Id', int)", "Ids: TypeAlias = list[Id]"]),
        ("from typing import NamedTuple, TypedDict\nA = NamedTuple('A', [('x', int)])\nB = TypedDict('B', {'y': str})",
         ["from typing import NamedTuple, TypedDict", "A = NamedTuple('A', [('x', int)])", "B = TypedDict('B', {'y': str})"]),
        ("from collections import namedtuple\nP = namedtuple('P', 'x y')\nclass Q(namedtuple('Q', 'a b')):\n    pass",
         ["from collections import namedtuple", "P = namedtuple('P', 'x y')", "class Q(namedtuple('Q', 'a b')): ..."]),
        # __all__
        ("__all__ = ['a']\n__all__ += ['b']\na = 1\nb = 2\nc = 3", ["__all__ = ['a']", "__all__ += ['b']", "a: int = 1", "b: int = 2"]),
        ("__all__ = ['f']\nclass Needed: ...\ndef f(x: Needed) -> None: ...",
         ["__all__ = ['f']", "class Needed: ...", "def f(x: Needed) -> None: ..."]),
        # conditions
        ("import sys\nif sys.version_info >= (3, 12):\n    def f(a): ...\nelse:\n    def f(a, b): ...",
         ["import sys", "if sys.version_info >= (3, 12):", "    def f(a): ...", "else:", "    def f(a, b): ..."]),
        ("import os\nif os.environ.get('X'):\n    def f(a): ...\nelse:\n    def f(a, b): ...", ["def f(a): ..."]),
        ("try:\n    import tomllib as toml\nexcept ImportError:\n    toml = None\ndef f(x: toml.X) -> int: ...",
         ["import tomllib as toml", "def f(x: toml.X) -> int: ..."]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from decimal import Decimal\ndef f(x: 'Decimal') -> None: ...",
         ["from typing import TYPE_CHECKING", "if TYPE_CHECKING:", "    from decimal import Decimal", "def f(x: 'Decimal') -> None: ..."]),
        ("if __name__ == '__main__':\n    x = 1\nelse:\n    y = 2\nz = 3", ["z: int = 3"]),
        ("for name in ('a', 'b'):\n    last = 1", ["from typing import Any", "name: Any", "last: int = 1"]),
        ("import os\nimport os.path\nimport sys\ndef f(x: os.PathLike[str]) -> None: ...",
         ["import os", "def f(x: os.PathLike[str]) -> None: ..."]),
        ("from __future__ import annotations\nimport decimal as decimal\nfrom os import path as path",
         ["import decimal as decimal", "from os import path as path"]),
        ("def __getattr__(name: str) -> int: ...", ["def __getattr__(name: str) -> int: ..."]),
    ],
)  # fmt: skip
def test_a_module(frozen, source, expected):
    assert lines(frozen(source)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("class A:\n    x = 1\n    y: str = 'a'\n    _z = 2\n    def _p(self): ...\n    def q(self) -> int: ...",
         ["class A:", "    x: int = 1", "    y: str = 'a'", "    def q(self) -> int: ..."]),
        ("class A:\n    def __init__(self, a: int, b=None):\n        self.a = a\n        self.b = b\n        self.c: list[str] = []\n        self._d = 1\n        self.__e = 2\n        self.n = 0\n        self.s = str(a)",
         ["from typing import Any", "class A:", "    a: int", "    b: Any", "    c: list[str]", "    n: int", "    s: str",
          "    def __init__(self, a: int, b=None) -> None: ..."]),
        ("class A:\n    @property\n    def x(self) -> int: ...\n    @x.setter\n    def x(self, value: int) -> None: ...",
         ["class A:", "    @property", "    def x(self) -> int: ...", "    @x.setter", "    def x(self, value: int) -> None: ..."]),
        ("from functools import cached_property\nclass A:\n    @cached_property\n    def x(self) -> int: ...",
         ["from functools import cached_property", "class A:", "    @cached_property", "    def x(self) -> int: ..."]),
        ("class A:\n    def _get(self) -> int: ...\n    x = property(_get)", ["class A:", "    @property", "    def x(self) -> int: ..."]),
        ("from typing import overload\n@overload\ndef f(a: int) -> int: ...\n@overload\ndef f(a: str) -> str: ...\ndef f(a): return a",
         ["from typing import overload", "@overload", "def f(a: int) -> int: ...", "@overload", "def f(a: str) -> str: ..."]),
        ("from abc import ABC, abstractmethod\nfrom typing import overload\nclass A(ABC):\n    @overload\n    def f(self, a: int) -> int: ...\n    @overload\n    def f(self, a: str) -> str: ...\n    @abstractmethod\n    def f(self, a): ...",
         ["from abc import ABC, abstractmethod", "from typing import overload", "class A(ABC):", "    @overload", "    @abstractmethod",
          "    def f(self, a: int) -> int: ...", "    @overload", "    @abstractmethod", "    def f(self, a: str) -> str: ..."]),
        ("from dataclasses import dataclass, field\n@dataclass(frozen=True)\nclass A:\n    a: int\n    b: list[int] = field(default_factory=list)\n    c = 3\n    _d: int = 0\n    def __post_init__(self):\n        self.e = 'x'",
         ["from typing import ClassVar", "from dataclasses import dataclass, field", "@dataclass(frozen=True)", "class A:", "    a: int",
          "    b: list[int] = field(default_factory=list)", "    c: ClassVar[int] = 3", "    _d: int = 0",
          "    e: str = field(init=False)", "    def __post_init__(self): ..."]),
        ("from enum import Enum, auto\nclass E(Enum):\n    A = 1\n    B = auto()\n    C = compute()\n    @property\n    def low(self) -> str: ...",
         ["from enum import Enum, auto", "class E(Enum):", "    A = 1", "    B = auto()", "    C = ...", "    @property",
          "    def low(self) -> str: ..."]),
        ("from enum import IntEnum\nclass E(IntEnum):\n    def __new__(cls, value, text): ...\n    A = 1, 'one'\n    def __str__(self) -> str: ...",
         ["from enum import IntEnum", "class E(IntEnum):", "    A = ...", "    def __str__(self) -> str: ..."]),
        ("from typing import ClassVar\nclass A:\n    code: ClassVar[int] = 1\n    table: dict[str, object] = {}\nclass B(A):\n    code = 2\n    table = {'a': 1}",
         ["from typing import ClassVar", "class A:", "    code: ClassVar[int] = 1", "    table: dict[str, object] = {}", "class B(A):",
          "    code: ClassVar[int] = 2", "    table: dict[str, object] = ..."]),
        ("from typing import Protocol, TypedDict, NotRequired\nclass P(Protocol):\n    x: int\n    def f(self) -> int: ...\nclass T(TypedDict, total=False):\n    a: int\n    b: NotRequired[str]",
         ["from typing import Protocol, TypedDict, NotRequired", "class P(Protocol):", "    x: int", "    def f(self) -> int: ...",
          "class T(TypedDict, total=False):", "    a: int", "    b: NotRequired[str]"]),
        ("class A:\n    __slots__ = ('a', 'b')\n    def __init__(self, a: int) -> None:\n        self.a = a\n        self.b = [a]",
         ["class A:", "    __slots__ = ('a', 'b')", "    a: int", "    b: list[int]", "    def __init__(self, a: int) -> None: ..."]),
        ("class A:\n    class B:\n        x: int\n        class C: ...\n    b: B", ["class A:", "    class B:", "        x: int", "        class C: ...", "    b: B"]),
        ("class _Base:\n    def f(self) -> int: ...\n    def _g(self): ...\nclass A(_Base): ...",
         ["class _Base:", "    def f(self) -> int: ...", "class A(_Base): ..."]),
        ("class M(type): ...\nclass A(metaclass=M): ...", ["class M(type): ...", "class A(metaclass=M): ..."]),
        ("class A:\n    def f(self) -> int: ...\n    g = f\n    __hash__ = None",
         ["from typing import ClassVar", "class A:", "    def f(self) -> int: ...", "    g = f",
          "    __hash__: ClassVar[None]  # type: ignore[assignment]"]),
        ("class A:\n    type: str\n    def __init__(self):\n        self.list = []\n    def f(self) -> list[int]: ...",
         ["import builtins", "from typing import Any", "class A:", "    type: str", "    list: list[Any]",
          "    def __init__(self) -> None: ...", "    def f(self) -> builtins.list[int]: ..."]),
        ("import attrs\n@attrs.define\nclass A:\n    x: int = attrs.field(default=3)\n    y = attrs.field(factory=list)",
         ["import attrs", "@attrs.define", "class A:", "    x: int = attrs.field(default=3)", "    y = attrs.field(factory=list)"]),
        ("from pydantic import BaseModel, ConfigDict, Field, field_validator\nclass A(BaseModel):\n    model_config = ConfigDict(extra='forbid')\n    x: int = Field(ge=1, description='many')\n    y: int = ...\n    z: int = compute(lambda: 1)\n    @field_validator('x')\n    @classmethod\n    def check(cls, v: int) -> int: ...",
         ["from pydantic import BaseModel, ConfigDict, Field, field_validator", "class A(BaseModel):",
          "    model_config = ConfigDict(extra='forbid')", "    x: int = Field(ge=1, description='many')", "    y: int", "    z: int = ...", "    @field_validator('x')",
          "    @classmethod", "    def check(cls, v: int) -> int: ..."]),
        ("class A:\n    def __init__(self, client):\n        self.open = True\n        self.count = None\n    def start(self):\n        self.count = 3",
         ["class A:", "    open: bool", "    count: int | None", "    def __init__(self, client) -> None: ...", "    def start(self): ..."]),
    ],
)  # fmt: skip
def test_a_class(frozen, source, expected):
    assert lines(frozen(source)) == expected


@pytest.mark.parametrize(
    "docstring",
    [
        '"""One line."""',
        '"""Several\n\n    lines, and "quotes".\n    """',
        r'r"""Raw \d and \n stay."""',
        r'"""Ends with a backslash \\"""',
        "'''Single quotes, and \"\"\" in it.'''",
        "'a short one'",
        '"two " "parts"',
        '("over " \n     "lines")',
        '"""Ends with a quote\\""""',
        'u"""old"""',
        r'"""Escapes: \x07 \u00e9 \N{BULLET} \""" inside."""',
    ],
)
def test_docstrings_say_the_same(frozen, docstring):
    source = f"{docstring.replace(chr(10) + '    ', chr(10))}\n\ndef f():\n    {docstring}\n    return 1\n\nclass A:\n    {docstring}\n"
    text = frozen(source)
    before, after = ast.parse(dedent(source)), ast.parse(text)
    assert ast.get_docstring(after, clean=False) == ast.get_docstring(before, clean=False)
    for index in (1, 2):
        one, two = before.body[index], after.body[index]
        assert isinstance(one, (ast.FunctionDef, ast.ClassDef))
        assert isinstance(two, (ast.FunctionDef, ast.ClassDef))
        assert ast.get_docstring(two, clean=False) == ast.get_docstring(one, clean=False)


def test_strings_that_document_attributes_stay(frozen):
    text = frozen(
        """
        LIMIT = 3
        '''How many.'''


        class A:
            x: int = 0
            '''Where.'''

            def __init__(self) -> None:
                self.y = 1
                '''And where else.'''
        """
    )
    assert "LIMIT: int = 3\n'''How many.'''" in text
    assert "    x: int = 0\n    '''Where.'''" in text
    assert "    y: int\n    '''And where else.'''" in text


def test_comments_that_document_attributes_stay(frozen):
    """``#:`` above or beside an assignment is what Sphinx shows; other comments are the source's own."""
    source = """
        # The limits.
        #: How often to try.
        #: In all.
        RETRIES = 0x0F
        LIMIT: int = 1_000  #: The most.
        plain = 1  # a note

        class Box:
            #: In pixels.
            width = 3
            height = 4  #: Too.

            def __init__(self):
                #: Width times height.
                self.area = 12
                self.label = "x"  #: Its name.
        """
    assert lines(frozen(source)) == [
        "#: How often to try.",
        "#: In all.",
        "RETRIES: int = 0x0F",
        "LIMIT: int = 1_000  #: The most.",
        "plain: int = 1",
        "class Box:",
        "    #: In pixels.",
        "    width: int = 3",
        "    height: int = 4  #: Too.",
        "    #: Width times height.",
        "    area: int",
        "    label: str  #: Its name.",
        "    def __init__(self) -> None: ...",
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(a, b=None):\n    # type: (int, str) -> bool\n    return True", "def f(a: int, b: str | None = None) -> bool: ..."),
        ("def f(a):  # type: (int) -> str\n    return ''", "def f(a: int) -> str: ..."),
        ("def f(\n    é,  # type: str\n    *b,  # type: int\n    **c  # type: bool\n):\n    # type: (...) -> list[int]\n    return []",
         "def f(é: str, *b: int, **c: bool) -> list[int]: ..."),
        ("def f(a: int, b):\n    # type: (...) -> str\n    ...", "def f(a: int, b) -> str: ..."),
        ("def f(a, b):\n    # type: (int) -> str\n    ...", "def f(a, b) -> str: ..."),
        ("def f(a=None, *, b=None):\n    # type: (object, 'str') -> int\n    ...", "def f(a: object = None, *, b: str | None = None) -> int: ..."),
        ("def f(a):\n    # type: (Unheard) -> int\n    ...", "def f(a) -> int: ..."),
        ("x = []  # type: list[int]", "x: list[int]"),
        ("x = [\n    1,\n]  # type: list[int]", "x: list[int]"),
        ("if True:\n    x = make()  # type: dict[str, int]", "x: dict[str, int]"),
        ("x = y = 1  # type: float", "x: int = 1"),
        ("x = 1  # type: ignore", "x: int = 1"),
        ("x = '# type: str'", "x: str = '# type: str'"),
        ("# type: nothing\nx = 1", "x: int = 1"),
    ],
)  # fmt: skip
def test_type_comments_are_annotations(frozen, source, expected):
    assert expected in lines(frozen(source))


def test_types_that_a_star_import_brings(frozen):
    """A source hands on with a star what it imports itself, a stub does not (PEP 484)."""
    text = frozen("from .base import *\ndef f(x: Union[int, Path]) -> Base: ...",
                  base="from typing import Union\nfrom pathlib import Path\nclass Base: ...")  # fmt: skip
    assert lines(text) == [
        "from pathlib import Path",
        "from typing import Union",
        "from .base import *",
        "def f(x: Union[int, Path]) -> Base: ...",
    ]


def test_types_in_strings_of_type_variables(frozen):
    source = "from typing import TypeVar\nclass _Hidden: ...\nT = TypeVar('T', bound='_Hidden')"
    assert "class _Hidden: ..." in lines(frozen(source))


def test_private_classes_that_members_name_are_kept(frozen):
    source = """
        class A:
            class _Unneeded: ...

            class _Inner:
                size: int

            inner: _Inner
            """
    assert lines(frozen(source)) == ["class A:", "    class _Inner:", "        size: int", "    inner: _Inner"]


def test_private_names_of_a_module_that_is_named(contracts_of):
    """``helpers._Manager`` in an annotation: the contract of ``helpers`` has it."""
    contracts = contracts_of(
        {
            "shop/helpers.py": "class _Manager: ...\nclass _Other: ...",
            "shop/things.py": "from shop import helpers\ndef f() -> helpers._Manager: ...",
        }
    )
    assert lines(contracts["shop.helpers"]) == ["class _Manager: ..."]


def test_type_comments_in_classes(frozen):
    """``self`` is left out of them, and they say what attributes are."""
    source = """
        class A:
            names = None  # type: list[str]

            def __init__(self, size):
                # type: (int) -> None
                self.size = make(size)  # type: int

            def grow(self, by):
                # type: (int) -> A
                return self
        """
    assert lines(frozen(source)) == [
        "class A:",
        "    names: list[str] = None",
        "    size: int",
        "    def __init__(self, size: int) -> None: ...",
        "    def grow(self, by: int) -> A: ...",
    ]


def test_star_imports_and_packages(project_of):
    from llmlint.contracts.layout import places
    from llmlint.lifecycle.freeze.freezer import Freezer

    project = project_of(
        {
            "shop/__init__.py": "from .cart import Cart, _hidden\nfrom .mail import *\nfrom . import tools\nimport json\n",
            "shop/cart.py": "class Cart: ...\ndef _hidden(): ...\n",
            "shop/mail.py": "def send(): ...\n",
            "shop/tools.py": "from ._impl import work\n__all__ = ['work']\n",
            "shop/_impl.py": "def work() -> int: ...\ndef rest(): ...\n",
        }
    )
    every = places(project)
    done = {
        one.place.module: one.text.split("\n", 1)[1]
        for one in Freezer(project).all([p for p in every if not p.private], every)
    }
    assert lines(done["shop"]) == [
        "from .cart import Cart as Cart",
        "from .mail import *",
        "from . import tools as tools",
    ]
    assert lines(done["shop.tools"]) == ["from ._impl import work", "__all__ = ['work']"]
    assert "def work() -> int: ..." in done["shop._impl"]


def test_names_that_other_contracts_import_are_published(contracts_of):
    contracts = contracts_of(
        {
            "shop/base.py": "__all__ = ['Base']\nclass Base: ...\nclass Other: ...\nfrom decimal import Context as Rules, Decimal\n",
            "shop/cart.py": "from .base import Decimal, Other, Rules\ndef f(x: Other, y: Rules) -> Decimal: ...\n",
        }
    )
    base = lines(contracts["shop.base"])
    assert "class Other: ..." in base
    assert {"from decimal import Context as _Rules, Decimal as Decimal", "Rules = _Rules"} <= set(base)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695 is read by Python 3.12 and later")
def test_type_parameters(frozen):
    source = "type Pair[T] = tuple[T, T]\nclass Box[T: int]:\n    def get[K](self, key: K) -> T: ...\ndef first[T](items: list[T]) -> T: ...\n"
    assert lines(frozen(source)) == [
        "type Pair[T] = tuple[T, T]",
        "class Box[T: int]:",
        "    def get[K](self, key: K) -> T: ...",
        "def first[T](items: list[T]) -> T: ...",
    ]


def test_type_ignores_of_what_is_kept(frozen):
    text = frozen(
        "from nowhere import X  # type: ignore[import]\ndef f(x: X) -> int:  # type: ignore[override]\n    return 1  # type: ignore\n"
    )
    assert lines(text) == [
        "from nowhere import X  # type: ignore[import]",
        "def f(x: X) -> int: ...  # type: ignore[override]",
    ]


def test_long_signatures_are_broken(frozen):
    names = ", ".join(f"parameter_{index}: int = {index}" for index in range(8))
    text = frozen(f"def f({names}) -> None: ...")
    assert text.startswith("def f(\n    parameter_0: int = 0,\n")
    assert text.endswith("    parameter_7: int = 7,\n) -> None: ...\n")


def test_members_of_a_flag_that_are_made_of_others_are_no_types(frozen):
    text = frozen(
        "from enum import Flag\n\nclass Right(Flag):\n    READ = 1\n    WRITE = 2 | 4\n    ALL = READ | WRITE\n"
    )
    assert "    READ = 1\n    WRITE = 2 | 4\n    ALL = ...\n" in text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # A decorated function is complained of where its first decorator stands.
        (("from typing import overload\nclass A(int):\n    @overload  # type: ignore[override]\n    def __add__(self, x: int) -> int: ...\n"
         "    @overload\n    def __add__(self, x: str) -> str: ...\n    def __add__(self, x): return x"),
         ["from typing import overload", "class A(int):", "    @overload  # type: ignore[override]",
          "    def __add__(self, x: int) -> int: ...", "    @overload", "    def __add__(self, x: str) -> str: ..."]),
        # An import that is deleted may be what a check of the platform names; it is not published.
        ("import sys\nif sys.platform == 'win32':\n    def f() -> int: ...\ndel sys",
         ["import sys", "if sys.platform == 'win32':", "    def f() -> int: ..."]),
        ("import sys\ndel sys\nsys = 1", ["sys: int = 1"]),
        # Where an assertion does not hold, a type checker reads no further.
        ("import sys\nfrom typing import TYPE_CHECKING\nassert not TYPE_CHECKING or sys.platform == 'darwin'\nassert len('x')\ndef f(): ...",
         ["import sys", "from typing import TYPE_CHECKING", "assert not TYPE_CHECKING or sys.platform == 'darwin'", "def f(): ..."]),
        # Of a condition that holds while type checking, what a type checker sees of it.
        (("import socket, sys\nfrom typing import TYPE_CHECKING\nif sys.platform == 'win32' or (not TYPE_CHECKING and hasattr(socket, 'x')):\n"
         "    def share() -> int: ..."),
         ["import sys", "if sys.platform == 'win32':", "    def share() -> int: ..."]),
        (("import socket\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING or hasattr(socket, 'x'):\n    def share() -> int: ...\n"
         "if not (TYPE_CHECKING or hasattr(socket, 'x')):\n    def other() -> int: ..."),
         ["def share() -> int: ...", "def other() -> int: ..."]),
        ("import sys\nif sys.platform != 'x' and __name__ == '__main__':\n    read = 1", []),
        # An attribute hides a module of the same name from what stands after it.
        (("import decimal\nclass A:\n    def __init__(self, decimal: decimal.Decimal) -> None:\n        self.decimal = decimal\n        self.other = 1\n"
         "    def f(self) -> decimal.Context: ..."),
         ["import decimal", "class A:", "    other: int", "    def __init__(self, decimal: decimal.Decimal) -> None: ...",
          "    def f(self) -> decimal.Context: ...", "    decimal: decimal.Decimal"]),
        # What is private in a class is not repeated, so that nothing can be of its type.
        ("class A:\n    class _Bit:\n        def __get__(self, one, cls=None): ...\n    user = _Bit()",
         ["from typing import Any", "class A:", "    user: Any = ..."]),
        # Methods that a call in the class body makes.
        (("class A:\n    def _compare(op):\n        def inner(self, other):\n            return op(self, other)\n        return inner\n"
         "    __lt__ = _compare(1)\n    like = _compare(2)\n    __tablename__ = str(1)"),
         ["class A:", "    def __lt__(self, other): ...", "    def like(self, other): ..."]),
        ("class B:\n    def __hash__(self): return 1\nclass A(B):\n    __hash__ = B.__hash__\nclass C:\n    __hash__ = None",
         ["from typing import Any, ClassVar", "class B:", "    def __hash__(self): ...", "class A(B):", "    __hash__: Any = ...",
          "class C:", "    __hash__: ClassVar[None]  # type: ignore[assignment]"]),
        # None is what stands there until a subclass says more.
        ("class A:\n    limit = None\nclass B(A):\n    limit = 7",
         ["from typing import Any", "class A:", "    limit: Any = ...", "class B(A):", "    limit: int = 7"]),
    ],
)  # fmt: skip
def test_what_other_packages_do(frozen, source, expected):
    assert lines(frozen(source)) == expected


def test_a_class_that_leaves_methods_abstract_says_so(frozen):
    text = frozen(
        "from abc import ABC, ABCMeta, abstractmethod\n"
        "class Base(ABC):\n    @abstractmethod\n    def f(self) -> int: ...\n    @abstractmethod\n    def _own(self) -> int: ...\n"
        "class Left(Base):\n    def g(self) -> int: ...\n"
        "class Done(Base):\n    def f(self) -> int: ...\n"
        "class More(Base):\n    @abstractmethod\n    def h(self) -> int: ...\n"
        "class Said(Base, metaclass=ABCMeta): ...\n"
    )
    headings = [line for line in text.splitlines() if line.startswith("class ")]
    assert headings == [
        "class Base(ABC):",
        "class Left(Base, metaclass=ABCMeta):",
        "class Done(Base):",
        "class More(Base):",
        "class Said(Base, metaclass=ABCMeta): ...",
    ]


@pytest.mark.parametrize(
    ("existing", "fresh", "expected"),
    [
        # What is imported plainly is not imported again for type checkers; a name joins the import from its module.
        (
            "from a import X, Z\n\ndef f(x: X) -> Z: ...\n",
            "from typing import TYPE_CHECKING\nfrom a import Y\nif TYPE_CHECKING:\n    from a import X\n\ndef f(x: X, y: Y) -> Z: ...\n",
            "from a import X, Y, Z\n\ndef f(x: X, y: Y) -> Z: ...\n",
        ),
        # What is imported for type checkers alone comes with what that takes, and no more.
        (
            "from a import X\n\ndef f(x: X) -> X: ...\n",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import X\n    from b import V, W\n\ndef f(x: W) -> X: ...\n",
            "from a import X\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from b import W\n\ndef f(x: W) -> X: ...\n",
        ),
        # Both branches of a check are there already, if not under it.
        (
            "def f() -> int: ...  # here\ndef g() -> int: ...\n",
            "import sys\nif sys.platform == 'win32':\n    def f() -> int: ...\n    def g() -> int: ...\n",
            "def f() -> int: ...  # here\ndef g() -> int: ...\n",
        ),
    ],
)
def test_merging_brings_the_imports_that_are_needed(existing, fresh, expected):
    from llmlint.lifecycle.freeze.merge import merge

    assert merge(existing, fresh, {"f"} if "y: Y" in fresh or "x: W" in fresh else frozenset()) == expected


def test_what_begins_empty_may_be_filled(contracts_of):
    written = contracts_of({"shop/parts.py": "seen = ()\n\n\nclass Cart:\n    items = ()\n    pair = (1, 'a')\n"})
    assert "seen: tuple[Any, ...]" in written["shop.parts"]
    assert "items: tuple[Any, ...]" in written["shop.parts"]
    assert "pair: tuple[int, str]" in written["shop.parts"]
