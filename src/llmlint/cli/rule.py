"""``llmlint rule``: explain a rule."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from llmlint.cli.main import Failure

if TYPE_CHECKING:
    from llmlint.engine.pages import Page


@click.command("rule", short_help="Explain a rule.")
@click.argument("rule", required=False, metavar="[CODE | NAME]")
@click.option("--all", "every", is_flag=True, help="Every rule, a line each.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(rule: str | None, every: bool, output_format: str) -> int:
    """Print a rule's page: what it reports, why it matters, faulty and sound examples."""
    from llmlint.app import Problem, Request, Session, pages_of

    if (rule is None) is not every:
        raise Failure("name one rule, or write --all")
    try:
        pages = pages_of(rule, Session(Request()).rules())
    except Problem as error:
        raise Failure(str(error)) from None
    if output_format == "json":
        records: Any = [_record(page) for page in pages]
        json.dump(records if every else records[0], sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    elif every:
        broad = max(len(page.name) for page in pages)
        for page in pages:
            sys.stdout.write(
                f"{page.code}  {page.name:<{broad}}  {page.default:<7}  {page.sentence}{_switched_on(page)}\n"
            )
    else:
        sys.stdout.write(pages[0].text)
    return 0


def _switched_on(page: Page) -> str:
    return f" (on with {' or '.join(page.on_with)})" if page.on_with else ""


def _record(page: Page) -> dict[str, Any]:
    return {
        "code": page.code,
        "name": page.name,
        "summary": page.sentence,
        "default": page.default,
        "severity": page.severity,
        "on-with": list(page.on_with),
        "fix": None if page.fix == "none" else page.fix,
        "options": list(page.options),
        "explanation": page.text,
    }
