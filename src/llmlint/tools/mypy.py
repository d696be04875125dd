"""mypy, shown what tests mean: copies of the tests for it, its findings back in the tests' columns."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from llmlint.model.diagnostic import Diagnostic, Edit, Severity
from llmlint.model.position import Span
from llmlint.model.record import record
from llmlint.model.result import Shadow
from llmlint.project.project import Project
from llmlint.project.source import SourceError, read_text
from llmlint.tools.arguments import write_whole
from llmlint.tools.child import Child, Ended, ToolError, one_line
from llmlint.tools.contract_path import contract_folder
from llmlint.tools.module_names import NamedFiles, named_files
from llmlint.tools.mypy_columns import code_point_column
from llmlint.tools.mypy_launch import Launcher
from llmlint.tools.mypy_settings import read_mypy_settings
from llmlint.tools.places import Texts, inside
from llmlint.tools.report import ToolReport
from llmlint.tools.shadow import original_place, shadowed

ANNOTATIONS = frozenset({"no-untyped-def", "no-untyped-call", "untyped-decorator", "var-annotated"})
"""What mypy says of annotations that a test lacks. Nobody annotates tests, and nothing is wrong with them for it."""

_UNTYPED_DECORATOR = "Untyped decorator makes function"

_WHAT_RAISES = frozenset(
    {
        "arg-type", "call-arg", "call-overload", "attr-defined", "union-attr", "index", "operator", "abstract", "misc", "typeddict-item",
        "typeddict-unknown-key", "list-item", "dict-item", "assignment", "func-returns-value", "type-var", "comparison-overlap",
        "not-callable", "unreachable",
    }
)  # fmt: skip
"""What may be just what ``raises`` expects."""

_STRONG = frozenset(
    {"arg-type", "call-arg", "call-overload", "return-value", "list-item", "dict-item", "comparison-overlap", "syntax"}
)
"""What is seldom meant in a test that nobody wrote for a type checker. Attributes that tests give to objects, imports that may
fail, functions that are put in the place of others are the rest."""

_REPLACED = re.compile(
    r"""("Callable\[|"def |"overloaded function|overloaded function|"Overload).*has no attribute """
    r""""(assert_\w+|return_value|side_effect|call_count|call_args|call_args_list|called|mock_calls|method_calls|await\w+|reset_mock|configure_mock|mock_add_spec|attach_mock)\""""
)
"""mypy on a function that the test has replaced by a mock."""

_HINT = "Hint: "

_WORD = re.compile(r"""\w+(?:\.\w+)*|"[^"]*"|'[^']*'""")

_FATAL = 2

_ROUNDS = 3
"""How often it is begun anew without what it cannot parse."""

_STOP = re.compile(r"(?P<path>.+?):(?P<row>\d+):[\d:]* error: (?P<message>.*?)\s*\[syntax\]\s*$")


@record
class _Run:
    """What was handed to mypy."""

    child: Child
    named: NamedFiles
    shadows: Mapping[str, Shadow]
    texts: Mapping[str, str]
    """What mypy read of each file."""
    unfit: frozenset[str]
    broken: frozenset[str]


class Mypy:
    """One run over the files of a project: first what they import, then, when it is known what they mean, the files."""

    def __init__(self, project: Project, files: Sequence[str], folder: str) -> None:
        """Has mypy loaded. It reads nothing yet.

        Args:
            project: Whose settings hold.
            files: What is checked: absolute paths of ``.py`` files.
            folder: Where it may write.

        Raises:
            ToolError: mypy, or its settings, cannot be used.
        """
        self._project = project
        self._files = tuple(path for path in files if path.endswith(".py"))
        self._folder = os.path.join(folder, "mypy")
        self._settings = read_mypy_settings(project)
        self.settings_file = self._settings.file
        self._launcher = Launcher(project, self._settings, self._folder)
        self._run: _Run | None = None
        if self._files:
            self._launcher.load()

    def look_ahead(self) -> None:
        """Begins with what the files import, where mypy has not seen it yet."""
        if self._files:
            self._launcher.look_ahead(self._files)

    def end(self) -> None:
        """Ends it early."""
        if self._run is not None:
            self._run.child.end()
        self._launcher.end()

    def check(self, shadows: Mapping[str, Shadow], unfit: Collection[str], broken: Collection[str]) -> None:
        """Has it go on with the files, when what they import was looked at.

        Args:
            shadows: What there is to tell of files, by path.
            unfit: Contracts that do not parse or leave out what the program has: mypy is not shown them.
            broken: Files that do not parse, which would end its run.

        Raises:
            ToolError: it cannot be started.
        """
        shown = shadows if self._project.settings.deep_check else {}
        self._begin(shown, frozenset(unfit), frozenset(broken))

    def _begin(self, shadows: Mapping[str, Shadow], unfit: frozenset[str], broken: frozenset[str]) -> None:
        files = [path for path in self._files if path not in broken]
        if not files:
            return
        texts = {path: _text(path) for path in files}
        copies = {path: shadowed(texts[path], shadows[path]) for path in files if path in shadows}
        named = named_files(files, self._project, self._folder, {**texts, **copies})
        twins = {original: copy for copy, original in named.originals.items()}
        arguments = []
        for path, text in copies.items():
            if path not in twins:
                copy = self._write_copy(path, text)
                arguments += ["--shadow-file", path, copy]
        contracts = [folder] if (folder := contract_folder(self._project, unfit, self._folder)) else []
        child = self._launcher.run(arguments, named.paths, contracts)
        self._run = _Run(child, named, shadows, {**texts, **copies}, unfit, broken)

    def collect(self, texts: Texts) -> ToolReport:
        """What it found, once it has ended.

        Raises:
            ToolError: it failed.
        """
        report = ToolReport("mypy")
        if self._settings.plugins and not self._project.settings.trust_plugins:
            names = ", ".join(self._settings.plugins)
            report.notices.append(f"mypy's plugins are code and left out (trust-plugins = true loads them): {names}")
        if ignored := sum(map(self._settings.ignores, self._files)):
            report.notices.append(
                f"mypy's settings ignore errors in {ignored} of {len(self._files)} files (ignore_errors)"
            )
        if self._run is None:
            return report
        ended = self._run.child.wait()
        for _ in range(_ROUNDS):
            stops = self._stops(ended)
            if not stops:
                break
            # An older mypy ends at the first file that it cannot parse. It goes on without it.
            report.diagnostics += stops
            unfit = {os.path.realpath(one.path) for one in stops if one.path not in self._files}
            broken = {one.path for one in stops if one.path in self._files}
            run = self._run
            self._begin(run.shadows, run.unfit | unfit, run.broken | broken)
            ended = self._run.child.wait()
        asked = set(self._files)
        report.diagnostics = [one for one in report.diagnostics if one.path in asked]
        records = _records(ended)
        report.notices += _complaints(ended, self.settings_file)
        elsewhere: set[tuple[str, int, str]] = set()
        last: Diagnostic | None = None
        for one in records:
            path = os.path.normpath(os.path.join(self._project.base or self._project.root, one["file"]))
            path = self._run.named.originals.get(path, path)
            if one["severity"] == "note":
                if last is not None and (last.path, last.span.row) == (path, one["line"]):
                    last = report.diagnostics[-1] = _noted(last, one["message"])
                continue
            last = None
            if path not in asked:
                elsewhere.add((path, one["line"], one["message"]))
                continue
            found = self._diagnostic(one, path, texts)
            if found is not None:
                report.diagnostics.append(found)
                last = found
        report.diagnostics = _with_hints(report.diagnostics)
        if elsewhere:
            hidden, files = len(elsewhere), len({path for path, _, _ in elsewhere})
            report.notices.append(
                f"mypy: {hidden} finding{'s' * (hidden > 1)} in {files} file{'s' * (files > 1)} that the tests import are not shown"
            )
        return report

    def _stops(self, ended: Ended) -> list[Diagnostic]:
        """What ended the run: files of ours, or contracts, that mypy cannot parse."""
        if ended.code < _FATAL or self._run is None:
            return []
        found = []
        contracts = os.path.join(self._folder, "contracts") + os.sep
        for line in (*ended.out.splitlines(), *ended.err.splitlines()):
            match = _STOP.match(line)
            if match is None:
                continue
            path = os.path.normpath(os.path.join(self._project.base or self._project.root, match["path"]))
            path = self._run.named.originals.get(path, path)
            if path not in self._files and not path.startswith(contracts):
                return []
            row = int(match["row"])
            message = one_line(match["message"])
            found.append(Diagnostic(path, Span(row, 0, row, 0), "syntax", "syntax", "error", message, source="mypy"))
        return found

    def _write_copy(self, path: str, text: str) -> str:
        folder = self._project.base or self._project.root
        inner = os.path.relpath(path, folder)
        if inner.startswith(os.pardir):
            inner = path.lstrip(os.sep).replace(":", "")
        copy = os.path.join(self._folder, "shadows", inner)
        if not os.path.isfile(copy) or _text(copy) != text:
            write_whole(copy, text.encode(errors="surrogateescape"))
        return copy

    # -- reading ---------------------------------------------------------------------------------------------------------

    def _diagnostic(self, record: dict[str, Any], path: str, texts: Texts) -> Diagnostic | None:
        assert self._run is not None
        code = record["code"] or "misc"
        message = one_line(record["message"])
        if code in ANNOTATIONS or message.startswith(_UNTYPED_DECORATOR):
            return None
        shadow = self._run.shadows.get(path, Shadow())
        row = max(record["line"], 1)
        lines = texts.lines(path)
        if row > max(len(lines), 1):
            return None  # what a shadow imports for itself
        if code == "unused-ignore" and any(edit.span.row == row for edit in shadow.edits):
            return None  # the shadow took away what was ignored
        if code in _WHAT_RAISES and any(first <= row <= end for first, end in shadow.probes):
            return None  # the test says itself that this fails
        if code in ("import-not-found", "import-untyped") and path in self._run.named.originals.values():
            return None  # a copy stands elsewhere
        span = _span(record, row, shadow.edits, self._run.texts.get(path, ""), lines)
        if span is None:
            return None
        if code == "attr-defined" and _REPLACED.match(message):
            return None  # the test has put a mock in the place of the function
        hint = record.get("hint")
        return Diagnostic(
            path=path,
            span=span,
            code=code,
            name=code,
            severity=self._severity(code, message, path),
            message=_plain(message),
            source="mypy",
            url=f"https://mypy.readthedocs.io/en/stable/_refs.html#code-{code}",
            notes=tuple(_plain(one_line(line)) for line in (hint or "").splitlines() if not _is_reference(line)),
        )

    def _severity(self, code: str, message: str, path: str) -> Severity:
        """An error where the project's own run of mypy would fail; else as certain as mypy is about code that nobody typed."""
        if self._settings.covers(path):
            return "error"
        # Values of several types in one literal are an `object` to mypy, whatever they are.
        return "warning" if code in _STRONG and 'incompatible type "object"' not in message else "info"


def _text(path: str) -> str:
    try:
        return read_text(path)
    except SourceError:
        return ""


def _records(ended: Ended) -> list[dict[str, Any]]:
    records, others = [], []
    for line in ended.out.splitlines():
        try:
            record = json.loads(line)
            record["file"], record["line"], record["column"], record["message"], record["severity"]
            record.setdefault("code", None)
            records.append(record)
        except (ValueError, TypeError, KeyError):
            if line.strip():
                others.append(line)
    if ended.code >= _FATAL or (not records and (others or ended.code)):
        told = [f"{record['file']}:{record['line']}: {record['message']}" for record in records[:3]]
        words = one_line("\n".join([*told, *ended.err.splitlines()[-12:], *others[-12:]])) or "it does not say why"
        raise ToolError(f"mypy ended with code {ended.code}: {words}")
    return records


def _complaints(ended: Ended, settings_file: str | None) -> Iterator[str]:
    """What it says on the side, of its settings mostly, as plain text."""
    for line in ended.err.splitlines():
        words = line.strip()
        if (
            not words
            or words.startswith(("Warning: unused section", "Success", "Found "))
            or "note: unused section" in words
        ):
            continue
        if re.match(r"\S*mypy\.ini: \[", words) and "Python 3." not in words:
            place = settings_file or "its settings"
            raise ToolError(f"mypy's settings are not what it takes: {place}: {one_line(words.split(': ', 1)[1])}")
        # That mypy has given up an old Python says nothing of the tests.
        yield f"mypy: {one_line(words.rpartition('mypy.ini: ')[2], 200)}"


def _span(record: dict[str, Any], row: int, edits: Sequence[Edit], text: str, lines: Sequence[str]) -> Span | None:
    """The place in the original; None for what only the shadow has."""
    shown = text.split("\n") if text else lines
    line = shown[row - 1] if row <= len(shown) else ""
    start = original_place(edits, row, code_point_column(line, max(record["column"], 0)))
    end_row, end_column = record.get("end_line") or row, record.get("end_column")
    if end_column is None or end_row < row:
        # An older mypy tells where a fault begins: it is shown on the word or literal there.
        word = _WORD.match(line, max(record["column"], 0)) if line.isascii() else None
        end_row, end_column = row, record["column"] + (len(word[0]) if word else 1)
    end_line = shown[end_row - 1] if end_row <= len(shown) else ""
    end = original_place(edits, end_row, code_point_column(end_line, max(end_column, 0)))
    if start.inserted and end.inserted and start.column == end.column and end_row == row:
        return None
    return inside(Span(row, start.column, end_row, end.column), lines)


def _noted(diagnostic: Diagnostic, note: str) -> Diagnostic:
    if _is_reference(note):
        return diagnostic
    return replace(diagnostic, notes=(*diagnostic.notes, _plain(one_line(note))))


def _with_hints(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """What mypy hints at once a run, wherever it came upon that first, with the first finding that it is about by its place."""
    hints = {one.message: note for one in diagnostics for note in one.notes if note.startswith(_HINT)}
    if not hints:
        return list(diagnostics)
    found = []
    first = {one.message: one for one in sorted(diagnostics, key=lambda one: (one.path, one.span), reverse=True)}
    for one in diagnostics:
        notes = tuple(note for note in one.notes if not note.startswith(_HINT))
        if one.message in hints and first[one.message] is one:
            notes = (*notes, hints[one.message])
        found.append(replace(one, notes=notes))
    return found


def _is_reference(note: str) -> bool:
    """A page to be read, or a command, which mypy names once a run, wherever that happens to be."""
    return note.startswith(("See https://", '(or run "mypy --install-types"'))


def _plain(message: str) -> str:
    """A message without the private names under which a shadow knows a type."""
    message = re.sub(r"\b_llmlint_mock_\w+", "mock", message).replace('"__call__" of "ClassMock"', "the mocked class")
    message = re.sub(r'"__call__" of "(?:Async)?Method"', "the mocked method", message)
    message = re.sub(r' of "(?:(?:Async)?Method|ClassMock)"', "", message)
    return re.sub(r"\b_llmlint_\w+\.", "", message)
