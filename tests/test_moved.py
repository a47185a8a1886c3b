"""Names of release 0.1.0 that have moved still work, and say where they are now."""

from __future__ import annotations

from importlib import import_module

import pytest

MOVED = {
    "clustergraph.build": ("build", "BuildError"),
    "clustergraph.snapshot": ("Snapshot", "NoSnapshot"),
    "clustergraph.graph_names": ("UnknownGraph",),
    "clustergraph.cite": ("Citation",),
    "clustergraph.engine.errors": ("DeadlinePassed", "EngineDown"),
}


@pytest.mark.parametrize("module", MOVED)
def test_a_module_that_moved_is_still_found_under_its_old_name(module: str) -> None:
    for name in MOVED[module]:
        with pytest.warns(DeprecationWarning, match=rf"^{module} is now clustergraph\..*import {name} from there\.$"):
            assert getattr(import_module(module), name).__name__ == name


def test_a_name_that_was_never_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = import_module("clustergraph.build").no_such_name
