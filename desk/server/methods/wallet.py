"""What clients ask of the venue's wallet service before they trade futures: which coins there are. Nothing can be moved."""

from typing import Any, Final

from desk.server.methods.route import Call, Route, Security, signed
from desk.server.seat import ASSET
from desk.server.text import money


def coins(call: Call) -> list[dict[str, Any]]:
    """GET capital/config/getall: the one coin that margins positions."""
    network = {
        "network": "ETH",
        "coin": ASSET,
        "name": "Ethereum (ERC20)",
        "isDefault": True,
        "depositEnable": False,
        "withdrawEnable": False,
        "withdrawFee": "0",
        "withdrawMin": "0",
        "withdrawMax": "0",
        "withdrawIntegerMultiple": "0.000001",
    }
    return [
        {
            "coin": ASSET,
            "name": "TetherUS",
            "depositAllEnable": False,
            "withdrawAllEnable": False,
            "trading": True,
            "isLegalMoney": False,
            "free": money(call.seat.account.wallet),
            "locked": "0",
            "freeze": "0",
            "withdrawing": "0",
            "ipoing": "0",
            "ipoable": "0",
            "storage": "0",
            "networkList": [network],
        }
    ]


def margin_assets(call: Call) -> list[dict[str, Any]]:
    """GET margin/allAssets: nothing can be borrowed."""
    return []


ROUTES: Final = (
    signed("GET", "/sapi/v1/capital/config/getall", coins, 10),
    Route("GET", "/sapi/v1/margin/allAssets", margin_assets, 1, Security.KEY),
    Route("GET", "/sapi/v1/margin/allPairs", margin_assets, 1, Security.KEY),
    Route("GET", "/sapi/v1/margin/isolated/allPairs", margin_assets, 10, Security.KEY),
)
