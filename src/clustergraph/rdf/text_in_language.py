"""Which of several texts to show in a language: the one rule for labels, titles, descriptions and names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

TaggedText = tuple[str | None, str]
"""A text behind its language tag, which is None or empty where the text has no language."""


def text_in_language(texts: Iterable[tuple[str | None, T]], language: str) -> T | None:
    """One of several texts, each given behind its language tag as in `TaggedText`; None where there is no text.

    A text in `language` comes first, then one in a regional form of it (`de-CH` for `de`, and the reverse), then
    English, then a text without a language, then any other: the first by its tag and its letters.

    >>> texts = [("fr", "champ"), (None, "F-1"), ("en-GB", "field"), ("de", "Feld")]
    >>> [text_in_language(texts, language) for language in ("de-AT", "it")]
    ['Feld', 'field']
    >>> text_in_language({"fr": "champ", "": "F-1"}.items(), "de")
    'F-1'
    """

    def order(candidate: tuple[str | None, T]) -> tuple[int, str, str]:
        tag = (candidate[0] or "").lower()
        return _rank(tag, language.lower()), tag, str(candidate[1])

    return min(texts, key=order, default=(None, None))[1]


def is_in_language(tag: str | None, language: str) -> bool:
    """Whether a language tag names a language or a regional form of it.

    >>> is_in_language("de-CH", "de"), is_in_language("de", "en"), is_in_language(None, "en")
    (True, False, False)
    """
    return _primary_tag(tag or "") == _primary_tag(language)


def _rank(tag: str, language: str) -> int:
    fits = (tag == language, is_in_language(tag, language), tag == "en", is_in_language(tag, "en"), not tag)
    return fits.index(True) if True in fits else len(fits)


def _primary_tag(tag: str) -> str:
    return tag.partition("-")[0].lower()
