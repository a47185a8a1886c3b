"""The machine and the software of a run, without names of hosts or places."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("clustergraph-kg", "pyoxigraph", "granian", "flask", "oxigraph", "rdflib", "rdflib-endpoint", "uvicorn")


def machine() -> dict[str, str]:
    """Cores, processor, memory, system."""
    return {
        "Cores": str(os.cpu_count()),
        "Processor": _line("/proc/cpuinfo", "model name") or platform.machine(),
        "Memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "System": f"{platform.system()} {platform.machine()}",
        "Load before the run": f"{os.getloadavg()[0]:.2f}",
    }


def versions() -> dict[str, str]:
    """Python's version and those of the packages that are measured."""
    found = {"Python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _line(file: str, name: str) -> str:
    try:
        for line in Path(file).read_text(encoding="utf-8").splitlines():
            if line.startswith(name):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return ""
