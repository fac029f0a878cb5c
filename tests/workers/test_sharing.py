"""What workers share: the purse, seen from afar, and the figures of the client as a whole."""

import asyncio
from decimal import Decimal

import pytest

from harness.instrument import PhaseVitals, Spread, measuring, together
from harness.plan import most_in_flight, workers_used
from harness.suite import Suite
from harness.workers.member import without_keys
from harness.workers.messages import Granted, Settle, Take
from harness.workers.purse import DistantPurse

NEED = Decimal("0.25")


async def asked(purse: DistantPurse) -> "asyncio.Task[Decimal | None]":
    task = asyncio.create_task(purse.take(NEED))
    await asyncio.sleep(0)
    return task


async def test_a_request_waits_until_the_purse_grants_what_it_needs() -> None:
    sent: list[Take | Settle] = []
    purse = DistantPurse(sent.append)
    first, second = await asked(purse), await asked(purse)

    purse.granted(Granted(2, Decimal(1)))
    purse.granted(Granted(1))

    assert sent == [Take(1, NEED), Take(2, NEED)]
    assert (await first, await second) == (None, Decimal(1))


async def test_what_nobody_waits_for_any_more_is_put_back() -> None:
    sent: list[Take | Settle] = []
    purse = DistantPurse(sent.append)
    task = await asked(purse)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    purse.granted(Granted(1))

    assert sent[1:] == [Settle(NEED, Decimal(0))]


def vitals(worker: int | None, **changed: object) -> PhaseVitals:
    facts: dict[str, object] = {
        "wall_s": 2.0, "cpu_s": 1.0, "attempts": 5, "events": 100, "max_rss_bytes": 10,
        "loop_lag_s": Spread(p50=0.001, p90=0.002, p99=None, n=40),
    }  # fmt: skip
    return PhaseVitals(phase="w/c1", worker=worker, **facts | changed)  # type: ignore[arg-type]


def test_the_processes_of_a_phase_add_up_and_the_worst_lag_of_those_that_measure_counts() -> None:
    own = vitals(None, attempts=10, events=200, loop_lag_s=Spread(p50=1.0, n=9), gc_longest_s=5.0)
    late = Spread(p50=0.003, p90=0.001, p99=0.01, n=40)

    whole = together((own, vitals(1), vitals(2, loop_lag_s=late, gc_longest_s=0.2)))

    assert whole is not None
    assert (whole.cpu_s, whole.attempts, whole.events, whole.max_rss_bytes) == (3.0, 10, 200, 30)
    assert whole.loop_lag_s == Spread(p50=0.003, p90=0.002, p99=0.01, n=80)
    assert whole.gc_longest_s == 0.2


def test_a_process_alone_is_the_whole() -> None:
    alone = vitals(None)

    assert together((alone,)) == alone
    assert measuring((alone,)) == (alone,)
    assert together(()) is None


@pytest.mark.parametrize(
    ("suite", "most", "used"),
    [
        pytest.param(Suite(workers=8, concurrency=(1, 3)), 6, 6, id="widest level, all offers"),
        pytest.param(Suite(workers=3, concurrency=(8,)), 16, 3, id="enough for all"),
        pytest.param(Suite(workers=9), 8, 8, id="default concurrency"),
        pytest.param(Suite(workers=9, rate=(1.0,)), None, 9, id="a rate has no bound"),
        pytest.param(Suite(workers=9, rate=(1.0,), concurrency=(1,)), None, 9, id="both"),
    ],
)
def test_no_more_workers_are_used_than_trials_are_in_flight(
    suite: Suite, most: int | None, used: int
) -> None:
    assert most_in_flight(suite, 2) == most
    assert workers_used(suite, 2) == used


def test_a_worker_inherits_no_key() -> None:
    environment = {"PATH": "/bin", "MY_SECRET": "k", "OPENAI_API_KEY": "k", "HTTPS_PROXY": "p"}

    assert without_keys(environment, ["MY_SECRET", None]) == {"PATH": "/bin", "HTTPS_PROXY": "p"}
