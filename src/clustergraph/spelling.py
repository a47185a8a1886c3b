"""Known names that are spelt nearly as one that is not known."""

from __future__ import annotations

from collections.abc import Iterable

MAX_NAME_CHARACTERS = 200
"""Characters of a name that is compared; a longer one is no slip of the pen."""


def closest(name: str, known: Iterable[str], limit: int = 3, likeness: float = 0.6) -> list[str]:
    """The known names most like `name`, best first, whatever the case of letters; `likeness` is from 0 to 1.

    Some thousand names take a few milliseconds, which are spent in C.

    >>> closest("Optense", ["optence", "bion", "option"])
    ['optence', 'option']
    """
    if len(name) > MAX_NAME_CHARACTERS:
        return []
    from rapidfuzz import fuzz, process

    matches = process.extract(
        name, list(known), scorer=fuzz.ratio, processor=str.casefold, limit=limit, score_cutoff=100 * likeness
    )
    return [spelling for spelling, _, _ in matches]
