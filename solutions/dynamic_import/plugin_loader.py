"""One finder in front of the import system, and a dictionary of what it has loaded.

Idea
    The namespace is a package with an empty `__path__`, so nobody finds anything
    in it, except through a finder of ours.  That one knows a plugin while the
    manager loads it, and the submodules of plugins at all times.

        load("shop")   admit app.shop -> import_module -> admit no more
        in shop.py     from .store import connect     app.store is loaded: found
                       from .other import thing       never admitted: not found

Why `import_module`
    It puts the module into `sys.modules` before running it, binds it in its
    parent, makes other threads wait, and takes it out if it fails.  What is left
    to do: the submodules of a package that failed stay, and so does the name in
    the parent when a module is taken out.

Why a reload makes new modules
    `importlib.reload` runs the new source in the old dictionary: what the edit
    deleted is still there, and what others took with `from` is old.  And old
    modules that were left alone can be put back when the new source fails.

Why no bytecode
    A `.pyc` is taken for current if the source has the modification time, in
    whole seconds, and the size that it was made from.  A second edit of the same
    length may have both.  The price: compiling takes about 5 ms for 1000 lines,
    reading the bytecode 0.1 ms (3.11 to 3.13).

Why not `sys.path`
    A directory put there is there for everybody: a plugin `json.py` would
    become the `json` of the whole program.

In CPython
    `Lib/importlib/_bootstrap.py` (3.13): `_load_unlocked` loads, `_find_and_load`
    takes the lock, `_find_and_load_unlocked` binds the module in its parent.
    `_validate_timestamp_pyc` in `_bootstrap_external.py` trusts a `.pyc`.

Sources
    The Python reference, "The import system"; `importlib` and `pkgutil`;
    discord.py, `ext/commands/bot.py` (`reload_extension`, which rolls back, too).
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from importlib.util import find_spec, module_from_spec
from os import PathLike
from pathlib import Path
from types import CodeType, ModuleType
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
    if isinstance(path, str):
        raise ValueError("path is a list of directories, not a string")  # noqa: TRY004 - pkgutil's
    seen = {"", "__init__"}
    for entry in path:
        items: list[Path] = []
        with suppress(OSError):  # as on `sys.path`, a directory need not exist
            items = sorted(Path(entry).iterdir())
        for item in items:
            name, dot, suffix = item.name.partition(".")
            ispkg = not dot and (item / "__init__.py").is_file()
            if (ispkg or suffix == "py") and name not in seen:
                seen.add(name)
                yield ModuleInfo(_file_finder(entry), prefix + name, ispkg)


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
        # A module that is not loaded yet would be hidden, so ask for those, too.
        if not namespace.isidentifier() or find_spec(namespace) is not None:
            raise ValueError(f"{namespace!r} is not a free name for a module")
        self._path = list(path)
        self._package = module_from_spec(ModuleSpec(namespace, None, is_package=True))
        self._finder = _Finder(namespace)
        self._plugins: dict[str, _Plugin] = {}
        sys.modules[namespace] = self._package
        # In front, or `PathFinder` would find submodules first, and use bytecode.
        sys.meta_path[:0] = [self._finder]

    def names(self) -> list[str]:
        """Return the names of the loaded plugins, each after those that it requires."""
        return list(self._plugins)

    def get_plugin(self, name: str) -> ModuleType | None:
        """Return the module of the plugin `name`, or None if it is not loaded."""
        return self._plugins[name].module if name in self._plugins else None

    def load(self, name: str) -> ModuleType:
        """Load the plugin `name`, after those that it requires, and return its module.

        Raises:
            ModuleNotFoundError: there is no module of that name.
            ImportError: a plugin that it requires cannot be loaded, or requires it in turn.
            ValueError: `requires` is not a literal list or tuple of strings.
            Exception: whatever the module itself raises, as it is.
        """
        failures: dict[str, Exception] = {}
        self._load(name, failures, ())
        if name in failures:
            raise failures[name]
        return self._plugins[name].module

    def load_all(self) -> dict[str, Exception]:
        """Load every plugin that can be loaded; return the errors of the others by name."""
        failures: dict[str, Exception] = {}
        names = [info.name for info in iter_modules(self._path)]
        for name in names:
            self._load(name, failures, ())
        # A plugin may require one that does not exist: its error is no plugin's.
        return {name: failures[name] for name in names if name in failures}

    def unload(self, name: str) -> None:
        """Forget the plugin `name` and those that depend on it.

        Raises:
            KeyError: it is not loaded.
        """
        for each in self._dependents(name):
            self._forget(each)

    def reload(self, name: str) -> ModuleType:
        """Load the plugin `name` and those that depend on it anew, all or none; return its module.

        Raises:
            KeyError: it is not loaded.
            Exception: whatever `load` raises for one of them; all is as before then.
        """
        affected = self._dependents(name)
        modules, plugins = _below(self._package.__name__), self._plugins.copy()
        attributes = vars(self._package).copy()
        for each in affected:
            self._forget(each)
        try:
            for each in affected:
                self.load(each)
        except BaseException:
            for each in self.names():
                self._forget(each)
            sys.modules.update(modules)
            vars(self._package).update(attributes)
            self._plugins = plugins
            raise
        return self._plugins[name].module

    def close(self) -> None:
        """Unload all plugins and give the namespace back; a second time, do nothing."""
        # After the first time, the namespace may be that of another manager.
        if self._finder in sys.meta_path:
            for name in self.names():
                self._forget(name)
            del sys.modules[self._package.__name__]
            sys.meta_path.remove(self._finder)

    def _load(self, name: str, failures: dict[str, Exception], chain: tuple[str, ...]) -> None:
        """Load `name`, or note in `failures` why not, unless one of both has been done.

        `chain` has the plugins that wait for this one.
        """
        if name not in self._plugins and name not in failures:
            try:
                self._plugins[name] = self._run(name, failures, (*chain, name))
            except Exception as error:  # noqa: BLE001 - it is the caller's to judge
                failures[name] = error

    def _run(self, name: str, failures: dict[str, Exception], chain: tuple[str, ...]) -> "_Plugin":
        spec = self._find(name)
        requires = _requires(spec.origin)
        for needed in requires:
            if needed in chain:
                raise ImportError(f"{name} and {needed} require each other")
            self._load(needed, failures, chain)
            if needed in failures:
                raise ImportError(f"{name} requires {needed}") from failures[needed]
        self._finder.admitted[spec.name] = spec
        try:
            return _Plugin(import_module(spec.name), requires)
        except BaseException:
            # The import system takes out the module, but not the submodules that it imported.
            self._forget(name)
            raise
        finally:
            del self._finder.admitted[spec.name]

    def _find(self, name: str) -> Any:
        """Return the spec of a plugin, whose name must be one that was found."""
        fullname = f"{self._package.__name__}.{name}"
        for info in iter_modules(self._path, f"{self._package.__name__}."):
            if info.name == fullname:
                return info.module_finder.find_spec(fullname)
        raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)

    def _forget(self, name: str) -> None:
        """Remove every trace of one plugin."""
        for key in _below(f"{self._package.__name__}.{name}"):
            del sys.modules[key]
        # `from . import name` looks here before it looks into `sys.modules`.
        vars(self._package).pop(name, None)
        self._plugins.pop(name, None)

    def _dependents(self, name: str) -> list[str]:
        """Return `name` and the plugins that need it, directly or not, in the order of loading."""
        if name not in self._plugins:
            raise KeyError(name)
        found = [name]
        # Whatever a plugin requires stands before it, so one pass finds all.
        for each, plugin in self._plugins.items():
            if not set(found).isdisjoint(plugin.requires):
                found.append(each)
        return found


class _Plugin(NamedTuple):
    module: ModuleType
    requires: Sequence[str]


class _SourceLoader(SourceFileLoader):
    """Compiles the source each time; reads and writes no bytecode."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - one loader, one module
        return self.source_to_code(self.get_data(self.path), self.path)


class _Finder:
    """Finds, on `sys.meta_path`, the plugins that are admitted and the submodules of plugins."""

    def __init__(self, namespace: str) -> None:
        self._prefix = f"{namespace}."
        self.admitted: dict[str, ModuleSpec] = {}

    def find_spec(self, fullname: str, path: Sequence[str] | None, *_: object) -> ModuleSpec | None:
        if fullname in self.admitted:
            return self.admitted[fullname]
        if fullname.startswith(self._prefix):
            assert path is not None  # the `__path__` of the parent
            for entry in path:
                if spec := _file_finder(entry).find_spec(fullname):
                    return spec
        return None


def _file_finder(entry: str | PathLike[str]) -> FileFinder:
    # A new one each time: it remembers what is in the directory for as long as that
    # has the same modification time.
    return FileFinder(str(entry), (_SourceLoader, SOURCE_SUFFIXES))


def _requires(filename: str) -> Sequence[str]:
    """Return the names that the source declares; nothing of it runs."""
    found: Any = []
    # Bytes, so that the parser heeds the file's own encoding.
    for node in ast.parse(Path(filename).read_bytes(), filename).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="requires")]):
                found = ast.literal_eval(node.value)
    if isinstance(found, list | tuple) and all(isinstance(name, str) for name in found):
        return found
    raise ValueError("requires must be a list or tuple of strings")


def _below(name: str) -> dict[str, ModuleType]:
    """Return what is loaded of the module `name` and of all that is below it."""
    # A copy: another thread may import something meanwhile.  With dots, since
    # `app.shop_extra` begins with `app.shop`, too.
    loaded = sys.modules.copy()
    return {key: module for key, module in loaded.items() if f"{key}.".startswith(f"{name}.")}
