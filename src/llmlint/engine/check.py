"""The one funnel: nothing else runs a rule."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from llmlint.engine.dispatch import Crash, Dispatcher, Found
from llmlint.engine.globs import matcher
from llmlint.engine.overlaps import own_overlaps, told_once
from llmlint.engine.pages import Page
from llmlint.engine.registry import load_rules
from llmlint.engine.remedies import FileRemedies, Remedies
from llmlint.engine.selection import Selection, keeps, matches
from llmlint.engine.severities import Severities
from llmlint.engine.suppressions import Suppressions, read_suppressions
from llmlint.engine.watch import Watch
from llmlint.model.diagnostic import Anchor, Diagnostic, Finding
from llmlint.model.position import Span
from llmlint.model.result import FileResult, RecordedUse, Recurring, Shadow, UnresolvedUse
from llmlint.project.late_error import compile_error, late_errors
from llmlint.project.project import Project
from llmlint.project.rewriting import grafted, rewritten
from llmlint.project.source import NewerSyntax, Role, SourceError, SourceFile, decode, parse, read_text, split_lines
from llmlint.semantics.analysis import Analysis, Analyzer
from llmlint.semantics.nouns import ContractProblem

if TYPE_CHECKING:
    from llmlint.semantics.standing import Standing
    from llmlint.semantics.world import World

_PROSE = frozenset({"LLM503", "LLM504"})
"""The rules about the docstrings of contracts; without them nobody need read those."""
_OF_CODE = re.compile(r"LLM[12]\d\d")
"""The families about what a file uses: what is data for tests uses nothing."""
_OF_IMPORTS = frozenset({"LLM201", "LLM202"})
"""What a program among the tests cannot even start with, where it is the project's own."""
_HOLDING = ("body", "orelse", "finalbody", "handlers", "cases")
"""Fields of statements that hold statements, handlers or cases."""
_START = Span(1, 0, 1, 0)
_WRITTEN = 16
"""Files whose trees are kept while somebody writes them."""

_UNFIT = frozenset({"syntax", "undefined-name", "incomplete", "drift"})
"""What makes a contract say less, or other things, than the program."""


@dataclass(slots=True)
class _Judged:
    """What is known of a file when it has been judged, before severities, suppressions and order."""

    path: str
    lines: list[str]
    suppressions: Suppressions
    source: SourceFile | None = None
    found: list[Found] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


class Checker:
    """Judges the files of one project. It is built, used and thrown away: a change of settings builds another."""

    def __init__(self, project: Project, pages: Sequence[Page], selection: Selection, watch: Watch) -> None:
        self._project = project
        self._pages = pages
        self._selection = selection
        self._watch = watch
        self._by_code = {page.code: page for page in selection.pages}
        self._rules = load_rules(selection.pages)
        self._overlaps = own_overlaps(selection.pages)
        self._dispatchers: dict[Role, Dispatcher] = {}
        self._trees: dict[str, SourceFile] = {}
        self._read_beside: dict[str, None] = {}
        self._analyzer = Analyzer(project)
        self._severities = Severities(project.settings, project.root)
        settings = project.settings
        self._shadowed = settings.deep_check and "mypy" in settings.tools and keeps(settings, "mypy")
        self._remedies = Remedies(project.settings, worked_out=watch.fixes)
        self._spared = [
            (matcher(glob, project.root), {page.code for page in pages if any(matches(one, page) for one in selectors)})
            for glob, selectors in project.settings.per_file_ignores
        ]

    def check_bytes(self, path: str, data: bytes, role: Role) -> FileResult:
        """Judges a file by its bytes, in the encoding that they declare."""
        try:
            text = decode(data)
        except SourceError as error:
            return self._uncompiled(path, "", role, error)
        return self.check_source(path, text, role)

    def check_source(self, path: str, text: str, role: Role) -> FileResult:
        """Judges one file.

        Args:
            path: Absolute; the file need not exist or hold ``text``.
            text: What to judge, its line endings as they are.
            role: What the project's settings say that the file is.
        """
        if role == "markdown":
            from llmlint.engine.markdown import check_blocks

            own = self._project.own_packages
            return check_blocks(path, text, lambda block: self._check_program(path, block, role), own)
        return self._check_program(path, text, role)

    def _check_program(self, path: str, text: str, role: Role) -> FileResult:
        try:
            source = self._parsed(path, text, role)
        except NewerSyntax as newer:
            # Of such a file nothing is known, so nothing is claimed.
            return FileResult(path, notices=(str(newer),))
        except SourceError as error:
            return self._uncompiled(path, text, role, error)
        # A guide may await at the top.
        if role != "markdown" and (late := late_errors(source)):
            return self._uncompiled(path, text, role, late[0])
        judged = _Judged(path, source.lines, read_suppressions(text, source.tree, self._pages), source)
        dispatcher = self._dispatcher(role)
        analysis = (
            self._analyze(source, judged, dispatcher.facts)
            if dispatcher.facts or self._watch.uses or self._shadowed
            else None
        )
        if analysis is not None and analysis.repeated and (refused := compile_error(text)):
            return self._uncompiled(path, text, role, refused)
        self._collect(dispatcher.judge(source, analysis.nouns if analysis else ()), judged)
        if role == "other" and judged.found and self._analyzer.is_data(path):
            judged.found = [
                (code, finding)
                for code, finding in judged.found
                if not _OF_CODE.fullmatch(code) or (code in _OF_IMPORTS and self._analyzer.is_own(finding.symbol))
            ]
        recurring = self._recurring(judged)
        diagnostics = self._diagnostics(judged)
        return FileResult(
            path,
            diagnostics,
            lines=_quoted(diagnostics, source.lines),
            notices=tuple(judged.notices),
            total=tuple(sorted(analysis.statistics.total.items())) if analysis else (),
            resolved=tuple(sorted(analysis.statistics.resolved.items())) if analysis else (),
            unresolved=tuple(_unresolved(analysis, source)) if analysis and self._watch.unresolved else (),
            uses=tuple(RecordedUse(*use) for use in analysis.uses) if analysis and self._watch.uses else (),
            shadow=analysis.shadow if analysis else Shadow(),
            recurring=recurring,
        )

    def _parsed(self, path: str, text: str, role: Role) -> SourceFile:
        """The file as a program, with the nodes of what did not change since it was last judged. Raises SourceError."""
        if not self._watch.written or role == "markdown":
            return parse(path, text, role)
        before = self._trees.get(path)
        if before is not None and before.role != role:
            before = None
        source = rewritten(before, text) if before is not None else None
        if source is None:
            source = parse(path, text, role)
            if before is not None:
                source = grafted(before, source)
        self._trees.pop(path, None)
        self._trees[path] = source
        if len(self._trees) > _WRITTEN:
            del self._trees[next(iter(self._trees))]
        return source

    def meaning(self, path: str, text: str, role: Role) -> tuple[object, ...]:
        """What rules are told of one file; nothing where it is no program.

        Args:
            path: Absolute; the file need not exist or hold ``text``.
            text: What is to be understood.
            role: What the project's settings say that the file is.
        """
        try:
            return tuple(self._analyzer.analyze(parse(path, text, role)).nouns)
        except SourceError:
            return ()

    def standing(self, path: str, text: str, role: Role, row: int, column: int) -> Standing | None:
        """What a name in one file stands for; None where that is not known, or the text is no program.

        Args:
            path: Absolute; the file need not exist or hold ``text``.
            text: The file's.
            role: What the project's settings say that the file is.
            row: From 1.
            column: From 0, in code points.
        """
        from llmlint.semantics.standing import standing

        try:
            return standing(self._analyzer.world, parse(path, text, role), row, column)
        except SourceError:
            return None

    def unreadable(self, path: str, role: Role, error: SourceError) -> FileResult:
        """The result of a file that cannot be read."""
        return self._uncompiled(path, "", role, error)

    @property
    def world(self) -> World:
        """What all files of the project share: its library of modules, and what was worked out so far."""
        return self._analyzer.world

    @property
    def files_read(self) -> tuple[str, ...]:
        """The files that were read so far besides the judged ones: sources, stubs, conftests."""
        return (*self._analyzer.files_read, *self._read_beside)

    def _uncompiled(self, path: str, text: str, role: Role, error: SourceError) -> FileResult:
        if role in ("contract", "markdown"):
            # One fault, one finding: the audit of the contracts says it (LLM505). A guide shows fragments.
            return FileResult(path)
        lines = split_lines(text)
        judged = _Judged(path, lines, read_suppressions(text, None, self._pages))
        judged.found.append(("LLM900", Finding(Span(error.row, error.column, error.row, error.column), error.message)))
        diagnostics = self._diagnostics(judged)
        return FileResult(path, diagnostics, lines=_quoted(diagnostics, lines))

    def check_contracts(self) -> list[FileResult]:
        """What is wrong with the project's frozen contracts, a result for each file with findings."""
        dispatcher = self._dispatcher("contract")
        if not dispatcher.facts and not self._shadowed:
            return []
        problems: dict[str, list[ContractProblem]] = {}
        crashes: list[Crash] = []
        try:
            for path, problem in self._analyzer.contract_problems(prose=not _PROSE.isdisjoint(self._by_code)):
                problems.setdefault(path, []).append(problem)
        except Exception as error:  # noqa: BLE001 - whatever fails in a reader is a diagnostic, all else is still judged
            crashes.append(Crash.of("the reader of contracts", error))
        results = [self._judged_contract(path, self._contract(path), nouns) for path, nouns in sorted(problems.items())]
        if crashes:
            judged = _Judged(self._project.settings_file or self._project.root, [], Suppressions())
            self._collect(crashes, judged)
            results.append(FileResult(judged.path, self._diagnostics(judged), notices=tuple(judged.notices)))
        return results

    def check_contract(self, path: str, texts: Mapping[str, str]) -> FileResult:
        """What is wrong with one frozen contract.

        Args:
            path: Absolute; among ``texts``.
            texts: What stands for files (absolute paths): the contract and, where it is being written as well, its source.
        """
        analyzer = Analyzer(self._project, texts)
        judged, source = self._contract(path, texts[path])
        try:
            problems = list(analyzer.problems_of(path, prose=not _PROSE.isdisjoint(self._by_code)))
        except Exception as error:  # noqa: BLE001 - whatever fails in a reader is a diagnostic
            self._collect([Crash.of("the reader of contracts", error)], judged)
            problems = []
        self._read_beside.update(dict.fromkeys(analyzer.files_read))
        return self._judged_contract(path, (judged, source), problems)

    def _judged_contract(
        self, path: str, contract: tuple[_Judged, SourceFile | None], problems: Sequence[ContractProblem]
    ) -> FileResult:
        judged, source = contract
        self._collect(self._dispatcher("contract").judge(source, problems), judged)
        diagnostics = self._diagnostics(judged)
        result = FileResult(path, diagnostics, _quoted(diagnostics, judged.lines), tuple(judged.notices))
        return replace(result, unfit=any(problem.kind in _UNFIT for problem in problems))

    def _contract(self, path: str, text: str | None = None) -> tuple[_Judged, SourceFile | None]:
        """A contract's lines and suppressions, and the file if it can be read; its text where that is not the file's."""
        written, text = text, text or ""
        try:
            text = read_text(path) if written is None else written
            source = parse(path, text, "contract")
        except SourceError:
            return _Judged(path, split_lines(text), read_suppressions(text, None, self._pages)), None
        return _Judged(path, source.lines, read_suppressions(text, source.tree, self._pages), source), source

    def _dispatcher(self, role: Role) -> Dispatcher:
        if role not in self._dispatchers:
            self._dispatchers[role] = Dispatcher(self._rules, role, self._project.settings)
        return self._dispatchers[role]

    def _analyze(self, source: SourceFile, judged: _Judged, facts: tuple[type, ...]) -> Analysis | None:
        try:
            return self._analyzer.analyze(
                source,
                facts=facts,
                record=self._watch.uses or self._watch.unresolved,
                shadowed=self._shadowed,
            )
        except Exception as error:  # noqa: BLE001 - whatever fails in a reader is a diagnostic, all else is still judged
            self._collect([Crash.of("the semantics", error)], judged)
            return None

    def _collect(self, results: Iterable[Found | Crash], judged: _Judged) -> None:
        for result in results:
            if isinstance(result, Crash):
                judged.found.append(("LLM903", Finding(_START, result.message, side="source")))
                if self._watch.debug:
                    judged.notices.append(result.detail)
            else:
                judged.found.append(result)

    def _diagnostics(self, judged: _Judged) -> tuple[Diagnostic, ...]:
        suppressions = judged.suppressions
        remedies = self._remedies.of(judged.source)
        judged.found += [("LLM902", problem) for problem in suppressions.problems]
        kept = list(suppressions.filter(self._judgements(judged, judged.found, remedies)))
        if suppressions.entries:
            unused = [("LLM901", finding) for finding in suppressions.unused(self._selection)]
            kept += suppressions.filter(self._judgements(judged, unused, remedies))
        if remedies.crashes:
            self._collect(remedies.crashes, judged)
            kept += self._judgements(judged, judged.found[-len(remedies.crashes) :], remedies)
        tree = judged.source.tree if judged.source is not None else None
        return told_once(sorted(set(kept), key=_order), self._overlaps, tree)

    def _recurring(self, judged: _Judged) -> tuple[Recurring, ...]:
        """What is found only if another file of the run has the like, taken out of what was found; what is suppressed is not."""
        waiting = [(code, finding) for code, finding in judged.found if finding.recurring is not None]
        if not waiting:
            return ()
        judged.found = [(code, finding) for code, finding in judged.found if finding.recurring is None]
        spared = self._spared_codes(judged.path)
        kept: list[Recurring] = []
        for code, finding in waiting:
            page = self._by_code.get(code)
            if page is None or code in spared:
                continue
            span, severity = _span(judged, finding.at), self._severities.of(page, judged.path)
            one = Diagnostic(judged.path, span, code, page.name, severity, finding.message, finding.symbol)
            # Nobody knows yet whether it will be found, so what would silence it is not blamed for hiding nothing.
            if any(judged.suppressions.filter([one])):
                place = span.row, span.column, span.end_column
                # What two projects call alike is not the same.
                key = f"{self._project.root}:{finding.recurring}"
                kept.append(Recurring(key, code, page.name, severity, *place, one.message, one.symbol or ""))
        return tuple(kept)

    def _spared_codes(self, path: str) -> set[str]:
        return set().union(*(codes for match, codes in self._spared if match(path)))

    def _judgements(self, judged: _Judged, found: Iterable[Found], remedies: FileRemedies) -> Iterator[Diagnostic]:
        spared = self._spared_codes(judged.path)
        fixtures: list[tuple[int, int]] | None = None
        for code, finding in found:
            page = self._by_code.get(code)
            if page is None or code in spared:
                continue
            span = _span(judged, finding.at)
            side = finding.side
            if side == "test" and judged.source is not None:
                if fixtures is None:
                    fixtures = _fixtures(judged.source)
                if any(first <= span.row <= last for first, last in fixtures):
                    side = "fixture"
            yield Diagnostic(
                path=judged.path,
                span=span,
                code=code,
                name=page.name,
                severity=self._severities.of(page, judged.path),
                message=finding.message,
                symbol=finding.symbol,
                truth=finding.truth,
                suggestion=finding.suggestion,
                side=side,
                fix=remedies.fix(finding, page),
            )


def _span(judged: _Judged, anchor: Anchor) -> Span:
    """The anchor's span; of a definition its name, of another compound statement its first line."""
    if isinstance(anchor, Span) or judged.source is None:
        return anchor if isinstance(anchor, Span) else _START
    span = judged.source.span(anchor)
    if isinstance(anchor, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        found = re.compile(rf"(?:def|class)\s+({anchor.name})\b").search(judged.lines[span.row - 1], span.column)
        if found:
            return Span(span.row, found.start(1), span.row, found.end(1))
    if isinstance(anchor, ast.stmt) and hasattr(anchor, "body"):
        return Span(span.row, span.column, span.row, len(judged.lines[span.row - 1].rstrip()))
    return span


def _fixtures(source: SourceFile) -> list[tuple[int, int]]:
    """The rows of the fixtures of a file, first and last; of a conftest all rows."""
    if source.role == "conftest":
        return [(1, len(source.lines))]
    found: list[tuple[int, int]] = []
    if "fixture" not in source.text:
        return found
    pending: list[ast.AST] = list(source.tree.body)
    while pending:
        node = pending.pop()
        # Functions are statements: expressions need not be looked into.
        for name in _HOLDING:
            pending += getattr(node, name, ())
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                made = decorator.func if isinstance(decorator, ast.Call) else decorator
                if getattr(made, "attr", getattr(made, "id", "")) == "fixture":
                    found.append((decorator.lineno, node.end_lineno or node.lineno))
    return found


def _order(diagnostic: Diagnostic) -> tuple[Span, str, str]:
    return diagnostic.span, diagnostic.code, diagnostic.message


def _quoted(diagnostics: Iterable[Diagnostic], lines: Sequence[str]) -> tuple[tuple[int, str], ...]:
    rows = sorted({diagnostic.span.row for diagnostic in diagnostics})
    return tuple((row, lines[row - 1]) for row in rows if row <= len(lines))


def _unresolved(analysis: Analysis, source: SourceFile) -> Iterator[UnresolvedUse]:
    for use in analysis.unresolved:
        # Everything that can be unresolved is an expression or an argument.
        span = source.span(use.node)  # type: ignore[arg-type]
        yield UnresolvedUse(span.row, span.column, use.kind, use.text, use.reason)
