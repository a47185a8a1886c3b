"""Caps on the processes in which a build reads what others wrote, and what the death of such a process means."""

from __future__ import annotations

import math
import resource
import signal
import time
from contextlib import suppress

from clustergraph.ingest.parse_limits import MIB


def cap_memory(mebibytes: int) -> None:
    """Cap the address space of this process, in a system that has such limits."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (mebibytes * MIB, mebibytes * MIB))


def cap_seconds(seconds: float) -> None:
    """Let the kernel end this process when it has used that much more processor time."""
    with suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + seconds), hard))


def cause_of_death(code: int, errors: bytes, action: str, memory: int, seconds: float, seconds_option: str) -> str:
    """Why a process ended with `code` while it did `action` ("Reading it"); `errors` is what it wrote to stderr."""
    text = errors.decode(errors="replace").strip()
    if code == -signal.SIGXCPU:
        return f"{action} takes more than {seconds:,.0f} seconds of processor time ({seconds_option})"
    if "memory" in text.lower() or code == -signal.SIGKILL:
        return f"{action} takes more than {memory:,} MiB of memory (--parse-memory)"
    if code in (-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT):
        return "It is nested too deeply to be read"
    return f"The process that did it ended with code {code}: {text.rpartition(chr(10))[2]}"
