"""How a complaint is worded and placed."""

from desk.ui.complaint import Complaint, Misread


def test_a_complaint_is_one_sentence_of_what_which_expected_and_found():
    complaint = Misread("quantity", "at least 0.001", "0.0001").of("buy 0.0001 BTCUSDT")

    assert complaint.text == "buy 0.0001 BTCUSDT: quantity: expected at least 0.001, found 0.0001"


def test_nothing_found_is_said_in_words():
    assert Misread("price", "@PRICE", "").complaint.text == "price: expected @PRICE, found nothing"


def test_the_place_is_the_words_own_or_the_one_its_part_is_known_at():
    assert Misread("price", "a", "b", at=7).of("line", {"price": 3}).at == 7
    assert Misread("price", "a", "b").of("line", {"price": 3}).at == 3
    assert Misread("notional", "a", "b").of("line", {"": 1}).at == 1
    assert Misread("notional", "a", "b").of("form") == Complaint(which="notional", expected="a", found="b", what="form")
