"""Money: a Decimal amount with its currency. Never a float, never without a currency."""

import re
from decimal import Decimal

from msgspec import Struct

from providers.errors import ConfigurationError

# ISO 4217 codes of the currencies that price rows of ours or of our users come in.
# fmt: off
CURRENCIES = frozenset((
    "AUD", "BRL", "CAD", "CHF", "CNY", "EUR", "GBP", "HKD", "INR", "JPY", "KRW", "MYR", "SGD",
    "THB", "TWD", "USD", "VND",
))
# fmt: on
_AMOUNT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]{3})\s*")


class MoneyError(ConfigurationError):
    """An amount or a currency that cannot be understood or combined."""


class Money(Struct, frozen=True, order=False):
    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            raise MoneyError(
                f"{self.currency} and {other.currency} do not add up: convert one with a dated rate"
            )
        return other.amount


def currency(code: str) -> str:
    """The code in capitals.

    Raises MoneyError for a code outside CURRENCIES.
    """
    known = code.upper()
    if known not in CURRENCIES:
        raise MoneyError(f"unknown currency {code!r}: one of {', '.join(sorted(CURRENCIES))}")
    return known


def parse_money(text: str) -> Money:
    """Money from `20 CNY` or `2.5USD`.

    Raises MoneyError when there is no amount, no currency or an unknown one.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise MoneyError(f"{text!r} is not an amount with its currency, like '20 CNY'")
    return Money(Decimal(match[1]), currency(match[2]))
