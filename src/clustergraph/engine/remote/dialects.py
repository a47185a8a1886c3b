"""The differences between engines, all in one place. Each was seen on the version named; the tests ask the real ones.

What is common to all: every query names its dataset by the protocol's parameters and never by FROM, because engines
disagree on which of the two counts; results are asked for in JSON and graphs in N-Triples, and written anew here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from clustergraph.engine.remote import results
from clustergraph.engine.remote.endpoint import Question
from clustergraph.engine.remote.error_text import error_text, problem_of
from clustergraph.engine.remote.http_client import Reply
from clustergraph.rdf.formats import Format
from clustergraph.rdf.namespaces import XSD
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql import query_rewriting, tokens
from clustergraph.sparql.errors import (
    Busy,
    DeadlinePassed,
    EngineDown,
    EngineError,
    EvaluationError,
    MemoryExceeded,
    OutsideAddress,
    ResultTooLarge,
)
from clustergraph.sparql.prepared_query import Prepared

MERGED = "merged"
"""Where a manifest says which named graph holds the merge of all others, on engines without a default graph."""
PUSHED = "pushed"
"""Set in the manifest of a graph that `clustergraph push` loaded, whose engine may hold graphs of its own besides."""


@dataclass(frozen=True, slots=True)
class OutgoingQuery:
    """A query with all that says how it is to be sent."""

    ready: Prepared
    text: str
    """The query with its prefixes declared and without FROM."""
    snapshot: Snapshot
    seconds: float
    """How long it may take."""


class Dialect:
    """What SPARQL 1.1 and its protocol say, and nothing more. Other engines are described by how they differ."""

    name: ClassVar[str] = "generic"
    folds: ClassVar[bool] = False
    """Whether constants are to be written where they are used."""

    def question(self, outgoing: OutgoingQuery) -> Question:
        """The query as this engine reads it."""
        ready, text = outgoing.ready, outgoing.text
        has_dataset = ready.default_graphs or ready.named_graphs
        if not has_dataset and outgoing.snapshot.manifest.get(PUSHED) and query_rewriting.uses(text, "GRAPH"):
            # The graph that marks a push as done is none that a reader should find.
            text = query_rewriting.with_known_graphs(text, outgoing.snapshot.graphs)
        media_type = self.accept(ready.form, ready.format)
        return Question(text, ready.form, media_type, ready.default_graphs, ready.named_graphs)

    def witness(self, outgoing: OutgoingQuery) -> Question | None:  # noqa: ARG002 - for those that need it
        """What to ask besides, to know that the answer is whole; None where the answer itself says so."""
        return None

    def cap(self, reply: Reply) -> str:  # noqa: ARG002 - for those that need it
        """How many rows the engine gave and no more, because it never gives more; empty if that was all."""
        return ""

    def accept(self, form: str, result_format: Format) -> str:  # noqa: ARG002 - for those that write our formats themselves
        """The media type to ask for."""
        return results.TRIPLES if form in ("CONSTRUCT", "DESCRIBE") else results.JSON

    def body(self, reply: Reply, form: str, check: Callable[[], None]) -> bytes:  # noqa: ARG002 - for those in need
        """The body in the media type that was asked for, to the letter of its standard.

        `check` raises when the deadline has passed.
        """
        return reply.body

    def late(self, reply: Reply) -> bool:
        """Whether the engine broke the query off and gave what it had, or says that it broke it off."""
        return reply.status == 408

    def refusal(self, reply: Reply, name: str) -> EngineError:
        """What a status other than 200 means. `name` is the engine's address."""
        engine_message = error_text(reply)
        ending = f": {engine_message}" if engine_message else "."
        if reply.status in (401, 403):
            return EngineDown(
                f"The engine at {name} asks for a user and a password, or does not take those given "
                f"(status {reply.status}). Set CLUSTERGRAPH_ENGINE_USER and CLUSTERGRAPH_ENGINE_PASSWORD."
            )
        if reply.status in range(300, 400):
            return EngineDown(f"The engine at {name} has moved to {reply.headers.get('location')}; give that address.")
        if reply.status in (404, 405, 406, 415):
            return EngineDown(f"There is no SPARQL endpoint at {name} (status {reply.status}){ending}")
        if reply.status in (400, 413, 422, 501):
            return EvaluationError(f"The engine at {name} does not take this query{ending}")
        return EngineDown(f"The engine at {name} failed (status {reply.status}){ending}")


class Oxigraph(Dialect):
    """Oxigraph's own server, 0.5.13. It differs from the standard in nothing that is asked here."""

    name = "oxigraph"

    def refusal(self, reply: Reply, name: str) -> EngineError:
        """A query that it cannot evaluate gets the status 500."""
        if reply.status == 500:
            return EvaluationError(f"The engine at {name} cannot evaluate this query: {error_text(reply)}")
        return super().refusal(reply, name)


class ClusterGraph(Dialect):
    """Another ClusterGraph. It writes all formats as this one does, and says exactly what was wrong."""

    name = "clustergraph"

    def question(self, outgoing: OutgoingQuery) -> Question:
        ready = outgoing.ready
        # Quads come of a SELECT here, and at its protocol address a SELECT comes as results and nothing else.
        quads = ready.form == "SELECT" and ready.format.kind == "graph"
        return Question(
            outgoing.text,
            ready.form,
            results.JSON if quads else ready.format.media_type,
            ready.default_graphs,
            ready.named_graphs,
            {"timeout": f"{outgoing.seconds:g}"},
        )

    def refusal(self, reply: Reply, name: str) -> EngineError:
        """Its problem as the error that it was there."""
        problem = problem_of(reply)
        slug = str(problem.get("type", "")).rpartition("#")[2]
        detail = str(problem.get("detail", ""))
        if limit := _LIMITS.get(slug):
            return limit(_number(problem, "allowed"))
        if slug in ("busy", "too-many-requests"):
            return Busy(f"The service at {name} is busy: {detail}", int(reply.retry_after or 5))
        if slug in ("syntax", "evaluation", "outside-address", "too-large"):
            return EvaluationError(f"The service at {name} does not take this query: {detail}")
        if slug in ("engine-down", "unavailable"):
            return EngineDown(f"The service at {name} is up, but its engine is not: {detail}")
        return super().refusal(reply, name)


_LIMITS: dict[str, Callable[[float], EngineError]] = {
    "timeout": DeadlinePassed,
    "memory": lambda allowed: MemoryExceeded(int(allowed)),
    "result-too-large": lambda allowed: ResultTooLarge(int(allowed)),
}
_POINT = b"http://www.openlinksw.com/schemas/virtrdf#Geometry"
_WKT = b"http://www.opengis.net/ont/geosparql#wktLiteral"
MAX_NUMBER = 1e15
"""No limit of another service is as large."""
NOWHERE = "urn:clustergraph:none"
"""A graph that no engine holds."""
_LATE = re.compile(rb"Virtuoso S1T\d\d Error|execution time \d+ \(sec\) exceeds")


class Virtuoso(Dialect):
    """OpenLink Virtuoso 7.2 (Open Source)."""

    name = "virtuoso"
    # With parameters in VALUES and BIND, one canned query in four does not compile ("Internal Optimized compiler
    # error"), and in a FILTER in an OPTIONAL their variables have no value.
    folds = True

    # Its own limit is in milliseconds, and at least one second. Past it, what was found so far comes with status 200.
    LEAST = 1.0

    def question(self, outgoing: OutgoingQuery) -> Question:
        _only_sparql(outgoing.text)
        ready, manifest = outgoing.ready, outgoing.snapshot.manifest
        default_graphs, named_graphs = ready.default_graphs, ready.named_graphs
        if not default_graphs and not named_graphs and manifest.get(PUSHED):
            # Without a dataset a query sees every graph there is, Virtuoso's own among them, and what is in two twice.
            default_graphs = (manifest[MERGED],) if MERGED in manifest else tuple(outgoing.snapshot.graphs)
            named_graphs = tuple(outgoing.snapshot.graphs)
        if default_graphs and not named_graphs and query_rewriting.uses(outgoing.text, "GRAPH"):
            # A dataset without named graphs would let GRAPH see every graph there is; one that is not there does not.
            named_graphs = (NOWHERE,)
        limit = {"timeout": str(round(max(self.LEAST, outgoing.seconds) * 1000))}
        # Ordered by what LCASE gives, strings with letters beyond Latin-1 and others are sorted each for themselves.
        text = query_rewriting.with_plain_order(outgoing.text)
        return Question(text, ready.form, self.accept(ready.form, ready.format), default_graphs, named_graphs, limit)

    def witness(self, outgoing: OutgoingQuery) -> Question | None:
        """Of a CONSTRUCT, its solutions: past ResultSetMaxRows they are cut off, which it says only of a SELECT."""
        if outgoing.ready.form != "CONSTRUCT":
            return None
        ready = replace(outgoing.ready, form="SELECT")
        counted = replace(outgoing, ready=ready, text=query_rewriting.as_solutions(outgoing.text))
        return replace(self.question(counted), accept=results.JSON)

    def cap(self, reply: Reply) -> str:
        """It says so in a header when it gave as many rows as its ResultSetMaxRows lets it."""
        return reply.headers.get("x-sparql-maxrows", "")

    def body(self, reply: Reply, form: str, check: Callable[[], None]) -> bytes:
        """The body as the standards have it.

        Blank nodes are called `nodeID://b10000`, which is no label that a blank node can have; ASK is answered as a
        SELECT of `?__ASK_RETVAL`; a duration of years and months comes as a number of months, which is no duration; a
        point has a datatype of Virtuoso's own.
        """
        if form == "ASK" and b"__ASK_RETVAL" in reply.body:
            rows = json.loads(reply.body)["results"]["bindings"]
            return json.dumps({"head": {}, "boolean": bool(rows) and rows[0]["__ASK_RETVAL"]["value"] == "1"}).encode()
        if form == "SELECT" and any(mark in reply.body for mark in (b"nodeID://", b"XMLSchema#duration", _POINT)):
            return json.dumps(json.loads(reply.body, object_hook=partial(_as_standard, check))).encode()
        if form == "SELECT":
            return reply.body
        body = reply.body.replace(_POINT, _WKT)
        return re.sub(
            rb'"([0-9]{1,9})"(\^\^<http://www\.w3\.org/2001/XMLSchema#duration>)',
            lambda match: b'"' + _duration(int(match[1])).encode() + b'"' + match[2],
            body,
        )

    def late(self, reply: Reply) -> bool:
        """It says in headers that it gave only part of the answer, and in its own words that it gave none."""
        partly = reply.headers.get("x-sql-state", "").startswith("S1T")
        return partly or (reply.status != 200 and bool(_LATE.search(reply.body))) or super().late(reply)

    def refusal(self, reply: Reply, name: str) -> EngineError:
        """An error of the query and one of the engine have the same status; the SQL state tells them apart."""
        state = re.match(rb"Virtuoso (\w{5}) Error", reply.body)
        if reply.status == 500 and state and state[1] not in (b"08C02", b"40003", b"S1000"):
            return EvaluationError(f"The engine at {name} cannot evaluate this query: {error_text(reply)}")
        return super().refusal(reply, name)


def _only_sparql(text: str) -> None:
    """Raise OutsideAddress for what is no SPARQL but Virtuoso's own: DEFINE can fetch from the web, `bif:` and `sql:`
    call functions of its database. It knows these prefixes without a declaration.
    """
    for token in tokens.tokens(text):
        word = token.text.lower()
        if word.startswith(("bif:", "sql:", "<bif:", "<sql:")) or word == "define":
            raise OutsideAddress(
                f"{token.text} is no SPARQL but an extension of the engine, which is not passed on.",
                token.text,
                "DEFINE",
            )


DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect for dialect in (Dialect(), Virtuoso(), Oxigraph(), ClusterGraph())
}


def detect_dialect(headers: Mapping[str, str]) -> Dialect:
    """The dialect of an engine by the headers of one of its replies.

    >>> detect_dialect({"server": "Virtuoso/07.20.3229 (Linux)"}).name, detect_dialect({"server": "nginx"}).name
    ('virtuoso', 'generic')
    """
    server = headers.get("server", "").lower()
    if "snapshot" in headers:
        return DIALECTS["clustergraph"]
    return next((DIALECTS[name] for name in ("virtuoso", "oxigraph") if server.startswith(name)), DIALECTS["generic"])


def _number(problem: Mapping[str, Any], name: str) -> float:
    value = problem.get(name)
    return float(value) if isinstance(value, (int, float)) and 0 <= value < MAX_NUMBER else 0.0


def _as_standard(check: Callable[[], None], term: dict[str, Any]) -> dict[str, Any]:
    """A term of the results in JSON; whatever else is in them passes through here as well."""
    check()
    value, datatype = term.get("value"), term.get("datatype")
    if not isinstance(value, str):
        return term
    if term.get("type") == "bnode":
        term["value"] = re.sub(r"\W", "", value.removeprefix("nodeID://"))
    elif datatype == f"{XSD}duration" and value.isdecimal() and len(value) < 10:
        term["value"] = _duration(int(value))
    elif datatype == _POINT.decode():
        term["datatype"] = _WKT.decode()
    return term


def _duration(months: int) -> str:
    """So many months as xsd:duration.

    >>> _duration(24), _duration(30), _duration(0)
    ('P2Y', 'P2Y6M', 'P0M')
    """
    years, remaining_months = divmod(months, 12)
    return "P" + (f"{years}Y" if years else "") + (f"{remaining_months}M" if remaining_months or not years else "")
