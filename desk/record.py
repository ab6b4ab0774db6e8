"""`desk record`: writes a symbol's market down as it comes, for `--market` to play."""

import argparse
import asyncio
import gzip
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import uvloop

from desk.model.error import BadInput
from desk.model.units import Nanos, Symbol
from desk.venues.binance.public import public_rules
from desk.venues.binance.recorder import Recorder
from desk.venues.binance.site import hosts_of


def main(arguments: Sequence[str]) -> int:
    """Record until interrupted, or for as long as asked; return the exit code."""
    parsed = _parser().parse_args(arguments)
    path: Path = parsed.file
    try:
        with path.open("xb") as raw:
            if path.suffix != ".gz":
                lines = uvloop.run(_record(parsed, raw.write))
            else:
                with gzip.GzipFile(fileobj=raw, mode="wb") as packed:
                    lines = uvloop.run(_record(parsed, packed.write))
    except OSError as error:
        raise BadInput(f"{path}: expected a new file, found: {(error.strerror or str(error)).lower()}") from None
    sys.stdout.write(f"{path}: {lines} lines\n")
    return 0


async def _record(parsed: argparse.Namespace, write: Callable[[bytes], object]) -> int:
    hosts = hosts_of(parsed.venue)
    await public_rules(hosts, [parsed.symbol], _now)
    recorder = Recorder(hosts, parsed.symbol, lambda line: _ignore(write(line)), _now)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with asyncio.TaskGroup() as tasks:
        recording = tasks.create_task(recorder.run())
        try:
            async with asyncio.timeout(parsed.span):
                await stopped.wait()
        except TimeoutError:
            pass
        recording.cancel()
    return recorder.lines


def _ignore(written: object) -> None:
    """A writer says how much it has written."""


def _now() -> Nanos:
    return Nanos(time.time_ns())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="desk record", description=__doc__)
    parser.add_argument("symbol", type=lambda text: Symbol(text.upper()), metavar="SYMBOL")
    parser.add_argument("file", type=Path, metavar="FILE", help="a new file; one that ends in .gz is compressed")
    parser.add_argument(
        "--venue", default="binance", metavar="NAME", help="whose market (default binance; no key needed)"
    )
    parser.add_argument("--for", dest="span", type=float, metavar="SECONDS", help="end after so many seconds")
    return parser
