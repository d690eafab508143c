import functools
import gc
import itertools
import sys
import weakref
from types import MethodType
from unittest import mock

import blinker
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katas.design_patterns.signals import ANY, Signal


class Plain:
    """An object with weak references, false, equal to all of its class, and without a hash."""

    def __init__(self, calls=None):
        self.calls = [] if calls is None else calls

    def __eq__(self, other):
        return type(other) is type(self)

    __hash__ = None

    def __bool__(self):
        return False

    def heard(self, sender):
        self.calls.append(sender)


class Receiver(Plain):
    """A receiver that can be counted, unlike a function that a module keeps alive."""

    def __call__(self, sender, **kwargs):
        self.calls.append((sender, kwargs) if kwargs else sender)
        return len(self.calls)


class Name(str):  # noqa: SLOT000 - with slots it would have no weak references
    """A `str` that has weak references, and may be a receiver, too."""

    def __call__(self, sender):
        pass


class WithoutWeakReferences:
    __slots__ = ("farewell",)

    def __init__(self, farewell=lambda: None):
        self.farewell = farewell

    def __call__(self, sender):
        pass

    def __del__(self):
        self.farewell()


def gone(reference):
    gc.collect()
    return reference() is None


def answering(name):
    return lambda sender, **kwargs: name


def answers(signal, *args, **kwargs):
    return [result for _, result in signal.send(*args, **kwargs)]


def connected(names, sender=ANY):
    """A signal with a receiver for each name, which answers with it."""
    signal = Signal()
    receivers = [signal.connect(answering(name), sender, weak=False) for name in names]
    return signal, receivers


# Rule 1: connecting and sending


@pytest.mark.rule(1)
def test_a_receiver_gets_the_sender_and_the_keywords():
    signal, receiver = Signal(), Receiver()
    assert signal.send("nobody hears it") == []
    signal.connect(receiver)
    signal.send("sender", size=12, name="a")
    signal.send()
    assert receiver.calls == [("sender", {"size": 12, "name": "a"}), None]


@pytest.mark.rule(1)
def test_keywords_may_have_any_name():
    signal, receiver = Signal(), []
    signal.connect(lambda *args, **kwargs: receiver.append((args, kwargs)), weak=False)
    signal.send("x", self=1, sender=2, receiver=3)
    assert receiver == [(("x",), {"self": 1, "sender": 2, "receiver": 3})]


@pytest.mark.rule(1)
def test_connecting_decorates():
    signal = Signal()

    @signal.connect
    def receiver(sender):
        return sender

    assert signal.send("x") == [(receiver, "x")]


@pytest.mark.rule(1)
def test_receivers_are_called_once_and_in_the_order_of_connecting():
    names = [str(number) for number in range(50)]
    signal, receivers = connected(names)
    for receiver in receivers[:40]:
        signal.connect(receiver, weak=False)
    assert answers(signal, "x") == names


@pytest.mark.rule(1)
def test_who_connects_again_after_its_last_connection_comes_last():
    signal, (first, _, _) = connected("abc")
    signal.disconnect(first)
    signal.connect(first)
    assert answers(signal, "x") == ["b", "c", "a"]


@pytest.mark.rule(1)
def test_the_first_exception_ends_the_sending():
    signal, after = Signal(), Receiver()

    @signal.connect
    def failing(sender):
        raise LookupError

    signal.connect(after)
    with pytest.raises(LookupError):
        signal.send("x")
    assert after.calls == []


@pytest.mark.rule(1)
def test_the_docstring_is_that_of_the_signal():
    assert Signal("when it rains").__doc__ == "when it rains"
    assert Signal("").__doc__ == ""
    assert Signal().__doc__ == Signal.__doc__


# Rule 2: by sender


@pytest.mark.rule(2)
def test_receivers_for_all_and_for_the_sender_share_one_order_and_are_called_once():
    signal = Signal()
    receivers = {name: answering(name) for name in "abcde"}
    for name, sender in [("a", "x"), ("b", ANY), ("c", "y"), ("d", "x"), ("e", ANY), ("b", "x")]:
        signal.connect(receivers[name], sender)
    assert (answers(signal, "x"), answers(signal, "y")) == (list("abde"), list("bce"))


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    "make", [list, Plain, lambda: (*range(3),)], ids=["list", "object", "tuple"]
)
def test_an_equal_object_is_another_sender(make):
    signal, receiver, sender, equal = Signal(), Receiver(), make(), make()
    signal.connect(receiver, sender)
    signal.send(equal)
    assert receiver.calls == []
    signal.send(sender)
    assert len(receiver.calls) == 1


@pytest.mark.rule(2)
def test_equal_strings_and_integers_are_the_same_sender():
    signal, receiver = Signal(), Receiver()
    signal.connect(receiver, str(10**20))
    signal.connect(receiver, 10**20)
    for sender in [str(10**20), int(str(10**20)), "other", Name(10**20), float(10**20)]:
        signal.send(sender)
    assert receiver.calls == [str(10**20), 10**20, Name(10**20)]
    signal.connect(receiver, 1)
    signal.send(True)
    assert receiver.calls.pop() is True


@pytest.mark.rule(2)
@pytest.mark.parametrize("sender", [None, 0, "", ()], ids=repr)
def test_a_sender_may_be_false(sender):
    signal, receiver = Signal(), Receiver()
    signal.connect(receiver, sender)
    signal.send("x")
    assert receiver.calls == []
    signal.send(sender)
    assert receiver.calls == [sender]


@pytest.mark.rule(2)
def test_an_integer_is_not_the_object_with_that_id():
    signal, receiver, sender = Signal(), Receiver(), Plain()
    signal.connect(receiver, id(sender))
    signal.send(sender)
    assert receiver.calls == []
    signal.send(id(sender))
    assert len(receiver.calls) == 1


@pytest.mark.rule(2)
def test_a_method_is_one_sender_each_time_and_another_for_each_object():
    signal, receiver, one, other = Signal(), Receiver(), Plain(), Plain()
    signal.connect(receiver, one.heard)
    gc.collect()
    for sender in (one.heard, other.heard, one):
        signal.send(sender)
    assert receiver.calls == [one.heard]
    signal.disconnect(receiver, one.heard)
    assert not signal.receivers


@pytest.mark.rule(2)
def test_connect_via_decorates_for_a_sender_and_holds_strongly_unless_told():
    signal = Signal()
    receiver = signal.connect_via("x")(Receiver())
    assert (signal.send("y"), signal.send("x")) == ([], [(receiver, 1)])
    signal.connect_via("x")(answering("kept"))
    signal.connect_via("x", weak=True)(answering("lost"))
    gc.collect()
    assert answers(signal, "x") == [2, "kept"]


# Rule 3: disconnecting


@pytest.mark.rule(3)
def test_disconnecting_ends_all_connections():
    signal, (first, second) = connected("ab")
    for sender in "xy":
        signal.connect(first, sender, weak=False)
    signal.disconnect(first)
    signal.disconnect(first)
    assert [answers(signal, sender) for sender in "xyz"] == [["b"]] * 3
    assert signal.receivers
    signal.disconnect(second)
    assert not signal.receivers


@pytest.mark.rule(3)
def test_disconnecting_from_one_sender_leaves_the_others_and_all():
    signal, (first, second) = connected("ab", sender="x")
    signal.connect(first, "y", weak=False)
    signal.connect(second, ANY, weak=False)
    signal.disconnect(first, "x")
    signal.disconnect(second, "x")
    for other in ("z", mock.ANY):  # mock.ANY equals everything
        signal.disconnect(second, other)
    assert [sorted(answers(signal, sender)) for sender in "xyz"] == [["b"], ["a", "b"], ["b"]]


@pytest.mark.rule(3)
def test_a_receiver_with_another_connection_keeps_its_place():
    signal, (first, _) = connected("ab", sender="x")
    signal.connect(first, "y", weak=False)
    signal.disconnect(first, "x")
    signal.connect(first, "x", weak=False)
    assert answers(signal, "x") == ["a", "b"]


@pytest.mark.rule(3)
def test_receivers_that_are_equal_are_two():
    signal, one, other = Signal(), Receiver(), Receiver()
    signal.connect(one)
    signal.connect(other)
    signal.send("x")
    signal.disconnect(other)
    signal.send("y")
    assert (one.calls, other.calls) == (["x", "y"], ["x"])
    signal.connect(named := Name("a"))
    signal.connect(also_named := Name("a"))
    assert [each for each, _ in signal.send("z")][1:] == [named, also_named]


@pytest.mark.rule(3)
def test_a_bound_method_is_known_by_its_object_and_function():
    signal, one, other = Signal(), Receiver(), Receiver()
    for receiver in (one.heard, one.heard, other.heard, one.__call__):
        signal.connect(receiver)
    signal.send("x")
    signal.disconnect(one.heard)
    signal.send("y")
    assert (one.calls, other.calls) == (["x", "x", "y"], ["x", "y"])


@pytest.mark.rule(3)
def test_the_function_of_a_method_needs_no_hash():
    signal, function, thing = Signal(), Receiver(), Receiver()
    signal.connect(MethodType(function, thing))
    assert signal.receivers
    signal.disconnect(MethodType(function, thing))
    assert not signal.receivers


# Rule 4: receivers are held weakly


@pytest.mark.rule(4)
def test_a_receiver_is_disconnected_when_it_dies():
    signal, receiver, other = Signal(), Receiver(), Receiver()
    calls, dead = receiver.calls, weakref.ref(receiver)
    for sender in (ANY, "x"):
        signal.connect(receiver, sender)
    signal.connect(other, "x")
    del receiver
    assert gone(dead)
    signal.send("x")
    assert (calls, other.calls) == ([], ["x"])
    del other
    gc.collect()
    assert not signal.receivers


@pytest.mark.rule(4)
def test_a_bound_method_lives_as_long_as_its_object():
    signal, receiver = Signal(), Plain()
    calls, dead = receiver.calls, weakref.ref(receiver)
    signal.connect(receiver.heard)
    gc.collect()
    signal.send("x")
    del receiver
    assert gone(dead)
    assert not signal.receivers
    signal.send("y")
    assert calls == ["x"]


@pytest.mark.rule(4)
def test_a_bound_method_ends_with_its_function():
    signal, thing = Signal(), Plain()
    function = answering("a")
    signal.connect(MethodType(function, thing))
    assert signal.receivers
    del function
    gc.collect()
    assert not signal.receivers


@pytest.mark.rule(4)
@pytest.mark.parametrize("receiver", [Receiver, lambda: Plain().heard], ids=["object", "method"])
def test_a_strong_connection_lasts_until_it_is_disconnected(receiver):
    signal, receiver = Signal(), receiver()
    alive = weakref.ref(getattr(receiver, "__self__", receiver))
    signal.connect(receiver, weak=False)
    del receiver
    assert not gone(alive)
    ((receiver, _),) = signal.send("x")
    signal.disconnect(receiver)
    del receiver
    assert gone(alive)


@pytest.mark.rule(4)
@pytest.mark.parametrize(("first", "last"), [(True, False), (False, True)])
def test_the_last_connection_says_how_it_is_held(first, last):
    signal, receiver = Signal(), Receiver()
    reference = weakref.ref(receiver)
    signal.connect(receiver, "x", weak=first)
    signal.connect(receiver, "y", weak=last)
    del receiver
    assert gone(reference) is last
    assert [len(signal.send(sender)) for sender in "xy"] == [0 if last else 1] * 2


@pytest.mark.rule(4)
def test_what_has_no_weak_references_can_only_be_held_strongly():
    signal, receiver = Signal(), WithoutWeakReferences()
    for thing in (receiver, receiver.__call__):
        with pytest.raises(TypeError):
            signal.connect(thing)
        assert not signal.receivers
    signal.connect(receiver, "x", weak=False)
    with pytest.raises(TypeError):
        signal.connect(receiver, "y")
    assert [len(signal.send(sender)) for sender in "xy"] == [1, 0]


# Rule 5: for a time


@pytest.mark.rule(5)
def test_it_is_disconnected_from_everything_however_the_block_ends():
    signal, receiver, heard = Signal(), Receiver(), []

    def block():
        with signal.connected_to(receiver, sender="x"):
            heard.extend([len(signal.send("x")), len(signal.send("y")), len(signal.send("z"))])
            raise LookupError

    signal.connect(receiver, "y")
    with pytest.raises(LookupError):
        block()
    assert (heard, bool(signal.receivers)) == ([1, 1, 0], False)


@pytest.mark.rule(5)
def test_a_block_needs_no_weak_references():
    signal = Signal()
    with signal.connected_to(WithoutWeakReferences()):
        assert len(signal.send("x")) == 1


# Rule 6: changes while a signal is sent


@pytest.mark.rule(6)
def test_who_is_disconnected_before_its_turn_is_not_called():
    signal, later, last = Signal(), Receiver(), Receiver()
    signal.connect(lambda sender: signal.disconnect(later), weak=False)
    signal.connect(later, "x")
    signal.connect(last, "x")
    signal.send("x")
    assert (later.calls, last.calls) == ([], ["x"])


@pytest.mark.rule(6)
@pytest.mark.parametrize("disconnect", [False, True], ids=["just dies", "disconnected first"])
def test_who_dies_before_its_turn_is_not_called(disconnect):
    signal, later = Signal(), [Receiver()]
    calls = later[0].calls

    def first(sender):
        if disconnect:
            signal.disconnect(later[0])
        later.clear()
        gc.collect()

    signal.connect(first)
    signal.connect(later[0])
    assert signal.send("x") == [(first, None)]
    assert calls == []


@pytest.mark.rule(6)
def test_who_connects_while_sending_is_called_from_the_next_time_on():
    signal, new = Signal(), Receiver()
    signal.connect(lambda sender: signal.connect(new), weak=False)
    signal.send("x")
    assert new.calls == []
    signal.send("y")
    assert new.calls == ["y"]


@pytest.mark.rule(6)
def test_who_is_disconnected_and_connects_again_is_called_from_the_next_time_on():
    signal, later = Signal(), Receiver()

    def first(sender):
        signal.disconnect(later)
        signal.connect(later)

    signal.connect(first)
    signal.connect(later)
    signal.send("x")
    assert later.calls == []
    signal.disconnect(first)
    signal.send("y")
    assert later.calls == ["y"]


@pytest.mark.rule(6)
def test_a_receiver_may_send_the_same_signal():
    signal, heard = Signal(), []

    def first(sender):
        if sender:
            signal.send(sender - 1)

    signal.connect(first)
    signal.connect(heard.append, weak=False)
    signal.send(2)
    assert heard == [0, 1, 2]


@pytest.mark.rule(6)
def test_receivers_for_yields_one_by_one():
    signal, receivers = connected("abc")
    signal.connect(answering("d"), "y", weak=False)
    walking = signal.receivers_for("x")
    assert next(walking) is receivers[0]
    signal.disconnect(receivers[1])
    assert list(walking) == [receivers[2]]
    assert len(list(signal.receivers_for("y"))) == 3


# Rule 7: a failure stops nobody else


@pytest.mark.rule(7)
def test_send_robust_calls_everyone_and_gives_the_exceptions_back():
    signal, error, seen = Signal(), LookupError("b"), []

    def failing(sender, **kwargs):
        seen.append((sender, kwargs))
        raise error

    first, last = answering("a"), answering("c")
    for receiver in (first, failing, last):
        signal.connect(receiver)
    assert signal.send_robust("x", size=1) == [(first, "a"), (failing, error), (last, "c")]
    assert seen == [("x", {"size": 1})]
    error.__traceback__ = None
    signal.disconnect(failing)
    signal.disconnect(first)
    signal.disconnect(last)
    signal.connect(last, None)
    assert signal.send_robust() == [(last, "c")]


@pytest.mark.rule(7)
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_is_meant_for_the_whole_program_passes_through(error):
    signal, after = Signal(), Receiver()

    @signal.connect
    def failing(sender):
        raise error

    signal.connect(after)
    with pytest.raises(error):
        signal.send_robust("x")
    assert after.calls == []


@pytest.mark.rule(7)
def test_send_robust_does_not_call_who_is_disconnected_before_its_turn():
    signal, later = Signal(), Receiver()
    signal.connect(lambda sender: signal.disconnect(later), weak=False)
    signal.connect(later)
    assert len(signal.send_robust("x")) == 1
    assert later.calls == []


@pytest.mark.rule(7)
def test_keywords_of_send_robust_may_have_any_name_too():
    signal, received = Signal(), []
    signal.connect(lambda *args, **kwargs: received.append((args, kwargs)), weak=False)
    signal.send_robust("y", self=1, doc=2, receiver=3)
    assert received == [(("y",), {"self": 1, "doc": 2, "receiver": 3})]


# Rule 8: nothing is kept alive


@pytest.mark.rule(8)
def test_a_sender_is_held_weakly_and_its_connections_end_with_it():
    signal, sender, receiver, other = Signal(), Plain(), Receiver(), Receiver()
    dead = weakref.ref(sender)
    signal.connect(receiver, sender)
    signal.connect(other, sender)
    signal.connect(other, "x")
    del sender
    assert gone(dead)
    signal.disconnect(other, "x")
    assert not signal.receivers


@pytest.mark.rule(8)
def test_a_sender_without_weak_references_lives_while_it_is_connected():
    signal, receiver, other, farewells = Signal(), Receiver(), Receiver(), []
    sender = WithoutWeakReferences(functools.partial(farewells.append, "gone"))
    signal.connect(receiver, sender)
    signal.connect(other, sender)
    del sender
    signal.disconnect(receiver)
    gc.collect()
    assert farewells == []
    signal.disconnect(other)
    signal.send()
    gc.collect()
    assert farewells == ["gone"]


@pytest.mark.rule(8)
def test_a_sender_that_is_known_by_equality_does_not_end_with_an_object():
    signal, first, second = Signal(), Receiver(), Receiver()
    signal.connect(first, "x")
    for receiver in (first, second):
        signal.connect(receiver, Name("x"))
    signal.connect(first, Name("y"))
    gc.collect()
    signal.send("x")
    signal.send("y")
    assert (first.calls, second.calls) == (["x", "y"], ["x"])


@pytest.mark.rule(8)
@pytest.mark.parametrize("end", ["disconnected from all", "from its sender", "sender dies"])
def test_a_receiver_without_connections_is_not_held(end):
    signal, receiver, sender = Signal(), Receiver(), Plain()
    reference = weakref.ref(receiver)
    signal.connect(receiver, sender, weak=False)
    if end == "sender dies":
        del sender
    else:
        signal.disconnect(receiver, ANY if end == "disconnected from all" else sender)
    gc.collect()
    signal.send()
    del receiver
    assert gone(reference)
    assert not signal.receivers


@pytest.mark.rule(8)
def test_connections_that_ended_leave_nothing_behind():
    signal, receiver = Signal(), Receiver()
    gc.collect()
    before = len(gc.get_objects())
    names = []
    for number in range(300):
        name = Name(f"user {number}")
        names.append(weakref.ref(name))
        signal.connect(receiver, name)
        signal.disconnect(receiver, name)
    del name
    signal.send()
    gc.collect()
    assert [each() for each in names if each() is not None] == []
    names.clear()
    assert len(gc.get_objects()) < before + 100


@pytest.mark.rule(8)
def test_what_is_let_go_of_may_disconnect_others():
    signal, receiver = Signal(), Receiver()
    for _ in range(3):
        signal.connect(receiver, WithoutWeakReferences(lambda: signal.disconnect(receiver)))
    signal.disconnect(receiver)
    gc.collect()
    assert not signal.receivers
    signal.connect(receiver, "x")
    assert len(signal.send("x")) == 1


def dying_at(line, call, die):
    """Make the call, and let die before its line of that number; return whether it has one."""

    def trace(frame, event, argument):
        nonlocal line
        if frame.f_code.co_filename != sys.modules[Signal.__module__].__file__:
            return None
        if event == "line":
            line -= 1
            if line == 0:
                die()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return line <= 0


def doomed_parts(signal, receiver, which):
    """Connect the receiver to senders, others to "x" and to these; return those that are to die."""
    senders = [Plain(), Plain()] if "senders" in which else []
    others = [Receiver()] if "receivers" in which else []
    for sender in senders:
        signal.connect(receiver, sender)
    for other in others:
        for sender in ("x", *senders):
            signal.connect(other, sender)
    return senders + others


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    ("method", "old", "lasts"),
    [
        (Signal.connect, False, True),
        (Signal.connect, True, True),
        (Signal.disconnect, True, False),
        (lambda signal, receiver, sender: signal.disconnect(receiver), True, False),
        (lambda signal, receiver, sender: signal.send(sender), True, False),
    ],
    ids=["connect", "connect again", "disconnect from one", "disconnect", "send"],
)
@pytest.mark.parametrize("which", ["senders", "receivers", "senders and receivers"])
def test_a_death_may_come_at_any_line(method, old, lasts, which):
    for line in itertools.count(1):
        signal, receiver = Signal(), Receiver()
        doomed = doomed_parts(signal, receiver if old else Receiver(), which)
        is_there = dying_at(line, functools.partial(method, signal, receiver, "x"), doomed.clear)
        doomed.clear()
        assert [each for each, _ in signal.send("x")] == [receiver] * lasts
        assert bool(signal.receivers) == lasts
        signal.disconnect(receiver, "x")
        assert not signal.receivers
        if not is_there:
            break


@pytest.mark.rule(8)
@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["connect", "disconnect", "send", "die"]),
            st.integers(0, 2),
            st.sampled_from([ANY, "x", 1, None]),
        ),
        max_size=20,
    )
)
def test_it_calls_whom_blinker_calls(steps):
    ours, theirs, receivers = Signal(), blinker.Signal(), [Receiver() for _ in range(3)]
    for what, place, sender in steps:
        original = blinker.ANY if sender is ANY else sender
        if what == "connect":
            ours.connect(receivers[place], sender)
            theirs.connect(receivers[place], original)
        elif what == "disconnect":
            ours.disconnect(receivers[place], sender)
            theirs.disconnect(receivers[place], original)
        elif what == "die":
            receivers[place] = Receiver()
        else:
            called = [id(receiver) for receiver, _ in ours.send(sender)]
            assert sorted(called) == sorted(id(receiver) for receiver, _ in theirs.send(original))
