"""Offers: what can be bought or hosted, loaded from the catalogue files."""

from typing import Any

from msgspec import Struct, field

from providers.dialect import Dialect


class Offer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`vendor[.region]/model[@effort][+tier]`, resolved: where it is and how to speak to it.

    id: the offer as named everywhere. model: what is sent on the wire.
    api_key_env: the name of the variable that holds the key, never the key.
    body: fields merged into every request (thinking switches, service tier).
    simulated: a simulated server stands in for the vendor; every output says so.
    """

    id: str
    vendor: str
    region: str | None = None
    model: str
    effort: str | None = None
    tier: str | None = None
    base_url: str
    api_key_env: str | None = None
    dialect: Dialect = Dialect()
    body: dict[str, Any] = field(default_factory=dict)
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    simulated: bool = False
    note: str = ""
