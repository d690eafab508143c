"""Find the plugins in a directory, load them, reload them, and forget them again.

Rebuilds what `stevedore` and pytest do at start: code that the program does not
know of becomes a part of it.  Names and behaviour are those of `pkgutil`
(`iter_modules`, `ModuleInfo`), of stevedore's `ExtensionManager` (`namespace`,
`names`), of pluggy's `PluginManager` (`get_plugin`), and of discord.py's
extensions (load, unload, reload); below them all are `importlib.util` and
`importlib.machinery`.

Rules
    1. `iter_modules(path, prefix="")` yields a `ModuleInfo` for each module
       (`x.py`) and each package (a directory `x` with an `__init__.py`) in the
       directories of `path`: one directory after the other, each sorted by file
       name; of the same names only the first.  Its `name` is `prefix` and `x`,
       and `module_finder.find_spec(name)` returns the spec.  Names with a further
       dot, `__init__` and the empty name are left out.  A directory that cannot be
       read yields nothing.  Nothing is imported.  A string as `path` is a
       `ValueError`.
    2. `PluginManager(namespace, path)` puts an empty package `namespace` into
       `sys.modules`; an identifier that no module has, loaded or not, else it is a
       `ValueError`.  `load(name)` runs what `iter_modules(path)` finds under that
       name as the module `namespace.name`, and returns it; the next time it only
       returns it.  The module is what `import_module` would make of it: in
       `sys.modules`, while it runs, too; an attribute of the package; with
       `__spec__`, `__file__` and the like.  A name that is not found is a
       `ModuleNotFoundError` with the full name.  Nothing but what is loaded can be
       imported from the package; `sys.path` and all other imports stay as they
       are, and two managers do not meet.  `names()` has what is loaded, in the
       order of loading, and `get_plugin(name)` returns it, or None.
    3. A package finds its submodules by relative and other imports, while it runs
       and later, to any depth; they are `namespace.name.submodule`.
    4. A plugin that fails leaves neither itself nor a submodule of it in
       `sys.modules`, nor an attribute in the package; what it raised comes out as
       it is.  `load_all()` loads all that is found, and returns a dictionary with
       the `Exception` of each that failed, by name; the others are loaded.  What is
       no `Exception` comes out.
    5. `requires = ["store"]` at the top of a module, a literal list or tuple of
       strings, says which plugins it needs.  They are loaded before it, so that
       `from .store import connect` finds them.  It is read from the source before
       any of it runs; anything else there is a `ValueError`.  If one of them cannot
       be loaded, the plugin does not run: an `ImportError` whose `__cause__` is the
       error of the other one.  An `ImportError`, too, if plugins require each other
       in a circle; none of them runs.  `load_all` runs each plugin at most once.
    6. `unload(name)` forgets a plugin with its submodules, and all that require it,
       directly or not: they are gone from `sys.modules` and the package, and
       nothing here keeps them alive.  What is not loaded is a `KeyError`.
       `close()` forgets all and removes the package; `sys.meta_path` and the like
       are then as they were.  Closing again does nothing.
    7. `reload(name)` loads the plugin and all that require it, directly or not,
       anew: in new modules, each after what it requires now.  All others, and the
       old modules, stay as they are.  If one fails, its error comes out and all is
       as it was before.  What is not loaded is a `KeyError`.
    8. What runs is the source as it is at that moment, submodules included: an
       edit or a new file counts even if sizes and modification times are as
       before.

Left out
    Entry points of installed packages; modules without source, which `pkgutil`
    lists, too, and zip archives; a namespace inside another package; hooks that a
    plugin is called by; calls from several threads or from within a plugin; a
    manager after `close`.
"""

from collections.abc import Iterable, Iterator
from os import PathLike
from types import ModuleType
from typing import Any, NamedTuple


class ModuleInfo(NamedTuple):
    """A module that was found: a finder whose `find_spec` takes the name, the name, its kind."""

    module_finder: Any
    name: str
    ispkg: bool


def iter_modules(path: Iterable[str | PathLike[str]], prefix: str = "") -> Iterator[ModuleInfo]:
    """Yield a ModuleInfo for each module and package in the directories of `path`.

    >>> import os
    >>> [info.name for info in iter_modules([os.path.dirname(os.__file__)]) if info.name == "os"]
    ['os']

    Raises:
        ValueError: `path` is a single string.
    """
    raise NotImplementedError


class PluginManager:
    """Loads, reloads and unloads the modules in the directories of `path` as `namespace.name`.

    >>> from contextlib import closing
    >>> with closing(PluginManager("app", ["no such directory"])) as manager:
    ...     manager.load_all(), manager.names(), manager.get_plugin("shop")
    ({}, [], None)

    Raises:
        ValueError: `namespace` is not an identifier, or a module has that name.
    """

    def __init__(self, namespace: str, path: Iterable[str | PathLike[str]]) -> None:
        raise NotImplementedError

    def names(self) -> list[str]:
        """Return the names of the loaded plugins, each after those that it requires."""
        raise NotImplementedError

    def get_plugin(self, name: str) -> ModuleType | None:
        """Return the module of the plugin `name`, or None if it is not loaded."""
        raise NotImplementedError

    def load(self, name: str) -> ModuleType:
        """Load the plugin `name`, after those that it requires, and return its module.

        Raises:
            ModuleNotFoundError: there is no module of that name.
            ImportError: a plugin that it requires cannot be loaded, or requires it in turn.
            ValueError: `requires` is not a literal list or tuple of strings.
            Exception: whatever the module itself raises, as it is.
        """
        raise NotImplementedError

    def load_all(self) -> dict[str, Exception]:
        """Load every plugin that can be loaded; return the errors of the others by name."""
        raise NotImplementedError

    def unload(self, name: str) -> None:
        """Forget the plugin `name` and those that depend on it.

        Raises:
            KeyError: it is not loaded.
        """
        raise NotImplementedError

    def reload(self, name: str) -> ModuleType:
        """Load the plugin `name` and those that depend on it anew, all or none; return its module.

        Raises:
            KeyError: it is not loaded.
            Exception: whatever `load` raises for one of them; all is as before then.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Unload all plugins and give the namespace back; a second time, do nothing."""
        raise NotImplementedError
