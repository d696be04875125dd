"""Which rules run: presets, selectors and how they outdo each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from llmlint.engine.pages import Page
from llmlint.model.diagnostic import Applicability
from llmlint.model.record import record
from llmlint.model.settings import TOOLS, Settings
from llmlint.semantics.nearest import nearest

BEHAVIORAL = ("LLM101", "LLM102", "LLM103", "LLM107", "LLM108", "LLM309", "LLM312", "LLM316", "LLM412", "LLM503")
"""What the preset ``behavioral`` adds: tests that see only the contract and mock only at declared boundaries."""

PRESETS = ("default", "behavioral", "all")

ALWAYS = frozenset({"LLM900", "LLM903", "LLM904"})
"""That a file could not be judged is said whatever is selected, unless it is ignored by name."""

_NAME = 4
"""How specific a full code or a name is; prefixes are as specific as they have digits."""


_UNSET = Settings()


class SelectionError(Exception):
    """A selector or preset that names nothing."""


@record
class Selection:
    """The chosen pages."""

    pages: tuple[Page, ...]
    """Ordered by code."""
    complete: bool
    """Whether every rule that is on by default was chosen, so that a blanket suppression which hides nothing is unused."""

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the chosen rules."""
        return frozenset(page.code for page in self.pages)


def select(pages: Sequence[Page], settings: Settings, *, contracts: bool = False) -> Selection:
    """The rules that ``settings`` choose, and what the project declares: who says what is public, or where doubles belong, wants to
    hear of the rest (``Page.on_with``).

    As in ruff, the more specific selector wins, whichever option it stands in (``--select LLM2 --ignore LLM203``,
    ``--ignore LLM2 --select LLM203``); between equals ``ignore`` does. ``select`` replaces what the preset chooses,
    ``extend-select`` adds to it.

    Args:
        pages: Every rule's.
        settings: The project's.
        contracts: Whether the project has frozen contracts; those that no setting names are found as well.

    Raises:
        SelectionError: a selector or the preset names nothing; the message has the nearest that does.
    """
    if settings.preset not in PRESETS:
        raise SelectionError(_unknown("preset", settings.preset, PRESETS))
    for selector in (*settings.select, *settings.extend_select, *settings.ignore):
        check_selector(selector, pages)
    chosen = []
    for page in pages:
        wanted = specificity(page, (*settings.select, *settings.extend_select))
        declared = any(_declares(settings, key, contracts) for key in page.on_with)
        if page.code in ALWAYS or (not settings.select and (declared or _in_preset(page, settings.preset))):
            wanted = max(wanted, 0)
        if wanted > specificity(page, settings.ignore):
            chosen.append(page)
    complete = {page.code for page in pages if page.default != "off"} <= {page.code for page in chosen}
    return Selection(tuple(chosen), complete)


def check_selector(selector: str, pages: Sequence[Page]) -> None:
    """Passes where a selector names a rule, or codes of a tool.

    Raises:
        SelectionError: it names nothing.
    """
    if not names_tool(selector):
        named(selector, pages)


def names_tool(selector: str) -> bool:
    """Whether a selector is a tool's (``mypy``, ``ruff:S``, ``mypy:attr-defined``); what codes a tool has only it knows."""
    return selector.partition(":")[0] in TOOLS


def keeps(settings: Settings, tool: str, code: str | None = None) -> bool:
    """Whether the findings of a tool are chosen; without a code, whether any may be.

    Tools are chosen unless ``select`` names only rules; else as with rules, the more specific selector wins.
    """
    chosen = (*settings.select, *settings.extend_select)
    wanted = _foreign(tool, code, chosen)
    if not settings.select:
        wanted = max(wanted, 0)
    if code is None:
        # A code that is chosen outdoes the tool that is not.
        wanted = max([wanted, *(len(one) for one in chosen if one.startswith(f"{tool}:"))])
    return wanted > _foreign(tool, code, settings.ignore)


def spares(selectors: Iterable[str], tool: str, code: str) -> bool:
    """Whether one of ``selectors``, of ``per-file-ignores``, names the code of a tool."""
    return _foreign(tool, code, selectors) >= 0


def fixed_how(settings: Settings, tool: str, code: str, offered: Applicability) -> Applicability | None:
    """How far the fix of a tool is to be trusted, by the same settings as ours; None where they want none of that code.

    Args:
        settings: The project's.
        tool: The tool.
        code: Its code.
        offered: What the tool says itself.
    """
    if _foreign(tool, code, settings.unfixable) >= _foreign(tool, code, settings.fixable):
        return None
    if offered == "display":
        return offered
    if spares(settings.extend_unsafe_fixes, tool, code):
        return "unsafe"
    return "safe" if spares(settings.extend_safe_fixes, tool, code) else offered


def _foreign(tool: str, code: str | None, selectors: Iterable[str]) -> int:
    best = -1
    for selector in selectors:
        name, _, prefix = selector.partition(":")
        if selector == "ALL":
            best = max(best, 0)
        elif name == tool and not prefix:
            best = max(best, 1)
        elif name == tool and code is not None and code == prefix:
            best = max(best, 100)
        elif name == tool and code is not None and code.startswith(prefix) and not code[len(prefix)].isalpha():
            best = max(best, 1 + len(prefix))
    return best


def named(selector: str, pages: Sequence[Page]) -> list[Page]:
    """The pages of the rules that a selector (a code, a prefix, a name or ``ALL``) names.

    Raises:
        SelectionError: there are none.
    """
    found = [page for page in pages if matches(selector, page)]
    if not found:
        raise SelectionError(_unknown("rule", selector, [name for page in pages for name in (page.code, page.name)]))
    return found


def matches(selector: str, page: Page) -> bool:
    """Whether a selector names the page's rule."""
    return specificity(page, (selector,)) >= 0


def outdone(page: Page, selectors: Iterable[str], others: Iterable[str]) -> bool:
    """Whether ``others`` name the page's rule more specifically than ``selectors`` do, or as much."""
    return specificity(page, others) >= specificity(page, selectors)


def specificity(page: Page, selectors: Iterable[str]) -> int:
    """The highest specificity of the selectors that match, -1 where none does."""
    best = -1
    for selector in selectors:
        if selector == "ALL":
            best = max(best, 0)
        elif selector in (page.code, page.name):
            best = _NAME
        elif selector and page.code.startswith(selector) and selector.rstrip("0123456789").isupper():
            digits = len(selector) - len(selector.rstrip("0123456789"))
            # `L` or `LL` would match, and say nothing.
            if digits or selector == page.code.rstrip("0123456789"):
                best = max(best, digits)
    return best


def _declares(settings: Settings, key: str, contracts: bool) -> bool:
    name = key.replace("-", "_")
    return (key == "contracts" and contracts) or bool(getattr(settings, name) != getattr(_UNSET, name))


def _in_preset(page: Page, preset: str) -> bool:
    if preset == "all":
        return True
    return page.default != "off" or (preset == "behavioral" and page.code in BEHAVIORAL)


def _unknown(what: str, name: str, candidates: Iterable[str]) -> str:
    near = nearest(name, candidates)
    return f"there is no {what} '{name}'" + (f"; did you mean '{near}'?" if near else "")
