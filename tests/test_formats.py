"""What other programs read: SARIF, GitLab, JUnit, rdjson, GitHub, Azure, pylint, LSP; and Markdown, HTML, agent.

SARIF, JUnit (Ant's), rdjson and GitLab's Code Quality are validated against schemas that are written from their specifications
(``schemas/``), SARIF and JUnit (as Jenkins reads it) against the published ones as well (``schemas/published``), and rdjson and Code Quality where
those were fetched (``schemas/published.py``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema

from tests.schemas.published import default_folder

OURS = Path(__file__).parent / "schemas"
PUBLISHED = OURS / "published"
SCHEMAS = [OURS, PUBLISHED, default_folder()]

HARD = (
    "from shop.cart import Cart\n\n\n"
    "def test_größe(missing):\n"
    '\tassert "日本 <&> \U0001f642", Cart().totl()\n'
    "    # a tab, and wide characters\n".replace("    #", "\t#")
    + "\timport os\n"
)
"""Characters of one, two, three and four bytes, a tab, and what XML and HTML take for markup."""


@pytest.fixture
def reported(shop, llmlint):
    """A shop with findings on lines that are hard to point at, reported in a format."""
    shop.write("tests/test_hard.py", HARD)
    shop.write("tests/test_sound.py", "def test_it():\n    assert sum([1]) == 1\n")

    def report(name: str) -> str:
        outcome = llmlint("tests", "--output-format", name, "--tools", "ruff", "--quiet", "--select", "LLM2,ruff")
        assert outcome.code == 1
        return outcome.out

    return report


def validated(name: str, document: Any, folders: Sequence[Path] = SCHEMAS) -> Any:
    """The document, which is valid against every schema of that name."""
    for folder in folders:
        if not (folder / name).is_file():
            assert folder != OURS
        elif name.endswith(".xsd"):
            xmlschema.XMLSchema(str(folder / name)).validate(document)
        else:
            jsonschema.validate(document, json.loads((folder / name).read_text(encoding="utf-8")))
    return document


def test_rules_have_what_code_scanning_demands(reported):
    rules = [rule for run in json.loads(reported("sarif"))["runs"] for rule in run["tool"]["driver"]["rules"]]
    assert {rule["id"][:3] for rule in rules} == {"LLM", "F40"}
    for rule in rules:
        assert all(rule[part]["text"] for part in ("shortDescription", "fullDescription", "help"))
        assert rule.get("name") != rule["id"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda log: log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"].update(row=1),
        lambda log: log["runs"][0]["tool"]["driver"].pop("name"),
        lambda log: log["runs"][0]["results"][0].update(level="info"),
        lambda log: log.update(version="2.1"),
    ],
)
def test_the_published_schema_of_sarif_refuses_what_is_wrong(reported, wrong):
    log = validated("sarif.json", json.loads(reported("sarif")), [PUBLISHED])
    wrong(log)
    with pytest.raises(jsonschema.ValidationError):
        validated("sarif.json", log, [PUBLISHED])


@pytest.mark.parametrize(
    ("old", "new"),
    [("<system-out/>", "<out/>"), (' name="', ' called="'), (' tests="', ' test="'), (' time="0"', ' time="soon"')],
)
def test_the_published_schema_of_junit_refuses_what_is_wrong(reported, old, new):
    text = reported("junit")
    validated("junit.xsd", ET.fromstring(text), [PUBLISHED])
    with pytest.raises(xmlschema.XMLSchemaException):
        validated("junit.xsd", ET.fromstring(text.replace(old, new, 1)), [PUBLISHED])


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        (
            "sarif",
            lambda log: log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"].update(startLine=0),
        ),
        ("sarif", lambda log: log["runs"][0]["results"][0].update(fix=[])),
        ("sarif", lambda log: log["runs"][0]["tool"]["driver"].pop("name")),
        ("sarif", lambda log: log["runs"][1]["results"][0].update(level="info")),
        ("rdjson", lambda one: one["diagnostics"][0]["location"]["range"]["start"].update(column=0)),
        ("rdjson", lambda one: one["diagnostics"][0].update(severity="error")),
        ("gitlab", lambda records: records[0]["location"].update(path="./tests/test_hard.py")),
        ("gitlab", lambda records: records[0]["location"].update(path="/tests/test_hard.py")),
        ("gitlab", lambda records: records[0].pop("fingerprint")),
    ],
)
def test_the_schemas_refuse_what_is_wrong(reported, name, wrong):
    document = json.loads(reported(name))
    wrong(document)
    with pytest.raises(jsonschema.ValidationError):
        validated(f"{name}.json", document[0] if name == "gitlab" else document)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (' time="0"', ""),
        ("<properties/>", ""),
        ('id="1"', 'id="0"'),
        (' type="error"', ""),
        ("<system-out/>", "<out/>"),
    ],
)
def test_the_schema_of_junit_refuses_what_is_wrong(reported, old, new):
    text = reported("junit")
    assert old in text
    with pytest.raises(xmlschema.XMLSchemaException):
        validated("junit.xsd", ET.fromstring(text.replace(old, new, 1)))


def test_sarif_is_what_github_takes(reported):
    log = validated("sarif.json", json.loads(reported("sarif")))
    assert log["version"] == "2.1.0"
    assert [run["tool"]["driver"]["name"] for run in log["runs"]] == ["llmlint", "ruff"]
    assert len({run["automationDetails"]["id"] for run in log["runs"]}) == 2
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        assert run["results"]
        assert run["columnKind"] == "unicodeCodePoints"
        for rule in rules:
            assert rule["shortDescription"]["text"]
            assert rule["help"]["text"]
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
            place = result["locations"][0]["physicalLocation"]
            assert not re.match(r"/|\w+:", place["artifactLocation"]["uri"])
            assert set(place["region"]) == {"startLine", "startColumn", "endLine", "endColumn"}
            assert min(place["region"].values()) >= 1
            assert result["message"]["text"]
            assert result["partialFingerprints"]


def test_sarif_has_the_fixes(reported):
    log = json.loads(reported("sarif"))
    ours, ruffs = log["runs"]
    (totl,) = [
        one for one in ours["results"] if one["ruleId"] == "LLM203" and "test_cart" in json.dumps(one["locations"])
    ]
    (replacement,) = totl["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"] == {"text": "total"}
    assert replacement["deletedRegion"] == {"startLine": 6, "startColumn": 17, "endLine": 6, "endColumn": 21}
    assert any(one.get("fixes") for one in ruffs["results"])


def test_sarif_tells_of_a_tool_that_failed(shop, llmlint):
    shop.write("ruff.toml", "[lint]\nselct = []\n")
    outcome = llmlint("tests", "--output-format", "sarif", "--tools", "ruff")
    assert outcome.code == 2
    (invocation,) = validated("sarif.json", outcome.json)["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "selct" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_gitlabs_fingerprints_are_unique_and_outlive_edits(shop, reported, llmlint):
    records = json.loads(reported("gitlab"))
    for record in records:
        validated("gitlab.json", record)
        assert record["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert record["location"]["lines"]["begin"] >= 1
        assert not record["location"]["path"].startswith(("/", "./"))
        assert record["description"]
        assert record["check_name"]
    known = {record["fingerprint"] for record in records}
    assert len(known) == len(records) == 4
    shop.write("tests/test_hard.py", "# a line more\n\n" + HARD.replace("\tassert", "\tassert  "))
    again = llmlint("tests", "--output-format", "gitlab", "--tools", "ruff", "--quiet", "--select", "LLM2,ruff").json
    assert {record["fingerprint"] for record in again} == known


def test_junit_has_a_case_for_each_finding(reported):
    text = reported("junit")
    root = validated("junit.xsd", ET.fromstring(text))
    suites = {suite.get("name"): suite for suite in root}
    assert set(suites) == {"tests/test_cart.py", "tests/test_hard.py", "tests/test_sound.py"}
    assert suites["tests/test_hard.py"].get("failures") == "3"
    assert len(suites["tests/test_hard.py"].findall("testcase/failure")) == 3
    assert suites["tests/test_sound.py"].get("failures") == "0"
    assert [case.get("name") for case in suites["tests/test_sound.py"].findall("testcase")] == ["llmlint"]


def test_junit_holds_no_character_that_xml_has_not(shop, llmlint):
    shop.write("tests/test_cart.py", 'def test_it():\n    assert {}["\x01\x0b"], "".nothing_\n')
    root = ET.fromstring(llmlint("tests", "--output-format", "junit").out)
    assert root.findall("testsuite/testcase/failure")


def test_rdjson_counts_bytes(reported):
    document = validated("rdjson.json", json.loads(reported("rdjson")))
    (totl,) = [
        one
        for one in document["diagnostics"]
        if one["code"]["value"] == "LLM203" and one["location"]["path"] == "tests/test_hard.py"
    ]
    line = HARD.splitlines()[4].encode()
    start = totl["location"]["range"]["start"]
    end = totl["location"]["range"]["end"]
    assert line[start["column"] - 1 : end["column"] - 1] == b"totl"
    assert totl["severity"] == "ERROR"
    (suggestion,) = totl["suggestions"]
    assert (suggestion["text"], suggestion["range"]) == ("total", totl["location"]["range"])


def test_lsp_counts_utf16_units(reported, shop):
    params = json.loads(reported("lsp"))
    (hard,) = [one for one in params if one["uri"].endswith("/tests/test_hard.py")]
    assert hard["uri"].startswith("file://")
    (totl,) = [one for one in hard["diagnostics"] if one["code"] == "LLM203"]
    line = HARD.splitlines()[4].encode("utf-16-le")
    start, end = totl["range"]["start"], totl["range"]["end"]
    assert line[2 * start["character"] : 2 * end["character"]].decode("utf-16-le") == "totl"
    assert (start["line"], totl["severity"]) == (4, 1)
    assert [one["diagnostics"] for one in params if one["uri"].endswith("test_sound.py")] == [[]]


def test_github(shop, llmlint):
    assert llmlint("tests", "--output-format", "github", "--quiet").out == (
        "::error title=llmlint (LLM203),file=tests/test_cart.py,line=6,endLine=6,col=17,endColumn=20::"
        "LLM203 'Cart' has no attribute 'totl' (src/shop/cart.py:1); did you mean 'total'?\n"
    )


@pytest.mark.parametrize(
    ("name", "variable"), [("github", "GITHUB_WORKSPACE"), ("sarif", "GITHUB_WORKSPACE"), ("gitlab", "CI_PROJECT_DIR")]
)
def test_a_pipeline_may_stand_in_a_folder_of_its_repository(shop, llmlint, monkeypatch, name, variable):
    monkeypatch.setenv(variable, str(shop.path.parent))
    inner = f"{shop.path.name}/tests/test_cart.py"
    assert inner in llmlint("tests", "--output-format", name, "--no-tools").out
    assert inner not in llmlint("tests", "--output-format", "concise", "--no-tools").out
    monkeypatch.setenv(variable, str(shop.path / "elsewhere"))
    assert inner not in llmlint("tests", "--output-format", name, "--no-tools").out


def test_pylint(shop, llmlint):
    assert llmlint("tests", "--output-format", "pylint", "--quiet").out == (
        "tests/test_cart.py:6: [LLM203(unknown-attribute), ] 'Cart' has no attribute 'totl' (src/shop/cart.py:1); "
        "did you mean 'total'?\n"
    )


def test_azure(shop, llmlint):
    assert llmlint("tests", "--output-format", "azure", "--quiet").out == (
        "##vso[task.logissue type=error;sourcepath=tests/test_cart.py;linenumber=6;columnnumber=17;code=LLM203;]"
        "'Cart' has no attribute 'totl' (src/shop/cart.py:1); did you mean 'total'?\n"
    )


def test_markdown_fits_a_comment(shop, llmlint):
    for number in range(60):
        shop.write(
            f"tests/test_{number}.py", "from shop.cart import Cart\n\n\ndef test_it():\n" + "    Cart().totl()\n" * 40
        )
    text = llmlint("tests", "--output-format", "markdown", "--select", "LLM2").out
    assert len(text) < 65_536
    assert text.startswith("### llmlint: 🔴 2401 errors\n")
    assert re.search(r"… and \d+ findings in \d+ more files\.\n$", text)


def test_html_is_one_page_that_loads_nothing(reported):
    page = reported("html")
    assert "<script src" not in page
    assert not re.findall(r'(?:src|href)="(?!#|https://docs\.astral\.sh/)', page)
    assert "&lt;&amp;&gt;" in page
    assert page.count("<article") == 4
    assert "the source: src/shop/cart.py:1" in page
    assert "<mark>totl</mark>" in page


def test_an_agent_is_told_causes_and_what_exists(shop, llmlint):
    shop.write("tests/conftest.py", "import pytest\n\n\n@pytest.fixture\ndef cart(): ...\n")
    shop.write(
        "tests/test_hard.py",
        "from shop.cart import Cart\n\n\ndef test_a():\n    Cart().totl()\n\n\ndef test_b(crt): ...\n",
    )
    text = llmlint("tests", "--output-format", "agent", "--select", "LLM2").out
    assert text.startswith("3 findings, 2 causes.\n")
    assert "  at tests/test_cart.py:6; tests/test_hard.py:5\n" in text
    assert "  did you mean 'total'?\n" in text
    assert "  exists (src/shop/cart.py:1): Cart: add(item, quantity=1), total()\n" in text
    assert "  fixtures in scope: cart\n" in text
    assert "Do not edit sources to suit a test (src/shop/cart.py).\n" in text


@pytest.mark.parametrize(
    ("package", "names"),
    [
        ("from .cart import Cart, _hidden\nfrom os import path\n\ndef pay(sum):\n    return 1\n", "pay(sum), Cart"),
        ('from .cart import Cart\n\ndef pay(sum):\n    return 1\n\n__all__ = ["pay"]\n', "pay(sum)"),
        ("from .cart import *\nTOTAL = 1\n", "TOTAL"),
    ],
)
def test_an_agent_is_told_what_a_package_takes_from_its_modules(shop, llmlint, package, names):
    shop.write("src/shop/cart.py", "class Cart: ...\n_hidden = 1\n")
    shop.write("src/shop/__init__.py", package)
    shop.write("tests/test_cart.py", "from shop import Kart\n")
    text = llmlint("tests", "--no-tools", "--output-format", "agent").out
    assert f"exists (src/shop/__init__.py:1): public names: {names}\n" in text


def test_several_reports_at_once(shop, llmlint):
    outcome = llmlint(
        "tests", "--output-format", "concise", "--output-format", "sarif:out.sarif", "--output-format", "junit:out.xml"
    )
    assert outcome.out.startswith("tests/test_cart.py:6:17: LLM203")
    assert json.loads((shop.path / "out.sarif").read_text())["version"] == "2.1.0"
    assert (shop.path / "out.xml").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--output-format", "json", "--output-format", "full"], "two reports go to standard output"),
        (["--output-format", "json:a", "--output-format", "full:a"], "two reports go to a"),
        (["--output-format", "yaml"], "'yaml' is not one of full"),
        (["--output-format", "json:"], "names no file"),
        (["--output-format", "json:no/such/folder/a"], "cannot be written"),
    ],
)
def test_reports_that_cannot_be_written(shop, llmlint, arguments, words):
    outcome = llmlint("tests", *arguments)
    assert outcome.code == 2
    assert words in outcome.err


@pytest.mark.parametrize(
    "name", ["sarif", "github", "gitlab", "junit", "rdjson", "pylint", "azure", "markdown", "html", "agent", "lsp"]
)
def test_nothing_found_is_a_report_too(shop, llmlint, name):
    shop.write("tests/test_cart.py", "def test_it():\n    assert sum([1]) == 1\n")
    outcome = llmlint("tests", "--output-format", name)
    assert outcome.code == 0
    if name in ("sarif", "gitlab", "rdjson", "lsp"):
        document = json.loads(outcome.out)
        if name in ("sarif", "rdjson"):
            validated(f"{name}.json", document)
    elif name == "junit":
        validated("junit.xsd", ET.fromstring(outcome.out))
    elif name in ("github", "pylint", "azure"):
        assert not outcome.out
    else:
        assert outcome.out
