"""Rename a variable, function, class or parameter, and nothing else that is spelled like it.

Rebuilds rename of `rope` (`Rename(...).get_changes(new_name)`), the refactoring that
editors offer, within one module.  Search and replace does not know that two functions
may each have an `x`; this knows it, because it follows the scopes of the language.

Rules
    1. `rename(source, line, column, new_name)` returns the source in which the
       variable of the module that is named at this place has the new name, wherever
       the module means it: where it is bound, used, deleted, called.  Lines count from
       1 and columns from 0, in characters; any column of the name will do.
       The same word in an attribute, a string, a comment or a longer word is something
       else.  All other text, layout included, stays as it is to the byte.
    2. Source that does not compile is a `SyntaxError`.  A `RenameError` is: a place with
       no name, or with a name that nothing in this module binds (a builtin); and a name,
       the old or the new, that is no identifier or is a keyword, `_`, or begins with two
       underscores.  Names that Python takes for the same (NFKC) are the same.
       The old name as the new one changes nothing.
    3. A name that is bound in a function (a parameter, too) is local to all of it; it
       is seen in functions inside unless they bind it again.  `global` and `nonlocal` say
       otherwise, and are renamed with what they mean.  Decorators, defaults and
       annotations belong to the scope around the function.
    4. A name that is bound in a class body is seen in this body, with the decorators,
       defaults, annotations and bases there, but not in the functions, lambdas,
       comprehensions and class bodies inside.
    5. The same for all that binds: `for`, `with`, `del`, `except … as`, `import … as`,
       patterns, comprehensions (a scope of their own, except for the first iterable),
       `:=` (in a comprehension it binds outside of it), and from 3.12 type parameters
       and `type`.  A soft keyword such as `match` may be a name, too.  A
       variable that an import binds without `as` is refused: its name is another module's.
    6. Names in the replacement fields of f-strings are names, also nested, in a format
       and over several lines; the text, conversions and prefixes are not.
    7. With a parameter go the keywords at calls of its function by name, `f(x=1)`, and
       such a keyword is a place to ask for it.  The function is a `def`, which decorators
       are taken to leave callable in the same way.  If its name is bound in any
       other way as well and there is such a call, the rename of the parameter is refused.
    8. A rename after which any name would belong to another variable than before is
       refused: two variables of one scope would become one, or one would hide another
       where it is used.  Every other rename is done.

Left out
    Attributes (so the uses of a method outside of its class body), keywords at calls of
    a class, a method or a lambda, other modules, `import *`, and names in strings
    (`__all__`, quoted annotations).  A class body or module that reads a name before it
    binds it is taken to mean its own, as the compiler's symbol table has it.
"""


class RenameError(ValueError):
    """The rename is refused; the message says why."""


def rename(source: str, line: int, column: int, new_name: str) -> str:
    r"""Return `source` with the variable named at a place renamed to `new_name`, by scope.

    Lines count from 1 and columns from 0, in characters.

    >>> print(rename("total = 1\nprint(total)  # the total", 2, 6, "amount"))
    amount = 1
    print(amount)  # the total

    Raises:
        SyntaxError: `source` does not compile.
        RenameError: the rename is refused.
    """
    raise NotImplementedError
