"""The inside of a worker: a process that runs one test file and reports to `worker`.

It imports pytest and hypothesis, then waits for one job, a line of JSON on standard input; so a
worker that was started ahead answers at once.  Events go out as lines of JSON on what was
standard output when the process started.
"""

import contextlib
import faulthandler
import gc
import json
import os
import signal
import sys
from typing import Any, TextIO

import pytest
from hypothesis.internal.conjecture import engine

from kata_runner.plugin import Reporter

# Seconds: a learner waits for the verdict, not for the smallest of all examples.  There is no
# public setting for it; without this name, a failing property only takes longer.
engine.MAX_SHRINKING_SECONDS = 1


def _take_over_stdout() -> TextIO:
    """Return the channel to `worker`, and make standard output harmless."""
    channel = os.fdopen(os.dup(1), "w", encoding="ascii")
    silence = os.open(os.devnull, os.O_RDWR)
    # What a learner's code prints is pytest's to capture.  Standard error stays: the interpreter
    # writes there what it has to say when it dies.
    os.dup2(silence, 1)
    return channel


def _limit_memory(limit: int) -> None:
    try:
        import resource  # noqa: PLC0415 - not on Windows; the worker watches the memory there
    except ImportError:
        return
    # macOS refuses the limit on address space.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _show_stacks_on_request(path: str) -> None:
    """Write the stacks of all threads to `path` when the worker sends SIGUSR1."""
    if hasattr(faulthandler, "register"):
        # A handler in C: it answers even while the learner's code holds the GIL.  The file must
        # stay open for as long as the process lives.
        faulthandler.register(signal.SIGUSR1, file=os.open(path, os.O_WRONLY), all_threads=True)


def main() -> None:
    """Run the one job that standard input names, and end the process."""
    channel = _take_over_stdout()

    def emit(event: dict[str, Any]) -> None:
        channel.write(json.dumps(event) + "\n")
        channel.flush()

    emit({"event": "ready"})
    line = sys.stdin.readline()
    if not line:  # the worker is gone
        return
    job = json.loads(line)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(job["root"])
    sys.path.insert(0, job["root"])
    os.environ["KATAS_AGAINST"] = job["tree"]
    os.environ.pop("PYTEST_ADDOPTS", None)
    # A fix of the same length, saved within the same second, would be judged from an old .pyc.
    sys.dont_write_bytecode = True
    _show_stacks_on_request(job["stacks"])
    _limit_memory(job["memory"])
    gc.freeze()
    # hypothesis is imported before pytest could rewrite its assertions, which are not of interest.
    quiet = ["--tb=no", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    # Differences in full, but never more than a screen of them.
    quiet += ["-o", "verbosity_assertions=1", "-o", "truncation_limit_lines=25"]
    quiet += ["-o", "truncation_limit_chars=2000"]
    pytest.main([*quiet, *job["arguments"], job["tests"]], plugins=[Reporter(emit)])
    channel.flush()
    # Not by returning: a thread that the learner's code left running would keep the process alive.
    os._exit(0)


if __name__ == "__main__":
    main()
