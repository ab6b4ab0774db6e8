"""The view as one JSON document for other programs: decimals as strings, times as ISO 8601 in UTC."""

from datetime import UTC, datetime
from decimal import Decimal

from desk.model.market import MarkPrice
from desk.model.units import Nanos
from desk.model.view import AccountView, AlgoRow, DeskView, FillRow, OrderRow, PositionRow

Json = dict[str, "Json"] | list["Json"] | str | int | bool | None


def document(view: DeskView) -> dict[str, Json]:
    """Return the desk as plain values that `json` can write."""
    return {
        "now": time_text(view.now),
        "mode": view.mode.value,
        "mode_reason": view.mode_reason,
        "venue_name": view.venue,
        "link": view.link.value,
        "link_reason": view.link_reason,
        "epoch": view.epoch,
        "marks": {each.symbol: _mark(each.mark) for each in view.markets},
        "subs": [_sub(account) for account in view.subs],
        "venue": _venue(view.account),
        "orders": [_order(row) for row in view.orders],
        "fills": [_fill(row) for row in view.fills],
        "algos": [_algo(row) for row in view.algos],
        "proof": _proof(view),
        "alerts": [
            {"time": time_text(row.ts), "severity": row.severity.value, "text": row.text} for row in view.alerts
        ],
    }


def _mark(mark: MarkPrice | None) -> Json:
    return None if mark is None else {"price": _text(mark.price), "source": mark.source.value}


def _sub(account: AccountView) -> Json:
    return {
        "id": account.id,
        "name": account.name,
        "wallet": _text(account.wallet),
        "equity": _text(account.equity),
        "fees": _text(account.fees),
        "free_margin": _text(account.free_margin),
        "margin_ratio": quotient_text(account.margin_ratio),
        "adl_tier": account.adl_tier.value,
        "positions": [_position(row) for row in account.positions],
    }


def _venue(account: AccountView) -> Json:
    return {
        "wallet": _text(account.wallet),
        "equity": _text(account.equity),
        "margin_ratio": quotient_text(account.margin_ratio),
        "positions": [_position(row) for row in account.positions],
    }


def _position(row: PositionRow) -> Json:
    return {
        "symbol": row.symbol,
        "quantity": _text(row.quantity),
        "entry_price": quotient_text(row.entry_price),
        "unrealised_pnl": _text(row.unrealised_pnl),
        "realised_pnl": _text(row.realised_pnl),
        "liquidation_price": quotient_text(row.liquidation_price),
    }


def _order(row: OrderRow) -> Json:
    return {
        "id": row.id,
        "sub": row.sub,
        "symbol": row.symbol,
        "side": row.side.value,
        "type": row.type.value,
        "tif": row.tif.value,
        "price": _text(row.price),
        "quantity": _text(row.quantity),
        "filled": _text(row.filled),
        "average_price": quotient_text(row.average_price),
        "status": row.status.value,
        "reduce_only": row.reduce_only,
        "algo": row.algo,
        "reason": row.reason,
        "created": time_text(row.created),
    }


def _fill(row: FillRow) -> Json:
    return {
        "trade_id": row.trade,
        "sub": row.sub,
        "symbol": row.symbol,
        "side": row.side.value,
        "quantity": _text(row.quantity),
        "price": _text(row.price),
        "fee": _text(row.fee),
        "realised_pnl": _text(row.realised_pnl),
        "maker": row.maker,
        "booking": row.booking.value,
        "reason": row.reason,
        "order_id": row.order,
        "algo": row.algo,
        "time": time_text(row.ts),
    }


def _algo(row: AlgoRow) -> Json:
    return {
        "id": row.id,
        "kind": row.kind.name.lower(),
        "sub": row.sub,
        "symbol": row.symbol,
        "side": row.side.value,
        "quantity": _text(row.quantity),
        "filled": _text(row.filled),
        "average_price": quotient_text(row.average_price),
        "state": row.state.value,
        "note": row.note,
        "operations": row.operations,
        "rejects": row.rejects,
        "started": time_text(row.started),
        "ended": None if row.ended is None else time_text(row.ended),
    }


def _proof(view: DeskView) -> Json:
    proof = view.proof
    return {
        "state": proof.state.value,
        "quantity": proof.quantity,
        "equity": proof.equity,
        "equity_ours": _text(proof.equity_ours),
        "equity_venue": _text(proof.equity_venue),
        "rows": [
            {
                "symbol": row.symbol,
                "subs": _text(row.subs),
                "unallocated": _text(row.unallocated),
                "venue": _text(row.venue),
                "quarantined_since": None if row.since is None else time_text(row.since),
                "halted": row.is_halted,
            }
            for row in proof.rows
        ],
    }


def quotient_text(number: Decimal | None) -> str | None:
    """Write the result of a division, which has no last digit, to ten decimals."""
    return _text(number if number is None or not number.is_finite() else round(number, 10))


def _text(number: Decimal | None) -> str | None:
    """Write a decimal plainly: no exponent, no zeros behind the last digit."""
    if number is None:
        return None
    if not number.is_finite():
        return str(number)
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def time_text(at: Nanos) -> str:
    moment = datetime.fromtimestamp(at // 1_000_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1_000_000_000 // 1_000_000:03d}Z"
