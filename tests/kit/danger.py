"""A desk whose sub-accounts hold leveraged positions, in a market that a test moves as it likes."""

from collections.abc import Iterable
from decimal import Decimal

from desk.core.state import DeskState
from desk.model.effect import Crossed, Effect, SendCancel, SendOrder
from desk.model.event import AccountReported, OrderAccepted, OrderExpired, OrderFilled, VenuePosition
from desk.model.order import OrderSpec
from desk.model.units import ZERO, Nanos, SubId, Symbol
from tests.kit import builders, rig
from tests.kit.builders import BTC, D, at
from tests.kit.rig import Rig


class Danger:
    """One engine, its venue and its market; time in milliseconds."""

    def __init__(self, *, touch: str = "60000.0/60000.1", wallet: str = "3200", **limits: object) -> None:
        bounds = builders.limits(leverage=50, **limits)
        traded = (builders.instrument(), builders.instrument(builders.ETH))
        touches: dict[str, str] = {BTC: touch, builders.ETH: "3000.0/3000.1"}
        self.rig: Rig = rig.started(instruments=traded, touches=touches, wallet=wallet, limits=bounds)
        self.millis = 0
        self.cash = D(wallet) * 2
        self.trades = 0

    @property
    def state(self) -> DeskState:
        """The engine's state."""
        return self.rig.state

    def hold(self, sub: str, quantity: str, entry: str = "60000", symbol: str = BTC) -> None:
        """Give a sub-account a position; the venue has it too."""
        position = self.state.accounts[SubId(sub)].position(Symbol(symbol))
        position.quantity, position.cost = D(quantity), D(quantity) * D(entry)
        self.state.stir(SubId(sub), Symbol(symbol))
        self.say_account()

    def say_account(self) -> None:
        """Let the venue state what our books say."""
        held: dict[Symbol, list[Decimal]] = {}
        for account in self.state.accounts.values():
            for symbol, each in account.positions.items():
                found = held.setdefault(symbol, [ZERO, ZERO])
                found[0] += each.quantity
                found[1] += each.cost
        cash = sum((each.wallet for each in self.state.accounts.values()), ZERO)
        # What a netted pair has locked in is cash at the venue already.
        cash -= sum((cost for quantity, cost in held.values() if not quantity), ZERO)
        positions = tuple(
            VenuePosition(symbol, quantity, cost / quantity, cost)
            for symbol, (quantity, cost) in held.items()
            if quantity
        )
        self.rig.step(AccountReported(self.now, cash, positions, self.now))

    @property
    def now(self) -> Nanos:
        """The time of the next event."""
        return at(self.millis)

    def price(self, mark: str, after: int = 100, symbol: str = BTC) -> list[Effect]:
        """Let the touch and then the mark come to a price; return what the desk sends."""
        self.millis += after
        ask = D(mark) + D("0.1")
        self.rig.step(builders.quote(f"{mark}/{ask}", self.millis, symbol))
        return self.sent(self.rig.step(builders.mark(mark, self.millis, symbol)))

    def wait(self, seconds: int) -> list[Effect]:
        """Let time pass; return what the desk sends meanwhile."""
        self.millis += seconds * 1_000
        before = len(self.rig.effects)
        for _ in self.rig.wait(self.now):
            pass
        return self.sent(self.rig.effects[before:])

    def fill(self, spec: OrderSpec, price: str, quantity: str | None = None) -> list[Effect]:
        """Fill an order that takes, expire the rest; return what the desk sends."""
        self.millis += 10
        self.trades += 1
        done = D(quantity) if quantity is not None else spec.quantity
        fee = D(price) * done * D("0.0005")
        self.rig.step(OrderAccepted(self.now, spec.id, self.trades, ZERO, self.now))
        sent: list[Effect] = []
        if done:
            filled = OrderFilled(
                self.now, spec.id, spec.symbol, self.trades, D(price), done, fee, False, done, self.now
            )
            sent += self.sent(self.rig.step(filled))
            self.say_account()
        if done < spec.quantity:
            sent += self.sent(self.rig.step(OrderExpired(self.now, spec.id, done, "ioc remainder", self.now)))
        return sent

    def sent(self, effects: Iterable[Effect]) -> list[Effect]:
        """Return what leaves, or changes our books."""
        return [each for each in effects if isinstance(each, SendOrder | SendCancel | Crossed)]
