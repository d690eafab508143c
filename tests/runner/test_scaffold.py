import pytest

from kata_runner.check import CHECKS, Cache, check_kata
from kata_runner.curriculum import ContentError, Curriculum
from kata_runner.scaffold import create


def test_a_new_kata_has_all_files_and_is_listed(kata):
    files = create(Curriculum.load(kata.root), "demo/spread")
    assert all(path.is_file() for path in files)
    assert [it.id for it in Curriculum.load(kata.root).katas] == ["demo/clamp", "demo/spread"]


def test_a_new_topic_comes_with_an_essay_at_the_end_of_the_curriculum(kata):
    create(Curriculum.load(kata.root), "new_topic/first")
    create(Curriculum.load(kata.root), "new_topic/second")
    topic = Curriculum.load(kata.root).topics[-1]
    assert [it.name for it in topic.katas] == ["first", "second"]
    assert "first" in topic.essay.read_text()


def test_a_new_kata_is_red_until_it_is_filled(kata):
    create(Curriculum.load(kata.root), "demo/spread")
    new = Curriculum.load(kata.root).find("spread")
    found = [faults for _, faults in check_kata(new, list(CHECKS), Cache(kata.root))]
    assert any(found)


@pytest.mark.parametrize("name", ["spread", "demo/", "/spread", "demo/Spread", "demo/a/b", "a b/c"])
def test_a_name_of_another_form_is_refused(kata, name):
    with pytest.raises(ValueError, match="topic/name"):
        create(Curriculum.load(kata.root), name)


def test_nothing_is_overwritten(kata):
    before = {path: path.read_bytes() for path in kata.root.rglob("*") if path.is_file()}
    with pytest.raises(ContentError, match="there already"):
        create(Curriculum.load(kata.root), "demo/clamp")
    assert {path: path.read_bytes() for path in kata.root.rglob("*") if path.is_file()} == before
