"""Signatures against the official vectors, and everything a forger might send."""

from __future__ import annotations

import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st

from services.api.webhooks.sign import headers, secret_key, secret_text, signature
from services.api.webhooks.verify import verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
NOW = 1763769600
VECTORS = [
    (SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}',
     "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    (OTHER, "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1649367553, '{"email":"test@example.com","username":"test_user"}',
     "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="),
    ("whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", 1731705121,
     '{"event_type":"ping","data":{"success":true}}', "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="),
    (SECRET, "evt_01J9ZK3Q4M0000000000000001", NOW, '{"type":"document.changed","title":"国务院办公厅关于印发通知"}',
     "v1,bPMeiQJxL80AdaywEhMqY/fI1/udxnjWtGSwDBSk5MI="),
    (SECRET, "evt_01J9ZK3Q4M0000000000000002", NOW, "", "v1,QRG7kmdqnimWTRjI4uO9H3uAwHqsidwa5NhSpBcov/c="),
    (SECRET, "evt_01J9ZK3Q4M0000000000000003", NOW, '{"emoji":"🏛️","rare":"𠮷"}',
     "v1,xjGhFx9CB57gUOAb8QoSQR8zcHpj3noiiUww0cqeXr8="),
]  # fmt: skip


@pytest.mark.parametrize(("secret", "id_", "stamp", "body", "expected"), VECTORS)
def test_the_official_vectors(secret: str, id_: str, stamp: int, body: str, expected: str) -> None:
    assert signature(secret_key(secret), id_, stamp, body.encode()) == expected
    sent = headers([secret_key(secret)], id_, stamp, body.encode())
    assert verify(secret, sent, body.encode(), stamp)


def test_a_rotation_signs_with_both_keys() -> None:
    keys = [secret_key(SECRET), secret_key(OTHER)]
    sent = headers(keys, "evt_01J9ZK3Q4M0000000000000001", NOW, b'{"a":1}')
    assert sent["webhook-signature"] == (
        "v1,haPtu3rWS37WY0cVIg836dFkrreHhNU9SjjXv99vdCU= v1,W3CmuRKSzn3DlJ+Ue0C0l7SDA3SmWzwihCxrrjoOhho="
    )
    assert verify(SECRET, sent, b'{"a":1}', NOW)
    assert verify(OTHER, sent, b'{"a":1}', NOW)


def test_an_independent_client_accepts_what_we_send() -> None:
    body = '{"type":"ping","data":{"标题":"答复"}}'.encode()
    import time

    sent = headers([secret_key(SECRET)], "evt_abc", int(time.time()), body)
    assert standardwebhooks.Webhook(SECRET).verify(body.decode(), sent) == {"type": "ping", "data": {"标题": "答复"}}


GENUINE = headers([secret_key(SECRET)], "evt_1", NOW, b"{}")


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_refused(missing: str) -> None:
    assert not verify(SECRET, {k: v for k, v in GENUINE.items() if k != missing}, b"{}", NOW)


@pytest.mark.parametrize(
    "stamp", ["hello", "nan", "1763769600.9", "-1", "1e9", "", "17637696001763769600", "١٧٦٣٧٦٩٦٠٠"]
)
def test_a_broken_timestamp_is_refused(stamp: str) -> None:
    assert not verify(SECRET, {**GENUINE, "webhook-timestamp": stamp}, b"{}", NOW)


@pytest.mark.parametrize(("drift", "good"), [(-299, True), (299, True), (-301, False), (301, False)])
def test_five_minutes_of_tolerance_both_ways(drift: int, good: bool) -> None:
    assert verify(SECRET, GENUINE, b"{}", NOW + drift) is good


RIGHT = GENUINE["webhook-signature"]


@pytest.mark.parametrize(
    ("offered", "good"),
    [
        (f"v1,AAAA v1,BBBB v1,CCCC {RIGHT}", True),
        (f"v2,whatever {RIGHT}", True),
        ("v1,", False),
        (RIGHT[:-4], False),
        ("garbage", False),
        ("v1,a,b", False),
        ("v1,%%%", False),
        (f"  {RIGHT[:-2]}A=", False),
        ("v1,\udcff", False),
    ],
)
def test_lists_of_signatures(offered: str, good: bool) -> None:
    assert verify(SECRET, {**GENUINE, "webhook-signature": offered}, b"{}", NOW) is good


def test_one_flipped_bit_and_a_body_that_is_no_text_are_refused() -> None:
    assert not verify(SECRET, GENUINE, b"|}", NOW)
    assert not verify(SECRET, GENUINE, b"\xff\xfe", NOW)


def test_secrets_with_and_without_prefix_and_padding() -> None:
    for length in (30, 31, 32):
        text = secret_text(bytes(range(length)))
        for form in (text, text.rstrip("="), text.removeprefix("whsec_"), text.removeprefix("whsec_").rstrip("=")):
            assert secret_key(form) == bytes(range(length))
    for bad in ("", "whsec_", "whsec_%%%"):
        with pytest.raises(ValueError, match="secret"):
            secret_key(bad)
        assert not verify(bad, GENUINE, b"{}", NOW)


@pytest.mark.parametrize("id_", ["a.b", "a\nb", "", "x" * 65, "ü"])
def test_an_id_that_could_confuse_two_messages_cannot_be_signed(id_: str) -> None:
    with pytest.raises(ValueError, match="webhook id"):
        signature(b"k", id_, NOW, b"")


@given(st.dictionaries(st.text(), st.text()), st.binary(), st.text())
def test_verify_never_raises(sent: dict[str, str], body: bytes, secret: str) -> None:
    assert verify(secret, sent, body, NOW) is False
