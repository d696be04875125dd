"""The composition root: builds a session out of a request. Nothing else knows everything."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from llmlint.engine.judge import Assignment, Judge, JudgeBuilder, Task
from llmlint.engine.pages import Page, RuleError, rule_pages
from llmlint.engine.recurring import with_recurring
from llmlint.engine.selection import SelectionError, check_selector, keeps, named, select
from llmlint.engine.severities import check_severities
from llmlint.engine.undisturbed import undisturbed
from llmlint.engine.watch import Watch
from llmlint.model.diagnostic import Diagnostic
from llmlint.model.position import Span, Truth
from llmlint.model.result import FileResult, RunResult
from llmlint.project.discovery import FoundFile, role_of
from llmlint.project.load import Loader, Options, ProjectFiles
from llmlint.project.option import write_toml
from llmlint.project.project import Project
from llmlint.project.settings import SettingsError
from llmlint.project.source import Role, SourceError, decode, read_text, split_lines
from llmlint.refreezing import Refreezing

if TYPE_CHECKING:
    from llmlint.alongside import Alongside
    from llmlint.buffered import BufferedRuff
    from llmlint.engine.fingerprint import Fingerprint
    from llmlint.engine.fixes import Fixed
    from llmlint.semantics.standing import Standing
    from llmlint.semantics.world import World


class Problem(Exception):
    """What keeps a session from doing its job: settings, selectors, rules. The message is one line."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be linted, and how."""

    paths: tuple[str, ...] = ()
    """Files and folders. Empty: what the settings say."""
    cwd: str = field(default_factory=os.getcwd)
    """The folder that paths are shown relative to, and whose project is meant where there are none."""
    config: tuple[str, ...] = ()
    """Settings files, or ``KEY=VALUE`` in TOML."""
    rule_paths: tuple[str, ...] = ()
    """Folders of rules (absolute) besides those that the settings name: for a program that knows whose they are."""
    isolated: bool = False
    """Whether to read no settings but those of ``config``."""
    python: str | None = None
    """The target environment: an interpreter or the folder of a virtual environment."""
    preset: str | None = None
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    tools: tuple[str, ...] | None = None
    """The tools that run as well; None: those of the settings."""
    cache: bool = True
    jobs: int = 0
    """Processes; 0: as many as pay."""
    fixable: tuple[str, ...] = ()
    unfixable: tuple[str, ...] = ()
    fixes: bool = False
    """Whether to work out what exactly the fixes would write."""
    unresolved: bool = False
    """Whether to list what could not be judged."""
    uses: bool = False
    """Whether to list every use that was seen."""
    debug: bool = False
    """Whether to show where a rule or reader failed."""
    written: bool = False
    """Whether somebody writes the files, so that the same ones are judged again and again."""


class Session:
    """One look at what is on disk. Built, used and thrown away: what changes afterwards, another session sees."""

    def __init__(self, request: Request) -> None:
        """Reads the rule pages.

        Raises:
            Problem: they cannot be read.
        """
        self.request = request
        self._watch = Watch(request.unresolved, request.uses, request.fixes, request.debug, request.written)
        self._loader = _loader(request)
        self._with_tools = self._loader if request.tools is None else _loader(replace(request, tools=None))
        self._pages = pages_of(None)
        self._judges: dict[tuple[str, str], Judge] = {}
        self._refreezing = Refreezing(self._pages, edits=request.fixes)
        self._ruffs: dict[tuple[str, str], BufferedRuff | None] = {}
        self._counterparts: dict[tuple[str, str], dict[str, str]] = {}
        self._codes: dict[tuple[str, str], frozenset[str]] = {}

    def check(
        self,
        progress: Callable[[int, int], None] = lambda done, total: None,
        wanted: Callable[[FoundFile], bool] = lambda file: True,
    ) -> RunResult:
        """Judges every file that the request means, and the contracts of its projects.

        Args:
            progress: Told now and then how many things are judged, of how many.
            wanted: Tells which of the files are judged.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        from llmlint.engine.recall import judge_all

        chosen, failures = self._select()
        assignments = tuple(self._assign(files.project) for files in chosen)
        files = [
            Task(index, file.path, file.role) for index, one in enumerate(chosen) for file in one.files if wanted(file)
        ]
        contracts = [Task(index, "", "contract") for index, one in enumerate(chosen) if one.project.contract_roots]
        build = JudgeBuilder(assignments, self._pages, self._watch)
        request = self.request
        tasks = [*contracts, *files]
        told: list[str] = []
        with ExitStack() as stack:
            beside = self._alongside(assignments, files, stack)
            try:
                busy = any(one.busy for one in beside)
                results = judge_all(tasks, build, jobs=request.jobs, cached=request.cache, done=progress, beside=busy)
            except RuleError as error:
                raise Problem(str(error)) from None
            results = with_recurring(results)
            if beside:
                results, told = _together(tasks, results, beside, self._pages)
        notices = [f"{path}:{row}: {message}" for one in chosen for path, row, message in one.project.notices]
        notices += told
        results = self._refreezing.offered(results, [one.project for one in chosen])
        asked = {task.path for task in files}
        results = [result for result in results if result.path in asked or result.diagnostics or result.notices]
        held = 0 if files else sum(_stubs_in(folder) for one in chosen for folder, _ in one.project.contract_roots)
        if not files and not held and not failures:
            notices.append("no Python files to lint")
        return self._result(results, len(files) or held, notices, failures)

    def _alongside(self, assignments: Sequence[Assignment], files: Sequence[Task], stack: ExitStack) -> list[Alongside]:
        """The tools of each project, started before anything else: they take longest."""
        if not any(assignment.project.settings.tools for assignment in assignments):
            return []
        from llmlint.alongside import Alongside

        beside = []
        for index, assignment in enumerate(assignments):
            paths = [
                task.path for task in files if task.assignment == index and task.role not in ("contract", "markdown")
            ]
            beside.append(Alongside(assignment, paths, cached=self.request.cache))
            stack.callback(beside[-1].close)
        return beside

    def check_source(self, path: str, text: str, beside: Mapping[str, str] = MappingProxyType({})) -> FileResult:
        """Judges ``text`` as if the file at ``path`` held it; the file need not exist.

        Args:
            path: The file's.
            text: What it holds.
            beside: What others hold that are being written (absolute paths): contracts and sources are held against each other as they are there.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        path = os.path.abspath(path)
        judge, role = self._judge_of(path)
        found = judge.checker(0).check_source(path, text, role)
        if role != "contract":
            return found
        return judge.checker(0).check_contract(path, {**beside, path: text}).joined(found)

    def broken(self, path: str, text: str, beside: Mapping[str, str]) -> tuple[Diagnostic, ...]:
        """What the source at ``path`` has to do with findings about its contract: each where the source has what the contract has not,
        or otherwise; nothing where it has no contract.

        Args:
            path: Of the source; absolute.
            text: What it holds.
            beside: What other files hold that are being written.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        other = self.counterpart(path)
        if other is None or path.endswith(".pyi"):
            return ()
        try:
            contract = beside[other] if other in beside else read_text(other)
        except SourceError:
            return ()
        result = self._judge_of(path)[0].checker(0).check_contract(other, {**beside, path: text, other: contract})
        lines = split_lines(text)
        return tuple(
            replace(one, path=path, span=_row(lines, one.truth.row), truth=Truth(other, one.span.row), fix=None)
            for one in result.diagnostics
            if one.truth is not None and one.truth.path == path
        )

    def counterpart(self, path: str) -> str | None:
        """The source of a contract, and the contract of a source (both absolute, both files); None without.

        Raises:
            Problem: settings are unusable.
        """
        project = self.project_of(path)
        key = (project.root, project.base)
        if key not in self._counterparts:
            from llmlint.contracts.layout import places

            pairs = [(place.source, place.contract) for place in places(project)] if project.contract_roots else []
            pairs = [pair for pair in pairs if os.path.isfile(pair[1])]
            self._counterparts[key] = {**dict(pairs), **{contract: source for source, contract in pairs}}
        return self._counterparts[key].get(path)

    def check_bytes(self, path: str, data: bytes, *, tools: bool = False) -> RunResult:
        """Judges bytes as if the file at ``path`` held them.

        Args:
            path: The file's.
            data: What it holds.
            tools: Whether ruff judges them, too, if the request has it run.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        path = os.path.abspath(path)
        judge, role = self._judge_of(path)
        result = judge.checker(0).check_bytes(path, data, role)
        results = [result]
        if role == "contract":
            with suppress(SourceError):
                results.append(judge.checker(0).check_contract(path, {path: decode(data)}))
        ruff = self._wanted_ruff(path) if tools and role != "contract" else None
        if ruff is not None:
            from llmlint.tools.child import ToolError

            try:
                results = [ruff.asked(result, decode(data))]
            except SourceError:
                pass  # what cannot be read is told already
            except ToolError as error:
                results.append(ruff.failed(error))
        return self._result(results, 1, [], [])

    def fix_bytes(self, path: str, data: bytes, wanted: Callable[[Diagnostic], bool], *, tools: bool = False) -> Fixed:
        """Applies fixes to bytes as if the file at ``path`` held them, until nothing changes. Writes nothing.

        Args:
            path: The file's.
            data: What it holds.
            wanted: Tells which findings are to be fixed.
            tools: Whether the fixes of ruff are among them, if the request has it run.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        from llmlint.engine.fixes import fix_bytes

        path = os.path.abspath(path)
        judge, role = self._judge_of(path)
        ruff = self._wanted_ruff(path) if tools else None

        def judged(now: bytes) -> FileResult:
            result = judge.checker(0).check_bytes(path, now, role)
            try:
                return ruff.judged(result, decode(now)) if ruff is not None else result
            except SourceError:
                return result

        with undisturbed():
            if role == "contract":
                found = next((one for one in judge.checker(0).check_contracts() if one.path == path), FileResult(path))
                return self._refreezing.fixed(found, data, self.project_of(path), wanted)
            return fix_bytes(path, data, judged, wanted)

    def files(self) -> list[str]:
        """The files that would be linted: absolute, sorted.

        Raises:
            Problem: settings are unusable.
        """
        return sorted(file.path for one in self._select()[0] for file in one.files)

    def projects(self) -> list[Project]:
        """The projects of the files that would be linted; that of the working directory where there are none.

        Raises:
            Problem: settings are unusable.
        """
        chosen, _ = self._select()
        return [one.project for one in chosen] or [self._project_of(self.request.cwd)]

    def project_of(self, path: str) -> Project:
        """The project of a file or folder, which need not exist.

        Raises:
            Problem: settings are unusable.
        """
        return self._project_of(os.path.abspath(path))

    def asks(self, path: str, rule: str) -> bool:
        """Whether findings of a rule are asked for in the project of a file.

        Args:
            path: The file's; it need not exist.
            rule: A code, or that of a tool with the tool's name before it (``mypy:arg-type``).

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        project = self.project_of(path)
        tool, separator, code = rule.partition(":")
        if separator:
            return tool in project.settings.tools and keeps(project.settings, tool, code)
        key = (project.root, project.base)
        if key not in self._codes:
            self._codes[key] = frozenset(self._assign(project).selection.codes)
        return rule in self._codes[key]

    def basis(self, path: str, texts: Iterable[str]) -> Fingerprint:
        """What findings in the project of ``path`` rest on, apart from the texts of some of its tests.

        Args:
            path: A file of the project.
            texts: Files of which only the existence counts.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        from llmlint.engine.fingerprint import project_fingerprint

        assignment = self._assign(self.project_of(path))
        found = project_fingerprint(assignment.project, texts)
        return replace(found, value=f"{assignment.project.root} {found.value} {assignment.own_rules}")

    def meaning(self, path: str, text: str) -> tuple[object, ...]:
        """What rules are told of ``text``, nouns of ``llmlint.semantics``, as if the file at ``path`` held it; nothing where it is no program.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        judge, role = self._judge_of(os.path.abspath(path))
        return judge.checker(0).meaning(os.path.abspath(path), text, role)

    def standing(self, path: str, text: str, row: int, column: int) -> Standing | None:
        """What a name in ``text`` stands for, as if the file at ``path`` held it; None where that is not known.

        Args:
            path: The file's.
            text: What it holds.
            row: From 1.
            column: From 0, in code points.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        judge, role = self._judge_of(os.path.abspath(path))
        return judge.checker(0).standing(os.path.abspath(path), text, role, row, column)

    def world(self, path: str) -> World:
        """What is known of the project of ``path``: for questions about names.

        Args:
            path: Of a file that need not exist.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        return self._judge_of(os.path.abspath(path))[0].checker(0).world

    def ruff(self, path: str) -> BufferedRuff | None:
        """ruff for texts in the place of ``path``, whether or not the request asks for tools; None where the settings leave it out.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        from llmlint.buffered import BufferedRuff
        from llmlint.engine.selection import keeps

        project = self._project_of(os.path.abspath(path), self._with_tools)
        key = (project.root, project.base)
        if key not in self._ruffs:
            wanted = "ruff" in project.settings.tools and keeps(project.settings, "ruff")
            self._ruffs[key] = BufferedRuff(self._assign(project), self._pages) if wanted else None
        return self._ruffs[key]

    def _wanted_ruff(self, path: str) -> BufferedRuff | None:
        """ruff for texts in the place of ``path``, where the request has it run and it reads such files."""
        wanted = path.endswith(".py") and "ruff" in self.project_of(path).settings.tools
        return self.ruff(path) if wanted else None

    def files_read(self, path: str) -> tuple[str, ...]:
        """The files that this session has read for the sake of others in the project of ``path``.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        return self._judge_of(os.path.abspath(path))[0].checker(0).files_read

    def _select(self) -> tuple[Sequence[ProjectFiles], list[str]]:
        try:
            found = self._loader.select([path for path in self.request.paths if path != "-"], self.request.cwd)
        except SettingsError as error:
            raise Problem(str(error)) from None
        return found.projects, [f"{error.path}: {error.message}" for error in found.errors]

    def rules(self) -> tuple[Page, ...]:
        """The pages of every rule, those of the working directory's project included, ordered by code.

        Raises:
            Problem: settings or pages are unusable.
        """
        return tuple(sorted((*self._pages, *self._assign(self._project_of(self.request.cwd)).own_pages), key=_code))

    def _own(self, project: Project) -> tuple[tuple[Page, ...], str]:
        """The pages of a project's own rules, and what changes with them."""
        named = () if self.request.isolated else project.settings.rule_paths
        folders = [os.path.join(project.root, os.path.expanduser(path)) for path in named]
        folders += [path for path in self.request.rule_paths if path not in folders]
        if not folders:
            return (), ""
        from llmlint.engine.own_rules import own_pages, rules_digest

        try:
            return own_pages(folders, self._pages), rules_digest(folders)
        except RuleError as error:
            raise Problem(str(error)) from None

    def _assign(self, project: Project) -> Assignment:
        own, changes = self._own(project)
        pages = (*self._pages, *own)
        try:
            settings = project.settings
            ignores = [selector for _, selectors in settings.per_file_ignores for selector in selectors]
            fixes = (*settings.fixable, *settings.unfixable, *settings.extend_safe_fixes, *settings.extend_unsafe_fixes)
            for selector in ignores:
                check_selector(selector, pages)
            check_severities(settings, pages)
            for selector in fixes:
                check_selector(selector, pages)
            return Assignment(project, select(pages, settings, contracts=bool(project.contract_roots)), own, changes)
        except SelectionError as error:
            raise Problem(str(error)) from None

    def _project_of(self, path: str, loader: Loader | None = None) -> Project:
        try:
            return (loader or self._loader).project_of(path)
        except SettingsError as error:
            raise Problem(str(error)) from None

    def _judge_of(self, path: str) -> tuple[Judge, Role]:
        project = self._project_of(path)
        key = (project.root, project.base)
        try:
            if key not in self._judges:
                self._judges[key] = Judge((self._assign(project),), self._pages, self._watch)
                self._judges[key].checker(0)
        except RuleError as error:
            raise Problem(str(error)) from None
        role = role_of(path, project.pytest.python_files, [folder for folder, _ in project.contract_roots])
        return self._judges[key], role

    def _result(
        self, results: Sequence[FileResult], checked: int, notices: Sequence[str], failures: Sequence[str]
    ) -> RunResult:
        ordered: dict[str, FileResult] = {}
        for result in sorted(results, key=lambda result: result.path):
            # A contract is judged with its project, and once more if it was asked for.
            ordered[result.path] = ordered[result.path].joined(result) if result.path in ordered else result
        told = [f"{result.path}: {notice}" for result in ordered.values() for notice in result.notices]
        # A contract in which something was found counts as checked, though nobody named it.
        files = tuple(ordered.values())
        return RunResult(
            files, max(checked, len(files)), tuple(dict.fromkeys([*notices, *told])), tuple(dict.fromkeys(failures))
        )


def _row(lines: Sequence[str], row: int) -> Span:
    """A row from its first character that is no space."""
    line = lines[row - 1] if row <= len(lines) else ""
    return Span(row, len(line) - len(line.lstrip()), row, len(line.rstrip()))


def _stubs_in(folder: str) -> int:
    return sum(name.endswith(".pyi") for _, _, names in os.walk(folder) for name in names)


def _loader(request: Request) -> Loader:
    return Loader(Options(request.python, (*request.config, *_overrides(request)), request.isolated))


def _together(
    tasks: Sequence[Task], results: Sequence[FileResult], beside: Sequence[Alongside], pages: Sequence[Page]
) -> tuple[list[FileResult], list[str]]:
    """Our results with those of the tools, project by project."""
    groups: list[list[FileResult]] = [[] for _ in beside]
    owners = {task.path: task.assignment for task in tasks if task.path}
    by_root = sorted(range(len(beside)), key=lambda index: -len(beside[index].root))
    for result in results:
        owner = owners.get(result.path)
        if owner is None:
            # A contract that was judged with its project.
            owner = next((index for index in by_root if result.path.startswith(beside[index].root)), 0)
        groups[owner].append(result)
    for one, group in zip(beside, groups, strict=True):
        one.check(group)
    joined: list[FileResult] = []
    notices: list[str] = []
    for one, group in zip(beside, groups, strict=True):
        found, told = one.joined(group, pages)
        joined += found
        notices += told
    return joined, notices


def pages_of(rule: str | None, pages: Sequence[Page] | None = None) -> tuple[Page, ...]:
    """The page of a rule, by code or name; without one every page, ordered by code.

    Args:
        rule: A code or name.
        pages: Among these; by default among llmlint's own.

    Raises:
        Problem: there is no such rule, or a page cannot be read.
    """
    try:
        pages = tuple(pages) if pages is not None else rule_pages()
        if rule is None:
            return pages
        exact = [page for page in named(rule, pages) if rule in (page.code, page.name)]
    except (RuleError, SelectionError) as error:
        raise Problem(str(error)) from None
    if not exact:
        raise Problem(f"'{rule}' names several rules; llmlint rule --all lists them")
    return tuple(exact)


def _code(page: Page) -> str:
    return page.code


def _overrides(request: Request) -> list[str]:
    """The options of the command line that are settings, as ``--config`` would have them."""
    lists = {"select": request.select, "extend-select": request.extend_select, "ignore": request.ignore}
    lists |= {"fixable": request.fixable, "unfixable": request.unfixable}
    overrides = [f"{key}={write_toml(values)}" for key, values in lists.items() if values]
    if request.tools is not None:
        overrides.append(f"tools={write_toml(request.tools)}")
    if request.preset is not None:
        overrides.append(f"preset={write_toml(request.preset)}")
    return overrides
