"""Starting mypy: which one, with which arguments, and when.

Where nothing is cached, what the tests import is checked while llmlint is still reading the tests: that is most of mypy's work and
needs none of the shadows. The same process then goes on with the tests, when it is told what they mean.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence

from llmlint.project.processors import processors
from llmlint.project.project import Project
from llmlint.project.source import SourceError, read_text
from llmlint.tools.arguments import write_arguments, write_whole
from llmlint.tools.child import Child
from llmlint.tools.mypy_process import environment, loaded
from llmlint.tools.mypy_settings import MypySettings, write_mypy_settings
from llmlint.tools.places import command_of, installed_version

_OLDEST = (1, 11)
"""The first mypy with ``--output json``."""

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([A-Za-z_][\w.]*))", re.MULTILINE
)

_STUBS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stubs")
"""Where the stub of typed mocks is."""


class Launcher:
    """The processes of mypy for one project."""

    def __init__(self, project: Project, settings: MypySettings, folder: str) -> None:
        """Starts nothing yet.

        Args:
            project: Whose settings of llmlint hold.
            settings: What the project says to mypy.
            folder: Where it may write.
        """
        self._project = project
        self._settings = settings
        self._folder = folder
        self._ready: Child | None = None
        self._ahead = False
        self._base = project.base or project.root

    def end(self) -> None:
        """Ends the process that waits."""
        if self._ready is not None:
            self._ready.end()

    def load(self) -> None:
        """Starts the process, so that mypy need not be loaded later. It reads no file of the project yet.

        Raises:
            ToolError: it cannot be started.
        """
        interpreter = _interpreter(self._project)
        if interpreter is not None:
            self._ready = loaded(interpreter, self._base, self._project.settings.tool_time_limit)

    def look_ahead(self, files: Sequence[str]) -> None:
        """Has it check what the files import, where nothing is cached."""
        if self._ready is not None and not os.path.isdir(os.path.join(self._folder, "cache")):
            modules = sorted(_imported(files, self._project))
            path = os.path.join(self._folder, "ahead", "llmlint_imports.py")
            write_whole(path, "".join(f"import {module}\n" for module in modules).encode())
            self._ready.tell(f"ahead {self._write([path], (), 'ahead')}", last=False)
            self._ahead = True

    def run(self, arguments: Sequence[str], files: Sequence[str], contracts: Sequence[str]) -> Child:
        """Starts on files, when what they import was looked at: on two halves at once, where there are processors for it.

        Args:
            arguments: Options about the files, whether they are in one half or the other.
            files: What is checked.
            contracts: The folders that stand first on mypy's path.

        Raises:
            ToolError: it cannot be started.
        """
        child, self._ready = self._ready, None
        if child is None:
            limit = self._project.settings.tool_time_limit
            command = [*_plain(self._project), f"@{self._write([*arguments, *files], contracts, 'check')}"]
            return Child("mypy", command, cwd=self._base, limit=limit, environ=environment())
        # Forking is the habit of Linux; elsewhere what a system has loaded may not live through it.
        divided = self._ahead and sys.platform == "linux" and processors() > 1 and len(files) > 1
        for half in _halves(files) if divided else ():
            child.tell(f"part {self._write([*arguments, *half], contracts, 'part')}", last=False)
        child.tell(f"run {self._write([*arguments, *files], contracts, 'check')}")
        return child

    def _write(self, arguments: Sequence[str], contracts: Sequence[str], name: str) -> str:
        """The file of all arguments."""
        every = [
            "--config-file", self._write_settings([*contracts, _STUBS]), "--cache-dir", os.path.join(self._folder, "cache"),
            "--output", "json", "--show-error-end", "--no-error-summary", "--no-pretty", "--hide-error-context", "--show-traceback",
            "--no-warn-unused-configs", "--no-color-output", *_looking_into(self._project), *arguments,
        ]  # fmt: skip
        return write_arguments(every, self._folder, name)

    def _write_settings(self, paths: Sequence[str]) -> str:
        text = write_mypy_settings(self._settings, self._project, paths)
        path = os.path.join(self._folder, "mypy.ini")
        if not os.path.isfile(path) or _text(path) != text:
            write_whole(path, text.encode())
        return path


def _halves(files: Sequence[str]) -> tuple[list[str], list[str]]:
    """The files, in two parts of the same size: that much work is it to check them."""
    halves: tuple[list[str], list[str]] = ([], [])
    sizes = [0, 0]
    bytes_of = {path: os.path.getsize(path) if os.path.isfile(path) else 0 for path in files}
    for path in sorted(files, key=lambda one: (-bytes_of[one], one)):
        smaller = sizes[1] < sizes[0]
        halves[smaller].append(path)
        sizes[smaller] += bytes_of[path]
    return halves


def mypy_command(project: Project) -> list[str]:
    """The target environment's mypy where it has one that speaks JSON, else ours that looks into that environment."""
    return [*_plain(project), *_looking_into(project)]


def _plain(project: Project) -> list[str]:
    own = _own(project)
    return [own] if own is not None else [sys.executable, "-m", "mypy"]


def _own(project: Project) -> str | None:
    """The target environment's mypy, if it is one that speaks JSON."""
    environment = project.environment
    version = installed_version(environment.site, "mypy")
    own = command_of(environment.prefix, "mypy")
    return own if environment.known and version is not None and version >= _OLDEST else None


def _interpreter(project: Project) -> list[str] | None:
    """Which Python has that mypy, if that is known."""
    if _own(project) is None:
        return [sys.executable]
    python = command_of(project.environment.prefix, "python")
    return [python] if python is not None else None


def _looking_into(project: Project) -> list[str]:
    """What makes our mypy look into the target environment; the one that lives there does."""
    if _own(project) is not None:
        return []
    environment = project.environment
    target = command_of(environment.prefix, "python") if environment.known else None
    return ["--python-executable", target] if target is not None else ["--no-site-packages"]


def _imported(files: Sequence[str], project: Project) -> Iterator[str]:
    """The modules that tests, and contracts, import and that are certainly no tests: those from outside the project.

    The project's own are among them, with all that they import in turn, if no contract stands before them.
    """
    beside = {os.path.splitext(name)[0] for path in files for name in _names(os.path.dirname(path))}
    local = {*beside, *_names(project.root), *_names(project.base or project.root)}
    own = set() if project.contract_roots else project.own_packages
    local = (local | project.own_packages) - own
    seen: set[str] = set()
    for path in (*files, *_contracts(project)):
        for from_, plain in _IMPORT.findall(_text(path)):
            module = from_ or plain
            if module not in seen:
                seen.add(module)
                if module.split(".")[0] not in local and module != "__future__":
                    yield module
    yield from {"pytest", "unittest.mock"} - seen


def _contracts(project: Project) -> Iterator[str]:
    for root, _ in project.contract_roots:
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if name.isidentifier())
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".pyi"))


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _text(path: str) -> str:
    try:
        return read_text(path)
    except SourceError:
        return ""
