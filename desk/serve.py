"""`desk exchange`: the practice exchange on the network, for other people's clients."""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec
import uvloop

from desk.exchange.generator import GeneratedMarket
from desk.exchange.market import MarketRecord, MarketSource
from desk.exchange.recording import RecordedMarket
from desk.exchange.rules import practice_instruments
from desk.model.error import BadInput
from desk.model.instrument import Instrument
from desk.model.units import Nanos
from desk.server.faults import Fault, read_plan
from desk.server.rulebook import characters, read_rules
from desk.server.serving import Greeting, KeySpec, Options, Report, Server, read_keys
from desk.server.sockets import Rules

_DESCRIPTION: Final = """\
Serves the practice exchange in Binance USDⓈ-M's own protocol: REST, streams and the
WebSocket API. Point any client at it. Prints one JSON line with its addresses and a
key, serves until it is stopped, and then prints what every client has done.
"""
_PORT_MAX: Final = 65_534


class Shifted:
    """A recorded market played now: its times are moved to begin at the opening."""

    def __init__(self, market: RecordedMarket, start: Nanos) -> None:
        self._market = market
        self._by = Nanos(start - (market.next_at() or start))
        self.name = market.name
        self.delay = market.delay

    def next_at(self) -> Nanos | None:
        """Return when the next records are due; None: never again."""
        at = self._market.next_at()
        return None if at is None else Nanos(at + self._by)

    def take(self) -> list[MarketRecord]:
        """Return the records due at `next_at()`, and move on."""
        return self._market.take()

    def save(self, now: Nanos) -> bytes:
        """Return nothing: a recording starts over."""
        return b""

    def restore(self, memo: bytes, now: Nanos) -> None:
        """Do nothing: a recording starts over."""


def main(arguments: Sequence[str]) -> int:
    """Serve until interrupted; return the exit code. Raises BadInput for what cannot be served."""
    parsed = _parser().parse_args(arguments)
    start = Nanos(time.time_ns())
    instruments, market = _market(parsed, start)
    options = Options(
        host=parsed.host,
        port=parsed.port,
        seed=parsed.seed,
        keys=_keys(parsed.keys),
        has_ed25519=parsed.ed25519,
        faults=_faults(parsed.faults),
        rules=Rules(is_lenient=parsed.routing == "lenient"),
    )
    server = Server(instruments, market, options, start)

    def greet(greeting: Greeting) -> None:
        if parsed.write_key is not None:
            _write_key(parsed.write_key, greeting)
        _say(greeting)

    report = uvloop.run(_serve(server, greet))
    _say(report)
    return 0


async def _serve(server: Server, greet: Callable[[Greeting], None]) -> Report:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    return await server.serve(greet)


def _write_key(path: Path, greeting: Greeting) -> None:
    """Keep the key where a desk looks for it, for its owner's eyes alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f'key = "{greeting.key}"\nsecret = "{greeting.secret}"\n')


def _say(told: Greeting | Report) -> None:
    sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
    sys.stdout.flush()


def _market(parsed: argparse.Namespace, start: Nanos) -> tuple[tuple[Instrument, ...], MarketSource]:
    names = [each.strip() for each in parsed.symbols.split(",") if each.strip()]
    if parsed.rules is not None and parsed.market is None:
        rules = _read(parsed.rules)
        traded = read_rules(rules, None if parsed.brackets is None else _read(parsed.brackets), names)
        return traded, GeneratedMarket(traded, seed=parsed.seed, start=start, characters=characters(traded, rules))
    instruments = tuple(each for each in practice_instruments() if not names or each.symbol in names)
    if not instruments:
        raise BadInput(f"symbols: expected some of the practice market's, or --rules FILE, found {parsed.symbols}")
    if parsed.market is None:
        return instruments, GeneratedMarket(instruments, seed=parsed.seed, start=start)
    recorded = RecordedMarket(parsed.market, instruments)
    return tuple(each for each in instruments if each.symbol in recorded.symbols()), Shifted(recorded, start)


def _keys(path: Path | None) -> tuple[KeySpec, ...]:
    return () if path is None else read_keys(_read(path))


def _faults(path: Path | None) -> tuple[Fault, ...]:
    if path is None:
        return ()
    try:
        return tuple(read_plan(_read(path)))
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="desk exchange", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--port", type=_port, default=0, metavar="P", help="of REST; the streams have the next one (default: any free)"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="where to listen (default: this machine)"
    )
    parser.add_argument("--market", type=_path, metavar="FILE", help="a recording of the venue's stream, or `sim`")
    parser.add_argument("--symbols", default="", metavar="LIST", help="which symbols, parted by commas")
    parser.add_argument("--rules", type=Path, metavar="FILE", help="a recorded exchangeInfo: trade its symbols instead")
    parser.add_argument("--brackets", type=Path, metavar="FILE", help="a recorded leverageBracket for them")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the practice market")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="what goes wrong, one JSON object a line")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="accounts and their keys (default: one of each)")
    parser.add_argument("--write-key", type=Path, metavar="FILE", help="write the first key where a desk can read it")
    parser.add_argument("--ed25519", action="store_true", help="make an Ed25519 key for the first account as well")
    parser.add_argument(
        "--routing",
        choices=("strict", "lenient"),
        default="strict",
        help="lenient: connections without a routed path hear every stream, as before April 2026",
    )
    return parser


def _path(text: str) -> Path | None:
    return None if text == "sim" else Path(text)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _PORT_MAX:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to {_PORT_MAX}, found {text}")
    return int(text)
