"""CPython's own tests of thread pools and futures, run on the kata.

They are in the package `Lib/test/test_concurrent_futures` (one file, up to 3.11.5), which some
releases don't install (3.11.7 and 3.12.1, for example).  There, only a test of `test_context`
that uses a pool is left.  Taken are the parts on threads and on futures.  They look at a pool's
private `_threads`, `_max_workers` and `_broken`, and make futures by setting private attributes;
below, both are answered from what is public.  The tests of `wait` and `as_completed` are not
taken, as the kata has neither.
"""

import concurrent.futures
import contextlib
import threading
import unittest
from importlib import import_module
from test import test_context
from unittest import mock

import katas.concurrency.thread_pool as kata

LEFT_OUT = {
    "test_default_workers": "reads a number of threads that were not started",
    **dict.fromkeys(
        [
            "test_interpreter_shutdown",
            "test_submit_after_interpreter_shutdown",
            "test_hang_gh83386",
            "test_cancel_futures_wait_false",
        ],
        "the end of the program, which the kata leaves out, in a process that imports the original",
    ),
    **dict.fromkeys(
        ["test_cancel", "test_cancel_futures", "test_exception_with_success", "test_repr"],
        "reads or sets the original's private state, or its `repr`",
    ),
    **dict.fromkeys(
        ["test_done_callback_raises", "test_done_callback_raises_already_succeeded"],
        "looks for words on the standard error, where a log without handlers goes",
    ),
    "test_hang_global_shutdown_lock": "needs a pool of processes",
}


def part(name):
    """One module of the package, the single file in its place, or None."""
    for found in (f"test.test_concurrent_futures.{name}", "test.test_concurrent_futures"):
        with contextlib.suppress(ImportError):
            return import_module(found)
    return None


class Pool:
    """The kata's pool, with answers to what the tests ask privately."""

    def __init__(self, max_workers=None, *args, **kwds):
        self._before = set(threading.enumerate())
        self._max_workers = max_workers
        pool = kata.ThreadPoolExecutor(max_workers, *args, **kwds)
        self.submit, self.map, self.shutdown = pool.submit, pool.map, pool.shutdown

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.shutdown()

    @property
    def _threads(self):
        return set(threading.enumerate()) - self._before

    @property
    def _broken(self):
        try:
            self.submit(int)
        except kata.BrokenThreadPool:
            return True
        return False


def create_future(state="PENDING", exception=None, result=None):
    future = kata.Future()
    if state == "RUNNING":
        future.set_running_or_notify_cancel()
    elif state.startswith("CANCELLED"):
        future.cancel()
    elif exception is not None:
        future.set_exception(exception)
    elif state == "FINISHED":
        future.set_result(result)
    return future


PUBLIC = {
    "ThreadPoolExecutor": Pool,
    "CancelledError": kata.CancelledError,
    "InvalidStateError": kata.InvalidStateError,
}


class OnTheKata:
    """What all the test classes below have in common."""

    executor_type = Pool

    def setUp(self):
        for name, stand_in in PUBLIC.items():
            self.enterContext(mock.patch.object(concurrent.futures, name, stand_in))
        super().setUp()

    def assertRaisesRegex(self, kind, _wording, *args, **kwds):  # noqa: N802
        """Ask for the type only: the wording of messages is the kata's own."""
        return self.assertRaises(kind, *args, **kwds)  # noqa: PT027 - CPython's tests use unittest


class TestContext(OnTheKata, unittest.TestCase):
    test_context_threads_1 = test_context.ContextTest.test_context_threads_1


if (module := part("test_thread_pool")) is not None:

    class TestThreadPoolExecutor(OnTheKata, module.ThreadPoolExecutorTest):
        pass


if (module := part("test_shutdown")) is not None:

    class TestShutdown(OnTheKata, module.ThreadPoolShutdownTest):
        pass


if (module := part("test_init")) is not None:
    module.BrokenExecutor = kata.BrokenThreadPool

    class TestInitializer(OnTheKata, module.ThreadPoolInitializerTest):
        pass

    class TestFailingInitializer(OnTheKata, module.ThreadPoolFailingInitializerTest):
        pass


if (module := part("test_future")) is not None:
    module.Future, module.create_future = kata.Future, create_future
    for _state in ("PENDING", "RUNNING", "CANCELLED", "CANCELLED_AND_NOTIFIED"):
        setattr(module, f"{_state}_FUTURE", create_future(_state))
    module.EXCEPTION_FUTURE = create_future("FINISHED", exception=OSError())
    module.SUCCESSFUL_FUTURE = create_future("FINISHED", result=42)

    class TestFuture(OnTheKata, module.FutureTests):
        pass
