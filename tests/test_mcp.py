"""``llmlint mcp``, through the package's own client."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.conftest import CART, SOUND


class Asking:
    """Calls tools."""

    def __init__(self, client: ClientSession) -> None:
        self.client = client

    async def __call__(self, tool: str, **arguments):
        answer = await self.client.call_tool(tool, arguments)
        return answer, "\n".join(getattr(part, "text", "") for part in answer.content)


@asynccontextmanager
async def asking(shop):
    server = StdioServerParameters(command=sys.executable, args=["-m", "llmlint", "mcp", str(shop.path)])
    async with stdio_client(server) as (read, write), ClientSession(read, write) as client:
        await client.initialize()
        yield Asking(client)


def resolving(ask):
    async def resolved(name: str):
        return json.loads((await ask("resolve", name=name))[1])

    return resolved


@pytest.mark.asyncio
async def test_every_tool_answers(shop):
    shop.write("tests/conftest.py", "import pytest\n\n\n@pytest.fixture\ndef basket() -> int:\n    return 1\n")
    before = {path: path.read_bytes() for path in shop.path.rglob("*") if path.is_file()}
    async with asking(shop) as ask:
        resolved = resolving(ask)
        tools = (await ask.client.list_tools()).tools
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


@pytest.mark.asyncio
async def test_a_name_is_told_as_a_test_has_to_know_it(shop):
    shop.write(
        "src/shop/cart.py",
        CART
        + """

class Order:
    limit: int = 3

    def __init__(self, number: int, note: str = "") -> None:
        self.number = number
        self.hidden_total = 0.0

    @property
    def done(self) -> bool:
        return False

    def ship(self) -> None: ...

    def secret(self) -> None: ...


default = Order(1)
""",
    )
    shop.write(
        "contracts/shop/cart.pyi",
        """
class Order:
    limit: int
    number: int
    def __init__(self, number: int, note: str = "") -> None: ...
    @property
    def done(self) -> bool: ...
    def ship(self) -> None: ...
default: Order
""",
    )
    async with asking(shop) as ask:
        resolved = resolving(ask)
        order = await resolved("shop.cart.Order")
        assert (order["kind"], order["constructor"]) == ("class", ["Order(number, note='')"])
        number = await resolved("shop.cart.Order.number")
        assert (number["exists"], number["of"]) == (True, "instances")
        secret = await resolved("shop.cart.Order.secret")
        assert (secret["exists"], secret["public"], secret["place"]) == (True, False, "src/shop/cart.py:25")
        assert "does not publish" in secret["reason"]
        assert (await resolved("shop.cart.Order.ship"))["public"] is True
        assert (await resolved("shop.cart.Order.done"))["signature"] == "done: bool"
        default = await resolved("shop.cart.default")
        assert (default["kind"], default["type"]) == ("variable", "shop.cart.Order")
        assert (await resolved("shop.cart.default.ship"))["signature"] == "def ship() -> None"
        gone = await resolved("shop.cart.default.shp")
        assert (gone["exists"], gone["nearest"]) == (False, "shop.cart.default.ship")
        assert (await resolved("re.compile"))["signature"].count("def compile(") == 2
        assert (await resolved("os.pth.join"))["nearest"] == "os.path"
        # A file that changes is read again.
        shop.write("contracts/shop/cart.pyi", "class Order:\n    def shp(self) -> None: ...\n")
        shop.write("src/shop/cart.py", "class Order:\n    def shp(self) -> None: ...\n")
        assert (await resolved("shop.cart.Order.shp"))["exists"] is True


@pytest.mark.asyncio
async def test_answers_have_an_end(shop):
    for index in range(60):
        names = "".join(
            f'    def method_{number}(self, first_argument: int, second_argument: str) -> dict[str, int]:\n        """Does {number}.\n\n'
            f'        Raises:\n            ValueError: the first is {number}.\n        """\n'
            for number in range(20)
        )
        shop.write(f"src/shop/part_{index}.py", f"class Part{index}:\n{names}")
    wrong = "".join(
        f"\n\ndef test_{n}():\n    from shop.cart import nothing_{n}_here\n    assert nothing_{n}_here\n"
        for n in range(200)
    )
    async with asking(shop) as ask:
        assert len((await ask("contract_digest", modules=["shop"]))[1]) < 30_000
        every = json.loads((await ask("contract_digest", modules=[]))[1])
        assert {"shop.cart", "shop.part_59"} <= set(every["modules"])
        one = json.loads((await ask("contract_digest", modules=["shop.part_1"]))[1])
        assert one["modules"][0]["name"] == "shop.part_1"
        asked = (await ask("contract_prompt", module="shop.part_1", budget=3000))[1]
        assert len(asked) < 20_000
        assert "## Scenarios left for later" in asked
        name = asked.rsplit("by name: ", 1)[1].split(",")[0]
        again = (await ask("contract_prompt", module="shop.part_1", scenarios=[name]))[1]
        assert f"`{name}`" in again
        report = (await ask("check", path="tests/test_many.py", text=wrong))[1]
        assert len(report) < 9000
        assert "more causes: mend these and ask again" in report
        for tool, arguments, reason in (
            ("contract_digest", {"modules": ["shop.cart"], "budget": 0}, "at least 1"),
            ("contract_prompt", {"module": "shop.part_*"}, "means 60 modules"),
            ("contract_prompt", {"module": "shop.part_1", "scenarios": ["nope"]}, "no such scenario; it has test_"),
            ("check", {"path": "tests"}, "no such file"),
            ("check", {"path": "README.rst", "text": ""}, "no file of Python"),
            ("check", {"path": "a/" * 2000 + "test_a.py", "text": ""}, "deeper"),
            ("fixtures", {"folder": "no/where"}, "no such folder"),
            ("resolve", {"name": "a b"}, "no dotted name"),
        ):
            answer, words = await ask(tool, **arguments)
            assert answer.is_error
            assert reason in words


@pytest.mark.asyncio
async def test_fixtures_of_plugins_are_told(shop):
    shop.write("tests/conftest.py", 'pytest_plugins = ["tests.stock"]\n')
    shop.write("tests/__init__.py", "")
    shop.write("tests/stock.py", "import pytest\n\n\n@pytest.fixture\ndef stock() -> int:\n    return 1\n")
    async with asking(shop) as ask:
        found = json.loads((await ask("fixtures", folder="tests/new"))[1])
        assert [one["name"] for one in found["fixtures"]] == ["stock"]
        assert "monkeypatch" in found["besides"]
        # The folder of a test that is not written yet.
        report = (await ask("check", path="tests/new/test_a.py", text="def test_a(stok):\n    assert stok\n"))[1]
        assert "did you mean 'stock'" in report
        shop.write("tests/new/conftest.py", "def broken(:\n")
        found = json.loads((await ask("fixtures", folder="tests/new"))[1])
        assert found["unreadable"] == ["tests/new/conftest.py"]


@pytest.mark.asyncio
async def test_the_parts_of_a_repository_answer(shop):
    shop.write("backend/pyproject.toml", '[project]\nname = "store"\n')
    shop.write("backend/store/__init__.py", "def sell(count: int) -> None: ...\n")
    shop.write("backend/tests/conftest.py", "import pytest\n\n\n@pytest.fixture\ndef till() -> int:\n    return 1\n")
    shop.write("backend/tests/test_a.py", "def test_a(till):\n    assert till\n")
    async with asking(shop) as ask:
        sell = json.loads((await ask("resolve", name="store.sell"))[1])
        assert sell["signature"] == "def sell(count: int) -> None"
        assert "sell" in (await ask("contract_digest", modules=["store"]))[1]
        assert '"till"' in (await ask("fixtures", folder="backend/tests"))[1]
        assert (await ask("contract_digest", modules=["store.nope"]))[0].is_error


_HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "0"}},
}


@pytest.fixture
def spoken(shop):
    command = [sys.executable, "-m", "llmlint", "mcp", str(shop.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdin.write(json.dumps(_HELLO).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        yield process
        process.kill()


def test_rubbish_is_survived(spoken):
    rubbish = [b"{", b"[]", b"\xff\xfe\x00", b'{"jsonrpc":"2.0","id":5}', b"{" * 100_000, b"null"]
    call = {
        "jsonrpc": "2.0",
        "id": 7,
        "method": "tools/call",
        "params": {"name": "explain", "arguments": {"rule": "LLM203"}},
    }
    spoken.stdin.write(b"\n".join([*rubbish, json.dumps(call).encode()]) + b"\n")
    spoken.stdin.flush()
    answer = json.loads(spoken.stdout.readline())
    assert answer["id"] == 7
    assert "LLM203" in answer["result"]["content"][0]["text"]
    spoken.stdin.close()
    assert spoken.wait(30) == 0
    assert spoken.stderr.read() == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_can_be_ended(spoken, number):
    spoken.send_signal(number)
    assert spoken.wait(30) == 130
