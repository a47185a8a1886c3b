"""Modules that had another name in release 0.1.0: the old name still works, with a DeprecationWarning."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any


def forward(old: str, new: str) -> Callable[[str], Any]:
    """What a module called `old` uses as its `__getattr__`, to give what the module `new` has."""

    def get(name: str) -> Any:
        value = None if name.startswith("__") else getattr(import_module(new), name, None)
        if value is None:
            raise AttributeError(f"module {old!r} has no attribute {name!r}")
        warnings.warn(f"{old} is now {new}; import {name} from there.", DeprecationWarning, stacklevel=2)
        return value

    return get
