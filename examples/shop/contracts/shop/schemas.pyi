"""What the shop's API takes."""

from pydantic import BaseModel

class OrderRequest(BaseModel):
    """An order, as a browser sends it.

    Attributes:
        customer: Who orders.
        skus: At least one.
        coupon: A code, if there is one.
    """

    customer: str
    skus: list[str]
    coupon: str | None = None
