"""What the shop's API takes."""

from __future__ import annotations

from pydantic import BaseModel, Field


class OrderRequest(BaseModel):
    """An order, as a browser sends it."""

    customer: str
    skus: list[str] = Field(min_length=1)
    coupon: str | None = None
