"""What Tab offers, by position."""

import pytest

from desk.ui.completion import complete
from desk.ui.resolve import Context
from tests.kit.views import ALPHA, BTC, desk_view

CONTEXT = Context(desk_view(), ALPHA, BTC)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("fl", ("flatten",)),
        ("c", ("chase", "cancel", "close", "cross")),
        ("buy 0.01 m", ("buy 0.01 market",)),
        ("buy 0.01 BT", ("buy 0.01 BTCUSDT", "buy 0.01 BTC")),
        ("buy 0.01 @", ("buy 0.01 @61843.1", "buy 0.01 @61843.2")),
        ("sell 0.01 @", ("sell 0.01 @61843.2", "sell 0.01 @61843.1")),
        ("chase ", ("chase buy", "chase sell")),
        (
            "chase buy 0.1 oncap ",
            ("chase buy 0.1 oncap hold", "chase buy 0.1 oncap cancel", "chase buy 0.1 oncap cross"),
        ),
        ("stop ", ("stop chase-3", "stop all")),
        ("resume d", ("resume desk",)),
        ("sub b", ("sub bravo",)),
        ("tab f", ("tab fills",)),
        ("transfer 500usd f", ("transfer 500usd from",)),
        ("transfer 500usd from b", ("transfer 500usd from bravo",)),
        ("transfer 500usd from bravo ", ("transfer 500usd from bravo to",)),
        ("cross 0.1 from bravo to a", ("cross 0.1 from bravo to alpha",)),
        ("cross 0.1 from bravo to alpha @61843.1", ()),
        ("allocate 0.1 t", ("allocate 0.1 to",)),
        ("allocate 0.1 to b", ("allocate 0.1 to bravo",)),
        ("adjust al", ("adjust alpha",)),
        ("adjust alpha e", ("adjust alpha ETHUSDT", "adjust alpha ETH")),
        ("adjust alpha -0.1 @61800 b", ("adjust alpha -0.1 @61800 because",)),
        ("revert ", ("revert adjust",)),
        ("limit le", ("limit leverage",)),
        ("limit leverage ", ("limit leverage 10",)),
        ("limit adl ", ("limit adl target", "limit adl classic", "limit adl off")),
        ("flatten v", ("flatten venue",)),
        ("flatten venue e", ("flatten venue ETHUSDT", "flatten venue ETH")),
        ("cancel; fl", ("cancel; flatten",)),
        ("help ch", ("help chase",)),
        ("cancel PMS0001_MAN0000007", ()),
        ("flatten", ()),
        ("buy ", ()),
        ("oops ", ()),
    ],
)
def test_a_line_is_completed_by_its_position(line, expected):
    assert complete(line, CONTEXT) == expected


def test_an_empty_line_offers_every_verb():
    assert complete("", CONTEXT)[:3] == ("buy", "sell", "chase")


def test_a_word_that_was_used_is_not_offered_again():
    assert "buy 0.1 post post" not in complete("buy 0.1 post ", CONTEXT)
