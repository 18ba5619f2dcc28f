"""Signatures: the published vectors, and two independent verifiers that accept what we sign."""

from __future__ import annotations

import base64
import time

import pytest
import standardwebhooks
import svix
from hypothesis import given
from hypothesis import strategies as st

from headwater.base.errors import InvalidInput
from headwater.control.connections import new_signing_secret
from headwater.send.signing import key_of, signature, webhook_headers

ID = "7d3c2a54-9f0e-5c7b-8a25-1c3f3b7f0a11"
BODY = '{"payload":{"type":"track","name":"Ünïcode ✓"}}'.encode()


@pytest.mark.parametrize(
    ("secret", "id", "timestamp", "body", "expected"),
    [
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1649367553,
            b'{"email":"test@example.com","username":"test_user"}',
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        ),
    ],
)
def test_the_published_vectors(secret: str, id: str, timestamp: int, body: bytes, expected: str) -> None:
    assert signature([secret], id, timestamp, body) == expected


def test_one_signature_for_each_live_secret_in_their_order() -> None:
    new, old = new_signing_secret(), new_signing_secret()
    both = signature([new, old], ID, 1, BODY).split(" ")
    assert both == [signature([new], ID, 1, BODY), signature([old], ID, 1, BODY)]
    assert both[0] != both[1]


@given(st.binary(min_size=24, max_size=64), st.text(min_size=1).filter(lambda text: "\x00" not in text))
def test_the_official_library_accepts_what_we_sign(key: bytes, text: str) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    body = text.encode("utf-8", "replace")
    headers = dict(webhook_headers([secret], ID, int(time.time()), body))
    standardwebhooks.Webhook(secret).verify(body, headers, json_parse=False)


@pytest.mark.parametrize("verifier", [standardwebhooks.Webhook, svix.Webhook], ids=["standardwebhooks", "svix"])
def test_receivers_may_hold_the_old_or_the_new_secret_while_they_change(verifier: type) -> None:
    new, old, gone = new_signing_secret(), new_signing_secret(), new_signing_secret()
    headers = dict(webhook_headers([new, old], ID, int(time.time()), BODY))
    verifier(new).verify(BODY, headers)
    verifier(old).verify(BODY, headers)
    with pytest.raises(Exception, match="No matching signature"):
        verifier(gone).verify(BODY, headers)
    with pytest.raises(Exception, match="No matching signature"):
        verifier(new).verify(BODY + b" ", headers)
    with pytest.raises(Exception, match="No matching signature"):
        verifier(new).verify(BODY, headers | {"webhook-id": "another"})


def test_an_attempt_of_long_ago_is_refused_by_receivers() -> None:
    secret = new_signing_secret()
    headers = dict(webhook_headers([secret], ID, int(time.time()) - 301, BODY))
    with pytest.raises(standardwebhooks.WebhookVerificationError, match="too old"):
        standardwebhooks.Webhook(secret).verify(BODY, headers)


def test_without_a_secret_nothing_is_signed() -> None:
    assert webhook_headers([], ID, 5, BODY) == (("webhook-id", ID), ("webhook-timestamp", "5"))


def test_new_secrets_are_long_and_differ() -> None:
    assert len({new_signing_secret() for _ in range(100)}) == 100
    assert len(key_of(new_signing_secret())) == 32


def test_padding_may_be_missing() -> None:
    padded = "whsec_" + base64.b64encode(b"k" * 32).decode()
    assert padded.endswith("=")
    assert key_of(padded.rstrip("=")) == key_of(padded) == b"k" * 32


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "w",
        "whsec_",
        "whsec_%",
        "whsec_" + "é" * 40,
        "hwsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_" + base64.b64encode(b"k" * 23).decode(),
        "whsec_" + base64.b64encode(b"k" * 65).decode(),
    ],
)
def test_what_is_no_secret_is_refused_and_not_told(secret: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        key_of(secret)
    assert raised.value.code == "bad_secret"
    assert len(secret) < 8 or secret.removeprefix("whsec_") not in raised.value.message


@pytest.mark.parametrize("key", [b"k" * 24, b"k" * 64])
def test_the_shortest_and_the_longest_secret(key: bytes) -> None:
    assert key_of("whsec_" + base64.b64encode(key).decode()) == key


@pytest.mark.parametrize("id", ["", "a.b"])
def test_an_id_that_could_be_mistaken_is_not_signed(id: str) -> None:
    with pytest.raises(ValueError, match="no dot"):
        signature([new_signing_secret()], id, 1, b"")
