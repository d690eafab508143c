import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
import zlib
from datetime import UTC, datetime, timedelta

import itsdangerous
import pytest
from hypothesis import given
from hypothesis import strategies as st

from katas.security.signed_token import (
    BadData,
    BadPayload,
    BadSignature,
    BadTimeSignature,
    SignatureExpired,
    Signer,
    TimestampSigner,
    URLSafeTimedSerializer,
)

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
NOON = 1_700_000_000


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def signed(value, key="secret", salt=b"itsdangerous.Signer", digest=hashlib.sha1):
    """The value with the signature that the rules give it."""
    derived = digest(salt + b"signer" + key.encode()).digest()
    return value + b"." + encode(hmac.new(derived, value, digest).digest())


def clocked(now):
    """A class of signers for which it is `now`."""

    class Clocked(TimestampSigner):
        def get_timestamp(self):
            return now

    return Clocked


def at(now, **kwds):
    return URLSafeTimedSerializer("secret", signer=clocked(now), **kwds)


def token_of(payload, now=NOON):
    """A token with this payload, whatever that is."""
    return clocked(now)("secret", b"itsdangerous").sign(payload)


# Rule 1: signing


@pytest.mark.rule(1)
@pytest.mark.parametrize("value", [b"value", b"", b"a.b", b".", "Ä".encode(), bytes(range(256))])
def test_the_signature_stands_behind_the_value_and_a_dot(value):
    signer = Signer("secret")
    assert signer.sign(value) == signed(value)
    assert signer.sign(value) == value + b"." + signer.get_signature(value)
    assert signer.unsign(signed(value)) == value


@pytest.mark.rule(1)
def test_text_stands_for_its_utf_8():
    signer = Signer("s\u00e9cret")
    assert signer.sign("\u00e9") == signed("\u00e9".encode(), "s\u00e9cret")
    assert signer.get_signature("\u00e9") == signer.get_signature("\u00e9".encode())
    assert signer.unsign(signer.sign("\u00e9").decode()) == "\u00e9".encode()
    assert Signer("s\u00e9cret".encode()).sign(b"x") == signer.sign(b"x")


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    "change",
    [
        lambda value, signature: b"other." + signature,
        lambda value, signature: value + b"." + signature[::-1],
        lambda value, signature: value + b"." + signature[:-1],
        lambda value, signature: value + b"." + signature[1:],
        lambda value, signature: value + b"." + signature + b"A",
        lambda value, signature: value + b".",
        lambda value, signature: value + b".x." + signature,
        lambda value, signature: b" " + value + b"." + signature,
    ],
    ids=[
        "another value",
        "another signature",
        "its end cut off",
        "its start cut off",
        "longer",
        "none",
        "a value with more behind",
        "a value with more in front",
    ],
)
def test_what_was_changed_is_refused(change):
    forged = change(b"value", signed(b"value").rpartition(b".")[2])
    signer = Signer("secret")
    with pytest.raises(BadSignature) as caught:
        signer.unsign(forged)
    assert caught.value.payload == forged.rpartition(b".")[0]
    assert not signer.validate(forged)
    assert signer.validate(signed(b"value"))
    assert signer.validate(signed(b"value").decode())


@pytest.mark.rule(1)
@pytest.mark.parametrize("value", [b"", b"bytes", "text"])
def test_what_has_no_dot_is_refused(value):
    with pytest.raises(BadSignature) as caught:
        Signer("secret").unsign(value)
    assert caught.value.payload is None
    assert not Signer("secret").validate(value)


@pytest.mark.rule(1)
def test_what_is_neither_bytes_nor_text_is_an_error_of_the_program():
    with pytest.raises((TypeError, AttributeError)):
        Signer("secret").validate(7)


# Rule 2: a key for each purpose


@pytest.mark.rule(2)
@pytest.mark.parametrize("salt", [b"activate", "reset", b""])
def test_the_key_is_made_of_salt_and_secret(salt):
    raw = salt if isinstance(salt, bytes) else salt.encode()
    assert Signer("secret", salt).sign(b"x") == signed(b"x", salt=raw)
    assert Signer("secret", salt=salt).unsign(signed(b"x", salt=raw)) == b"x"


@pytest.mark.rule(2)
def test_what_is_signed_for_one_purpose_is_no_good_for_another():
    token = Signer("secret", "unsubscribe").sign("user 7")
    with pytest.raises(BadSignature):
        Signer("secret", "reset the password").unsign(token)
    with pytest.raises(BadSignature):
        Signer("secret").unsign(token)


@pytest.mark.rule(2)
def test_the_digest_is_that_of_key_and_signature():
    signer = Signer("secret", digest_method=hashlib.sha256)
    assert signer.sign(b"x") == signed(b"x", digest=hashlib.sha256)
    assert signer.unsign(signed(b"x", digest=hashlib.sha256)) == b"x"
    with pytest.raises(BadSignature):
        signer.unsign(signed(b"x"))


# Rule 3: several keys


@pytest.mark.rule(3)
@pytest.mark.parametrize("kind", [list, tuple, iter])
def test_the_newest_key_signs_and_all_are_good(kind):
    signer = Signer(kind(["old", b"middle", "new"]))
    assert signer.sign(b"x") == signed(b"x", "new")
    for key in ("old", "middle", "new"):
        assert signer.unsign(signed(b"x", key)) == b"x"
    with pytest.raises(BadSignature):
        signer.unsign(signed(b"x", "older"))


# Rule 4: how signatures are compared


def replace(monkeypatch, function, stand_in):
    """Replace a function where it is from, and where the kata has it under a name of its own."""
    for home in (hmac, json, secrets, zlib, sys.modules[Signer.__module__]):
        for name, value in list(vars(home).items()):
            if value is function:
                monkeypatch.setattr(home, name, stand_in)


@pytest.fixture
def compared(monkeypatch):
    """What `compare_digest` was given; it answers with `compared.answer` if that is not None."""

    class Compared(list):
        answer = None

    calls = Compared()

    def spy(one, other):
        calls.append({each if isinstance(each, str) else bytes(each) for each in (one, other)})
        return real(one, other) if calls.answer is None else calls.answer

    real = hmac.compare_digest
    replace(monkeypatch, real, spy)
    return calls


@pytest.mark.rule(4)
def test_it_is_compare_digest_that_decides(compared):
    token, forged = signed(b"value"), b"other." + signed(b"value").rpartition(b".")[2]
    signer = Signer("secret")
    compared.answer = False
    with pytest.raises(BadSignature):
        signer.unsign(token)
    compared.answer = True
    assert signer.unsign(forged) == b"other"
    assert len(compared) == 2


@pytest.mark.rule(4)
def test_it_is_the_signatures_that_are_compared(compared):
    Signer("secret").unsign(signed(b"value"))
    signature = signed(b"value").rpartition(b".")[2]
    decoded = base64.urlsafe_b64decode(signature + b"=")
    assert compared in ([{signature}], [{signature.decode()}], [{decoded}])


def other_spellings(token):
    """Texts that a lenient decoder takes for the same signature."""
    value, _, signature = token.rpartition(b".")
    last = ALPHABET.index(signature[-1])
    for spare in range(1, 4):
        yield f"spare bits {spare}", token[:-1] + ALPHABET[last ^ spare : (last ^ spare) + 1]
    yield "padding", token + b"="
    yield "a line feed", token + b"\n"
    yield "a blank in front", value + b". " + signature
    yield "a letter that is none", token[:-3] + b"!" + token[-3:]
    yield "not ASCII", token.decode() + "\u00e9"
    plain = base64.b64encode(base64.urlsafe_b64decode(signature + b"=")).rstrip(b"=")
    yield "the plain alphabet", value + b"." + plain


# The signature of this value has letters in which the two alphabets differ.
SPELLINGS = dict(other_spellings(signed(b"value")))


@pytest.mark.rule(4)
@pytest.mark.parametrize("other", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_token_has_one_spelling(other):
    signer = Signer("secret")
    assert other != signer.sign("value")
    with pytest.raises(BadSignature):
        signer.unsign(other)


# Rule 5: the time


@pytest.mark.rule(5)
@pytest.mark.parametrize("now", [0, 1, 255, 256, NOON, 2**32, 2**33 + 1])
def test_the_time_stands_between_value_and_signature(now):
    signer = clocked(now)("secret")
    stamp = encode(now.to_bytes(8, "big").lstrip(b"\0"))
    token = signed(b"a.b." + stamp)
    assert signer.sign("a.b") == signer.sign(b"a.b") == token
    assert signer.unsign(token) == b"a.b"
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=now)
    assert signer.unsign(token, return_timestamp=True) == (b"a.b", moment)
    assert signer.unsign(token, return_timestamp=True)[1].utcoffset() == timedelta(0)


@pytest.mark.rule(5)
def test_the_time_is_the_same_in_every_zone(monkeypatch):
    signer = clocked(NOON)("secret")
    set_zone = getattr(time, "tzset", int)  # Windows has none
    try:
        with monkeypatch.context() as patch:
            patch.setenv("TZ", "EAST-9")
            set_zone()
            _, moment = signer.unsign(signer.sign("value"), return_timestamp=True)
    finally:
        set_zone()
    assert (moment.timestamp(), moment.utcoffset()) == (NOON, timedelta(0))


@pytest.mark.rule(5)
def test_the_clock_is_that_of_the_system(monkeypatch):
    monkeypatch.setattr("time.time", lambda: NOON + 0.9)
    assert TimestampSigner("secret").get_timestamp() == NOON


@pytest.mark.rule(5)
@pytest.mark.parametrize(
    "value",
    [
        b"AAAA",
        b"value.x",
        *(b"value." + encode(b"\x7f" * count) for count in (7, 8, 200)),
    ],
    ids=[
        "no time",
        "half a byte",
        "a year that does not fit into an int",
        "a year that no calendar has",
        "a very long one",
    ],
)
def test_a_good_signature_without_a_time_is_refused(value):
    signer = clocked(NOON)("secret")
    for max_age in (None, 10):
        with pytest.raises(BadTimeSignature) as caught:
            signer.unsign(signed(value), max_age)
        assert not isinstance(caught.value, SignatureExpired)
        assert caught.value.date_signed is None
    assert not signer.validate(signed(value))


@pytest.mark.rule(5)
def test_what_has_no_signature_is_refused_by_a_timestamp_signer_too():
    signer = clocked(NOON)("secret")
    for value in (b"", b"value", b"value.time.", signed(b"value", "other")):
        with pytest.raises(BadSignature):
            signer.unsign(value)


# Rule 6: the age


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("age", "max_age", "is_good"),
    [
        (0, 0, True),
        (1, 0, False),
        (60, 60, True),
        (61, 60, False),
        (60, 59.5, False),
        (60, 60.5, True),
        (-1, 60, False),
        (-1, None, True),
        (10**9, None, True),
    ],
)
def test_what_is_too_old_or_from_the_future_has_expired(age, max_age, is_good):
    token = clocked(NOON)("secret").sign("value")
    signer = clocked(NOON + age)("secret")
    assert signer.validate(token, max_age) is is_good
    assert signer.validate(token, max_age=max_age) is is_good
    if is_good:
        assert signer.unsign(token, max_age) == b"value"
    if max_age is None:
        assert signer.unsign(token) == b"value"
        assert signer.validate(token)
    if is_good:
        return
    with pytest.raises(SignatureExpired) as caught:
        signer.unsign(token, max_age)
    assert isinstance(caught.value, BadTimeSignature)
    assert BadTimeSignature("by itself").payload is None
    assert caught.value.payload == b"value"
    assert caught.value.date_signed == datetime.fromtimestamp(NOON, UTC)


@pytest.mark.rule(6)
def test_the_errors_of_a_clock_come_out():
    class Stopped(TimestampSigner):
        def get_timestamp(self):
            raise ZeroDivisionError

    token = clocked(NOON)("secret").sign("value")
    with pytest.raises(ZeroDivisionError):
        Stopped("secret").validate(token, 10)


@pytest.mark.rule(6)
def test_the_age_of_a_forged_token_is_not_told():
    old = clocked(NOON)("another secret").sign("value")
    with pytest.raises(BadSignature) as caught:
        clocked(NOON + 100)("secret").unsign(old, max_age=10)
    assert not isinstance(caught.value, SignatureExpired)
    assert not clocked(NOON + 100)("secret").validate(old, max_age=10)


# Rule 7: tokens of objects


@pytest.mark.rule(7)
@pytest.mark.parametrize(
    ("obj", "text"),
    [
        ({"user": 7, "tags": ["a", "b"]}, '{"user":7,"tags":["a","b"]}'),
        ("\u00e9\u2603", '"\u00e9\u2603"'),
        (None, "null"),
        ([], "[]"),
    ],
)
def test_a_token_is_json_in_base64_with_time_and_signature(obj, text):
    serializer = at(NOON)
    token = serializer.dumps(obj)
    assert token == token_of(encode(text.encode())).decode()
    assert serializer.loads(token) == serializer.loads(token.encode()) == obj


def unsigned(token):
    return token.encode().rsplit(b".", 2)[0]


@pytest.mark.rule(7)
def test_what_zlib_makes_shorter_is_compressed():
    compressed = plain = 0
    for length in range(60):
        obj = "a" * length
        data = json.dumps(obj).encode()
        packed = zlib.compress(data)
        is_shorter = len(packed) + 1 < len(data)
        payload = b"." + encode(packed) if is_shorter else encode(data)
        assert unsigned(at(NOON).dumps(obj)) == payload
        assert at(NOON).loads(token_of(payload)) == obj
        compressed += is_shorter
        plain += not is_shorter
    assert compressed
    assert plain


@pytest.mark.rule(7)
def test_what_is_compressed_and_what_is_not_is_both_read():
    data = json.dumps("a" * 100).encode()
    assert at(NOON).loads(token_of(encode(data))) == "a" * 100
    assert at(NOON).loads(token_of(b"." + encode(zlib.compress(b"[]")))) == []


@pytest.mark.rule(7)
def test_a_salt_may_be_given_once_for_all_or_for_a_call():
    plain, activate = at(NOON), at(NOON, salt="activate")
    token = activate.dumps(7)
    assert activate.loads(token) == plain.loads(token, salt=b"activate") == 7
    assert plain.dumps(7, salt="activate") == plain.dumps(7, "activate") == token
    assert plain.loads(plain.dumps(7)) == activate.loads(plain.dumps(7), salt=b"itsdangerous") == 7
    empty = plain.dumps(7, salt="")
    assert plain.loads(empty, salt="") == 7
    for serializer, salt in [(plain, None), (activate, "reset"), (activate, "")]:
        with pytest.raises(BadSignature):
            serializer.loads(token, salt=salt)


@pytest.mark.rule(7)
def test_a_token_tells_its_time_and_expires():
    token = at(NOON).dumps([1])
    moment = datetime.fromtimestamp(NOON, UTC)
    assert at(NOON + 60).loads(token, 60, return_timestamp=True) == ([1], moment)
    assert at(NOON + 60).loads(token, max_age=60) == at(NOON + 60).loads(token) == [1]
    with pytest.raises(SignatureExpired) as caught:
        at(NOON + 61).loads(token, max_age=60)
    assert str(caught.value)
    assert caught.value.date_signed == moment


@pytest.mark.rule(7)
def test_a_serializer_may_have_several_keys_too():
    old, new = URLSafeTimedSerializer("old"), URLSafeTimedSerializer("new")
    both = URLSafeTimedSerializer(iter(["old", "new"]))
    for _ in range(2):
        assert both.loads(old.dumps(7)) == 7
        assert new.loads(both.dumps(7)) == 7


# Rule 8: nothing is believed before it is checked


@pytest.mark.rule(8)
def test_nothing_is_read_before_the_signature_is_good(monkeypatch):
    payload = b"." + encode(zlib.compress(b'"' + b"a" * 1000 + b'"'))
    forged = clocked(NOON)("another secret", b"itsdangerous").sign(payload)
    old = token_of(payload)

    def refuse(*args, **kwds):
        pytest.fail("read before it was checked")

    for reads in (zlib.decompress, zlib.decompressobj, json.loads, json.JSONDecoder):
        replace(monkeypatch, reads, refuse)
    with pytest.raises(BadSignature) as caught:
        at(NOON + 100).loads(forged, max_age=10)
    assert not isinstance(caught.value, SignatureExpired)
    with pytest.raises(SignatureExpired):
        at(NOON + 100).loads(old, max_age=10)


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    "payload",
    [
        b"a",
        encode(b"{"),
        encode(b'"\xff"'),
        b"." + encode(b"not zlib"),
        b"." + encode(zlib.compress(b'"text"')[:-3]),
        b"." + encode(zlib.compress(b"{")),
        b"." + encode(b"[]"),
        encode(zlib.compress(b"[]")),
        b".",
        b"." + encode(zlib.compress(b"[" * 100_000)),
    ],
    ids=[
        "no base64",
        "no JSON",
        "no UTF-8",
        "no zlib",
        "zlib cut off",
        "no JSON in zlib",
        "JSON behind a dot",
        "zlib without a dot",
        "empty",
        "too deep",
    ],
)
def test_what_was_signed_and_cannot_be_read_is_a_bad_payload(payload):
    with pytest.raises(BadPayload) as caught:
        at(NOON).loads(token_of(payload))
    assert not isinstance(caught.value, BadSignature)
    assert caught.value.__cause__ is not None


@pytest.mark.rule(8)
def test_no_error_tells_the_right_signature_or_a_key():
    token = at(NOON).dumps(7).encode()
    value, _, signature = token.rpartition(b".")
    key = hashlib.sha1(b"itsdangerous" + b"signer" + b"secret").digest()
    secret = [b"secret", key, signature, base64.urlsafe_b64decode(signature + b"=")]
    hidden = [text for each in secret for text in (str(each)[2:-1], each.hex())]
    assert str(BadSignature("what is wrong", value)) == "what is wrong"
    forgeries = [value + b"." + b"A" * 27, value + b".", b"x." + b"A" * 27, value, b""]
    for forged in forgeries:
        with pytest.raises(BadData) as caught:
            at(NOON).loads(forged)
        error = caught.value
        assert str(error)
        while error is not None:
            shown = f"{error} {error!r} {vars(error)}"
            assert not [text for text in hidden if text in shown]
            error = error.__cause__ or error.__context__


# Against the original


class TheirClock(itsdangerous.TimestampSigner):
    def get_timestamp(self):
        return NOON


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@pytest.mark.rule(7)
@given(VALUES, st.lists(st.text(max_size=5), min_size=1, max_size=3), st.text(max_size=5))
def test_the_original_makes_the_same_tokens_and_reads_ours(obj, keys, salt):
    ours = URLSafeTimedSerializer(keys, salt, signer=clocked(NOON))
    theirs = itsdangerous.URLSafeTimedSerializer(keys, salt, signer=TheirClock)
    token = ours.dumps(obj)
    assert token == theirs.dumps(obj)
    assert ours.loads(token, max_age=0) == theirs.loads(token, max_age=0) == obj


@pytest.mark.rule(1)
@given(st.binary(max_size=20), st.binary(max_size=10), st.sampled_from(["sha1", "sha256"]))
def test_any_value_is_signed_as_by_the_original(value, key, digest):
    method = getattr(hashlib, digest)
    ours, theirs = Signer(key, digest_method=method), itsdangerous.Signer(key, digest_method=method)
    assert ours.sign(value) == theirs.sign(value)
    assert ours.unsign(theirs.sign(value)) == value
