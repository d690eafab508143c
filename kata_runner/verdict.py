"""What a run found: one outcome for each test, and from those the state of each rule and the kata.

Values only, with JSON in and out, so that a verdict can cross a process boundary.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """How a test ended; each test ends in exactly one of these."""

    PASSED = "passed"
    FAILED = "failed"  # an assertion
    ERROR = "error"  # any other exception from the learner's code
    NOT_STARTED = "not started"  # NotImplementedError raised by a stub's body
    HUNG = "hung"  # its deadline passed
    CRASHED = "crashed"  # the process died, was killed or ran out of memory
    NOT_RUN = "not run"  # skipped, or something before it hung or crashed


# Which outcome speaks for a rule with several tests: the first of these that any of them has.
_GRAVITY = (
    Outcome.HUNG,
    Outcome.CRASHED,
    Outcome.ERROR,
    Outcome.FAILED,
    Outcome.NOT_STARTED,
    Outcome.NOT_RUN,
    Outcome.PASSED,
)


def gravest(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the gravest of `outcomes`; `NOT_RUN` if there are none."""
    return min(outcomes, key=_GRAVITY.index, default=Outcome.NOT_RUN)


@dataclass(frozen=True)
class Frame:
    """One line of a traceback."""

    path: str
    line: int
    function: str
    source: str


@dataclass(frozen=True)
class Failure:
    """Why a test did not pass.

    `summary` is one line; `source` the test's own lines as pytest shows them, with values;
    `frames` the learner's frames of the traceback; `full` pytest's whole report;
    `output` what was printed.
    """

    summary: str
    source: str = ""
    frames: tuple[Frame, ...] = ()
    full: str = ""
    output: str = ""


@dataclass(frozen=True)
class Test:
    """A collected test: its id inside the file, the rule it belongs to, whether it is a search."""

    __test__ = False  # pytest: not a test class

    name: str
    rule: int | None
    is_property: bool

    @property
    def function(self) -> str:
        """The name without the parameter set: `test_x` for `test_x[empty]`."""
        return self.name.partition("[")[0]


@dataclass(frozen=True)
class Result:
    """One test and how it ended."""

    test: Test
    outcome: Outcome
    failure: Failure | None = None


@dataclass(frozen=True)
class Verdict:
    """What one run of a kata's tests found.

    `problem` is one sentence on what kept the run from ending by itself, if anything did;
    `detail` is what belongs to it: a traceback at import, or the stacks of a hang.
    """

    kata: str
    results: tuple[Result, ...]
    problem: str | None = None
    detail: str = ""

    @property
    def done(self) -> bool:
        """Whether every collected test reported *passed*, and nothing else went wrong."""
        return (
            self.problem is None
            and bool(self.results)
            and all(result.outcome is Outcome.PASSED for result in self.results)
        )

    def of_rule(self, number: int) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.test.rule == number)

    def rule_outcome(self, number: int) -> Outcome:
        return gravest(result.outcome for result in self.of_rule(number))

    def failing(self) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.outcome is not Outcome.PASSED)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"done": self.done}


def test_from_json(data: dict[str, Any]) -> Test:
    return Test(data["name"], data["rule"], data["is_property"])


def failure_from_json(data: dict[str, Any] | None) -> Failure | None:
    if data is None:
        return None
    frames = tuple(Frame(**frame) for frame in data["frames"])
    return Failure(**(data | {"frames": frames}))
