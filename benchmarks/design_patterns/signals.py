"""Sending among many connections, and connections that come and go."""

from collections.abc import Callable
from typing import Any

import blinker

ORIGINAL = blinker
SIZES = (10, 200)
_CALLS = 100


class _Sender:
    """What has weak references and no equal."""


def sending(kata: Any, size: int) -> Callable[[], object]:
    """100 times to 5 receivers, while as many other senders as the size have one each."""
    signal, sender = kata.Signal(), _Sender()
    others = [_Sender() for _ in range(size)]
    for other in others:
        signal.connect(lambda sender: None, other, weak=False)
    for _ in range(5):
        signal.connect(lambda sender: None, sender, weak=False)

    def run() -> object:
        for _ in range(_CALLS):
            signal.send(sender)
        return others

    return run


def connecting(kata: Any, size: int) -> Callable[[], object]:
    """As many senders as the size, each connected to one receiver, which is then disconnected."""
    signal, senders = kata.Signal(), [_Sender() for _ in range(size)]

    def receiver(_sender: object) -> None:
        pass

    def run() -> None:
        for sender in senders:
            signal.connect(receiver, sender)
        signal.disconnect(receiver)

    return run
