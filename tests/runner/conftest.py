import pytest

from tests.runner.project import make_project


@pytest.fixture
def kata(tmp_path):
    """A kata that every check accepts, in a project of its own."""
    return make_project(tmp_path / "project")
