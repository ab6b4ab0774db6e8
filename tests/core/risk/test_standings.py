"""How the accounts stand."""

from desk.core.risk import standings
from desk.model.event import VenuePosition
from tests.kit.builders import ALPHA, BTC, D
from tests.kit.danger import Danger


def test_two_on_the_same_side_carry_their_sum():
    desk = Danger(wallet="9000")
    desk.hold("1", "1")
    desk.hold("2", "3")

    # 240,000 in all: 1,150, a quarter of it ours; alone 60,000 would cost 250.
    assert standings.of_sub(desk.state, ALPHA).maintenance == D("287.5")
    assert standings.of_venue(desk.state).maintenance == D(1_150)


def test_the_venues_account_is_its_own_statement():
    desk = Danger(wallet="9000")
    desk.state.account.positions = {
        BTC: VenuePosition(BTC, D(-1), D(61_000), D(-61_000)),
        "OLDUSDT": VenuePosition("OLDUSDT", D(1), D(1), D(1)),
    }

    found = standings.of_venue(desk.state)

    assert (found.equity, [each.symbol for each in found.holdings]) == (D(19_000), [BTC])


def test_a_position_without_a_mark_is_not_priced():
    desk = Danger(wallet="9000")
    desk.hold("1", "1")
    account = desk.state.accounts[ALPHA]
    assert standings.is_priced(desk.state, account)

    desk.state.markets[BTC].mark = None

    assert not standings.is_priced(desk.state, account)
