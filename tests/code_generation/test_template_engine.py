import gc
import linecache
import sys
import traceback
from pathlib import Path
from unittest.mock import ANY

import jinja2
import markupsafe
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.sandbox import SandboxedEnvironment

from katas.code_generation.template_engine import (
    Environment,
    Markup,
    SecurityError,
    Template,
    TemplateSyntaxError,
    UndefinedError,
    escape,
)

MORE = "\0\N{LINE SEPARATOR}\f\x1c\N{SNOWMAN}\ud800"
NAMES = ["class", "yield", "None_", "str", "_", "__name__", "__builtins__", "é", "in_stock", "x1"]
NAMES += ["context", "environment", "filters", "scope", "escape", "name", "template", "print"]


class Record:
    """An object with these attributes."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Calls:
    """Answers with the items of `answers`, one for each call; counts the calls."""

    def __init__(self, *answers):
        self.answers = answers
        self.number = 0

    def __call__(self, *args):
        self.number += 1
        return self.answers[self.number - 1]


def render(source, **context):
    return Template(source).render(context)


def unexpected(*args):
    pytest.fail(f"called with {args}")


def raiser(error):
    def fail(*args):
        raise error

    return fail


# Rule 1: text and expressions


@pytest.mark.rule(1)
@pytest.mark.parametrize("text", ["", "a\n\n b", "'\"", "'''\"\"\"", "\\ \\n \\'", MORE], ids=ascii)
@pytest.mark.parametrize("end", ["", "{x} %s {0} %", "a } b }} %} #}"])
def test_text_is_copied_as_it_is(text, end):
    assert render(text + "{{ x }}" + text + end, x=1) == f"{text}1{text}{end}"


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("name", "Ada"),
        ("xs", "[1, 2]"),
        ("no", "None"),
        ("12", "12"),
        ("'a'", "a"),
        ('"it\'s"', "it's"),
        ("'\"'", '"'),
        ('"}} %} #} {{ x }} {% if %}"', "}} %} #} {{ x }} {% if %}"),
        ('"a\nb"', "a\nb"),
        ("'{name} | and %s'", "{name} | and %s"),
        ("true }}{{ True }}{{ false }}{{ False }}{{ none }}{{ None", "TrueTrueFalseFalseNoneNone"),
        ("one + two * 3", "7"),
        ("(one + two) * 3", "9"),
        ("7 - two - one", "4"),
        ("7 / two", "3.5"),
        ("7 // two", "3"),
        ("7 % 4", "3"),
        ("name + '!'", "Ada!"),
        ("one == 1 }}{{ one == 2", "TrueFalse"),
        ("one != 1 }}{{ one != 2", "FalseTrue"),
        ("1 < one }}{{ 1 < two", "FalseTrue"),
        ("1 <= one }}{{ two <= one", "TrueFalse"),
        ("one > 1 }}{{ two > 1", "FalseTrue"),
        ("one >= 1 }}{{ one >= 2", "TrueFalse"),
        ("3 > two > two", "False"),
        ("'d' in name }}{{ 3 in xs", "TrueFalse"),
        ("3 not in xs }}{{ 1 not in xs", "TrueFalse"),
        ("not one == two", "True"),
        ("not not name", "True"),
        ("empty or name", "Ada"),
        ("one and name", "Ada"),
        ("one or two and empty", "1"),
        ("(one or two) and name", "Ada"),
        ("empty and missing", ""),
        ("one or missing", "1"),
        ("f(one, name + '!')", "1 and Ada!"),
        ("f(f(1, 2), (3))", "1 and 2 and 3"),
        ("name\n  .upper(\n)", "ADA"),
    ],
    ids=ascii,
)
def test_an_expression_stands_for_its_value(expression, text):
    context = {"one": 1, "two": 2, "name": "Ada", "empty": "", "xs": [1, 2], "no": None}
    context["f"] = "{} and {}".format
    assert render(f"<{{{{ {expression} }}}}>", **context) == f"<{text}>"


@pytest.mark.rule(1)
@pytest.mark.parametrize("name", NAMES)
def test_a_variable_may_have_any_name(name):
    assert render(f"{{{{ {name} }}}}{{{{ {name} + 1 }}}}", **{name: 7}) == "78"


@pytest.mark.rule(1)
def test_variables_are_given_as_for_a_dict():
    template = Template("{{ a }}{{ b }}")
    assert template.render({"a": 1}, b=2) == "12"
    assert template.render([("a", 3), ("b", 4)]) == "34"
    assert template.render(a=5, b=6) == "56"


# Rule 2: what a dot and a subscript reach


class Both:
    """Has `x` and `y` as attributes, and `x` and `z` as items."""

    x = "attribute x"
    y = "attribute y"

    def __getitem__(self, key):
        return {"x": "item x", "z": "item z", 3: "item 3"}[key]


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("it.x", "attribute x"),
        ("it.y", "attribute y"),
        ("it.z", "item z"),
        ("it['x']", "item x"),
        ("it['y']", "attribute y"),
        ("it['z']", "item z"),
        ("it[3]", "item 3"),
        ("it[key]", "item z"),
        ("rows[1].cells['a'][0].x", "attribute x"),
        ("key.upper().lower()", "z"),
        ("key['upper']()", "Z"),
        ("it.x.title()", "Attribute X"),
    ],
)
def test_a_dot_prefers_the_attribute_and_a_subscript_the_item(expression, text):
    it = Both()
    context = {"it": it, "key": "z", "rows": ["", {"cells": {"a": [it]}}]}
    assert render(f"{{{{ {expression} }}}}", **context) == text


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    ("expression", "missing"),
    [
        ("user", "user"),
        ("len", "len"),
        ("__import__", "__import__"),
        ("it.nothing", "nothing"),
        ("it['nothing']", "nothing"),
        ("it[7]", "7"),
        ("it.x.deeper", "deeper"),
        ("none.x", "x"),
        ("1 + later", "later"),
        ("later or 1", "later"),
    ],
)
def test_what_is_not_there_is_an_error_that_names_it(expression, missing):
    with pytest.raises(UndefinedError, match=missing):
        render(f"{{{{ {expression} }}}}", it=Both())


@pytest.mark.rule(2)
@pytest.mark.parametrize("expression", ["it.x", "it['x']"])
def test_what_is_there_may_be_equal_to_anything(expression):
    assert render(f"{{{{ {expression} }}}}", it={"x": ANY}) == "<ANY>"
    assert render(f"{{{{ {expression} }}}}", it=Record(x=ANY)) == "<ANY>"


@pytest.mark.rule(2)
@pytest.mark.parametrize("error", [ValueError("bad"), OSError("gone")], ids=["value", "system"])
def test_an_error_of_an_item_comes_out(error):
    class Broken:
        x = "attribute"
        __getitem__ = raiser(error)

    with pytest.raises(type(error)) as caught:
        render("{{ it['x'] }}", it=Broken())
    assert caught.value is error
    assert render("{{ it.x }}", it=Broken()) == "attribute"


@pytest.mark.rule(2)
@pytest.mark.parametrize("error", [KeyError("x"), TypeError("bad")], ids=["key", "type"])
def test_an_error_of_a_property_comes_out(error):
    class Broken(dict):
        x = property(raiser(error))

    with pytest.raises(type(error)) as caught:
        render("{{ it.x }}", it=Broken(x="item"))
    assert caught.value is error
    assert render("{{ it['x'] }}", it=Broken(x="item")) == "item"


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    "expression",
    [
        "it.__class__",
        "it['__class__']",
        "it['__cl' + 'ass__'].__name__",
        "it.__init__.__globals__",
        "it._secret",
        "it['_secret']",
        "'text'.__class__.__mro__",
        "'{0.__class__.__mro__}'.format(it)",
        "'{0.__class__.__mro__}'['format'](it)",
        "'{it.__class__.__mro__}'.format_map(all)",
    ],
)
def test_attributes_that_lead_to_the_interpreter_are_refused(expression):
    it = Record(_secret="secret")
    with pytest.raises(SecurityError):
        render(f"{{{{ {expression} }}}}", it=it, all={"it": it})


@pytest.mark.rule(2)
def test_only_attributes_are_refused():
    document = {"_id": 3, "format": "png"}
    template = "{{ it['_id'] }}, {{ it._id }}, {{ it.format }}, {{ image.format }}"
    assert render(template, it=document, image=Record(format="jpeg")) == "3, 3, png, jpeg"


# Rule 3: filters


@pytest.fixture
def environment():
    environment = Environment()
    environment.filters["list"] = lambda *args: " ".join(map(str, args))
    environment.filters["up"] = str.upper
    return environment


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("a|up }}{{ a | up }}{{ a\n|\nup", "ABABAB"),
        ("'ab'|up|length", "2"),
        ("7|list", "7"),
        ("a|list()", "ab"),
        ("a|list(1)", "ab 1"),
        ("a|list(1, 'x' + a, a|up)", "ab 1 xab AB"),
        ("a|list(a|list(1))|up", "AB AB 1"),
        ("a + a|up", "abAB"),
        ("a|up + a", "ABab"),
        ("(a + a)|up", "ABAB"),
        ("a == a|up", "False"),
        ("1 + a|length * 3", "7"),
        ("not a|length", "False"),
        ("user.name|up }}{{ user['name']|up }}{{ user.name.lower()|up", "ADAADAADA"),
        ("f(a|up)", "AB"),
        ("'|up'|up", "|UP"),
        ("up|up + user.up", "EF"),
    ],
    ids=ascii,
)
def test_a_filter_gets_what_stands_before_it_and_its_arguments(environment, expression, text):
    context = {"a": "ab", "user": {"name": "Ada", "up": "F"}, "f": str, "up": "e"}
    assert environment.from_string(f"{{{{ {expression} }}}}").render(context) == text


@pytest.mark.rule(3)
def test_filters_are_called_at_each_rendering_and_not_before(environment):
    environment.filters["stamp"] = stamp = Calls("first", "second")
    template = environment.from_string("{{ 'constant'|stamp }}")
    assert stamp.number == 0
    assert [template.render(), template.render()] == ["first", "second"]


@pytest.mark.rule(3)
def test_filters_are_looked_up_at_each_rendering(environment):
    template = environment.from_string("{{ a|up }}")
    environment.filters["up"] = str.title
    assert template.render(a="ab") == "Ab"
    environment.filters = {"up": str.swapcase}
    assert template.render(a="aB") == "Ab"


@pytest.mark.rule(8)
def test_filters_belong_to_one_environment(environment):
    with pytest.raises(TemplateSyntaxError):
        Environment().from_string("{{ a|up }}")
    assert environment.from_string("{{ a|up }}").render(a="a") == "A"


# Rule 4: statements and their scopes


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    ("context", "text"),
    [
        ({"a": 1, "b": unexpected}, "[A]"),
        ({"a": 0, "b": Calls(1), "c": unexpected}, "[B]"),
        ({"a": "", "b": Calls([]), "c": Calls("x")}, "[C]"),
        ({"a": None, "b": Calls(0), "c": Calls(0)}, "[D]"),
    ],
    ids=["if", "elif", "second elif", "else"],
)
def test_the_first_branch_whose_test_is_true_is_shown(context, text):
    source = "[{% if a %}A{% elif b() %}B{% elif c() %}C{% else %}D{% endif %}]"
    assert render(source, **context) == text


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% if 0 %}a{% endif %}", ""),
        ("{% if 0 %}{% else %}{% endif %}", ""),
        ("{% if 1 %}{% if 0 %}a{% else %}b{% endif %}c{% endif %}d", "bcd"),
        ("{% if 0 %}{{ missing }}{% endif %}", ""),
        ("{% for x in xs %}{{ x }},{% endfor %}", "1,2,3,"),
        ("{% for x in 'ab' %}{% endfor %}", ""),
        ("{% for x in empty %}{{ missing }}{% endfor %}", ""),
        ("{% for x in xs %}{% if x == 2 %}{{ x }}{% endif %}{% endfor %}", "2"),
        (
            "{% for x in 'ab' %}{% for y in xs %}{{ x * y }} {% endfor %}{% endfor %}",
            "a aa aaa b bb bbb ",
        ),
        ("{% for a, b in pairs %}{{ a }}={{ b }};{% endfor %}", "x=1;y=2;"),
        ("{% for a , b in pairs %}{{ b }}{% endfor %}", "12"),
        ("{% for pair in pairs %}{{ pair[1] }}{% endfor %}", "12"),
        ("{% for in_ in xs %}{{ in_ }}{% endfor %}", "123"),
        ("{% for class in xs %}{% set def = class %}{{ def }}{% endfor %}", "123"),
        ("{% set y = 3 %}{{ y }}{% set y = y + 1 %}{{ y }}", "34"),
        ("{% set y=xs[0] == 1 %}{{ y }}", "True"),
    ],
    ids=ascii,
)
def test_statements_do_what_they_say(source, text):
    context = {"xs": [1, 2, 3], "empty": [], "pairs": [("x", 1), ["y", 2]]}
    assert render(source, **context) == text


@pytest.mark.rule(4)
def test_the_values_of_a_loop_are_computed_once_and_may_be_any_iterable():
    values = Calls(letter for letter in "abc")
    assert render("{% for x in f() %}{{ loop.length }}{{ x }}{% endfor %}", f=values) == "3a3b3c"
    assert values.number == 1


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    ("values", "error"),
    [(5, TypeError), (["xyz"], ValueError), (["x"], ValueError), ([5], TypeError)],
    ids=ascii,
)
def test_what_cannot_be_taken_apart_is_an_error(values, error):
    with pytest.raises(error):
        render("{% for a, b in values %}{% endfor %}", values=values)


@pytest.mark.rule(4)
def test_a_loop_knows_where_it_is():
    names = ["index", "index0", "first", "last", "length"]
    shown = " ".join(f"{{{{ loop.{name} }}}}" for name in names)
    text = render(f"{{% for x in xs %}}{shown}\n{{% endfor %}}", xs="abc")
    assert text == "1 0 True False 3\n2 1 False False 3\n3 2 False True 3\n"


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% for y in xs %}{{ y }}{% endfor %}{{ y }}", "12out"),
        ("{% for x in xs %}{% set y = x %}{{ y }}{% endfor %}{{ y }}", "12out"),
        ("{% for x in xs %}{{ y }}{% set y = x %}{{ y }} {% endfor %}", "out1 out2 "),
        ("{% for x in xs %}{% for y in xs %}{% endfor %}{{ y }}{% endfor %}", "outout"),
        ("{% for y in y %}{{ y }}.{% endfor %}", "o.u.t."),
        (
            "{% for x in xs %}{% set y = x %}{% for z in xs %}{{ y }}{% endfor %}{% endfor %}",
            "1122",
        ),
        (
            "{% for x in xs %}{% if x %}{% set y = x %}{% endif %}{{ y }}{% endfor %}{{ y }}",
            "12out",
        ),
        ("{% if 1 %}{% set y = 'new' %}{% endif %}{{ y }}", "new"),
        ("{% if 0 %}{% set y = 'new' %}{% endif %}{{ y }}", "out"),
        ("{% for x in xs %}{% for z in 'ab' %}{{ loop.index }}{% endfor %}{% endfor %}", "1212"),
        ("{% for x in xs %}{% for z in 'ab' %}{% endfor %}{{ loop.index }}{% endfor %}", "12"),
    ],
    ids=ascii,
)
def test_each_turn_of_a_loop_has_a_scope_and_an_if_has_none(source, text):
    assert render(source, xs=[1, 2], y="out") == text


@pytest.mark.rule(4)
@pytest.mark.parametrize("name", ["x", "y", "loop"])
def test_after_a_loop_its_names_are_undefined(name):
    with pytest.raises(UndefinedError, match=name):
        render(f"{{% for x in 'ab' %}}{{% set y = x %}}{{% endfor %}}{{{{ {name} }}}}")


@pytest.mark.rule(4)
def test_a_rendering_leaves_nothing_behind_for_the_next():
    template = Template("{{ a }}{% set a = 2 %}{% set b = 3 %}{{ a }}{{ b }}")
    context = {"a": 1, "b": 0}
    assert [template.render(context), template.render(context)] == ["123", "123"]
    assert context == {"a": 1, "b": 0}
    with pytest.raises(UndefinedError):
        template.render()


# Rule 5: white space and comments


@pytest.mark.rule(5)
@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a {# comment #} b", "a  b"),
        ("a{# it's {{ x }}, {% if %}\n\n and \" #}b{##}", "ab"),
        ("{# a #}b{# c #}", "b"),
        ("a\n", "a"),
        ("a\n\n", "a\n"),
        ("a \n", "a "),
        ("{{ x }}\n", "1"),
        (" {{x}}{%if x%}{{ x}}{%endif%} ", " 11 "),
        ("{%\n if\n x ==\n 1 %}{{\n x\n}}{%\nendif\n%}", "1"),
        ("\n {% if x %} \n a \n {% endif %} \n b", "\n  \n a \n  \n b"),
        ("\n {%- if x %} \n a \n {% endif %} \n b", " \n a \n  \n b"),
        ("\n {% if x -%} \n a \n {% endif %} \n b", "\n a \n  \n b"),
        ("\n {% if x %} \n a \n {%- endif -%} \n b", "\n  \n ab"),
        ("a \n\t {{- x -}} \n b", "a1b"),
        ("a {{- x }} b", "a1 b"),
        ("a {{ x -}} b", "a 1b"),
        ("a {#- c -#} b", "ab"),
        ("a {#- c #} b", "a b"),
        ("a {# c -#} b", "a b"),
        ("a {{- ' - ' -}} b", "a - b"),
        ("{{ x }} - {{ x }}--", "1 - 1--"),
        (" {{- x -}} {{- x -}} ", "11"),
    ],
    ids=ascii,
)
def test_white_space_goes_where_a_minus_says_so(source, text):
    assert render(source, x=1) == text


# Rule 6: escaping


class Link:
    def __html__(self):
        return "<a>"

    def __str__(self):
        return "link"


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<b>&{{ x }}", "<b>&&lt;i&gt;"),
        ("{{ '<&>' }}", "&lt;&amp;&gt;"),
        ("{{ quotes }}", "&#34;&#39;"),
        ("{{ 1 }}{{ none }}{{ xs }}", "1None[&#39;&lt;i&gt;&#39;]"),
        ("{{ html }}{{ link }}{{ x|safe }}", "<hr><a><i>"),
        ("{{ x|e }}", "&lt;i&gt;"),
        ("{{ x|escape|e }}", "&lt;i&gt;"),
        ("{{ html|e }}{{ link|e }}", "<hr><a>"),
        ("{{ x|length }}{{ x|e|length }}", "39"),
        ("{{ x|same }}{{ html|same }}", "&lt;i&gt;<hr>"),
        ("{{ html + x }}{{ x + html }}", "<hr>&lt;i&gt;&lt;i&gt;<hr>"),
        ("{{ html + html + link }}", "<hr><hr><a>"),
        ("{{ x + x }}", "&lt;i&gt;&lt;i&gt;"),
        ("{% set y = x %}{% if y == '<i>' %}{{ y }}{% endif %}", "&lt;i&gt;"),
    ],
)
def test_values_are_escaped_once_unless_they_are_html(source, text):
    environment = Environment(autoescape=True)
    environment.filters["same"] = lambda value: value
    context = {"x": "<i>", "quotes": "\"'", "html": Markup("<hr>"), "link": Link(), "xs": ["<i>"]}
    assert environment.from_string(source).render(context) == text


@pytest.mark.rule(6)
def test_nothing_is_escaped_unless_that_is_asked_for():
    source = "{{ x }} {{ link }} {{ x|e }} {{ x|safe + x }}"
    for template in (Template(source), Environment().from_string(source)):
        assert template.render(x="<", link=Link()) == "< link &lt; <&lt;"


@pytest.mark.rule(6)
def test_what_is_escaped_is_markup():
    assert escape("&lt;") == "&amp;lt;"
    assert escape("<'\">&") == "&lt;&#39;&#34;&gt;&amp;"
    for text in [escape("<"), escape(1), escape(Link()), escape("<") + "<", "<" + escape("<")]:
        assert isinstance(text, Markup)
        assert escape(text) == text


@pytest.mark.rule(6)
def test_markup_does_not_format_for_templates():
    with pytest.raises(SecurityError):
        render("{{ ('{0.__class__.__mro__}'|safe).format(1) }}")


@pytest.mark.rule(6)
def test_only_text_can_be_added_to_markup():
    assert escape("<") + Link() == "&lt;<a>"
    assert Link() + escape("<") == "<a>&lt;"
    with pytest.raises(TypeError):
        escape("<") + 1
    with pytest.raises(TypeError):
        1 + escape("<")


# Rule 7: inheritance

PAGES = {
    "base": "<{% block title %}Base{% endblock %}|{% block body %}empty{% endblock %}>",
    "child": "{% extends 'base' %} x {{ missing }} {% block body %}child {{ x }}{% endblock %} y ",
    "grandchild": "{% extends 'child' %}{% block title %}{{ super() }}!{% endblock %}",
    "orphan": "{% block body %}{% endblock %}{% block new %}{{ super() }}{% endblock %}",
    "third": "{% extends 'grandchild' %}{% block title %}{{ super() }}?{% endblock %}",
    "late": "{% extends 'grandchild' %}{% block body %}[{{ super() }}]{{ super() }}{% endblock %}",
    "outer": "{% block a %}({% block b %}b{% endblock %}){% endblock %}{% block c %}{% endblock %}",
    "inner": "{% extends 'outer' %}{% block b %}B{{ super() }}{% endblock %}",
    "moved": "{% extends 'outer' %}{% block c %}{% block b %}B{% endblock %}C{% endblock %}",
    "loop": "{% for x in 'ab' %}{% block item %}{{ x }}{% endblock %}{% endfor %}",
    "set": "{% set x = 'set' %}{% block a %}{{ x }}{% set x = 1 %}{% endblock %}{{ x }}",
    "settings": "{% extends 'reads' %}{% set x = 'set' %}{% if 1 %}{% set y = x %}{% endif %}",
    "reads": "{{ x }}{% block a %}{{ y }}{% endblock %}",
    "before": "before {% extends 'base' %} after",
    "quiet": "{% extends 'base' %}{% for x in 'a' %}{{ x }}{% endfor %}{% block b %}{% endblock %}",
}


@pytest.mark.rule(7)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("base", "<Base|empty>"),
        ("child", "<Base|child X>"),
        ("grandchild", "<Base!|child X>"),
        ("late", "<Base!|[child X]child X>"),
        ("third", "<Base!?|child X>"),
        ("outer", "(b)"),
        ("inner", "(Bb)"),
        ("moved", "(B)BC"),
        ("loop", "XX"),
        ("set", "setset"),
        ("settings", "setset"),
        ("before", "before <Base|empty>"),
        ("quiet", "<Base|empty>"),
    ],
)
def test_a_child_replaces_blocks_of_its_parent(name, text):
    environment = Environment(loader=PAGES)
    assert environment.get_template(name).render(x="X") == text
    assert environment.from_string(PAGES[name]).render(x="X") == text


@pytest.mark.rule(7)
def test_the_parent_is_found_at_each_rendering():
    blocks = "{% block a %}{% endblock %}"
    environment = Environment(loader={"left": f"left {blocks}", "right": f"right {blocks}"})
    child = environment.from_string("{% extends layout %}{% block a %}A{% endblock %}")
    texts = [child.render(layout=name) for name in ("left", "right", "left")]
    assert texts == ["left A", "right A", "left A"]


@pytest.mark.rule(7)
def test_templates_may_be_added_and_changed_at_any_time():
    pages = {}
    environment = Environment(loader=pages)
    child = environment.from_string("{% extends 'base' %}{% block a %}A{% endblock %}")
    with pytest.raises(LookupError):
        child.render()
    for without in (environment, Environment()):
        with pytest.raises(LookupError):
            without.get_template("base")
    pages["base"] = "1{% block a %}{% endblock %}"
    assert child.render() == "1A"
    first = environment.get_template("base")
    pages["base"] = "2{% block a %}{% endblock %}"
    assert [child.render(), first.render()] == ["2A", "1"]


@pytest.mark.rule(7)
def test_a_template_is_compiled_once_until_its_source_changes():
    pages = {"a": "1", "b": "2"}
    environment = Environment(loader=pages)
    template = environment.get_template("a")
    assert environment.get_template("b") is not template
    assert environment.get_template("a") is template
    pages["a"] = "3"
    assert environment.get_template("a").render() == "3"


@pytest.mark.rule(7)
@pytest.mark.parametrize(
    ("autoescape", "text"), [(True, "<b>&lt;</b>&lt;-&lt;"), (False, "<b><</b><-<")]
)
def test_the_block_of_the_parent_is_html_already(autoescape, text):
    pages = {"base": "{% block a %}<b>{{ x }}</b>{% endblock %}"}
    child = "{% extends 'base' %}{% block a %}{{ super() + x }}-{{ x }}{% endblock %}"
    environment = Environment(loader=pages, autoescape=autoescape)
    assert environment.from_string(child).render(x="<") == text


@pytest.mark.rule(7)
@pytest.mark.parametrize("name", ["base", "grandchild", "orphan"])
def test_without_a_parent_there_is_no_super(name):
    new = "{% block body %}{% block new %}{{ super() }}{% endblock %}{% endblock %}"
    child = Environment(loader=PAGES).from_string(f"{{% extends '{name}' %}}{new}")
    with pytest.raises(UndefinedError):
        child.render(x=1)


# Rule 8: errors

WRONG_PRINTS = ["", "a b", "a.", "a.1x", ".a", "a[", "(a", "a)", "f(a", "f(a b)", "+", "a +"]
WRONG_PRINTS += ["a == not b", "not", "a or", "a $ b", "a = b", "a; b", "'a", "3x", "lambda: a"]
WRONG_PRINTS += ["a|nothing", "a|", "a|length(", "a|'length'", "|length", "a & b", "a is b"]
WRONG = [f"{{{{ {wrong} }}}}" for wrong in WRONG_PRINTS]
WRONG += ["{{ a", "{% if a", "{# a", "{% %}", "{% nothing %}", "{% endif %}", "{% endfor %}"]
WRONG += ["{% endblock %}", "{% else %}", "{% elif a %}", "{% if %}{% endif %}", "{% if a %}"]
WRONG += ["{% if a b %}{% endif %}", "{% if a %}{% endfor %}", "{% if a %}{% endif b %}"]
WRONG += ["{% if a %}{% else b %}{% endif %}", "{% if a %}{% else %}{% else %}{% endif %}"]
WRONG += ["{% if a %}{% else %}{% elif b %}{% endif %}", "{% for a in b %}", "{% set = 1 %}"]
WRONG += ["{% for a in b %}{% endif %}", "{% for a %}{% endfor %}", "{% for a in %}{% endfor %}"]
WRONG += ["{% for 1 in b %}{% endfor %}", "{% for true in b %}{% endfor %}", "{% set a %}"]
WRONG += ["{% for a in b %}{% endfor c %}", "{% set true = 1 %}", "{% set a = %}", "{% block a %}"]
WRONG += ["{% block %}{% endblock %}", "{% block a-b %}{% endblock %}", "{% extends %}"]
WRONG += ["{% block a %}{% endblock b %}", "{% block a %}{% if b %}{% endblock %}{% endif %}"]
WRONG += ["{% block a %}{% endblock %}{% block a %}{% endblock %}"]
WRONG += ["{% block a %}{% extends 'base' %}{% endblock %}"]
WRONG += ["{% for a in b %}{% extends 'base' %}{% endfor %}"]


@pytest.mark.rule(8)
@pytest.mark.parametrize("tag", WRONG)
def test_a_wrong_tag_is_a_syntax_error_with_its_line(tag):
    with pytest.raises(TemplateSyntaxError) as caught:
        Template("text\n{# a\ncomment #}{{ '\n' }}\n\n{{ a -}}\n " + tag)
    assert caught.value.lineno == 7
    assert caught.value.name is None


@pytest.mark.rule(8)
def test_a_syntax_error_knows_its_template():
    environment = Environment(loader={"base": "\n{{ }}", "child": "{% extends 'base' %}"})
    child = environment.get_template("child")
    for failing in (child.render, lambda: environment.get_template("base")):
        with pytest.raises(TemplateSyntaxError) as caught:
            failing()
        assert (caught.value.name, caught.value.lineno) == ("base", 2)
    error = TemplateSyntaxError("wrong", 3)
    assert (error.name, error.lineno) == (None, 3)
    assert "wrong" in str(error)
    assert "line 3" in str(error)


def places(error):
    """Line number and line of all that the traceback shows and that is in no file."""
    stack = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in stack if not Path(frame.filename).exists()]
    for frame in frames:
        # What it underlines, if anything, is part of the line.
        line = linecache.getline(frame.filename, frame.lineno)
        assert frame.colno is None or frame.colno < frame.end_colno < len(line)
    return [(frame.lineno, frame.line) for frame in frames]


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    ("source", "lineno"),
    [
        ("{{ fail() }}", 1),
        ("a\n\n{# b\n #}\n{{ fail() }}\nc\n", 5),
        ("{{ 'a\n' }}{{ 1 -}}\n\n  {{ fail() }}", 4),
        ("{% if a %}\n{% elif fail() %}\n{% endif %}", 2),
        ("\n{% if fail() %}\n{% else %}\n{% endif %}", 2),
        ("{% for x in 'ab' %}\n{% if loop.last %}\n{{ fail() }}{% endif %}{% endfor %}", 3),
        ("\n\n{% for x in fail() %}{% endfor %}", 3),
        ("{% set x = 1 %}\n{% set x = fail() %}\n", 2),
        ("{% block a %}\n{% block b %}\n{{ fail() }}\n{% endblock %}{% endblock %}", 3),
        ("{% block a %}\n{% endblock %}\n{{ fail() }}", 3),
        ("\n{{ item.fail }}", 2),
        ("\n\n{{ item['fail'] }}\n", 3),
        ("\n{{ a|fails }}", 2),
        ("\n{% for x in item %}\n{% endfor %}", 2),
        ("{{ a }}\n{{ item }}", 2),
        ("\f\x1c\N{LINE SEPARATOR}\n{{ fail() }}", 2),
    ],
    ids=ascii,
)
def test_the_traceback_shows_the_line_of_the_template(source, lineno):
    error = OSError("cannot")

    class Item:
        fail = property(raiser(error))
        __getitem__ = __iter__ = __str__ = raiser(error)

    environment = Environment()
    environment.filters["fails"] = raiser(error)
    template = environment.from_string(source)
    with pytest.raises(OSError, match="cannot") as caught:
        template.render(fail=raiser(error), item=Item(), a=0)
    assert caught.value is error
    assert places(error)[-1] == (lineno, source.split("\n")[lineno - 1].strip())


@pytest.mark.rule(8)
def test_the_traceback_shows_each_template_on_the_way():
    pages = {
        "base": "\n{% block a %}\n\n{{ x.y }}\n{% endblock %}",
        "child": "{% extends 'base' %}\n{% block a %}{{ super() }}{% endblock %}\n",
    }
    template = Environment(loader=pages).get_template("child")
    with pytest.raises(UndefinedError) as caught:
        template.render(x=0)
    linecache.checkcache()
    found = places(caught.value)
    assert found[-1] == (4, "{{ x.y }}")
    assert (2, "{% block a %}{{ super() }}{% endblock %}") in found


@pytest.mark.rule(8)
def test_templates_of_the_same_name_show_their_own_lines():
    pages = {"a": "\n{{ old }}"}
    environment = Environment(loader=pages)
    templates = [environment.get_template("a"), Template("\n{{ one }}"), Template("\n{{ two }}")]
    pages["a"] = "\n{{ new }}"
    templates.append(environment.get_template("a"))
    shown = []
    for template in templates:
        with pytest.raises(UndefinedError) as caught:
            template.render()
        shown += places(caught.value)[-1:]
    assert shown == [(2, "{{ old }}"), (2, "{{ one }}"), (2, "{{ two }}"), (2, "{{ new }}")]


@pytest.mark.rule(8)
def test_the_source_of_a_template_goes_with_it():
    gc.collect()
    before = set(linecache.cache)
    template = Template("{% block a %}{{ x }}{% endblock %}")
    with pytest.raises(UndefinedError):
        template.render()
    assert template.render(x=1) == "1"
    del template
    gc.collect()
    assert not {name for name in set(linecache.cache) - before if not Path(name).exists()}


@pytest.mark.rule(8)
def test_what_linecache_has_may_be_gone_before(monkeypatch):
    complaints = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    template = Template("{{ x }}")
    linecache.clearcache()
    assert template.render(x=1) == "1"
    del template
    gc.collect()
    assert complaints == []


# Against the original

WORDS = st.text("a<&'", max_size=3)
CONTEXTS = st.fixed_dictionaries(
    {
        "a": st.integers(0, 2),
        "s": WORDS,
        "html": WORDS.map(markupsafe.escape),
        "xs": st.lists(st.integers(0, 2), min_size=1, max_size=3),
        "user": st.fixed_dictionaries({"name": WORDS, "tags": st.lists(WORDS, max_size=2)}),
        "pairs": st.lists(st.tuples(WORDS, st.integers(0, 2)), max_size=2),
    }
)
THERE = ["a", "s", "html", "xs", "user.name", "user['name']", "xs[0]", "1", "'<'", "none"]
THERE += ["s|length", "s|e", "html|safe", "s|twice|e", "a|join_with(s, 1)"]
PERHAPS = ["i", "j", "y", "z", "missing", "user.x", "xs[a]", "user.tags[1]"]
PERHAPS += ["loop.index", "loop.first", "loop.last", "loop.length"]
OPERATORS = ["+", "-", "//", "==", "!=", "<", ">=", "in", "not in", "and", "or"]
TEXTS = ["<p>", " - ", "\n", " \n  ", "it's\\", "}}", '"""', "{# it's {{ #}", "{#- -#}"]
FILTERS = {"twice": lambda value: value * 2, "join_with": lambda value, *args: f"{value}{args}"}


@st.composite
def sources(draw):
    """Templates, most of which can be rendered."""

    def pick(choices):
        return draw(st.sampled_from(choices))

    def expression():
        return pick(
            [
                lambda: pick(THERE),
                lambda: pick(THERE + PERHAPS),
                lambda: (
                    f"{pick(THERE)} {pick(OPERATORS)} {pick(THERE)} {pick(OPERATORS)} {pick(THERE)}"
                ),
                lambda: f"not {pick(THERE)} {pick(OPERATORS)} ({pick(THERE)} + {pick(THERE)})|e",
            ]
        )()

    def tag(content):
        return f"{{%{pick(['', '', '-'])} {content} {pick(['', '', '-'])}%}}"

    def body(depth):
        return "".join(piece(depth) for _ in range(pick([1, 2, 3])))

    def piece(depth):
        kind = pick(["text", "show", "set", "if", "for", "for"][: 3 if depth == 3 else 6])
        if kind == "text":
            return pick(TEXTS)
        if kind == "show":
            return f"{{{{{pick(['', '-'])} {expression()} {pick(['', '-'])}}}}}"
        if kind == "set":
            return tag(f"set {pick('yz')} = {pick(THERE)}")
        if kind == "if":
            parts = [f"if {expression()}", f"elif {expression()}", "else"][: pick([1, 2, 3])]
            return "".join(tag(part) + body(depth + 1) for part in parts) + tag("endif")
        head = pick(["i in xs", "j in s", "y in html", "i, j in pairs", "y in user.tags", "i in i"])
        return tag(f"for {head}") + body(depth + 1) + tag("endfor")

    return body(0)


def outcome(environment, source, context):
    """What comes out; of errors only that there is one, as another one may be found first."""
    environment.filters |= FILTERS
    try:
        return environment.from_string(source).render(context)
    except NotImplementedError:
        raise
    except Exception:
        return "an error"


@pytest.mark.rule(6)
@settings(max_examples=20)
@given(sources(), CONTEXTS, st.booleans())
def test_renders_as_jinja_does(source, context, autoescape):
    original = SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=autoescape)
    kata = Environment(autoescape=autoescape)
    assert outcome(kata, source, context) == outcome(original, source, context)


@st.composite
def bodies(draw, inside_block=False):
    """What a template may hold that extends another one."""

    def part(depth):
        kind = draw(st.sampled_from(["<", "{{ x }}", "{% set x = 2 %}", "super", "block", "for"]))
        if kind == "block" and depth < 3 and names:
            name = names.pop()
            return f"{{% block {name} %}}{part(depth + 1)}{part(depth + 1)}{{% endblock %}}"
        # Jinja shows a block in a loop even if the loop is outside of the blocks of a child.
        if kind == "for" and 0 < depth < 3:
            return f"{{% for x in 'yz' %}}{part(depth + 1)}{{% endfor %}}"
        if kind == "super" and depth:
            return "{{ super() }}"
        return kind if kind[0] in "<{" else "{{ x }}"

    names = draw(st.permutations("abc"))
    return "".join(part(0) for _ in range(4))


@pytest.mark.rule(7)
@settings(max_examples=20)
@given(st.lists(bodies(), min_size=2, max_size=4), st.booleans())
def test_inherits_as_jinja_does(bodies, autoescape):
    pages = {"0": bodies[0]}
    for number, body in enumerate(bodies[1:]):
        pages[str(number + 1)] = f"{{% extends '{number}' %}}{body}"
    original = SandboxedEnvironment(
        undefined=jinja2.StrictUndefined, autoescape=autoescape, loader=jinja2.DictLoader(pages)
    )
    kata = Environment(autoescape=autoescape, loader=pages)
    source = pages[str(len(pages) - 1)]
    assert outcome(kata, source, {"x": ">"}) == outcome(original, source, {"x": ">"})
