"""mypy's own process: it is ready before it is known what it shall do, and then does it.

Started as a file by the interpreter that has mypy, whatever its version, so it imports nothing of llmlint.
"""

import os
import sys


def main() -> None:
    """Reads the file of mypy's arguments from standard input; no line: nobody wants anything any more."""
    # Beside this file stands another `mypy`.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]
    from mypy import main as _mypy  # noqa: F401 - what takes time is done while nobody waits for it
    from mypy.__main__ import console_entry

    listed = sys.stdin.readline().rstrip("\n")
    if listed:
        sys.argv[:] = ["mypy", "@" + listed]
        console_entry()


if __name__ == "__main__":
    main()
