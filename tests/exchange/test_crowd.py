from decimal import Decimal
from random import Random

from desk.exchange.crowd import Character, Crowd
from desk.exchange.levels import Levels
from desk.exchange.market import LevelChanges, Print
from desk.exchange.rules import practice_instruments
from desk.model.order import Side

BTC = practice_instruments()[0]
FUNDING = Decimal("0.0001")
CHARACTER = Character(home=618_000, touch=4_000, trade=30, reach=6_000, wildness=1.0)


def _crowd(seed=1):
    return Crowd(BTC, CHARACTER, Random(seed))


def _act(crowd, times):
    return [record for _ in range(times) for record in crowd.act(crowd.pause_seconds())]


def _rebuilt(crowd):
    full = crowd.whole_book()
    sides = {side: Levels(side) for side in Side}
    for side, levels in ((Side.BUY, full.bids), (Side.SELL, full.asks)):
        for level in levels:
            sides[side].set(level.price, level.size)
    return sides


def test_what_it_tells_adds_up_to_its_book_and_never_crosses():
    crowd = _crowd()
    sides = _rebuilt(crowd)

    for _ in range(3_000):
        for record in crowd.act(crowd.pause_seconds()):
            if isinstance(record, LevelChanges):
                for side, levels in ((Side.BUY, record.bids), (Side.SELL, record.asks)):
                    for level in levels:
                        sides[side].set(level.price, level.size)
        assert sides[Side.BUY].best < sides[Side.SELL].best

    final = _rebuilt(crowd)
    for side in Side:
        assert list(sides[side].best_first()) == list(final[side].best_first())
        assert all(sides[side].size(price) == final[side].size(price) for price in final[side].best_first())


def test_prices_and_sizes_are_on_the_grid():
    for record in _act(_crowd(), 500):
        levels = (*record.bids, *record.asks) if isinstance(record, LevelChanges) else ()
        assert all(BTC.is_on_tick(level.price) and BTC.is_on_lot(level.size) for level in levels)


def test_trades_happen_at_the_touch_of_the_side_they_hit():
    crowd = _crowd()

    for _ in range(2_000):
        bids, asks = crowd.state.bids, crowd.state.asks
        bid, ask = max(bids) * BTC.tick_size, min(asks) * BTC.tick_size
        prints = [each for each in crowd.act(crowd.pause_seconds()) if isinstance(each, Print)]
        if prints:
            assert prints[0].price == (ask if prints[0].aggressor is Side.BUY else bid)


def test_the_spread_is_mostly_one_tick():
    crowd, spreads = _crowd(), []
    for _ in range(3_000):
        crowd.act(crowd.pause_seconds())
        spreads.append(min(crowd.state.asks) - max(crowd.state.bids))

    assert spreads.count(1) > 0.8 * len(spreads)
    assert max(spreads) <= 25


def test_the_price_moves_and_does_not_run_away():
    crowd = _crowd()

    mids = []
    for _ in range(20_000):
        crowd.act(crowd.pause_seconds())
        mids.append((min(crowd.state.asks) + max(crowd.state.bids)) / 2)

    assert max(mids) - min(mids) > 100
    assert all(abs(each / CHARACTER.home - 1) < 0.03 for each in mids)


def test_depth_stays_deep_and_bounded():
    crowd = _crowd()

    for _ in range(20):
        _act(crowd, 500)
        for side in (crowd.state.bids, crowd.state.asks):
            assert 60 < len(side) < 900


def test_the_mark_follows_the_mid_and_not_what_the_crowd_thinks_is_fair():
    crowd = _crowd()
    _act(crowd, 200)
    mid = (min(crowd.state.asks) + max(crowd.state.bids)) / 2

    crowd.state.fair *= 1.5
    for _ in range(60):
        crowd.follow()

    mark = crowd.mark(FUNDING)
    assert abs(float(mark.price / BTC.tick_size) - mid) < 1
    assert abs(mark.index / mark.price - 1) < FUNDING
