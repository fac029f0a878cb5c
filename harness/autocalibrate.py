"""At the end of a run that put load on its offers: how large was the client's own error?

After the last answer, so that nothing delays the first request or runs beside a measurement.
"""

import asyncio
import math
from pathlib import Path

from msgspec.structs import replace
from rich.console import Console

from harness.calibrate import calibrate, drive_like
from harness.plan import puts_load, workers_used
from harness.prepare import Prepared
from harness.store import load_run, pretty_json, write_whole
from providers.clock import Clock
from providers.errors import ConfigurationError
from providers.transports.choice import open_transport


async def calibrate_after(prepared: Prepared, path: Path, console: Console, clock: Clock) -> None:
    """Leave a `calibration.json` in the run's directory where the run is worth one.

    Not where simulated offers answered or where nothing was streamed. A run is never lost
    for it: what goes wrong here is said and leaves the run uncalibrated.
    """
    suite = prepared.suite
    if not suite.calibrate or not puts_load(suite):
        return
    stored = load_run(path)
    interrupted = stored.ended is None or stored.ended.reason == "interrupted"
    if interrupted or any(offer.simulated for offer in stored.run.offers):
        return
    drive = drive_like(each for each in stored.attempts if each.purpose == "task")
    if drive is None:
        return
    # Stamps were taken by workers, each under its share of the load.
    workers = workers_used(suite, len(stored.run.offers))
    drive = replace(drive, streams=math.ceil(drive.streams / workers))
    console.print(
        f"calibrating the client at {drive.streams} streams × {drive.tokens_per_s:g} tokens/s"
        " (--no-calibrate leaves it out)",
        highlight=False,
    )
    transport = open_transport(suite.transport, clock)
    try:
        error = await calibrate(drive, transport, transport_name=suite.transport, clock=clock)
    except ConfigurationError as why:
        console.print(f"not calibrated: {why}", markup=False, highlight=False)
    except asyncio.CancelledError:
        # The run is whole without it; whoever pressed Ctrl-C wants its report now.
        console.print("not calibrated: stopped", highlight=False)
    else:
        write_whole(path / "calibration.json", pretty_json(error))
    finally:
        await transport.close()
