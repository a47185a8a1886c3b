"""Which of several texts to show in a language: the one rule for labels, titles, descriptions and names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

TaggedText = tuple[str | None, str]
"""A text behind its language tag, which is None or empty where the text has no language."""

RankedText = tuple[str | None, str, int]
"""The same before a rank: of two texts in one language, the lower goes first."""

FALLBACK = "en"
"""The language of those for whom there is nothing in their own."""


def text_in_language(
    texts: Iterable[tuple[str | None, T] | tuple[str | None, T, int]], languages: str | Sequence[str]
) -> T | None:
    """One of several texts, each given behind its language tag as in `TaggedText`; None where there is no text.

    `languages` are those that are wished for, best first, such as `Snapshot.reading_order` gives them. A text in one
    of them, or in a regional form of it (`de-CH` for `de`, and the reverse), comes first, then one in English, then
    one without a language, then any other: the first by its rank, its tag and its letters.

    >>> texts = [("fr", "champ"), (None, "F-1"), ("en-GB", "field"), ("de", "Feld")]
    >>> [text_in_language(texts, language) for language in ("de-AT", "it", ("it", "fr"))]
    ['Feld', 'field', 'champ']
    >>> text_in_language({"fr": "champ", "": "F-1"}.items(), "de")
    'F-1'
    """
    order = tuple(language.lower() for language in _list_languages(languages))

    def key(candidate: tuple[Any, ...]) -> tuple[tuple[int, bool], int, str, str]:
        tag = (candidate[0] or "").lower()
        return _rank(tag, order), candidate[2] if len(candidate) > 2 else 0, tag, str(candidate[1])

    chosen: tuple[Any, ...] = min(texts, key=key, default=(None, None))
    return chosen[1]  # type: ignore[no-any-return]


def is_in_language(tag: str | None, language: str) -> bool:
    """Whether a language tag names a language or a regional form of it.

    >>> is_in_language("de-CH", "de"), is_in_language("de", "en"), is_in_language(None, "en")
    (True, False, False)
    """
    return primary_tag(tag or "") == primary_tag(language)


def primary_tag(tag: str) -> str:
    """The language of a tag, without script and region."""
    return tag.partition("-")[0].lower()


def _list_languages(languages: str | Sequence[str]) -> Sequence[str]:
    wished = (languages,) if isinstance(languages, str) else tuple(languages)
    return wished if FALLBACK in wished else (*wished, FALLBACK)


def _rank(tag: str, order: Sequence[str]) -> tuple[int, bool]:
    if not tag:
        return len(order), False
    position = next((place for place, language in enumerate(order) if is_in_language(tag, language)), None)
    return (len(order) + 1, False) if position is None else (position, tag != order[position])
