"""The entry in pre-commit's configuration."""

from __future__ import annotations

import os
import re

from llmlint.onboarding.part import Part, line_end, read
from llmlint.onboarding.texts import PRE_COMMIT_ITEM
from llmlint.project.project import TEST_FILES, Project

_COMMENT = re.compile(r"(^|\s)#.*")
_MENTION = re.compile(r"(?<![\w-])llmlint(?![\w/\\]|\.(?!git\b))")
"""As a command, a hook or a repository; not as a folder or a file."""
_ONLY_PATHS = re.compile(r"\s*(-\s+)?(exclude|files)\s*:")
_REPOS = re.compile(r"""(["']?)repos\1\s*:\s*(&[\w-]+)?\s*(\#.*)?""")


def pre_commit(name: str, project: Project, top: str) -> Part:
    """The entry, in the folder of the repository.

    Raises:
        Unreadable: the configuration cannot be read.
    """
    path = os.path.join(top, ".pre-commit-config.yaml")
    before = read(path)
    item = PRE_COMMIT_ITEM.replace("PATTERN", _pattern(project.pytest.python_files))
    if before is None:
        return Part(name, path, None, f"repos:\n{_indented(item, '  ')}")
    if any(_MENTION.search(_COMMENT.sub("", line)) for line in before.split("\n") if not _ONLY_PATHS.match(line)):
        return Part(name, path)
    after = _with_item(before, item)
    if after is None:
        return Part(name, path, before, why_not="it cannot be extended; add to its repos", by_hand=item)
    return Part(name, path, before, after)


def _pattern(globs: tuple[str, ...]) -> str:
    """What pre-commit's ``files`` says for pytest's ``python_files``, and for the conftests."""
    names = ["test_[^/]*", "[^/]*_tests?", "tests", "conftest"]
    names += [
        re.escape(glob.removesuffix(".py")).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
        for glob in globs
        if glob not in TEST_FILES and glob.endswith(".py") and "[" not in glob
    ]
    return rf"(^|/)({'|'.join(dict.fromkeys(names))})\.pyi?$"


def _with_item(text: str, item: str) -> str | None:
    """The file with one more item at the end of ``repos``, every other line as it was; None where that is not a plain block list."""
    end = line_end(text)
    lines = text.split("\n")  # and at nothing else: what YAML takes for a line end besides stays where it is
    plain = [line.rstrip("\r").removeprefix("\ufeff") for line in lines]
    if all(not line.strip() or line.startswith(("#", "---")) for line in plain):
        gap = "" if not text or text.endswith("\n") else end
        return text + gap + ("repos:\n" + _indented(item, "  ")).replace("\n", end)
    start = next((index for index, line in enumerate(plain) if _REPOS.fullmatch(line)), None)
    if start is None:
        return None
    stop, indent = start + 1, None
    for index in range(start + 1, len(plain)):
        line = plain[index]
        if not line.strip():
            continue
        if indent is None:
            if line.lstrip().startswith("#"):
                continue
            first = re.match(r"( *)-(\s|$)", line)
            if first is None:
                return None
            indent = first[1]
        elif not re.match(rf"{indent}( |-(\s|$))", line):
            if line.lstrip().startswith("#"):
                continue
            break
        stop = index + 1
    if indent is None or any("\t" in line for line in plain[start:stop]):
        return None
    added = _indented(item, indent).replace("\n", end)
    head, tail = "\n".join(lines[:stop]), "\n".join(lines[stop:])
    if stop == len(lines):  # the last line of the file does not end
        return f"{head}{end}{added}"
    return f"{head}\n{added}{tail}"


def _indented(text: str, indent: str) -> str:
    return "".join(f"{indent}{line}\n" for line in text.splitlines())
