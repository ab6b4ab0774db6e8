"""What the exchange encodes with decodes what was recorded of the venue."""

from decimal import Decimal

import msgspec
import pytest

from desk.server.wire import account
from desk.server.wire.orders import Done
from tests.server.wire.recorded import answers, fixtures
from tests.server.wire.test_market import decode

DOCUMENTED = {
    "get_fapi_v2_balance": list[account.Balance],
    "get_fapi_v3_balance": list[account.Balance],
    "get_fapi_v3_positionrisk": list[account.PositionRiskV3],
    "get_fapi_v2_positionrisk": list[account.PositionRiskV2],
    "get_fapi_v1_symbolconfig": list[account.SymbolConfig],
    "get_fapi_v1_accountconfig": account.AccountConfig,
    "get_fapi_v1_leveragebracket": account.LeverageBracket | list[account.LeverageBracket],
    "post_fapi_v1_leverage": account.LeverageChanged,
    "post_fapi_v1_margintype": Done,
    "get_fapi_v1_positionside_dual": account.PositionMode,
    "post_fapi_v1_positionside_dual": Done,
    "get_fapi_v1_multiassetsmargin": account.MultiAssets,
    "get_fapi_v1_adlquantile": list[account.AdlQuantile],
    "get_fapi_v1_commissionrate": account.Commission,
    "get_fapi_v1_income": list[account.Income],
    "get_fapi_v1_apitradingstatus": account.TradingStatus,
    "get_fapi_v1_feeburn": account.FeeBurn,
    "post_fapi_v1_feeburn": Done,
    "post_fapi_v1_positionmargin": Done,
}


@pytest.mark.parametrize("endpoint", DOCUMENTED)
def test_the_documentations_samples(endpoint):
    found = answers(endpoint)

    assert found
    assert all(decode(each, DOCUMENTED[endpoint]) for each in found)


def test_a_go_clients_fixtures():
    assert decode(fixtures("TestGetAccount")[0], account.AccountV2).positions
    assert decode(fixtures("TestGetPositionRisk")[0], list[account.PositionRiskV3])[0].symbol == "BTCUSDT"
    assert decode(fixtures("TestStartUserStream")[0], account.ListenKey).listen_key.startswith("pqia")


def test_tiers_are_numbers_on_the_wire():
    row = account.BracketRow(1, 150, Decimal(300_000), Decimal(0), Decimal("0.004"), Decimal(0))

    assert b'"maintMarginRatio":0.004' in msgspec.json.Encoder(decimal_format="number").encode(row)
