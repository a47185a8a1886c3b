"""A server's process with all that it started: its memory, its work, its end. Read from /proc (Linux)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

END_SECONDS = 5.0
PROC = Path("/proc")


def tree(pid: int) -> list[int]:
    """The process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for one in found:
        found.extend(children.get(one, []))
    return found


def memory(pid: int) -> int:
    """Bytes of memory of the tree: proportional set sizes, so that shared pages count once."""
    total = 0
    for one in tree(pid):
        with contextlib.suppress(OSError):
            for line in (PROC / str(one) / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total


def worked(pids: Iterable[int]) -> int:
    """Clock ticks of processor time that these trees have used."""
    total = 0
    for pid in pids:
        for one in tree(pid):
            with contextlib.suppress(OSError):
                fields = (PROC / str(one) / "stat").read_text().rpartition(")")[2].split()
                total += int(fields[11]) + int(fields[12])
    return total


def settle(pids: list[int], seconds: float) -> bool:
    """Wait until these trees have nothing left to do; False if they still work after `seconds`."""
    until = time.monotonic() + seconds
    before = worked(pids)
    while time.monotonic() < until:
        time.sleep(0.05)
        now = worked(pids)
        if now - before <= 1:
            return True
        before = now
    return False


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to stop, then make sure that nothing of its tree is left, even if that is interrupted."""
    below = tree(process.pid)[1:] if process.poll() is None else []
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        process.kill()
        for pid in below:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
