"""Processes on this machine, read from /proc."""

from __future__ import annotations

import contextlib
from pathlib import Path


def child_processes() -> set[int]:
    """Ids of the processes that this one started; those that ended and were not waited for are among them."""
    process_ids = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended just now
            process_ids |= {int(pid) for pid in (task / "children").read_text().split()}
    return process_ids
