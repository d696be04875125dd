"""The digest: what stays when there is no room."""

from __future__ import annotations

import ast

from llmlint.contracts.layout import places
from llmlint.lifecycle.digest import as_json, as_stub
from llmlint.lifecycle.promises import Reader

ROUTES = '''
"""Routes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from web import Field, Model, router

from shop.mail import Mailer

__all__ = ["Answer", "answer", "Mailer"]


class Answer(Model):
    """What comes back."""

    text: str = Field(default="", max_length=10, description="What was said, at great length.")
    at: datetime | None = None


@router.get("/answer", response_model=Answer, responses={200: {"description": "Said.", "content": {"example": {"text": "a"}}}})
def answer(to: str, limit: int = Field(default=3, description="How many."), **more: Any) -> Answer:
    """Answer.

    Behavior:
        - Answers once.

    Raises:
        ValueError: `to` is empty.
    """
    return Answer()
'''


def digests(project_of, budget):
    project = project_of(
        {"shop/__init__.py": "", "shop/mail.py": "class Mailer:\n    host: str\n", "shop/routes.py": ROUTES}
    )
    promises = [Reader(project).read(place) for place in places(project) if place.module == "shop.routes"]
    return as_stub(promises, budget), as_json(project, promises, [], budget)


def test_signatures_stay_whole_and_prose_goes_wherever_it_stands(project_of):
    stub, document = digests(project_of, 1)
    ast.parse(stub)
    assert stub == (
        "# shop.routes\n"
        "from web import Field, Model, router\n"
        "from shop.mail import Mailer\n"
        "class Answer(Model):\n"
        "    text: str = Field(default='', max_length=10)\n"
        "    at: datetime | None = None\n"
        "@router.get('/answer', response_model=Answer)\n"
        "def answer(to: str, limit: int=Field(default=3), **more: Any) -> Answer: ...\n"
    )
    module = document["modules"][0]
    assert document["level"] == "signatures"
    assert module["functions"] == [
        {
            "name": "answer",
            "signature": "def answer(to: str, limit: int=Field(default=3), **more: Any) -> Answer",
            "decorators": ["router.get('/answer', response_model=Answer)"],
        }
    ]
    assert module["classes"][0]["fields"][0] == {
        "name": "text",
        "type": "str",
        "value": "Field(default='', max_length=10)",
    }
    assert module["exports"] == ["Mailer"]


def test_examples_in_arguments_go_before_what_is_said_of_a_field(project_of):
    whole, everything = digests(project_of, None)
    assert "responses=" in whole
    for budget in range(everything["tokens"] - 1, 0, -10):
        _, document = digests(project_of, budget)
        if document["level"] == "promises":
            assert (
                "description='What was said, at great length.'"
                in document["modules"][0]["classes"][0]["fields"][0]["value"]
            )
            assert "responses" not in document["modules"][0]["functions"][0]["decorators"][0]
            assert document["modules"][0]["functions"][0]["behaviour"] == ["Answers once."]
            return
    raise AssertionError("no budget leaves the promises")


def test_references_and_examples_of_sphinx_are_no_part_of_what_is_promised(project_of):
    from llmlint.contracts.layout import places
    from llmlint.lifecycle.promises import Reader
    from llmlint.lifecycle.scenarios import scenarios

    project = project_of(
        {
            "shop/__init__.py": "",
            "shop/times.py": '''\
def now():
    """Gives an :class:`Arrow <arrow.arrow.Arrow>` of :func:`~shop.times.clock`."""


def read(text):
    """Read it.

    :param text: what is read
    :raises ValueError: it is no time.

    Usage::

        >>> read("x")
    """
''',
        }
    )
    (place,) = [one for one in places(project) if one.module == "shop.times"]
    told = {one.name: one.text for one in scenarios(Reader(project).read(place))}
    assert told["test_read_raises_value_error"] == "raises ValueError: it is no time."
    assert "test_now_gives_arrow_clock" in told


def test_comments_say_what_variables_and_fields_are_for(project_of):
    """``#:`` above and beside, as Sphinx reads it; a string below it has the last word."""
    source = """
        #: How often
        #: to try.
        RETRIES = 0x0F

        class Box:
            width = 3  #: In pixels.
            #: Not this.
            height = 4
            '''In pixels, too.'''
        """
    project = project_of({"shop/__init__.py": "", "shop/things.py": source})
    reader = Reader(project)
    promise = next(reader.read(place) for place in places(project) if place.module == "shop.things")
    assert [(one.name, one.value, one.text) for one in promise.variables] == [("RETRIES", "0x0F", "How often to try.")]
    assert [(one.name, one.text) for one in promise.classes[0].values] == [
        ("width", "In pixels."),
        ("height", "In pixels, too."),
    ]


def test_underlined_headings_above_indented_bodies(project_of):
    """Headings as NumPy has them, bodies as Google has them."""
    source = """
        def get(timeout=None):
            '''Get it.

            Arguments
            ---------
                timeout (float): How long
                    to wait.

            Raises
            ------
                ~queue.Empty: if there is nothing
                    to be had.
                :class:`~shop.Closed`: if it is closed.
            '''

        def put(item):
            '''Put it.

            Raises
            ------
            Full
                If there is no room.
            '''
        """
    project = project_of({"shop/__init__.py": "", "shop/things.py": source})
    reader = Reader(project)
    promise = next(reader.read(place) for place in places(project) if place.module == "shop.things")
    get, put = promise.functions
    assert [(one.name, one.text) for one in get.docstring.parameters] == [("timeout", "How long to wait.")]
    assert [(one.name, one.text) for one in get.docstring.raises] == [
        ("queue.Empty", "if there is nothing to be had."),
        ("shop.Closed", "if it is closed."),
    ]
    assert [(one.name, one.text) for one in put.docstring.raises] == [("Full", "If there is no room.")]
