"""The nouns a rule may ask for: facts about a test, each recorded where it happened.

The interpreter (``semantics.interpreter``) makes them in source order, at most once a place. To stay fast it makes a noun
only where something is worth judging: an attribute that is found, public and on contract makes none.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, TypeVar, dataclass_transform

from llmlint.model.diagnostic import Anchor
from llmlint.model.position import Truth

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def _noun(cls: type[_T]) -> type[_T]:
    """A dataclass that nobody changes, which mypy sees to: what would see to it at run time takes more than half as long
    again to make, in each start of a process that makes thirty of them."""
    return dataclass(slots=True, eq=False, repr=False)(cls)


class Outcome(Enum):
    """What the two truths say of a name."""

    FOUND = "found"
    """It exists and is public."""
    OFF_CONTRACT = "off contract"
    """The implementation has it, the frozen contract (or the project's own ``__all__``) does not publish it."""
    MISSING = "missing"
    """It does not exist: decided, never guessed."""
    UNKNOWN = "unknown"
    """It cannot be decided."""


@_noun
class Blueprint:
    """What a class itself tells of its instances: all that a mock's spec knows of it."""

    unknown: tuple[str, ...]
    """Public attributes that only an instance has: set in methods, fields without a value in the class."""
    special: tuple[str, ...]
    """Public members that are no plain methods: properties, static and class methods, variables, nested classes."""


@_noun
class Owner:
    """The thing that a name was looked up on."""

    kind: Literal["instance", "class", "module", "enum", "typed dict", "function", "super"]
    name: str
    """As a reader calls it: ``AICache``, ``shop.cart``."""
    symbol: str
    """Dotted: ``shop.ai.AICache``."""
    truth: Truth | None
    """Where its contract (or, without one, its source) begins."""
    names: Callable[[], Sequence[str]]
    """Its public names, for the nearest real one. Called only when there is a finding."""
    own: bool = False
    """Whether the linted project defines it (not the standard library or a third party)."""
    by_test: bool = False
    """Whether the tests themselves define it."""
    blueprint: Callable[[], Blueprint | None] = lambda: None
    """For a class or its instances, where they are defined at the top of a module. Called only when there is a finding."""


@_noun
class ImportUse:
    """An ``import m`` or ``from m import name`` (one noun a name), wherever it stands."""

    node: ast.alias
    statement: ast.Import | ast.ImportFrom
    module: str
    """The absolute dotted module; relative imports are resolved."""
    name: str | None
    """The name behind ``from … import``; None for ``import m`` and for the module part of ``from m import …``."""
    outcome: Outcome
    missing_part: str | None
    """For a missing module: the shortest dotted prefix that does not exist."""
    owner: Owner | None
    """The module the name was looked up in, or for a missing module the nearest existing parent package."""
    private_part: str | None
    """The first private part (``_impl``), if any; ``None`` for the tests' own helpers, dunders and the test's own package."""
    own: bool
    """Whether the module is the linted project's."""
    guarded: bool
    """In ``try/except ImportError``, under ``TYPE_CHECKING``, after ``importorskip``, behind a version check."""
    environment_known: bool
    """Whether the target environment is known."""
    declared: bool
    """Whether the project declares a dependency that may provide the module."""
    internal: bool = False
    """Whether a glob of ``internal-modules`` matches ``module`` (in the noun without a name) or, where ``name`` is itself a
    module, ``module.name``; never for a test that is part of that module's own package."""


@_noun
class AttributeUse:
    """An attribute worth judging: missing, off contract or private; also a key of a TypedDict and ``getattr(x, "n")``.

    ``__getitem__`` and ``__call__`` stand for a function that is subscripted and a property whose value is called.
    """

    node: ast.expr
    """The ``ast.Attribute`` (or the ``getattr`` call, the subscript of a TypedDict or function, the call of a property)."""
    name: str
    context: Literal["load", "store", "delete", "key"]
    owner: Owner | None
    """None where the receiver is unknown (possible for private names only)."""
    outcome: Outcome
    private: bool
    """A private name that is not the documented underscore API of the standard library, not ``self``/``cls`` of the
    test's own class, not on something that the tests themselves define."""
    truth: Truth | None = None
    """For OFF_CONTRACT: where the implementation has it."""
    fails: bool = True
    """For a MISSING name that is stored: whether the write itself must fail (slots, frozen, enum, named tuple)."""


@_noun
class GuardUse:
    """``hasattr(x, "name")`` or ``getattr(x, "name", default)`` that gates statements, where x's closed class of the project can
    never have the name."""

    node: ast.Call
    name: str
    owner: Owner
    form: Literal["hasattr", "getattr"]


@_noun
class Problem:
    """One way in which arguments do not bind to a signature."""

    kind: Literal[
        "unknown-keyword",
        "missing",
        "too-many",
        "duplicate",
        "positional-only-by-keyword",
        "dropped-keyword",
        "unheard-keyword",
    ]
    name: str | None
    """The parameter or keyword."""
    at: Anchor
    """The offending argument, or the call."""
    near: str | None = None
    """For an unknown keyword: the near parameter that it leaves unfilled; for one that nobody hands in, the near one that somebody does."""
    takes: int | None = None
    """For too many: how many positional arguments are taken."""
    given: int | None = None


@_noun
class CallUse:
    """A call of something known whose arguments do not bind (on every member, if it is a union)."""

    node: ast.Call
    callee: Owner
    """``kind`` is 'function' or 'class'."""
    signature: str
    """As a reader writes it: ``add(item, quantity=1)``, without self."""
    parameters: tuple[str, ...]
    """The names that may be given by keyword."""
    problems: tuple[Problem, ...]
    model: bool = False
    """Whether the callee is a pydantic model's constructor that ignores or forbids extra keywords."""


@_noun
class PatchUse:
    """Any form of patching, one noun a replaced name."""

    node: ast.Call
    """The call of ``patch`` (or of ``monkeypatch.setattr`` …), also where it is a decorator."""
    at: Anchor
    """What names the target: the string, or the attribute's argument."""
    form: str
    """``patch``, ``patch.object``, ``patch.multiple``, ``patch.dict``, ``monkeypatch.setattr``, ``monkeypatch.delattr``,
    ``monkeypatch.setitem``, ``mocker.patch`` …: the canonical name under any alias."""
    target: str
    """The dotted path as given, or ``Owner.attribute`` for the object forms."""
    name: str
    """The replaced name (last part)."""
    outcome: Outcome
    missing_part: str | None
    """The first part that does not exist."""
    owner: Owner | None
    """What the missing (or last) part was looked up on."""
    private_part: str | None
    """The first private part (never a dunder, never documented underscore API, never something the tests define)."""
    makes_mock: bool
    """Whether the patch makes its own mock with no ``new``, ``new_callable``, ``spec``, ``spec_set``, ``autospec``,
    ``create=True``."""
    creates: bool
    """``create=True`` or ``raising=False``."""
    target_kind: Literal["function", "async function", "class", "module", "instance", "value", "unknown"]
    """What stands at the target."""
    replaces: Owner | None = None
    """The function, method, class or module that stands at the target, as its definition names it."""
    answered: bool = False
    """Whether a function of the tests (``side_effect=``) takes the calls, and not whatever comes."""
    gives_nothing: bool = False
    """Whether what stands at the target is a function of the standard library that returns None, or not at all."""


@dataclass(slots=True)
class MockUse:
    """A mock that the test builds, with what it turned out to stand for (made when its test is over)."""

    node: ast.Call
    factory: str
    """``Mock``, ``MagicMock``, ``AsyncMock``, ``NonCallableMock``, ``PropertyMock``, ``create_autospec``, ``mocker.stub`` …"""
    specced: bool
    """By ``spec``, ``spec_set``, ``wraps``, autospec or an own subclass; ``spec=None``/``False`` count as none."""
    spec_of_bool: bool
    """``spec=True``."""
    stands_for: Owner | None
    """The class (or function) that it was found to stand for, if one was."""
    only_called: bool
    """Only called, asserted about as a callable, configured by ``return_value``/``side_effect``, or handed over: a callback."""
    configured: bool
    """An attribute (other than the mock API's own) was read, called or configured on it."""
    value: str = ""
    """Where it stands for a plain value that could as well be built: ``dataclass``, ``enum``, ``model``, ``dict`` …"""
    patched: bool = False
    """Whether a patch puts it where what it stands for was: the patch is a noun of its own."""


@_noun
class MockAttributeUse:
    """An attribute of a mock worth judging: missing in what the mock stands for, or a misspelt assertion on any mock."""

    node: ast.expr
    """The attribute (or the keyword's value of ``configure_mock(...)``, ``Mock(spec=…, name=…)``)."""
    name: str
    action: Literal["read", "configured", "called", "asserted"]
    owner: Owner | None
    """What the mock stands for, None if not known."""
    outcome: Outcome
    by: Literal["spec", "autospec", "patch", "annotation", "parameter", "unknown"] = "unknown"
    """How the class is known."""
    parameter: str | None = None
    """For ``by == "parameter"``: the parameter it was handed to, as ``AICache(backend=…)``."""
    misspelt: str | None = None
    """The real assertion (``assert_called_once``) where the name is a misspelling of one."""
    uncalled: bool = False
    """``assert m.assert_called_once`` without the call, or a bare ``m.assert_called_once`` statement."""
    permitted: bool = False
    """For ``action == "configured"``: a plain name (``m.user = 1``, ``Mock(spec=C, user=1)``) given to a mock with ``spec`` (not
    ``spec_set``), which Python lets a test do on purpose."""
    meant: str | None = None
    """What the test must have meant, where something says so: ``return_value.json`` for the mock of a function that gives what has it."""


@_noun
class MockCall:
    """A call of a mock, or an assertion about its calls, whose arguments do not bind to what the mock stands for."""

    node: ast.Call | ast.Subscript
    """The call, or ``mock.call_args.kwargs["name"]``."""
    assertion: str | None
    """``assert_called_with`` …; None for a direct call."""
    callee: Owner
    signature: str
    parameters: tuple[str, ...]
    problems: tuple[Problem, ...]


@_noun
class MockGift:
    """What a mock is told to give, and what it stands for cannot give."""

    node: ast.expr
    """The value; of a ``side_effect`` list the element."""
    form: Literal["return_value", "side_effect", "attribute"]
    kind: Literal["type", "effect", "method"]
    """``type``: not what the contract gives; ``effect``: a ``side_effect`` that is no exception, no callable and no iterable;
    ``method``: a plain value in the place of a method."""
    subject: Owner
    """The function or method, or for an attribute the class that has it."""
    name: str
    """The attribute, else empty."""
    given: str
    """In a reader's words: ``None``, ``a dict``, ``a mock``."""
    expected: str
    """``int``, ``Response or None``; empty where it does not matter."""


@_noun
class MockAwait:
    """A synchronous mock in the place of a coroutine of the contract, or an ``AsyncMock`` in the place of a plain function."""

    node: ast.expr
    """Where the mock is built, or the attribute of one."""
    callee: Owner
    asynchronous: bool
    """Whether it is the contract's that is asynchronous."""
    part: bool
    """Whether it is a part of a mock, which follows what the mock itself was built as."""


@_noun
class MockedSubject:
    """A test that replaces a method of the object or class whose behaviour it then asserts."""

    at: ast.expr
    """What names the method in the patch, or the attribute that is assigned."""
    subject: Owner
    method: str
    itself: bool
    """Whether what is asserted comes from the replaced method itself, and not from another one of the same object."""


@_noun
class MockLoad:
    """How many mocks and patches feed one test."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    own: int
    """In the test and its decorators."""
    fixtures: int
    """In the fixtures of its file that it asks for, and in the set-up of its class."""
    shared: int
    """In the fixtures of conftests and other modules that it asks for."""
    alike: int = 0
    """For the first of them: how many tests of the file are fed by the same fixtures."""


@_noun
class MockEcho:
    """An assertion whose two sides are the same configured value of a mock."""

    node: ast.expr
    text: str
    """How the test reads the mock: ``repo.get('a')``."""
    configured: ast.expr
    """Where the value was given."""


@_noun
class InteractionOnly:
    """A test that asserts about calls made on mocks, and nothing else."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    assertions: int


@_noun
class MissedPatch:
    """A patch of a name in the module that defines it, which those who imported the name before do not see."""

    at: ast.expr
    target: str
    user: str
    """The module that the test exercises and that holds a binding of its own."""
    binding: str
    """That binding's name."""
    truth: Truth | None
    """Where it is bound."""


@_noun
class UnusedMock:
    """A mock that is handed to nothing, or a patch that changes nothing and whose mock is never read."""

    at: ast.expr
    name: str
    patch: bool
    asserted: bool = False
    """Whether all that the test does with it is to assert that it was not called."""


@_noun
class FakeMethod:
    """One way in which a fake's method is not what the contract's is."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    name: str
    kind: Literal["signature", "async", "sync", "not-in-contract"]
    detail: str
    """For 'signature': what it does not take, in words (``does not take 'ttl'``)."""
    truth: Truth | None


@_noun
class Fake:
    """A class of the tests that stands in for a contract class (by subclassing, or by being handed to its parameter)."""

    node: ast.ClassDef
    contract: Owner
    by: Literal["subclass", "parameter"]
    methods: tuple[FakeMethod, ...]


@_noun
class FixtureRequest:
    """A test, fixture or ``usefixtures`` that asks for a fixture."""

    node: ast.arg | ast.expr
    name: str
    outcome: Outcome
    by: str
    """Who asks: the test's or fixture's name."""
    names: Callable[[], Sequence[str]]
    """Every fixture that is in scope here."""
    environment_known: bool
    """Whether the plugins' fixtures are known for certain."""


@_noun
class ParametrizeProblem:
    """A ``parametrize`` that names an argument which the function does not take, or has a row of the wrong length."""

    node: ast.expr
    kind: Literal["unknown-argument", "row-length"]
    name: str
    """The argument, or the names joined by a comma."""
    function: str
    expected: int | None = None
    given: int | None = None
    names: tuple[str, ...] = ()
    """The arguments that the function does take."""


@_noun
class AwaitProblem:
    """A coroutine that is used as a value, or an ``await`` on what is not awaitable."""

    node: ast.expr | ast.stmt
    kind: Literal["missing-await", "needless-await"]
    callee: Owner
    form: Literal["value", "statement", "attribute", "subscript", "compare", "assert", "with", "for", "await"]


@_noun
class UndefinedName:
    """A name that no scope binds."""

    node: ast.Name
    name: str
    fixture: bool
    """Whether it is the name of a fixture in scope."""
    names: Callable[[], Sequence[str]]


@_noun
class ContractProblem:
    """A contract that does not parse, names what it neither defines nor imports, publishes a private name, leaves out a whole
    kind of member, or disagrees with its implementation; a module that has none."""

    at: Anchor
    kind: Literal[
        "syntax", "undefined-name", "private-name", "incomplete", "drift", "no-contract", "undocumented", "broken-example"
    ]  # fmt: skip
    module: str
    name: str
    """The offending name; for 'incomplete' the class or module (dotted)."""
    detail: str = ""
    """For 'syntax' the parser's words; for 'incomplete' the kind of member, in the plural; for 'drift' what disagrees; for
    'no-contract' where the contract would stand; for 'undocumented' ``function`` or ``class``; for 'broken-example' what the
    example does that cannot be."""
    missing: tuple[str, ...] = ()
    """For 'incomplete': the members left out."""
    truth: Truth | None = None


@dataclass(slots=True)
class Statistics:
    """How many uses could be judged. ``resolved`` of ``total`` a kind."""

    total: dict[str, int] = field(default_factory=dict)
    resolved: dict[str, int] = field(default_factory=dict)
    """Kinds: ``attribute``, ``call``, ``patch``, ``fixture``."""


@_noun
class Unresolved:
    """Something that could not be judged, and why."""

    node: ast.AST
    kind: Literal["attribute", "call", "patch", "fixture"]
    text: str
    reason: str


Noun = (
    ImportUse | AttributeUse | GuardUse | CallUse | PatchUse | MockUse | MockAttributeUse | MockCall | MockGift
    | MockAwait | MockedSubject | MockLoad | MockEcho | InteractionOnly | MissedPatch | UnusedMock | Fake
    | FixtureRequest | ParametrizeProblem | AwaitProblem | UndefinedName | ContractProblem
)  # fmt: skip
