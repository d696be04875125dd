"""What is sold and what was ordered."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

class OrderStatus(Enum):
    """Where an order stands. An order begins as new and ends as shipped or cancelled."""

    @property
    def is_final(self) -> bool:
        """Whether nothing can happen to the order any more: it was shipped or cancelled."""

@dataclass(frozen=True)
class Item:
    """Something that can be bought.

    Attributes:
        sku: The key of the item; two items with one sku are the same.
        name: As the customer reads it.
        price: Of one, in the currency of the cart.
    """

    sku: str
    name: str
    price: Decimal

@dataclass
class Order:
    """A cart that was bought.

    Attributes:
        id: As ``o-00001``.
        customer: Who bought it.
        total: What was paid, after discount.
        status: Begins as new.
    """

    id: str
    customer: str
    total: Decimal
    status: OrderStatus = ...

    def cancel(self) -> None:
        """Cancels the order.

        Raises:
            ValueError: the order is final.
        """
