"""From a keystroke to its diagnostics, and whether they are true: a language server under random edits.

``python benchmarks/editor.py PROJECT FILE [--touch FILE]... [--edits N] [--python PATH] [--server COMMAND]`` copies the project, opens the file,
and makes the same random edits (seeded) in it; at each it waits for the diagnostics of that version. Every fiftieth edit changes the files named
by ``--touch`` on disk as well (a comment, a new function, one renamed, or as they were), as a colleague would, and tells the server as an editor
would. After every hundredth the server's list is compared with that of ``llmlint check`` on the same text, in a process of its own. Prints
milliseconds by the clock, the processor time that the server took for them (which other work on the machine does not lengthen), and its memory.
Ends with 1 if a list was different. Other servers (``--server "ruff server"``) are timed, not compared. Linux: it reads ``/proc``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

KEYS = "abcdefghijklmnopqrstuvwxyz_.()[]=, \n"

Place = tuple[int, int, str, str]


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
        self._write(message)
        return self.until(lambda one: one.get("id") == self._number and "method" not in one) if wait else None

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            length = 0
            while (line := self.process.stdout.readline()).strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if not line:
                raise SystemExit("the server is gone")
            message: dict[str, Any] = json.loads(self.process.stdout.read(length))
            if "method" in message and "id" in message:
                # What a server asks for is refused; settings are the defaults.
                items = message["params"].get("items", []) if isinstance(message.get("params"), dict) else []
                self._write({"jsonrpc": "2.0", "id": message["id"], "result": [None for _ in items] or None})
            if wanted(message):
                return message

    @property
    def megabytes(self) -> int:
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20

    @property
    def milliseconds(self) -> float:
        """Of processor time, by all its threads."""
        spent = 0
        for thread in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{thread}/schedstat", encoding="ascii") as file:
                spent += int(file.read().split()[0])
        return spent / 1e6


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


def disturbed(text: str, number: int, dice: random.Random) -> str:
    """A file that tests rest on, after somebody else's edit."""
    kind = dice.random()
    if kind < 0.2:
        return text
    if kind < 0.4:
        return f"{text}\n# {number}\n"
    if kind < 0.6:
        return f"{text}\n\ndef made_{number}(): ...\n"
    names = list(re.finditer(r"^( *(?:async )?(?:def|class) )(\w+)", text, re.MULTILINE))
    if not names:
        return text
    one = dice.choice(names)
    return f"{text[: one.end()]}_{number}{text[one.end() :]}"


def expected(path: str, text: str, options: Sequence[str]) -> list[Place]:
    """What ``llmlint check`` finds."""
    command = [sys.executable, "-m", "llmlint", "check", "-", "--stdin-filename", path, "--no-cache", "--no-tools"]
    done = subprocess.run(
        [*command, "--output-format", "lsp", *options],
        input=text.encode(),
        capture_output=True,
        check=False,
        cwd=os.path.dirname(path),
    )
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    return told([one for file in json.loads(done.stdout) for one in file["diagnostics"]])


def told(diagnostics: Sequence[dict[str, Any]]) -> list[Place]:
    """What is said, in an order."""
    starts = [(one["range"]["start"], one) for one in diagnostics]
    return sorted((start["line"], start["character"], str(one["code"]), one["message"]) for start, one in starts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("project")
    parser.add_argument("file")
    parser.add_argument("--touch", action="append", default=[], help="a file that is changed on disk now and then")
    parser.add_argument("--edits", type=int, default=500)
    parser.add_argument("--every", type=int, default=100, help="how many edits lie between comparisons")
    parser.add_argument("--python")
    parser.add_argument("--server")
    parser.add_argument("--with-ruff", action="store_true", help="let ruff run as well; lists are not compared")
    given = parser.parse_args()
    own = given.server is None
    options = ["--python", given.python] if own and given.python else []
    command = [sys.executable, "-m", "llmlint", "server", *options] if own else shlex.split(given.server)
    command += ["--no-tools"] if own and not given.with_ruff else []
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.realpath(shutil.copytree(given.project, os.path.join(folder, "project"), symlinks=True))
        return run(Client(command, root), root, given, options if own and not given.with_ruff else None)


def run(client: Client, root: str, given: argparse.Namespace, options: list[str] | None) -> int:
    path = os.path.join(root, given.file)
    uri = Path(path).as_uri()
    original = text = Path(path).read_text(encoding="utf-8")
    touched = [Path(root, name) for name in given.touch]
    before = {one: one.read_text(encoding="utf-8") for one in touched}
    general = {"positionEncodings": ["utf-16"]}
    capabilities = {"general": general, "textDocument": {"publishDiagnostics": {"versionSupport": True}}}
    folder = {"uri": Path(root).as_uri(), "name": "project"}
    start = {"capabilities": capabilities, "processId": None, "rootUri": folder["uri"], "workspaceFolders": [folder]}
    client.send("initialize", start, wait=True)
    client.send("initialized", {})
    dice, spent, busy, memory, wrong = random.Random(6), [], [], [], []
    document = {"uri": uri, "languageId": "python", "version": 0, "text": text}
    client.send("textDocument/didOpen", {"textDocument": document})
    published = "textDocument/publishDiagnostics"

    def answer(version: int) -> list[dict[str, Any]]:
        def fits(one: dict[str, Any]) -> bool:
            if one.get("method") != published or one["params"]["uri"] != uri:
                return False
            return bool(one["params"].get("version") == version)

        found: list[dict[str, Any]] = client.until(fits)["params"]["diagnostics"]
        return found

    answer(0)
    for number in range(1, given.edits + 1):
        # Now and then the buffer is whole again, so that not all edits are judged in ruins.
        text = original if number % 7 == 0 else edited(text, dice)
        if number % 50 == 0 and touched:
            for one in touched:
                one.write_text(disturbed(before[one], number, dice), encoding="utf-8")
            changes = [{"uri": one.as_uri(), "type": 2} for one in touched]
            client.send("workspace/didChangeWatchedFiles", {"changes": changes})
        worked, begun = client.milliseconds, time.perf_counter()
        client.send(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": number}, "contentChanges": [{"text": text}]},
        )
        found = answer(number)
        spent.append((time.perf_counter() - begun) * 1000)
        busy.append(client.milliseconds - worked)
        if number % given.every == 0:
            memory.append(client.megabytes)
            if options is not None and told(found) != expected(path, text, options):
                wrong.append(number)
    print(f"{len(original.splitlines())} lines, {len(spent)} edits, load {os.getloadavg()[0]:.1f}")
    print(f"ms by the clock: {summary(spent)}")
    print(f"ms of processor time: {summary(busy)}")
    step = -(-len(memory) // 20) or 1
    # Counted from the end, so that the last one is among them.
    print(f"MB, every {given.every * step} edits: {memory[(len(memory) - 1) % step :: step]}")
    if options is not None:
        print(f"compared with llmlint check: {len(memory)}, different: {wrong or 0}")
    client.send("shutdown", None, wait=True)
    client.send("exit", None)
    client.process.wait(10)
    return int(bool(wrong))


def summary(figures: list[float]) -> str:
    ordered = sorted(figures)
    middle, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    return f"median {middle:.0f}, 95th percentile {high:.0f}, most {ordered[-1]:.0f}"


if __name__ == "__main__":
    sys.exit(main())
