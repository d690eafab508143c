import contextlib
import gc
import importlib
import importlib.machinery
import inspect
import os
import pickle
import pkgutil
import py_compile
import sys
import tempfile
import types
import weakref
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katas.dynamic_import.plugin_loader import PluginManager, iter_modules

STAMP = 1_600_000_000  # the modification time of everything: nobody can tell an edit by it
OURS = {"app", "other", "journal", "imported"}  # the top-level modules that tests make
RUN = "import journal; journal.runs.append(__name__.rpartition('.')[2])\n"
FAIL = RUN + "raise journal.error"


def write(folder, files):
    """Write the texts of `files`, by their paths below `folder`; a surrogate is a lone byte."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", errors="surrogateescape")
        for path in (file, file.parent, folder):
            os.utime(path, (STAMP, STAMP))


def plugins(needs):
    """Sources of plugins that require what `needs` says."""
    return {f"{name}.py": f"requires = {needed}\n{RUN}" for name, needed in needs.items()}


def loaded(namespace="app"):
    """What `sys.modules` has below a namespace, by the rest of the name."""
    prefix = f"{namespace}."
    modules = sys.modules.copy().items()
    return {name.removeprefix(prefix): m for name, m in modules if name.startswith(prefix)}


@contextlib.contextmanager
def import_system_restored():
    """Undo what a test does to the import system; provide a module in which plugins write."""
    path, meta_path, hooks = sys.path.copy(), sys.meta_path.copy(), sys.path_hooks.copy()
    finders, without_bytecode = sys.path_importer_cache.copy(), sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # before rule 8, bytecode is no matter
    sys.modules["journal"] = journal = types.ModuleType("journal")
    journal.runs, journal.error = [], LookupError("no disk")
    try:
        yield journal
    finally:
        for name in sys.modules.copy():
            if name.partition(".")[0] in OURS:
                del sys.modules[name]
        sys.path[:], sys.meta_path[:], sys.path_hooks[:] = path, meta_path, hooks
        sys.path_importer_cache.clear()
        sys.path_importer_cache.update(finders)
        sys.dont_write_bytecode = without_bytecode


@pytest.fixture(autouse=True)
def journal():
    with import_system_restored() as journal:
        yield journal


@pytest.fixture
def runs(journal):
    """The names of what has run."""
    return journal.runs


@pytest.fixture
def managing(tmp_path):
    """A function that writes files and returns a manager of them."""

    def make(files):
        write(tmp_path, files)
        return PluginManager("app", [tmp_path])

    return make


# Rule 1: iter_modules


def found(path, prefix=""):
    """The names that are found, packages with a slash."""
    return [info.name + "/" * info.ispkg for info in iter_modules(path, prefix)]


@pytest.mark.rule(1)
def test_modules_and_packages_are_found_in_the_order_of_file_names(tmp_path):
    tree = """beta.py alpha.py package/__init__.py package/inner.py folder/inner.py both.py
        both/__init__.py mixed/data.txt mixed.py mixed-2.py __init__.py __main__.py _private.py
        dotted.name.py dotted.package/__init__.py .py .hidden.py py README notes.txt"""
    write(tmp_path, dict.fromkeys(tree.split(), ""))
    names = "__main__ _private alpha beta both/ mixed-2 mixed package/"
    assert found([tmp_path]) == found([str(tmp_path)]) == names.split()


@pytest.mark.rule(1)
def test_of_the_same_names_the_first_on_the_path_is_found(tmp_path):
    write(tmp_path, dict.fromkeys(["a/x.py", "a/z.py", "b/x/__init__.py", "b/y.py"], ""))
    a, b = tmp_path / "a", tmp_path / "b"
    assert found([a, b]) == ["x", "z", "y"]
    assert found(iter([b, a])) == ["x/", "y", "z"]


@pytest.mark.rule(1)
def test_a_directory_that_cannot_be_read_yields_nothing(tmp_path):
    write(tmp_path, {"here/alpha.py": "", "file": ""})
    assert found([tmp_path / "nowhere", tmp_path / "file", tmp_path / "here"]) == ["alpha"]
    assert found([]) == []


@pytest.mark.rule(1)
def test_the_prefix_comes_before_each_name_and_the_finder_has_the_spec(tmp_path):
    files = {"app.alpha": "alpha.py", "app.package": "package/__init__.py"}
    write(tmp_path, dict.fromkeys(files.values(), ""))
    assert found([tmp_path], "app.") == ["app.alpha", "app.package/"]
    for info in iter_modules([tmp_path], "app."):
        finder, name, ispkg = info
        assert (finder, name, ispkg) == (info.module_finder, info.name, info.ispkg)
        spec = finder.find_spec(name)
        assert (spec.name, spec.origin) == (name, str(tmp_path / files[name]))


@pytest.mark.rule(1)
def test_finding_imports_nothing(tmp_path, runs):
    write(tmp_path, {"alpha.py": RUN, "broken.py": "def", "package/__init__.py": RUN})
    before = set(sys.modules), sys.path.copy()
    assert found([tmp_path]) == ["alpha", "broken", "package/"]
    assert (set(sys.modules), sys.path) == before
    assert runs == []


@pytest.mark.rule(1)
def test_a_string_in_place_of_directories_is_refused(tmp_path):
    with pytest.raises(ValueError):
        list(iter_modules(str(tmp_path)))


FILES = ["a.py", "b.py", "a/__init__.py", "b/x.py", "c-d.py", "c.py", "c", "d.e.py"]


@pytest.mark.rule(1)
@settings(max_examples=30)
@given(st.lists(st.sets(st.sampled_from(FILES)), max_size=3))
def test_any_tree_is_found_as_pkgutil_finds_it(trees):
    with import_system_restored(), tempfile.TemporaryDirectory() as root:
        folders = [Path(root, str(number)) for number in range(len(trees))]
        for folder, tree in zip(folders, trees, strict=True):
            write(folder, dict.fromkeys(tree, ""))
        theirs = pkgutil.iter_modules(folders, "p.")
        assert found(folders, "p.") == [info.name + "/" * info.ispkg for info in theirs]


# Rule 2: load


@pytest.mark.rule(2)
def test_a_plugin_runs_once_under_a_name_of_its_own(managing, runs):
    manager = managing({"alpha.py": RUN + "NAME = __name__"})
    module = manager.load("alpha")
    assert (module.NAME, runs) == ("app.alpha", ["alpha"])
    assert manager.load("alpha") is module is sys.modules["app.alpha"]
    assert importlib.import_module("app.alpha") is module is sys.modules["app"].alpha
    assert runs == ["alpha"]


@pytest.mark.rule(2)
def test_what_is_loaded_can_be_asked_for(managing):
    manager = managing(dict.fromkeys(["alpha.py", "beta.py", "gamma.py"], ""))
    before = manager.names()
    assert manager.get_plugin("alpha") is None
    beta, alpha = manager.load("beta"), manager.load("alpha")
    assert (before, manager.names()) == ([], ["beta", "alpha"])
    manager.names().clear()
    assert (manager.get_plugin("alpha"), manager.get_plugin("beta")) == (alpha, beta)
    assert (manager.get_plugin("gamma"), manager.get_plugin("app.alpha")) == (None, None)


POINT = """
import sys
class Point:
    def __init__(self, x): self.x = x
ME = sys.modules[__name__]
"""


@pytest.mark.rule(2)
@pytest.mark.parametrize("file", ["alpha.py", "alpha/__init__.py"], ids=["module", "package"])
def test_a_loaded_module_is_as_import_module_makes_it(managing, tmp_path, file, monkeypatch):
    def described(module):
        spec = module.__spec__
        texts = [module.__name__, module.__package__, module.__file__]
        texts += [spec.name, spec.origin, spec.parent]
        texts += [module.Point.__init__.__code__.co_filename]
        texts += [*(spec.submodule_search_locations or []), *getattr(module, "__path__", [])]
        below = str(tmp_path / "imported")
        texts = [text.replace(below, str(tmp_path)).replace("imported", "app") for text in texts]
        return texts, spec.has_location, module.__loader__ is spec.loader, module.ME is module

    files = {file: POINT, "imported/__init__.py": "", f"imported/{file}": POINT}
    module = managing(files).load("alpha")
    monkeypatch.syspath_prepend(tmp_path)
    original = importlib.import_module("imported.alpha")
    assert described(module) == described(original)
    assert inspect.getsource(module.Point) == inspect.getsource(original.Point)
    assert inspect.getmodule(module.Point) is module
    assert pickle.loads(pickle.dumps(module.Point(3))).x == 3


@pytest.mark.rule(2)
def test_a_module_may_put_something_else_in_its_place(managing):
    source = "import sys; sys.modules[__name__] = type('Other', (), {})"
    manager = managing({"alpha.py": source})
    other = manager.load("alpha")
    assert other.__name__ == "Other"
    assert manager.get_plugin("alpha") is sys.modules["app"].alpha is other


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    "name", ["nowhere", "", "__init__", "folder", "package.inner", "package/inner", "../outside"]
)
def test_a_name_that_is_not_found_is_a_module_not_found_error(tmp_path, name, runs):
    tree = """outside.py in/__init__.py in/inner.py in/folder/inner.py
        in/package/__init__.py in/package/inner.py"""
    write(tmp_path, dict.fromkeys(tree.split(), RUN))
    manager = PluginManager("app", [tmp_path / "in"])
    with pytest.raises(ModuleNotFoundError) as caught:
        manager.load(name)
    assert caught.value.name == f"app.{name}"
    assert (runs, manager.names(), loaded()) == ([], [], {})


@pytest.mark.rule(2)
def test_the_first_directory_wins_and_the_path_is_read_once(tmp_path):
    write(tmp_path, {"a/alpha.py": "X = 'a'", "b/alpha.py": "X = 'b'", "b/beta.py": "X = 'b'"})
    path = [tmp_path / "a", tmp_path / "b"]
    managers = [PluginManager("app", path), PluginManager("other", iter(path))]
    path.clear()
    for manager in managers:
        assert (manager.load("alpha").X, manager.load("beta").X) == ("a", "b")


@pytest.mark.rule(2)
def test_plugins_of_the_same_name_do_not_meet(tmp_path):
    write(tmp_path, {"a/alpha.py": "X = 'a'", "b/alpha.py": "X = 'b'"})
    one, other = PluginManager("app", [tmp_path / "a"]), PluginManager("other", [tmp_path / "b"])
    assert (one.load("alpha").X, other.load("alpha").X) == ("a", "b")
    assert (loaded("app")["alpha"].X, loaded("other")["alpha"].X) == ("a", "b")


@pytest.mark.rule(2)
def test_a_plugin_may_have_the_name_of_a_standard_module(managing):
    path = sys.path.copy()
    manager = managing({"colorsys.py": "import colorsys as standard", "user.py": "import colorsys"})
    import colorsys

    assert manager.load("colorsys").standard is manager.load("user").colorsys is colorsys
    assert sys.path == path


@pytest.mark.rule(2)
def test_other_imports_are_left_alone(managing, tmp_path, monkeypatch):
    managing({"imported/__init__.py": "", "imported/core.py": ""})
    monkeypatch.syspath_prepend(tmp_path)
    core = importlib.import_module("imported.core")
    assert type(core.__loader__) is importlib.machinery.SourceFileLoader


@pytest.mark.rule(2)
def test_nothing_but_what_is_loaded_can_be_imported_from_the_namespace(managing, runs):
    manager = managing({"alpha.py": RUN, "beta.py": RUN, "greedy.py": "from . import beta"})
    assert list(importlib.import_module("app").__path__) == []
    manager.load("alpha")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("app.beta")
    with pytest.raises(ImportError):
        manager.load("greedy")
    beta = manager.load("beta")
    assert manager.load("greedy").beta is beta
    assert runs == ["alpha", "beta"]


@pytest.mark.rule(2)
@pytest.mark.parametrize("namespace", ["json", "antigravity", "app", "__main__", "a.b", "", "2x"])
def test_a_namespace_that_is_not_free_or_no_identifier_is_refused(tmp_path, namespace):
    PluginManager("app", [tmp_path])
    before = sys.modules.copy(), sys.meta_path.copy()
    with pytest.raises(ValueError):
        PluginManager(namespace, [tmp_path])
    assert (sys.modules, sys.meta_path) == before


# Rule 3: packages


PACKAGE = {
    "alpha/__init__.py": "from .core import run; NAME = 'alpha'; from . import core as c",
    "alpha/core.py": RUN + "from .deep.util import Thing\ndef run(): return Thing()",
    "alpha/deep/__init__.py": RUN,
    "alpha/deep/util.py": RUN + "from ... import alpha\nclass Thing: owner = alpha",
    "alpha/later.py": RUN,
    "alpha/data/inner.py": RUN,
    "core.py": "raise AssertionError('not the core of alpha')",
}


@pytest.mark.rule(3)
def test_a_package_finds_its_submodules(managing, runs):
    alpha = managing(PACKAGE).load("alpha")
    assert runs == ["core", "deep", "util"]
    assert set(loaded()) == {"alpha", "alpha.core", "alpha.deep", "alpha.deep.util"}
    assert alpha.run().owner is alpha
    assert alpha.c is alpha.core is loaded()["alpha.core"]
    assert type(pickle.loads(pickle.dumps(alpha.run()))) is alpha.deep.util.Thing


@pytest.mark.rule(3)
@pytest.mark.parametrize("name", ["later", "data.inner"], ids=["submodule", "without __init__"])
def test_a_package_finds_its_submodules_later_too(managing, name, runs):
    manager = managing(PACKAGE)
    alpha = manager.load("alpha")
    runs.clear()
    assert importlib.import_module(f".{name}", alpha.__name__) is loaded()[f"alpha.{name}"]
    assert runs == [name.rpartition(".")[2]]
    assert manager.names() == ["alpha"]


# Rule 4: failures


FAILURES = {
    "a module": ({"bad.py": "1 / 0"}, ZeroDivisionError),
    "its syntax": ({"bad.py": "x = (\n"}, SyntaxError),
    "its imports": ({"bad.py": "import no_such_module"}, ModuleNotFoundError),
    "a package": ({"bad/__init__.py": "from . import sub; 1 / 0"}, ZeroDivisionError),
    "a submodule": (
        {"bad/__init__.py": "from . import sub, worse", "bad/worse.py": "1 / 0"},
        ZeroDivisionError,
    ),
    "an exit": ({"bad/__init__.py": "from . import sub; raise SystemExit"}, SystemExit),
}


@pytest.mark.rule(4)
@pytest.mark.parametrize(("files", "error"), FAILURES.values(), ids=FAILURES.keys())
def test_a_plugin_that_fails_leaves_nothing_behind(managing, files, error):
    manager = managing({"bad/sub.py": "", "bad_luck.py": "", **files})
    before = {"bad_luck": manager.load("bad_luck")}
    with pytest.raises(error) as caught:
        manager.load("bad")
    assert type(caught.value) is error
    assert loaded() == before
    assert (manager.names(), manager.get_plugin("bad")) == (["bad_luck"], None)
    assert not hasattr(sys.modules["app"], "bad")


@pytest.mark.rule(4)
def test_the_error_of_a_plugin_comes_out_as_it_is(managing, journal):
    manager = managing({"bad.py": FAIL, "worse.py": "\nx = = 1"})
    with pytest.raises(LookupError) as caught:
        manager.load("bad")
    assert caught.value is journal.error
    assert (caught.value.__context__, caught.value.__cause__) == (None, None)
    with pytest.raises(SyntaxError) as caught:
        manager.load("worse")
    assert (Path(caught.value.filename).name, caught.value.lineno) == ("worse.py", 2)


@pytest.mark.rule(4)
def test_load_all_loads_what_it_can_and_reports_the_others(managing, journal):
    manager = managing({"a.py": RUN, "bad.py": FAIL, "c/__init__.py": RUN, "worse.py": "1 1"})
    failures = manager.load_all()
    assert set(failures) == {"bad", "worse"}
    assert failures["bad"] is journal.error
    assert type(failures["worse"]) is SyntaxError
    assert set(manager.names()) == set(loaded()) == {"a", "c"}
    assert sorted(journal.runs) == ["a", "bad", "c"]


@pytest.mark.rule(4)
def test_load_all_again_loads_what_has_been_mended(managing, tmp_path, runs):
    files = {"bad/__init__.py": f"from .sub import X\n{RUN}1 / X", "bad/sub.py": "X = 0"}
    manager = managing({"a.py": RUN, **files})
    assert set(manager.load_all()) == {"bad"}
    write(tmp_path, {"bad/sub.py": "X = 1"})
    assert manager.load_all() == {}
    assert sorted(manager.names()) == ["a", "bad"]
    assert sorted(runs) == ["a", "bad", "bad"]


@pytest.mark.rule(4)
def test_what_is_no_exception_ends_load_all(managing):
    manager = managing({"bad.py": "raise SystemExit(3)"})
    with pytest.raises(SystemExit):
        manager.load_all()
    assert (manager.names(), loaded()) == ([], {})


# Rule 5: requires


STORE = RUN + "def connect(): return __name__"
DECLARED = {
    "a list": f"requires = ['store']\n{RUN}from .store import connect",
    "a tuple": f"requires = ('store',)\n{RUN}import app.store\nconnect = app.store.connect",
    "at the end": f"{RUN}from . import store as s\nconnect = s.connect\nrequires = ['store']",
    "in latin-1": f"# coding: latin-1 \udcb0\nrequires = ['store']\n{RUN}from .store import *",
}


@pytest.mark.rule(5)
@pytest.mark.parametrize("source", DECLARED.values(), ids=DECLARED.keys())
def test_what_a_plugin_requires_is_loaded_before_it(managing, source, runs):
    manager = managing({"shop.py": source, "store.py": STORE})
    assert manager.load("shop").connect() == "app.store"
    assert runs == manager.names() == ["store", "shop"]


@pytest.mark.rule(5)
def test_a_package_declares_for_its_submodules(managing):
    files = {"shop/__init__.py": "requires = ['store']\nfrom .till import connect"}
    manager = managing({**files, "shop/till.py": "from ..store import connect", "store.py": STORE})
    assert manager.load("shop").connect is manager.get_plugin("store").connect


@pytest.mark.rule(5)
@pytest.mark.parametrize("start", [lambda manager: manager.load("a"), PluginManager.load_all])
def test_each_is_loaded_once_and_after_all_that_it_requires(managing, start, runs):
    needs = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": ["e", "f"], "e": ["f"], "f": []}
    manager = managing(plugins(needs))
    manager.load("e")
    start(manager)
    assert runs == manager.names()
    assert sorted(runs) == sorted(needs)
    assert all(runs.index(needed) < runs.index(name) for name in needs for needed in needs[name])


@pytest.mark.rule(5)
def test_without_what_it_requires_a_plugin_does_not_run(managing, journal):
    needs = {"shop": ["other", "disk"], "other": []}
    manager = managing({**plugins(needs), "disk.py": FAIL})
    with pytest.raises(ImportError) as caught:
        manager.load("shop")
    assert caught.value.__cause__ is journal.error
    assert sorted({*journal.runs, "other"}) == ["disk", "other"]
    assert (manager.get_plugin("shop"), manager.get_plugin("disk")) == (None, None)


@pytest.mark.rule(5)
def test_load_all_runs_what_fails_once_and_reports_all_that_require_it(managing, journal):
    needs = {"a": ["disk"], "b": ["a"], "c": ["disk", "e"], "d": ["b", "c"], "e": [], "f": ["zzz"]}
    late = {"disk.py": FAIL, "g.py": f"requires = ['e']\n{FAIL}"}
    manager = managing({**plugins(needs), **late})
    failures = manager.load_all()
    assert set(failures) == {"a", "b", "c", "d", "disk", "f", "g"}
    assert failures["disk"] is failures["a"].__cause__ is failures["c"].__cause__ is journal.error
    assert {type(failures[name]) for name in "abcdf"} == {ImportError}
    assert type(failures["f"].__cause__) is ModuleNotFoundError
    assert (sorted(journal.runs), manager.names()) == (["disk", "e", "g"], ["e"])


@pytest.mark.rule(5)
@pytest.mark.parametrize("circle", ["a", "ab", "cab"], ids=["itself", "each other", "three"])
def test_plugins_that_require_each_other_do_not_run(managing, circle, runs):
    successors = dict(zip(circle, circle[1:] + circle[0], strict=True))
    needs = {name: ["free", needed] for name, needed in {**successors, "user": "a"}.items()}
    manager = managing(plugins({**needs, "free": []}))
    with pytest.raises(ImportError) as caught:
        manager.load("user")
    error = caught.value
    while error := error.__cause__ or error.__context__:
        assert not isinstance(error, RecursionError), "found by running into the limit"
    failures = manager.load_all()
    assert {name: type(failures[name]) for name in failures} == dict.fromkeys(needs, ImportError)
    assert (runs, manager.names()) == (["free"], ["free"])


@pytest.mark.rule(5)
@pytest.mark.parametrize("value", ["'store'", "find()", "['store', 1]", "None", "{'store': 1}"])
def test_requires_must_be_a_literal_list_of_strings(managing, value, runs):
    manager = managing({"shop.py": f"{RUN}\nfind = list\nrequires = {value}", "store.py": RUN})
    with pytest.raises(ValueError):
        manager.load("shop")
    assert (runs, manager.names()) == ([], [])


@pytest.mark.rule(5)
def test_only_a_name_at_the_top_of_the_module_declares(managing, runs):
    source = (
        "def f():\n requires = ['x']\nclass C:\n requires = ['y']\nf.requires = needs = ['z']\n"
    )
    managing({"shop.py": source + RUN}).load("shop")
    assert runs == ["shop"]


# Rule 6: unload and close


SHOP = {
    "store.py": RUN + "class Store:\n def name(self): return __name__",
    "shop/__init__.py": "requires = ['store']\nfrom .till import Till\n" + RUN,
    "shop/till.py": "from ..store import Store\nclass Till(Store): pass",
    "report.py": "requires = ['shop']\nfrom .shop import Till\n" + RUN,
    "shop_extra.py": RUN,
    "other.py": "requires = ['shop_extra']\n" + RUN,
}


@pytest.mark.rule(6)
def test_an_unloaded_plugin_is_gone_and_so_is_what_depends_on_it(managing):
    manager = managing(SHOP)
    assert manager.load_all() == {}
    till = manager.get_plugin("report").Till()
    manager.unload("shop")
    assert sorted(manager.names()) == sorted(loaded()) == ["other", "shop_extra", "store"]
    assert (manager.get_plugin("shop"), manager.get_plugin("report")) == (None, None)
    package = sys.modules["app"]
    assert (hasattr(package, "shop"), hasattr(package, "report")) == (False, False)
    assert package.store is loaded()["store"]
    assert till.name() == "app.store"
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("app.shop")


@pytest.mark.rule(6)
def test_what_depends_on_it_over_others_is_unloaded_too(managing):
    manager = managing(SHOP)
    manager.load_all()
    manager.unload("store")
    assert sorted(manager.names()) == sorted(loaded()) == ["other", "shop_extra"]


@pytest.mark.rule(6)
def test_an_unloaded_plugin_is_freed(managing):
    manager = managing(SHOP)
    manager.load("report")
    alive = [weakref.ref(module) for module in loaded().values()]
    manager.unload("store")
    gc.collect()
    assert [reference() for reference in alive] == [None] * 4


@pytest.mark.rule(6)
def test_an_unloaded_plugin_can_be_loaded_anew(managing):
    manager = managing(SHOP)
    old = manager.load("shop")
    manager.unload("shop")
    new = manager.load("shop")
    assert new is sys.modules["app"].shop is loaded()["shop"]
    assert new.Till is new.till.Till is not old.Till
    assert manager.names() == ["store", "shop"]


NOT_LOADED = ["shop", "nowhere", "", "store.x"]


def check_that_it_is_a_key_error(manager, call, name):
    manager.load("store")
    before = loaded()
    with pytest.raises(KeyError):
        call(manager, name)
    assert (manager.names(), loaded()) == (["store"], before)


@pytest.mark.rule(6)
@pytest.mark.parametrize("name", NOT_LOADED)
def test_to_unload_what_is_not_loaded_is_a_key_error(managing, name):
    check_that_it_is_a_key_error(managing(SHOP), PluginManager.unload, name)


@pytest.mark.rule(6)
def test_close_unloads_all_and_gives_the_namespace_back(managing, tmp_path):
    other = PluginManager("other", [tmp_path])
    before = set(sys.modules), sys.path.copy(), sys.meta_path.copy(), sys.path_hooks.copy()
    manager = managing(SHOP)
    manager.load_all()
    manager.close()
    assert (manager.names(), manager.get_plugin("shop")) == ([], None)
    assert (set(sys.modules), sys.path, sys.meta_path, sys.path_hooks) == before
    successor = PluginManager("app", [tmp_path])
    manager.close()
    assert successor.load("shop") is loaded()["shop"]
    assert other.load("shop") is loaded("other")["shop"]


# Rule 7: reload


@pytest.mark.rule(7)
def test_reload_runs_the_new_source_in_a_new_module(managing, tmp_path):
    manager = managing({"alpha.py": "OLD = 'old'\nclass Thing: pass"})
    old = manager.load("alpha")
    write(tmp_path, {"alpha.py": "NEW = 'new'\nclass Thing: color = 'red'"})
    new = manager.reload("alpha")
    assert new is manager.get_plugin("alpha") is loaded()["alpha"] is sys.modules["app"].alpha
    assert (new.NEW, new.Thing.color, hasattr(new, "OLD")) == ("new", "red", False)
    assert (old.OLD, hasattr(old, "NEW"), hasattr(old.Thing, "color")) == ("old", False, False)


@pytest.mark.rule(7)
def test_reload_runs_what_depends_on_it_too_and_nothing_else(managing, tmp_path, runs):
    manager = managing(SHOP)
    manager.load_all()
    before = loaded()
    runs.clear()
    write(tmp_path, {"store.py": RUN + "class Store: new = True"})
    manager.reload("store")
    after = loaded()
    assert runs == ["store", "shop", "report"]
    assert {name for name in before if after[name] is before[name]} == {"shop_extra", "other"}
    assert after.keys() == before.keys()
    assert manager.get_plugin("report").Till.__base__ is after["store"].Store
    assert manager.get_plugin("report").Till.new


@pytest.mark.rule(7)
def test_reload_follows_new_requirements(managing, tmp_path):
    manager = managing(plugins({"shop": ["store"], "store": [], "bank": []}))
    manager.load("shop")
    write(tmp_path, plugins({"shop": [], "store": ["bank"]}))
    manager.reload("store")
    assert sorted(manager.names()) == ["bank", "shop", "store"]
    manager.unload("bank")
    assert manager.names() == ["shop"]


NAMES = "abcde"
GRAPHS = st.fixed_dictionaries({n: st.sets(st.sampled_from(NAMES), max_size=2) for n in NAMES})


def needed_by(name, graph):
    """What `name` requires, directly or not."""
    found, more = set(), [name]
    while more:
        new = graph[more.pop()] - found
        found |= new
        more += new
    return found


@pytest.mark.rule(7)
@settings(max_examples=25)
@given(graph=GRAPHS, bad=st.sampled_from(NAMES + "-----"), chosen=st.sampled_from(NAMES))
def test_with_any_requirements_the_right_plugins_are_loaded_and_reloaded(graph, bad, chosen):
    needs = {name: needed_by(name, graph) for name in NAMES}
    good = {n for n in NAMES if not any(m in needs[m] or m == bad for m in needs[n] | {n})}
    affected = {n for n in good if chosen in needs[n] | {n}}
    with import_system_restored() as journal, tempfile.TemporaryDirectory() as folder:
        files = plugins({name: sorted(graph[name]) for name in NAMES})
        files[f"{bad}.py"] = files.get(f"{bad}.py", "") + "1 / 0"
        write(Path(folder), files)
        manager = PluginManager("app", [folder])
        assert set(manager.load_all()) == {*NAMES, bad} - good
        assert set(manager.names()) == set(loaded()) == good
        before = loaded()
        if chosen in good:
            journal.runs.clear()
            manager.reload(chosen)
            assert sorted(journal.runs) == sorted(affected)
            assert {name for name in good if loaded()[name] is not before[name]} == affected
        names = manager.names()
        assert sorted(names) == sorted(good)
        assert all(names.index(m) < names.index(n) for n in names for m in graph[n])


BROKEN = {
    "itself": ({"store.py": "1 / 0"}, ZeroDivisionError),
    "its syntax": ({"store.py": "1 1"}, SyntaxError),
    "what depends on it": ({"report.py": "requires = ['shop', 'new']\n1 / 0"}, ZeroDivisionError),
    "a submodule": ({"shop/till.py": "from . import nothing"}, ImportError),
    "a circle": ({"store.py": "requires = ['report']"}, ImportError),
    "an exit": ({"shop/__init__.py": "raise SystemExit"}, SystemExit),
}


@pytest.mark.rule(7)
@pytest.mark.slow
@pytest.mark.parametrize(("files", "error"), BROKEN.values(), ids=BROKEN.keys())
def test_if_a_reload_fails_all_is_as_before(managing, tmp_path, files, error):
    manager = managing({**SHOP, "new.py": "requires = ['store']\nfrom . import store"})
    for name in ("shop", "other", "report"):
        manager.load(name)
    package = sys.modules["app"]
    before, names = loaded(), manager.names()
    modules = {name: manager.get_plugin(name) for name in names}
    write(tmp_path, files)
    with pytest.raises(error):
        manager.reload("store")
    assert (loaded(), manager.names(), sys.modules["app"]) == (before, names, package)
    assert {name: manager.get_plugin(name) for name in names} == modules
    assert {name: getattr(package, name) for name in names} == modules
    assert not hasattr(package, "new")
    assert manager.load("new").store is modules["store"]
    manager.unload("store")
    assert (manager.names(), set(loaded())) == (["shop_extra", "other"], {"shop_extra", "other"})


@pytest.mark.rule(7)
def test_a_plugin_whose_file_is_gone_stays_loaded(managing, tmp_path):
    manager = managing({"alpha.py": ""})
    alpha = manager.load("alpha")
    (tmp_path / "alpha.py").unlink()
    with pytest.raises(ModuleNotFoundError):
        manager.reload("alpha")
    assert manager.get_plugin("alpha") is loaded()["alpha"] is alpha


@pytest.mark.rule(7)
@pytest.mark.parametrize("name", NOT_LOADED)
def test_to_reload_what_is_not_loaded_is_a_key_error(managing, name):
    check_that_it_is_a_key_error(managing(SHOP), PluginManager.reload, name)


# Rule 8: the source as it is


@pytest.fixture
def bytecode(journal, monkeypatch):
    """Python writes bytecode beside the sources, whatever the environment says."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)


PLACES = {
    "a module": ("alpha.py", {}),
    "a package": ("alpha/__init__.py", {}),
    "a submodule": ("alpha/core.py", {"alpha/__init__.py": "from .core import X"}),
    "a deep submodule": (
        "alpha/a/b/core.py",
        {"alpha/__init__.py": "from .a.b.core import X", "alpha/a/b/__init__.py": ""},
    ),
}
everywhere = pytest.mark.parametrize(("file", "files"), PLACES.values(), ids=PLACES.keys())


@pytest.mark.rule(8)
@everywhere
def test_an_edit_that_keeps_size_and_time_counts(managing, tmp_path, bytecode, file, files):
    manager = managing({**files, file: "X = 1"})
    assert manager.load("alpha").X == 1
    write(tmp_path, {file: "X = 2"})
    assert manager.reload("alpha").X == 2
    manager.unload("alpha")
    write(tmp_path, {file: "X = 3"})
    assert manager.load("alpha").X == 3


@pytest.mark.rule(8)
@everywhere
def test_a_plugin_that_failed_can_be_mended_at_once(managing, tmp_path, bytecode, file, files):
    manager = managing({**files, file: "X = 1/0"})
    with pytest.raises(ZeroDivisionError):
        manager.load("alpha")
    write(tmp_path, {file: "X = 1/1"})
    assert manager.load("alpha").X == 1


@pytest.mark.rule(8)
@everywhere
def test_bytecode_of_an_older_source_is_not_used(managing, tmp_path, bytecode, file, files):
    manager = managing({**files, file: "X = 1"})
    py_compile.compile(tmp_path / file, invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    write(tmp_path, {file: "X = 2"})
    assert manager.load("alpha").X == 2


@pytest.mark.rule(8)
def test_a_new_file_counts_at_once(managing, tmp_path, bytecode):
    manager = managing({"alpha/__init__.py": "from .a import X", "alpha/a.py": "X = 1"})
    assert manager.load("alpha").X == 1
    files = {"alpha/__init__.py": "from .b import X", "alpha/b.py": "X = 2", "beta.py": "X = 3"}
    write(tmp_path, files)
    assert (manager.reload("alpha").X, manager.load("beta").X) == (2, 3)
