"""What is chosen, and how long the engine has been silent."""

from msgspec.structs import replace

from desk.ui.arming import KeyMode
from desk.ui.session import Chosen, Heartbeat, Session
from tests.kit.views import ALPHA, BTC, ETH, D, desk_view
from tests.ui.seat import BUY_AT_BID, FakeDesk


def session(view=None):
    chosen = Chosen(sub=ALPHA, symbol=BTC, key_mode=KeyMode.CONFIRM, size=D(1))
    return Session(FakeDesk(view), chosen, {"BTC": (D(1), D(2)), "ETH": (D(10), D(20), D(30))})


def test_the_sub_accounts_go_round_without_those_that_keep_the_books_whole():
    here, seen = session(), []
    for _ in range(4):
        here.next_sub(1)
        seen.append(here.chosen.sub)

    assert seen == ["2", "3", "1", "2"]


def test_the_way_back_is_the_same_way():
    here = session()
    here.next_sub(-1)

    assert here.chosen.sub == "3"


def test_the_symbols_go_round():
    here = session()
    here.next_symbol()
    assert here.chosen.symbol == ETH

    here.next_symbol()
    assert here.chosen.symbol == BTC


def test_a_choice_that_is_gone_leads_to_the_first_that_is_there():
    here = session(desk_view(subs=desk_view().subs[1:]))
    here.next_sub(1)

    assert here.chosen.sub == "2"


def test_there_is_no_preset_beyond_the_last():
    here = session()

    assert (here.choose_size(1), here.choose_size(2), here.chosen.size) == (True, False, D(2))


def test_another_symbol_has_its_own_sizes_at_the_same_preset():
    here = session()
    here.choose_size(1)
    here.choose_symbol(ETH)
    assert here.chosen.size == D(20)

    here.choose_size(2)
    here.choose_symbol(BTC)
    assert here.chosen.size == D(2)


def test_what_is_looked_at_is_said_at_once_and_then_every_five_seconds():
    here = session()
    for now_ms in (100, 200, 5_099, 5_100, 5_200):
        here.say_look(now_ms)
    here.choose_symbol(ETH)
    here.say_look(5_201)

    assert here._desk.looked_at == [BTC, BTC, ETH]


def test_a_symbol_that_is_written_about_is_looked_at_too():
    here = session()
    order = replace(BUY_AT_BID, symbol=ETH)

    here.consider(BUY_AT_BID)
    here.consider(order)
    here.consider(order)
    here.consider(None)

    assert here._desk.looked_at == [ETH]


def test_silence_is_counted_from_the_last_new_view():
    heart = Heartbeat()

    assert [heart.silent_ms(seq, now) for seq, now in ((5, 100), (5, 350), (6, 400), (6, 450))] == [0, 250, 0, 50]
