"""Sign what you hand out, and believe nothing that comes back before it is checked.

Rebuilds `itsdangerous`: `Signer`, `TimestampSigner` and `URLSafeTimedSerializer`.  Flask keeps
its sessions in such tokens, and links to reset a password carry them: the server remembers
nothing, and knows its own handwriting.

Rules
    1. `Signer(secret_key).sign(value)` returns the value, a dot, and the signature of the value:
       its HMAC in URL-safe base64 without padding.  `unsign` returns the value if the signature
       is that of the value, and else raises `BadSignature`, whose `payload` is the value that is
       not to be trusted (None if there is no dot).  A value may have dots.  `get_signature`
       returns the signature alone; `validate` returns whether `unsign` would return.  Text stands
       for its UTF-8.
    2. The key of the HMAC is the digest of `salt`, the word `signer` and the secret key, one behind
       the other.  So what is signed with one salt is no good with another.  The digest, that of
       the HMAC, too, is made by `digest_method`.
    3. `secret_key` may be several keys, the oldest first.  The last one signs, all are good for
       `unsign`.
    4. Signatures are compared by `hmac.compare_digest`, which takes as long for a guess that is
       nearly right as for any other, and by nothing else.  A token has one spelling: with
       padding, another letter for the same bits, or letters from outside the alphabet its
       signature does not fit.
    5. `TimestampSigner` signs the value, a dot, and the time: the whole seconds since 1970 that
       `get_timestamp()` returns, as an unsigned big-endian number of no more bytes than it
       takes, in the same base64.  `unsign` returns the value alone, or with `return_timestamp`
       the pair of value and time, a datetime that knows that it is in UTC.  Without a time that
       can be read, it raises `BadTimeSignature`.
    6. With `max_age`, what is older than that many seconds, or younger than 0, is a
       `SignatureExpired`, with the time as its `date_signed`; of that age exactly, it is good.
       This is found out only after the signature has turned out to be good.
    7. `URLSafeTimedSerializer(secret_key)` makes and reads tokens of objects: `dumps` turns the
       object into JSON without spaces and with all letters as they are, in UTF-8, and that into
       the same base64; `signer(secret_key, salt)` signs it.  If `zlib.compress` makes the JSON
       shorter by more than a byte, it is compressed, and a dot stands in front.  `dumps` and
       `loads` take another `salt` for this call.
    8. `loads` reads nothing of a payload before its signature, and age, are good.  What then
       can't be read is a `BadPayload`, with the error of the reading as its cause.  Each error
       has a text, and none tells the right signature, or a key.

Left out
    Other separators and serializers, other ways to derive keys, signers to fall back on.  The
    original accepts many spellings of a token (rule 4), and here and there a time that no calendar
    has (rule 5).
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any


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
        raise NotImplementedError

    def get_signature(self, value: str | bytes) -> bytes:
        """Return the signature of `value` with the newest key."""
        raise NotImplementedError

    def sign(self, value: str | bytes) -> bytes:
        """Return `value` with its signature."""
        raise NotImplementedError

    def unsign(self, signed_value: str | bytes) -> bytes:
        """Return the value, if its signature is that of one of the keys.

        Raises:
            BadSignature: it is not.
        """
        raise NotImplementedError

    def validate(self, signed_value: str | bytes) -> bool:
        """Return whether `unsign` would return a value."""
        raise NotImplementedError


class TimestampSigner(Signer):
    """Signs values together with the time.

    >>> signer = TimestampSigner("secret")
    >>> signer.unsign(signer.sign("value"), max_age=3600)
    b'value'
    """

    def get_timestamp(self) -> int:
        """Return the time in seconds since 1970; to be overridden for another clock."""
        raise NotImplementedError

    def sign(self, value: str | bytes) -> bytes:
        """Return `value` with the time and the signature of both."""
        raise NotImplementedError

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
        raise NotImplementedError

    def validate(self, signed_value: str | bytes, max_age: float | None = None) -> bool:
        """Return whether `unsign` would return a value."""
        raise NotImplementedError


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
        raise NotImplementedError

    def dumps(self, obj: Any, salt: str | bytes | None = None) -> str:
        """Return a token of `obj`, for the purpose `salt` if that is given."""
        raise NotImplementedError

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
        raise NotImplementedError
