"""Turns: heavy work is spread over the loop's turns, in the order in which it came."""

import asyncio

from harness.turns import Turns


async def test_one_turn_is_granted_per_loop_iteration_in_order() -> None:
    turns, done, seen = Turns(), [], []

    async def work(number: int) -> None:
        await turns.take()
        done.append(number)

    tasks = [asyncio.create_task(work(number)) for number in range(5)]
    while len(done) < 5:
        await asyncio.sleep(0)
        seen.append(len(done))

    assert done == [0, 1, 2, 3, 4]
    # Never two in one iteration: whatever else is due gets its chance in between.
    assert all(after - before <= 1 for before, after in zip([0, *seen], seen, strict=False))
    await asyncio.gather(*tasks)


async def test_one_who_leaves_the_queue_does_not_hold_up_the_rest() -> None:
    turns = Turns()
    first, second, third = (asyncio.create_task(turns.take()) for _ in range(3))
    await asyncio.sleep(0)
    second.cancel()

    async with asyncio.timeout(1):
        await asyncio.gather(first, third)

    assert second.cancelled()


async def test_turns_are_granted_again_after_a_pause() -> None:
    turns = Turns()
    async with asyncio.timeout(1):
        await turns.take()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await turns.take()
