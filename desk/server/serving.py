"""One practice exchange on the network: its clock, its loop, its sockets, its keys, and what it says when it stops."""

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from msgspec import Struct
from msgspec.structs import replace
from websockets.asyncio.server import Server as SocketServer

from desk.exchange.market import MarketSource
from desk.model.error import BadInput
from desk.model.instrument import Instrument
from desk.model.units import MILLISECOND, SECOND, ZERO, Nanos, Symbol
from desk.server.admission import Admission, Usage
from desk.server.api import Api
from desk.server.faults import Fault, FaultKind, Weather
from desk.server.http import Front, TellingProtocol
from desk.server.hub import Hub
from desk.server.keys import ApiKey, KeyRing, check_for
from desk.server.listenkeys import ListenKeys
from desk.server.sockets import SESSION_PATH, Rules, Sockets
from desk.server.text import millis
from desk.server.venue import Venue

WALLET: Final = Decimal(100_000)
FIRST_ACCOUNT: Final = "practice"
_BEAT: Final = Nanos(20 * MILLISECOND)
_KEYS_EVERY: Final = SECOND
CONNECTIONS_MAX: Final = 2_000


class KeySpec(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a key file: an account, its key, and its HMAC secret or public key in PEM."""

    account: str
    key: str
    secret: str
    wallet: str = str(WALLET)


class Opened(Struct, frozen=True, omit_defaults=True):
    """A key that has been made: for an Ed25519 key the secret is its private key in PEM."""

    account: str
    key: str
    secret: str


class Greeting(Struct, frozen=True, omit_defaults=True):
    """What is printed when the exchange is open."""

    rest: str
    ws: str
    ws_api: str
    key: str = ""
    secret: str = ""
    ed25519_key: str = ""
    ed25519_private: str = ""
    control: str = ""


class Report(Struct, frozen=True):
    """What is printed when it stops."""

    clients: dict[str, Usage]
    faults: dict[str, int]
    messages_sent: int
    seconds: float


class Options(Struct, frozen=True, kw_only=True):
    """How an exchange is opened."""

    host: str = "127.0.0.1"
    port: int = 0
    """Of REST; zero: any that is free. The streams have the next one, or any."""
    seed: int = 1
    keys: tuple[KeySpec, ...] = ()
    has_ed25519: bool = False
    faults: tuple[Fault, ...] = ()
    rules: Rules = Rules()


class Clock:
    """The venue's time: this machine's, moved by a fault."""

    def __init__(self) -> None:
        self.ahead = Nanos(0)

    def __call__(self) -> Nanos:
        """Return the time."""
        return Nanos(time.time_ns() + self.ahead)


class Server:
    """The whole of it."""

    def __init__(
        self, instruments: tuple[Instrument, ...], market: MarketSource, options: Options, start: Nanos
    ) -> None:
        self._options = options
        self._clock = Clock()
        self._start = start
        self._listen_keys = ListenKeys(lambda: secrets.token_urlsafe(48)[:64])
        self._keys = KeyRing()
        self.hub = Hub(self._listen_keys)
        self.venue = Venue(instruments=instruments, market=market, start=start, hub=self.hub)
        self.api = Api(self.venue, self._keys, Admission(), self._listen_keys)
        self.weather = Weather(options.faults, start, options.seed)
        self._sockets = Sockets(self.api, self.hub, self.weather, self._clock, options.rules)
        self._stopping = asyncio.Event()
        self._calm: list[tuple[Nanos, FaultKind]] = []
        self._keys_at = start

    def stop(self) -> None:
        """Stop serving."""
        self._stopping.set()

    async def serve(self, opened: Callable[[Greeting], None]) -> Report:
        """Serve until stopped; `opened` is told where. Raises BadInput where an address cannot be had."""
        began = time.monotonic()
        listening = _bind(self._options.host, self._options.port)
        http = _Http(_config(Front(self.api, self.weather, self._clock, self.open_account, self._happen)))
        sockets = await self._open_sockets()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(http.serve([listening]))
            market = tasks.create_task(self._run())
            await http.ready.wait()
            opened(self._greet(listening.getsockname()[1], next(iter(sockets.sockets)).getsockname()[1]))
            await self._stopping.wait()
            http.should_exit = True
            sockets.close()
            market.cancel()
        spent = round(time.monotonic() - began, 3)
        return Report(self.api.admission.usages(), self.weather.struck, self.hub.sent, spent)

    def open_account(self, name: str, wallet: str) -> Opened:
        """Open an account and make a key for it; raises BadInput for a wallet that is no amount."""
        account = name or FIRST_ACCOUNT
        self.venue.join(account, _amount(wallet) if wallet else WALLET)
        key, secret = _text(), _text()
        self._keys.add(ApiKey(key, account, check_for(secret)))
        return Opened(account, key, secret)

    def _open_ed25519(self, account: str) -> Opened:
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        key = _text()
        self._keys.add(ApiKey(key, account, check_for(public)))
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return Opened(account, key, pem)

    async def _open_sockets(self) -> SocketServer:
        options = self._options
        port = options.port + 1 if options.port else 0
        try:
            return await self._sockets.open(options.host, port)
        except OSError as error:
            raise BadInput(f"port {port} of {options.host} for the streams: {error.strerror or error}") from None

    def _greet(self, rest: int, streams: int) -> Greeting:
        options = self._options
        for spec in options.keys:
            self.venue.join(spec.account, _amount(spec.wallet))
            self._keys.add(ApiKey(spec.key, spec.account, check_for(spec.secret)))
        first = None if options.keys else self.open_account(FIRST_ACCOUNT, "")
        account = options.keys[0].account if options.keys else FIRST_ACCOUNT
        pair = self._open_ed25519(account) if options.has_ed25519 else None
        host = f"[{options.host}]" if ":" in options.host else options.host
        return Greeting(
            rest=f"http://{host}:{rest}",
            ws=f"ws://{host}:{streams}",
            ws_api=f"ws://{host}:{streams}{SESSION_PATH}",
            key="" if first is None else first.key,
            secret="" if first is None else first.secret,
            ed25519_key="" if pair is None else pair.key,
            ed25519_private="" if pair is None else pair.secret,
            control=f"http://{host}:{rest}/practice",
        )

    async def _run(self) -> None:
        """Let the market happen, and the faults."""
        while True:
            await self._happen()
            now = self._clock()
            self._calm_down(now)
            self.venue.advance(self._clock())
            if now >= self._keys_at:
                self._keys_at = Nanos(now + _KEYS_EVERY)
                for key, account in self._listen_keys.expired(now):
                    self.hub.expire(account, key, millis(now))
            await asyncio.sleep(self._pause())

    async def _happen(self) -> None:
        """Let the faults happen that are due."""
        now = self._clock()
        for fault in self.weather.due(now):
            await self._apply(fault, now)

    def _pause(self) -> float:
        now = self._clock()
        due = [each for each in (self.venue.next_at(), self.weather.next_at(), Nanos(now + _BEAT)) if each is not None]
        return max(0, min(due) - now) / SECOND

    def _calm_down(self, now: Nanos) -> None:
        mood = self.hub.mood
        for at, kind in [each for each in self._calm if each[0] <= now]:
            self._calm.remove((at, kind))
            if kind is FaultKind.MARKET_SILENT:
                mood.is_market_silent = False
            else:
                mood.is_user_silent = False

    async def _apply(self, fault: Fault, now: Nanos) -> None:
        """Let a fault happen; one that names what is not there happens to nobody."""
        mood = self.hub.mood
        match fault.kind:
            case FaultKind.MARKET_SILENT:
                mood.is_market_silent = True
                self._calm.append((Nanos(now + fault.ms * MILLISECOND), fault.kind))
            case FaultKind.USER_SILENT:
                mood.is_user_silent = True
                self._calm.append((Nanos(now + fault.ms * MILLISECOND), fault.kind))
            case FaultKind.USER_LATE:
                mood.late, mood.late_by = fault.count, fault.ms / 1_000
            case FaultKind.USER_TWICE:
                mood.twice = fault.count
            case FaultKind.DISCONNECT:
                await self._sockets.disconnect(fault.path)
            case FaultKind.CLOCK:
                self._clock.ahead = Nanos(self._clock.ahead + fault.ms * MILLISECOND)
            case FaultKind.BAN:
                self.api.admission.visitor(fault.text).ban(now)
            case FaultKind.REVOKE:
                self._keys.revoke(fault.text)
            case FaultKind.KEY_EXPIRED:
                self._listen_keys.run_out(fault.account or FIRST_ACCOUNT, now)
                self._keys_at = now
            case _:
                self._apply_to_venue(fault)

    def _apply_to_venue(self, fault: Fault) -> None:
        symbol, amount = Symbol(fault.symbol), _amount(fault.amount)
        if fault.kind is FaultKind.CASH:
            seat = self.venue.seats.get(fault.account or FIRST_ACCOUNT)
            if seat is not None:
                seat.deposit(amount)
            return
        rules = self.venue.rules.get(symbol)
        if rules is None:
            return
        if fault.kind is FaultKind.STATUS:
            self.venue.set_status(symbol, fault.text)
        elif fault.kind is FaultKind.FUNDING:
            self.venue.fund_now(symbol, amount)
        elif fault.kind is FaultKind.DEPTH_GAP:
            self.venue.floor.pits[symbol].publisher.break_chain()
        elif fault.kind is FaultKind.FILTERS and amount > ZERO:
            coarser = replace(
                rules,
                tick_size=rules.tick_size * amount,
                lot_size=rules.lot_size * amount,
                quantity_min=rules.quantity_min * amount,
                notional_min=rules.notional_min * amount,
            )
            self.venue.change_rules(coarser)


class _Http(uvicorn.Server):
    """uvicorn that says when it is ready, and without a hand on the signals: they are the command line's."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them as they are."""
        yield


def read_keys(data: bytes) -> tuple[KeySpec, ...]:
    """Read a key file: a JSON array of accounts with their keys. Raises BadInput, without a word of what is in it."""
    try:
        keys = tuple(msgspec.json.decode(data, type=list[KeySpec]))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadInput(
            'key file: expected a JSON array of {"account": …, "key": …, "secret": …, "wallet": …}, found something else'
        ) from None
    if not keys:
        raise BadInput("key file: expected at least one key, found none")
    for each in keys:
        check_for(each.secret)
        _amount(each.wallet)
    return keys


def _config(front: Front) -> uvicorn.Config:
    return uvicorn.Config(
        front.app(),
        http=TellingProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",  # a broken connection is what a fault asked for, and no news
        access_log=False,
        server_header=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_graceful_shutdown=1,
    )


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise BadInput(f"port {port} of {host}: {error.strerror or error}") from None
    bound.setblocking(False)
    return bound


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise BadInput(f"amount: expected a number, found {text[:40]!r}")
    return amount


def _text() -> str:
    return secrets.token_hex(32)
