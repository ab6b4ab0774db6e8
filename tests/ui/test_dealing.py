"""From a wish to a submitted command, without a screen."""

from desk.model.command import CancelAll, PlaceOrder
from desk.model.event import LinkState
from desk.model.order import Side
from desk.ui.arming import KeyMode, Origin
from desk.ui.dealing import Dealer, Tone
from desk.ui.session import Chosen, Session
from tests.kit.views import ALPHA, BTC, D, desk_view
from tests.ui.seat import FakeDesk, HandClock

ORDER = PlaceOrder(sub=ALPHA, symbol=BTC, side=Side.BUY, quantity=D("0.01"), price=D(61800))


class Room:
    """A dealer, and what was asked and said."""

    def __init__(self, mode, step_ms=400):
        self.desk, self.asked, self.said = FakeDesk(), [], []
        self.session = Session(self.desk, Chosen(sub=ALPHA, symbol=BTC, key_mode=mode, size=D(1)))
        self.dealer = Dealer(
            self.session,
            HandClock(step_ms),
            lambda lines, on_yes: self.asked.append((lines, on_yes)),
            lambda text, tone: self.said.append((text, tone)),
        )


def test_one_refusal_refuses_the_whole_wish():
    room = Room(KeyMode.SAFE)
    room.dealer.deal((CancelAll(), ORDER), Origin.WRITTEN)

    assert room.desk.commands == []
    assert room.said[0][1] is Tone.REFUSED


def test_one_question_is_asked_about_the_whole_wish():
    room = Room(KeyMode.CONFIRM)
    room.dealer.deal((CancelAll(), ORDER), Origin.KEY)
    assert room.desk.commands == []

    ((lines, on_yes),) = room.asked
    on_yes()

    assert len(lines) == 2
    assert room.desk.commands == [CancelAll(), ORDER]


def test_what_follows_waits_for_the_answer():
    room, followed = Room(KeyMode.CONFIRM), []
    room.dealer.deal((ORDER,), Origin.KEY, lambda: followed.append(True))
    assert followed == []

    room.asked[0][1]()

    assert followed == [True]


def test_a_burst_never_stops_a_cancel():
    room = Room(KeyMode.ARMED, step_ms=1)
    for _ in range(5):
        room.dealer.deal((CancelAll(),), Origin.KEY)

    assert len(room.desk.commands) == 5


def test_what_was_typed_is_no_burst():
    room = Room(KeyMode.ARMED, step_ms=1)
    for _ in range(5):
        room.dealer.deal((ORDER,), Origin.WRITTEN)

    assert len(room.desk.commands) == 5


def test_the_keys_cannot_be_armed_on_a_desk_that_is_not_to_be_trusted():
    room = Room(KeyMode.CONFIRM)
    room.desk.view = desk_view(link=LinkState.DOWN)

    room.dealer.next_mode()

    assert room.session.chosen.key_mode is KeyMode.CONFIRM
    assert room.said[-1] == ("disarmed: the link is down", Tone.REFUSED)
