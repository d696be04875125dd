"""Python in Markdown: guides and prompts."""

from __future__ import annotations

import pytest

GUIDE = """\
# Carts

Make one:

```python
from shop.cart import Cart

cart = Cart()
cart.totl()
```
"""


def places(outcome):
    return [(one["code"], one["location"]["row"], one["location"]["column"]) for one in outcome.json]


@pytest.fixture
def lint(shop, llmlint):
    """Lints a guide, with JSON for an answer."""

    def call(text: str, *options: str, name: str = "docs/guide.md"):
        shop.write(name, text)
        return llmlint(name.partition("/")[0], "--output-format", "json", *options)

    return call


def test_a_finding_stands_at_its_place_in_the_guide(lint):
    outcome = lint(GUIDE)
    assert places(outcome) == [("LLM203", 9, 6)]
    assert outcome.json[0]["filename"] == "docs/guide.md"


def test_the_report_quotes_the_line(shop, llmlint):
    shop.write("CLAUDE.md", GUIDE)
    assert "9 | cart.totl()\n  |      ^^^^\n" in llmlint("CLAUDE.md").out


def test_a_block_in_a_list_or_a_quotation_keeps_its_columns(lint):
    block = "```py\nfrom shop.cart import Cart\nCart().totl()\n```\n"
    assert places(lint("".join(f"   {line}\n" for line in block.splitlines()))) == [("LLM203", 3, 11)]
    assert places(lint("".join(f"> {line}\n" for line in block.splitlines()))) == [("LLM203", 3, 10)]


@pytest.mark.parametrize(
    "block",
    [
        "from shop.cart import Cart\n\nCart().totl(...)\n",
        "from shop.cart import Cart\n\nCart().add(..., qty=2)\n",
        "cart.totl()\nunknown(1)\n",
        "def test_it(a_fixture_of_the_reader):\n    assert a_fixture_of_the_reader\n",
        "from shop.cart import (\n",
        "import some_package_of_the_reader\n",
        "# llmlint: skip\nfrom shop.cart import Crat\n",
        "import pytest\n\n\n@pytest.mark.of_the_reader\ndef test_it(): ...\n",
        "from unittest.mock import MagicMock\n\nMagicMock().anything.goes()\n",
        "from shop.cart import Cart\n\nawait Cart().total\n",
        ">>> from shop.cart import Crat\n",
    ],
)
def test_what_a_block_leaves_out_is_no_fault(lint, block):
    assert places(lint(f"```python\n{block}```\n")) == []


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ("from shop.cart import Crat\n", "LLM202"),
        ("from shop.carts import Cart\n", "LLM201"),
        ("from shop.cart import Cart\n\n\ndef test_it(cart):\n    Cart().add('a', qty=1)\n", "LLM204"),
        ("from unittest.mock import patch\n\nwith patch('shop.cart.Crat'):\n    ...\n", "LLM207"),
        ("from unittest.mock import Mock\nfrom shop.cart import Cart\n\nMock(spec=Cart).totl()\n", "LLM303"),
    ],
)
def test_what_it_imports_is_judged(lint, block, code):
    assert [place[0] for place in places(lint(f"~~~~python\n{block}~~~~\n"))] == [code]


CRATE = "from shop.cart import Crat\n"


@pytest.mark.parametrize(
    "guide",
    [
        f"```python\n# BAD: there is no such thing\n{CRATE}```\n",
        f"```python\n\n# ❌ Don't\n{CRATE}```\n",
        f"### ❌ Do not invent\n\n```python\n{CRATE}```\n",
        f'=== "Before"\n\n    ```py\n    {CRATE.replace(chr(10), chr(10) + "    ").rstrip()}\n    ```\n',
        f"**Old:**\n\n```python\n{CRATE}```\n",
        "```python\nfrom shop.your_framework import crate\n```\n",
        "```python\nclass Till:\n    def open(self):\n        return self.has_coins\n```\n",
        f"**Example of what NOT to do**:\n\n```python\n{CRATE}```\n",
        f"- Wrong:\n  ```python\n  {CRATE}  ```\n",
        f"> Avoid this:\n> ```python\n> {CRATE}> ```\n",
        f"```python\n# Good:\nfrom shop.cart import Cart\n# Bad:\n{CRATE}```\n",
    ],
)
def test_what_a_guide_warns_of_is_no_fault_of_it(lint, guide):
    assert places(lint(guide)) == []


@pytest.mark.parametrize(
    ("guide", "row"),
    [
        (f"```python\n# WRONG:\nimport shop.carts\n# RIGHT:\n{CRATE}```\n", 5),
        (f"### ❌ Do not invent\n\nBut write:\n\n```python\n{CRATE}```\n", 6),
        (f"```python\n# Avoiding the bad old way\n{CRATE}```\n", 3),
        (f"```python\n# BAD\nimport shop.carts\n```\n```python\n{CRATE}```\n", 6),
        (f"```python\n# Don't forget the cart\n{CRATE}```\n", 3),
    ],
)
def test_what_it_advises_is(lint, guide, row):
    assert [(place[0], place[1]) for place in places(lint(guide))] == [("LLM202", row)]


def test_other_languages_are_not_python(lint):
    assert places(lint("```text\nfrom shop.cart import Crat\n```\n\n    from shop.cart import Crat\n")) == []


def test_a_suppression_speaks_in_a_block(lint):
    assert places(lint(GUIDE.replace("totl()", "totl()  # llmlint: ignore[LLM203] -- shows a fault"))) == []


def test_without_paths_only_tests_are_linted(shop, llmlint):
    shop.write("tests/README.md", GUIDE)
    assert "README" not in llmlint("--output-format", "concise").out
    assert "tests/README.md:9:6" in llmlint("tests", "--output-format", "concise").out


def test_pages_of_rules_are_run_as_tests_and_not_linted(shop, llmlint):
    shop.write("lint/LLM203-unknown-attribute.md", GUIDE)
    shop.write("lint/md/engine.md", GUIDE)
    assert llmlint("lint", "--output-format", "json").json == []


def test_a_fix_is_written_into_the_block(shop, llmlint):
    text = "- one\n\n  ```python\n  from shop.cart import Crat  # é\n  ```\n"
    file = shop.write("docs/guide.md", text.replace("\n", "\r\n"))
    assert llmlint("docs", "--fix").code == 0
    assert file.read_bytes() == text.replace("Crat", "Cart").replace("\n", "\r\n").encode()


def test_a_cached_guide_is_judged_anew_when_the_source_changes(shop, llmlint):
    shop.write("docs/guide.md", GUIDE)
    assert llmlint("docs").code == 1
    shop.write("src/shop/cart.py", "class Cart:\n    def totl(self) -> int:\n        return 0\n")
    assert llmlint("docs").code == 0
