"""JSON-LD contexts that a file names by their address: put into its text, for nothing is fetched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

from clustergraph.ingest.known_contexts import known_context

MAX_CONTEXT_DEPTH = 8
"""How deep contexts may lead to further ones."""

_TOKEN = re.compile(r'\\.|"(?:[^"\\]|\\.)*+"|[\[\]{}:]')


class UnknownContexts(Exception):
    """Contexts for which there is no file: `addresses` with the line and column of each."""

    def __init__(self, addresses: list[tuple[str, int, int]]) -> None:
        super().__init__(addresses)
        self.addresses = addresses


def put_in(text: str, folder: Path, files: Mapping[str, Path], depth: int = 0) -> str:
    """A JSON-LD document with its contexts in the place of their addresses, on the same lines.

    `files` are those of addresses, and, by their own paths, those that an address relative to `folder` may mean. Raises
    UnknownContexts; ValueError for a file that is no context.
    """
    parts, done = [], 0
    unknown: list[tuple[str, int, int]] = []
    for start, end in _addresses(text):
        address = json.loads(text[start:end])
        context = _context(address, folder, files, depth)
        if context is None:
            line = text.count("\n", 0, start) + 1
            unknown.append((address, line, start - text.rfind("\n", 0, start)))
            continue
        parts += [text[done:start], context]
        done = end
    if unknown:
        raise UnknownContexts(unknown)
    return "".join([*parts, text[done:]])


def _addresses(text: str) -> list[tuple[int, int]]:
    """Where the addresses of contexts stand: the text that is a `@context`, and those in the list that is one."""
    places: list[tuple[int, int]] = []
    depth, before, is_value = 0, "", False
    for match in _TOKEN.finditer(text):
        token = match[0]
        if depth:  # in the list of contexts
            depth += token in ("[", "{")
            depth -= token in ("]", "}")
            if depth == 1 and token[0] == '"':
                places.append(match.span())
        elif is_value:
            if token[0] == '"':
                places.append(match.span())
            depth = int(token == "[")
        is_value = before == '"@context"' and token == ":"
        before = token
    return places


def _context(address: str, folder: Path, files: Mapping[str, Path], depth: int) -> str | None:
    """The context of an address, as JSON on one line; None where it is not known."""
    if depth > MAX_CONTEXT_DEPTH:
        raise ValueError(f"the contexts lead from one to the next, to {address}")
    key = urldefrag(address).url
    path = files.get(address) or files.get(key)
    if path is None and ":" not in address:
        path = files.get(str((folder / address).resolve()))
    if path is None:
        known = known_context(key)
        return None if known is None else json.dumps(known)
    try:
        text = path.read_text(encoding="utf-8-sig")
        document: Any = json.loads(put_in(text, path.parent, files, depth + 1))
        return json.dumps(document["@context"])
    except OSError as error:
        raise ValueError(f"the file of the context {address} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is not a JSON-LD context ({error})") from error
