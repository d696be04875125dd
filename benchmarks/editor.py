"""From a keystroke to its diagnostics, and whether they are true: a language server under random edits.

``python benchmarks/editor.py PROJECT FILE [--touch FILE]... [--edits N] [--python PATH] [--server COMMAND]`` copies the project, opens the file,
and makes the same random edits (seeded) in it; at each it waits for the diagnostics of that version. Every fiftieth edit changes the files named
by ``--touch`` on disk (a line at their end), as a colleague would. After every hundredth the server's list is compared with what a new session of llmlint
finds in the same text. Prints milliseconds (wall clock) and the memory of the server. Other servers (``--server "ruff server"``) are timed, not compared.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

KEYS = "abcdefghijklmnopqrstuvwxyz_.()[]=, \n"


class Client:
    """Just enough of a client."""

    def __init__(self, command: list[str], folder: str) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder
        )
        self._number = 0

    def send(self, method: str, params: Any, *, wait: bool = False) -> Any:
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        if wait:
            self._number += 1
            message["id"] = self._number
        body = json.dumps(message).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()
        return self.until(lambda one: one.get("id") == self._number and "method" not in one) if wait else None

    def until(self, wanted: Any) -> dict[str, Any]:
        while True:
            length = 0
            while (line := self.process.stdout.readline()).strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if not line:
                raise SystemExit("the server is gone")
            message = json.loads(self.process.stdout.read(length))
            if wanted(message):
                return message

    @property
    def megabytes(self) -> int:
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20


def edited(text: str, dice: random.Random) -> str:
    """One keystroke, a line taken out, or a line doubled."""
    place = dice.randrange(len(text) + 1)
    kind = dice.random()
    if kind < 0.7:
        return text[:place] + dice.choice(KEYS) + text[place:]
    if kind < 0.85:
        return text[:place] + text[place + 1 :]
    lines = text.splitlines(keepends=True)
    at = dice.randrange(len(lines))
    return "".join(lines[:at] + ([] if kind < 0.93 else [lines[at], lines[at]]) + lines[at + 1 :])


def expected(path: str, text: str, python: str | None) -> list[tuple[int, int, str, str]]:
    """What a new session finds."""
    from llmlint.app import Request, Session
    from llmlint.report.wording import hint

    result = Session(Request(python=python, tools=())).check_source(path, text)
    return sorted(
        (one.span.row - 1, one.span.column, one.code, one.message + (f"; {words}" if (words := hint(one)) else ""))
        for one in result.diagnostics
    )


def told(diagnostics: list[dict[str, Any]]) -> list[tuple[int, int, str, str]]:
    """What the server says."""
    starts = [(one["range"]["start"], one) for one in diagnostics]
    return sorted((start["line"], start["character"], one["code"], one["message"]) for start, one in starts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("project")
    parser.add_argument("file")
    parser.add_argument("--touch", action="append", default=[])
    parser.add_argument("--edits", type=int, default=500)
    parser.add_argument("--python")
    parser.add_argument("--server")
    given = parser.parse_args()
    own = given.server is None
    command = [sys.executable, "-m", "llmlint", "server", "--no-tools"] if own else shlex.split(given.server)
    command += ["--python", given.python] if own and given.python else []
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.realpath(shutil.copytree(given.project, os.path.join(folder, "project"), symlinks=True))
        run(Client(command, root), root, given, own=own)


def run(client: Client, root: str, given: argparse.Namespace, *, own: bool) -> None:
    path = os.path.join(root, given.file)
    uri = Path(path).as_uri()
    original = text = Path(path).read_text(encoding="utf-8")
    touched = [Path(root, name) for name in given.touch]
    before = {one: one.read_text(encoding="utf-8") for one in touched}
    general = {"positionEncodings": ["utf-32", "utf-16"]}
    capabilities = {"general": general, "textDocument": {"publishDiagnostics": {"versionSupport": True}}}
    client.send(
        "initialize", {"capabilities": capabilities, "processId": None, "rootUri": Path(root).as_uri()}, wait=True
    )
    client.send("initialized", {})
    dice, spent, memory, wrong, compared = random.Random(6), [], [], 0, 0
    document = {"uri": uri, "languageId": "python", "version": 0, "text": text}
    client.send("textDocument/didOpen", {"textDocument": document})
    published = "textDocument/publishDiagnostics"

    def answer(version: int) -> list[dict[str, Any]]:
        def fits(one: dict[str, Any]) -> bool:
            return (
                one.get("method") == published
                and one["params"]["uri"] == uri
                and one["params"].get("version") == version
            )

        return client.until(fits)["params"]["diagnostics"]

    answer(0)
    for number in range(1, given.edits + 1):
        # Now and then the buffer is whole again, so that not all edits are judged in ruins.
        text = original if number % 7 == 0 else edited(text, dice)
        if number % 50 == 0 and touched:
            for one in touched:
                one.write_text(
                    before[one] + (f"\n# {number}\n" if number % 100 else f"\nmade_{number} = 1\n"), encoding="utf-8"
                )
            client.send(
                "workspace/didChangeWatchedFiles", {"changes": [{"uri": one.as_uri(), "type": 2} for one in touched]}
            )
        begun = time.perf_counter()
        client.send(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": number}, "contentChanges": [{"text": text}]},
        )
        found = answer(number)
        spent.append((time.perf_counter() - begun) * 1000)
        if number % 100 == 0:
            memory.append(client.megabytes)
            if own:
                compared += 1
                wrong += told(found) != expected(path, text, given.python)
    spent.sort()
    print(f"{len(text.splitlines())} lines, {len(spent)} edits")
    print(
        f"ms: median {spent[len(spent) // 2]:.0f}, 95th percentile {spent[int(len(spent) * 0.95)]:.0f}, most {spent[-1]:.0f}"
    )
    print(f"MB after each hundredth: {memory}")
    if own:
        print(f"compared with a new session: {compared}, different: {wrong}")
    client.send("shutdown", None, wait=True)
    client.send("exit", None)
    client.process.wait(10)


if __name__ == "__main__":
    main()
