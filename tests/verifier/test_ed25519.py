"""The verifier's Ed25519 is that of RFC 8032, and agrees with the library that signs (T-2)."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from docctl.verifier.docctl_verify import BASE, L, P, encoded, is_signed, point_of

#: RFC 8032, 7.1: public key, message, signature.
_TEXT = """
d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a
+
e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155+5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b
3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c
72+
92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da+085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025
af82+
6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac+18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a
ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf
ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a+2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f
dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589+09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704
"""
_ROWS = [one.replace("+", "") for one in _TEXT.strip().splitlines()]
VECTORS = list(zip(_ROWS[::3], _ROWS[1::3], _ROWS[2::3], strict=True))


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS, ids=["1", "2", "3", "sha(abc)"])
def test_t_2_the_vectors_of_rfc_8032_hold(public: str, message: str, signature: str) -> None:
    assert is_signed(public, signature, bytes.fromhex(message))
    assert not is_signed(public, signature, bytes.fromhex(message) + b"x")


def library(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


SEEDS = st.binary(min_size=32, max_size=32)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.binary(max_size=80), st.integers(0, 63), st.integers(0, 255))
def test_t_2_it_agrees_with_the_library(seed: bytes, message: bytes, place: int, other: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert is_signed(public.hex(), signature.hex(), message)
    bent = signature[:place] + bytes([other]) + signature[place + 1 :]
    assert is_signed(public.hex(), bent.hex(), message) is library(public, bent, message)
    wrong = bytes([public[0] ^ 1]) + public[1:]
    assert is_signed(wrong.hex(), signature.hex(), message) is library(wrong, signature, message)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.binary(max_size=80))
def test_t_2_a_signature_whose_s_is_not_canonical_is_refused(seed: bytes, message: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    s = int.from_bytes(signature[32:], "little") + L
    twin = signature[:32] + s.to_bytes(32, "little")
    assert not is_signed(public.hex(), twin.hex(), message)
    assert not library(public, twin, message)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param((P).to_bytes(32, "little"), id="y is p"),
        pytest.param((P + 1).to_bytes(32, "little"), id="y is p + 1"),
        pytest.param((2**255 - 1).to_bytes(32, "little"), id="the largest y"),
        pytest.param((1 | 1 << 255).to_bytes(32, "little"), id="x is 0 with a sign"),
        pytest.param((P - 1 | 1 << 255).to_bytes(32, "little"), id="-1 with a sign"),
        pytest.param((2).to_bytes(32, "little"), id="no point of the curve"),
        pytest.param(b"\x01" * 31, id="31 bytes"),
        pytest.param(b"\x01" * 33, id="33 bytes"),
    ],
)
def test_t_2_a_point_that_is_not_canonical_is_none(data: bytes) -> None:
    assert point_of(data) is None


def test_t_2_a_point_comes_back_as_it_was_written() -> None:
    assert point_of(encoded(BASE)) == BASE
    assert encoded(BASE).hex() == "58" + "66" * 31


@pytest.mark.parametrize(
    ("public", "signature"),
    [
        pytest.param("", VECTORS[0][2], id="no key"),
        pytest.param("zz" * 32, VECTORS[0][2], id="no hexadecimal"),
        pytest.param(VECTORS[0][0], "", id="no signature"),
        pytest.param(VECTORS[0][0], VECTORS[0][2][:-2], id="63 bytes"),
        pytest.param(VECTORS[0][0], VECTORS[0][2] + "00", id="65 bytes"),
        pytest.param(VECTORS[1][0], VECTORS[0][2], id="another key"),
        pytest.param(VECTORS[0][0], "00" * 64, id="zeros"),
        pytest.param((P + 1).to_bytes(32, "little").hex(), VECTORS[0][2], id="a key that is not canonical"),
    ],
)
def test_t_2_what_is_no_signature_is_refused(public: str, signature: str) -> None:
    assert not is_signed(public, signature, b"")
