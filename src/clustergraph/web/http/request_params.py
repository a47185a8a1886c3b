"""The fields of a request: names and values as its address or its form spells them, in UTF-8 or not at all."""

from __future__ import annotations

import math
import re
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.datastructures import MultiDict

from clustergraph.messages import message
from clustergraph.rdf.iris import is_iri
from clustergraph.web.http.problem import Problem

MAX_FIELDS = 1000
"""How many fields a request may have."""
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
MAX_FIELD_BYTES = 32 << 10
"""Bytes of a field that is no query."""


def address(request: Request) -> MultiDict[str, str]:
    """The fields of the request's address. Raises Problem for what is not UTF-8 or too much."""
    return decode(request.query_string)


def decode(raw: bytes) -> MultiDict[str, str]:
    """The fields of an address or a form. Raises Problem for what is not UTF-8 or too much."""
    try:
        fields = parse_qsl(text(raw, "The request"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError as error:
        raise Problem("bad-request", message("The request is not UTF-8: {error}.", error=error)) from error
    except ValueError as error:
        raise Problem("bad-request", message("The request has more than {most} fields.", most=MAX_FIELDS)) from error
    for name, value in fields:
        size = len(name) + (0 if name in ("query", "update") else len(value.encode()))
        if size > MAX_FIELD_BYTES:
            detail = message("A field has {size} bytes, and may have {most}.", size=size, most=MAX_FIELD_BYTES)
            raise Problem("bad-parameter", detail, parameter=name[:100])
    return MultiDict(fields)


def check_escapes(raw: bytes) -> None:
    """Raise Problem if a `%` of an address or a form is no escape: what was cut off there may have mattered."""
    broken = _BROKEN_ESCAPE.search(raw)
    if broken:
        piece = raw[broken.start() : broken.start() + 3].decode("ascii", "replace")
        detail = message("{piece!r} is not percent-encoding; a percent sign is sent as %25.", piece=piece)
        raise Problem("bad-request", detail)


def text(raw: bytes, what: str) -> str:
    """Bytes as text. Raises Problem, which names `what`, if they are not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem("bad-request", message("{what} is not UTF-8: {error}.", what=what, error=error)) from error


def single(fields: MultiDict[str, str], name: str) -> str | None:
    """The value of a field that may be there once. Raises Problem if it is there with several values."""
    values = set(fields.getlist(name))
    if len(values) > 1:
        detail = message("{name} is given with {count} values; give one.", name=name, count=len(values))
        raise Problem("bad-parameter", detail, parameter=name)
    return values.pop() if values else None


def timeout(fields: MultiDict[str, str]) -> float | None:
    """The deadline a client asks for, in seconds. Raises Problem for anything but a number above 0."""
    value = single(fields, "timeout")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds > 0):
        detail = message("timeout is {value!r}; give seconds as a number above 0.", value=value)
        raise Problem("bad-parameter", detail, parameter="timeout")
    return seconds


def whole_number(fields: MultiDict[str, str], name: str) -> int:
    """A number of a field that counts from 0, which it is without the field. Raises Problem for anything else."""
    value = single(fields, name) or "0"
    if not (value.isascii() and value.isdigit() and len(value) <= 9):
        detail = message("{name} is {value!r}; give a whole number.", name=name, value=value)
        raise Problem("bad-parameter", detail, parameter=name)
    return int(value)


def iri(name: str, value: str) -> str:
    """The value, if it is an absolute IRI. Raises Problem, which names the parameter, if it is not."""
    if not is_iri(value):
        detail = message("{name} is {value!r}, which is not an absolute IRI.", name=name, value=value)
        raise Problem("bad-parameter", detail, parameter=name)
    return value
