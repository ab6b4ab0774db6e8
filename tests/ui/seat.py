"""A seat at a desk without a machine: a hand-made view in, submitted commands out, a clock that moves when told to."""

from desk.model.command import PlaceOrder
from desk.model.order import Side
from desk.ui.app import DeskApp
from desk.ui.arming import KeyMode
from tests.kit.views import ALPHA, BTC, D, desk_view

# The hand-made market is 61,843.1 / 61,843.2, and the ladder's cursor starts on the best bid.
BUY_AT_BID = PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("0.01"), price=D("61843.1"))
SIZES = [(200, 50), (120, 34), (80, 24)]


class FakeDesk:
    """Shows one view for ever and keeps what it is asked."""

    def __init__(self, view=None):
        self.view = view or desk_view()
        self.commands = []
        self.considered = None
        self.looked_at = []

    def latest(self):
        return self.view

    def submit(self, command):
        self.commands.append(command)

    def look_at(self, symbol):
        self.looked_at.append(symbol)

    def consider(self, command):
        self.considered = command


class HandClock:
    """Milliseconds that pass by themselves between two keys of a person, or only when a test says so."""

    def __init__(self, step_ms=400):
        self.now_ms = 0
        self.step_ms = step_ms

    def __call__(self):
        self.now_ms += self.step_ms
        return self.now_ms


def seat(desk, *, mode=KeyMode.CONFIRM, clock=None, **options):
    """Return the app as a trader of sub-account 1 finds it, without frames."""
    options = {
        "sizes": {"BTC": (D("0.01"), D("0.05"), D("0.1")), "ETH": (D("0.1"), D(1))},
        "start_sub": ALPHA,
        "start_symbol": BTC,
        **options,
    }
    return DeskApp(desk, key_mode=mode, clock_ms=clock or HandClock(), has_frames=False, **options)


async def played(keys, *, mode=KeyMode.CONFIRM, view=None, size=(120, 34), **options):
    """Press keys at a fresh desk and return the commands it was given; a key of several letters is typed."""
    desk = FakeDesk(view)
    async with seat(desk, mode=mode, **options).run_test(size=size) as pilot:
        await pilot.pause()
        await press(pilot, keys)
    return desk.commands


async def press(pilot, keys):
    for key in keys:
        letters = list(key.removeprefix("type ")) if key.startswith("type ") else [key]
        await pilot.press(*("space" if letter == " " else letter for letter in letters))
        await pilot.pause()


def said(app):
    return str(app.trade.query_one("#feedback").render())
