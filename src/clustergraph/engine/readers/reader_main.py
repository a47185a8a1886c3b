"""A reader: a process that holds one snapshot open and answers one query at a time, so that it can be ended.

Started by `reader_process` as `python -m clustergraph.engine.readers.reader_main FD STORE MEMORY [online] [hold]`.
FD is its end of a socket pair. The first message says what holds for all queries; then each query is one message and
each answer another (see `ipc`); an empty question has the whole store read. Without `online` the process takes the
network away from itself before anything else. With `hold` it reads the store into memory.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import socket
import sys
import threading
from typing import Any

import pyoxigraph as ox

from clustergraph.engine.evaluate import Dataset, evaluate
from clustergraph.engine.readers import in_memory, ipc
from clustergraph.rdf import formats
from clustergraph.sandbox import close_network
from clustergraph.snapshots.snapshot import DamagedSnapshot
from clustergraph.snapshots.written_literals import WrittenLiterals
from clustergraph.sparql.errors import EngineError, MemoryExceeded, StoreDamaged

READY = "ready"
SEALED = "ready, without network"


def main(fd: int, store_path: str, memory: int, *, online: bool = False, hold: bool = False) -> None:
    """Answer questions from the connection until it closes. `memory` caps the process's address space, in bytes."""
    sealed = not online and close_network()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = socket.socket(fileno=fd)
    threading.Thread(target=_end_with_parent, args=(fd,), daemon=True).start()
    try:
        store = in_memory.open_store(store_path, hold=hold)
    except DamagedSnapshot as error:
        sys.exit(str(error))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        (prefixes, graphs_overlap, max_bytes), _ = ipc.receive(connection)
        dataset = Dataset(prefixes, graphs_overlap, WrittenLiterals.beside(store_path))
        ipc.send(connection, SEALED if sealed else READY)
        while True:
            question, text = ipc.receive(connection)
            body = b""
            reply: dict[str, Any]
            try:
                body, timings = _answer(store, dataset, max_bytes, question, text.decode())
                reply = {"timings": timings}
            except MemoryError:
                reply = {"error": describe(MemoryExceeded(memory))}
            except EngineError as error:
                reply = {"error": describe(error)}
            ipc.send(connection, reply, body)


def _answer(
    store: ox.Store, dataset: Dataset, max_bytes: int, question: tuple[Any, ...], text: str
) -> tuple[bytes, dict[str, float]]:
    if not question:
        _read_all(store)
        return b"", {}
    position, default_graphs, named_graphs, columns = question
    return evaluate(
        store,
        text,
        formats.FORMATS[position],
        dataset=dataset,
        default_graphs=default_graphs,
        named_graphs=named_graphs,
        max_bytes=max_bytes,
        columns=columns,
    )


def _read_all(store: ox.Store) -> None:
    """Read every statement, by subject and by predicate. Raises StoreDamaged."""
    try:
        predicates = {quad.predicate for quad in store}
        for predicate in predicates:
            for _ in store.quads_for_pattern(None, predicate, None):
                pass
    except (OSError, RuntimeError):
        raise StoreDamaged from None


def describe(error: EngineError) -> dict[str, Any]:
    """An error as plain values, to be made again by `reader_pool`."""
    return {"class": type(error).__name__, "message": str(error), "fields": vars(error)}


def _end_with_parent(fd: int) -> None:
    """Leave, even in the middle of a query, when the other end of the connection is gone."""
    poll = select.poll()
    poll.register(fd, 0)  # nothing but a hang-up
    while not any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll()):
        pass
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), online="online" in sys.argv[4:], hold="hold" in sys.argv[4:])
