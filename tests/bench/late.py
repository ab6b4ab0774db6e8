"""A desk that measures how late its engine's loop wakes up; prints the figure and ends."""

import asyncio
import os
import sys
import time

from desk import cli
from desk.runtime.health import Gauges

WARM_S, MEASURED_S = 5, 15


async def beat(self: Gauges) -> None:
    """Stand in for the gauges' own beat: a wake-up every millisecond."""
    await asyncio.sleep(WARM_S)
    late, end = [], time.monotonic() + MEASURED_S
    while time.monotonic() < end:
        due = time.monotonic_ns() + 1_000_000
        await asyncio.sleep(0.001)
        late.append((time.monotonic_ns() - due) // 1_000)
    late.sort()
    os.write(2, f"\nlateness p50 {late[len(late) // 2]} p99 {late[len(late) * 99 // 100]} us\n".encode())
    await asyncio.sleep(60)


Gauges.beat = beat  # type: ignore[method-assign]
sys.exit(cli.main(sys.argv[1:]))
