"""`desk doctor`: looks at everything a desk needs, and says of each what it found and what mends it."""

import argparse
import asyncio
import os
import shutil
import stat
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import uvloop
from msgspec import Struct

from desk.config import Settings, config_path, load_settings
from desk.model.error import BadInput, DeskError
from desk.model.units import MILLISECOND, Nanos
from desk.stores.lock import DirectoryHeld, DirectoryLock
from desk.venues.binance import rights
from desk.venues.binance.offset import ServerClock
from desk.venues.binance.opening import Opener
from desk.venues.binance.rest import Call, Rest
from desk.venues.binance.signing import signer_for
from desk.venues.binance.site import NAMES, PRACTICE, hosts_of, slug_of
from desk.venues.keys import Credentials, find_credentials
from desk.venues.outcomes import classify

FREE_MIN: Final = 500_000_000
OFFSET_MAX_MS: Final = 500
TRIP_MAX_MS: Final = 250
WIDE, HIGH = 80, 24


class Finding(Struct, frozen=True):
    """One thing that was looked at."""

    name: str
    is_well: bool
    text: str
    mend: str = ""
    """A command or a sentence; empty where nothing is to be mended."""


def main(arguments: Sequence[str]) -> int:
    """Print every finding; return 1 where something is not well."""
    parsed = _parser().parse_args(arguments)
    findings = examine(parsed)
    for each in findings:
        sys.stdout.write(f"{'ok  ' if each.is_well else 'BAD '} {each.name:<16} {each.text}\n")
        if each.mend and not each.is_well:
            sys.stdout.write(f"     {'':<16} mend it: {each.mend}\n")
    return 0 if all(each.is_well for each in findings) else 1


def examine(parsed: argparse.Namespace) -> list[Finding]:
    """Return what was found, in the order it is needed in."""
    try:
        settings = load_settings(parsed.config, os.environ, {"data_dir": parsed.data})
    except BadInput as error:
        return [Finding("settings", False, str(error), f"edit {parsed.config or config_path()}")]
    findings = [
        Finding("settings", True, f"{len(settings.sub_accounts)} sub-accounts, {', '.join(settings.symbols)}"),
        terminal(os.environ, shutil.get_terminal_size(), is_terminal=sys.stdout.isatty()),
        *directory(settings.data_dir if parsed.venue == PRACTICE else settings.data_dir / slug_of(parsed.venue)),
        Finding("redis", True, "not used: one desk, one process"),
    ]
    if parsed.venue == PRACTICE:
        return [*findings, Finding("venue", True, "the practice exchange in this process: no key, no network")]
    key_file = parsed.key or config_path().parent / f"{parsed.venue.partition(':')[0]}.key"
    key, credentials = _key(key_file)
    return [*findings, key, *uvloop.run(_venue(parsed.venue, credentials, settings))]


def terminal(environ: Mapping[str, str], size: os.terminal_size, *, is_terminal: bool) -> Finding:
    """Look at the terminal."""
    term = environ.get("TERM", "")
    if not is_terminal:
        return Finding("terminal", True, "none here: the screen needs one, --headless does not")
    if size.columns < WIDE or size.lines < HIGH:
        text = f"expected at least {WIDE} by {HIGH} cells, found {size.columns} by {size.lines}"
        return Finding("terminal", False, text, "make the window larger, or the font smaller")
    if term in ("", "dumb"):
        return Finding(
            "terminal",
            False,
            f"expected one that can draw, found TERM={term or 'nothing'}",
            "export TERM=xterm-256color",
        )
    return Finding("terminal", True, f"{term}, {size.columns} by {size.lines}")


def directory(path: Path) -> list[Finding]:
    """Look at the data directory: whose it is, who may read it, whether there is room, whether a desk runs on it."""
    if not path.exists():
        return [Finding("data directory", True, f"{path}: not there yet, made at the first start")]
    mode = stat.S_IMODE(path.stat().st_mode)
    findings = []
    if mode & 0o077:
        findings.append(
            Finding(
                "data directory",
                False,
                f"{path}: expected it for your eyes only, found mode {mode:04o}",
                f"chmod 700 {path}",
            )
        )
    else:
        findings.append(Finding("data directory", True, f"{path}, mode {mode:04o}"))
    free = shutil.disk_usage(path).free
    findings.append(
        Finding("disk", free >= FREE_MIN, f"{free / 1e9:.1f} GB free", "make room: below 0.5 GB the journal may fail")
    )
    try:
        with DirectoryLock(path):
            findings.append(Finding("lock", True, "no desk runs on it"))
    except DirectoryHeld as held:
        findings.append(Finding("lock", True, f"{held}: `desk attach` opens a screen on it"))
    return findings


def _key(path: Path) -> tuple[Finding, Credentials | None]:
    try:
        found = find_credentials(path, os.environ, None)
    except BadInput as error:
        return Finding("key", False, str(error), f"install -m 600 /dev/null {path}, then fill it in"), None
    return Finding("key", True, f"from {found.source}, readable by nobody else"), found


async def _venue(venue: str, credentials: Credentials | None, settings: Settings) -> list[Finding]:
    """Look at the way to the venue, at both clocks, and at what the key may do."""
    hosts, clock = hosts_of(venue), ServerClock()
    key = None if credentials is None else credentials.key
    signer = None if credentials is None else signer_for(credentials.secret)
    rest = Rest(hosts.rest, key=key, signer=signer, server_clock=clock, now=_now)
    try:
        async with asyncio.timeout(30):
            try:
                await Opener(rest, hosts).learn_clock()
            except DeskError as error:
                return [Finding("venue", False, str(error), "look at the network, or at the name of the venue")]
            findings = _clock(hosts.rest, clock)
            if credentials is not None:
                findings.append(await _rights(rest, hosts.wallet))
                findings += await _account(rest, Opener(rest, hosts), settings)
            return findings
    finally:
        await rest.close()


def _clock(address: str, clock: ServerClock) -> list[Finding]:
    best = clock.best
    assert best is not None, "it has just been learnt"
    trip, offset = (best.received - best.sent) / MILLISECOND, best.offset / MILLISECOND
    return [
        Finding("venue", trip <= TRIP_MAX_MS, f"{address}, {trip:.1f} ms there and back", "move nearer to it"),
        Finding(
            "clock",
            abs(offset) <= OFFSET_MAX_MS,
            f"{offset:+.0f} ms to the venue's, give or take {best.doubt / MILLISECOND:.0f} ms",
            "timedatectl set-ntp true",
        ),
    ]


async def _rights(rest: Rest, wallet: str | None) -> Finding:
    reply = await rest.send(Call("GET", "/fapi/v3/balance", {}, weight=5))
    if reply.answer.status != 200:
        verdict = classify(reply.answer)
        return Finding(
            "key rights", False, verdict.reason or "no answer", "make a new key with futures trading allowed"
        )
    if wallet is None:
        return Finding("key rights", True, "it may read the account")
    found = await rights.learn_rights(rest, wallet)
    try:
        rights.check(found, may_withdraw=False)
    except BadInput as error:
        return Finding("key rights", False, str(error), "edit the key's restrictions at the venue")
    assert not isinstance(found, str), "what is not known has been refused"
    bound = "bound to addresses" if found.ip_restrict else "from any address: bind it to yours"
    return Finding("key rights", True, f"it may read and trade futures, not withdraw; {bound}")


async def _account(rest: Rest, opener: Opener, settings: Settings) -> list[Finding]:
    try:
        instruments = await opener.inspect(settings.symbols, settings.limits.leverage)
    except DeskError as error:
        return [Finding("account", False, str(error), "change it at the venue, or in the settings")]
    return [Finding("account", True, f"one-way mode, cross margin, {', '.join(each.symbol for each in instruments)}")]


def _now() -> Nanos:
    return Nanos(time.time_ns())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="desk doctor", description=__doc__)
    parser.add_argument("--config", type=Path, metavar="FILE")
    parser.add_argument("--data", metavar="DIR")
    parser.add_argument("--venue", default=PRACTICE, metavar="NAME", help=f"{NAMES} (default practice)")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the venue's API key")
    return parser
