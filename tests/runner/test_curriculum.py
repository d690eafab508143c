import pytest

from kata_runner.curriculum import ContentError, Curriculum, Rule, read_text, rules_in
from tests.runner.project import edit


def test_a_kata_is_found_by_any_part_of_its_name_that_fits_only_one(kata):
    curriculum = Curriculum.load(kata.root)
    for name in ("demo/clamp", "clamp", "lam", "katas/demo/clamp.py", "demo.clamp"):
        assert curriculum.find(name) == kata


def test_an_exact_name_wins_over_a_part_of_another(kata):
    edit(kata.root / "katas/curriculum.toml", '["clamp"]', '["clamp", "clamp_all"]')
    assert Curriculum.load(kata.root).find("clamp").name == "clamp"


def test_a_name_that_fits_several_lists_them(kata):
    edit(kata.root / "katas/curriculum.toml", '["clamp"]', '["clamp", "clamp_all"]')
    with pytest.raises(LookupError, match="demo/clamp, demo/clamp_all"):
        Curriculum.load(kata.root).find("demo")


def test_an_unknown_name_says_where_to_look(kata):
    with pytest.raises(LookupError, match="kata list"):
        Curriculum.load(kata.root).find("nothing")


def test_rules_are_read_with_their_continuation_lines():
    statement = (
        "Title.\n\nRules\n    1. One\n       goes on.\n    2. Two.\n\n    3. Three:\n\n"
        "       with a paragraph.\n\nLeft out\n    4. No rule.\n"
    )
    assert rules_in(statement) == (
        Rule(1, "One\ngoes on."),
        Rule(2, "Two."),
        Rule(3, "Three:\n\nwith a paragraph."),
    )


def test_a_statement_without_rules_has_none():
    assert rules_in("Title.\n\n1. Not under the heading.\n") == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "the file is missing"),
        (b"\xff\xfe", "not UTF-8"),
        (b"# coding: klingon\n", "not UTF-8"),
    ],
    ids=["missing", "bytes", "unknown encoding"],
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path, content, said):
    path = tmp_path / "file.py"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ContentError, match=said) as caught:
        read_text(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_directory_in_the_place_of_a_file_is_one_line(tmp_path):
    with pytest.raises(ContentError, match="directory"):
        read_text(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[topic]", "not valid TOML"),
        ("[[topic]]\nkatas = []", r"`topic\[1\].name` is missing"),
        ('[[topic]]\nname = "a"\nkatas = "b"', r"`topic\[1\].katas` must be a list"),
        ('[[topic]]\nname = "a"\nkatas = [1]', r"`topic\[1\].katas` must be a list of strings"),
        ("topic = 3", "`topic` must be a list of tables"),
    ],
)
def test_a_wrong_field_of_a_toml_file_is_named(tmp_path, text, said):
    (tmp_path / "katas").mkdir()
    (tmp_path / "katas" / "curriculum.toml").write_text(text)
    with pytest.raises(ContentError, match=said):
        Curriculum.load(tmp_path)
