"""What a price is for says how old it may be."""

from desk.model.price import OLDEST, Purpose


def test_the_more_depends_on_a_price_the_younger_it_has_to_be():
    assert [OLDEST[each] // 1_000_000 for each in Purpose] == [1_500, 3_000, 10_000]
