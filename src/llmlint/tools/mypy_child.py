"""mypy's own process: it looks at what the tests import as soon as it is started, and at the tests when it is told what they mean.

Started as a file by the interpreter that has mypy, whatever its version, so it imports nothing of llmlint. It reads lines from standard
input: ``in FOLDER`` (run there), ``ahead FILE`` (check what the arguments in FILE name and say nothing; the cache and what is loaded is what stays), ``run FILE`` (be
mypy with these arguments). When there are no more lines nobody wants anything.
"""

import gc
import io
import os
import sys

_kept: "list[object]" = []
"""What was built ahead. It ends with the process: to free it would cost time that somebody waits for."""


def main() -> None:
    """Does what standard input says."""
    # Beside this file stands another `mypy`.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]
    from mypy import main as _mypy  # noqa: F401 - what takes time is done while nobody waits for it
    from mypy.__main__ import console_entry

    for line in iter(sys.stdin.readline, ""):
        verb, _, listed = line.rstrip("\n").partition(" ")
        if verb == "in":
            os.chdir(listed)
            continue
        if verb == "run":
            sys.argv[:] = ["mypy", "@" + listed]
            console_entry()
            return
        look_ahead(listed)


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
