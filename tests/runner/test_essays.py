"""What the topics' essays and the README show must hold."""

import re
import subprocess
import sys
import textwrap

import pytest

from kata_runner.curriculum import Curriculum
from tests.runner.project import ROOT

CURRICULUM = Curriculum.load(ROOT)
SNIPPETS = [
    pytest.param(
        textwrap.dedent(found[1]), id=f"{topic.name}:{text[: found.start()].count(chr(10))}"
    )
    for topic in CURRICULUM.topics
    for text in [topic.essay.read_text("utf-8")]
    for found in re.finditer(r"^ *```python\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
]


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_of_an_essay_runs_by_itself(snippet, tmp_path):
    # From a file: what looks at its own source finds it.
    (tmp_path / "snippet.py").write_text(snippet, "utf-8")
    command = [sys.executable, "-W", "error", "snippet.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("topic", CURRICULUM.topics, ids=lambda topic: topic.name)
def test_an_essay_names_each_kata_of_its_topic(topic):
    text = topic.essay.read_text("utf-8")
    for kata in topic.katas:
        assert f"[`{kata.name}`]({kata.name}.py)" in text


def test_links_to_files_lead_somewhere():
    for path in [*ROOT.glob("*.md"), *ROOT.glob("katas/*/README.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
            if not target.startswith("http"):
                assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_readme_lists_every_kata():
    text = (ROOT / "README.md").read_text("utf-8")
    for kata in CURRICULUM.katas:
        assert f"`{kata.name}`" in text
