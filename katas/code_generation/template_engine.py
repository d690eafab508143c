"""Compile templates to Python functions: Jinja2's expressions, loops, blocks, escaping, errors.

Rebuilds the heart of Jinja2 3.1 (with its `StrictUndefined` and the attributes of its
sandbox).  A template is read once and becomes Python, so that rendering costs what
running Python costs.  In return, its author must be kept apart from Python: from its
names, its quotes, its scopes, and from what an attribute may lead to.

Rules
    1. `Template(source).render(...)` takes variables as `dict` takes items, and returns
       the text.  `{{ expression }}` stands for the `str` of its value; other text is
       copied as it is.  An expression has variables (any identifier except `and or not
       in is if else` and the constants `true false none`, which may begin with a
       capital), "text" or 'text' without backslashes, whole numbers, parentheses, calls
       `f(a, b)`, and the operators `or`, `and`, `not`, `in`, `not in`, `== != < <= > >=`,
       `+ -`, `* / // %`, which mean and bind what they do in Python.
    2. `a.b` is the attribute b, or else the item "b"; `a["b"]` is the item, or else the
       attribute.  An item is not there if taking it raises TypeError or LookupError, an
       attribute if that raises AttributeError; other errors come out.  If nothing is
       there, or no variable of that name, that is an `UndefinedError` which names it.
       Attributes that begin with "_", and `format` and `format_map` of a str, are not
       there for templates; that is a `SecurityError`, unless there is an item.
    3. `value|name(a, b)` calls the filter: `environment.filters[name](value, a, b)`.
       Parentheses may be left out if there are no arguments.  It binds as a dot does,
       more closely than any operator.  Filters are looked up and called when the template
       is rendered, each time, and never before.  `length` is `len`; `e`, `escape` and
       `safe` belong to rule 6.  Others may be put into the dict.
    4. `{% if a %}… {% elif b %}… {% else %}… {% endif %}`; `{% for x in xs %}… {% endfor %}`
       and `{% for a, b in xs %}` for any iterable; `{% set x = a %}`.  In a loop, `loop` has
       `index` (from 1), `index0`, `first`, `last` and `length`.  Each turn of a loop has a
       scope of its own, which begins with the variables from outside; what is set in it
       is gone at its end.  `if` has no scope.  Nothing is left for the next rendering.
    5. `{# a comment #}` vanishes.  One newline at the end of the source is dropped.  A
       minus at the inner side of a tag, as in `{%- if a -%}`, `{{- x }}` or `{# c -#}`, drops
       all white space next to the tag on that side.  All other white space stays.
    6. With `Environment(autoescape=True)`, values are shown by `escape`, which returns
       `Markup`, a str that is HTML already: what the value's `__html__()` returns, or else
       its str with `&amp; &lt; &gt; &#34; &#39;` for these five characters.  `Markup` has that
       method, too, so nothing is escaped twice.  `+` of `Markup` and a str, or what has
       `__html__`, on either side escapes that and gives `Markup`.  `e` and `escape` are the
       filter `escape`, always; `safe` is `Markup`.
    7. `{% block a %}… {% endblock %}` shows block a.  `{% extends name %}` (not inside
       another tag) makes a template the child of the one that `loader` has under that
       name: from there on, it shows nothing itself; after its end the parent is rendered,
       with the child's blocks in place of its own, and with the variables that the
       child has set outside of blocks.  A block sees these, but not what is set around
       it in loops or blocks; what is set in it ends with it.  In it, `super()` is what
       the block in the next template up shows, as HTML if that is escaped; without one,
       `UndefinedError`.  The parent is looked up at each rendering, and
       `environment.get_template(name)` compiles again only if the source has changed.
    8. What is wrong with a source is a `TemplateSyntaxError` when it is compiled, not
       later: tags that are unknown, not closed or in the wrong place, two blocks of one
       name, an unknown filter, a wrong expression.  It has the `name` of the template (None
       if there is none), and as `lineno` the line of the tag, from 1.  Other errors come out
       of `render` as they are, and the traceback has entries for the lines of the templates
       on the way: with their numbers, and with their text as `linecache` has it.  That is
       no longer there once the template is gone.

Left out
    `Environment`'s many settings and the way to give them to `Template`; variables that
    print as nothing when they are undefined, and `is defined`; lists, numbers with a
    point, named arguments, `a if b else c`, `~` and `-a` in expressions; `else` and `if` of
    a loop; macros, `include`, `import`, `call`, `with`, `raw`; most filters, and most
    methods of `Markup`, which give a plain str here; line ends other than newlines.  Jinja
    calls filters with constants while it compiles, shows lines only of templates that
    are files, and lets a sandbox format harmless strings.  This is no full sandbox:
    `gi_frame`, for instance, leads to the interpreter, too, and loops may be endless.
"""

from collections.abc import Mapping
from typing import Any


class TemplateSyntaxError(Exception):
    """The source is no template; its text has the message and the line of the tag at fault."""

    def __init__(self, message: str, lineno: int, name: str | None = None) -> None:
        raise NotImplementedError


class UndefinedError(Exception):
    """The template needs a value that is not there."""


class SecurityError(Exception):
    """The template uses an attribute that is kept from it."""


class Markup(str):
    """Text that is HTML already.

    >>> print(Markup("<b>") + "a < b" + Markup("</b>"))
    <b>a &lt; b</b>
    """

    __slots__ = ()

    def __html__(self) -> "Markup":
        raise NotImplementedError

    def __add__(self, other: Any) -> "Markup":
        raise NotImplementedError

    def __radd__(self, other: Any) -> "Markup":
        raise NotImplementedError


def escape(value: Any) -> Markup:
    """Return `value` as HTML: what its `__html__` returns, or else its `str`, escaped.

    >>> print(escape("<Tom & Jerry>"), escape(Markup("<hr>")), escape(3))
    &lt;Tom &amp; Jerry&gt; <hr> 3
    """
    raise NotImplementedError


class Environment:
    """What templates have in common; its `filters` are functions by name.

    >>> pages = {"base": "<{% block a %}{% endblock %}>"}
    >>> environment = Environment(loader=pages)
    >>> environment.filters["loud"] = str.upper
    >>> child = "{% extends 'base' %}{% block a %}{{ word|loud }}{% endblock %}"
    >>> environment.from_string(child).render(word="hello")
    '<HELLO>'
    """

    def __init__(
        self, *, autoescape: bool = False, loader: Mapping[str, str] | None = None
    ) -> None:
        raise NotImplementedError

    def from_string(self, source: str) -> "Template":
        """Compile `source`.

        >>> Environment(autoescape=True).from_string("{{ x }}").render(x="<")
        '&lt;'

        Raises:
            TemplateSyntaxError: `source` is no template.
        """
        raise NotImplementedError

    def get_template(self, name: str) -> "Template":
        """Compile what the loader has under `name`, unless that has been done.

        >>> Environment(loader={"a": "{{ 6 * 7 }}"}).get_template("a").render()
        '42'

        Raises:
            LookupError: the loader has nothing there.
            TemplateSyntaxError: what it has is no template.
        """
        raise NotImplementedError


class Template:
    """A compiled template; without an `environment`, it has one of its own.

    >>> Template("Hello {{ user.name }}!").render(user={"name": "Ada"})
    'Hello Ada!'

    Raises:
        TemplateSyntaxError: `source` is no template.
    """

    def __init__(
        self, source: str, environment: Environment | None = None, name: str | None = None
    ) -> None:
        raise NotImplementedError

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Return the text of the template with these variables, given as for `dict`.

        >>> Template("{{ a }}{{ b }}").render({"a": 1}, b=2)
        '12'
        """
        raise NotImplementedError
