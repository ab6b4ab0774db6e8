"""State to view: what the screen is given."""

from decimal import Decimal

import pytest

from desk.core import charts, watch
from desk.core.project import DEPTH, ENDED_SHOWN, FILLS_SHOWN, Projector
from desk.model.event import AccountReported
from desk.model.order import OrderStatus, Side
from desk.model.tier import AdlTier
from desk.model.view import AlgoState, DeskMode, Health, ProofState
from tests.kit import builders, rig
from tests.kit.builders import BTC, at
from tests.kit.story import tell

D = Decimal


def project(desk, projector=None):
    return (projector or Projector()).project(desk.state, Health())


def hold(desk, sub, quantity, entry):
    position = desk.state.accounts[sub].position(BTC)
    position.quantity, position.cost = D(quantity), D(quantity) * D(entry)
    desk.state.stir(sub, BTC)
    watch.refresh(desk.engine._acts)


def test_a_desk_is_ready_when_its_markets_and_its_account_are_known():
    assert not project(rig.begun()).ready
    assert project(rig.started()).ready


def test_what_stands_in_the_status_line():
    desk = rig.started()
    desk.take(desk.engine.halt(at(5), "by hand"))

    view = project(desk)

    assert (view.venue, view.epoch, view.limits.leverage, view.now) == ("PAPER", 1, 10, at(5))
    assert (view.mode, view.mode_reason, view.mode_since) == (DeskMode.HALTED, "by hand", at(5))
    assert [row.text for row in view.alerts][-1] == "halted: by hand"


def test_every_view_has_a_number_of_its_own():
    desk, projector = rig.started(), Projector()

    assert [project(desk, projector).seq for _ in range(3)] == [1, 2, 3]


def test_a_market_that_has_not_moved_is_the_same_object_and_one_that_has_is_not():
    desk, projector = rig.started(), Projector()
    first = project(desk, projector).market(BTC)

    assert project(desk, projector).market(BTC) is first

    desk.step(builders.delta("11-11 after 10", "7@100.0", millis=5))
    moved = project(desk, projector).market(BTC)
    assert (moved.bids[0].size, first.bids[0].size) == (D(7), D(5))


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.step(builders.quote("100.1/100.2", 5)),
        lambda desk: desk.step(builders.mark("100.1", 5)),
        lambda desk: desk.step(builders.trade("100.1", "1", Side.BUY, 5)),
        lambda desk: charts.sample(desk.state),
        lambda desk: desk.state.markets[BTC].book.drop(),
    ],
    ids=["quote", "mark", "trade", "sample", "drop"],
)
def test_whatever_a_market_shows_renews_its_picture(change):
    desk, projector = rig.started(), Projector()
    before = project(desk, projector).market(BTC)

    change(desk)

    assert project(desk, projector).market(BTC) != before


def test_the_depth_shown_is_bounded():
    desk = rig.started()
    bids = " ".join(f"1@{D('100.0') - D('0.1') * step}" for step in range(DEPTH + 50))
    desk.step(builders.depth(bids, "1@100.1", last_id=99))

    assert len(project(desk).market(BTC).bids) == DEPTH


def test_an_account_is_shown_with_its_margin_and_its_positions():
    desk = rig.started(instruments=[builders.instrument()], touches={BTC: "61000.0/61000.1"}, wallet="20000")
    hold(desk, "1", "-4", "60000")

    view = project(desk).sub("1")

    assert (view.wallet, view.equity, view.unrealised_pnl) == (D(20_000), D(16_000), D(-4_000))
    assert (view.maintenance_margin, view.initial_margin, view.free_margin) == (D(1_170), D(24_400), D(-8_400))
    assert view.margin_ratio == D(1_170) / D(16_000)
    (row,) = view.positions
    assert (row.quantity, row.entry_price, row.mark, row.notional) == (D(-4), D(60_000), D(61_000), D(244_000))
    assert row.liquidation_price.quantize(D("1e-9")) == D("64678.217821782")


def test_two_on_the_same_side_are_shown_with_what_their_sum_costs():
    desk = rig.started(touches={BTC: "40000.0/40000.1"})
    hold(desk, "1", "1", "40000")
    hold(desk, "2", "1", "40000")

    assert [view.maintenance_margin for view in project(desk).subs] == [D(175), D(175)]


def test_without_a_mark_a_position_has_no_margin_ratio():
    desk = rig.begun()
    hold(desk, "1", "1", "40000")

    view = project(desk).sub("1")

    assert (view.margin_ratio, view.adl_tier, view.positions[0].mark) == (None, AdlTier.NONE, None)


def test_an_account_near_its_end_has_its_tier():
    desk = rig.started(touches={BTC: "57000.0/57000.1"}, wallet="3200")
    hold(desk, "1", "1", "60000")

    view = project(desk).sub("1")

    assert (view.equity, view.maintenance_margin, view.adl_tier) == (D(200), D(235), AdlTier.T3)


def test_a_closed_position_is_shown_while_it_has_a_result():
    desk = rig.started()
    position = desk.state.accounts["1"].position(BTC)
    assert project(desk).sub("1").positions == ()

    position.realised = D(5)

    (row,) = project(desk).sub("1").positions
    assert (row.quantity, row.realised_pnl, row.liquidation_price) == (D(0), D(5), None)


def test_what_nobody_owns_is_shown_once_there_is_any():
    desk = rig.started()
    assert [view.id for view in project(desk).subs] == ["1", "2"]

    hold(desk, "UNALLOCATED", "1", "100")

    assert [view.id for view in project(desk).subs] == ["1", "2", "UNALLOCATED"]


def test_the_venues_account_is_judged_by_its_own_statement():
    desk = rig.started(touches={BTC: "61000.0/61000.1"})
    desk.step(AccountReported(at(5), D(20_000), (builders.held(BTC, "-4", "60000"),), at(5)))

    view = project(desk)

    assert (view.account.equity, view.account.maintenance_margin) == (D(16_000), D(1_170))
    assert view.account_ts == at(5)
    assert view.proof.state is ProofState.BROKEN  # our books hold nothing


def test_orders_are_shown_open_ones_first_and_the_newest_first():
    player = tell("""
           0ms  buy 1.0 @99.0                   => place buy 1.0 @99.0 gtc
           1ms  buy 1.0 @98.9                   => place buy 1.0 @98.9 gtc
           2ms  buy 1.0 @98.8                   => place buy 1.0 @98.8 gtc
          40ms  accepted #1
          41ms  rejected #2 -2010 no
          42ms  accepted #3
          50ms  cancel #3                       => cancel #3
    """)

    rows = project(player.rig).orders

    assert [row.price for row in rows] == [D("98.8"), D("99.0"), D("98.9")]
    assert (rows[0].pending, rows[1].pending, rows[2].reason) == ("cancel", "", "-2010 no")
    assert (rows[1].queue_ahead, rows[2].status) == (D(0), OrderStatus.REJECTED)


def test_an_order_row_has_what_filled_and_at_which_average():
    player = tell("""
           0ms  buy 1.0 @100.0                  => place buy 1.0 @100.0 gtc
          40ms  accepted #1
          50ms  fill #1 0.5 @99.8
          60ms  fill #1 0.25 @100.1
    """)

    (row,) = project(player.rig).orders

    assert (row.filled, row.average_price, row.created, row.updated) == (D("0.75"), D("99.9"), at(0), at(60))


def test_the_latest_ended_orders_and_fills_are_shown():
    desk = rig.started()
    lines = []
    for number in range(1, FILLS_SHOWN + 5):
        lines += [f"{number}ms  buy 1.0 @100.0  => place buy 1.0 @100.0 gtc", f"{number}ms  fill #{number} 1.0"]
    tell("\n".join(lines), desk)

    view = project(desk)

    assert (len(view.orders), len(view.fills)) == (ENDED_SHOWN, FILLS_SHOWN)
    assert view.fills[0].trade == FILLS_SHOWN + 4


def test_runs_are_shown_the_newest_first():
    player = tell("""
           0ms  chase buy 1.0                   => place buy 1.0 @100.0 gtx
           1ms  chase sell 2.0 sub=2            => place sell 2.0 @100.1 gtx
          40ms  accepted #1
    """)

    rows = project(player.rig).algos

    assert [(row.id, row.state, row.order_price) for row in rows] == [
        ("chase-2", AlgoState.PLACING, D("100.1")),
        ("chase-1", AlgoState.WORKING, D("100.0")),
    ]
