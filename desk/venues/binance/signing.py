"""Signatures of requests: over the very bytes that are sent, in the order they are sent.

Source: the venue's "General Info" (REST: query, then body, nothing between) and "WebSocket API General Info" (parameters
sorted by name). The kind of signature is a property of the key, so there is one signer a key.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Final, Protocol
from urllib.parse import quote, urlencode

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from desk.model.error import BadInput
from desk.venues.secret import Secret

Params = Mapping[str, str | int | bool]
"""Parameters of one request by name, in the order they are to be sent; decimals as plain strings."""
_PEM: Final = b"-----BEGIN"


class Signer(Protocol):
    """Signs with one private key."""

    @property
    def can_log_on(self) -> bool:
        """Tell whether a WebSocket API session may be opened with it, so that later requests need no signature."""

    def sign(self, payload: bytes) -> str:
        """Return the signature as the venue wants it, before percent-encoding."""


class HmacSigner:
    """HMAC-SHA256, in hexadecimal."""

    can_log_on = False

    def __init__(self, secret: Secret) -> None:
        self._keyed = hmac.new(secret.reveal(), digestmod=hashlib.sha256)

    def sign(self, payload: bytes) -> str:
        """Return the signature as 64 hexadecimal digits."""
        keyed = self._keyed.copy()
        keyed.update(payload)
        return keyed.hexdigest()


class Ed25519Signer:
    """Ed25519, in base 64."""

    can_log_on = True

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def sign(self, payload: bytes) -> str:
        """Return the signature of 64 bytes in base 64."""
        return base64.b64encode(self._key.sign(payload)).decode()


class RsaSigner:
    """RSASSA-PKCS1-v1_5 with SHA-256, in base 64."""

    can_log_on = False

    def __init__(self, key: RSAPrivateKey) -> None:
        self._key = key

    def sign(self, payload: bytes) -> str:
        """Return the signature in base 64."""
        return base64.b64encode(self._key.sign(payload, PKCS1v15(), SHA256())).decode()


def signer_for(secret: Secret) -> Signer:
    """Return the signer of a secret: a private key in PEM signs by its kind, anything else is an HMAC secret."""
    if not secret.reveal().lstrip().startswith(_PEM):
        return HmacSigner(secret)
    try:
        key = load_pem_private_key(secret.reveal(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # What was wrong with it is not repeated: the message might hold parts of the key.
        raise BadInput("key: expected an unencrypted private key in PEM, found one that cannot be read") from None
    if isinstance(key, Ed25519PrivateKey):
        return Ed25519Signer(key)
    if isinstance(key, RSAPrivateKey):
        return RsaSigner(key)
    raise BadInput("key: expected an Ed25519 or RSA key, found another kind")


def encode(params: Params) -> str:
    """Return the parameters percent-encoded, UTF-8 first, in their order."""
    return urlencode(list(_texts(params)), quote_via=quote, safe="")


def signed(query: str, signer: Signer) -> str:
    """Return an encoded query with its signature, which must come last."""
    return f"{query}&signature={quote(signer.sign(query.encode()), safe='')}"


def session_payload(params: Params) -> bytes:
    """Return what is signed of a WebSocket API request: everything but the signature, sorted by name, not encoded."""
    return "&".join(f"{name}={value}" for name, value in sorted(_texts(params))).encode()


def _texts(params: Params) -> Iterable[tuple[str, str]]:
    for name, value in params.items():
        yield name, str(value).lower() if isinstance(value, bool) else str(value)
