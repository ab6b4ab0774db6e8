"""What limits are when nothing is said."""

from desk.model.limits import AdlMode, Limits, Netting
from tests.kit.builders import D


def test_deleverage_aims_at_its_target_and_closes_at_the_venue_unless_told_otherwise():
    found = Limits(order_value_max=D(1), market_slip_bps=D(1))

    assert (found.adl, found.netting) == (AdlMode.TARGET, Netting.VENUE)
