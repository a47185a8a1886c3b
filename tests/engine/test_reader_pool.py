"""Readers that can be ended: limits, the queue, deaths from outside, and that nothing is left behind."""

from __future__ import annotations

import dataclasses
import math
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clustergraph.engine.base import Answer
from clustergraph.engine.caller import CALLER, Caller
from clustergraph.engine.readers import reader_pool as pooling
from clustergraph.engine.readers import reader_process
from clustergraph.engine.readers.admission import Limits
from clustergraph.engine.readers.reader_pool import ReaderPool
from clustergraph.snapshots.snapshot import DamagedSnapshot, Snapshot
from clustergraph.sparql.errors import (
    Busy,
    ClientLeft,
    DeadlinePassed,
    EngineDown,
    EvaluationError,
    MemoryExceeded,
    OutsideAddress,
    QuerySyntaxError,
    ResultTooLarge,
)
from clustergraph.sparql.prepared_query import Prepared
from clustergraph.sparql.query import Query
from support.processes import child_processes, is_computing, is_running
from support.reader_pools import ENDLESS, MakePool, count
from support.waiting import wait_until

HUNGRY = "SELECT * { ?a ex:number ?x . ?b ex:number ?y } ORDER BY DESC(?x + ?y)"
"""Holds nine million solutions at once."""


def test_an_answer(snapshot: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(snapshot, readers=1)
    answer = pool.answer(Query("SELECT ?o { ex:a ex:p ?o }", format="csv"))
    assert answer.body == b"o\r\n1\r\n"
    assert answer.form == "SELECT"
    assert set(answer.timings) == {"parse", "queue", "evaluate", "serialise"}
    assert all(seconds >= 0 for seconds in answer.timings.values())


def test_an_error_keeps_its_class_and_place(snapshot: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(snapshot, readers=1)
    with pytest.raises(QuerySyntaxError) as caught:
        pool.answer(Query("SELECT * {\n  ?s ?p }"))
    assert (caught.value.line, caught.value.column) == (2, 9)
    assert str(caught.value).startswith("Line 2, column 9: ")
    assert count(pool) == 4


def test_a_deadline_ends_the_query_and_disturbs_nobody(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=2)
    stop = threading.Event()

    def ask() -> int:
        asked = 0
        while not stop.is_set():
            assert count(pool) == 4
            asked += 1
        return asked

    with ThreadPoolExecutor(1) as threads:
        others = threads.submit(ask)
        with pytest.raises(DeadlinePassed, match=r"0\.5 s"):
            pool.answer(Query(ENDLESS, timeout=0.5))
        stop.set()
        assert others.result() > 0
    assert pool.counts.ended == {"timeout": 1}


def test_the_ceiling_bounds_what_a_query_asks_for(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1, timeout_ceiling=0.3)
    with pytest.raises(DeadlinePassed) as caught:
        pool.answer(Query(ENDLESS, timeout=math.inf))
    assert caught.value.allowed == 0.3


@pytest.mark.parametrize("timeout", [0, -1, math.nan, -math.inf])
def test_a_timeout_that_makes_no_sense_is_refused(snapshot: Snapshot, make_pool: MakePool, timeout: float) -> None:
    with pytest.raises(EvaluationError, match="above 0"):
        make_pool(snapshot, readers=1).answer(Query("ASK {}", timeout=timeout))


def test_the_spare_is_there_at_once(numbers: Snapshot, make_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = make_pool(numbers, readers=1)
    monkeypatch.setattr(pool, "_start_missing", lambda: None)  # no new reader comes
    with pytest.raises(DeadlinePassed):
        pool.answer(Query(ENDLESS, timeout=0.2))
    assert count(pool) == 4


def test_a_new_spare_comes(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1)
    for _ in range(3):
        with pytest.raises(DeadlinePassed):
            pool.answer(Query(ENDLESS, timeout=0.1))
    assert wait_until(lambda: pool.ready == 2)


def test_memory_is_capped(numbers: Snapshot, make_pool: MakePool, capfd: pytest.CaptureFixture[str]) -> None:
    pool = make_pool(numbers, readers=1, memory=512 << 20, timeout=120, timeout_ceiling=120)
    with pytest.raises(MemoryExceeded, match="512 MiB"):
        pool.answer(Query(HUNGRY))
    assert count(pool) == 4
    assert capfd.readouterr().err == ""


def test_a_result_is_capped_and_the_reader_goes_on(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1, result_bytes=1 << 16)
    with pytest.raises(ResultTooLarge):
        pool.answer(Query("SELECT * { ?s ?p ?o }"))
    assert count(pool) == 4
    assert not pool.counts.ended


def test_deep_nesting_is_an_error_of_the_query(snapshot: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(snapshot, readers=1, timeout=60)
    with pytest.raises(EvaluationError, match="nested too deeply"):
        pool.answer(Query("SELECT * " + "{" * 200_000 + "}" * 200_000))
    assert count(pool) == 4


def test_the_queue_is_bounded(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1, queue=1, timeout=2, queue_seconds=60)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(pool.answer, Query(ENDLESS))
        assert wait_until(lambda: pool.counts.running == 1)
        second = threads.submit(count, pool)
        assert wait_until(lambda: pool.counts.waiting == 1)
        with pytest.raises(Busy) as caught:
            pool.answer(Query("ASK {}"))
        assert caught.value.retry_after > 0
        assert isinstance(first.exception(), DeadlinePassed)
        assert second.result() == 4
    assert pool.counts.refused == {"full": 1}
    assert (pool.counts.running, pool.counts.waiting) == (0, 0)


def test_waiting_is_bounded(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1, timeout=3, queue_seconds=0.1)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(pool.answer, Query(ENDLESS))
        assert wait_until(lambda: pool.counts.running == 1)
        with pytest.raises(Busy, match="waited"):
            pool.answer(Query("ASK {}"))
        assert isinstance(first.exception(), DeadlinePassed)
    assert pool.counts.refused == {"waited": 1}


def test_idle_readers_that_were_killed_fail_no_query(snapshot: Snapshot, make_pool: MakePool) -> None:
    before = child_processes()
    pool = make_pool(snapshot, readers=2)
    killed = child_processes() - before
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    # A process takes its time to die, thread by thread, and one that is just dying still takes a question.
    for pid in killed:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert count(pool) == 4
    assert wait_until(lambda: pool.ready == 3)


def test_a_query_whose_reader_is_killed_is_asked_again(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1, timeout=1)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(pool.answer, Query(ENDLESS))
        assert wait_until(lambda: len(pool._busy) == 1)
        (reader,) = pool._busy
        assert wait_until(lambda: is_computing(reader.pid))
        os.kill(reader.pid, signal.SIGKILL)
        assert isinstance(running.exception(), DeadlinePassed)  # so it did run a second time
    assert pool.counts.ended == {"crash": 1, "timeout": 1}


def test_a_query_whose_reader_is_killed_twice_fails(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1, timeout=60)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(pool.answer, Query(ENDLESS))
        for ended in (0, 1):
            assert wait_until(lambda ended=ended: pool.counts.ended["crash"] == ended and len(pool._busy) == 1)  # type: ignore[misc]
            (reader,) = pool._busy
            assert wait_until(lambda pid=reader.pid: is_computing(pid))  # type: ignore[misc]
            os.kill(reader.pid, signal.SIGKILL)
        assert isinstance(running.exception(), EngineDown)


def test_close_leaves_nothing_behind(numbers: Snapshot) -> None:
    processes, files = child_processes(), len(list(Path("/proc/self/fd").iterdir()))
    pool = ReaderPool(numbers, Limits(readers=2, timeout=60))
    with pytest.raises(DeadlinePassed):
        pool.answer(Query(ENDLESS, timeout=0.1))
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(pool.answer, Query(ENDLESS))
        assert wait_until(lambda: pool.counts.running == 1)
        pool.close()
        assert isinstance(running.exception(), EngineDown)
    with pytest.raises(EngineDown, match="stopping"):
        pool.answer(Query("ASK {}"))
    assert child_processes() == processes
    assert len(list(Path("/proc/self/fd").iterdir())) == files


def test_a_pool_that_cannot_open_its_snapshot_leaves_nothing_behind(tmp_path: Path) -> None:
    processes, files = child_processes(), len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(DamagedSnapshot):
        ReaderPool(Snapshot(tmp_path, {"name": "none", "graphs": {}}), Limits(readers=2))
    assert child_processes() == processes
    assert len(list(Path("/proc/self/fd").iterdir())) == files


PARENT = """
import sys, threading
from pathlib import Path
from clustergraph.engine.readers.reader_pool import ReaderPool
from clustergraph.engine.readers.admission import Limits
from clustergraph.snapshots.snapshot import DamagedSnapshot, Snapshot
from clustergraph.sparql.query import Query
pool = ReaderPool(Snapshot(Path(sys.argv[1]), {"name": "x", "graphs": {}, "prefixes": {"ex": "https://example.org/"}}),
                  Limits(readers=1, timeout=600, timeout_ceiling=600))
threading.Thread(target=pool.answer, args=(Query(sys.argv[2]),)).start()
while not pool._busy:
    pass
print(*[reader.pid for reader in (*pool._busy, *pool._admission._free)], flush=True)
threading.Event().wait()
"""


def test_readers_end_with_their_parent_even_in_the_middle_of_a_query(numbers: Snapshot) -> None:
    command = [sys.executable, "-c", PARENT, str(numbers.path), ENDLESS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        readers = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(readers) == 2
        assert wait_until(lambda: any(is_computing(pid) for pid in readers))
        parent.kill()
    assert wait_until(lambda: not any(is_running(pid) for pid in readers))


def test_many_threads_get_their_own_answers(snapshot: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(snapshot, readers=2)

    def ask(number: int) -> bool:
        answer = pool.answer(Query(f"SELECT ({number} AS ?n) {{}}", format="csv"))
        return answer.body == f"n\r\n{number}\r\n".encode()

    with ThreadPoolExecutor(32) as threads:
        assert all(threads.map(ask, range(400)))
    assert pool.counts.running == pool.counts.waiting == 0


def test_a_call_that_the_guard_missed_reaches_nobody(
    snapshot: Snapshot, make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = make_pool(snapshot, readers=1)
    if not pool.sealed:
        pytest.skip("no seccomp here")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.5)
        call = f"SELECT * {{ SERVICE <http://127.0.0.1:{listener.getsockname()[1]}/> {{ ?s ?p ?o }} }}"

        def unguarded(query: Query, **options: Any) -> Prepared:
            return replace(prepare(query, **options), text=call)

        prepare = pooling.prepare  # type: ignore[attr-defined]
        monkeypatch.setattr(pooling, "prepare", unguarded)
        with pytest.raises(OutsideAddress):
            pool.answer(Query("SELECT * {}"))
        with pytest.raises(TimeoutError):
            listener.accept()


def test_an_allowed_address_is_reached(snapshot: Snapshot, make_pool: MakePool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"
        pool = make_pool(snapshot, readers=1, allow=(address,), timeout=20)
        assert not pool.sealed
        with ThreadPoolExecutor(1) as threads:
            asked = threads.submit(
                pool.answer, Query(f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}", format="csv")
            )
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                body = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"x:far"}}]}}'
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nConnection: close\r\n"
                    + f"Content-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )
            assert asked.result().body == b"o,p,s\r\n,,x:far\r\n"


def niceness(pool: ReaderPool) -> list[int]:
    """How far each reader at work gives way to others."""
    with pool._lock:
        return [os.getpriority(os.PRIO_PROCESS, reader.pid) for reader in pool._busy]


@pytest.mark.parametrize("may_be_let_forward", [True, False])
def test_a_long_query_gives_way_and_the_next_one_does_not(
    numbers: Snapshot, make_pool: MakePool, monkeypatch: pytest.MonkeyPatch, may_be_let_forward: bool
) -> None:
    monkeypatch.setattr(reader_process, "PATIENCE", 0.1)
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    set_priority = os.setpriority

    def set_as_any_user_may(which: int, who: int, priority: int) -> None:
        if priority <= ours and not may_be_let_forward:
            raise PermissionError("only an administrator may")
        set_priority(which, who, priority)

    monkeypatch.setattr("os.setpriority", set_as_any_user_may)
    pool = make_pool(numbers, readers=1)
    slow = "SELECT (COUNT(*) AS ?n) { ?a ex:number ?x . ?b ex:number ?y FILTER(?x + ?y = -1) }"
    with ThreadPoolExecutor() as executor:
        asked = executor.submit(count, pool, slow)
        assert wait_until(lambda: niceness(pool) == [ours + reader_process.GIVING_WAY] or asked.done())
        assert not asked.done()
        assert asked.result() == 0
    assert not pool.counts.ended
    with ThreadPoolExecutor() as executor:
        endless = executor.submit(pool.answer, Query(ENDLESS, timeout=60))
        assert wait_until(lambda: niceness(pool) == [ours])
        pool.close()
        with pytest.raises(EngineDown):
            endless.result()


def test_readers_that_cannot_be_started_are_tried_again_and_told(
    snapshot: Snapshot, make_pool: MakePool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pooling, "MAX_PAUSE_SECONDS", 0.1)
    pool = make_pool(snapshot, readers=1)
    tempdir = tempfile.gettempdir()
    # No place for what a reader writes to its standard error, as on a full disk.
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    for reader in list(pool._admission._free):
        reader.kill()
        reader.exit_code()
    with pytest.raises(Busy):  # nobody is there, and nothing comes in time
        _short_of_readers(pool)
    assert wait_until(lambda: pool.failed_starts >= 3)
    assert pool.ready == 0
    assert pool.last_failure == "No reader could be started: No such file or directory."
    assert caplog.text.count("cannot be started") == 1
    with pytest.raises(EngineDown, match=r"No reader is up\. No reader could be started"):
        pool.probe()
    monkeypatch.setattr(tempfile, "tempdir", tempdir)
    assert wait_until(lambda: pool.ready == 2)
    pool.probe()
    assert count(pool) == 4
    assert pool.last_failure == ""


def _short_of_readers(pool: ReaderPool) -> None:
    pool._admission._limits = dataclasses.replace(pool.limits, queue_seconds=0.5)
    try:
        pool.answer(Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))
    finally:
        pool._admission._limits = pool.limits


def test_a_probe_takes_the_spare(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1, timeout=60)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(pool.answer, Query(ENDLESS))
        assert wait_until(lambda: pool.counts.running == 1)
        pool.probe()
        assert not running.done()
        pool.close()
        assert isinstance(running.exception(), EngineDown)


def test_the_query_of_a_client_that_left_is_ended(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1, timeout=60)
    running, waiting = Caller("a"), Caller("b")
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(_ask_as, running, pool)
        assert wait_until(lambda: len(pool._busy) == 1)
        second = threads.submit(_ask_as, waiting, pool)
        assert wait_until(lambda: pool.counts.waiting == 1)
        waiting.leave()
        assert isinstance(second.exception(), ClientLeft)
        assert pool.counts.waiting == 0
        running.leave()
        assert isinstance(first.exception(), ClientLeft)
    assert pool.counts.ended == {"cancelled": 1}
    assert running.seconds > 0
    assert count(pool) == 4
    with pytest.raises(ClientLeft):
        _ask_as(running, pool)


def _ask_as(caller: Caller, pool: ReaderPool, text: str = ENDLESS, timeout: float | None = None) -> Answer:
    token = CALLER.set(caller)
    try:
        return pool.answer(Query(text, timeout=timeout))
    finally:
        CALLER.reset(token)


def test_long_queries_of_one_client_make_room_for_others(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=2, timeout=30, timeout_ceiling=60)
    with ThreadPoolExecutor(2) as threads:
        long = [threads.submit(_ask_as, Caller("a"), pool, ENDLESS, 60) for _ in range(2)]
        assert wait_until(lambda: pool.counts.running == 2)
        # Each of them could run for a minute; the other client is answered all the same.
        answer = _ask_as(Caller("b"), pool, "SELECT (COUNT(*) AS ?n) { ?s ex:p ?o }")
        assert b'"4"' in answer.body
        assert wait_until(lambda: sum(one.done() for one in long) == 1)
        (ended,) = (one for one in long if one.done())
        assert isinstance(ended.exception(), Busy)
        assert "because others waited" in str(ended.exception())
        pool.close()
    assert pool.counts.ended["share"] == 1


def test_usual_queries_of_one_client_make_room_after_a_while(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=2, timeout=60, timeout_ceiling=60, queue_seconds=30)
    with ThreadPoolExecutor(2) as threads:
        usual = [threads.submit(_ask_as, Caller("a"), pool) for _ in range(2)]
        assert wait_until(lambda: pool.counts.running == 2)
        assert b'"4"' in _ask_as(Caller("b"), pool, "SELECT (COUNT(*) AS ?n) { ?s ex:p ?o }").body
        assert wait_until(lambda: sum(one.done() for one in usual) == 1)
        pool.close()
    assert pool.counts.ended["share"] == 1


def test_a_queue_full_of_one_client_has_room_for_another(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1, queue=2, timeout=60, queue_seconds=60)
    with ThreadPoolExecutor(4) as threads:
        running = threads.submit(_ask_as, Caller("a"), pool)
        assert wait_until(lambda: pool.counts.running == 1)
        waiting = [threads.submit(_ask_as, Caller("a"), pool) for _ in range(2)]
        assert wait_until(lambda: pool.counts.waiting == 2)
        with pytest.raises(Busy, match="2 queries wait already"):
            _ask_as(Caller("a"), pool)
        other = threads.submit(_ask_as, Caller("b"), pool)
        assert wait_until(lambda: sum(one.done() for one in waiting) == 1)
        (sent_away,) = (one for one in waiting if one.done())
        assert isinstance(sent_away.exception(), Busy)
        pool.close()
        assert all(isinstance(one.exception(), EngineDown) for one in (running, other))
