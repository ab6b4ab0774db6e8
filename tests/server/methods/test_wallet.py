"""What ccxt asks of the wallet before it reads the markets."""

from tests.server.counter import Counter


def test_there_is_one_coin_with_what_the_account_has():
    (coin,) = Counter().ask("GET", "/sapi/v1/capital/config/getall")[1]

    assert (coin["coin"], coin["free"], coin["withdrawAllEnable"]) == ("USDT", "100000.00000000", False)


def test_nothing_can_be_borrowed():
    assert Counter().send("GET", "/sapi/v1/margin/allPairs", key="alice") == (200, [])
