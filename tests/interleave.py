"""Two calls in two threads, with the switch between them at a place that the test chooses.

`run_at(step, module, first, second)` starts `first` in a thread of its own and stops it before
its bytecode instruction number `step` in `module`.  There `second` runs, until it ends or waits
for a lock that `first` holds; then `first` goes on.  Called with 1, 2, 3, … until it returns
None, it shows every place at which one switch can do harm, each time anew and in the same order.

That `second` waits is seen by its lock, not by a clock: `observed_locks` puts locks into the
module that say when a thread has to wait.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, ModuleType
from typing import Any

PATIENCE = 5.0  # seconds until a thread that neither ends nor waits fails the test
UNSEEN = 0.2  # seconds after which a thread that does not move waits for a lock not seen here

_MAKERS = {"Lock": threading.Lock, "RLock": threading.RLock}
_LOCKS = tuple(type(maker()) for maker in _MAKERS.values())
_on_wait = threading.local()


class _ObservedLock:
    """A lock that calls `_on_wait.call` of a thread that is about to wait."""

    def __init__(self, lock: Any) -> None:
        self._lock = lock

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if self._lock.acquire(blocking=False):
            return True
        if not blocking:
            return False
        getattr(_on_wait, "call", lambda: None)()
        return bool(self._lock.acquire(timeout=PATIENCE if timeout < 0 else timeout))

    def release(self) -> None:
        self._lock.release()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc_info: object) -> None:
        self.release()


@contextmanager
def observed_locks(module: ModuleType) -> Iterator[None]:
    """Make the locks that `module` has or creates from here on say when a thread has to wait."""
    replaced: list[tuple[Any, str, Any]] = []
    classes = [each for each in vars(module).values() if isinstance(each, type)]
    for home in (module, *(each for each in classes if each.__module__ == module.__name__)):
        for name, value in list(vars(home).items()):
            if isinstance(value, _LOCKS):
                replaced.append((home, name, value))
                setattr(home, name, _ObservedLock(value))
    for name, maker in _MAKERS.items():
        homes = [(threading, name)]
        homes += [(module, alias) for alias, value in vars(module).items() if value is maker]
        for home, alias in homes:
            replaced.append((home, alias, maker))
            setattr(home, alias, lambda maker=maker: _ObservedLock(maker()))
    try:
        yield
    finally:
        for home, name, value in replaced:
            setattr(home, name, value)


class _Call(threading.Thread):
    """A thread that keeps what its function returned or raised."""

    def __init__(self, function: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._function = function
        self._error: BaseException | None = None
        self._value: Any = None
        self.halted = threading.Event()  # has ended, or waits for a lock

    def run(self) -> None:
        _on_wait.call = self.halted.set
        try:
            self._value = self._function()
        except BaseException as error:
            self._error = error
        finally:
            self.halted.set()

    def result(self) -> Any:
        self.join(PATIENCE)
        assert not self.is_alive(), "a thread neither ended nor went on: a deadlock?"
        if self._error is not None:
            raise self._error
        return self._value


def run_at(
    step: int, module: ModuleType, first: Callable[[], Any], second: Callable[[], Any]
) -> tuple[Any, Any] | None:
    """Return both results with `second` run before instruction `step` of `first`.

    None if `first` has fewer instructions in `module`.
    """
    other = _Call(second)
    steps_left = step

    def trace(frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        nonlocal steps_left
        if frame.f_code.co_filename != module.__file__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            steps_left -= 1
            if steps_left == 0:
                other.start()
                other.halted.wait(UNSEEN)
        return trace

    def traced() -> Any:
        # 3.12 asks for this before `settrace` is called, or sends no opcodes.
        sys._getframe().f_trace_opcodes = True  # noqa: SLF001 - documented
        sys.settrace(trace)
        try:
            return first()
        finally:
            sys.settrace(None)

    call = _Call(traced)
    call.start()
    result = call.result()
    if steps_left > 0:
        return None
    return result, other.result()
