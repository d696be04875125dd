"""mypy's own process: it looks at what the tests import as soon as it is started, and at the tests when it is told what they mean.

Started as a file by the interpreter that has mypy, whatever its version, so it imports nothing of llmlint. It reads lines from standard
input: ``in FOLDER`` (run there), ``ahead FILE`` (check what the arguments in FILE name and say nothing; the cache and what is loaded is what stays), ``run FILE`` (be
mypy with these arguments), ``part FILE`` before it (or with those of each part, all at the same time, if that can be). When there are no more lines nobody wants anything.
"""

import gc
import io
import os
import sys
import tempfile
import threading
from typing import Any

_kept: "list[Any]" = []
"""What was built ahead. It ends with the process: to free it would cost time that somebody waits for."""


def main() -> None:
    """Does what standard input says."""
    # Beside this file stands another `mypy`.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]
    from mypy import main as _mypy  # noqa: F401 - what takes time is done while nobody waits for it

    parts = []
    for line in iter(sys.stdin.readline, ""):
        verb, _, listed = line.rstrip("\n").partition(" ")
        if verb == "in":
            os.chdir(listed)
            continue
        if verb == "part":
            parts.append(listed)
            continue
        if verb == "run":
            if parts and _kept and takes_several_writers(_kept[-1].manager.options) and threading.active_count() == 1:
                run_each(parts)
            run(listed)
        look_ahead(listed)


def run(listed: str) -> None:
    """Is mypy, and ends."""
    from mypy.__main__ import console_entry

    sys.argv[:] = ["mypy", "@" + listed]
    console_entry()
    sys.exit()


def run_each(parts: "list[str]") -> None:
    """Is mypy several times at once, each with all that was built ahead, and ends. What they print comes out in their order."""
    started = []
    for listed in parts:
        printed = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this process
        process = os.fork()
        if not process:
            os.dup2(printed.fileno(), 1)
            run(listed)
        started.append((process, printed))
    codes = []
    for process, printed in started:
        status = os.waitpid(process, 0)[1]
        codes.append(-os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
        printed.seek(0)
        sys.stdout.buffer.write(printed.read())
    sys.stdout.flush()
    if min(codes) < 0:
        sys.stderr.write(f"killed by signal {-min(codes)}\n")
        sys.exit(3)
    sys.exit(max(codes))


def takes_several_writers(options: "Any") -> bool:
    """Whether the cache of a run with these options may be written by more than one process at a time: one database alone is locked
    by its first writer until that one is through.
    """
    return not options.sqlite_cache or getattr(options, "sqlite_num_shards", 1) > 1


def look_ahead(listed: str) -> None:
    """Checks what a file of arguments names, for the cache. What goes wrong, goes wrong again when somebody listens."""
    from mypy.build import build
    from mypy.fscache import FileSystemCache
    from mypy.main import process_options

    sys.setrecursionlimit(2**14)  # as mypy itself does
    out, err, files = io.StringIO(), io.StringIO(), FileSystemCache()
    try:
        sources, options = process_options(["@" + listed], stdout=out, stderr=err, fscache=files)
        built = build(sources, options, None, lambda *_: None, files, out, err)
    except (SystemExit, Exception):  # noqa: BLE001 - whatever it is, the run over the tests says it
        return
    _kept.append(built)
    close = getattr(built.manager.metastore, "close", None)
    if close is not None:
        close()
    gc.freeze()


if __name__ == "__main__":
    main()
