"""Sources of installed packages are read without the bodies of their functions, stubs without those of their classes: they are parsed when
somebody asks."""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path

import mypy
import pytest

from llmlint.contracts.bodiless import without_bodies
from llmlint.contracts.lazy_bodies import is_unread, shed

SOURCES = {
    "nested": """
        class Cart:
            name = "cart"

            @property
            def total(self) -> int:
                def add(a, b):
                    one = a
                    two = b
                    return one + two
                return add(1, 2)

            async def send(self, to: dict[str, int], *, key=lambda x: x,
                           mark="):"):  # a comment: with a colon
                await to
                if to:
                    pass
                # the last comment

            limit = 3
        """,
    "strings": '''
        def usage(text=":"):
            """Says how.

        class NotAClass:
            def not_a_method(self):
            """
            first = """
        def nor_this():
        """
            return first

        after = 1
        ''',
    "comments at the margin": """
        def work(a):
            b = a
        # a comment at the margin
            c = b
            return c

        after = work
        """,
    "conditions": """
        try:
            import fast
        except ImportError:
            def fast(x):
                y = x
                z = y
                return z
        finally:
            def cleanup():
                a = 1
                b = 2
                return a + b
        with open("x") as stream:
            def inside():
                a = 1
                b = 2
                return a + b
        match stream:
            case 1:
                def matched():
                    a = 1
                    b = 2
                    return a + b
        """,
    "brackets at the margin": """
        def work(a):
            b = [
        1,
        2]
            return b

        after = 1
        """,
    "a string at the end": '''
        def work(a):
            b = a
            """
            the end
            """
        after = 1
        ''',
    "classes": """
        import sys

        class Empty: ...

        class Cart(
            dict[str, int],
        ):
            class Item:
                price: int
                def total(self) -> int: ...
                weight: float

            if sys.version_info >= (3, 12):
                def total(self) -> int: ...
            else:
                def total(self, tax: int = 0) -> int: ...

        if sys.platform == "win32":
            @final
            class Handle:
                a: int
                b: int
                c: int

            HANDLES: list[Handle]

        class Last(Cart):
            a: int
            b: int
            # the end
            c: int
        """,
    "short": "def one(): return 1\ndef two():\n    return 2\n",
    "windows": "def work(a):\r\n    b = a\r\n    c = b\r\n    return c\r\n",
    "tabs": "def work(a):\n\tb = a\n\tc = b\n\treturn c\nafter = 1\n",
}


def written(tree):
    """What stands there, and in which rows."""
    rows = [(node.lineno, node.end_lineno) for node in ast.walk(tree) if isinstance(node, ast.stmt | ast.expr)]
    return re.sub(r"\b_Lazy(\w+)", r"\1Def", ast.dump(tree)), rows


def read_without(text, kind):
    """The tree of a text, as it is read without the bodies of one kind."""
    short = without_bodies(text, kind)
    try:
        tree = ast.parse(text if short is None else short)
    except SyntaxError:
        tree = ast.parse(text)
    shed(tree, text, kind)
    return tree


@pytest.mark.parametrize("kind", ["functions", "classes"])
@pytest.mark.parametrize("name", SOURCES)
def test_what_is_left_out_comes_back(name, kind):
    text = textwrap.dedent(SOURCES[name])
    assert written(read_without(text, kind)) == written(ast.parse(text))


@pytest.mark.parametrize("stub", ["builtins", "os/__init__", "typing", "asyncio/events", "tkinter/ttk", "ast"])
def test_the_stubs_of_the_standard_library_come_back(stub):
    text = (Path(mypy.__file__).parent / f"typeshed/stdlib/{stub}.pyi").read_text(encoding="utf-8")
    tree = read_without(text, "classes")
    assert any(type(node) is not ast.ClassDef and isinstance(node, ast.ClassDef) for node in tree.body)
    assert written(tree) == written(ast.parse(text))


def test_classes_are_left_out():
    short = without_bodies(textwrap.dedent(SOURCES["classes"]), "classes")
    assert short is not None
    left = {line.strip() for line in short.split("\n")}
    assert {"class Cart(", "dict[str, int],", "):", "@final", "class Handle:", "HANDLES: list[Handle]"} <= left
    assert not {"price: int", "a: int", "c: int", "# the end", "class Item:"} & left


@pytest.mark.parametrize("name", ["nested", "strings", "comments at the margin", "conditions", "a string at the end"])
def test_bodies_are_left_out(name):
    text = textwrap.dedent(SOURCES[name])
    short = without_bodies(text)
    assert short is not None
    assert short.count("\n") == text.count("\n")
    assert not {"return z", "return one", "b = a", "the end", "NotAClass"} & {
        line.strip() for line in short.split("\n")
    }


def test_other_encodings_are_parsed_as_they_stand():
    body = "def work(a):\n    b = a\n    c = b\n    return c\n"
    assert without_bodies(f"# -*- coding: utf-8 -*-\n{body}")
    assert without_bodies(f"# -*- coding: latin-1 -*-\n{body}") is None
    assert without_bodies(f"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n{body}") is None


def test_a_body_in_a_newer_syntax_may_do_anything():
    text = "def work(a):\n    b = a\n    c = b ?? a\n    return c\n"
    short = without_bodies(text)
    assert short is not None
    tree = ast.parse(short)
    shed(tree, text)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    assert ast.unparse(function.body[0]) == "return eval('')"
    assert is_unread(function)


def test_a_class_in_a_newer_syntax_may_have_anything():
    text = "class Cart:\n    a: int\n    b: int ?? str\n    c: int\n"
    short = without_bodies(text, "classes")
    assert short is not None
    tree = ast.parse(short)
    shed(tree, text, "classes")
    cls = tree.body[0]
    assert isinstance(cls, ast.ClassDef)
    assert [one.name for one in cls.body if isinstance(one, ast.FunctionDef)] == ["__getattr__"]


def test_nothing_is_said_of_what_newer_syntax_may_make(project_with_package, llmlint):
    found = llmlint("tests", "--no-cache", "--python", "env", "--select", "LLM203", "--output-format", "concise").out
    assert "no attribute 'heigth'" in found
    assert found.count("LLM203") == 1


@pytest.fixture
def project_with_package(empty):
    """A project with an environment in which one module of a package is in a syntax that no Python has yet."""
    empty.write("env/bin/python", "")
    empty.write("env/pyvenv.cfg", "version = 3.12.0\n")
    site = "env/lib/python3.12/site-packages"
    empty.write(f"{site}/pytest/__init__.py", "")
    newer = "self.size = first ?? second"
    body = "class {0}:\n    def __init__(self, first, second):\n        self.height = first\n        self.width = second\n        {1}\n"
    empty.write(
        f"{site}/boxes/__init__.py", body.format("Box", newer) + "\n\n" + body.format("Plain", "self.size = second")
    )
    empty.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\n')
    empty.write(
        "tests/test_one.py",
        "from boxes import Box, Plain\n\n\ndef test_box():\n    assert Box(1, 2).volume\n    assert Plain(1, 2).heigth\n",
    )
    return empty
