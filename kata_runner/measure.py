"""The inside of one process of a benchmark: `python -m kata_runner.measure WORKLOADS MODULE …`.

It measures every workload at every size on one implementation, and writes what it found to a file:
a list of objects with `workload`, `size`, and either `seconds` (one for each value that pyperf
took) or `error`.
"""

import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pyperf


def load(path: Path) -> ModuleType:
    """Return the module of workloads in `path`.

    Raises:
        ImportError: it cannot be imported, or defines no `SIZES`.
    """
    spec = importlib.util.spec_from_file_location(f"workloads_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ImportError(f"{path} cannot be imported: {error!r}") from error
    if not hasattr(module, "SIZES"):
        raise ImportError(f"{path} defines no SIZES")
    return module


def workloads(module: ModuleType) -> Iterator[Callable[..., Callable[[], object]]]:
    """Yield the workloads of a module: its own public functions, in their order."""
    for name, value in vars(module).items():
        own = getattr(value, "__module__", None) == module.__name__
        if own and callable(value) and not isinstance(value, type) and not name.startswith("_"):
            yield value


def main() -> None:
    """Measure one implementation and end.

    The arguments: the file of workloads, the module to measure (`original` is what the file names
    so), pyperf's values and least seconds for each, and the file to write to.
    """
    path, name, values, least, output = sys.argv[1:]
    module = load(Path(path))
    runner = pyperf.Runner()
    options = [f"--values={values}", f"--min-time={least}", "--processes=1", "--warmups=1"]
    # The process is there for this side alone; more of them would each load everything anew.
    runner.parse_args(["--in-process", "--quiet", *options])
    found: list[dict[str, Any]] = []
    for workload in workloads(module):
        for size in module.SIZES:
            row: dict[str, Any] = {"workload": workload.__name__, "size": size}
            try:
                kata = module.ORIGINAL if name == "original" else importlib.import_module(name)
                timed = runner.bench_func(f"{workload.__name__} {size}", workload(kata, size))
                row["seconds"] = timed.get_values()
            except Exception as error:  # noqa: BLE001 - whatever a learner's code raises
                row["error"] = type(error).__name__ if not str(error) else repr(error)
            found.append(row)
    Path(output).write_text(json.dumps(found), "utf-8")
    # Threads that a learner's code has left would keep the process alive.
    os._exit(0)


if __name__ == "__main__":
    main()
