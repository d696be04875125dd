"""What is offered as "did you mean"."""

from __future__ import annotations

import pytest

from llmlint.semantics.nearest import nearest, twin, unmistakable

_NAMES = (
    "get_embedding", "set_embedding", "total", "subtotal", "add_item", "remove_item", "items", "get_all", "is_active",
    "user_id", "created_at", "clear", "HTTPClient",
)  # fmt: skip


@pytest.mark.parametrize(
    ("invented", "real"),
    [
        pytest.param("get_embeding", "get_embedding", id="a letter is missing"),
        pytest.param("totla", "total", id="two letters are transposed"),
        pytest.param("getEmbedding", "get_embedding", id="another case"),
        pytest.param("userId", "user_id", id="camel case"),
        pytest.param("HttpClient", "HTTPClient", id="an acronym"),
        pytest.param("fetch_embedding", "get_embedding", id="a verb of the same meaning"),
        pytest.param("delete_item", "remove_item", id="not the opposite verb"),
        pytest.param("list_items", "items", id="a verb that is not there"),
        pytest.param("active", "is_active", id="a verb that is missing"),
        pytest.param("created", "created_at", id="a particle that is missing"),
        pytest.param("embedding_get", "get_embedding", id="another order"),
        pytest.param("reset", "clear", id="one verb for another"),
        pytest.param("warehouse", None, id="nothing is near"),
        pytest.param("id", None, id="too short to guess"),
        pytest.param("x", None, id="one letter"),
    ],
)
def test_the_nearest_name_is_the_one_that_was_meant(invented, real):
    assert nearest(invented, _NAMES) == real


def test_the_order_of_the_names_does_not_matter():
    assert nearest("tota", reversed(_NAMES)) == nearest("tota", _NAMES)


def test_a_twin_differs_in_case_and_underscores_only():
    assert twin("_Items", _NAMES) == "items"
    assert twin("item", _NAMES) is None
    assert twin("_", _NAMES) is None


@pytest.mark.parametrize(
    ("name", "near", "names", "certain"),
    [
        ("totl", "total", ["total", "items"], True),
        ("getItems", "get_items", ["get_items"], True),
        ("itemz", "items", ["items", "item"], False),
        ("fetch_total", "total", ["total"], False),
        ("_set_x", "set", ["set"], False),
        ("totl", None, ["total"], False),
    ],
)
def test_a_slip_is_unmistakable_where_it_is_the_only_one(name, near, names, certain):
    assert unmistakable(name, near, names) is certain
