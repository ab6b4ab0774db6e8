"""Lines that are run, and the rest of them that waits."""

from msgspec.structs import replace

from desk.model.command import CancelAll, PlaceOrder
from desk.model.order import OrderType, Side, TimeInForce
from desk.ui.dealing import Tone
from desk.ui.grammar import SelectSub
from desk.ui.resolve import Context
from desk.ui.running import Runner
from tests.kit.views import ALPHA, BRAVO, BTC, D, accounts, desk_view, position


class DealsAtOnce:
    """Keeps what it is dealt and lets what follows follow."""

    def __init__(self):
        self.dealt = []

    def deal(self, commands, _origin, then):
        self.dealt += commands
        then()


class Line:
    """A runner with everything around it made by hand."""

    def __init__(self):
        self.dealer, self.performed, self.later, self.said = DealsAtOnce(), [], [], []
        self.context = Context(desk_view(), ALPHA, BTC)
        self.runner = Runner(
            self.dealer,
            lambda: self.context,
            self.performed.append,
            lambda seconds, call: self.later.append((seconds, call)),
            lambda text, tone: self.said.append((text, tone)),
        )


def test_the_rest_is_read_on_the_desk_as_it_is_when_the_wait_is_over():
    line = Line()
    line.runner.run("cancel all; wait 2s; close 50%")
    ((seconds, go_on),) = line.later
    bigger = tuple(line.context.view.subs[1:])
    line.context = Context(desk_view(subs=(_alpha_with("0.400"), *bigger)), ALPHA, BTC)

    go_on()

    # Half of the 0.400 that is there now, not of the 0.250 that was there when it was typed.
    close = PlaceOrder(
        sub=ALPHA, symbol=BTC, side=Side.SELL, quantity=D("0.200"),
        type=OrderType.MARKET, tif=TimeInForce.IOC, reduce_only=True,
    )  # fmt: skip
    assert (seconds, line.dealer.dealt) == (2, [CancelAll(sub=ALPHA), close])


def test_the_rest_keeps_the_sub_account_the_line_had_chosen():
    line = Line()
    line.runner.run("sub 2; wait 1s; cancel all")

    line.later[0][1]()

    assert line.performed[0] == SelectSub(BRAVO)
    assert line.dealer.dealt == [CancelAll(sub=BRAVO)]


def test_what_waits_is_forgotten_on_the_way_out():
    line = Line()
    line.runner.run("wait 1s; buy 0.01 market")
    line.runner.drop_waiting()

    line.later[0][1]()

    assert line.dealer.dealt == []


def test_a_fault_that_shows_only_after_the_wait_is_said():
    line = Line()
    line.runner.run("wait 1s; buy 0.0001 market")

    line.later[0][1]()

    assert line.said == [("buy 0.0001 market: quantity: expected at least 0.001, found 0.0001", Tone.REFUSED)]


def _alpha_with(quantity):
    return replace(accounts()[0], positions=(position(quantity),))
