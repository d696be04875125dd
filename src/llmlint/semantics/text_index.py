"""What the text of many files says of names: who stores them, which classes inherit from which. Read once, asked often.

A text match too many only keeps a finding back; so expressions over text serve where walking every tree of a project would
cost more than all the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

# Each begins with a literal, which is what makes searching fast; what must not stand before it is looked at afterwards.
_STORE = re.compile(r"\.(\w+)[ \t]*(?::[^=\n]{1,80})?(?:[-+*/|&]|//|\*\*)?=(?!=)")
_BOUND = re.compile(r"\bas\s+[\w.]+\.(\w+)\s*[:,)]|\bfor\s+[\w.]+\.(\w+)\s*(?:,|\bin\b)")
_TUPLE = re.compile(r"\.(\w+)[ \t]*,[^=\n]*=(?!=)")
PLAIN_STORE = re.compile(r"\.(\w+)\s*=(?!=)")
"""An attribute that a plain assignment stores."""
_SELF = re.compile(r"\b(?:self|cls)$")
_ON_SELF = re.compile(r"\bself\.(\w+)[ \t]*(?::[^=\n]{1,80})?=(?!=)")
_SELF_TUPLE = re.compile(r"\bself\.(\w+)(?=[ \t]*,[^=\n]*=(?!=))")
_FUNCTION = re.compile(r"^(?:async[ \t]+)?def[ \t]+\w+", re.MULTILINE)
_TAKES_SELF = re.compile(r"(?:async[ \t]+)?def[ \t]+\w+\(\s*self\b")
_BINDS_SELF = re.compile(r"^[ \t]+self[ \t]*(?:,[^=\n]*)?=(?!=)", re.MULTILINE)
_OUTSIDE = re.compile(r"\n[^\s#)]")
_SETATTR = re.compile(r"""setattr(?:__)?\((?:[^()]|\([^()]*\))*?["'](\w+)["']""")
_ASKED = re.compile(r"""\b(?:get|has)attr\((?:[^()]|\([^()]*\))*?,\s*["'](\w+)["']""")
COMPUTED = re.compile(
    r"""(?<!\.)\bsetattr\(\s*(?!self\s*,|cls\s*,)[\w.()\[\]]+\s*,\s*(?![\s"']|_*[A-Z][A-Z0-9_]*\s*,)"""
)
"""``setattr`` with a computed name on something that is not ``self``; a constant's is none: it stands as a string somewhere."""
_SPELT = re.compile(r"""\bsetattr\(\s*(?:(?:[^()\[\],"']|\([^()]*\)|\[[^\[\]]*\])+,\s*)?["'][\w.]+["']\s*,""")
"""``setattr`` with a name that is written there, ``monkeypatch``'s with a path included."""
_PART_OF_SELF = re.compile(r"setattr\(\s*(?:self|cls)(?:\.\w+)*\.(\w+)\s*,")
_RETURNED = re.compile(r"\)[ \t]*->[ \t]*[^:\n]+:|(?s:\"\"\".*?\"\"\")")
"""What a function is annotated to return, and its docstring."""
_WORD = re.compile(r"\w+")
_DEF = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)
_STATEMENT = re.compile(r"(?:async[ \t]+)?(?:def|class)[ \t]|@\w")
_STRING = re.compile(r"""["'](\w+)["']""")
_CLASS = re.compile(r"^[ \t]*class\s+(\w+)\s*(?:\[[^\]]*\])?\s*\(([^)]*)\)", re.MULTILINE)
_MADE = re.compile(r"\b(?:type|new_class)\(\s*(?:[^(),\n]|\([^()\n]*\))+,\s*\(([^()]*)\)")
"""A class that a call makes, and its bases."""
_IMPORT = re.compile(r"^([ \t]*)(?:import|from)[ \t]+(\w+)", re.MULTILINE)
_IMPORTING = re.compile(
    r"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]*(?:\([^)]*\)|[^\n]*)|import[ \t]+[^\n]*)", re.MULTILINE
)
_DOTTED = re.compile(r"""["'](?:\w+\.)*(\w+)["']""")
_ALIAS = re.compile(r" as (\w+)")
_LAST_WORD = re.compile(r"(\w+)\s*$")
_MENTION = re.compile(r"""\.(\w+)\b|["'](\w+)["']""")
_NAMES = re.compile(r"[\w.]+")

_WIDE = re.compile(r"[^\W\x00-\xff]")
"""A character of a word that takes more than a byte."""


def narrowed(text: str) -> str:
    """A text with the same words in the same places, a byte a character where that can be: one arrow or emoji makes Python take two or
    four for each character of a file, and all files of a project are kept."""
    if text.isascii() or _WIDE.search(text):
        return text
    return text.encode("latin-1", "replace").decode("latin-1")


class TextIndex:
    """An index of texts by path. Every part is built when it is first asked for."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts
        self._looked_up: dict[tuple[str, str], bool] = {}

    @cached_property
    def stored(self) -> frozenset[str]:
        """Names of attributes that are stored on anything but ``self`` and ``cls``, or named in ``setattr``."""
        found: set[str] = set()
        for text in self.texts.values():
            for pattern in (_STORE, _TUPLE):
                found.update(not_on_itself(pattern, text))
            for start, end in _called_self(text):
                found.update(_ON_SELF.findall(text, start, end))
                found.update(_SELF_TUPLE.findall(text, start, end))
            if " as " in text or "for " in text:
                found.update(entered or looped for entered, looped in _BOUND.findall(text))
            if "setattr" in text:
                found.update(_SETATTR.findall(text))
        return frozenset(found)

    @cached_property
    def computed(self) -> frozenset[str]:
        """Strings in files that call ``setattr`` with a name that is not written there: names that may be set by computation."""
        found: set[str] = set()
        for text in self.texts.values():
            if "setattr(" in text and text.count("setattr(") > len(_SPELT.findall(text)):
                found.update(_STRING.findall(text))
        return frozenset(found)

    @cached_property
    def asked(self) -> frozenset[str]:
        """Names that ``getattr`` and ``hasattr`` ask for: what has them is not said."""
        return frozenset(name for text in self.texts.values() if "attr(" in text for name in _ASKED.findall(text))

    @cached_property
    def set_on(self) -> frozenset[str]:
        """Names of what code may set attributes on by computed names: classes among them, and what their instances are made by.

        They stand in the function that calls ``setattr`` (or the statement, outside of functions), or are handed by name to one
        that does.
        """
        words: set[str] = set()
        functions: set[str] = set()
        for text in self.texts.values():
            if "setattr(" not in text:
                continue
            for match in COMPUTED.finditer(text):
                block, names = _around(text, match.start())
                part = _PART_OF_SELF.match(text, match.start())
                if part is not None:
                    block = _RETURNED.sub("", block)  # what the method gives is hardly what it holds
                    made = re.compile(rf"\b{part[1]}\b[^\n=]*=(?!=)([^\n]*)|\b{part[1]}:([^\n=]*)")
                    words.update(_WORD.findall(" ".join("".join(one) for one in made.findall(text))))
                words.update(_WORD.findall(block))
                functions.update(name for name in names if not name.startswith("__"))
        if functions:
            calls = re.compile(rf"\b(?:{'|'.join(sorted(functions))})\(([^()]+)")
            for text in self.texts.values():
                for arguments in calls.findall(text):
                    words.update(_WORD.findall(arguments))
        return frozenset(words)

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Names that stand as an attribute or a string anywhere."""
        found: set[str] = set()
        for text in self.texts.values():
            for attribute, string in _MENTION.findall(text):
                found.add(attribute or string)
        return frozenset(found)

    @cached_property
    def imported(self) -> frozenset[str]:
        """The top-level modules that are imported anywhere."""
        return frozenset(name for text in self.texts.values() for _, name in _IMPORT.findall(text))

    @cached_property
    def imported_inside(self) -> frozenset[str]:
        """The top-level modules that an indented statement imports: under a condition, or in a function."""
        return frozenset(name for text in self.texts.values() for indent, name in _IMPORT.findall(text) if indent)

    @cached_property
    def module_names(self) -> frozenset[str]:
        """The words of all import statements, and the last parts of dotted names in strings that name plugins."""
        found: set[str] = set()
        for text in self.texts.values():
            for statement in _IMPORTING.findall(text):
                found.update(_WORD.findall(statement))
            if "pytest_plugins" in text:
                found.update(_DOTTED.findall(text))
        return frozenset(found)

    @cached_property
    def subclasses(self) -> dict[str, list[tuple[str, str, int]]]:
        """By the last part of a base's name: (class, path, number of bases) of the classes that name it."""
        found: dict[str, list[tuple[str, str, int]]] = {}
        for path, text in self.texts.items():
            for match in _CLASS.finditer(text):
                bases = match.group(2)
                for base in _NAMES.findall(bases):
                    found.setdefault(base.rpartition(".")[2], []).append((match.group(1), path, bases.count(",") + 1))
        return found

    @cached_property
    def bases_of_made(self) -> frozenset[str]:
        """The last parts of the names of what classes inherit from that calls make: ``type("Copper", (Coin, Metal), members)``."""
        bases = (bases for text in self.texts.values() for bases in _MADE.findall(text))
        return frozenset(base.rpartition(".")[2] for names in bases for base in _NAMES.findall(names))

    @cached_property
    def aliases(self) -> dict[str, frozenset[str]]:
        """Other names that something is imported under (``X as Y``)."""
        found: dict[str, set[str]] = {}
        for text in self.texts.values():
            for match in _ALIAS.finditer(text):
                word = _LAST_WORD.search(text, max(0, match.start() - 80), match.start())
                if word is not None and word.group(1) != match.group(1):
                    found.setdefault(word.group(1), set()).add(match.group(1))
        return {name: frozenset(aliases) for name, aliases in found.items()}

    def defines(self, path: str, cls: str, name: str) -> bool:
        """Whether a class of that name in the file binds ``name`` in a way that gives it to the class or its instances: ``def``,
        an assignment, an annotation."""
        text = self.texts.get(path, "")
        if name not in text:
            return False
        pattern = _defining(name)
        return any(pattern.search(text, *block) for block in _classes(text, cls))

    def looks_up(self, module: str, name: str) -> bool:
        """Whether a module is asked for a name when the program runs: by an attribute, ``getattr``, an import in a function.

        Args:
            module: The last part of the module's name.
            name: What is asked for.
        """
        found = self._looked_up.get((module, name))
        if found is None:
            found = self._looked_up[module, name] = any(
                name in text and _looks_up(text, module, name) for text in self.texts.values()
            )
        return found


@lru_cache(256)
def _defining(name: str) -> re.Pattern[str]:
    """What gives a class, or its instances, a name."""
    word = re.escape(name)
    return re.compile(
        rf"\b(?:def|class|import|as|for) {word}\b|\b{word}[ \t]*(?::[^=\n]+)?=(?!=)|^[ \t]+{word}[ \t]*:"
        rf"|\b{word}[ \t]*[,)][^=\n]*=(?!=)",
        re.MULTILINE,
    )


def not_on_itself(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """The names that the pattern finds (in its first group) on anything but ``self`` and ``cls``."""
    for match in pattern.finditer(text):
        if not _SELF.search(text, max(0, match.start() - 5), match.start()):
            yield match.group(1)


def _called_self(text: str) -> Iterator[tuple[int, int]]:
    """Where the functions stand that belong to no class and call ``self`` what they are handed, or what those in them are handed."""
    if "self." not in text:
        return
    for match in _FUNCTION.finditer(text):
        outside = _OUTSIDE.search(text, match.end())
        end = outside.start() if outside is not None else len(text)
        if text.find("self.", match.end(), end) >= 0:
            own = _TAKES_SELF.match(text, match.start()) or _BINDS_SELF.search(text, match.end(), end)
            if own or text.find("class ", match.end(), end) < 0:
                yield match.end(), end


def _looks_up(text: str, module: str, name: str) -> bool:
    last, word = re.escape(module), re.escape(name)
    if "getattr(" in text and re.search(rf"getattr\([^)\n]*[\"']{word}[\"']", text):
        return True
    if module not in text:
        return False
    names = {module, *re.findall(rf"\b{last}\s+as\s+(\w+)", text)}
    for match in re.finditer(rf"\.{word}\b", text):
        owner = _LAST_WORD.search(text, max(0, match.start() - 80), match.start())
        if owner is not None and owner[1] in names:
            return True
    imported = rf"^[ \t]+from\s+[\w.]*\b{last}\s+import\b(?:[^#\n(]*\b{word}\b|\s*\([^)]*\b{word}\b)"
    return re.search(imported, text, re.MULTILINE) is not None


def _classes(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Where the statements of the classes of that name begin and end."""
    if f"class {name}" not in text:
        return
    for match in re.finditer(rf"^[ \t]*class[ \t]+{re.escape(name)}\b", text, re.MULTILINE):
        start = match.start()
        indent = _indent(text, start)
        end = text.find("\n", match.end())
        while end >= 0:
            row = end + 1
            depth = _indent(text, row)
            if depth <= indent and _STATEMENT.match(text, row + depth):
                break  # another line that stands as far out may be one of a string
            end = text.find("\n", row)
        yield start, end if end >= 0 else len(text)


def _around(text: str, position: int) -> tuple[str, list[str]]:
    """The text of the innermost function (or top-level statement) around a position, and the names of all around it."""
    start = text.rfind("\n", 0, position) + 1
    names: list[str] = []
    block = start
    depth = _indent(text, start)
    at = start
    while depth and at:
        at = text.rfind("\n", 0, at - 1) + 1
        indent = _indent(text, at)
        if text[at : at + 1] == "\n" or indent >= depth or text[at + indent : at + indent + 1] in "#)]}":
            continue
        depth = indent
        match = _DEF.match(text, at)
        if match is not None:
            if not names:
                block = at
            names.append(match.group(1))
    if not names:
        block = at
    inside = _indent(text, block)
    end = text.find("\n", position)
    while end >= 0:
        row = end + 1
        if text[row : row + 1] not in ("\n", "") and _indent(text, row) <= inside:
            break
        end = text.find("\n", row)
    return text[block : end if end >= 0 else len(text)], names


def _indent(text: str, start: int) -> int:
    """How many blanks a line begins with."""
    at = start
    while text[at : at + 1] in (" ", "\t"):
        at += 1
    return at - start
