"""The command line: arguments to settings to wiring; every complaint is one sentence on standard error."""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from getpass import getpass
from importlib import import_module
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from desk import __version__
from desk.config import Settings, config_path, describe, load_settings
from desk.front import read_view, run_attached, run_headless, run_screen
from desk.model.error import BadInput, DeskBroke, DeskError
from desk.model.view import DeskView
from desk.runtime.logs import plain
from desk.stores.lock import DirectoryHeld
from desk.venues.binance.hosts import Hosts
from desk.venues.binance.site import NAMES, OVERRIDE, PRACTICE, Site, hosts_of, site_of, slug_of
from desk.wiring import Options

_OWN_ARGUMENTS: Final = {"exchange": "desk.serve", "doctor": "desk.doctor", "record": "desk.record"}
"""Commands with arguments of their own, and where they are; loaded only when asked for."""
OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
SPEED_MAX: Final = "max"

_DESCRIPTION: Final = """\
A terminal trading desk for crypto futures.

Without arguments the desk opens full screen on the practice exchange inside this
process: no key, no network, nothing to configure. What you leave behind (orders,
positions, sub-accounts, running algos) is there again at the next start; algos come
back parked.
"""

_EPILOG: Final = """\
commands (for -c, and on the screen after `:`):
  buy 0.01 BTCUSDT @61800            rest an order; add post, reduce, ioc, fok
  sell 500usd btc market             by value, at the market; 25% is of equity
  chase buy 0.1 btc join cap 20bps   follow the touch; also improve, mid, opp, ttl 30s ...
  cancel [all|ORDER]  flatten [SYMBOL|all]  stop|pause|resume ALGO
  sub 2   symbol eth   wait 5s   help [VERB]   quit
  Parts are chained with `;`.

examples:
  desk                                             trade on the practice exchange
  desk --market FILE --speed 10                    trade on a recording, ten times as fast
  desk --headless -c "buy 0.01 btc market" --for 5 --json
  desk config > desk.toml                          write out every setting with its default

exit codes: 0 done, 1 failed, 2 input that cannot be used
"""


def main(arguments: Sequence[str]) -> int:
    """Run the desk; return the exit code."""
    try:
        if arguments and arguments[0] in _OWN_ARGUMENTS:
            return import_module(_OWN_ARGUMENTS[arguments[0]]).main(arguments[1:])  # type: ignore[no-any-return]
        parsed = _parser().parse_args(arguments)
        if parsed.command == "config":
            print(describe(), end="")
            return OK
        if parsed.command == "sim":
            return _simulate(parsed)
        return _with_desk(parsed, _options(parsed))
    except DeskError as error:
        print(f"desk: {plain(str(error))}", file=sys.stderr)
        return FAILED if isinstance(error, DeskBroke) else USAGE


def _with_desk(parsed: argparse.Namespace, options: Options) -> int:
    if parsed.command == "status":
        return _status(parsed, options)
    if parsed.command == "cards":
        return _cards(parsed, options)
    if parsed.command == "attach":
        return _attach(options)
    return _headless(parsed, options) if parsed.headless else _screen(parsed, options)


def _screen(parsed: argparse.Namespace, options: Options) -> int:
    if parsed.do or parsed.json or parsed.span is not None:
        print("desk: -c, --for and --json need --headless", file=sys.stderr)
        return USAGE
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        print("desk: standard input and output: expected a terminal, found none; use --headless", file=sys.stderr)
        return USAGE
    try:
        run_screen(options)
    except DirectoryHeld as held:
        # Somebody's desk runs there: to look at it is better than a refusal.
        print(f"desk: {held}; watching it", file=sys.stderr)
        run_attached(options.settings, controls=False)
    return OK


def _attach(options: Options) -> int:
    run_attached(options.settings, controls=True)
    return OK


def _status(parsed: argparse.Namespace, options: Options) -> int:
    view = read_view(options.settings)
    print(_document(view) if parsed.json else _summary(view))
    return OK


def _cards(parsed: argparse.Namespace, options: Options) -> int:
    from desk.stores.cards import read_cards
    from desk.ui.cardfile import as_csv, as_json, as_lines

    cards = read_cards(options.settings.data_dir / "desk.db")
    print(as_json(cards) if parsed.json else as_csv(cards) if parsed.csv else as_lines(cards))
    return OK


def _document(view: DeskView) -> str:
    from desk.ui.document import document

    return json.dumps(document(view), indent=2, ensure_ascii=False)


def _headless(parsed: argparse.Namespace, options: Options) -> int:
    from desk.ui.script import Script

    settings = options.settings
    script = Script(parsed.do or "", settings.sub_accounts[0].id, settings.symbols[0])
    view = run_headless(options, script, parsed.span)
    print(_document(view) if parsed.json else _summary(view))
    if script.complaint is not None:
        print(f"desk: {plain(script.complaint.text)}", file=sys.stderr)
        return USAGE
    if not script.is_done:
        print(
            f"desk: not everything was carried out: the desk is {view.mode.value} ({view.mode_reason})", file=sys.stderr
        )
        return FAILED
    return OK


def _simulate(parsed: argparse.Namespace) -> int:
    if parsed.crashes or parsed.contests or parsed.scalpers:
        from desk.tables import show

        show(parsed)
        return OK
    from desk.sim.plan import Plan, chosen
    from desk.sim.world import World

    world = World(Plan(1 if parsed.seed is None else parsed.seed, chosen(parsed.faults)), round(parsed.hours * 3_600))
    started = time.perf_counter()
    outcome = world.run()
    rate = round(outcome.seconds / (time.perf_counter() - started))
    if parsed.json:
        print(json.dumps(outcome.document(rate), indent=2))
    else:
        print(f"{outcome.seconds} s, {outcome.orders} orders, {outcome.fills} fills, {outcome.kills} kills, {rate} s/s")
        print("\n".join(f"  {name} {count}" for name, count in (outcome.faults | outcome.sightings).items()))
        print(f"trace {outcome.trace_hash}")
    for violation in outcome.violations:
        print(f"desk: {violation}; replay: {outcome.replay}", file=sys.stderr)
    return FAILED if outcome.violations else OK


def _options(parsed: argparse.Namespace) -> Options:
    overrides = {
        "data_dir": parsed.data,
        "seed": parsed.seed,
        "key_mode": parsed.key_mode,
    }
    settings: Settings = load_settings(parsed.config, os.environ, overrides)
    if parsed.crash is not None and parsed.market is not None:
        raise BadInput(f"--crash: only the practice market can be told to fall, found --market {parsed.market}")
    if parsed.venue != PRACTICE:
        settings = replace(settings, data_dir=settings.data_dir / slug_of(parsed.venue))
    site = None if parsed.venue == PRACTICE or parsed.command is not None else _site(parsed)
    if site is not None and (parsed.market is not None or parsed.crash is not None or parsed.speed != 1):
        raise BadInput(f"--venue {parsed.venue}: its market is its own, found --market, --crash or --speed")
    live = _live(parsed.market)
    if live is not None:
        if parsed.speed != 1 or parsed.crash is not None:
            raise BadInput("--market live: it goes at its own pace, found --speed or --crash")
        settings = replace(settings, data_dir=settings.data_dir / "live")
    return Options(
        settings=settings,
        recording=None if live is not None else parsed.market,
        speed=parsed.speed,
        crash=parsed.crash,
        live=live,
        venue=site,
    )


def _live(market: Path | None) -> Hosts | None:
    """Return whose market `live` or `live:loopback:PORT` names; None: the market is another one."""
    name, _, venue = ("" if market is None else str(market)).partition(":")
    return hosts_of(venue or "binance") if name == "live" else None


def _site(parsed: argparse.Namespace) -> Site:
    """Return the venue with its key; a command that only looks at a running desk needs none."""
    key_file = parsed.key or config_path().parent / f"{parsed.venue.partition(':')[0]}.key"
    ask = getpass if sys.stdin.isatty() and sys.stderr.isatty() else None
    site = site_of(parsed.venue, key_file=key_file, environ=os.environ, ask=ask, takes_real_money=parsed.real_money)
    return replace(site, may_withdraw=parsed.allow_withdrawals)


def _summary(view: DeskView) -> str:
    lines = [f"{view.venue} {view.mode.value} {view.mode_reason}".rstrip()]
    for account in view.subs:
        ratio = f"{account.margin_ratio * 100:.2f} %" if account.margin_ratio is not None else "not known"
        lines.append(
            f"sub-account {account.id} {account.name}: wallet {account.wallet:f}, equity {account.equity:f},"
            f" margin ratio {ratio}, tier {account.adl_tier.value}{', LOCKED ' + account.locked if account.locked else ''}"
        )
        lines += [f"  {row.symbol} {row.quantity:+f} @{row.entry_price:f}" for row in account.positions]
    lines.append(f"open orders {sum(not row.status.is_terminal for row in view.orders)}, fills {len(view.fills)}")
    lines.append(f"proof {view.proof.state.value}")
    return "\n".join(plain(line) for line in lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="desk",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=("attach", "cards", "config", "doctor", "exchange", "record", "sim", "status"),
        metavar="attach|cards|config|doctor|exchange|record|sim|status",
        help="attach: open a screen on the desk that runs; cards: print how the algos that are over have done; config: print the settings file with all defaults;"
        " doctor: look at everything a desk needs; record: write a market down; exchange: serve the practice exchange to other clients (see `desk exchange --help`); sim: play a session that tries to break the desk; status: print the view of the desk that runs",
    )
    parser.add_argument("--version", action="version", version=f"desk {__version__}")
    where = parser.add_argument_group("where things are")
    where.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default {config_path()})")
    where.add_argument("--data", metavar="DIR", help="journal and log; one desk at a time")
    market = parser.add_argument_group("market")
    market.add_argument(
        "--market", type=_market, metavar="FILE", help="a recording of the venue's streams, `live`, or `sim` (default)"
    )
    market.add_argument("--speed", type=_speed, default=1, metavar="N", help="desk seconds per second, or `max`")
    market.add_argument(
        "--crash",
        choices=("drift", "jump", "cascade", "gap"),
        help="let the practice market fall a minute after the start: a rehearsal",
    )
    market.add_argument("--seed", type=int, metavar="N", help="of the practice market")
    market.add_argument("--venue", default=PRACTICE, metavar="NAME", help=f"{NAMES} (default practice)")
    market.add_argument(
        "--key", type=Path, metavar="FILE", help="the venue's API key, chmod 600 (default: beside the settings)"
    )
    market.add_argument("--real-money", action="store_true", help="let `--venue binance` trade")
    market.add_argument(OVERRIDE, action="store_true", help="take a key that may withdraw")
    _add_sim(parser)
    screen = parser.add_argument_group("screen")
    screen.add_argument(
        "--key-mode", choices=("safe", "confirm", "armed"), help="how ready the order keys are at start"
    )
    _add_headless(parser)
    return parser


def _add_sim(parser: argparse.ArgumentParser) -> None:
    sim = parser.add_argument_group("simulator")
    sim.add_argument("--hours", type=_hours, default=1, metavar="H", help="simulated hours (default 1)")
    sim.add_argument("--faults", default="all", metavar="LIST", help="all, none, or names parted by commas")
    sim.add_argument(
        "--crashes",
        type=_crash_count,
        default=0,
        metavar="N",
        help="play N crashes with each way to deleverage instead",
    )
    sim.add_argument(
        "--contests",
        type=_crash_count,
        default=0,
        metavar="N",
        help="work one order by crossing, by resting and by a chase on N markets, or through --market FILE, instead",
    )
    sim.add_argument(
        "--scalpers",
        type=_crash_count,
        default=0,
        metavar="N",
        help="let N scalpers work in each regime with each protection off instead",
    )


def _add_headless(parser: argparse.ArgumentParser) -> None:
    headless = parser.add_argument_group("without a screen")
    headless.add_argument("--headless", action="store_true", help="run without a screen")
    headless.add_argument("-c", dest="do", metavar="COMMANDS", help="carried out when the desk is ready")
    headless.add_argument("--for", dest="span", type=_span, metavar="SECONDS", help="end after so many desk seconds")
    headless.add_argument("--json", action="store_true", help="print the view, or the cards, as one JSON document")
    headless.add_argument("--csv", action="store_true", help="print the cards as a table for other programs")


def _market(text: str) -> Path | None:
    return None if text == "sim" else Path(text)


def _speed(text: str) -> int | None:
    if text == SPEED_MAX:
        return None
    return _whole(text, "a whole number of at least 1, or max")


def _crash_count(text: str) -> int:
    return _whole(text, "a whole number of at least 1")


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0 < hours < 10_000:
        raise argparse.ArgumentTypeError(f"expected hours above 0, found {text}")
    return hours


def _span(text: str) -> int:
    return _whole(text, "a whole number of seconds of at least 1")


def _whole(text: str, expected: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected {expected}, found {text}")
    return int(text)
