"""Execution cards for other programs and for a plain terminal: JSON, CSV and lines."""

import csv
import io
import json
from collections.abc import Mapping, Sequence

from desk.model.card import HORIZONS, Card
from desk.ui.document import Json, quotient_text, time_text


def as_json(cards: Sequence[Card]) -> str:
    """Return the cards as one JSON document: decimals as strings, times as ISO 8601 in UTC."""
    return json.dumps([_fields(card) for card in cards], indent=2, ensure_ascii=False)


def as_csv(cards: Sequence[Card]) -> str:
    """Return the cards as CSV with a line of names; what is not known is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    rows = [_fields(card) for card in cards]
    writer.writerow(rows[0] if rows else _NAMES)
    writer.writerows([["" if each is None else each for each in row.values()] for row in rows])
    return out.getvalue().rstrip("\n")


def as_lines(cards: Sequence[Card]) -> str:
    """Return one line a card, for people."""
    if not cards:
        return "no algo has ended yet"
    lines = [
        f"{'run':<12} {'sub':<4} {'symbol':<12} {'side':<4} {'filled':>12} {'average':>14} {'slip bps':>8} {'maker':>6}"
        f" {'cost':>10} {'crossed':>10} " + " ".join(f"{f'+{each}s':>6}" for each in HORIZONS) + "  ended"
    ]
    for card in cards:
        outs = " ".join(f"{each:>+6.1f}" if each is not None else f"{'-':>6}" for each in card.markouts)
        average = f"{card.average_price:.8g}" if card.average_price is not None else "-"
        lines.append(
            f"{card.algo:<12} {card.sub:<4} {card.symbol:<12} {card.side:<4} {card.filled:>12f} {average:>14}"
            f" {card.slippage_bps:>+8.2f} {card.maker_share * 100:>4.0f} % {card.cost:>+10.4f}"
            f" {card.cost_if_crossed:>+10.4f} {outs}  {card.reason}"
        )
    return "\n".join(lines)


_NAMES = (
    "algo",
    "kind",
    "sub",
    "symbol",
    "side",
    "quantity",
    "filled",
    "average_price",
    "arrival_mid",
    "slippage_bps",
    "maker_share",
    "fee",
    "cost",
    "cost_if_crossed",
    *(f"markout_{each}s_bps" for each in HORIZONS),
    "operations",
    "rejects",
    "started",
    "ended",
    "reason",
)


def _fields(card: Card) -> Mapping[str, Json]:
    values: tuple[Json, ...] = (
        card.algo,
        card.kind.name.lower(),
        card.sub,
        card.symbol,
        card.side.value,
        quotient_text(card.quantity),
        quotient_text(card.filled),
        quotient_text(card.average_price),
        quotient_text(card.arrival_mid),
        quotient_text(card.slippage_bps),
        quotient_text(card.maker_share),
        quotient_text(card.fee),
        quotient_text(card.cost),
        quotient_text(card.cost_if_crossed),
        *(quotient_text(each) for each in card.markouts),
        card.operations,
        card.rejects,
        time_text(card.started),
        time_text(card.ended),
        card.reason,
    )
    return dict(zip(_NAMES, values, strict=True))
