"""``llmlint hook``: what an agent sends, and what it is told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from llmlint.hook.calls import Calls
from tests.conftest import CART, FAULTY, SOUND

TWO = FAULTY + "\n\ndef test_add():\n    cart = Cart()\n    cart.add(qty=1)\n    assert cart.total() == 1\n"
"""A fault in row 6, another one in row 11."""

ASKED = {
    "paths": (), "whole": False, "answer": "exit", "limit": 6000, "fail_on": "error", "session": "", "python": None, "config": (),
}  # fmt: skip


@pytest.fixture
def tell(shop):
    """Sends an event to one process that stays warm."""
    calls = Calls()

    def send(event, **asked):
        text = event if isinstance(event, str) else json.dumps(event)
        return calls.answer({"text": text, "cwd": str(shop.path), "asked": {**ASKED, **asked}})

    return send


def edit(shop, old: str, new: str, **more):
    """Claude Code's event after an edit that was made."""
    path = shop.path / "tests/test_cart.py"
    asked = {"file_path": str(path), "old_string": old, "new_string": new}
    return {
        "session_id": "s",
        "cwd": str(shop.path),
        "hook_event_name": "PostToolUse",
        "tool_name": "Edit",
        "tool_input": asked,
        **more,
    }


def test_only_what_the_edit_wrote_is_told(shop, tell):
    shop.write("tests/test_cart.py", TWO)
    answer = tell(edit(shop, "cart.add(1)", "cart.add(qty=1)"))
    assert answer["code"] == 2
    assert answer["out"] == ""
    assert "LLM204" in answer["err"]
    assert "LLM203" not in answer["err"]
    assert "tests/test_cart.py:11" in answer["err"]
    assert "def add(item: str, quantity: int=1)" in answer["err"]


def test_whole_files_are_told_when_asked_for(shop, tell):
    shop.write("tests/test_cart.py", TWO)
    assert "LLM203" in tell(edit(shop, "cart.add(1)", "cart.add(qty=1)"), whole=True)["err"]


def test_nothing_is_said_when_all_is_well(shop, tell):
    shop.write("tests/test_cart.py", SOUND)
    assert tell(edit(shop, "x", "cart.total()")) == {"code": 0, "out": "", "err": ""}


def test_an_event_that_does_not_say_which_lines_means_the_whole_file(shop, tell):
    shop.write("tests/test_cart.py", TWO)
    told = tell(edit(shop, "cart.add(1)", "not in the file any more"))["err"]
    assert "LLM203" in told
    assert "LLM204" in told


def test_what_a_baseline_accepts_is_not_told(shop, tell, llmlint):
    shop.write("tests/test_cart.py", FAULTY)
    accepted = shop.path / "accepted.json"
    llmlint("check", "--no-tools", "tests", "--baseline", accepted, "--update-baseline")
    shop.write("tests/test_cart.py", TWO)
    path = str(shop.path / "tests/test_cart.py")
    assert "'totl'" in tell(path)["err"]
    told = tell(path, baseline=str(accepted))["err"]
    assert "'qty'" in told
    assert "'totl'" not in told
    accepted.write_text("{}")
    answer = tell(path, baseline=str(accepted))
    assert (answer["code"], answer["out"]) == (1, "")
    assert "is no baseline" in answer["err"]


def test_the_structured_patch_says_which_lines(shop, tell):
    shop.write("tests/test_cart.py", TWO)
    patch = [{"oldStart": 5, "oldLines": 2, "newStart": 5, "newLines": 2, "lines": ["     cart = Cart()", "-    pass", "+    assert cart.totl() == 0"]}]  # fmt: skip
    told = tell(edit(shop, "pass", "cart", tool_response={"structuredPatch": patch}))["err"]
    assert "LLM203" in told
    assert "LLM204" not in told


def test_the_decision_as_json(shop, tell):
    shop.write("tests/test_cart.py", TWO)
    answer = tell(edit(shop, "", "cart.add(qty=1)"), answer="json")
    assert (answer["code"], answer["err"]) == (0, "")
    decision = json.loads(answer["out"])
    assert decision["decision"] == "block"
    assert "LLM204" in decision["reason"]


PATCH = """\
*** Begin Patch
*** Update File: tests/test_cart.py
@@ def test_add():
     cart = Cart()
-    cart.add("a")
+    cart.add(qty=1)
     assert cart.total() == 1
*** End Patch
"""


@pytest.mark.parametrize(
    "wrapped",
    [
        PATCH,
        {"hook_event_name": "PostToolUse", "tool_name": "apply_patch", "tool_input": {"command": PATCH}},
        {"hook_event_name": "PostToolUse", "tool_name": "shell", "tool_input": {"command": ["apply_patch", PATCH]}},
    ],
)
def test_a_patch_of_codex(shop, tell, wrapped):
    shop.write("tests/test_cart.py", TWO)
    answer = tell(wrapped)
    assert answer["code"] == 2
    assert "LLM204" in answer["err"]
    assert "LLM203" not in answer["err"]


def test_a_file_that_a_patch_adds_is_new_throughout(shop, tell):
    shop.write("tests/test_cart.py", TWO)
    added = "".join(f"+{line}\n" for line in TWO.splitlines())
    told = tell(f"*** Begin Patch\n*** Add File: tests/test_cart.py\n{added}*** End Patch\n")["err"]
    assert "LLM203" in told
    assert "LLM204" in told


def test_a_file_that_a_patch_only_moves_is_in_another_place_throughout(shop, tell):
    shop.write("tests/test_moved.py", TWO)
    told = tell(
        "*** Begin Patch\n*** Update File: tests/test_old.py\n*** Move to: tests/test_moved.py\n*** End Patch\n"
    )
    assert "LLM203" in told["err"]
    assert "LLM204" in told["err"]


def test_a_patch_of_lines_with_other_separators(shop, tell):
    """Rows end at line feeds, and nowhere else."""
    shop.write("tests/test_cart.py", TWO.replace("    cart.add(qty=1)", "    cart.add(qty=1)  # \u2028\x0c here"))
    patch = "*** Begin Patch\n*** Update File: tests/test_cart.py\n@@\n+    cart.add(qty=1)  # \u2028\x0c here\n*** End Patch"
    told = tell(patch)
    assert "LLM204" in told["err"]
    assert "LLM203" not in told["err"]


@pytest.mark.parametrize("tool", ["Edit", "Write"])
def test_what_is_written_into_a_file_is_no_patch(shop, tell, tool):
    shop.write("tests/test_cart.py", TWO)
    text = "*** Begin Patch\n+nothing\n*** End Patch\n"
    asked = {"file_path": str(shop.path / "tests/test_cart.py"), "content": text, "new_string": text}
    told = tell({"cwd": str(shop.path), "hook_event_name": "PostToolUse", "tool_name": tool, "tool_input": asked})
    assert "LLM203" in told["err"]


@pytest.mark.parametrize(
    "event",
    [
        {"tool_input": {"file_path": "tests/test_cart.py", "edits": []}},
        {"tool_input": {"file_path": "tests/test_cart.py", "edits": [None, 1]}},
        {"files": "tests/test_cart.py"},
        {"files": [None, 5, "tests/test_cart.py"], "session_id": 7, "hook_event_name": ["Stop"]},
        {"tool_input": {"file_path": "tests/test_cart.py"}, "cwd": "/no/such\0folder"},
    ],
)
def test_of_an_odd_event_what_can_be_read_counts(shop, tell, event):
    shop.write("tests/test_cart.py", FAULTY)
    assert "LLM203" in tell(event)["err"]


@pytest.mark.parametrize("name", ["PreToolUse", "PostToolUse"])
@pytest.mark.parametrize("path", ["a\0.py", "\ud800.py", "a" * 5000 + ".py", "~nobody/a.py", 5, None])
def test_paths_that_no_file_can_have(shop, tell, path, name):
    told = tell({"hook_event_name": name, "tool_input": {"file_path": path}, "files": 5})
    assert told == {"code": 0, "out": "", "err": ""}


def test_plain_paths(shop, tell):
    assert tell("tests/test_cart.py\nsrc/shop/cart.py\nREADME.md\nno/such/file.py\n")["code"] == 2
    assert tell("", paths=("tests/test_cart.py",))["code"] == 2


def test_the_third_time_lets_the_agent_pass(shop, tell):
    event = edit(shop, "x", "cart.totl()")
    assert [tell(event)["code"] for _ in range(2)] == [2, 2]
    third = tell(event)
    assert third["code"] == 0
    assert "3 times" in json.loads(third["out"])["hookSpecificOutput"]["additionalContext"]
    assert tell(event) == {"code": 0, "out": "", "err": ""}
    assert tell({**event, "session_id": "another"})["code"] == 2


def test_what_it_remembers_is_none_of_git_s_business(shop, tell):
    """Where no run has made the cache folder before."""
    shop.write("tests/test_cart.py", TWO)
    assert tell(edit(shop, "cart.add(1)", "cart.add(qty=1)"))["code"] == 2
    assert list(shop.path.glob(".llmlint_cache/hook/*.json"))
    assert (shop.path / ".llmlint_cache/.gitignore").read_text() == "*\n"


def test_what_was_mended_in_between_is_counted_anew(shop, tell):
    event = edit(shop, "x", "cart.totl()")
    for _ in range(2):
        assert tell(event)["code"] == 2
    shop.write("tests/test_cart.py", SOUND)
    assert tell(edit(shop, "x", "cart.total()"))["code"] == 0
    shop.write("tests/test_cart.py", FAULTY)
    assert tell(event)["code"] == 2


def git(shop, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", *identity, *arguments], cwd=shop.path, check=True, capture_output=True)


def test_the_end_of_a_turn_asks_git(shop, tell):
    git(shop, "init", "-q")
    git(shop, "add", ".")
    git(shop, "commit", "-qm", "a")
    stop = {"session_id": "s", "cwd": str(shop.path), "hook_event_name": "Stop", "stop_hook_active": False}
    assert tell(stop)["code"] == 0
    shop.write("tests/test_cart.py", TWO)
    told = tell(stop)["err"]
    assert "LLM204" in told
    assert "LLM203" not in told


def test_the_end_of_a_turn_without_git_remembers(shop, tell):
    stop = {"session_id": "s", "cwd": str(shop.path), "hook_event_name": "Stop"}
    assert tell(stop)["code"] == 0
    tell(edit(shop, "x", "cart.totl()"))
    assert tell(stop)["code"] == 2


def test_a_bound_on_the_length(shop, tell):
    many = "".join(f"\n\ndef test_{n}():\n    assert Cart().invented_{n}() == {n}\n" for n in range(200))
    shop.write("tests/test_cart.py", "from shop.cart import Cart\n" + many)
    told = tell("tests/test_cart.py", limit=2000)["err"]
    assert len(told) <= 2000
    assert "more causes" in told


def test_what_it_knows_follows_the_disk(shop, tell):
    event = "tests/test_cart.py"
    assert tell(event)["code"] == 2
    shop.write("src/shop/cart.py", CART + "\n    def totl(self) -> int:\n        return 0\n")
    assert tell(event)["code"] == 0
    shop.write("contracts/shop/cart.pyi", "class Cart:\n    def total(self) -> int: ...\n")
    assert tell(event, fail_on="warning")["code"] == 2
    shop.write("pyproject.toml", '[project]\nname = "shop"\n[tool.llmlint]\nexclude = ["tests"]\n')
    assert tell(event, fail_on="warning")["code"] == 0


def test_an_agent_is_never_told_to_edit_a_contract(shop, tell):
    shop.write(
        "contracts/shop/cart.pyi", "class Cart:\n    def total(self) -> int: ...\n    def gone(self) -> int: ...\n"
    )
    shop.write("tests/test_cart.py", TWO)
    told = tell("tests/test_cart.py", fail_on="info")["err"]
    assert "change the contract" not in told
    assert "Do not edit contracts" in told


@pytest.mark.parametrize("text", ['{"tool_input": ', "[1, 2]", "\0\0\0", "*** Begin Patch\n+no file\n*** End Patch\n"])
def test_rubbish_is_an_error_that_does_not_hold_up_the_agent(tell, text):
    answer = tell(text)
    assert answer["code"] == 1
    assert answer["err"].startswith("llmlint: error: ")


def test_settings_that_cannot_be_read(shop, tell):
    shop.write("pyproject.toml", "[tool.llmlint]\nselct = []\n")
    answer = tell("tests/test_cart.py")
    assert answer["code"] == 1
    assert "selct" in answer["err"]


def test_a_process_of_its_own(shop, process, tmp_path):
    cold = process("hook", given=b"tests/test_cart.py\n", LLMLINT_COLD="1")
    assert cold.code == 2
    assert process("hook", given=b"", LLMLINT_COLD="1").code == 0


@pytest.mark.parametrize(
    "options",
    [
        ["--python", sys.executable],
        [f"--python={sys.executable}"],
        ["--fail-on", "error"],
        ["--", "tests/test_cart.py"],
    ],
)
def test_whichever_way_it_is_called_it_says_the_same(shop, process, options):
    """The plain ways are read without the library that reads the others."""
    shop.write("tests/test_cart.py", FAULTY)
    plain = process("hook", given=b"tests/test_cart.py\n", LLMLINT_COLD="1")
    assert plain.code == 2
    assert process("hook", *options, given=b"tests/test_cart.py\n", LLMLINT_COLD="1") == plain


def test_the_plain_call_loads_no_library(shop, process, tmp_path_factory):
    run = tmp_path_factory.mktemp("r")
    event = json.dumps({"tool_name": "Edit", "tool_input": {"file_path": "README.md"}}).encode()
    done = process("hook", given=event, XDG_RUNTIME_DIR=str(run), PYTHONPROFILEIMPORTTIME="1")
    assert "llmlint.hook.caller" in done.err
    assert "click" not in done.err


@pytest.mark.parametrize("options", [["--python"], ["--pyton", "x"]])
def test_a_call_that_cannot_be_read_is_refused(process, options):
    refused = process("hook", *options, given=b"tests/test_cart.py\n", LLMLINT_COLD="1")
    assert refused.code == 2
    assert refused.err.startswith("llmlint: error: ")
    assert options[0] in refused.err


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="no folder that is in use goes elsewhere")
def test_a_folder_that_is_gone_and_streams_that_are_closed(shop, tmp_path_factory):
    """The event says what is meant."""
    shop.write("tests/test_cart.py", FAULTY)
    event = json.dumps({"cwd": str(shop.path), "tool_input": {"file_path": "tests/test_cart.py"}})
    hook = f"{sys.executable} -m llmlint hook --cold"
    gone = tmp_path_factory.mktemp("gone")

    def run(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", "-c", line], input=event, capture_output=True, text=True, check=False, cwd=gone)

    assert (closed := run(f"{hook} <&-")).returncode == 0, closed.stderr
    assert (run(f"{hook} 2>&-").returncode, run(f"{hook} >&-").returncode) == (2, 2)
    told = run(f"rmdir {gone}; {hook}")
    assert told.returncode == 2
    assert "LLM203" in told.stderr


@pytest.fixture
def run(tmp_path_factory):
    """A folder for sockets, whose address has to be short. Whoever listens there in the end is sent home."""
    folder = tmp_path_factory.mktemp("r")
    yield folder
    for pid in _listeners(folder):
        os.kill(pid, signal.SIGTERM)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="processes are looked up in /proc")
def test_a_process_that_stays_warm_says_the_same(shop, process, run):
    def told(**more: str):
        # What is imported shows who has answered.
        done = process("hook", given=b"tests/test_cart.py\n", PYTHONPROFILEIMPORTTIME="1", **more)
        lines = [line for line in done.err.splitlines() if not line.startswith("import time:")]
        return done.code, lines, "llmlint.hook.calls" in done.err

    code, lines, alone = told(LLMLINT_COLD="1")
    assert (code, alone) == (2, True)
    for _ in range(2):
        assert told(XDG_RUNTIME_DIR=str(run)) == (2, lines, True)
        (pid,) = _listeners(run, at_least=1)
        assert told(XDG_RUNTIME_DIR=str(run)) == (2, lines, False)
        (address,) = run.glob("llmlint-*/*.sock")
        assert address.parent.stat().st_mode & 0o077 == 0
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + 10
        while _listeners(run) and time.monotonic() < end:
            time.sleep(0.05)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="processes are looked up in /proc")
@pytest.mark.parametrize("name", ["SessionStart", "UserPromptSubmit"])
def test_the_start_of_a_conversation_prepares_the_process(shop, process, run, name):
    """Nobody waits for it and nothing is said; the first edit is answered by the process that was started then."""
    # Longer than an argument may be.
    prompt = "*** Begin Patch\n.py" + "x" * 200_000
    start = json.dumps({"session_id": "s", "cwd": str(shop.path), "hook_event_name": name, "prompt": prompt}).encode()
    for _ in range(2):
        begun = process("hook", given=start, XDG_RUNTIME_DIR=str(run))
        assert (begun.code, begun.out, begun.err) == (0, "", "")
    _listeners(run, at_least=1)
    warm = process("hook", given=b"tests/test_cart.py\n", XDG_RUNTIME_DIR=str(run), PYTHONPROFILEIMPORTTIME="1")
    assert "LLM203" in warm.err
    assert "llmlint.hook.calls" not in warm.err
    end = time.monotonic() + 10
    # The second start may have come before the first process listened: one of the two gives way.
    while len(_listeners(run)) > 1 and time.monotonic() < end:
        time.sleep(0.05)
    assert len(_listeners(run)) == 1


def test_what_is_prepared_is_the_project_of_the_event(shop, tell, tmp_path_factory, monkeypatch):
    """Wherever the process that prepares it stands: the settings that it stumbles over here are the project's."""
    shop.write("pyproject.toml", "[tool.llmlint]\nselct = []\n")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    answer = tell({"cwd": str(shop.path), "hook_event_name": "SessionStart"})
    assert (answer["code"], answer["out"]) == (1, "")
    assert f"{shop.path}/pyproject.toml:2:1: unknown setting 'selct'" in answer["err"]


def test_an_edit_that_is_to_be_made_is_not_held_up(shop, tell):
    """Not by what stands in the file before it, nor by a patch of what is not there yet; the file is read meanwhile."""
    shop.write("tests/test_cart.py", TWO)
    event = edit(shop, "cart.add(1)", "cart.add(quantity=1)", hook_event_name="PreToolUse")
    patch = "*** Begin Patch\n*** Update File: tests/test_gone.py\n@@\n-a\n+b\n*** End Patch\n"
    for one in (event, {**event, "tool_name": "apply_patch", "tool_input": {"input": patch}}):
        assert tell(one) == {"code": 0, "out": "", "err": ""}


def test_an_edit_of_what_is_not_python_is_nobody_s_business(shop, process, tmp_path_factory):
    """Not even a process is started for it, and what the file holds is no patch of something else."""
    run = tmp_path_factory.mktemp("r")
    patch = "*** Begin Patch\n*** Update File: tests/test_cart.py\n@@\n-a\n+b\n*** End Patch\n"
    asked = {"file_path": str(shop.path / "README.md"), "content": patch}
    event = {"cwd": str(shop.path), "hook_event_name": "PostToolUse", "tool_name": "Write", "tool_input": asked}
    done = process("hook", given=json.dumps(event).encode(), XDG_RUNTIME_DIR=str(run))
    assert (done.code, done.out, done.err) == (0, "", "")
    assert not list(run.iterdir())


def test_a_conversation_that_begins_cold_reads_nothing(shop, process):
    start = json.dumps({"cwd": str(shop.path), "hook_event_name": "SessionStart"}).encode()
    shop.write("pyproject.toml", "[tool.llmlint]\nselct = []\n")
    assert process("hook", given=start, LLMLINT_COLD="1").code == 0


def _listeners(folder: Path, *, at_least: int = 0) -> list[int]:
    """The processes that were started to listen in a folder, where so many shall, as soon as one of them does."""
    end = time.monotonic() + 20
    while True:
        named = [pid for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))) if str(folder) in _command(pid)]
        if len(named) >= at_least and (not at_least or any(map(_listens, folder.glob("llmlint-*/*.sock")))):
            return named
        assert time.monotonic() < end, "nobody listens"
        time.sleep(0.05)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        return connection.connect_ex(str(path)) == 0


def _command(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
