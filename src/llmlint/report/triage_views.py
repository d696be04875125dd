"""The verdicts on a suite as a table, JSON, Markdown and a page with a picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from llmlint.report.place import shown
from llmlint.report.style import Style
from llmlint.report.triage import VERDICTS, Judged, JudgedFile, Verdict
from llmlint.report.wording import count

_WORDS: Mapping[Verdict, str] = {"keep": "keep", "mend": "mend", "rewrite": "rewrite or delete"}
_MEANING: Mapping[Verdict, str] = {
    "keep": "asserts behaviour through the contract",
    "mend": "has faults that a fix, a name or a spec cures",
    "rewrite": "is coupled to the implementation, asserts nothing, or repeats another",
}


def table(files: Sequence[JudgedFile], cwd: str, style: Style) -> Iterator[str]:
    """A line a file, the brittlest first, then the tests that are not kept."""
    if not files:
        yield "No tests.\n"
        return
    ordered = sorted(files, key=lambda file: (-file.count("rewrite"), -file.brittleness, file.path))
    broad = max(len(shown(file.path, cwd)) for file in files)
    yield style.dim(f"{'file':<{broad}}  keep  mend  rewrite  brittleness\n")
    for file in ordered:
        numbers = f"{file.count('keep'):>4}  {file.count('mend'):>4}  {file.count('rewrite'):>7}"
        yield f"{shown(file.path, cwd):<{broad}}  {numbers}  {file.brittleness:>5} {_bar(file.brittleness)}\n"
    for verdict in ("rewrite", "mend"):
        tests = [test for file in ordered for test in file.tests if test.verdict == verdict]
        if tests:
            yield f"\n{style.bold(_WORDS[verdict].capitalize())} ({len(tests)})\n"
        for test in tests:
            yield f"  {shown(test.path, cwd)}:{test.row} {test.name} {style.dim(_told(test))}\n"
    yield f"\n{_closing(files)}\n"


def as_json(files: Sequence[JudgedFile], cwd: str, style: Style) -> Iterator[str]:  # noqa: ARG001 - as the others
    """One object: totals, files, tests."""
    document = {
        "totals": {verdict: sum(file.count(verdict) for file in files) for verdict in VERDICTS},
        "files": [_file(file, cwd) for file in files],
    }
    yield json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def markdown(files: Sequence[JudgedFile], cwd: str, style: Style) -> Iterator[str]:  # noqa: ARG001
    """A table of files, and a list of tests for each verdict but keep."""
    yield f"# Triage\n\n{_closing(files)}\n\n| file | keep | mend | rewrite | brittleness |\n| --- | ---: | ---: | ---: | ---: |\n"
    for file in sorted(files, key=lambda file: (-file.brittleness, file.path)):
        numbers = " | ".join(str(file.count(verdict)) for verdict in VERDICTS)
        yield f"| `{shown(file.path, cwd)}` | {numbers} | {file.brittleness} |\n"
    for verdict in ("rewrite", "mend"):
        tests = [test for file in files for test in file.tests if test.verdict == verdict]
        if tests:
            yield f"\n## {_WORDS[verdict].capitalize()}\n\nA test that {_MEANING[verdict]}.\n\n"
        for test in tests:
            yield f"- `{shown(test.path, cwd)}:{test.row}` {test.name}: {_told(test)}\n"


def html(files: Sequence[JudgedFile], cwd: str, style: Style) -> Iterator[str]:  # noqa: ARG001
    """One self-contained page: a square a test, in the color of its verdict, the darker the more brittle."""
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>llmlint triage</title>\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>Triage</h1>\n<p>{escape(_closing(files))}</p>\n<ul class=legend>\n"
    for verdict in VERDICTS:
        number = sum(file.count(verdict) for file in files)
        yield f"<li><b class={verdict}></b> <strong>{number:,}</strong> {_WORDS[verdict]}: {_MEANING[verdict]}</li>\n"
    yield "</ul>\n<section class=suite>\n"
    ordered = sorted(files, key=lambda file: (-len(file.tests), file.path))
    for file in ordered:
        yield f"<figure><figcaption>{escape(shown(file.path, cwd))} <i>{file.brittleness}</i></figcaption><div>"
        for test in file.tests:
            title = f"{test.name}: {_WORDS[test.verdict]}, brittleness {test.brittleness}\n{_reasons(test)}"
            shade = 0.45 + 0.55 * test.brittleness / 100 if test.verdict != "keep" else 0.7
            yield f'<b class={test.verdict} style="opacity:{shade:.2f}" title="{escape(title)}" tabindex=0></b>'
        yield "</div></figure>\n"
    yield "</section>\n<table>\n<thead><tr><th>test<th>verdict<th>brittleness<th>reasons</thead>\n<tbody>\n"
    tests = [test for file in files for test in file.tests if test.verdict != "keep"]
    for test in sorted(tests, key=lambda test: (-test.brittleness, test.path, test.row)):
        place = f"{shown(test.path, cwd)}:{test.row}"
        yield (
            f"<tr><td>{escape(test.name)}<br><small>{escape(place)}</small><td><b class={test.verdict}></b> "
            f"{_WORDS[test.verdict]}<td class=n>{test.brittleness}<td>{escape(_reasons(test))}\n"
        )
    yield "</tbody>\n</table>\n</body>\n</html>\n"


VIEWS: Mapping[str, Callable[[Sequence[JudgedFile], str, Style], Iterator[str]]] = {
    "table": table,
    "json": as_json,
    "markdown": markdown,
    "html": html,
}


def _file(file: JudgedFile, cwd: str) -> dict[str, Any]:
    tests = [
        {
            "name": test.name,
            "row": test.row,
            "verdict": test.verdict,
            "brittleness": test.brittleness,
            "reasons": [{"code": code, "name": name, "count": number} for code, name, number in test.reasons],
        }
        for test in file.tests
    ]
    return {"filename": shown(file.path, cwd), "brittleness": file.brittleness, "tests": tests}


def _reasons(test: Judged) -> str:
    return ", ".join(f"{code} {name}" + (f" ×{number}" if number > 1 else "") for code, name, number in test.reasons)


def _told(test: Judged) -> str:
    """The reasons with the figure that may be one of them."""
    return _reasons(test) + (f"; brittleness {test.brittleness}" if test.brittleness else "")


def _bar(brittleness: int) -> str:
    return "█" * round(brittleness / 10)


def _closing(files: Sequence[JudgedFile]) -> str:
    tests = [test for file in files for test in file.tests]
    parts = [f"{sum(1 for test in tests if test.verdict == verdict)} {_WORDS[verdict]}" for verdict in VERDICTS]
    mean = round(sum(test.brittleness for test in tests) / len(tests)) if tests else 0
    return f"{count(len(tests), 'test')} in {count(len(files), 'file')}: {', '.join(parts)}; brittleness {mean}."


_STYLE = """
:root{--keep:#2f8f5b;--mend:#c98a00;--rewrite:#b3261e;--fg:#1d2021;--bg:#fbfbf9;--dim:#6b7075;--line:#dcdcd6}
@media (prefers-color-scheme:dark){:root{--fg:#e6e6e1;--bg:#16181a;--dim:#9aa0a6;--line:#34383c;--keep:#57c58b;--mend:#f3c04b;
--rewrite:#ff8a80}}
body{margin:2rem auto;max-width:100rem;padding:0 1.5rem;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.4rem;margin:0}
.legend{list-style:none;padding:0;display:grid;gap:.2rem}
b.keep,b.mend,b.rewrite{display:inline-block;width:.8rem;height:.8rem;border-radius:2px;margin:1px;vertical-align:middle}
b.keep{background:var(--keep)}b.mend{background:var(--mend)}b.rewrite{background:var(--rewrite)}
.suite{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start;margin:1.5rem 0}
figure{margin:0;padding:.5rem .6rem;border:1px solid var(--line);border-radius:6px;max-width:24rem}
figcaption{font:.75rem ui-monospace,monospace;color:var(--dim);margin-bottom:.3rem;overflow-wrap:anywhere}
figcaption i{font-style:normal;color:var(--fg)}
figure div{line-height:0;max-width:20rem}
figure b:hover,figure b:focus{outline:2px solid var(--fg)}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
th,td:nth-child(2){white-space:nowrap}
small{color:var(--dim)}.n{font-variant-numeric:tabular-nums}
"""
