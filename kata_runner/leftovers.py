"""A pytest plugin for authors: a test that leaves anything behind fails, and says what.

`kata check` loads it with `-p kata_runner.leftovers`.  Threads, processes and open files are
compared round each test, with its fixtures; so is what a process has only one of (the
working directory, the environment, the trace function, limits, signal handlers …).
"""

import contextlib
import gc
import os
import signal
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any
from unittest import mock

import psutil
import pytest

_BEFORE = pytest.StashKey["_Before"]()


def _open_files() -> list[str]:
    """Return what the process has open, each as its number and where it leads."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():  # elsewhere: how many there are
        return [f"descriptor {n}" for n in range(psutil.Process().num_fds())]
    found = []
    for entry in folder.iterdir():
        try:
            found.append(f"{entry.name} -> {entry.readlink()}")
        except OSError:  # the one that lists the folder
            continue
    return found


# What a process has one of; each is read before and after a test.
_GLOBALS: dict[str, Callable[[], Any]] = {
    "the working directory": Path.cwd,
    "the environment": lambda: {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")},
    "sys.path": lambda: list(sys.path),
    "sys.meta_path": lambda: list(sys.meta_path),
    "the trace function": sys.gettrace,
    "the profile function": sys.getprofile,
    "the thread trace function": threading.gettrace,
    "the switch interval": sys.getswitchinterval,
    "the recursion limit": sys.getrecursionlimit,
    # Not gc.callbacks: hypothesis adds one when it first runs.
    "the collector": lambda: (gc.isenabled(), gc.get_threshold(), gc.get_debug()),
    "the warning filters": lambda: list(warnings.filters),
    "the exception hooks": lambda: (sys.excepthook, threading.excepthook, sys.unraisablehook),
    "signal handlers": lambda: [
        signal.getsignal(number) for number in sorted(signal.valid_signals())
    ],
    "the files in the working directory": lambda: sorted(Path().iterdir()),
    "the files in the temporary directory": lambda: sorted(Path(tempfile.gettempdir()).iterdir()),
    "threading.Lock": lambda: (threading.Lock, threading.RLock),
}


def pytest_configure(config: pytest.Config) -> None:
    # One of our own: other programs come and go in the usual one.
    context = contextlib.ExitStack()
    folder = context.enter_context(tempfile.TemporaryDirectory(prefix="kata-leftovers-"))
    context.enter_context(mock.patch.dict(os.environ, TMPDIR=folder))
    context.enter_context(mock.patch.object(tempfile, "tempdir", folder))
    config.add_cleanup(context.close)


class _Before:
    """The state of the process before a test."""

    def __init__(self) -> None:
        self._globals = {name: read() for name, read in _GLOBALS.items()}
        self._threads = set(threading.enumerate())
        self._files = set(_open_files())

    def left_behind(self) -> list[str]:
        """Return in words what is there now and was not before."""
        found = [name for name, read in _GLOBALS.items() if read() != self._globals[name]]
        found = [f"{name} changed" for name in found]
        threads = set(threading.enumerate()) - self._threads
        found += [f"thread {thread.name} still runs" for thread in threads]
        files = set(_open_files()) - self._files
        found += [f"descriptor {name} still open" for name in sorted(files)]
        children = psutil.Process().children()
        found += [f"process {child.pid} still runs" for child in children]
        return found


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    item.stash[_BEFORE] = _Before()
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    result = yield
    gc.collect()
    if found := item.stash[_BEFORE].left_behind():
        pytest.fail(f"left behind: {'; '.join(found)}", pytrace=False)
    return result
