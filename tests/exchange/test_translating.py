"""Messages of the venue as acts of the crowd; the recordings' tests say it at length."""

from decimal import Decimal

from desk.exchange.market import Mark, Notice, Print
from desk.exchange.translating import Translator
from desk.exchange.wire import AggTrade, DepthSnapshot, MarkUpdate, Trade
from desk.model.order import Side
from tests.exchange.scripted import BTC

ONE = Decimal(1)


def test_trades_are_told_once_and_only_those_of_the_book():
    translator = Translator("x", [BTC])

    assert translator.translate(AggTrade(BTC, ONE, ONE, True)) == [Print(BTC, ONE, ONE, Side.SELL)]
    assert translator.translate(Trade(BTC, ONE, ONE, False)) == [Print(BTC, ONE, ONE, Side.BUY)]
    assert translator.translate(Trade(BTC, ONE, ONE, False, kind="INSURANCE_FUND")) == []
    assert translator.translate(AggTrade(BTC, ONE, ONE, True)) == []
    assert translator.translate(AggTrade("ETHUSDT", ONE, ONE, True)) == []


def test_marks_are_the_venues_and_a_depth_of_nobody_knows_whom_is_a_notice():
    translator = Translator("x", [BTC, "ETHUSDT"])

    assert translator.translate(MarkUpdate(BTC, ONE, ONE, ONE)) == [Mark(BTC, ONE, ONE, ONE)]
    (notice,) = translator.translate(DepthSnapshot(1, (), ()))
    assert isinstance(notice, Notice)
    assert not translator.is_whole
