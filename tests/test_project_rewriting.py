"""A text of which most is as it was: the tree is that of a whole reading, and what did not change has the same nodes."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest

from llmlint.project.rewriting import grafted, rewritten
from llmlint.project.source import SourceError, SourceFile, parse

SHOP = '''\
"""A shop."""

import os


@decorated
class Cart:
    """A cart."""

    size = 1;

    def add(self, item):
        return (
            item
        )

    @property
    def total(self): return 1

    class Inner:
        x = 1

        def deep(self):
            pass


if os.name == "nt":
    a = 1; b = (
        2)
c = "é" ; d = 4
def last():
    """The last."""
    yield a
'''

CASES = {
    "a letter in a method": ("            item\n", "            items\n"),
    "a row in a method": ("            item\n", "            item,\n            1,\n"),
    "a method goes": ("    @property\n    def total(self): return 1\n", ""),
    "a method comes": ("    @property\n", "    async def new(self): await it\n\n    @property\n"),
    "at the end of a class": ("            pass\n", "            pass\n\n    def new(self): ...\n"),
    "at the end of an inner class": ("            pass\n", "            pass\n\n        def new(self): ...\n"),
    "a statement longer": ("            pass\n", "            pass\n            return 1\n"),
    "a branch": ("        2)\n", "        2)\nelse:\n    a = 3\n"),
    "a semicolon at the end of a class": ("            pass\n", "            pass;\n"),
    "a docstring": ('    """A cart."""', '    """A\n    cart.\n    """'),
    "a class with another head": ("class Cart:", "class Cart(Base):"),
    "only a comment": ("    size = 1;\n", "    # size\n"),
    "one body is empty": ("        x = 1\n\n        def deep(self):\n            pass\n", "        ...\n"),
    "the first row": ('"""A shop."""\n', ""),
    "the end": ("    yield a\n", "    yield a"),
    "behind letters that are two bytes": ("; d = 4", "; d = 4 + 5"),
    "two statements in a row": ("a = 1; b = (", "a = 1; z = 3; b = ("),
    "line ends": ("\n", "\r\n"),
    "nothing": ("zzz", ""),
    "another indentation": ("    size = 1;\n", "  size = 1\n"),
    "a tab": ("    def add(self, item):", "\tdef add(self, item):"),
    "an open bracket": ("size = 1;", "size = (1"),
    "an open string": ('"""A cart."""', '"""A cart.'),
    "a backslash in the end": ("    size = 1;\n", "    size = 1 \\\n"),
    "a backslash before nothing": ("    size = 1;\n", "    size = 1 \\\n\n    + 2\n"),
    "a backslash at the end of the file": ("    yield a\n", "    yield a\n\\\n"),
    "a form feed": ("    size = 1;\n", "\f    size = 1\n"),
    "a decorator without its function": ("    @property\n", "    @property\n    @\n"),
    "a bracketed decorator": ("    @property\n", "    @(\n    property)\n"),
    "a head without a body": ("            pass\n", ""),
    "a null byte": ("size", "si\0ze"),
    "a lone surrogate": ("size", "si\ud800ze"),
}


def whole(text: str) -> SourceFile | None:
    """What a parser says that reads everything; None where it refuses."""
    try:
        return parse("/shop.py", text)
    except SourceError:
        return None


def dumped(source: SourceFile) -> str:
    """A tree with the places of all nodes."""
    return ast.dump(source.tree, include_attributes=True)


def same(before: SourceFile, text: str) -> SourceFile | None:
    """The text read anew from what it was; it is what a whole reading makes of it, or nothing is said."""
    found, expected = rewritten(before, text), whole(text)
    if expected is None:
        assert found is None
    elif found is not None:
        assert dumped(found) == dumped(expected)
        assert (found.text, found.lines) == (expected.text, expected.lines)
    else:
        found = grafted(before, parse("/shop.py", text))
        assert dumped(found) == dumped(expected)
    return found or expected


@pytest.mark.parametrize("case", CASES)
def test_the_tree_is_that_of_a_whole_reading(case: str) -> None:
    """There and back again: whatever was written, and taken away."""
    old, new = CASES[case]
    before = parse("/shop.py", SHOP)
    there = same(before, SHOP.replace(old, new))
    back = same(there or parse("/shop.py", SHOP), SHOP)
    assert back is not None


def test_what_did_not_change_keeps_its_nodes() -> None:
    """A row more in one method: the other statements and methods are the same objects, on new rows."""
    before = parse("/shop.py", SHOP)
    imported, cart, _, _, _, last = before.tree.body[1:]
    assert isinstance(cart, ast.ClassDef)
    add, total, inner = cart.body[2:]
    row = last.lineno
    after = rewritten(before, SHOP.replace("            item\n", "            item,\n            1,\n"))
    assert after is not None
    written = after.tree.body[2]
    assert isinstance(written, ast.ClassDef)
    assert after.tree.body[1] is imported
    assert after.tree.body[6] is last
    assert last.lineno == row + 1
    assert written.body[2] is not add
    assert written.body[3:] == [total, inner]


def test_definitions_that_read_the_same_keep_their_nodes_between_many_changes() -> None:
    """The first method and the last function change, a row comes in, the order of two methods turns round."""
    before = parse("/shop.py", SHOP)
    cart = before.tree.body[2]
    assert isinstance(cart, ast.ClassDef)
    total, inner = cart.body[3:]
    add = "    def add(self, item):\n        return (\n            item\n        )\n\n"
    turned = SHOP.replace("yield a", "yield b").replace("import os", "import os\nimport re").replace(add, "")
    turned = turned.replace("    class Inner", f"{add}    class Inner").replace("size = 1", "size = 2")
    after = same(before, turned)
    assert after is not None
    written = after.tree.body[3]
    assert isinstance(written, ast.ClassDef)
    assert written is not cart
    assert [written.body[2], written.body[4]] == [total, inner]


@pytest.mark.parametrize("seed", range(4))
def test_random_edits(seed: int) -> None:
    """Any text becomes any other, row by row and letter by letter."""
    dice = random.Random(seed)
    original = text = Path(__file__).read_text(encoding="utf-8") if seed == 0 else SHOP * seed
    before, kept = parse("/shop.py", text), 0
    for number in range(100):
        lines = text.splitlines(keepends=True)
        at = dice.randrange(len(lines))
        if number % 5 == 0:
            text = original
        elif dice.random() < 0.5:
            pieces = ["    ", "(", "\\\n", ";", "'''", "class A:\n", "    x = 1;\n", "# \\\n", "@x\n", "else:\n", "é"]
            text = "".join([*lines[:at], dice.choice(pieces), *lines[at + dice.randrange(2) :]])
        else:
            place = dice.randrange(len(text))
            text = text[:place] + dice.choice("abc_(): \n") + text[place + dice.randrange(2) :]
        found = rewritten(before, text)
        kept += found is not None
        expected = whole(text)
        if found is None and expected is not None:
            found = grafted(before, parse("/shop.py", text))
        assert found is None or (expected is not None and dumped(found) == dumped(expected))
        before = found or before
    assert kept > 15
