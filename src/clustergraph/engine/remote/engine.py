"""The engine that asks another one over HTTP. It gives whole and right answers or clear errors, nothing between."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rdflib.term import Identifier

from clustergraph.engine.base import Answer, BlockingEngine
from clustergraph.engine.caller import CALLER
from clustergraph.engine.readers.admission import Admission, Limits
from clustergraph.engine.remote.dialects import Dialect, OutgoingQuery
from clustergraph.engine.remote.endpoint import Endpoint, Question
from clustergraph.engine.remote.http_auth import UnknownChallenge
from clustergraph.engine.remote.http_client import Exchange, Late, Reply, Unanswered, send_with_retries
from clustergraph.engine.remote.results import TimedSink, Unreadable, check_depth, rewrite_answer
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql import query_rewriting, syntax_check
from clustergraph.sparql.bindings import bind, write_term
from clustergraph.sparql.constant_folding import fold_constants
from clustergraph.sparql.errors import (
    Busy,
    ClientLeft,
    DeadlinePassed,
    EngineDown,
    EvaluationError,
    QuerySyntaxError,
    SnapshotMoved,
)
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.sparql.prepared_query import Prepared, prepare
from clustergraph.sparql.query import Query

MAX_CHECKED_TOKENS = 500
"""How long a query may be that is parsed here as well. A deep one would end the process: what a reader may risk, a
service may not. Longer ones the engine alone judges."""
MAX_ATTEMPTS = 4
FIRST_PAUSE_SECONDS = 0.1
"""How long after the first attempt the second one begins; each further pause is about twice as long."""


STEP_SECONDS = 0.5
"""How long a pause between two attempts goes on, at most, when the client has left."""


@dataclass(slots=True)
class Deadline:
    """How long all that a query needs may take: its attempts and the reading of the answer. Its turn may come first."""

    seconds: float
    until: float = math.inf
    """The time (of `time.monotonic`) when all must be over; none before `start`."""

    def start(self) -> float:
        """Let the time run, if it does not yet; gives `until`."""
        if self.until == math.inf:
            self.until = time.monotonic() + self.seconds
        return self.until

    def check(self) -> None:
        """Raise DeadlinePassed when it has, and ClientLeft when nobody waits any more."""
        CALLER.get().check()
        if time.monotonic() > self.until:
            raise DeadlinePassed(self.seconds)


class Connection:
    """An endpoint with its dialect, the limits, and the turns that all who ask it share."""

    def __init__(self, endpoint: Endpoint, dialect: Dialect, limits: Limits) -> None:
        self.endpoint = endpoint
        self.dialect = dialect
        self.limits = limits
        self.admission = Admission(limits, f"{limits.readers} queries run at the engine", [None] * limits.readers)
        self._closed = threading.Event()

    def ask(self, question: Question, deadline: Deadline) -> tuple[Reply, float]:
        """The reply, and the seconds spent waiting for a turn.

        A question that got no whole answer is asked again, after a growing pause, while there is time: a query changes
        nothing, so asking twice does no harm. Raises Busy, DeadlinePassed, ResultTooLarge and EngineDown.
        """
        begin = time.monotonic()
        caller = CALLER.get()
        queued = 0.0

        def attempt() -> Reply:
            nonlocal queued
            arrived = time.monotonic()
            lease = self.admission.acquire(deadline.seconds)
            exchange = Exchange()
            try:
                queued += time.monotonic() - arrived
                with caller.on_leave(exchange.break_off):
                    reply = self.endpoint.ask(question, deadline.start(), self.limits.result_bytes, exchange)
                caller.check()
                return reply
            except ClientLeft:
                self.admission.counts.ended["cancelled"] += 1
                raise
            except Late:
                self.admission.counts.ended["timeout"] += 1
                raise DeadlinePassed(deadline.seconds) from None
            except Unanswered:
                self.admission.counts.ended["cancelled" if caller.has_left else "broken"] += 1
                caller.check()
                raise
            finally:
                self.admission.release(lease)
                caller.charge(time.monotonic() - lease.begin)

        def sleep(seconds: float) -> bool:
            resume_at = time.monotonic() + seconds
            if resume_at > deadline.until:
                return False
            while (pause := resume_at - time.monotonic()) > 0 and not self._closed.wait(min(pause, STEP_SECONDS)):
                caller.check()
            return not self._closed.is_set()

        name = self.endpoint.name
        try:
            return send_with_retries(attempt, sleep, attempts=MAX_ATTEMPTS, first_pause=FIRST_PAUSE_SECONDS), queued
        except UnknownChallenge as error:
            raise EngineDown(f"The engine at {name} asks for an unknown way of signing in: {error}.") from error
        except Unanswered as error:
            if error.reply and error.reply.retry_after:
                raise Busy(f"The engine at {name} is busy: {error}.", round(error.reply.retry_after)) from error
            times = f"{error.attempts} attempts in {time.monotonic() - begin:.1f} s"
            raise EngineDown(
                f"The engine at {name} does not answer: {error} ({times if error.attempts > 1 else '1 attempt'}). "
                "See that it runs and can be reached from here; queries are answered again as soon as it does."
            ) from error

    def close(self) -> None:
        """Let nobody in any more."""
        self._closed.set()
        self.admission.close()


class RemoteEngine(BlockingEngine):
    """Queries what stands in another engine; see `engine.base.Engine`. Safe to use from several threads."""

    def __init__(self, snapshot: Snapshot, connection: Connection, *, allow: Collection[str] = ()) -> None:
        self.snapshot = snapshot
        self.connection = connection
        self._allow = frozenset(allow)

    def answer(self, query: Query) -> Answer:
        """Answer one query; see `engine.base.Engine.answer`. Its timeout may go up to `limits.timeout_ceiling`."""
        begin = time.perf_counter()
        ready = prepare(query, graphs=self.snapshot.graphs, prefixes=self.snapshot.prefixes, allow=self._allow)
        limits = self.connection.limits
        seconds = limits.timeout if query.timeout is None else min(query.timeout, limits.timeout_ceiling)
        outgoing = OutgoingQuery(ready, self._write_text(ready, dict(query.bindings)), self.snapshot, seconds)
        question = self.connection.dialect.question(outgoing)
        sent_at = time.perf_counter()
        deadline = Deadline(seconds)
        reply, queue = self.connection.ask(question, deadline)
        if witness := self.connection.dialect.witness(outgoing):
            self._raise_refusal(self.connection.ask(witness, deadline)[0], seconds)
        answered_at = time.perf_counter()
        body = self._read_body(reply, ready, question, deadline)
        timings = {
            "parse": sent_at - begin,
            "queue": queue,
            "evaluate": answered_at - sent_at - queue,
            "serialise": time.perf_counter() - answered_at,
        }
        self.connection.admission.counts.answers["remote"] += 1
        return Answer(body, ready.format, ready.form, timings)

    def close(self) -> None:
        """Nothing is held: the connection belongs to whoever made it, and serves the next snapshot, too."""

    def _write_text(self, ready: Prepared, bindings: Mapping[str, Identifier]) -> str:
        """The query, complete in itself. What is wrong with it is said here, as every engine says it in its own way."""
        prefixes = self.snapshot.prefixes
        try:
            is_small = query_rewriting.count_tokens(ready.text, MAX_CHECKED_TOKENS) <= MAX_CHECKED_TOKENS
            if is_small:
                with contextlib.suppress(EvaluationError):  # a function that only the engine may know
                    syntax_check.check_syntax(ready.text, prefixes)
        except QuerySyntaxError as error:
            raise ready.located(error) from None
        text = ready.text
        if self.connection.dialect.folds and ready.original.star is None:
            text = fold_constants(
                ready.original.text, {name: write_term(name, term) for name, term in bindings.items()}
            )
            folded = ParsedQuery(text)
            text = bind(folded, {name: term for name, term in bindings.items() if name in folded.variables})
        text = query_rewriting.with_prefixes(text, prefixes)
        if ready.default_graphs or ready.named_graphs:
            text = query_rewriting.without_dataset(text)
        if ready.columns and is_small:
            starred = ParsedQuery(text)
            if names := query_rewriting.find_visible(starred, ready.columns, prefixes):
                text = query_rewriting.with_columns(starred, names)
        return text

    def _raise_refusal(self, reply: Reply, seconds: float) -> None:
        """Raise what the engine says went wrong, or left out."""
        dialect, name = self.connection.dialect, self.connection.endpoint.name
        if dialect.late(reply):
            raise DeadlinePassed(seconds)
        if reply.status != 200:
            raise dialect.refusal(reply, name)
        if rows := dialect.cap(reply):
            raise EvaluationError(
                f"The engine at {name} gives at most {rows} rows, and here are as many or more. Use a smaller LIMIT."
            )

    def _read_body(self, reply: Reply, ready: Prepared, question: Question, deadline: Deadline) -> bytes:
        dialect, name = self.connection.dialect, self.connection.endpoint.name
        self._raise_refusal(reply, deadline.seconds)
        served = reply.headers.get("snapshot")
        if dialect.name == "clustergraph" and served != self.snapshot.name:
            raise SnapshotMoved(f"The service at {name} has moved on to the snapshot {served}; ask again.")
        if reply.media_type != question.accept:
            kind = reply.media_type or "no media type"
            raise EngineDown(f"The engine at {name} answered with {kind} instead of {question.accept}.")
        try:
            check_depth(reply.body, reply.media_type)
            if question.accept == ready.format.media_type and dialect.name == "clustergraph":
                if not reply.ends:
                    raise Unreadable("does not say where it ends, so that a part of it could be missing")
                return reply.body
            if ready.form in ("CONSTRUCT", "DESCRIBE") and not reply.ends:
                raise Unreadable("does not say where it ends, so that a part of it could be missing")
            body = dialect.body(reply, ready.form, deadline.check)
            sink = TimedSink(self.connection.limits.result_bytes, deadline.check)
            return rewrite_answer(body, ready.form, ready.format, self.snapshot.prefixes, sink)
        except Unreadable as error:
            raise EngineDown(f"The answer of the engine at {name} {error}.") from error
