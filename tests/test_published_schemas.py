"""What llmlint writes, against the schemas of reviewdog and GitLab, where somebody has fetched them; and what fetches them.

Schemas of our own words are always asked (``test_formats.py``). Here they are held against the published ones: whatever those refuse, ours refuse.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.schemas.published import SCHEMAS, NotPublished, Published, default_folder, fetch, main, path_of

OURS = Path(__file__).parent / "schemas"

TEST = "from shop.cart import Cart\n\n\ndef test_größe(missing):\n    assert Cart().totl()\n    import os\n"

OTHERS = (None, True, 0, -1, 1.5, "", "word", [], [0], {}, {"word": 0})
"""One value of each kind that JSON has."""


@pytest.fixture
def documents(shop, llmlint):
    """The documents of a report in a format: its entries, where each is one."""
    shop.write("tests/test_hard.py", TEST)

    def written(name: str) -> list[Any]:
        outcome = llmlint("tests", "--output-format", name, "--tools", "ruff", "--quiet", "--select", "LLM2,ruff")
        assert outcome.code == 1
        return outcome.json if name == "gitlab" else [outcome.json]

    return written


@pytest.fixture(params=SCHEMAS, ids=lambda schema: schema.name.removesuffix(".json"))
def published(request):
    """A published schema, and the name of its format; its test is skipped where nobody has fetched it."""
    path = path_of(request.param, default_folder())
    if path is None:
        pytest.skip(f"{request.param.title}: `python tests/schemas/published.py` fetches the published schema")
    return path.stem, validator(path)


def validator(path: Path) -> Any:
    schema = json.loads(path.read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def changed(value: Any) -> Iterator[Any]:
    """The value with each of its parts, and itself, left out or made something else, one at a time."""
    if isinstance(value, dict):
        for key, inner in value.items():
            rest = {name: other for name, other in value.items() if name != key}
            yield rest
            for other in changed(inner):
                yield {**rest, key: other}
        yield {**value, "another": "word"}
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield value[:index] + value[index + 1 :]
            for other in changed(inner):
                yield [*value[:index], other, *value[index + 1 :]]
    yield from copy.deepcopy(OTHERS)


def test_reports_are_what_is_published(documents, published):
    name, schema = published
    found = documents(name)
    assert found
    for document in found:
        schema.validate(document)


def test_a_report_without_findings_is_what_is_published(shop, llmlint, published):
    name, schema = published
    shop.write("tests/test_cart.py", "def test_it():\n    assert sum([1]) == 1\n")
    document = llmlint("tests", "--output-format", name).json
    if name == "gitlab":
        assert document == []
    else:
        schema.validate(document)


def test_our_own_words_refuse_whatever_the_published_schema_refuses(documents, published):
    name, schema = published
    ours = validator(OURS / f"{name}.json")
    refused = [wrong for right in documents(name) for wrong in changed(right) if not schema.is_valid(wrong)]
    assert len(refused) > 30
    assert [wrong for wrong in refused if ours.is_valid(wrong)] == []


@pytest.fixture
def anything(tmp_path):
    """A schema that is published in this folder."""
    source = tmp_path / "published" / "any.json"
    source.parent.mkdir()
    source.write_text("{}\n", encoding="utf-8")
    return Published("any.json", "anything", source.as_uri(), hashlib.sha256(source.read_bytes()).hexdigest())


def test_a_schema_is_fetched_once(anything, tmp_path):
    folder = tmp_path / "some" / "folder"
    assert path_of(anything, folder) is None
    path = fetch(anything, folder)
    assert path.read_text(encoding="utf-8") == "{}\n"
    (tmp_path / "published" / "any.json").unlink()
    assert fetch(anything, folder) == path_of(anything, folder) == path


def test_what_is_not_pinned_is_refused(anything, tmp_path):
    (tmp_path / "published" / "any.json").write_text("true\n", encoding="utf-8")
    with pytest.raises(NotPublished, match="not the pinned schema"):
        fetch(anything, tmp_path / "folder")
    assert not (tmp_path / "folder").exists()
    with pytest.raises(NotPublished, match=r"published/any\.json: not the pinned schema"):
        path_of(anything, tmp_path / "published")


def test_who_cannot_download_is_told(anything, tmp_path):
    (tmp_path / "published" / "any.json").unlink()
    with pytest.raises(NotPublished, match=r"any\.json: .*No such file"):
        fetch(anything, tmp_path / "folder")


def test_what_is_there_is_not_downloaded(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("https://") == len(SCHEMAS)
    assert list(tmp_path.iterdir()) == []


def test_schemas_are_pinned():
    for schema in SCHEMAS:
        assert schema.address.startswith("https://")
        assert len(schema.sha256) == 64
        assert (OURS / schema.name).is_file()
