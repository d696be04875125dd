"""The suites: what `suites.toml` says of each, where it lies below the work folder, how it is made ready."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tarfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Suite:
    name: str
    version: str
    tests: tuple[str, ...]
    packages: tuple[str, ...]
    run: tuple[str, ...] = ()
    python: str = ""
    extras: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    editable: bool = True
    pytest: tuple[str, ...] = ()
    skip_paths: tuple[str, ...] = ()
    deselect: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    note: str = ""
    tree: str = ""
    venv: str = ""

    @property
    def label(self) -> str:
        return f"{self.name}-{self.version}"


def read_suites(path: Path) -> list[Suite]:
    suites = []
    for table in tomllib.loads(path.read_text("utf-8"))["suite"]:
        values: dict[str, Any] = {
            key.replace("-", "_"): tuple(value) if isinstance(value, list) else value for key, value in table.items()
        }
        suites.append(Suite(**values))
    return suites


class Workdir:
    """Where the suites lie. Every path is made from here."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, name: str) -> Path:
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def tree(self, suite: Suite) -> Path:
        return Path(suite.tree) if suite.tree else self.root / suite.label

    def venv(self, suite: Suite) -> Path:
        return Path(suite.venv) if suite.venv else self.root / "venvs" / suite.name

    def python(self, suite: Suite) -> Path:
        return interpreter(self.venv(suite))

    def record(self, kind: str, suite: Suite) -> Path:
        return self.folder(kind) / f"{suite.name}.json"

    def read(self, kind: str, suite: Suite) -> Any:
        path = self.root / kind / f"{suite.name}.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else None

    def write(self, kind: str, suite: Suite, value: object) -> None:
        self.record(kind, suite).write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", "utf-8")


def default_workdir() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "llmlint-benchmarks"


def interpreter(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(command: list[str], log: Path, timeout: float = 1800, **options: Any) -> int:
    with log.open("w", encoding="utf-8") as out:
        out.write(shlex.join(command) + "\n")
        out.flush()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, **options)
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            out.write(f"\nstopped after {timeout:.0f} s\n")
            return 124
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends what was started, with all that it started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def test_files(suite: Suite, work: Workdir) -> list[Path]:
    tree = work.tree(suite)
    found: list[Path] = []
    for each in suite.tests:
        path = tree / each
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return found


def count_lines(files: list[Path]) -> int:
    return sum(path.read_bytes().count(b"\n") for path in files)


# -- preparing -------------------------------------------------------------------------------------------------------


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def find_sdist(folder: Path, suite: Suite) -> Path | None:
    for path in sorted(folder.glob("*.tar.gz")):
        name, _, version = path.name.removesuffix(".tar.gz").rpartition("-")
        if canonical(name) == canonical(suite.name) and version == suite.version:
            return path
    return None


def unpack(archive: Path, target: Path) -> None:
    staging = target.with_name(target.name + ".unpacking")
    shutil.rmtree(staging, ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(staging, filter="data")
    (inner,) = staging.iterdir()
    inner.rename(target)
    staging.rmdir()


def find_python(version: str) -> str:
    if not version or version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{version}")
    if found is None:
        raise SystemExit(f"python{version} is not on PATH")
    return found


def constraints(suite: Suite) -> Path:
    return HERE / "constraints" / f"{suite.name}.txt"


def prepare(suite: Suite, work: Workdir) -> bool:
    """Downloads, unpacks and installs a suite; does nothing where that is done already."""
    if suite.tree:
        return True
    log = work.folder("logs") / f"{suite.name}.prepare.log"
    sdists = work.folder("sdists")
    if find_sdist(sdists, suite) is None:
        say(f"{suite.label}: downloading")
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", suite.name]
        if run([*command, "-d", str(sdists), f"{suite.name}=={suite.version}"], log):
            say(f"{suite.label}: cannot be downloaded, see {log}")
            return False
    tree = work.tree(suite)
    if not tree.exists():
        archive = find_sdist(sdists, suite)
        if archive is None:
            say(f"{suite.label}: no source distribution came")
            return False
        unpack(archive, tree)
    pins = constraints(suite)
    wanted = json.dumps([suite.version, suite.python, suite.extras, suite.requirements, suite.editable])
    stamp = hashlib.sha256(wanted.encode()).hexdigest()
    marker = work.venv(suite) / "prepared.txt"
    if marker.exists() and marker.read_text("utf-8") == stamp:
        return True
    say(f"{suite.label}: installing")
    if run([find_python(suite.python), "-m", "venv", "--clear", str(work.venv(suite))], log):
        say(f"{suite.label}: no environment, see {log}")
        return False
    project = str(tree) + (f"[{','.join(suite.extras)}]" if suite.extras else "")
    command = [str(work.python(suite)), "-m", "pip", "install", "--quiet"]
    if pins.exists():
        command += ["-c", str(pins)]
    command += [*suite.requirements, *(["-e"] if suite.editable else []), project]
    if run(command, log):
        say(f"{suite.label}: cannot be installed, see {log}")
        return False
    marker.write_text(stamp, "utf-8")
    return True


def freeze(suite: Suite, work: Workdir) -> None:
    """Writes down what the environment holds, so that it can be made again."""
    command = [str(work.python(suite)), "-m", "pip", "freeze", "--exclude-editable", "--exclude", suite.name]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line for line in listed.splitlines() if "==" in line and " @ " not in line]
    constraints(suite).parent.mkdir(exist_ok=True)
    constraints(suite).write_text("".join(f"{line}\n" for line in lines), "utf-8")
