"""The switch: `katas` is the tree that `KATAS_AGAINST` names, or else the stubs beside this file.

Tests import `from katas.<topic>.<kata> import Name`.  Setting `__path__` here
decides which file that is, for this process and for every process it starts
(the environment is inherited, so `spawn`ed children see the same tree).
One process serves one tree: to serve another, start another process.
"""

import os
from pathlib import Path

if _against := os.environ.get("KATAS_AGAINST"):
    __path__ = [str(Path(_against).resolve())]
