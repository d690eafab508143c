"""The pytest side: which tree is tested, the marker `rule`, and what the runner hears of a run.

`pyproject.toml` loads this module in every pytest run of the repository, so that plain
`pytest` and an editor's test explorer behave as the command `kata` does.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from kata_runner.verdict import Failure, Frame, Outcome, Test, gravest

# No deadline: a test that asserts a time fails on a busy machine.  One bug at a time: a learner
# reads one failure, and an exception group hides its type from `Outcome`.
hypothesis.settings.register_profile("kata", deadline=None, report_multiple_bugs=False)
# The same examples on every run and no file left behind: for judging the content.
hypothesis.settings.register_profile(
    "check", parent=hypothesis.settings.get_profile("kata"), derandomize=True, database=None
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--against",
        metavar="DIR",
        help="test the katas in DIR (laid out as <topic>/<kata>.py) instead of the stubs",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "rule(number): the rule of the kata's statement it tests")
    if not config.getoption("--hypothesis-profile", None):
        hypothesis.settings.load_profile("kata")
    against = config.getoption("--against")
    if against is None:
        return
    tree = Path(against).resolve()
    if not tree.is_dir():
        raise pytest.UsageError(f"--against: there is no directory {against}")
    # Before any `katas` import; spawned children inherit it.
    os.environ["KATAS_AGAINST"] = str(tree)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of an original's suite that its `LEFT_OUT` names."""
    left_out = [item for item in items if reason_left_out(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def reason_left_out(item: pytest.Item) -> str | None:
    """Return why the module of `item` leaves it out (`LEFT_OUT[name]`), or None."""
    reasons: dict[str, str] = getattr(getattr(item, "module", None), "LEFT_OUT", {})
    return reasons.get(item.name)


def tree_under_test(root: Path) -> Path:
    """Return the directory that `katas` is served from in this process."""
    return Path(os.environ.get("KATAS_AGAINST") or root / "katas").resolve()
