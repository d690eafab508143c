"""Compiling a template, and rendering it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import jinja2

ORIGINAL = SimpleNamespace(Environment=jinja2.Environment)
SIZES = (10, 1_000)


_ROW = "{% if user.age > 17 %}<td>{{ user.name|loud }}</td>{% endif %}\n"


def compiling(kata: Any, size: int) -> Callable[[], object]:
    """A template with as many blocks of `if` as the size."""
    environment = kata.Environment(autoescape=True)
    environment.filters["loud"] = str.upper
    return lambda: environment.from_string(_ROW * size)


def rendering(kata: Any, size: int) -> Callable[[], object]:
    """A loop over as many rows as the size."""
    environment = kata.Environment(autoescape=True)
    environment.filters["loud"] = str.upper
    template = environment.from_string("{% for user in users %}" + _ROW + "{% endfor %}")
    users = [{"name": "Ada & Co", "age": age} for age in range(size)]
    return lambda: template.render(users=users)
