"""Nothing that must stay hidden is in a line of the log."""

import base64
import io
import logging
from urllib.parse import quote

import pytest

from desk.runtime.redaction import Redaction

CANARY = b"hunter2/+=hunter2"


@pytest.fixture
def lines():
    """A logger behind a redaction, and what it has written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Redaction([CANARY]))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    return logger, stream


@pytest.mark.parametrize(
    "spelling",
    [
        CANARY.decode(),
        quote(CANARY.decode(), safe=""),
        base64.b64encode(CANARY).decode(),
        CANARY.hex(),
    ],
    ids=["plain", "percent-encoded", "base 64", "hex"],
)
def test_a_known_value_is_hidden_in_every_spelling(lines, spelling):
    logger, stream = lines

    logger.error("sent %s to the venue", spelling)

    assert stream.getvalue() == "sent (hidden) to the venue\n"


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("GET /order?symbol=BTCUSDT&signature=c0ffee&x=1", "GET /order?symbol=BTCUSDT&signature=(hidden)&x=1"),
        ("connect /private/ws?listenKey=pqia91 failed", "connect /private/ws?listenKey=(hidden) failed"),
        ('{"listenKey":"pqia91","E":1}', '{"listenKey":"(hidden)","E":1}'),
        ("X-MBX-APIKEY: abc, host: here", "X-MBX-APIKEY: (hidden), host: here"),
        ("the symbol is BTCUSDT", "the symbol is BTCUSDT"),
    ],
)
def test_what_stands_behind_a_telling_name_is_hidden(lines, told, written):
    logger, stream = lines

    logger.error(told)

    assert stream.getvalue() == f"{written}\n"


def test_a_traceback_is_cleaned_too(lines):
    logger, stream = lines

    def fail():
        raise ValueError(f"bad key {CANARY.decode()}")

    with pytest.raises(ValueError, match="bad key"):
        try:
            fail()
        except ValueError:
            logger.exception("it failed")
            raise

    assert "Traceback" in stream.getvalue()
    assert CANARY.decode() not in stream.getvalue()
    assert "bad key (hidden)" in stream.getvalue()


def test_a_line_of_a_key_in_pem_is_hidden():
    pem = b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----"

    assert Redaction([pem]).clean("line MC4CAQAwBQYDK2VwBCIEIA is bad") == "line (hidden) is bad"


def test_a_short_value_is_no_secret():
    assert Redaction([b"abc"]).clean("abcdef") == "abcdef"
