"""The composition root: builds a session out of a request. Nothing else knows everything."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from llmlint.buffered import BufferedRuff
from llmlint.engine.fingerprint import Fingerprint
from llmlint.engine.fixes import Fixed
from llmlint.engine.pages import Page
from llmlint.engine.selection import select
from llmlint.model.diagnostic import Diagnostic
from llmlint.model.result import FileResult, RunResult
from llmlint.project.discovery import FoundFile
from llmlint.project.project import Project
from llmlint.semantics.standing import Standing
from llmlint.semantics.world import World
from types import MappingProxyType

class Problem(Exception):
    """What keeps a session from doing its job: settings, selectors, rules. The message is one line."""

@dataclass(frozen=True, slots=True)
class Request:
    """What is to be linted, and how."""

    paths: tuple[str, ...] = ()
    """Files and folders. Empty: what the settings say."""
    cwd: str = ...
    """The folder that paths are shown relative to."""
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

    request: Request

    def __init__(self, request: Request) -> None:
        """Reads the rule pages.

        Raises:
            Problem: they cannot be read.
        """
        ...

    def check(self, progress: Callable[[int, int], None] = ..., wanted: Callable[[FoundFile], bool] = ...) -> RunResult:
        """Judges every file that the request means, and the contracts of its projects.

        Args:
            progress: Told now and then how many things are judged, of how many.
            wanted: Tells which of the files are judged.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        ...

    def check_source(self, path: str, text: str, beside: Mapping[str, str] = MappingProxyType({})) -> FileResult:
        """Judges ``text`` as if the file at ``path`` held it; the file need not exist.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        ...

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
        ...

    def counterpart(self, path: str) -> str | None:
        """The source of a contract, and the contract of a source (both absolute, both files); None without.

        Raises:
            Problem: settings are unusable.
        """
        ...

    def check_bytes(self, path: str, data: bytes, *, tools: bool = False) -> RunResult:
        """Judges bytes as if the file at ``path`` held them.

        Args:
            path: The file's.
            data: What it holds.
            tools: Whether ruff judges them, too, if the request has it run.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        ...

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
        ...

    def files(self) -> list[str]:
        """The files that would be linted: absolute, sorted.

        Raises:
            Problem: settings are unusable.
        """
        ...

    def projects(self) -> list[Project]:
        """The projects of the files that would be linted; that of the working directory where there are none.

        Raises:
            Problem: settings are unusable.
        """
        ...

    def project_of(self, path: str) -> Project:
        """The project of a file or folder, which need not exist.

        Raises:
            Problem: settings are unusable.
        """
        ...

    def asks(self, path: str, rule: str) -> bool:
        """Whether findings of a rule are asked for in the project of a file.

        Args:
            path: The file's; it need not exist.
            rule: A code, or that of a tool with the tool's name before it (``mypy:arg-type``).

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        ...

    def basis(self, path: str, texts: Iterable[str]) -> Fingerprint:
        """What findings in the project of ``path`` rest on, apart from the texts of some of its tests.

        Args:
            path: A file of the project.
            texts: Files of which only the existence counts.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        ...

    def meaning(self, path: str, text: str) -> tuple[object, ...]:
        """What rules are told of ``text``, nouns of ``llmlint.semantics``, as if the file at ``path`` held it; nothing where it is no program.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        ...

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
        ...

    def world(self, path: str) -> World:
        """What is known of the project of ``path``: for questions about names.

        Args:
            path: Of a file that need not exist.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        ...

    def ruff(self, path: str) -> BufferedRuff | None:
        """ruff for texts in the place of ``path``, whether or not the request asks for tools; None where the settings leave it out.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        ...

    def files_read(self, path: str) -> tuple[str, ...]:
        """The files that this session has read for the sake of others in the project of ``path``.

        Raises:
            Problem: settings, selectors or rules are unusable.
        """
        ...

    def rules(self) -> tuple[Page, ...]:
        """The pages of every rule, those of the working directory's project included, ordered by code.

        Raises:
            Problem: settings or pages are unusable.
        """
        ...

def pages_of(rule: str | None, pages: Sequence[Page] | None = None) -> tuple[Page, ...]:
    """The page of a rule, by code or name; without one every page, ordered by code.

    Args:
        rule: A code or name.
        pages: Among these; by default among llmlint's own.

    Raises:
        Problem: there is no such rule, or a page cannot be read.
    """
    ...
