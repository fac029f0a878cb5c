"""Which transports there are: what each can carry, what it needs, and how it is opened.

A transport's library is imported when the transport is opened, not before.
"""

import importlib.util
from collections.abc import Callable, Mapping
from typing import NamedTuple

from providers.clock import Clock
from providers.dialect import ProtocolName
from providers.errors import ConfigurationError
from providers.exchange import Transport, TransportName


class Choice(NamedTuple):
    """open: makes the transport. protocols: what it can carry; None for anything.
    needs: the package and the extra that it comes with."""

    open: Callable[[Clock], Transport]
    protocols: frozenset[ProtocolName] | None = None
    needs: tuple[str, str] | None = None


def _wire(clock: Clock) -> Transport:
    from providers.transports.wire import WireTransport

    return WireTransport(clock)


def _aio(clock: Clock) -> Transport:
    from providers.transports.aio import AioTransport

    return AioTransport(clock)


def _sdk(clock: Clock) -> Transport:
    from providers.transports.sdk import SdkTransport

    return SdkTransport(clock)


TRANSPORTS: Mapping[TransportName, Choice] = {
    "wire": Choice(_wire),
    "aio": Choice(_aio),
    "sdk": Choice(_sdk, frozenset({"openai-chat"}), needs=("openai", "sdk")),
}


def open_transport(name: TransportName, clock: Clock) -> Transport:
    """A transport of the named kind; it belongs to the running event loop."""
    return TRANSPORTS[name].open(clock)


def check_transport(name: TransportName, offers: Mapping[str, ProtocolName]) -> None:
    """Raise ConfigurationError where the transport cannot carry one of the offers, given with
    their protocols, or its package is not installed."""
    choice = TRANSPORTS[name]
    for offer, protocol in offers.items():
        if choice.protocols is not None and protocol not in choice.protocols:
            raise ConfigurationError(
                f"{offer} speaks {protocol}, which the {name} transport cannot: "
                "use --transport wire or aio"
            )
    if choice.needs is not None:
        package, extra = choice.needs
        if importlib.util.find_spec(package) is None:
            raise ConfigurationError(
                f"the {name} transport needs the {package} package: "
                f"pip install 'maasbench[{extra}]'"
            )
