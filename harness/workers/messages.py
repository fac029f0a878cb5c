"""What a run's process and its workers tell each other: JSON lines through the worker's pipes.

Only `Hired` holds keys, and only the worker's standard input ever carries it.
"""

from decimal import Decimal
from typing import Literal

import msgspec
from msgspec import Struct

from harness.instrument import PhaseVitals
from harness.records import Attempt, Cell, Run, Trial
from harness.suite import Suite
from providers.offers import Offer

# The longest line: an attempt with a vendor's whole usage object, with room to spare.
LONGEST_LINE = 2**24


class Hired(Struct, frozen=True, kw_only=True, tag="hired", tag_field="line"):
    """The first line: which worker it is, and all it needs to know of the run.

    path: the run's directory. offers: as they were met, with their addresses. judges: how
    many answers it judges at a time.
    """

    worker: int
    path: str
    run: Run
    suite: Suite
    offers: tuple[Offer, ...]
    keys: dict[str, str]
    judges: int

    def __repr__(self) -> str:
        return f"Hired(worker={self.worker})"


class PhaseBegan(Struct, frozen=True, kw_only=True, tag="phase", tag_field="line"):
    """A load begins: its phase by name, the offers that run it, and how many connections to
    each of them the worker opens before its first trial."""

    name: str
    offers: tuple[str, ...]
    connections: int


class Assignment(Struct, frozen=True, kw_only=True, tag="assignment", tag_field="line"):
    """A trial to carry out. `intended_s` is on the clock that the processes share."""

    trial: str
    cell: Cell
    task: str
    epoch: int
    seed: int
    intended_s: float
    is_warmup: bool = False


class Withdrawn(Struct, frozen=True, tag="withdrawn", tag_field="line"):
    """The trial is to be cancelled."""

    trial: str


class Granted(Struct, frozen=True, tag="granted", tag_field="line"):
    """The answer to a `Take`: nothing when it was taken, else what has been spent."""

    ticket: int
    spent: Decimal | None = None


class Dismissed(Struct, frozen=True, tag="dismissed", tag_field="line"):
    """No more trials will come; those that go on are to be cancelled."""


class Ready(Struct, frozen=True, tag="ready", tag_field="line"):
    """The worker can begin; its clock as it said so."""

    now_s: float


class Take(Struct, frozen=True, tag="take", tag_field="line"):
    """A request wants this much of the purse."""

    ticket: int
    need: Decimal


class Settle(Struct, frozen=True, tag="settle", tag_field="line"):
    taken: Decimal
    cost: Decimal


class Over(Struct, frozen=True, tag="over", tag_field="line"):
    """A trial was carried out, whether or not a record of it is kept."""

    trial: str


class Stopped(Struct, frozen=True, kw_only=True, tag="stopped", tag_field="line"):
    """A trial was not carried out: no budget, or an offer that refuses every request."""

    trial: str
    by: Literal["budget", "offer"]
    why: str


class Farewell(Struct, frozen=True, tag="farewell", tag_field="line"):
    """The worker's last line: what its process did, phase by phase."""

    client: tuple[PhaseVitals, ...]


ToWorker = PhaseBegan | Assignment | Withdrawn | Granted | Dismissed
# An attempt or a trial that has ended is told by its record.
FromWorker = Ready | Attempt | Trial | Take | Settle | Over | Stopped | Farewell

HIRED = msgspec.json.Decoder(Hired)
TO_WORKER = msgspec.json.Decoder(ToWorker)
FROM_WORKER = msgspec.json.Decoder(FromWorker)
_ENCODER = msgspec.json.Encoder()


def line(message: Hired | ToWorker | FromWorker) -> bytes:
    """The message as it goes through a pipe."""
    return _ENCODER.encode(message) + b"\n"
