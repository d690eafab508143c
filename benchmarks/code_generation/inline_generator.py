"""Processing a text of as many blocks as the size."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import cogapp

ORIGINAL = SimpleNamespace(Cog=cogapp.Cog)
SIZES = (1, 100)


def blocks(kata: Any, size: int) -> Callable[[], object]:
    """Each block writes one line."""
    text = "before\n# [[[cog cog.outl('x = 1') ]]]\nx = 1\n# [[[end]]]\n" * size
    return lambda: kata.Cog().process_string(text)
