"""Parameters as nine clients write them."""

from decimal import Decimal

import pytest

from desk.server.params import from_json, parse, text_of
from desk.server.refusal import Refusal


def test_a_name_in_both_counts_as_in_the_query_and_case_does_not_matter():
    params = parse(b"symbol=A&orderidlist=[1,2]", b"symbol=B&recvWindow=5000")

    assert (params.text("symbol"), params.integer("recvwindow"), params.numbers("orderIdList")) == ("A", 5000, [1, 2])


@pytest.mark.parametrize(
    "written",
    [
        b'origClientOrderIdList=["a","b"]',
        b"origClientOrderIdList=%5B%22a%22%2C%22b%22%5D",
        b'origclientorderidlist=["a",+"b"]',
    ],
)
def test_lists_come_encoded_or_not_and_with_blanks(written):
    assert parse(written, b"").names("origClientOrderIdList") == ["a", "b"]


def test_numbers_of_a_list_may_be_texts():
    assert parse(b'orderIdList=["8389765739000000001"]', b"").numbers("orderIdList") == [8389765739000000001]


@pytest.mark.parametrize("text", ["58199", "58199.0", "58199.00", "0058199"])
def test_decimals_come_in_many_forms(text):
    assert parse(f"price={text}".encode(), b"").number("price") == 58199


@pytest.mark.parametrize("text", ["1e5", "NaN", "Infinity", "0x10", "1,5", "", " 1", "-", "--1", "1.2.3"])
def test_what_is_no_decimal_is_refused_with_its_name(text):
    with pytest.raises(Refusal, match="price"):
        parse(f"price={text}".encode(), b"").number("price")


def test_a_negative_number_is_read_for_the_filters_to_refuse():
    assert parse(b"price=-1.5", b"").number("price") == Decimal("-1.5")


def test_flags_come_in_any_case():
    params = parse(b"a=FALSE&b=True&c=yes", b"")

    assert (params.flag("a"), params.flag("b"), params.flag("d")) == (False, True, None)
    with pytest.raises(Refusal):
        params.flag("c")


def test_a_batch_has_texts_or_numbers():
    batch = parse(b'batchOrders=[{"symbol":"BTCUSDT","quantity":0.001,"reduceOnly":"FALSE","price":"1"}]', b"")

    (element,) = batch.batch("batchOrders")

    assert (element.number("quantity"), element.flag("reduceOnly")) == (Decimal("0.001"), False)


@pytest.mark.parametrize("text", ["{}", "[1]", "nonsense", '"[%7B%7D]"', "[" * 3_000])
def test_what_is_no_batch_is_refused(text):
    with pytest.raises(Refusal) as caught:
        parse(f"batchOrders={text}".encode(), b"").batch("batchOrders")
    assert caught.value.code == -1130


def test_too_many_parameters_are_refused():
    with pytest.raises(Refusal) as caught:
        parse("&".join(f"p{number}=1" for number in range(100)).encode(), b"")
    assert caught.value.code == -1101


def test_limits_are_at_most_the_most_and_never_nothing():
    params = parse(b"limit=5000&none=0", b"")

    assert (params.within("limit", 500, 1000), params.within("other", 500, 1000)) == (1000, 500)
    with pytest.raises(Refusal):
        params.within("none", 500, 1000)


def test_json_values_become_the_texts_they_stand_for():
    assert [text_of(each) for each in (True, 1e-05, 0.001, 7, "x")] == ["true", "0.00001", "0.001", "7", "x"]
    assert from_json({"a": None}).maybe("a") == ""
