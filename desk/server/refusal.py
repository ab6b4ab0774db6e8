"""The venue's definite no, with its HTTP status, code and text ("Error Codes")."""

from typing import Final

from desk.exchange.validation import Refused


class Refusal(Exception):
    """A request that is not carried out; the client is told why."""

    def __init__(self, code: int, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.status = status


def of(refused: Refused) -> Refusal:
    """Return what the floor has refused as the protocol tells it."""
    return Refusal(refused.code, refused.reason)


def missing(name: str) -> Refusal:
    """Return the refusal of a request without a mandatory parameter."""
    return Refusal(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def illegal(name: str, legal: str) -> Refusal:
    """Return the refusal of a parameter that is not of its form."""
    return Refusal(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'.")


def no_such_path(method: str, path: str) -> Refusal:
    """Return the refusal of a path or method that is not there."""
    return Refusal(-5000, f"Path {path}, Method {method} is invalid", 404)


def too_much(code: int, text: str, status: int = 429) -> Refusal:
    """Return the refusal of a request over a meter."""
    return Refusal(code, text, status)


KEY_FORMAT: Final = (-2014, "API-key format invalid.", 401)
KEY_UNKNOWN: Final = (-2015, "Invalid API-key, IP, or permissions for action.", 401)
SIGNATURE: Final = (-1022, "Signature for this request is not valid.")
TOO_OLD: Final = (-1021, "Timestamp for this request is outside of the recvWindow.")
TOO_EARLY: Final = (-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
WINDOW: Final = (-1131, "recvWindow must be less than 60000.")
ENGINE_TOO_OLD: Final = (-5028, "Timestamp for this request is outside of the ME recvWindow.")
UNKNOWN_SYMBOL: Final = (-1121, "Invalid symbol.")
NO_SUCH_ORDER: Final = (-2013, "Order does not exist.")
UNKNOWN_ORDER: Final = (-2011, "Unknown order sent.")
NOT_YET: Final = (-4084, "Method is not allowed currently. Upcoming soon.")
MODE: Final = (-4061, "Order's position side does not match user's setting.")
ALGO_ONLY: Final = (
    -4120,
    "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.",
)
