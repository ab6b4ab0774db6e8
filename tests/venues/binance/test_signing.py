"""The vectors of the venue's documentation, with its example key."""

import base64
from urllib.parse import unquote

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from desk.model.error import BadInput
from desk.venues.binance.signing import HmacSigner, encode, session_payload, signed, signer_for
from desk.venues.secret import Secret

EXAMPLE = Secret(b"2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9")
ORDER = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "quantity": 1,
    "price": 9000,
    "timeInForce": "GTC",
    "recvWindow": 5000,
    "timestamp": 1591702613943,
}
AT = {"recvWindow": 5000, "timestamp": 1591702613943}


def pem(key):
    return Secret(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@pytest.mark.parametrize(
    ("params", "signature"),
    [
        (ORDER, "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9"),
        (
            {
                "batchOrders": '[{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTC",'
                '"quantity":"0.001","price":"10001"}]',
                **AT,
            },
            "026715bfdd0be4619ac076d3be028600cb2fe0f15abc506f2443e2360edd0b7a",
        ),
        (
            {"symbol": "BTCUSDT", "orderIdList": "[1234567,2345678]", **AT},
            "ad2573c55604d51693059da913f386d0879b3c2304736cada51b4b1263e89f6d",
        ),
        (
            {"symbol": "BTCUSDT", "origClientOrderIdList": '["my_id_1","my_id_2"]', **AT},
            "0d8ced26623a4be3bf1bf44abf51c63ace9488b9314b4b6ec379a0abe41e0b9c",
        ),
        (
            {"symbol": "测试USDT", "timestamp": 1591702613943},
            "a87744354d2bab5378b7334b2e95919512f7fd61e3153283d724aad1ab700f3f",
        ),
    ],
    ids=["order", "batch", "ids", "client ids", "not ASCII"],
)
def test_a_request_is_signed_over_the_encoded_bytes_and_the_signature_comes_last(params, signature):
    assert signed(encode(params), HmacSigner(EXAMPLE)) == f"{encode(params)}&signature={signature}"


def test_a_session_request_is_signed_sorted_by_name():
    params = {"apiKey": "dbefbc809e3e83c283a984c3a1459732ea7db1360ca80c5c2c8867408d28cc83", **ORDER}

    signature = HmacSigner(EXAMPLE).sign(session_payload(params))

    assert signature == "5b8fe2b962b8e1b2b82fb40e548d56147c2a8f835b5f1393ae4b4b90c38b527f"


def test_flags_are_written_in_lower_case():
    assert encode({"reduceOnly": True, "closePosition": False}) == "reduceOnly=true&closePosition=false"


def test_an_ed25519_key_signs_in_base_64_that_is_percent_encoded():
    signer = signer_for(pem(Ed25519PrivateKey.from_private_bytes(bytes(range(32)))))

    query = signed(encode(ORDER), signer)

    assert unquote(query.rpartition("=")[2]) == (
        "j7ENsMM+tRQmT2ovdVRUzr/TaHDGQAwof6KyCZEiwnGP/ZuRpFsqxmeRJKy24JsNGfRCivSZsThx2M1i4nc+Bw=="
    )
    assert not set("+/") & set(query.rpartition("=")[2])
    assert signer.can_log_on


def test_an_rsa_key_signs_what_its_public_key_verifies():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signer = signer_for(pem(key))

    signature = base64.b64decode(signer.sign(b"symbol=BTCUSDT"))

    key.public_key().verify(signature, b"symbol=BTCUSDT", PKCS1v15(), SHA256())
    assert not signer.can_log_on


def test_a_secret_that_is_no_key_is_an_hmac_secret():
    assert signer_for(EXAMPLE).sign(encode(ORDER).encode()).startswith("3c661234")


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        (Secret(b"-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n"), "cannot be read"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "found another kind"),
    ],
    ids=["broken", "elliptic"],
)
def test_a_key_that_cannot_sign_here_is_refused_without_showing_it(secret, sentence):
    with pytest.raises(BadInput, match=sentence) as refused:
        signer_for(secret)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None
