"""Profit and stop as written, `tp 40bps sl 61500`, and as told."""

from collections.abc import Mapping
from decimal import Decimal

from desk.model.exits import Exits, Trigger
from desk.ui.complaint import Misread
from desk.ui.lexing import is_bps, read_bps, read_price
from desk.ui.resolve import plain
from desk.ui.words import EXIT_OPTIONS


def read_exits(texts: Mapping[str, str]) -> Exits | None:
    """Return the exits that `tp`, `sl`, `trigger` and `net` describe, or None; tp and sl are each a distance in bps or a price."""
    profit, stop, trigger = texts.get("tp", ""), texts.get("sl", ""), texts.get("trigger", "")
    if trigger and trigger.lower() not in EXIT_OPTIONS["trigger"]:
        raise Misread("trigger", "mark or touch", trigger)
    net = texts.get("net", "")
    if not stop and (trigger or net):
        raise Misread("trigger" if trigger else "net", "an sl beside it", "none")
    if not profit and not stop:
        return None
    return Exits(
        profit_bps=_bps(profit, "tp"),
        profit_price=_price(profit, "tp"),
        stop_bps=_bps(stop, "sl"),
        stop_price=_price(stop, "sl"),
        trigger=Trigger(trigger.lower()) if trigger else Trigger.MARK,
        net_bps=read_net(net) if net else Exits().net_bps,
    )


def read_net(text: str) -> Decimal | None:
    """Return how far beyond the stop the venue holds one too, in bps; None for `none`: it holds none."""
    if text.lower() == "none":
        return None
    found = _bps(text, "net")
    if found is None:
        raise Misread("net", "Nbps or none", text)
    return found


def tell_exits(exits: Exits | None) -> str:
    """Return the exits in words; empty for none."""
    if exits is None:
        return ""
    parts = []
    if exits.profit_bps is not None or exits.profit_price is not None:
        parts.append(f"profit at {_told(exits.profit_bps, exits.profit_price, '+')}")
    if exits.stop_bps is not None or exits.stop_price is not None:
        parts.append(f"stop at {_told(exits.stop_bps, exits.stop_price, '-')} of the {exits.trigger}")
        parts.append(
            "none at the venue" if exits.net_bps is None else f"at the venue {plain(exits.net_bps)}bps further"
        )
    return ", ".join(parts)


def _told(bps: Decimal | None, price: Decimal | None, sign: str) -> str:
    return f"{sign}{plain(bps)}bps" if bps is not None else plain(price) if price is not None else ""


def _bps(text: str, which: str) -> Decimal | None:
    return read_bps(text, which) if is_bps(text) else None


def _price(text: str, which: str) -> Decimal | None:
    return read_price(text.removeprefix("@"), which) if text and not is_bps(text) else None
