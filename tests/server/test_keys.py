"""Signatures: the vectors of the venue's documentation, and every kind of key."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from desk.model.error import BadInput
from desk.server.keys import ApiKey, KeyRing, check_for, split_signature
from desk.server.refusal import Refusal

SECRET = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9"
PAYLOAD = (
    b"symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943"
)
SIGNATURE = "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9"


def _pem(private):
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_an_hmac_signature_is_the_documented_one_in_either_case():
    check = check_for(SECRET)

    assert check(PAYLOAD, SIGNATURE)
    assert check(PAYLOAD, SIGNATURE.upper())
    assert not check(PAYLOAD + b"0", SIGNATURE)
    assert not check.can_log_on


def test_an_ed25519_key_signs_the_documented_vector_and_may_log_on():
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    check = check_for(_pem(private))
    signature = "j7ENsMM+tRQmT2ovdVRUzr/TaHDGQAwof6KyCZEiwnGP/ZuRpFsqxmeRJKy24JsNGfRCivSZsThx2M1i4nc+Bw=="

    assert check(PAYLOAD, signature)
    assert not check(PAYLOAD, signature.replace("j7", "j8"))
    assert not check(PAYLOAD, "no base64")
    assert check.can_log_on


def test_an_rsa_key_signs_with_pkcs1_and_sha256():
    private = generate_private_key(public_exponent=65_537, key_size=2_048)
    check = check_for(_pem(private))

    assert check(PAYLOAD, base64.b64encode(private.sign(PAYLOAD, PKCS1v15(), SHA256())).decode())
    assert not check(PAYLOAD, base64.b64encode(private.sign(PAYLOAD + b"0", PKCS1v15(), SHA256())).decode())


def test_a_pem_that_is_no_public_key_is_bad_input_without_a_word_of_it():
    with pytest.raises(BadInput) as caught:
        check_for("-----BEGIN PUBLIC KEY-----\nhidden\n-----END PUBLIC KEY-----")
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("query", "body", "payload", "signature"),
    [
        (b"a=1&signature=ab", b"", b"a=1", "ab"),
        (b"a=1", b"b=2&signature=ab", b"a=1b=2", "ab"),
        (b"a=1&signature=ab", b"b=2", b"a=1b=2", "ab"),
        (b"signature=ab&a=1", b"", b"signature=ab&a=1", ""),
        (b"signature=a%2Bb%3D", b"", b"", "a+b="),
        (b"xsignature=ab", b"", b"xsignature=ab", ""),
    ],
)
def test_what_was_signed_is_everything_before_the_signature(query, body, payload, signature):
    assert split_signature(query, body) == (payload, signature)


def test_a_revoked_key_is_unknown():
    ring = KeyRing()
    ring.add(ApiKey("k", "alice", check_for(SECRET)))
    assert ring.find("k").account == "alice"

    ring.revoke("k")

    assert not ring.knows("k")
    with pytest.raises(Refusal, match="Invalid API-key"):
        ring.find("k")
