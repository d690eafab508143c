"""CPython's own tests of `queue` (`Lib/test/test_queue.py`), run on the kata.

Everything about `Queue`, `LifoQueue`, `PriorityQueue` and subclasses is taken, from 3.13 on with
the tests of `shutdown`; the tests of `SimpleQueue` are not, as the kata has none.  These tests
sleep, so that they take a few seconds.
"""

import unittest
from test import test_queue

import katas.multithreading.bounded_queue as kata

LEFT_OUT: dict[str, str] = {}


class TestQueue(test_queue.QueueTest, unittest.TestCase):
    queue = kata


class TestLifoQueue(test_queue.LifoQueueTest, unittest.TestCase):
    queue = kata


class TestPriorityQueue(test_queue.PriorityQueueTest, unittest.TestCase):
    queue = kata


class TestFailingQueue(test_queue.FailingQueueTest, unittest.TestCase):
    queue = kata
