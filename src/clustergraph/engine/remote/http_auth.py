"""Signing in to an engine, by HTTP Basic or Digest authentication."""

from __future__ import annotations

import base64
import threading
from http.client import HTTPResponse
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import (
    AbstractDigestAuthHandler,
    BaseHandler,
    HTTPPasswordMgr,
    Request,
    parse_http_list,
    parse_keqv_list,
)

HEADER = "Authorization"


class UnknownChallenge(Exception):
    """The engine asks for a way of signing in that is not known here."""


class _Credentials(HTTPPasswordMgr):
    """A user and a password, whatever the realm."""

    def __init__(self, user: str, password: str) -> None:
        super().__init__()
        self.pair = (user, password)

    def find_user_password(self, _realm: str, _address: str) -> tuple[str | None, str | None]:
        return self.pair


class SignIn(BaseHandler):
    """Answers an engine's challenge once, and signs in beforehand from then on: else each body would go out twice.

    Safe to use from several threads.
    """

    handler_order = 490  # before the handler that sends the request

    def __init__(self, user: str, password: str) -> None:
        self._basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._digest = AbstractDigestAuthHandler(_Credentials(user, password))
        self._challenges: dict[str, tuple[str, dict[str, str]]] = {}
        self._lock = threading.Lock()

    def http_request(self, request: Request) -> Request:
        """Add the answer to the host's last challenge."""
        challenge = self._challenges.get(_host(request))
        if challenge is not None:
            request.add_unredirected_header(HEADER, self._authorize(request, *challenge))
        return request

    def http_response(self, request: Request, response: HTTPResponse) -> Any:
        """Answer a challenge and send the request again, unless that was its second try."""
        if response.status != 401 or getattr(request, "is_second_try", False):
            return response
        response.close()
        self._challenges[_host(request)] = _challenge(response.headers.get_all("WWW-Authenticate", []))
        request.is_second_try = True  # type: ignore[attr-defined]
        return self.parent.open(request, timeout=request.timeout)

    https_request = http_request
    https_response = http_response

    def _authorize(self, request: Request, scheme: str, challenge: dict[str, str]) -> str:
        if scheme == "basic":
            return f"Basic {self._basic}"
        try:
            with self._lock:  # which counts how often the server's number was used
                credentials = self._digest.get_authorization(request, challenge)
        except (URLError, ValueError) as error:  # an algorithm or a protection that is not known
            raise UnknownChallenge(str(error)) from error
        if not credentials:
            raise UnknownChallenge("its challenge is not complete")
        return f"Digest {credentials}"


def _host(request: Request) -> str:
    return urlsplit(request.full_url).netloc  # behind a proxy, `request.host` is the proxy's


def _challenge(headers: list[str]) -> tuple[str, dict[str, str]]:
    """The scheme and the parameters of the best challenge. Raises UnknownChallenge.

    >>> _challenge(['Negotiate', 'Digest realm="x", nonce="n"'])
    ('digest', {'realm': 'x', 'nonce': 'n'})
    """
    for scheme in ("digest", "basic"):
        for header in headers:
            word, _, text = header.strip().partition(" ")
            if word.lower() == scheme:
                try:
                    return scheme, parse_keqv_list(list(filter(None, parse_http_list(text))))
                except (ValueError, IndexError) as error:
                    raise UnknownChallenge(f"its challenge {header[:100]!r} cannot be read") from error
    schemes = ", ".join(header.partition(" ")[0][:20] for header in headers[:5])
    raise UnknownChallenge(f"it knows only {schemes}" if schemes else "it does not say how")
