"""A seat at a desk without a machine: a hand-made view in, submitted commands out, a clock that moves when told to."""

from desk.ui.app import DeskApp
from desk.ui.arming import KeyMode
from tests.kit.views import ALPHA, BTC, D, desk_view


class FakeDesk:
    """Shows one view for ever and keeps what it is asked."""

    def __init__(self, view=None):
        self.view = view or desk_view()
        self.commands = []

    def latest(self):
        return self.view

    def submit(self, command):
        self.commands.append(command)


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
    options = {"presets": (D("0.01"), D("0.05"), D("0.1")), "start_sub": ALPHA, "start_symbol": BTC, **options}
    return DeskApp(desk, key_mode=mode, clock_ms=clock or HandClock(), has_frames=False, **options)
