"""The shopping cart."""

from decimal import Decimal

from shop.models import Item

COUPONS: dict[str, Decimal]
"""Coupon codes and the discount rate that each gives, between 0 and 1."""

class Cart:
    """Items and how many of each.

    Attributes:
        currency: In which the prices of the items are.
        discount_rate: Between 0 (at first) and 1; set by ``apply_coupon``.
    """

    currency: str
    discount_rate: Decimal

    def __init__(self, currency: str = "EUR") -> None: ...
    def __len__(self) -> int:
        """How many things are in the cart; three of one item are three."""

    def __contains__(self, sku: str) -> bool:
        """Whether an item with this sku is in the cart."""

    @property
    def items(self) -> list[Item]:
        """Each item once, in the order in which they were first added."""

    def add(self, item: Item, quantity: int = 1) -> None:
        """Adds an item; what is there already is added to.

        Raises:
            ValueError: ``quantity`` is less than 1.
        """

    def remove(self, sku: str) -> None:
        """Removes an item, however many of it there are.

        Raises:
            KeyError: it is not in the cart.
        """

    def quantity(self, sku: str) -> int:
        """How many of an item are in the cart; 0 for one that is not."""

    def apply_coupon(self, code: str) -> Decimal:
        """Sets the discount rate to the coupon's, whatever it was before, and returns it.

        Raises:
            KeyError: there is no such coupon.
        """

    def subtotal(self) -> Decimal:
        """The sum of the prices, without discount; 0 for an empty cart."""

    def total(self) -> Decimal:
        """The subtotal less the discount, rounded to cents."""
