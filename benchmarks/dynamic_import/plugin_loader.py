"""Loading a directory of plugins and unloading them."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZES = (1, 50)


def loading(kata: Any, size: int) -> Callable[[], object]:
    """As many plugins as the size, each of one line, loaded and unloaded."""
    folder = tempfile.TemporaryDirectory()
    for number in range(size):
        Path(folder.name, f"plugin_{number}.py").write_text(f"number = {number}\n", "utf-8")

    def run() -> None:
        manager = kata.PluginManager("measured", [folder.name])
        assert not manager.load_all()
        manager.close()

    return run
