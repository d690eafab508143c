"""Making and reading tokens of small and of large objects."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import itsdangerous

ORIGINAL = SimpleNamespace(URLSafeTimedSerializer=itsdangerous.URLSafeTimedSerializer)
SIZES = (1, 1_000)


def dumping(kata: Any, size: int) -> Callable[[], object]:
    """A token of a list of as many numbers as the size."""
    serializer, numbers = kata.URLSafeTimedSerializer("secret"), list(range(size))
    return lambda: serializer.dumps(numbers)


def loading(kata: Any, size: int) -> Callable[[], object]:
    """The list again, out of the token."""
    serializer = kata.URLSafeTimedSerializer("secret")
    token = serializer.dumps(list(range(size)))
    return lambda: serializer.loads(token, max_age=1_000_000)
