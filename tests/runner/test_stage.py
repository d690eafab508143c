"""The stage on which the tests of katas with threads play."""

import importlib.util
import itertools
import os
import queue
import sys
import threading
import time

import pytest

from tests.stage import Stage, StuckError


@pytest.fixture
def module(tmp_path):
    """A module that imports by name what the stage replaces."""
    path = tmp_path / "counter.py"
    path.write_text(
        "from dataclasses import dataclass, field\n"
        "from threading import Condition, Lock\n"
        "from time import monotonic\n"
        "@dataclass\n"
        "class Box:\n"
        "    lock: Lock = field(default_factory=Lock)\n"
        "def now(clock=monotonic):\n"
        "    return clock()\n"
        "class Counter:\n"
        "    lock = Lock()\n"
        "    count = 0\n"
        "    def hope(self):\n"
        "        self.count = self.count + 1\n"
        "    def lock_it(self):\n"
        "        with self.lock:\n"
        "            self.count = self.count + 1\n"
    )
    spec = importlib.util.spec_from_file_location("counter", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_thread_moves_when_the_test_waits_for_it_and_not_before(module):
    with Stage(module) as stage:
        gate, seen = threading.Event(), []
        waiting = stage.start(lambda: gate.wait() and seen.append("went on"))
        assert waiting.waits
        gate.set()
        assert seen == []
        waiting.result()
        assert (seen, waiting.waits, waiting.turns) == (["went on"], False, 1)


def test_time_passes_when_nobody_can_move_without_it(module):
    with Stage(module) as stage:
        start = module.monotonic()
        sleeping = stage.start(time.sleep, 2)
        with pytest.raises(queue.Empty):
            queue.SimpleQueue().get(timeout=5)
        assert (sleeping.ended, time.monotonic() - start) == (True, 5)


def test_who_waits_for_a_time_goes_on_at_that_time(module):
    with Stage(module) as stage:
        start, woken = stage.now, []
        for seconds in (3, 1, 2):
            stage.start(lambda seconds=seconds: time.sleep(seconds) or woken.append(stage.now))
        stage.advance(2.5)
        assert [moment - start for moment in woken] == [1, 2]
        assert stage.now == start + 2.5


def test_threads_that_wait_for_each_other_are_found_at_once(module):
    with Stage(module) as stage:
        one, other = module.Lock(), module.Lock()
        first, second = module.Condition(one), module.Condition(other)

        def cross():
            with second:
                second.wait()

        crossing = stage.start(cross)
        with pytest.raises(StuckError, match="does not go on"):
            crossing.result()
        with first, pytest.raises(StuckError, match="wait for ever"):
            first.wait()


def test_a_thread_can_be_stopped_at_every_step(module):
    found = {}
    for way, step in itertools.product(("hope", "lock_it"), range(1, 30)):
        with Stage(module) as stage:
            counter = module.Counter()
            first = stage.start(getattr(counter, way), pause_at=step)
            getattr(counter, way)()
            first.result()
            found.setdefault(way, set()).add(counter.count)
    assert found == {"hope": {1, 2}, "lock_it": {2}}


def test_what_was_bound_when_the_module_was_imported_is_replaced_too(module):
    with Stage(module) as stage:
        assert module.now() == stage.now
        box = module.Box()
        with box.lock:
            assert stage.start(box.lock.acquire).waits
    with module.Box().lock:
        assert module.now() != stage.now


def test_a_loop_that_does_not_end_is_found(module):
    def loop(lock):
        while True:
            with lock:
                pass

    with Stage(module) as stage, pytest.raises(StuckError, match="does not end"):
        stage.start(loop, threading.Lock()).result()


def test_at_the_end_all_is_as_it_was(module):
    names = [(threading, "Lock"), (threading, "RLock"), (time, "sleep"), (module, "monotonic")]
    before = [vars(home)[name] for home, name in names]
    lock = module.Counter.lock
    with Stage(module) as stage:
        threads = [stage.start(threading.Event().wait) for _ in range(2)]
        made_inside = threading.RLock()
        with Stage(module) as inner:
            assert inner.start(lambda: "inner").result() == "inner"
        assert threads[0].waits
    assert [vars(home)[name] for home, name in names] == before
    assert module.Counter.lock is lock
    assert not any(each.thread.is_alive() for each in threads)
    with made_inside:
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_process_can_fork_while_something_refers_to_a_thread_of_a_stage(module, monkeypatch):
    # What `threading` cannot do in the child goes to this hook.
    monkeypatch.setattr(sys, "unraisablehook", lambda _: os._exit(1))
    with Stage(module) as stage:
        kept = [threading.Thread(), stage.start(threading.Event().wait)]
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, kept


def test_an_error_in_a_thread_that_the_kata_started_is_not_lost(module):
    def play():
        with Stage(module) as stage:
            threading.Thread(target=lambda: 1 / 0).start()
            stage.settle()

    with pytest.raises(ZeroDivisionError):
        play()
