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


def descendants(pid: int) -> list[int]:
    """Ids of the processes that a process started, and of those that these started."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        status = _status(int(entry.name))
        if status:
            children.setdefault(int(status[1]), []).append(int(entry.name))
    process_ids, parents = [], [pid]
    while parents:
        started = children.get(parents.pop(), [])
        process_ids += started
        parents += started
    return process_ids


def is_running(pid: int) -> bool:
    """Whether a process has not ended. One that ended and that nobody waited for does not run."""
    return _status(pid)[:1] not in ([], ["Z"])


def is_computing(pid: int) -> bool:
    """Whether a process has work for a processor at this moment."""
    return _status(pid)[:1] == ["R"]


def open_files(pid: int) -> list[Path]:
    """The files that a process has open."""
    paths = []
    with contextlib.suppress(OSError):  # one that ended just now
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                paths.append(entry.readlink())
    return paths


def _status(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name: state, parent and more; none if there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
