"""Tests of the price cache."""

from decimal import Decimal
from unittest.mock import AsyncMock

import pytest

from shop.cache import PriceCache


@pytest.fixture
def load():
    return AsyncMock(return_value=Decimal("2.50"))


@pytest.fixture
def cache(load):
    return PriceCache(load, ttl=30)


async def test_miss(cache):
    assert await cache.get("A-1") is None


async def test_put_and_get(cache):
    await cache.put("A-1", Decimal("1.00"))
    assert cache.get("A-1") == Decimal("1.00")


async def test_load_once(cache, load):
    assert await cache.get_or_load("A-1") == Decimal("2.50")
    assert await cache.get_or_load("A-1") == Decimal("2.50")
    load.assert_awaited_once_with("A-1")


async def test_expiry(cache):
    await cache.put("A-1", Decimal("1.00"), ttl=-1)
    assert await cache.get("A-1") is None
    assert cache.size() == 1


async def test_clear(cache):
    await cache.put("A-1", Decimal("1.00"))
    await cache.clear()
    assert cache.size() == 0
