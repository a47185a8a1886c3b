"""Sentences for people that can be said in other languages: the English one is the text, and leads to the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class _Translated(Protocol):
    """A text that comes in several languages, such as the words of a canned query."""

    def in_language(self, language: str) -> str: ...


class Message(str):
    """A text in English that remembers the sentences it was made of, each with what was put in.

    >>> detail = message("There is no facet {name!r}.", name="size") + message("Choose {known}.", known=["a", "b"])
    >>> detail
    'There is no facet 'size'. Choose a or b.'
    >>> german = {"There is no facet {name!r}.": "Die Facette {name!r} fehlt.", "Choose {known}.": "Wähle {known}."}
    >>> detail.in_language("de", german, " oder ")
    "Die Facette 'size' fehlt. Wähle a oder b."
    """

    parts: tuple[tuple[str, Mapping[str, Any]], ...]

    def __new__(cls, *parts: tuple[str, Mapping[str, Any]]) -> Message:
        self = super().__new__(cls, " ".join(_filled(sentence, given, "en", " or ") for sentence, given in parts))
        self.parts = parts
        return self

    def __add__(self, other: str) -> Message:
        """This and then the other, with a blank between them."""
        return Message(*self.parts, *(other.parts if isinstance(other, Message) else ((other, {}),)))

    def __repr__(self) -> str:
        return f"'{self}'"

    def in_language(self, language: str, sentences: Mapping[str, str], or_: str) -> str | None:
        """The text in another language, whose `sentences` are given by the English ones; None where one is missing."""
        if not all(sentence in sentences for sentence, _ in self.parts):
            return None
        return " ".join(_filled(sentences[sentence], given, language, or_) for sentence, given in self.parts)


def message(sentence: str, /, **given: Any) -> Message:
    """A sentence with what is `given` put in where `{name}` stands. Several values are joined by "or"."""
    return Message((sentence, given))


def _filled(sentence: str, given: Mapping[str, Any], language: str, or_: str) -> str:
    if not given:
        return sentence
    return sentence.format_map({name: _put(value, language, or_) for name, value in given.items()})


def _put(value: Any, language: str, or_: str) -> Any:
    if isinstance(value, (list, tuple)):
        return or_.join(str(one) for one in value)
    return value.in_language(language) if isinstance(value, _Translated) and not isinstance(value, str) else value
