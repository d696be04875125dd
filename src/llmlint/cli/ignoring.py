"""What ``--add-ignore`` does."""

from __future__ import annotations

import sys

from llmlint.cli.main import Failure
from llmlint.engine.ignoring import with_ignores
from llmlint.engine.writing import WriteError, replace_file
from llmlint.model.result import RunResult
from llmlint.project.discovery import MARKDOWN
from llmlint.project.source import SourceError, decode, encoding_of, read_bytes
from llmlint.report.place import shown
from llmlint.report.wording import count


def add_ignores(result: RunResult, why: str, cwd: str, *, quiet: bool) -> list[str]:
    """Writes a suppression for every finding, and says how many; returns what could not be written.

    Raises:
        Failure: the reason is more than a line.
    """
    why = why.strip()
    if "\n" in why or "\r" in why or "#" in why:
        raise Failure("the reason of --add-ignore is one line without '#'")
    failures = [*result.failures]
    number = files = 0
    for file in result.files:
        if not file.diagnostics:
            continue
        if file.path.endswith(MARKDOWN):
            # In a guide a suppression would be read by everyone: that is for its writer to decide.
            print(f"llmlint: {shown(file.path, cwd)}: left as it is", file=sys.stderr)
            continue
        try:
            data = read_bytes(file.path)
            text, added, left = with_ignores(file.path, decode(data), file.diagnostics, why)
            if added:
                replace_file(file.path, data, text.encode(encoding_of(data)))
        except (SourceError, WriteError, UnicodeEncodeError) as error:
            failures.append(f"{file.path}: {error}")
            continue
        number += len(added)
        files += bool(added)
        for one in left:
            place = f"{shown(file.path, cwd)}:{one.span.row}:{one.span.column + 1}"
            print(f"llmlint: {place}: {one.code} cannot be suppressed there", file=sys.stderr)
    if not quiet:
        print(f"Added suppressions for {count(number, 'finding')} in {count(files, 'file')}.")
    return failures
