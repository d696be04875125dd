"""What it costs to read Python with the parsers of the field, on the same files in the same run.

``python benchmarks/parsing.py PATH...`` prints microseconds of processor time a line, and the multiple of ``ast.parse``. Needs what
llmlint depends on (libcst, astroid); tree-sitter is measured where it is installed.
"""

from __future__ import annotations

import ast
import gc
import os
import sys
import time
from collections.abc import Callable, Iterator


def files(paths: list[str]) -> Iterator[str]:
    """The Python files below ``paths``."""
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, names, items in os.walk(path):
            names.sort()
            yield from (os.path.join(folder, item) for item in sorted(items) if item.endswith(".py"))


def readable(path: str) -> str | None:
    """The text of a file that parses."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        ast.parse(text)
    except (OSError, SyntaxError, ValueError):
        return None
    return text


def ways() -> Iterator[tuple[str, Callable[[str], object]]]:
    """Each way to read a file."""
    import astroid
    import libcst
    from libcst.metadata import MetadataWrapper, PositionProvider, QualifiedNameProvider

    yield "`ast.parse`", ast.parse
    yield "`ast.parse` and a walk", lambda text: [None for _ in ast.walk(ast.parse(text))]
    yield "astroid", lambda text: astroid.parse(text, apply_transforms=False)
    yield "libcst", libcst.parse_module
    yield (
        "libcst with positions",
        lambda text: MetadataWrapper(libcst.parse_module(text), unsafe_skip_copy=True).resolve(PositionProvider),
    )
    yield (
        "libcst with qualified names",
        lambda text: MetadataWrapper(libcst.parse_module(text), unsafe_skip_copy=True).resolve(QualifiedNameProvider),
    )


def main(paths: list[str]) -> int:
    """Measure and print a table."""
    texts = [text for path in files(paths) if (text := readable(path)) is not None]
    lines = sum(text.count("\n") for text in texts)
    if not lines:
        print("no Python files there", file=sys.stderr)
        return 2
    print(f"{len(texts)} files, {lines:,} lines, Python {sys.version_info.major}.{sys.version_info.minor}\n")
    print("| one parse of a file, with | µs a line | × `ast.parse` |\n|---|--:|--:|")
    base = 0.0
    gc.disable()
    for name, read in ways():
        started = time.process_time()
        for text in texts:
            read(text)
        spent = time.process_time() - started
        gc.collect()
        base = base or spent
        print(f"| {name} | {spent / lines * 1e6:.1f} | {spent / base:.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
