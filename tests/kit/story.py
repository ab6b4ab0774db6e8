"""The story player: what happens in columns of text, what the desk does about it in the same words.

      0ms  chase buy 1.0 throttle_ms=500  => place buy 1.0 @100.0 gtx
     40ms  accepted #1
    100ms  quote 100.1/100.2
    500ms  (timer)                        => amend #1 100.1 x1.0

Orders are numbered as they leave. Timers fire by themselves when the story reaches their time; one that causes
something the story does not tell fails it, like anything else the desk does and the story does not say.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from desk.core.orders import Order
from desk.model.command import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    ChaseSpec,
    Command,
    Flatten,
    PauseAlgo,
    PlaceOrder,
    ResumeAlgo,
    ResumeDesk,
    StartChase,
    StopAlgo,
)
from desk.model.effect import (
    DropGuard,
    Effect,
    RequestDepth,
    RequestTruth,
    RunEnded,
    SendAmend,
    SendCancel,
    SendGuard,
    SendOrder,
)
from desk.model.event import (
    AmendRejected,
    CancelRejected,
    Event,
    GuardReported,
    LinkChanged,
    LinkState,
    OpenOrder,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OutcomeUnknown,
    Submitted,
    TruthLearned,
    VenueTruth,
)
from desk.model.exits import Exits, Trigger
from desk.model.guard import GuardSpec, GuardState
from desk.model.order import OrderSpec, OrderStatus, OrderType, Side, TimeInForce
from desk.model.units import MILLISECOND, ZERO, AlgoId, ClientOrderId
from tests.kit import builders
from tests.kit.builders import EPOCH, D
from tests.kit.rig import Rig, started

_LINE: Final = re.compile(r"\s*(\d+)ms\s+(.*?)\s*(?:=>\s*(.*?))?\s*")
TIMER: Final = "(timer)"


class Line(Struct, frozen=True):
    """One moment of a story: when, what happens, what the desk does."""

    millis: int
    happens: str
    does: str = ""

    def __str__(self) -> str:
        """The line as it is written in a story."""
        text = f"{self.millis:>6}ms  {self.happens}"
        return f"{text:<48}  => {self.does}" if self.does else text


class Player:
    """Tells one story to one desk."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.sent: list[OrderSpec | GuardSpec] = []
        self.guards: list[GuardSpec] = []
        self._filled: dict[ClientOrderId, Decimal] = {}
        self._amends: dict[ClientOrderId, SendAmend] = {}
        self._trades = 0
        self._now = EPOCH

    def order(self, number: int) -> Order:
        """Return the order that left as `#number`."""
        return self.rig.state.orders[self.sent[number - 1].id]

    def play(self, line: Line) -> list[Line]:
        """Let time reach the line, then let it happen; return what was found."""
        self._now = builders.at(line.millis)
        found = []
        for when, effects in self.rig.wait(self._now):
            did = self._said(effects)
            if did:
                found.append(Line((when - EPOCH) // MILLISECOND, TIMER, did))
        if line.happens == TIMER:
            if not line.does and (not found or found[-1].millis != line.millis):
                found.append(line)
            return found
        found.append(Line(line.millis, line.happens, self._said(self._happen(line.happens))))
        return found

    def _happen(self, text: str) -> Sequence[Effect]:
        verb, _, rest = text.partition(" ")
        if verb == "halt":
            return self.rig.take(self.rig.engine.halt(self._now, rest))
        return self.rig.step(_VERBS[verb](self, verb, rest.split()))

    # What happens

    def _quote(self, verb: str, words: list[str]) -> Event:
        return builders.quote(words[0], self._millis, *words[1:])

    def _mark(self, verb: str, words: list[str]) -> Event:
        return builders.mark(words[0], self._millis, *words[1:])

    def _link(self, verb: str, words: list[str]) -> Event:
        return LinkChanged(self._now, LinkState(words[0]), f"link {words[0]}")

    def _depth(self, verb: str, words: list[str]) -> Event:
        bids, _, asks = " ".join(words).partition(" / ")
        return builders.depth(bids, asks, 1_000 + self._millis, self._millis)

    def _ordered(self, verb: str, words: list[str]) -> Event:
        is_market = "market" in words
        price = next((D(word[1:]) for word in words if word.startswith("@")), None)
        tif = next((TimeInForce(word) for word in words if word in ("gtc", "ioc", "fok", "gtx")), TimeInForce.GTC)
        command = PlaceOrder(
            sub=builders.BRAVO if "sub=2" in words else builders.ALPHA,
            symbol=builders.BTC,
            side=Side(verb),
            quantity=D(words[0]),
            type=OrderType.MARKET if is_market else OrderType.LIMIT,
            price=price,
            tif=tif,
            reduce_only="reduce-only" in words,
            exits=_exits(dict(word.split("=") for word in words if "=" in word)),
        )
        return self._submitted(command)

    def _chase(self, verb: str, words: list[str]) -> Event:
        side, quantity, *options = words
        given = dict(option.split("=") for option in options)
        fields = {name: value for name, value in given.items() if name not in _EXITS}
        base = {"sub": "1", "symbol": builders.BTC, "side": side, "quantity": quantity}
        return self._submitted(
            StartChase(replace(msgspec.convert(base | fields, ChaseSpec, strict=False), exits=_exits(given)))
        )

    def _cancel(self, verb: str, words: list[str]) -> Event:
        command: Command = CancelAll() if words == ["all"] else CancelOrder(self._id(words[0]))
        return self._submitted(command)

    def _amend(self, verb: str, words: list[str]) -> Event:
        return self._submitted(AmendOrder(order=self._id(words[0]), price=D(words[1]), quantity=D(words[2][1:])))

    def _steer(self, verb: str, words: list[str]) -> Event:
        if words == ["desk"]:
            return self._submitted(ResumeDesk())
        kinds: dict[str, type[StopAlgo | PauseAlgo | ResumeAlgo]]
        kinds = {"stop": StopAlgo, "pause": PauseAlgo, "resume": ResumeAlgo}
        return self._submitted(kinds[verb](AlgoId(words[0])))

    def _flatten(self, verb: str, words: list[str]) -> Event:
        return self._submitted(Flatten(sub=builders.ALPHA if "sub=1" in words else None))

    def _guard(self, verb: str, words: list[str]) -> Event:
        """`guard held`, `guard triggered`, `guard ended reason`: the latest stop at the venue."""
        state, spec = GuardState(words[0]), self.guards[-1]
        if state is GuardState.TRIGGERED:  # an order from here on, the next number's
            self._filled[spec.id] = ZERO
            self.sent.append(spec)
        return GuardReported(self._now, spec.id, state, " ".join(words[1:]), self._now)

    def _accepted(self, verb: str, words: list[str]) -> Event:
        order = self._id(words[0])
        return OrderAccepted(self._now, order, int(words[0][1:]), self._filled[order], self._now)

    def _fill(self, verb: str, words: list[str]) -> Event:
        """`fill #1 0.4 @100.1 taker`; a trade number after all repeats that trade."""
        order = self.rig.state.orders[self._id(words[0])]
        quantity = D(words[1])
        repeated = next((int(word.removeprefix("trade=")) for word in words if word.startswith("trade=")), None)
        if repeated is None:
            self._trades += 1
            self._filled[order.spec.id] += quantity
        return OrderFilled(
            ts=self._now,
            order=order.spec.id,
            symbol=order.spec.symbol,
            trade=repeated or self._trades,
            price=next((D(word[1:]) for word in words if word.startswith("@")), order.price),
            quantity=quantity,
            fee=ZERO,
            maker="taker" not in words,
            filled=self._filled[order.spec.id],
            venue_ts=self._now,
        )

    def _ended(self, verb: str, words: list[str]) -> Event:
        """`cancelled #1`, `expired #1 reason`; `filled=0.6` where the venue knows of trades that are still to come."""
        order = self._id(words[0])
        filled = next((D(word.removeprefix("filled=")) for word in words if word.startswith("filled=")), None)
        total = self._filled[order] if filled is None else filled
        if verb == "cancelled":
            return OrderCancelled(self._now, order, total, self._now)
        return OrderExpired(self._now, order, total, " ".join(words[1:]), self._now)

    def _amended(self, verb: str, words: list[str]) -> Event:
        order = self._id(words[0])
        asked = self._amends[order]
        return OrderAmended(self._now, order, asked.price, asked.quantity, self._filled[order], self._now)

    def _refused(self, verb: str, words: list[str]) -> Event:
        kinds: dict[str, type[OrderRejected | AmendRejected | CancelRejected]]
        kinds = {"rejected": OrderRejected, "amend-rejected": AmendRejected, "cancel-rejected": CancelRejected}
        code = int(words[1]) if len(words) > 1 else -2011
        return kinds[verb](self._now, self._id(words[0]), code, " ".join(words[2:]) or "refused", self._now)

    def _truth(self, verb: str, words: list[str]) -> Event:
        """What a venue would know that agrees with the desk."""
        state = self.rig.state
        wallet = sum((account.wallet for account in state.accounts.values()), ZERO)
        working = [order for order in state.open.values() if order.status is OrderStatus.WORKING]
        orders = tuple(OpenOrder(order.spec, order.venue_order, order.filled) for order in working)
        return TruthLearned(self._now, VenueTruth(self._now, wallet, (), orders, (), is_final=True))

    def _unknown(self, verb: str, words: list[str]) -> Event:
        return OutcomeUnknown(self._now, self._id(words[0]), "no answer")

    @property
    def _millis(self) -> int:
        return (self._now - EPOCH) // MILLISECOND

    def _submitted(self, command: Command) -> Event:
        return Submitted(self._now, command)

    def _id(self, word: str) -> ClientOrderId:
        return self.sent[int(word.removeprefix("#")) - 1].id

    # What the desk does

    def _said(self, effects: Sequence[Effect]) -> str:
        return ", ".join(text for effect in effects if (text := self._say(effect)))

    def _say(self, effect: Effect) -> str:
        match effect:
            case SendOrder(spec=spec):
                self.sent.append(spec)
                self._filled[spec.id] = ZERO
                how = "market" if spec.type is OrderType.MARKET else spec.tif.value
                flag = " reduce-only" if spec.reduce_only else " closing" if spec.closing else ""
                return f"place {spec.side.value} {spec.quantity:f} @{spec.price:f} {how}{flag}"
            case SendAmend(order=order, price=price, quantity=quantity):
                self._amends[order] = effect
                return f"amend {self._number(order)} {price:f} x{quantity:f}"
            case SendCancel(order=order):
                return f"cancel {self._number(order)}"
            case SendGuard(spec=guard):
                self.guards.append(guard)
                flag = " reduce-only" if guard.reduce_only else ""
                return f"hold {guard.side.value} {guard.quantity:f} @{guard.trigger:f}{flag}"
            case DropGuard():
                return "let go"
            case RunEnded(algo=algo, reason=reason):
                return f"end {algo} {reason}"
            case RequestDepth():
                return "depth?"
            case RequestTruth():
                return "truth?"
            case _:
                return ""

    def _number(self, order: ClientOrderId) -> str:
        return f"#{[each.id for each in self.sent].index(order) + 1}"


_EXITS: Final = ("tp", "sl", "trigger", "net")


def _exits(fields: Mapping[str, str]) -> Exits | None:
    """Read `tp=40 sl=@98.0`: distances in bps, or prices; without `net=25` the venue holds no stop."""
    profit, stop = fields.get("tp", ""), fields.get("sl", "")
    if not profit and not stop:
        return None
    return Exits(
        profit_bps=None if not profit or profit[0] == "@" else D(profit),
        profit_price=D(profit[1:]) if profit.startswith("@") else None,
        stop_bps=None if not stop or stop[0] == "@" else D(stop),
        stop_price=D(stop[1:]) if stop.startswith("@") else None,
        trigger=Trigger(fields.get("trigger", "mark")),
        net_bps=D(fields["net"]) if "net" in fields else None,
    )


_VERBS: Final[dict[str, Callable[[Player, str, list[str]], Event]]] = {
    "quote": Player._quote,
    "mark": Player._mark,
    "link": Player._link,
    "depth": Player._depth,
    "buy": Player._ordered,
    "sell": Player._ordered,
    "chase": Player._chase,
    "cancel": Player._cancel,
    "amend": Player._amend,
    "stop": Player._steer,
    "pause": Player._steer,
    "resume": Player._steer,
    "flatten": Player._flatten,
    "guard": Player._guard,
    "accepted": Player._accepted,
    "fill": Player._fill,
    "cancelled": Player._ended,
    "expired": Player._ended,
    "amended": Player._amended,
    "rejected": Player._refused,
    "amend-rejected": Player._refused,
    "cancel-rejected": Player._refused,
    "unknown": Player._unknown,
    "truth": Player._truth,
}


def tell(story: str, rig: Rig | None = None) -> Player:
    """Play a story to the end; fail with the whole of it, as told and as found, where the desk did otherwise."""
    __tracebackhide__ = True
    told = read(story)
    player = Player(rig if rig is not None else started())
    found: list[Line] = []
    for line in told:
        found += player.play(line)
    if found != told:
        raise AssertionError(_difference(told, found))
    return player


def read(story: str) -> list[Line]:
    """Return the lines of a story."""
    lines = []
    for text in story.splitlines():
        if not text.strip():
            continue
        match = _LINE.fullmatch(text)
        if match is None:
            raise ValueError(f"story: expected `<n>ms  <event>  => <effects>`, found {text.strip()!r}")
        lines.append(Line(int(match[1]), " ".join(match[2].split()), match[3] or ""))
    return lines


def _difference(told: Sequence[Line], found: Sequence[Line]) -> str:
    said = "\n".join(f"{'  ' if line in found else '- '}{line}" for line in told)
    was = "\n".join(f"{'  ' if line in told else '+ '}{line}" for line in found)
    return f"the story went otherwise\ntold:\n{said}\nfound:\n{was}"
