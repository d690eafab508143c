"""A message authentication code beside the value, and nothing believed before it is checked.

Idea
    The value in clear text, and proof that somebody with the secret made it:

        {"user":7}                     the object, as JSON
        eyJ1c2VyIjo3fQ                 URL-safe base64
        eyJ1c2VyIjo3fQ.awocnQ          with the time, in seconds
        eyJ1c2VyIjo3fQ.awocnQ.eWqn2F…  with the HMAC of all that stands before

    Reading goes the other way, and each layer is opened only when the one
    outside it has turned out to be sound.

Why not `hash(secret + value)`
    SHA-1 and SHA-2 can be continued: from such a hash of a value follows that
    of the value with more behind it, without the secret.  HMAC hashes twice.

Why a key of its own for each salt
    A token for "reset the password" must not open "unsubscribe", and both are
    signed with the one secret of the application.

Why the text of the signatures is compared, not what it decodes to
    The last of 27 base64 characters has two bits that mean nothing, and
    `base64.urlsafe_b64decode` passes over what is not of its alphabet.  Whoever
    compares bytes accepts many spellings of one token; a list of used tokens,
    a cache or a log then takes the same one for another.

Why `compare_digest`
    `==` stops at the first difference.  How long it takes tells how much of a
    guess was right, and a guess is mended byte by byte.

Why the age is looked at last
    The time in a forged token is the forger's, and "expired" says "was valid".

In itsdangerous
    Signatures are decoded and compared as bytes, so that every spelling is
    accepted.  Collisions of SHA-1 are no attack on HMAC-SHA-1 (RFC 6194, 3.3).

Sources
    RFC 2104 (HMAC), RFC 4648 (base64), the documentation of itsdangerous
"""

import hashlib
import hmac
import json
import time
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
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
        self._digest_method = digest_method
        self._keys = [
            digest_method(_bytes(salt) + b"signer" + _bytes(key)).digest()
            for key in _as_list(secret_key)
        ]

    def get_signature(self, value: str | bytes) -> bytes:
        """Return the signature of `value` with the newest key."""
        return self._signature(self._keys[-1], _bytes(value))

    def sign(self, value: str | bytes) -> bytes:
        """Return `value` with its signature."""
        value = _bytes(value)
        return value + _SEP + self.get_signature(value)

    def unsign(self, signed_value: str | bytes) -> bytes:
        """Return the value, if its signature is that of one of the keys.

        Raises:
            BadSignature: it is not.
        """
        value, sep, signature = _bytes(signed_value).rpartition(_SEP)
        if not sep:
            raise BadSignature("there is no signature")
        # All keys, whichever fits: how long it takes tells nothing about them.
        fits = [hmac.compare_digest(signature, self._signature(key, value)) for key in self._keys]
        if not any(fits):
            raise BadSignature("the signature does not fit", value)
        return value

    def validate(self, signed_value: str | bytes) -> bool:
        """Return whether `unsign` would return a value."""
        try:
            self.unsign(signed_value)
        except BadSignature:
            return False
        return True

    def _signature(self, key: bytes, value: bytes) -> bytes:
        return _encode(hmac.new(key, value, self._digest_method).digest())


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
        now = self.get_timestamp()
        stamp = _encode(now.to_bytes((now.bit_length() + 7) // 8, "big"))
        return super().sign(_bytes(value) + _SEP + stamp)

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
        signed = super().unsign(signed_value)
        value, sep, stamp = signed.rpartition(_SEP)
        date_signed = _date(stamp) if sep else None
        if date_signed is None:
            raise BadTimeSignature("there is no time that can be read", signed)
        if max_age is not None:
            age = self.get_timestamp() - date_signed.timestamp()
            if not 0 <= age <= max_age:
                message = f"the signature is {age:g} seconds old, and may be {max_age}"
                raise SignatureExpired(message, value, date_signed)
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
        self._secret_keys = _as_list(secret_key)
        self._salt = salt
        self._signer = signer

    def dumps(self, obj: Any, salt: str | bytes | None = None) -> str:
        """Return a token of `obj`, for the purpose `salt` if that is given."""
        data = json.dumps(obj, ensure_ascii=False, separators=(",", ":")).encode()
        packed = zlib.compress(data)
        # One byte for the mark.
        payload = _SEP + _encode(packed) if len(packed) < len(data) - 1 else _encode(data)
        return self._make_signer(salt).sign(payload).decode()

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
        try:
            data = _decode(payload.removeprefix(_SEP))
            obj = json.loads(zlib.decompress(data) if payload.startswith(_SEP) else data)
        except (ValueError, RecursionError, zlib.error) as error:
            raise BadPayload("what was signed cannot be read") from error
        return (obj, date_signed) if return_timestamp else obj

    def _make_signer(self, salt: str | bytes | None) -> TimestampSigner:
        return self._signer(self._secret_keys, self._salt if salt is None else salt)


def _date(stamp: bytes) -> datetime | None:
    try:
        return datetime.fromtimestamp(int.from_bytes(_decode(stamp), "big"), UTC)
    except (ValueError, OverflowError, OSError):  # a year that no calendar has is any of them
        return None


def _as_list(secret_key: str | bytes | Iterable[str | bytes]) -> list[str | bytes]:
    return [secret_key] if isinstance(secret_key, str | bytes) else list(secret_key)


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _encode(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def _decode(text: bytes) -> bytes:
    return urlsafe_b64decode(text + b"==")  # it passes over what is too much
