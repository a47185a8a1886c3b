"""Large graphs as files beside their snapshot: written when first asked for, then sent piece by piece.

No query could hold them, and no reader is kept busy by them. A process of its own writes a file; a request waits for it
for a while, and is told to come again if that was not enough.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

from clustergraph.engine.errors import Busy, EngineDown
from clustergraph.engine.formats import Format
from clustergraph.snapshot import Snapshot
from clustergraph.told import told

FILE = "clustergraph.file"
"""Where a request keeps the file that is its answer's body, as `Pieces`."""

FOLDER = "downloads"
"""Where the files lie, in the snapshot's own folder."""

AT_ONCE = 16
"""Files that may be sent at once: each takes a thread for as long as its client reads."""
AGAIN = 10
"""Seconds after which to come again."""
WRITERS = 2
"""Files that may be written at once."""
PIECE = 1 << 18
"""Bytes that are read at once."""

_places = threading.BoundedSemaphore(AT_ONCE)
_writers: dict[Path, subprocess.Popen[bytes]] = {}
_lock = threading.Lock()


class Pieces:
    """A file, or a part of it, in pieces. Raises Busy if no place is free.

    Takes a place until all is read, it is closed, or nobody holds it any more.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        if not _places.acquire(blocking=False):
            self._file.close()
            raise Busy(told("{n} files are being sent, the most at once.", n=AT_ONCE), AGAIN)
        self.size = os.fstat(self._file.fileno()).st_size
        self.left = self.size
        """Bytes that are still to be sent."""

    def only(self, start: int, stop: int) -> None:
        """Leave out what is before `start` and from `stop` on."""
        self._file.seek(start)
        self.left = stop - start

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        part = b"" if self._file.closed else self._file.read(min(PIECE, self.left))
        if not part:
            self.close()
            raise StopIteration
        self.left -= len(part)
        return part

    def close(self) -> None:
        """Let the file and the place go."""
        if not self._file.closed:
            self._file.close()
            _places.release()

    def __del__(self) -> None:
        if hasattr(self, "size"):
            self.close()


def written(snapshot: Snapshot, graph: str | None, form: Format, seconds: float) -> Path | None:
    """The file of a named graph, or with None of all, in one format. None where no file can be kept.

    Waits up to `seconds` for one that is not there yet. Raises Busy if it takes longer, EngineDown if it fails.
    """
    if snapshot.path is None:
        return None
    name = hashlib.blake2b(graph.encode(), digest_size=12).hexdigest() if graph else "all"
    path = snapshot.path / FOLDER / f"{name}.{form.extension}"
    if path.exists():
        return path
    if not _is_writable(path.parent):
        return None
    words = [str(snapshot.path), form.name, str(path), *([graph] if graph else [])]
    writer = _writer(path, words)
    try:
        failed = writer.wait(seconds)
    except subprocess.TimeoutExpired:
        raise Busy(told("This graph is large, and its file is still being written."), AGAIN) from None
    with _lock:
        if _writers.get(path) is writer:
            del _writers[path]
    if failed or not path.exists():
        failure = told("The file of this graph in {form} could not be written; the log says why.", form=form.label)
        raise EngineDown(failure)
    return path


def _is_writable(folder: Path) -> bool:
    """Whether files can be kept in the folder, which is made if need be."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _writer(path: Path, words: list[str]) -> subprocess.Popen[bytes]:
    with _lock:
        writer = _writers.get(path)
        if writer is None:
            for ended in [one for one, process in _writers.items() if process.poll() is not None]:
                del _writers[ended]
            if len(_writers) >= WRITERS:
                raise Busy(told("The files of {n} large graphs are being written, the most at once.", n=WRITERS), AGAIN)
            command = [sys.executable, "-m", "clustergraph.engine.dump", *words]
            writer = _writers[path] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return writer
