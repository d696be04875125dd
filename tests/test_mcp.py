"""``llmlint mcp``, through the package's own client."""

from __future__ import annotations

import json
import sys

import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.conftest import SOUND


@pytest.mark.asyncio
async def test_every_tool_answers(shop):
    shop.write("tests/conftest.py", "import pytest\n\n\n@pytest.fixture\ndef basket() -> int:\n    return 1\n")
    before = {path: path.read_bytes() for path in shop.path.rglob("*") if path.is_file()}
    server = StdioServerParameters(command=sys.executable, args=["-m", "llmlint", "mcp", str(shop.path)])
    async with stdio_client(server) as (read, write), ClientSession(read, write) as client:
        await client.initialize()

        async def ask(tool: str, **arguments):
            answer = await client.call_tool(tool, arguments)
            return answer, "\n".join(getattr(part, "text", "") for part in answer.content)

        async def resolved(name: str):
            return json.loads((await ask("resolve", name=name))[1])

        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == {
            "check", "explain", "contract_digest", "contract_prompt", "fixtures", "resolve",
        }  # fmt: skip
        assert all(tool.annotations.read_only_hint for tool in tools)
        assert "LLM203" in (await ask("check", path="tests/test_cart.py"))[1]
        assert "Nothing found" in (await ask("check", path="tests/test_cart.py", text=SOUND))[1]
        explained = (await ask("explain", rule="LLM203"))[1]
        assert "# LLM203 unknown-attribute" in explained
        # A model that made the fault needs an example and not all of them.
        assert "## Known limits" in explained
        assert "more in the whole page: `llmlint rule LLM203`" in explained
        assert len(explained) < 10_000
        assert "quantity" in (await ask("contract_digest", modules=["shop.cart"]))[1]
        assert "shop.cart" in (await ask("contract_prompt", module="shop.cart"))[1]
        assert "basket" in (await ask("fixtures", folder="tests"))[1]
        there = await resolved("shop.cart.Cart.add")
        assert there["exists"] is True
        assert there["signature"] == "def add(item: str, quantity: int=1) -> None"
        assert there["place"] == "src/shop/cart.py:5"
        assert (await resolved("shop.cart.Cart"))["kind"] == "class"
        gone = await resolved("shop.cart.Cart.totl")
        assert (gone["exists"], gone["nearest"]) == (False, "shop.cart.Cart.total")
        assert (await resolved("shop.crat.Cart"))["exists"] is False
        assert (await resolved("nobody.knows"))["exists"] in (None, False)
        for tool, arguments, reason in (
            ("check", {"path": "../outside.py"}, "outside of"),
            ("explain", {"rule": "LLM999"}, "LLM999"),
            ("contract_digest", {"modules": ["shop.crat"]}, "did you mean 'shop.cart'?"),
        ):
            answer, words = await ask(tool, **arguments)
            assert answer.is_error
            assert reason in words
    after = {path: path.read_bytes() for path in shop.path.rglob("*") if path.is_file()}
    assert after == before
