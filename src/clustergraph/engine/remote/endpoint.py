"""One query to one SPARQL endpoint over HTTP: a whole reply, or why there is none.

SPARQLWrapper makes the request. It would look for the query's form with patterns that comments can fool and that take
time without end on some texts, would ask for a format in three parameters beside the Accept header, and loses what the
endpoint said of an error. So the form and the Accept header are set directly here, and `http_client` sends the request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.request import Request

from SPARQLWrapper import POST, SPARQLWrapper

import clustergraph
from clustergraph.engine.remote.error_text import PROBLEM
from clustergraph.engine.remote.http_client import PASSING_STATUSES, Exchange, HttpClient, Reply, Unanswered


@dataclass(frozen=True, slots=True)
class Question:
    """A query as it is sent. `parameters` are those of the protocol besides the query and its dataset."""

    text: str
    form: str
    accept: str
    default_graphs: Sequence[str] = ()
    named_graphs: Sequence[str] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A SPARQL query endpoint. Safe to use from many threads."""

    address: str
    client: HttpClient = field(default_factory=HttpClient)

    @property
    def name(self) -> str:
        """The address as it is shown to people, without its query string."""
        return self.address.partition("?")[0]

    def ask(self, question: Question, until: float, max_bytes: int, exchange: Exchange | None = None) -> Reply:
        """The reply, whatever its status but PASSING_STATUSES, by the time `until` (of `time.monotonic`).

        Raises Unanswered, Late, UnknownChallenge and, for a body of more than `max_bytes`, ResultTooLarge.
        """
        reply = self.client.exchange(self._request(question), until, max_bytes, exchange)
        if reply.status in PASSING_STATUSES and reply.media_type != PROBLEM:
            raise Unanswered(f"it answered {reply.status}", reply)
        return reply

    def _request(self, question: Question) -> Request:
        wrapper = SPARQLWrapper(self.address, agent=f"clustergraph/{clustergraph.__version__}")
        wrapper.setOnlyConneg(True)
        wrapper.setMethod(POST)
        wrapper.queryString = question.text
        wrapper.queryType = question.form
        wrapper.addCustomHttpHeader("Accept", question.accept)
        for graph in question.default_graphs:
            wrapper.addParameter("default-graph-uri", graph)
        for graph in question.named_graphs:
            wrapper.addParameter("named-graph-uri", graph)
        for name, value in question.parameters.items():
            wrapper.addParameter(name, value)
        request: Request = wrapper._createRequest()
        return request
