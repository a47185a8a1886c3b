"""Readers: processes that hold one snapshot open and answer one query at a time, so that each can be ended.

Started by `reader_process` as `python -m clustergraph.engine.readers.reader_main FD STORE MEMORY [online] [hold]`. That
is the template: it loads what all readers need, and copies itself for each of them, which takes milliseconds. Without
`online` it takes the network away from itself before anything else; with `hold` it reads the store into memory.

FD is its end of a socket pair. Each message is a number. With 0 come two files: the new reader's end of a socket pair
of its own, and where its errors go. Any other number is the process of a reader; the answer is how that ended. On a
reader's own connection, the first message says what holds for all queries; then each query is one message and each
answer another (see `ipc`); an empty question has the whole store read.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import select
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from typing import Any

import pyoxigraph as ox

from clustergraph.engine.evaluate import Dataset, Evaluated, evaluate
from clustergraph.engine.readers import in_memory, ipc
from clustergraph.rdf import formats
from clustergraph.sandbox import close_network
from clustergraph.snapshots.snapshot import DamagedSnapshot
from clustergraph.snapshots.written_literals import WrittenLiterals
from clustergraph.sparql.errors import EngineError, MemoryExceeded, StoreDamaged

READY = "ready"
SEALED = "ready, without network"
NUMBER = struct.Struct("!q")
WAIT_SECONDS, WAIT_STEPS = 1.0, 400
"""How long a reader may take to end, and how often the template looks meanwhile."""


def main(fd: int, store_path: str, memory: int, *, online: bool = False, hold: bool = False) -> None:
    """Start readers until the connection closes. `memory` caps the address space of each, in bytes."""
    sealed = not online and close_network()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=fd)
    store = _open(store_path, hold=True) if hold else None
    gc.freeze()
    while True:
        message, files, _, _ = socket.recv_fds(control, NUMBER.size, 2)
        if not message:
            return
        (pid,) = NUMBER.unpack(message)
        if not files:
            control.sendall(NUMBER.pack(_wait_for(pid)))
        elif os.fork():
            for file in files:
                os.close(file)
        else:
            control.close()
            _be_reader(files, store, store_path, memory, SEALED if sealed else READY)


def _open(path: str, *, hold: bool) -> ox.Store:
    try:
        return in_memory.open_store(path, hold=hold)
    except DamagedSnapshot as error:
        sys.exit(str(error))


def _wait_for(pid: int) -> int:
    """How a reader that ends now ended; one that does not is killed."""
    for _ in range(WAIT_STEPS):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(WAIT_SECONDS / WAIT_STEPS)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _be_reader(files: list[int], store: ox.Store | None, store_path: str, memory: int, state: str) -> None:
    """Answer questions until the connection closes, and end this process. `store` is the one at the path, if open."""
    fd, errors = files
    code = 1
    try:
        os.setsid()  # a Ctrl-C in the terminal is for the service to handle
        os.dup2(errors, sys.stderr.fileno())
        connection = socket.socket(fileno=fd)
        threading.Thread(target=_end_with_parent, args=(fd,), daemon=True).start()
        if store is None:
            store = _open(store_path, hold=False)
        literals = WrittenLiterals.beside(store_path)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
            _answer_all(connection, store, literals, memory, state)
        code = 0
    except SystemExit as error:
        sys.stderr.write(f"{error.code}\n")
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _answer_all(connection: socket.socket, store: ox.Store, literals: WrittenLiterals, memory: int, state: str) -> None:
    (prefixes, graphs_overlap, max_bytes), _ = ipc.receive(connection)
    dataset = Dataset(prefixes, graphs_overlap, literals)
    ipc.send(connection, (state, os.getpid()))
    while True:
        question, text = ipc.receive(connection)
        body = b""
        reply: dict[str, Any]
        try:
            body, timings, differences = _answer(store, dataset, max_bytes, question, text.decode())
            reply = {"timings": timings, "differences": [difference.name for difference in differences]}
        except MemoryError:
            reply = {"error": describe(MemoryExceeded(memory))}
        except EngineError as error:
            reply = {"error": describe(error)}
        ipc.send(connection, reply, body)


def _answer(store: ox.Store, dataset: Dataset, max_bytes: int, question: tuple[Any, ...], text: str) -> Evaluated:
    if not question:
        _read_all(store)
        return Evaluated(b"", {}, ())
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
