"""Imports of optional packages."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def import_optional(package: str, extra: str | None = None) -> Any:
    """The module `package`. Raises ImportError that says how to install it: with `extra`, by default of its name.

    >>> import_optional("json").__name__
    'json'
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise  # it is there, and misses something itself
        raise ImportError(
            f"The package {package} is needed and not installed: pip install 'clustergraph-kg[{extra or package}]'",
            name=package,
        ) from None
