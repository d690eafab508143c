import pytest

from tests.runner.project import make_project


@pytest.fixture
def kata(tmp_path, monkeypatch):
    """A kata that every check accepts, in a project of its own."""
    # Set by `pytest --against`, which these tests may be run with.
    monkeypatch.delenv("KATAS_AGAINST", raising=False)
    return make_project(tmp_path / "project")
