"""The tools that are compared: how each is run over files of a suite, and what it says on which row."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from corpus import Suite, Workdir

SECONDS = 1200
USES = "llmlint-uses.jsonl"
"""Where llmlint writes down, in the copy, what it could resolve."""


@dataclass(frozen=True)
class Said:
    """One finding. Columns do not matter here."""

    file: str
    row: int
    code: str
    message: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What two runs have in common where the rows are the same."""
        return self.file, self.code, re.sub(r"line \d+|:\d+", "", self.message)


Run = Callable[["Place"], list[Said]]


@dataclass(frozen=True)
class Place:
    """Where a tool is to work."""

    suite: Suite
    work: Workdir
    tree: Path
    """The copy of the suite."""
    files: list[str]
    """Relative to it."""
    tools: Path
    """The folder of the tools' commands."""
    llmlint: str
    """The interpreter that has llmlint."""

    @property
    def roots(self) -> list[str]:
        """Where the project's packages lie."""
        return [str(path) for path in (self.tree / "src", self.tree) if path.is_dir()]


def llmlint(place: Place) -> list[Said]:
    command = [
        place.llmlint,
        "-m",
        "llmlint",
        "check",
        *place.files,
        "--output-format",
        "json",
        "--no-cache",
        "--no-tools",
        "--exit-zero",
        "--record-uses",
        str(place.tree / USES),
    ]
    out = _run(place, [*command, "--jobs", "1", "--python", str(place.work.venv(place.suite)), "--quiet"])
    return [Said(one["filename"], one["location"]["row"], one["code"], one["message"]) for one in json.loads(out)]


def mypy(place: Place) -> list[Said]:
    command = [
        _tool(place, "mypy"),
        "--strict",
        "--output",
        "json",
        "--explicit-package-bases",
        "--no-error-summary",
        "--config-file=",
    ]
    command += ["--python-executable", str(place.work.python(place.suite)), "--cache-dir", str(place.tree / ".mypy")]
    out = _run(place, [*command, *place.files], MYPYPATH=os.pathsep.join(place.roots))
    found = []
    for line in out.splitlines():
        if line.startswith("{"):
            one = json.loads(line)
            if one["severity"] == "error":
                found.append(Said(_relative(place, one["file"]), one["line"], one["code"] or "", one["message"]))
    return found


def pyright(place: Place) -> list[Said]:
    settings = place.tree / "llmlint-pyright.json"
    settings.write_text(json.dumps({"include": place.files, "extraPaths": place.roots}), "utf-8")
    python = str(place.work.python(place.suite))
    out = _run(place, [_tool(place, "pyright"), "--outputjson", "--pythonpath", python, "-p", str(settings)])
    return [
        Said(_relative(place, one["file"]), one["range"]["start"]["line"] + 1, one.get("rule", ""), one["message"])
        for one in json.loads(out)["generalDiagnostics"]
        if one["severity"] == "error"
    ]


def ty(place: Place) -> list[Said]:
    command = [_tool(place, "ty"), "check", "--output-format", "concise", "--python", str(place.work.venv(place.suite))]
    for root in place.roots:
        command += ["--extra-search-path", root]
    out = _run(place, [*command, *place.files])
    form = re.compile(r"^(?P<file>[^:\n]+):(?P<row>\d+):\d+: error\[(?P<code>[\w-]+)\] (?P<text>.*)$", re.MULTILINE)
    return [
        Said(_relative(place, one["file"]), int(one["row"]), one["code"], one["text"]) for one in form.finditer(out)
    ]


def pyrefly(place: Place) -> list[Said]:
    settings = place.tree / "llmlint-pyrefly.toml"
    python = json.dumps(str(place.work.python(place.suite)))
    roots = json.dumps(place.roots)
    settings.write_text(f"search-path = {roots}\npython-interpreter-path = {python}\n", "utf-8")
    command = [_tool(place, "pyrefly"), "check", "--output-format", "json", "--config", str(settings)]
    out = _run(place, [*command, *place.files])
    return [
        Said(_relative(place, one["path"]), one["line"], one["name"], one["description"])
        for one in json.loads(out[out.index("{") :])["errors"]
    ]


def pylint(place: Place) -> list[Said]:
    paths = [*place.roots, *map(str, place.work.venv(place.suite).glob("lib/python*/site-packages"))]
    hook = f"import sys; sys.path[:0] = {paths!r}"
    command = [
        _tool(place, "pylint"),
        "--init-hook",
        hook,
        "--disable",
        "C,R",
        "--output-format",
        "json2",
        "--rcfile",
        os.devnull,
    ]
    out = _run(place, [*command, *place.files])
    return [
        Said(_relative(place, one["path"]), one["line"], one["symbol"], one["message"])
        for one in json.loads(out)["messages"]
    ]


def ruff(place: Place) -> list[Said]:
    command = [_tool(place, "ruff"), "check", "--isolated", "--no-cache", "--output-format", "json", "--exit-zero"]
    out = _run(place, [*command, "--select", "F,E9,B,PT,PGH,PLE,ASYNC", *place.files])
    return [
        Said(_relative(place, one["filename"]), one["location"]["row"], one["code"] or "", one["message"])
        for one in json.loads(out)
    ]


JUDGES: dict[str, Run] = {
    "llmlint": llmlint, "mypy --strict": mypy, "pyright": pyright, "ty": ty, "pyrefly": pyrefly, "pylint": pylint, "ruff": ruff,
}  # fmt: skip

_COMMANDS = {"mypy --strict": "mypy"}

_SPEAKS_OF_EXISTENCE: dict[str, re.Pattern[str]] = {
    "llmlint": re.compile(r"LLM(2|30[3-7]|315)"),
    "mypy --strict": re.compile(r"attr-defined|call-arg|name-defined|import-not-found|typeddict-item|union-attr|unused-coroutine|call-overload"),
    "pyright": re.compile(r"Attribute|Call|Undefined|Import|OptionalMember|Unawaited|UnusedCoroutine"),
    "ty": re.compile(r"unresolved|unknown-argument|missing-argument|too-many|possibly"),
    "pyrefly": re.compile(r"missing-attribute|unexpected-keyword|missing-argument|bad-argument-count|missing-import|missing-module|unknown-name|unused-coroutine|import"),
    "pylint": re.compile(r"no-member|unexpected-keyword|no-value-for|too-many-function|no-name|import-error|undefined|not-callable"),
    "ruff": re.compile(r"F821|F822"),
}  # fmt: skip


def speaks_of_existence(judge: str, code: str) -> bool:
    """Whether a finding claims that something does not exist or cannot be called so: what injected faults are about."""
    return bool(_SPEAKS_OF_EXISTENCE[judge].match(code) or _SPEAKS_OF_EXISTENCE[judge].search(code))


def installed(tools: Path, judge: str) -> bool:
    return judge == "llmlint" or shutil.which(_COMMANDS.get(judge, judge), path=str(tools)) is not None


def _tool(place: Place, name: str) -> str:
    return str(place.tools / name)


def _run(place: Place, command: list[str], **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=place.tree,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=SECONDS,
        check=False,
        env={**os.environ, **environment},
    )
    if done.returncode < 0 or (not done.stdout and done.returncode > 1):
        raise RuntimeError(f"{Path(command[0]).name} exited with {done.returncode}: {done.stderr[-1000:]}")
    return done.stdout


def _relative(place: Place, path: str) -> str:
    absolute = path if os.path.isabs(path) else os.path.join(place.tree, path)
    return os.path.relpath(os.path.realpath(absolute), os.path.realpath(place.tree)).replace(os.sep, "/")


def fresh(before: list[Said], after: list[Said]) -> list[Said]:
    """What is said after that was not said before, by row and words."""
    known = {(one.row, *one.key) for one in before}
    return [one for one in after if (one.row, *one.key) not in known]
