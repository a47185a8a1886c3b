"""What the request in hand is answered from: the service, the names of things on it, its addresses."""

from __future__ import annotations

from dataclasses import replace
from typing import cast
from urllib.parse import urlsplit

from flask import current_app, g, request

from clustergraph.describe.label_cache import Labels
from clustergraph.describe.urls import Urls
from clustergraph.web.http import i18n
from clustergraph.web.service import Service


def service() -> Service:
    """The service of the application that handles this request."""
    return cast(Service, current_app.extensions["clustergraph"])


def labels() -> Labels:
    """The names of things on this service."""
    return cast(Labels, current_app.extensions["labels"])


def urls() -> Urls:
    """The addresses of data and forms, as links within the service have them."""
    if "urls" not in g:
        g.urls = replace(absolute_urls(), root=urlsplit(absolute_urls().root).path)
    return cast(Urls, g.urls)


def page_urls() -> Urls:
    """The addresses of pages, which keep the language that this page was asked for in by name."""
    if "page_urls" not in g:
        g.page_urls = replace(urls(), language=i18n.explicit())
    return cast(Urls, g.page_urls)


def absolute_urls() -> Urls:
    """The addresses that clients elsewhere reach this service at."""
    host = service().settings.url or f"{request.host_url.rstrip('/')}{request.root_path}"
    return Urls(service().snapshot.base, f"{host.rstrip('/')}/")
