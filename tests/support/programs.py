"""Programs that some tests need and that not every machine has."""

from __future__ import annotations

import os
import shutil

import pytest


def need_program(program: str, package: str) -> None:
    """Skip the test if a program is missing; `package` is the Debian package that has it.

    Where CLUSTERGRAPH_TESTS_MUST_NOT_SKIP is set, as in CI, a missing program fails the test.
    """
    if shutil.which(program):
        return
    missing = f"{program} is missing; install the package {package}"
    if os.environ.get("CLUSTERGRAPH_TESTS_MUST_NOT_SKIP"):
        pytest.fail(missing)
    pytest.skip(missing)
