"""Binance USDⓈ-M as the desk meets it: requests go out, events come in, and nothing here decides anything.

Three streams and two ways for orders, each of which comes and goes by itself. The link is up while all three streams are;
whenever it comes back the engine asks for the venue's truth, for the venue replays nothing.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Final

from desk.model.effect import (
    ArmCountdown,
    Batch,
    DropGuard,
    Follow,
    RequestDepth,
    RequestPrices,
    RequestTruth,
    SendAmend,
    SendCancel,
    SendGuard,
    SendOrder,
    VenueRequest,
)
from desk.model.error import VenueError
from desk.model.event import (
    Event,
    LinkChanged,
    LinkState,
    MetersReported,
    OrderAccepted,
    TruthLearned,
)
from desk.model.following import LineRow
from desk.model.instrument import Instrument
from desk.model.market import MarkPrice, Quote
from desk.model.order import OrderSpec
from desk.model.units import SECOND, Nanos, Symbol
from desk.venues.binance import streams
from desk.venues.binance.codec import decode_depth
from desk.venues.binance.entry import Entry
from desk.venues.binance.hosts import Hosts
from desk.venues.binance.listening import UserStream
from desk.venues.binance.offset import ServerClock
from desk.venues.binance.opening import Opener
from desk.venues.binance.prices import RestPrices
from desk.venues.binance.rest import Call, Rest, Security
from desk.venues.binance.session import RateLimit, Session
from desk.venues.binance.signing import signer_for
from desk.venues.binance.streams import MarketStreams
from desk.venues.binance.truth import Asker, Orders
from desk.venues.binance.unsent import is_way_out, not_sent, unanswered
from desk.venues.binance.user import Statement
from desk.venues.keys import Credentials
from desk.venues.outcomes import Verdict
from desk.venues.prices import Cascade, PriceSource

ASSET: Final = "USDT"
CLOCK_EVERY_S: Final = 600.0
THROTTLED_PAUSE: Final = Nanos(10 * SECOND)
"""Where the venue does not say until when: the span of its shortest meter."""
STREAMS: Final = (*streams.NAMES, "user stream")
_LOG: Final = logging.getLogger("desk.binance")

Feed = tuple[str, Callable[[], Awaitable[None]], Callable[[], None]]
"""Something that runs beside the engine: its name, what runs, and what to do before it is run again."""


class BinanceVenue:
    """The venue's port. `open` first, then `attach`, then run its feeds."""

    version = 0

    def __init__(
        self,
        hosts: Hosts,
        credentials: Credentials,
        *,
        now: Callable[[], Nanos],
        chance: Random,
        shared: Sequence[PriceSource] = (),
    ) -> None:
        """`shared`: where prices are looked for before the venue itself is asked for them."""
        self._hosts = hosts
        self._now = now
        self._chance = chance
        signer = signer_for(credentials.secret)
        clock = ServerClock()
        self._rest = Rest(
            hosts.rest,
            key=credentials.key,
            signer=signer,
            server_clock=clock,
            now=now,
            on_meters=lambda told: self._on_meters(meters_of(told)),
        )
        self._opener = Opener(self._rest, hosts)
        self._cascade = Cascade((*shared, RestPrices(self._rest, now)), now)
        self._session = Session(
            hosts.session,
            key=credentials.key,
            signer=signer,
            server_clock=clock,
            now=now,
            on_link=self._on_session,
            on_counts=lambda told: self._on_meters(counts_of(told)),
            chance=chance,
        )
        self._statement = Statement(ASSET)
        self._symbols: tuple[Symbol, ...] = ()
        self._depths_asked: set[Symbol] = set()
        self._orders = Orders(())
        self._asker: Asker | None = None
        self._tell: Callable[[Event], None] = _nobody
        self._links = dict.fromkeys(STREAMS, False)
        self._is_up = False
        self._has_gap = True
        self._quiet_until = Nanos(0)
        self._waiting: deque[VenueRequest] = deque()
        self._woken = asyncio.Event()

    # Before the engine runs.

    async def open(
        self, symbols: tuple[Symbol, ...], leverage: int, *, may_withdraw: bool = False
    ) -> tuple[Instrument, ...]:
        """Learn the venue's clock, the key's rights and the rules; raises VenueError or BadInput where the desk cannot begin.

        `may_withdraw`: a key with a right to withdraw is meant to have it.
        """
        await self._opener.learn_clock()
        await self._opener.check_rights(may_withdraw=may_withdraw)
        self._symbols = symbols
        return await self._opener.rules(symbols, leverage)

    def attach(self, tell: Callable[[Event], None], known: Iterable[OrderSpec], since: Nanos) -> None:
        """Say who is told, which orders are known, and since when the books are kept."""
        self._tell = tell
        self._orders = Orders(known)
        self._streams = MarketStreams(
            self._hosts,
            self._symbols,
            tell=tell,
            on_mark=self._statement.on_mark,
            on_link=self._on_link,
            now=self._now,
            chance=self._chance,
        )
        self._user = UserStream(
            self._rest,
            self._hosts,
            self._statement,
            tell=self._on_report,
            on_link=lambda is_up, reason: self._on_link(STREAMS[2], is_up, reason),
            now=self._now,
            chance=self._chance,
        )
        self._asker = Asker(
            self._rest,
            self._orders,
            asset=ASSET,
            since=since,
            now=self._now,
            spoken=lambda: self._user.spoken,
        )
        self._entry = Entry(
            self._rest,
            self._session,
            tell=self._on_report,
            on_throttled=self._on_throttled,
            now=self._now,
            side_of=self._orders.side,
            resync_clock=self._opener.learn_clock,
        )

    async def wallet(self, since: Nanos) -> Decimal:
        """Return the cash the account has; raises VenueError where the venue does not tell."""
        asker = Asker(self._rest, self._orders, asset=ASSET, since=since, now=self._now, spoken=lambda: 0)
        wallet = await asker.wallet()
        if wallet is None:
            raise VenueError("wallet: expected the venue's balance, found no answer")
        return wallet

    def feeds(self) -> tuple[Feed, ...]:
        """Return what has to run beside the engine."""
        return (
            (STREAMS[2], self._user.run, self._lose_nothing),
            *((each.name, each.run, self._lose_nothing) for each in self._streams.connections),
            ("session", self._session.run, self._lose_nothing),
            ("requests", self._carry_all, self._lose_nothing),
            ("venue clock", self._keep_clock, self._lose_nothing),
        )

    async def close(self) -> None:
        """Hang up."""
        await self._rest.close()

    # The port.

    def memo(self) -> bytes | None:
        """Return nothing: this venue remembers itself."""
        return None

    def lines(self) -> tuple[LineRow, ...]:
        """Return how the streams' connections are."""
        return (*self._streams.lines(), self._user.line())

    def execute(self, request: VenueRequest, now: Nanos) -> None:
        """Send a request on its way; does not wait for the answer.

        While the venue has us throttled, only cancels go: what is not sent is told as refused, and a question is asked again.
        """
        if isinstance(request, Follow):
            self._streams.follow(request.symbols)
            return
        if now < self._quiet_until and not is_way_out(request):
            for event in not_sent(request, now, "the venue has us throttled"):
                self._tell(event)
            return
        for each in request.requests if isinstance(request, Batch) else (request,):
            if isinstance(each, SendOrder):
                self._orders.sent(each.spec)
            elif isinstance(each, SendGuard):
                self._orders.guarded(each.spec)
        self._waiting.append(request)
        self._woken.set()

    # What runs.

    async def _carry_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                self._woken.clear()
                while self._waiting:
                    group.create_task(self._carry(self._waiting.popleft()))
                await self._woken.wait()

    async def _carry(self, request: VenueRequest) -> None:
        """Carry one request; whatever fails, the engine hears of it."""
        try:
            match request:
                case Batch():
                    await self._entry.carry_batch(request)
                case SendOrder() | SendCancel() | SendAmend() | SendGuard() | DropGuard():
                    await self._entry.carry(request)
                case RequestDepth():
                    await self._ask_depth(request)
                case RequestPrices():
                    for price in await self._cascade.ask(request):
                        self._on_price(price)
                case RequestTruth():
                    await self._ask_truth(request)
                case ArmCountdown():
                    await self._rest.send(_countdown(request))
        except VenueError as error:
            _LOG.error("%s: %s", type(request).__name__, error)
            for each in unanswered(request, self._now(), str(error)):
                self._tell(each)

    async def _ask_depth(self, request: RequestDepth) -> None:
        if request.symbol in self._depths_asked:
            return  # its answer is on its way
        self._depths_asked.add(request.symbol)
        try:
            await self._streams.flows(request.symbol)
            await self._learn_depth(request.symbol)
        finally:
            self._depths_asked.discard(request.symbol)

    async def _learn_depth(self, symbol: Symbol) -> None:
        call = Call("GET", "/fapi/v1/depth", {"symbol": symbol, "limit": 1_000}, Security.NONE, weight=20)
        reply = await self._rest.send(call)
        if reply.answer.status == 200:
            self._tell(decode_depth(symbol, reply.answer.body, self._now()))

    async def _ask_truth(self, request: RequestTruth) -> None:
        assert self._asker is not None, "attached before it runs"
        truth = await self._asker.ask(self._symbols, with_funding=self._has_gap)
        if truth is not None and not self._has_gap and self._statement.wallet != truth.wallet:
            # Something has moved cash and was never told: trades are in every answer, payments are not.
            truth = await self._asker.ask(self._symbols, with_funding=True)
        if truth is None:
            return  # it is asked again: a question without an answer changes nothing
        self._has_gap = False
        self._statement.begin(truth.wallet, truth.positions, truth.ts)
        self._tell(TruthLearned(self._now(), truth, request.ts))

    async def _keep_clock(self) -> None:
        while True:
            await asyncio.sleep(CLOCK_EVERY_S)
            try:
                await self._opener.learn_clock()
            except VenueError as error:
                _LOG.warning("the venue's clock: %s", error)

    # What comes in.

    def _on_price(self, price: Quote | MarkPrice) -> None:
        if isinstance(price, MarkPrice):
            self._statement.on_mark(price)
        self._tell(price)

    def _on_report(self, event: Event) -> None:
        if isinstance(event, OrderAccepted):
            self._orders.accepted(event.order, event.venue_order)
        self._tell(event)

    def _on_meters(self, counts: tuple[int | None, int | None, int | None]) -> None:
        if any(each is not None for each in counts):
            self._tell(MetersReported(self._now(), *counts))

    def _on_throttled(self, verdict: Verdict) -> None:
        """The venue has had enough of us: nothing is asked until it says so, and the trader is told."""
        now = self._now()
        until = verdict.until if verdict.until is not None else Nanos(now + THROTTLED_PAUSE)
        self._quiet_until = max(self._quiet_until, until)
        _LOG.error("throttled by the venue: %s", verdict.reason)
        self._tell(LinkChanged(now, LinkState.UP if self._is_up else LinkState.DOWN, f"throttled: {verdict.reason}"))

    def _on_session(self, is_up: bool, reason: str) -> None:
        _LOG.info("session: %s", reason if is_up else f"orders go over HTTP: {reason}")

    def _on_link(self, name: str, is_up: bool, reason: str) -> None:
        self._links[name] = is_up
        missing = [each for each, there in self._links.items() if not there]
        now = self._now()
        if self._is_up and missing:
            self._is_up, self._has_gap = False, True
            self._tell(LinkChanged(now, LinkState.DOWN, reason))
        elif not self._is_up and not missing:
            self._is_up = True
            self._tell(LinkChanged(now, LinkState.UP, "all streams connected"))

    def _lose_nothing(self) -> None:
        """A feed that is run again reports its link, and the engine asks for what it missed."""


def meters_of(headers: Mapping[str, int]) -> tuple[int | None, int | None, int | None]:
    """Return weight of the minute, orders of ten seconds and of the minute, as an answer over HTTP tells them."""
    names = ("x-mbx-used-weight-1m", "x-mbx-order-count-10s", "x-mbx-order-count-1m")
    weight, ten_seconds, minute = (headers.get(name) for name in names)
    return weight, ten_seconds, minute


def counts_of(limits: Iterable[RateLimit]) -> tuple[int | None, int | None, int | None]:
    """Return the same three, as an answer of the session tells them."""
    found = {(each.rate_limit_type, each.interval): each.count for each in limits}
    keys = (("REQUEST_WEIGHT", "MINUTE"), ("ORDERS", "SECOND"), ("ORDERS", "MINUTE"))
    weight, ten_seconds, minute = (found.get(key) for key in keys)
    return weight, ten_seconds, minute


def _countdown(request: ArmCountdown) -> Call:
    params: dict[str, str | int | bool] = {"symbol": request.symbol, "countdownTime": request.millis}
    return Call("POST", "/fapi/v1/countdownCancelAll", params, weight=10)


def _nobody(event: Event) -> None:
    """Tell nobody: nothing is attached yet."""
