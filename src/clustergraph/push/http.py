"""Requests to an engine that is written to: sent again where that is safe, refused with a sentence."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from urllib.request import Request

from clustergraph.engine.remote.error_text import error_text
from clustergraph.engine.remote.http_auth import UnknownChallenge
from clustergraph.engine.remote.http_client import (
    PASSING_STATUSES,
    HttpClient,
    Late,
    Reply,
    Unanswered,
    send_with_retries,
)
from clustergraph.push.errors import PushError, Refused, Unreachable
from clustergraph.sparql.errors import ResultTooLarge

ATTEMPTS = 5
REQUEST_SECONDS = 600.0
"""How long one request may take; storing a chunk in a large graph can be slow."""
MAX_PAUSE_SECONDS = 30.0
MAX_REPLY_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class Client:
    """Sends requests to one engine, as the user of `http` where it has one."""

    http: HttpClient = field(default_factory=HttpClient)
    first_pause: float = 0.5
    """Seconds before the second attempt; they double with each further one."""

    def send(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        *,
        content_type: str = "",
        accept: str = "*/*",
        again: bool = True,
        passing: frozenset[int] = frozenset(),
        timeout: float = REQUEST_SECONDS,
    ) -> Reply:
        """Send one request and read the whole answer, within `timeout` seconds for each attempt.

        `again` says that the request may be repeated if the connection fails or the engine is busy, because doing it
        twice is doing it once. Statuses in `passing` are given back instead of raised.

        Raises PushError, which is Unreachable or Refused in most cases.
        """
        headers = {"Accept": accept} | ({"Content-Type": content_type} if content_type else {})

        def attempt() -> Reply:
            request = Request(url, data=body, headers=headers, method=method)
            reply = self.http.exchange(request, time.monotonic() + timeout, MAX_REPLY_BYTES)
            if reply.status in PASSING_STATUSES and reply.status not in passing:
                raise Unanswered(f"it answered {reply.status}", reply)
            return reply

        try:
            reply = send_with_retries(attempt, _pause, attempts=ATTEMPTS if again else 1, first_pause=self.first_pause)
        except UnknownChallenge as error:
            raise Refused(f"{url} asks for a way of signing in that is not known here: {error}.", 401) from None
        except Late:
            raise Unreachable(f"{url} did not finish {method} within {timeout:.0f} s.") from None
        except ResultTooLarge as error:
            raise PushError(f"{url} answered {method} with more than can be its answer. {error}") from None
        except Unanswered as error:
            if error.reply is None:
                message = f"{url} does not answer {method}: {error}. Is the engine running, and the address right?"
                raise Unreachable(message) from None
            reply = error.reply
        if 200 <= reply.status < 300 or reply.status in passing:
            return reply
        raise Refused(self._refusal(method, url, reply), reply.status)

    def _refusal(self, method: str, url: str, reply: Reply) -> str:
        status = reply.status
        detail = error_text(reply)
        detail = f" It says: {detail}" if detail else ""
        who = f"user {self.http.user!r}" if self.http.user else "anybody who does not sign in"
        if status == 401 and self.http.user:
            return f"{url} does not accept the password of user {self.http.user!r}.{detail}"
        if status == 401:
            return (
                f"{url} asks who you are. Give --user, and the password in a variable of the environment that "
                f"--password-env names.{detail}"
            )
        if status == 403:
            return f"{url} does not let {who} write. Use a user who may, or an engine that is not read-only.{detail}"
        if 300 <= status < 400:
            return f"{url} has moved to {reply.headers.get('location')}; give that address.{detail}"
        if status in (404, 405, 501):
            return (
                f"{url} does not take {method} (status {status}), so graphs cannot be written there. If the engine is "
                f"not read-only, name the right address with --graph-store or --update.{detail}"
            )
        if status == 413:
            return f"{url} takes no request of {method} this large. Send fewer triples at once with --chunk.{detail}"
        return f"{url} answered {method} with status {status}.{detail}"


def _pause(seconds: float) -> bool:
    time.sleep(min(seconds, MAX_PAUSE_SECONDS))
    return True
