"""Loads by hand, in rounds, and tells `PathFinder` where packages have their submodules.

Idea
    A module is made in four steps, as in the recipe of `importlib`'s
    documentation: find its spec, make an empty module of it, put that into
    `sys.modules`, run the source in it.  All requirements are read before anything
    runs.  Then, in rounds, what has all that it requires is loaded, until nothing
    is left; if a round finds nothing, the rest waits for itself in a circle.

    `PathFinder` asks `sys.path_importer_cache` for the finder of a directory.  The
    directories of packages get one there that compiles from source; no finder
    is needed on `sys.meta_path`, where each import of the program would ask it.

Why one would choose it
    Every step is there to be changed: run the module in other globals, check a
    signature first, measure it.  Rounds need no recursion, and could load what is
    ready in parallel.  The price: other threads can see a module that is still
    running (the import system would let them wait), and whoever clears that
    cache, as the language reference allows, gets the usual finders and bytecode.
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from importlib.util import find_spec, module_from_spec
from os import PathLike
from pathlib import Path
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
    if isinstance(path, str):
        raise ValueError(f"{path!r} is one directory; give a list of them")  # noqa: TRY004
    yielded: set[str] = set()
    for entry in map(Path, path):
        try:
            filenames = sorted(file.name for file in entry.iterdir())
        except OSError:
            filenames = []
        for filename in filenames:
            name = filename.removesuffix(".py")
            if name in ("", "__init__") or "." in name or name in yielded:
                continue
            ispkg = name == filename
            if not ispkg or (entry / name / "__init__.py").is_file():
                yielded.add(name)
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
        if not namespace.isidentifier():
            raise ValueError(f"{namespace!r} is not an identifier")
        if find_spec(namespace):
            raise ValueError(f"there is a module {namespace!r} already")
        self._namespace = namespace
        self._path = tuple(path)
        self._package = module_from_spec(ModuleSpec(namespace, None, is_package=True))
        self._loaded: dict[str, _Loaded] = {}
        self._directories: set[str] = set()
        sys.modules[namespace] = self._package

    def names(self) -> list[str]:
        """Return the names of the loaded plugins, each after those that it requires."""
        return [*self._loaded]

    def get_plugin(self, name: str) -> ModuleType | None:
        """Return the module of the plugin `name`, or None if it is not loaded."""
        plugin = self._loaded.get(name)
        return plugin and plugin.module

    def load(self, name: str) -> ModuleType:
        """Load the plugin `name`, after those that it requires, and return its module.

        Raises:
            ModuleNotFoundError: there is no module of that name.
            ImportError: a plugin that it requires cannot be loaded, or requires it in turn.
            ValueError: `requires` is not a literal list or tuple of strings.
            Exception: whatever the module itself raises, as it is.
        """
        errors = self._load([name])
        if name in errors:
            raise errors[name]
        return self._loaded[name].module

    def load_all(self) -> dict[str, Exception]:
        """Load every plugin that can be loaded; return the errors of the others by name."""
        names = [info.name for info in iter_modules(self._path)]
        errors = self._load(names)
        return {name: error for name, error in errors.items() if name in names}

    def unload(self, name: str) -> None:
        """Forget the plugin `name` and those that depend on it.

        Raises:
            KeyError: it is not loaded.
        """
        for each in self._with_dependents(name):
            self._take_out(each)

    def reload(self, name: str) -> ModuleType:
        """Load the plugin `name` and those that depend on it anew, all or none; return its module.

        Raises:
            KeyError: it is not loaded.
            Exception: whatever `load` raises for one of them; all is as before then.
        """
        going = self._with_dependents(name)
        before = dict(self._loaded)
        parked: dict[str, ModuleType] = {}
        for each in going:
            parked |= self._take_out(each)
        try:
            errors = self._load(going)
            for each in reversed(going):
                if each in errors:
                    raise errors[each]  # noqa: TRY301 - treated as any that comes from below
        except BaseException:
            for each in set(self._loaded) - set(before).difference(going):
                self._take_out(each)
            sys.modules.update(parked)
            for each, plugin in before.items():
                setattr(self._package, each, plugin.module)
            self._loaded = before
            raise
        return self._loaded[name].module

    def close(self) -> None:
        """Unload all plugins and give the namespace back; a second time, do nothing."""
        if sys.modules.get(self._namespace) is not self._package:
            return
        for name in self.names():
            self._take_out(name)
        for directory in self._directories:
            sys.path_importer_cache.pop(directory, None)
        del sys.modules[self._namespace]

    def _load(self, names: Iterable[str]) -> dict[str, Exception]:
        """Load what can be loaded of `names` and of all that they require; return the errors."""
        errors: dict[str, Exception] = {}
        waiting: dict[str, _Waiting] = {}
        unread = [*names]
        while unread:
            name = unread.pop()
            if name not in self._loaded and name not in waiting and name not in errors:
                try:
                    waiting[name] = self._read(name)
                    unread += waiting[name].requires
                except Exception as error:  # noqa: BLE001 - it is the caller's to judge
                    errors[name] = error
        while waiting:
            before = len(waiting)
            for name, plugin in list(waiting.items()):
                missing = [each for each in plugin.requires if each not in self._loaded]
                broken = [each for each in missing if each in errors]
                if broken or not missing:
                    del waiting[name]
                if broken:
                    errors[name] = ImportError(f"{name} cannot do without {broken[0]}")
                    errors[name].__cause__ = errors[broken[0]]
                elif not missing:
                    try:
                        self._run(name, plugin)
                    except Exception as error:  # noqa: BLE001 - as above
                        errors[name] = error
            if len(waiting) == before:
                circle = ImportError(f"these require each other: {', '.join(waiting)}")
                return errors | dict.fromkeys(waiting, circle)
        return errors

    def _read(self, name: str) -> "_Waiting":
        """Find the source of a plugin and read what it declares."""
        for info in iter_modules(self._path):
            if info.name == name:
                spec = info.module_finder.find_spec(f"{self._namespace}.{name}")
                return _Waiting(spec, _declared(Path(spec.origin)))
        fullname = f"{self._namespace}.{name}"
        raise ModuleNotFoundError(f"no plugin {name!r} in {self._path}", name=fullname)

    def _run(self, name: str, plugin: "_Waiting") -> None:
        for directory in plugin.spec.submodule_search_locations or ():
            self._directories.add(directory)
            sys.path_importer_cache[directory] = _PackageFinder(directory, self._directories)
        module = module_from_spec(plugin.spec)
        sys.modules[plugin.spec.name] = module
        try:
            plugin.spec.loader.exec_module(module)  # type: ignore[union-attr]
            # It may have put something else there.
            module = sys.modules[plugin.spec.name]
        except BaseException:
            self._take_out(name)
            raise
        setattr(self._package, name, module)
        self._loaded[name] = _Loaded(module, plugin.requires)

    def _take_out(self, name: str) -> dict[str, ModuleType]:
        """Remove a plugin, whole or half-loaded; return the modules that it had."""
        self._loaded.pop(name, None)
        self._package.__dict__.pop(name, None)
        fullname = f"{self._namespace}.{name}"
        keys = [
            key for key in tuple(sys.modules) if key == fullname or key.startswith(f"{fullname}.")
        ]
        return {key: sys.modules.pop(key) for key in keys}

    def _with_dependents(self, name: str) -> list[str]:
        """Return all that must go when `name` goes; each before what it requires."""
        if name not in self._loaded:
            raise KeyError(name)
        going = [name]
        for each, plugin in self._loaded.items():
            if set(going) & set(plugin.requires):
                going.append(each)
        return going[::-1]


class _Loaded(NamedTuple):
    module: ModuleType
    requires: tuple[str, ...]


class _Waiting(NamedTuple):
    spec: ModuleSpec
    requires: tuple[str, ...]


class _FreshLoader(SourceFileLoader):
    """A loader that has no bytecode, since it knows no time of the source."""

    def path_stats(self, path: Any) -> Any:
        raise OSError(f"the modification time of {path} says nothing")


class _PackageFinder(FileFinder):
    """Finds in the directory of a package, and below it."""

    def __init__(self, directory: str, directories: set[str]) -> None:
        super().__init__(directory, (_FreshLoader, SOURCE_SUFFIXES))
        self._directories = directories

    def find_spec(self, fullname: str, target: ModuleType | None = None) -> ModuleSpec | None:
        self.invalidate_caches()
        spec = super().find_spec(fullname, target)
        for directory in (spec and spec.submodule_search_locations) or ():
            self._directories.add(directory)
            sys.path_importer_cache[directory] = _PackageFinder(directory, self._directories)
        return spec


def _file_finder(directory: Path) -> FileFinder:
    return FileFinder(str(directory), (_FreshLoader, SOURCE_SUFFIXES))


def _declared(file: Path) -> tuple[str, ...]:
    tree = ast.parse(file.read_bytes(), str(file))
    values = [
        statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        and any(isinstance(each, ast.Name) and each.id == "requires" for each in statement.targets)
    ]
    match values:
        case []:
            return ()
        case [*_, ast.List(elts=items) | ast.Tuple(elts=items)]:
            names = [ast.literal_eval(item) for item in items]
            if all(isinstance(name, str) for name in names):
                return tuple(names)
    raise ValueError(f"{file.name}: requires is no literal list of names")
