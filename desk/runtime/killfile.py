"""A file whose appearance kills the desk: for whoever has a shell and no screen."""

import asyncio
from pathlib import Path
from typing import Final

from desk.model.command import KillDesk
from desk.runtime.pump import Pump

KILL_FILE: Final = "kill"
_LOOK_S: Final = 0.2


async def killed_by_file(path: Path, pump: Pump) -> None:
    """Watch for `path` until cancelled; when it appears the desk is killed and the file removed: the latch holds."""
    while True:
        if _take(path):
            pump.command(KillDesk(f"file {path.name} in the data directory"))
        await asyncio.sleep(_LOOK_S)


def _take(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
