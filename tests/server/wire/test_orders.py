"""What the exchange encodes with decodes what was recorded of the venue."""

import pytest

from desk.server.wire import orders
from tests.server.wire.recorded import answers, fixtures, load
from tests.server.wire.test_market import decode

DOCUMENTED = {
    "post_fapi_v1_order": orders.Ack,
    "put_fapi_v1_order": orders.Ack,
    "delete_fapi_v1_order": orders.Ack,
    "delete_fapi_v1_allopenorders": orders.Done,
    "get_fapi_v1_order": orders.OrderRow,
    "get_fapi_v1_openorder": orders.OrderRow,
    "get_fapi_v1_openorders": list[orders.OrderRow],
    "get_fapi_v1_allorders": list[orders.OrderRow],
    "get_fapi_v1_usertrades": list[orders.UserTrade],
    "get_fapi_v1_orderamendment": list[orders.Amendment],
    "post_fapi_v1_countdowncancelall": orders.Countdown,
    "post_fapi_v1_order_test": orders.OrderRow,
}


@pytest.mark.parametrize("endpoint", DOCUMENTED)
def test_the_documentations_samples(endpoint):
    found = answers(endpoint)

    assert found
    assert all(decode(each, DOCUMENTED[endpoint]) for each in found)


@pytest.mark.parametrize(
    "endpoint", ["post_fapi_v1_batchorders", "put_fapi_v1_batchorders", "delete_fapi_v1_batchorders"]
)
def test_each_element_of_a_batch_is_an_acknowledgement_or_a_complaint(endpoint):
    elements = [each for answer in answers(endpoint) for each in answer]

    assert elements
    for each in elements:
        decode(each, orders.Complaint if "code" in each else orders.Ack)


def test_a_go_clients_fixtures():
    assert decode(fixtures("TestListOrders")[0], list[orders.OrderRow])[0].order_id == 1
    assert decode(fixtures("TestCancelAllOpenOrders")[0], orders.Done).code == "200"
    assert "code" in fixtures("TestCreateBatchOrders")[0][0]


def test_conditional_orders_as_one_client_has_recorded_them():
    rows = [each["payload"] for each in load("quantconnect_BinanceJsonConverterTests.json")]
    algos = [each for each in rows if isinstance(each, dict) and "algoId" in each]

    assert algos
    assert all(decode(each, orders.AlgoAck).algo_type == "CONDITIONAL" for each in algos)
