"""What is an IRI."""

from __future__ import annotations

import re

_IRI = re.compile(r"""[A-Za-z][A-Za-z0-9+.\-]*:[^<>"{}|^`\\\x00-\x20\ud800-\udfff]*""")


def is_iri(value: str) -> bool:
    """Whether the text is an absolute IRI, as far as its characters go.

    >>> is_iri("urn:x"), is_iri("/x"), is_iri("urn:x y")
    (True, False, False)
    """
    return _IRI.fullmatch(value) is not None
