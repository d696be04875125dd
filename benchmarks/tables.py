"""Tables, as text or as Markdown."""

from __future__ import annotations

KINDS = {"attribute": "attributes", "call": "calls", "patch": "patches", "fixture": "fixtures"}
"""What is counted as resolved or not, and how a column is headed."""


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def print_table(header: list[str], rows: list[list[str]], *, markdown: bool) -> None:
    if markdown:
        print("| " + " | ".join(header) + " |")
        print("|---" + "|--:" * (len(header) - 1) + "|")
        for row in rows:
            print("| " + " | ".join(row) + " |")
    else:
        widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
        for row in [header, *rows]:
            others = (text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))
            print("  ".join([row[0].ljust(widths[0]), *others]))
    print()
