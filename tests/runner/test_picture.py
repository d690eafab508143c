from kata_runner.picture import PICTURE, draw, text_of


def test_the_picture_in_the_readme_shows_what_the_commands_print():
    assert text_of(draw()) == text_of(PICTURE.read_text("utf-8")), (
        "out of date: python -m kata_runner.picture"
    )
