"""Answers and events that other projects have recorded from the venue, beside the checkout."""

import json
from pathlib import Path

import pytest

WIRE = Path(__file__).parents[4] / "shared" / "data" / "wire"
RULES = Path(__file__).parents[4] / "shared" / "data" / "rules"


def load(name, folder=WIRE):
    """Return a recorded file, or skip: it is not part of the project."""
    path = folder / name
    if not path.is_file():
        pytest.skip(f"no recorded answers beside the checkout: ../shared/data/{folder.name}/{name}")
    return json.loads(path.read_bytes())


def answers(endpoint):
    """Return the documentation's samples of an endpoint, those that are whole JSON."""
    found = [each["payload"] for each in load("coincise_usdm_rest_samples.json") if each["endpoint"] == endpoint]
    return [each for each in found if not (isinstance(each, dict) and "_raw" in each)]


def routes(path):
    """Return what was recorded of a public route, without its errors."""
    found = [each["data"] for each in load("http_mock_fapi_routes.json")[path]["GET"]]
    return [each for each in found if not (isinstance(each, dict) and "code" in each)]


def fixtures(case):
    """Return a Go client's fixtures of a test."""
    return [each["payload"] for each in load("futures_fixtures.json") if each["case"] == case]


def user_events():
    """Return every recorded event of the user stream."""
    bbgo = [each["payload"] for each in load("bbgo_futures_events.json")]
    quant = [each["payload"] for each in load("quantconnect_BinanceJsonConverterTests.json")]
    go = [each["payload"] for each in load("futures_fixtures.json") if each["case"].startswith("TestWsUserData")]
    return [each for each in (*bbgo, *quant, *go) if isinstance(each, dict) and "e" in each]
