"""CPython's own tests of `contextlib.ExitStack` (`Lib/test/test_contextlib.py`), run on the kata.

All of `TestBaseExitStack` is taken; `TestExitStack` is its subclass for `contextlib`, in whose
place the class below stands.  Five of the tests also look into the private `_exit_callbacks`
between their steps.  Those statements are taken out, and the rest of each test is kept.
"""

import ast
import inspect
import unittest
from test import test_contextlib

from katas.context_managers.exit_stack import ExitStack

LEFT_OUT = {
    "test_exit_exception_traceback": "lists the original's own frames and their source lines",
}


class WithoutPrivate(ast.NodeTransformer):
    """Drops each statement and loop that reads `_exit_callbacks`."""

    def visit_statement(self, node):
        names = [part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)]
        return None if "_exit_callbacks" in names else node

    visit_Expr = visit_For = visit_statement  # noqa: N815 - names that `NodeTransformer` looks up


def public_tests():
    """The class `TestBaseExitStack` without what it says about private attributes."""
    tree = ast.parse(inspect.getsource(test_contextlib))
    name = "TestBaseExitStack"
    tree.body = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    namespace = dict(vars(test_contextlib))
    # With the real line numbers, so that a failure shows CPython's source.
    exec(compile(WithoutPrivate().visit(tree), test_contextlib.__file__, "exec"), namespace)
    return namespace[name]


class TestExitStack(public_tests(), unittest.TestCase):
    exit_stack = ExitStack

    def assertRaisesRegex(self, kind, _wording, *args, **kwds):  # noqa: N802
        """Ask for the type only: the wording of messages is the kata's own."""
        return self.assertRaises(kind, *args, **kwds)  # noqa: PT027 - CPython's tests use unittest
