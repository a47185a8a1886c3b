"""Requests to an engine: authenticated, tried again where that is safe, refused with a sentence."""

from __future__ import annotations

import html
import http.client
import random
import re
import time
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithPriorAuth,
    OpenerDirector,
    Request,
    build_opener,
    parse_http_list,
    parse_keqv_list,
)

from clustergraph.push.errors import Refused, Unreachable

TRIES = 5
TIMEOUT = 600.0
"""Seconds that an engine may take over one request; storing a chunk in a large graph can be slow."""
PASSING = frozenset({429, 502, 503, 504})
"""Statuses that may be gone in a moment."""
_LONGEST_WAIT = 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An engine's answer."""

    status: int
    headers: Message
    body: bytes


class _Digest(HTTPDigestAuthHandler):
    """Answers the engine's challenge in every later request, too: else each body would go out twice."""

    _challenge: dict[str, str] | None = None

    def http_error_401(self, req: Request, fp: Any, code: int, msg: str, headers: Any) -> Any:
        """Answer the challenge."""
        fp.close()  # which urllib leaves to the garbage collector
        return super().http_error_401(req, fp, code, msg, headers)

    def http_error_auth_reqed(self, auth_header: str, host: str, req: Request, headers: Any) -> Any:
        scheme, _, challenge = str(headers.get(auth_header, "")).partition(" ")
        if scheme.lower() == "digest":
            self._challenge = parse_keqv_list(list(filter(None, parse_http_list(challenge))))
        return super().http_error_auth_reqed(auth_header, host, req, headers)

    def http_request(self, request: Request) -> Request:
        """Add the answer to the last challenge."""
        if self._challenge is not None and not request.has_header(self.auth_header):
            answer = self.get_authorization(request, self._challenge)
            if answer:
                request.add_unredirected_header(self.auth_header, f"Digest {answer}")
        return request

    https_request = http_request


@dataclass(frozen=True, slots=True)
class Client:
    """Sends requests to one engine, as `user` where one is given."""

    user: str = ""
    password: str = field(default="", repr=False)
    tries: int = TRIES
    first_wait: float = 0.5
    """Seconds before the second try; they double with each further one."""
    _openers: dict[str, OpenerDirector] = field(default_factory=dict, repr=False)

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
        timeout: float = TIMEOUT,
    ) -> Reply:
        """Send one request and read the whole answer.

        `again` says that the request may be repeated if the connection fails or the engine is busy, because doing it
        twice is doing it once. Statuses in `passing` are given back instead of raised. The engine may be silent for
        `timeout` seconds.

        Raises Unreachable and Refused.
        """
        headers = {"Accept": accept} | ({"Content-Type": content_type} if content_type else {})
        wait = self.first_wait
        for left in reversed(range(self.tries if again else 1)):
            request = Request(url, data=body, headers=headers, method=method)
            try:
                with self._opener(url).open(request, timeout=timeout) as reply:
                    return Reply(reply.status, reply.headers, reply.read())
            except HTTPError as error:
                with error:
                    said = _read(error)
                if error.code in passing:
                    return Reply(error.code, error.headers, said)
                if not left or error.code not in PASSING:
                    raise Refused(self._refusal(method, url, error.code, said), error.code) from None
                wait = max(wait, _retry_after(error.headers))
            except ValueError as error:  # urllib's word for a way of authenticating that it does not know
                raise Refused(f"{url} asks for a way of signing in that is not known here: {error}.", 401) from None
            except (OSError, http.client.HTTPException) as error:
                if not left:
                    raise Unreachable(_unreachable(method, url, error)) from None
            time.sleep(min(wait, _LONGEST_WAIT) * random.uniform(0.8, 1.2))
            wait *= 2
        raise AssertionError("unreachable: the last try returns or raises")

    def _opener(self, url: str) -> OpenerDirector:
        if not self.user:
            return self._openers.setdefault("", build_opener())
        root = "/".join(url.split("/")[:3])
        if root not in self._openers:
            passwords = HTTPPasswordMgrWithPriorAuth()
            passwords.add_password(None, root, self.user, self.password)
            self._openers[root] = build_opener(_Digest(passwords), HTTPBasicAuthHandler(passwords))
        return self._openers[root]

    def _refusal(self, method: str, url: str, status: int, body: bytes) -> str:
        said = told(body)
        said = f" It says: {said}" if said else ""
        who = f"user {self.user!r}" if self.user else "anybody who does not sign in"
        if status == 401 and self.user:
            return f"{url} does not accept the password of user {self.user!r}.{said}"
        if status == 401:
            return (
                f"{url} asks who you are. Give --user, and the password in a variable of the environment that "
                f"--password-env names.{said}"
            )
        if status == 403:
            return f"{url} does not let {who} write. Use a user who may, or an engine that is not read-only.{said}"
        if status in (404, 405, 501):
            return (
                f"{url} does not take {method} (status {status}), so graphs cannot be written there. If the engine is "
                f"not read-only, name the right address with --graph-store or --update.{said}"
            )
        if status == 413:
            return f"{url} takes no request of {method} this large. Send fewer triples at once with --chunk.{said}"
        return f"{url} answered {method} with status {status}.{said}"


def told(body: bytes) -> str:
    """What a person can read of an error's body, on one line.

    >>> told(b"<html><title>T</title><h3>Error 42000</h3><xmp>SECURITY: denied</xmp></html>")
    'Error 42000 SECURITY: denied'
    """
    text = body.decode("utf-8", "replace")
    if "<html" in text[:500].lower():
        text = re.sub(r"(?is)<(head|title|style|script)\b.*?</\1>", " ", text)
        text = html.unescape(re.sub(r"<[/!]?[a-zA-Z][^>]*>", " ", text))
    return " ".join(text.split())[:300]


def _read(error: HTTPError) -> bytes:
    try:
        return error.read()
    except (OSError, http.client.HTTPException):
        return b""


def _retry_after(headers: Message) -> float:
    try:
        return float(headers.get("Retry-After", 0))
    except ValueError:
        return 0.0


def _unreachable(method: str, url: str, error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return f"{url} does not answer {method}: {why}. Is the engine running, and the address right?"
