"""Executes notebooks as their readers would: in a fresh kernel of this Python, next to a running service.

Nothing of the user's own Jupyter, IPython or matplotlib settings is read, and nothing is written outside a scratch
folder.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

PATIENCE = 60
"""Seconds after which a cell, or the start of the service, counts as one that hangs."""
DPI = 192
"""How many dots an inch of a figure has: twice what a screen of old has, so that it is sharp on today's."""


def executed(paths: Iterable[Path]) -> dict[Path, NotebookNode]:
    """The notebooks with their outputs. Raises `nbclient.exceptions.CellExecutionError`, which shows the cell."""
    with TemporaryDirectory(prefix="notebooks-") as scratch, service(Path(scratch)) as address:
        environment = {**os.environ, **_settings(Path(scratch)), "CLUSTERGRAPH_URL": address}
        return {path: _executed(path, Path(scratch), environment) for path in paths}


def _executed(path: Path, scratch: Path, environment: dict[str, str]) -> NotebookNode:
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    # With no folder of kernels to look in, what is left is the kernel of the Python that runs this.
    kernel = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        connection_file=str(scratch / f"{path.stem}.json"),
        transport="ipc",
        ip=str(scratch / path.stem),
    )
    client = NotebookClient(notebook, km=kernel, timeout=PATIENCE, resources={"metadata": {"path": str(path.parent)}})
    client.execute(env=environment, cleanup_kc=True)
    return notebook


def _settings(scratch: Path) -> dict[str, str]:
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR")
    given = {name: str(scratch / name.lower()) for name in folders}
    for folder in given.values():
        Path(folder).mkdir()
    (scratch / "mplconfigdir/matplotlibrc").write_text(f"figure.dpi: {DPI}\n")
    return {**given, "JUPYTER_PREFER_ENV_PATH": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


@contextmanager
def service(scratch: Path) -> Iterator[str]:
    """A service of the published graph on a free port of the loopback address; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{(port := probe.getsockname()[1])}"
    log = scratch / "service.log"
    command = [sys.executable, "-m", "clustergraph", "serve", "--port", str(port), "--log", "off", "--rate", "off"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        _wait(process, address, log)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            with urlopen(f"{address}/ready", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"The service for the notebooks did not start:\n{log.read_text(errors='replace')}")
