"""Large graphs as files beside their snapshot: written when first asked for, then sent piece by piece.

No query could hold them, and no reader is kept busy by them. A process of its own writes a file; a request waits for it
for a while, and is answered with a Retry-After if that was not enough.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clustergraph.engine.graph_export import refusal
from clustergraph.messages import message
from clustergraph.rdf.formats import Format
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import Busy, EngineDown, UnsupportedFormat

FILE = "clustergraph.file"
"""Where a request keeps the file that is its answer's body, as a `Part`."""

FOLDER = "downloads"
"""Where the files lie, in the snapshot's own folder."""

RETRY_SECONDS = 10
"""Seconds after which to come again."""
MAX_CONCURRENT_WRITERS = 2
"""Files that may be written at once."""
PIECE_BYTES = 1 << 18
"""Bytes that are read at once."""

_writers: dict[Path, subprocess.Popen[bytes]] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes of a file from `start` up to `stop`."""

    path: Path
    start: int
    stop: int

    @classmethod
    def whole(cls, path: Path) -> Part:
        """All of a file. Raises OSError if it is not there."""
        return cls(path, 0, path.stat().st_size)

    @property
    def size(self) -> int:
        """Bytes of this part."""
        return self.stop - self.start

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(self.start)
            remaining = self.size
            while piece := file.read(min(PIECE_BYTES, remaining)):
                remaining -= len(piece)
                yield piece


def prepare_file(
    snapshot: Snapshot, graph: str | None, form: Format, seconds: float, *, named: bool = False
) -> Path | None:
    """The file of a named graph, or with None of all, in one format; with `named` as a dataset.

    None where no file can be kept.

    Waits up to `seconds` for one that is not there yet. Raises Busy if it takes longer, EngineDown if it fails, and
    UnsupportedFormat if the format cannot hold the graph.
    """
    if snapshot.path is None:
        return None
    name = hashlib.blake2b(graph.encode(), digest_size=12).hexdigest() if graph else "all"
    path = snapshot.path / FOLDER / f"{name}{'-named' if named else ''}.{form.extension}"
    if path.exists():
        return path
    _check_refusal(path)
    if not _is_writable(path.parent):
        return None
    arguments = [str(snapshot.path), form.name, str(path), "named" if named else "merged", *([graph] if graph else [])]
    writer = _start_writer(path, arguments)
    try:
        exit_code = writer.wait(seconds)
    except subprocess.TimeoutExpired:
        raise Busy(message("This graph is large, and its file is still being written."), RETRY_SECONDS) from None
    with _lock:
        if _writers.get(path) is writer:
            del _writers[path]
    _check_refusal(path)
    if exit_code or not path.exists():
        failure = message("The file of this graph in {form} could not be written; the log says why.", form=form.label)
        raise EngineDown(failure)
    return path


def _check_refusal(path: Path) -> None:
    """Raises UnsupportedFormat if the process that was to write the file has found that its format cannot hold it."""
    with contextlib.suppress(OSError):
        raise UnsupportedFormat(refusal(path).read_text(encoding="utf-8"))


def _is_writable(folder: Path) -> bool:
    """Whether files can be kept in the folder, which is made if need be."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _start_writer(path: Path, arguments: list[str]) -> subprocess.Popen[bytes]:
    with _lock:
        writer = _writers.get(path)
        if writer is None:
            for ended in [finished for finished, writing in _writers.items() if writing.poll() is not None]:
                del _writers[ended]
            if len(_writers) >= MAX_CONCURRENT_WRITERS:
                raise Busy(
                    message(
                        "The files of {n} large graphs are being written, the most at once.", n=MAX_CONCURRENT_WRITERS
                    ),
                    RETRY_SECONDS,
                )
            command = [sys.executable, "-m", "clustergraph.engine.graph_export", *arguments]
            writer = _writers[path] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return writer
