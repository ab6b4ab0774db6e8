"""API keys: whose account each is of, and how its signatures are checked ("General Info").

What is signed are the raw bytes as received, query and body one after the other, without the signature, which must come
last. Which kind of signature is expected is a property of the key.
"""

import base64
import binascii
import hmac
from hashlib import sha256
from typing import Final, Protocol
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from msgspec import Struct

from desk.model.error import BadInput
from desk.server.refusal import KEY_FORMAT, KEY_UNKNOWN, Refusal

_MARK: Final = b"signature="
KEY_CHARACTERS_MAX: Final = 128


class Check(Protocol):
    """Checks signatures of one key."""

    @property
    def can_log_on(self) -> bool:
        """Tell whether a WebSocket API session may log on with it."""

    def __call__(self, payload: bytes, signature: str) -> bool:
        """Tell whether a signature is the payload's."""


class HmacCheck:
    """HMAC-SHA256 in hex digits of either case."""

    can_log_on = False

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def __call__(self, payload: bytes, signature: str) -> bool:
        """Tell whether a signature is the payload's."""
        right = hmac.new(self._secret, payload, sha256).hexdigest()
        return hmac.compare_digest(right.encode(), signature.lower().encode())


class Ed25519Check:
    """Ed25519 in base64."""

    can_log_on = True

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key

    def __call__(self, payload: bytes, signature: str) -> bool:
        """Tell whether a signature is the payload's."""
        try:
            self._key.verify(base64.b64decode(signature, validate=True), payload)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


class RsaCheck:
    """RSASSA-PKCS1-v1_5 with SHA-256 in base64."""

    can_log_on = False

    def __init__(self, key: RSAPublicKey) -> None:
        self._key = key

    def __call__(self, payload: bytes, signature: str) -> bool:
        """Tell whether a signature is the payload's."""
        try:
            self._key.verify(base64.b64decode(signature, validate=True), payload, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


class ApiKey(Struct, frozen=True):
    """One key: the account it trades for, and its check."""

    key: str
    account: str
    check: Check


class KeyRing:
    """All keys that are let in."""

    def __init__(self) -> None:
        self._keys: dict[str, ApiKey] = {}

    def add(self, key: ApiKey) -> None:
        """Let a key in."""
        self._keys[key.key] = key

    def revoke(self, key: str) -> None:
        """Let a key in no more."""
        self._keys.pop(key, None)

    def find(self, key: str) -> ApiKey:
        """Return a key, or refuse."""
        if not key or len(key) > KEY_CHARACTERS_MAX or not key.isascii():
            raise Refusal(*KEY_FORMAT)
        found = self._keys.get(key)
        if found is None:
            raise Refusal(*KEY_UNKNOWN)
        return found

    def knows(self, key: str) -> bool:
        """Tell whether a key is let in."""
        return key in self._keys


def check_for(secret: str) -> Check:
    """Return the check for what a key file has: a public key in PEM is checked by its kind, anything else is an HMAC secret.

    Raises BadInput for a PEM that is neither.
    """
    if not secret.lstrip().startswith("-----BEGIN"):
        return HmacCheck(secret)
    try:
        key = load_pem_public_key(secret.encode())
    except ValueError:
        raise BadInput("key: expected a public key in PEM, found one that cannot be read") from None
    if isinstance(key, Ed25519PublicKey):
        return Ed25519Check(key)
    if isinstance(key, RSAPublicKey):
        return RsaCheck(key)
    raise BadInput("key: expected an Ed25519 or RSA public key, found another kind")


def split_signature(query: bytes, body: bytes) -> tuple[bytes, str]:
    """Return what was signed and the signature, empty where it is not the last parameter of the body or the query."""
    signed_body, signature = _without(body)
    if signature:
        return query + signed_body, signature
    signed_query, signature = _without(query)
    return signed_query + body, signature


def _without(part: bytes) -> tuple[bytes, str]:
    before, mark, signature = part.rpartition(_MARK)
    if not mark or b"&" in signature or not (not before or before.endswith(b"&")):
        return part, ""
    return before.removesuffix(b"&"), unquote(signature.decode("latin-1"))
