"""Decode strictly, and compare the bytes.

Idea
    The signature is decoded first.  Text that is not exactly what encoding
    gives is refused, by decoding and encoding again; what is left is one
    spelling for each signature, and bytes are compared with bytes.  The
    layers are pairs of functions that undo each other:

        _stamp   <-> _unstamp       value and time
        _pack    <-> _unpack        object and payload

When one would choose it
    Where something else wants the bytes: signatures kept in a database as
    20 bytes, an algorithm with a `verify` of its own (Ed25519) instead of a
    signature to compare with, or tokens that others write with padding and
    that are to be made canonical at the door.  It is a few lines longer, and
    the strictness stands in a function of its own, which can be forgotten;
    where text is compared, there is nothing to forget.

Why keys are derived at each call
    Nothing that could be used to sign is kept but the secrets themselves.  It
    costs a hash for each key.

Sources
    RFC 4648, 3.5: decoders may refuse spare bits that are not zero.
"""

import base64
import hashlib
import hmac
import json
import struct
import time
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

_SEP = b"."


class BadData(Exception):  # noqa: N818 - the original's names
    """What was given is not what it should be; the base of all errors here."""


class BadSignature(BadData):
    """The signature does not fit; `payload` is the value that it does not vouch for."""

    def __init__(self, message: str, payload: bytes | None = None) -> None:
        super().__init__(message)
        self.payload = payload


class BadTimeSignature(BadSignature):
    """The signature or the time is not sound; `date_signed` is the time, if that is known."""

    def __init__(
        self,
        message: str,
        payload: bytes | None = None,
        date_signed: datetime | None = None,
    ) -> None:
        super().__init__(message, payload)
        self.date_signed = date_signed


class SignatureExpired(BadTimeSignature):
    """The signature is good, and older than is allowed, or from the future."""


class BadPayload(BadData):
    """The signature is good, and what was signed cannot be read."""


class Signer:
    """Signs values with the secret keys, of which the last is the newest.

    >>> signer = Signer("secret")
    >>> signer.sign("value")
    b'value.-2b2Vg1X_KBU1C6DLNDlPUR2w6M'
    >>> signer.unsign("value.-2b2Vg1X_KBU1C6DLNDlPUR2w6M")
    b'value'
    """

    def __init__(
        self,
        secret_key: str | bytes | Iterable[str | bytes],
        salt: str | bytes = b"itsdangerous.Signer",
        *,
        digest_method: Callable[..., Any] = hashlib.sha1,
    ) -> None:
        self._secrets = _secrets(secret_key)
        self._salt = _bytes(salt)
        self._digest_method = digest_method

    def get_signature(self, value: str | bytes) -> bytes:
        """Return the signature of `value` with the newest key."""
        return _encode(self._mac(self._secrets[-1], _bytes(value)))

    def sign(self, value: str | bytes) -> bytes:
        """Return `value` with its signature."""
        value = _bytes(value)
        return value + _SEP + self.get_signature(value)

    def unsign(self, signed_value: str | bytes) -> bytes:
        """Return the value, if its signature is that of one of the keys.

        Raises:
            BadSignature: it is not.
        """
        signed_value = _bytes(signed_value)
        if _SEP not in signed_value:
            raise BadSignature("there is no signature")
        value, text = signed_value.rsplit(_SEP, 1)
        try:
            signature = _decode(text)
        except ValueError:
            raise BadSignature("the signature is not in URL-safe base64", value) from None
        for secret in reversed(self._secrets):
            if hmac.compare_digest(self._mac(secret, value), signature):
                return value
        raise BadSignature("the signature does not fit", value)

    def validate(self, signed_value: str | bytes) -> bool:
        """Return whether `unsign` would return a value."""
        try:
            self.unsign(signed_value)
        except BadSignature:
            return False
        return True

    def _mac(self, secret: bytes, value: bytes) -> bytes:
        key = self._digest_method(self._salt + b"signer" + secret).digest()
        return hmac.digest(key, value, self._digest_method)


class TimestampSigner(Signer):
    """Signs values together with the time.

    >>> signer = TimestampSigner("secret")
    >>> signer.unsign(signer.sign("value"), max_age=3600)
    b'value'
    """

    def get_timestamp(self) -> int:
        """Return the time in seconds since 1970; to be overridden for another clock."""
        return int(time.time())

    def sign(self, value: str | bytes) -> bytes:
        """Return `value` with the time and the signature of both."""
        return super().sign(_stamp(_bytes(value), self.get_timestamp()))

    def unsign(
        self,
        signed_value: str | bytes,
        max_age: float | None = None,
        return_timestamp: bool = False,
    ) -> Any:
        """Return the value, or a pair of it and the time of signing, an aware datetime in UTC.

        Raises:
            SignatureExpired: it is more than `max_age` seconds old, or younger than 0.
            BadTimeSignature: its signature is good, and there is no time.
            BadSignature: its signature is not good.
        """
        value, seconds, date_signed = _unstamp(super().unsign(signed_value))
        if max_age is not None:
            age = self.get_timestamp() - seconds
            if age < 0:
                raise SignatureExpired("the signature is from the future", value, date_signed)
            if age > max_age:
                raise SignatureExpired(f"the signature is {age} seconds old", value, date_signed)
        return (value, date_signed) if return_timestamp else value

    def validate(self, signed_value: str | bytes, max_age: float | None = None) -> bool:
        """Return whether `unsign` would return a value."""
        try:
            self.unsign(signed_value, max_age)
        except BadSignature:
            return False
        return True


class URLSafeTimedSerializer:
    """Makes tokens of what JSON can carry, and reads them.

    Each `salt` is a purpose: a token for one is not good for another.

    >>> links = URLSafeTimedSerializer("secret", salt="activate")
    >>> token = links.dumps({"user": 7})
    >>> links.loads(token, max_age=3600)
    {'user': 7}
    """

    def __init__(
        self,
        secret_key: str | bytes | Iterable[str | bytes],
        salt: str | bytes = b"itsdangerous",
        *,
        signer: type[TimestampSigner] = TimestampSigner,
    ) -> None:
        self._secrets = _secrets(secret_key)
        self._salt = salt
        self._signer = signer

    def dumps(self, obj: Any, salt: str | bytes | None = None) -> str:
        """Return a token of `obj`, for the purpose `salt` if that is given."""
        return self._make_signer(salt).sign(_pack(obj)).decode()

    def loads(
        self,
        s: str | bytes,
        max_age: float | None = None,
        return_timestamp: bool = False,
        salt: str | bytes | None = None,
    ) -> Any:
        """Return the object, or a pair of it and the time of signing.

        Raises:
            SignatureExpired: the token is more than `max_age` seconds old, or younger than 0.
            BadSignature: it was not made with one of the keys for this purpose.
            BadPayload: it was, and is not what `dumps` makes.
        """
        payload, date_signed = self._make_signer(salt).unsign(s, max_age, return_timestamp=True)
        obj = _unpack(payload)
        return (obj, date_signed) if return_timestamp else obj

    def _make_signer(self, salt: str | bytes | None) -> TimestampSigner:
        return self._signer(self._secrets, self._salt if salt is None else salt)


def _stamp(value: bytes, seconds: int) -> bytes:
    return value + _SEP + _encode(struct.pack(">Q", seconds).lstrip(b"\0"))


def _unstamp(signed: bytes) -> tuple[bytes, int, datetime]:
    value, sep, stamp = signed.rpartition(_SEP)
    if not sep:
        raise BadTimeSignature("there is no time", signed)
    try:
        (seconds,) = struct.unpack(">Q", _decode(stamp).rjust(8, b"\0"))
        return value, seconds, datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError, struct.error):
        raise BadTimeSignature("the time cannot be read", value) from None


def _pack(obj: Any) -> bytes:
    data = json.dumps(obj, ensure_ascii=False, separators=(",", ":")).encode()
    packed = zlib.compress(data)
    return _SEP + _encode(packed) if len(packed) + 1 < len(data) else _encode(data)


def _unpack(payload: bytes) -> Any:
    is_packed = payload.startswith(_SEP)
    try:
        data = _decode(payload[is_packed:])
        return json.loads(zlib.decompress(data) if is_packed else data)
    except (ValueError, RecursionError, zlib.error) as error:
        raise BadPayload("what was signed cannot be read") from error


def _secrets(secret_key: str | bytes | Iterable[str | bytes]) -> list[bytes]:
    keys = [secret_key] if isinstance(secret_key, str | bytes) else secret_key
    return [_bytes(key) for key in keys]


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _decode(text: bytes) -> bytes:
    """Undo `_encode`; whatever that would not have made is a ValueError."""
    data = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(data) != text:
        raise ValueError("not what encoding would have made")
    return data
