"""An offer made reachable: everything one attempt needs, composed by `harness.assemble`."""

from dataclasses import dataclass, field

from providers.dialect import Adapter
from providers.exchange import Timeouts, Transport
from providers.offers import Offer


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An offer with its adapter, transport and key. The key never leaves memory: it is not
    shown by `repr`, and no record holds an Endpoint.

    doubt: what the look at the endpoint made doubtful, in one line; empty for nothing.
    """

    offer: Offer
    adapter: Adapter
    transport: Transport
    timeouts: Timeouts = field(default_factory=Timeouts)
    key: str | None = field(default=None, repr=False)
    doubt: str = ""
