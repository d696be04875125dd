"""Reading Python files, and saying what is wrong with those that cannot be read."""

from __future__ import annotations

import codecs
import os
import pickle
import sys
import textwrap
from pathlib import Path

import pytest

from llmlint.project.late_error import compile_error, late_errors, repeated_keyword
from llmlint.project.source import MAX_BYTES, NewerSyntax, SourceError, decode, encoding_of, parse, read_source


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        ("x = 'é'\n".encode(), "x = 'é'\n"),
        (codecs.BOM_UTF8 + b"x = 1\r\n", "x = 1\r\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (
            b"#!/bin/python\r\n# vim: set fileencoding=cp1252 :\r\nx = '\x80'",
            "#!/bin/python\r\n# vim: set fileencoding=cp1252 :\r\nx = '€'",
        ),
        (b"x = 1\n# coding: nonsense\n", "x = 1\n# coding: nonsense\n"),
        (codecs.BOM_UTF8 + b"# coding: utf8\n", "# coding: utf8\n"),
        (b"\x0cx = 1\x0c\n", "\x0cx = 1\x0c\n"),
    ],
)
def test_bytes_are_decoded_as_python_does(data: bytes, text: str) -> None:
    """By byte order mark, coding cookie, else as UTF-8; line ends and form feeds stay."""
    assert decode(data) == text


@pytest.mark.parametrize(
    ("data", "row", "column", "message"),
    [
        (b"x = 1\ny = '\xff'\n", 2, 5, "not UTF-8 text: byte 0xff"),
        ("é = '".encode() + b"\xff'", 1, 5, "not UTF-8 text: byte 0xff"),
        (b"\x7fELF\x02\x01\0\0", 1, 6, "not text: it contains null bytes"),
        ("x = 1\n".encode("utf-16"), 1, 0, "the file is UTF-16, which Python does not read: save it as UTF-8"),
        (b"# coding: klingon\n", 1, 10, "unknown encoding 'klingon'"),
        (b"# coding: hex\n", 1, 10, "unknown encoding 'hex'"),
        (
            codecs.BOM_UTF8 + b"# coding: latin-1\n",
            1,
            10,
            "the byte order mark says UTF-8, the coding cookie 'latin-1'",
        ),
    ],
)
def test_bytes_that_are_no_text(data: bytes, row: int, column: int, message: str) -> None:
    """The place and the reason."""
    with pytest.raises(SourceError) as caught:
        decode(data)
    assert (caught.value.row, caught.value.column, str(caught.value)) == (row, column, message)


def test_the_encoding_is_known_for_writing_back() -> None:
    """With its byte order mark."""
    assert encoding_of(codecs.BOM_UTF8 + b"x") == "utf-8-sig"
    assert encoding_of(b"# coding: latin-1") == "iso8859-1"


@pytest.mark.parametrize(
    ("text", "row", "column", "message"),
    [
        ("def f(:\n    pass\n", 1, 6, "invalid syntax"),
        ("x = 'é' + ('a' b)\n", 1, 11, "invalid syntax. Perhaps you forgot a comma?"),
        ("def f():\n", 1, 8, "expected an indented block after function definition on line 1"),
        ("x = '", 1, 4, "unterminated string literal (detected at line 1)"),
        ("a = 1\r\nb = (\r\n", 2, 4, "'(' was never closed"),
        ("a = 1\nb = '\0'\n", 2, 5, "not text: it contains null bytes"),
        ("a = '\udc80'\n", 1, 5, "not text: it contains a lone surrogate"),
    ],
)
def test_text_that_does_not_parse(text: str, row: int, column: int, message: str) -> None:
    """Rows count from 1, columns from 0 in code points, both within the text."""
    with pytest.raises(SourceError) as caught:
        parse("/p/a.py", text)
    assert (caught.value.row, caught.value.column) == (row, column)
    assert message in str(caught.value)
    assert caught.value.newer is None


def test_mixed_indentation_is_reported_at_its_row() -> None:
    """Pythons differ about the column."""
    with pytest.raises(SourceError, match="inconsistent use of tabs and spaces") as caught:
        parse("/p/a.py", "if x:\n\ty\n        z\n")
    assert caught.value.row == 3


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + ")" * 5000,
        "(" * 90 + ")" * 91,
        "-" * 200_000 + "1",
        "x" + ".a" * 200_000,
        "+".join(["x"] * 100_000),
    ],
    ids=["brackets", "closed", "signs", "attributes", "sums"],
)
def test_endless_nesting_is_an_error_and_no_crash(text: str) -> None:
    """However deep, the reader answers."""
    with pytest.raises(SourceError):
        parse("/p/a.py", text)


def test_warnings_of_the_compiler_are_not_heard(recwarn: pytest.WarningsRecorder) -> None:
    """An invalid escape is not llmlint's business, not even under ``-W error``."""
    source = parse("/p/a.py", "x = '\\d'\nassert x is 'a'\nreturn\n")
    assert late_errors(source)
    assert not recwarn.list


def test_a_byte_order_mark_in_text_is_left_out() -> None:
    """Standard input may have kept it."""
    assert parse("-", "\ufeffx = 1\n").text == "x = 1\n"


def test_columns_are_code_points() -> None:
    """``ast`` counts bytes, an editor does not."""
    source = parse("/p/a.py", "é = 'ü'; call('é', b)\n")
    assert source.span(source.tree.body[1])[:4] == (1, 9, 1, 21)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads it")
@pytest.mark.parametrize(
    ("text", "newer"),
    [
        ("type Pair[T] = tuple[T, T]\n", (3, 12)),
        ("def first[T](items: list[T]) -> T: ...\n", (3, 12)),
        ("x = f'{names['a']}'\n", (3, 12)),
        ("x = f'{'a'}'\n", (3, 12)),
        ("x = f'{names[']']}'\n", (3, 12)),
        ("x = f'{'\\n'.join(names)}'\n", (3, 12)),
        ("x = f'{names # all\n}'\n", (3, 12)),
        ("x = 'a' f'{names['1a']}'\n", (3, 12)),
        ('x = f"""\n\n{names["""]"""]}"""\n', (3, 12)),
        ("class Box[T = int]: ...\n", (3, 13)),
        ("try: ...\nexcept ValueError, TypeError: ...\n", (3, 14)),
    ],
)
def test_newer_syntax_is_told_from_an_error(text: str, newer: tuple[int, int]) -> None:
    """What libcst reads and this Python does not, was written for a newer one."""
    with pytest.raises(NewerSyntax, match=f"needs Python ≥ {newer[0]}.{newer[1]} to be judged") as caught:
        parse("/p/a.py", text)
    assert caught.value.newer == newer
    assert pickle.loads(pickle.dumps(caught.value)).newer == newer


def test_newer_syntax_that_libcst_stumbles_over() -> None:
    """Not every t-string is read by it."""
    with pytest.raises(NewerSyntax):
        parse("a.py", 'x = call(t"select {a} "\n         rt"from {b}")\n', "test")
    with pytest.raises(SourceError) as caught:
        parse("a.py", 'x = call(t"select {a}" t"from {b}"\ny = 1\n', "test")
    assert caught.value.newer is None


def test_an_error_beside_newer_syntax_is_an_error() -> None:
    """No Python reads it."""
    with pytest.raises(SourceError) as caught:
        parse("/p/a.py", "type X = int\ndef f(:\n")
    assert caught.value.newer is None


LATE = {
    "await outside async": "def test():\n    await x\n",
    "await at the top": "await x\n",
    "await in a lambda": "async def f():\n    return lambda: await x\n",
    "async with outside async": "def test():\n    async with x: pass\n",
    "async for outside async": "def test():\n    async for x in y: pass\n",
    "return at the top": "if x:\n    return 1\n",
    "return in a class": "class A:\n    return 1\n",
    "yield at the top": "yield 1\n",
    "yield in a comprehension": "def f():\n    return [(yield x) for x in y]\n",
    "yield from in async": "async def f():\n    yield from x\n",
    "value returned from an async generator": "async def f():\n    yield 1\n    return 2\n",
    "break outside a loop": "def f():\n    break\n",
    "continue in an else": "for x in y: pass\nelse:\n    continue\n",
    "an argument twice": "def f(a, b, *, a): pass\n",
    "nonlocal of nothing": "def f():\n    nonlocal x\n",
    "global after use": "def f():\n    x = 1\n    global x\n",
    "a star import in a function": "def f():\n    from os import *\n",
    "a late future": "import os\nfrom __future__ import annotations\n",
    "an unknown future": "from __future__ import braces\n",
    "a bare except before another": "try: pass\nexcept: pass\nexcept A: pass\n",
    "two stars": "*a, *b = c\n",
    "a walrus in a comprehension": "[x := 1 for x in y]\n",
    "a name twice in a pattern": "match x:\n    case [a, a]: pass\n",
    "assignment to __debug__": "__debug__ = 1\n",
}


@pytest.mark.parametrize("text", LATE.values(), ids=LATE.keys())
def test_what_parses_and_does_not_compile_is_found(text: str) -> None:
    """Each in the words and at the row of Python's own compiler."""
    errors = late_errors(parse("/p/a.py", text))
    expected = compile_error(text)
    assert expected is not None
    assert [(error.row, error.column, str(error)) for error in errors] == [
        (expected.row, expected.column, str(expected))
    ]


def test_columns_of_late_errors_are_code_points() -> None:
    """The compiler, unlike the parser, counts bytes."""
    (error,) = late_errors(parse("/p/a.py", "def test():\n    é = 'ü', await x\n"))
    assert (error.row, error.column) == (2, 13)


SOUND = """
    from __future__ import annotations

    async def test():
        '''return, yield: await'''
        async with a as b:
            await b
        return [await c async for c in d]

    def g():
        while True:
            try:
                break
            finally:
                continue_ = 1
        yield from h
        return 1

    async def k():
        yield 1
        return

    class A:
        async def m(self, a, *b, c, **d):
            def inner(a): return a
            return await inner(1)
    """


def test_what_compiles_is_left_alone() -> None:
    """Nothing is found where nothing is."""
    assert late_errors(parse("/p/a.py", textwrap.dedent(SOUND))) == ()


def test_a_keyword_given_twice_is_seen_by_who_visits_calls() -> None:
    """The parser lets it pass."""
    call = parse("/p/a.py", "f(a=1, **b, **c, a=2)\n").tree.body[0].value  # type: ignore[attr-defined]
    repeated = repeated_keyword(call)
    assert repeated is call.keywords[3]
    call.keywords.pop()
    assert repeated_keyword(call) is None


def test_files_that_cannot_be_read_are_errors(tmp_path: Path) -> None:
    """Missing, a folder, a pipe, too large."""
    os.mkfifo(tmp_path / "pipe.py")
    with (tmp_path / "large.py").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    reasons = []
    for name in ("missing.py", "", "pipe.py", "large.py"):
        with pytest.raises(SourceError) as caught:
            read_source(str(tmp_path / name))
        reasons.append(str(caught.value).partition(":")[0])
    assert reasons == ["cannot be read", "not a regular file", "not a regular file", "too large to be judged"]
