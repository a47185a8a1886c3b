"""The language of a page: which one, and its words, numbers and dates.

`lang=` in the address decides, else `Accept-Language`. Links on a page that was asked for with `lang=` keep it, so the
choice needs no cookie.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from flask import has_request_context, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from clustergraph.describe.urls import LANGUAGE_FIELD
from clustergraph.messages import Message
from clustergraph.rdf.text_in_language import primary_tag
from clustergraph.text_cache import remembers_short

LANGUAGES = ("en", "de")
"""What pages can be in; the first is for everyone who asks for neither."""

MAX_ACCEPTED_LANGUAGES = 8
"""How many languages of a reader are heard."""

_LANGUAGE, _EXPLICIT = "clustergraph.language", "clustergraph.language.explicit"
"""Where a request keeps its language, and the one that its address names: a page asks some hundred times."""
_TEXTS = Path(__file__).parents[1] / "translations"
_DURATION = re.compile(r"P(?=.)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T.*|Z|[+-]\d\d:\d\d)?")


@remembers_short
def preferred(header: str) -> str:
    """The language that an `Accept-Language` header likes best of ours.

    >>> preferred("de-CH, en;q=0.5"), preferred("fr"), preferred("")
    ('de', 'en', 'en')
    """
    return next((code for code in accepted(header) if code in LANGUAGES), LANGUAGES[0])


@remembers_short
def accepted(header: str) -> tuple[str, ...]:
    """The languages that an `Accept-Language` header names, best first, without regions.

    >>> accepted("de-CH, en;q=0.5, fr;q=0"), accepted("*")
    (('de', 'en'), ())
    """
    codes = (primary_tag(name) for name, quality in parse_accept_header(header, LanguageAccept) if quality > 0)
    return tuple(code for code in dict.fromkeys(codes) if code != "*")[:MAX_ACCEPTED_LANGUAGES]


@remembers_short
def name_languages(header: str, known: tuple[str, ...]) -> str:
    """What a page depends on of an `Accept-Language` header, in a graph whose texts are in the `known` languages.

    >>> name_languages("pl, de;q=0.8, fr;q=0.5", ("fr", "en"))
    'de,fr'
    """
    return ",".join((preferred(header), *(code for code in accepted(header) if not known or code in known)))


def explicit() -> str:
    """The language that the address of this request names; empty if it names none of ours."""
    if not has_request_context():
        return ""
    environ = request.environ
    if _EXPLICIT not in environ:
        code = request.args.get(LANGUAGE_FIELD, "")
        environ[_EXPLICIT] = code if code in LANGUAGES else ""
    return str(environ[_EXPLICIT])


def language() -> str:
    """The language of the page that is being written."""
    if not has_request_context():
        return LANGUAGES[0]
    environ = request.environ
    if _LANGUAGE not in environ:
        environ[_LANGUAGE] = explicit() or preferred(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    return str(environ[_LANGUAGE])


def languages() -> tuple[str, ...]:
    """The languages in which the reader of this page likes texts of the graph: the page's, then those accepted."""
    if not has_request_context():
        return LANGUAGES[:1]
    return tuple(dict.fromkeys((language(), *accepted(request.environ.get("HTTP_ACCEPT_LANGUAGE", "")))))


@cache
def texts(code: str) -> Mapping[str, str]:
    """All words of a language, by key."""
    texts_by_key: dict[str, str] = {}
    for path in sorted(_TEXTS.glob(f"*{code}.json")):
        texts_by_key |= json.loads(path.read_text(encoding="utf-8"))
    return texts_by_key


def say(key: str, **given: object) -> str:
    """A text in the page's language with what is `given` put in. Numbers are written as the language writes them.

    With a number called `n`, the text `key.one` is taken for 1, if there is one.

    >>> say("count.rows", n=1), say("count.rows", n=1200)
    ('1 row', '1,200 rows')
    """
    words = texts(language())
    if given.get("n") == 1 and f"{key}.one" in words:
        key = f"{key}.one"
    values = {name: number(value) if isinstance(value, int) else value for name, value in given.items()}
    return words[key].format_map(values)


def has_text(key: str) -> bool:
    """Whether there is a text of this key."""
    return key in texts(language())


@cache
def _read_sentences(code: str) -> Mapping[str, str]:
    file = _TEXTS / "sentences" / f"{code}.json"
    translations: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return translations


def sentence(text: str) -> tuple[str, str]:
    """A sentence that is there in English in the page's language, and which language that became.

    >>> sentence("The query has gone.")
    ('The query has gone.', 'en')
    """
    code = language()
    translations = _read_sentences(code)
    translation = (
        text.in_language(code, translations, texts(code)["or"]) if isinstance(text, Message) else translations.get(text)
    )
    return (translation, code) if translation else (str(text), LANGUAGES[0])


def number(value: int | float | str) -> str:
    """A number as the language writes it.

    >>> number(1234567), number("0.71"), number("-12000.50"), number("1e5")
    ('1,234,567', '0.71', '-12,000.50', '1e5')
    """
    text = str(value)
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, fraction = digits.partition(".")
    if not whole.isascii() or not whole.isdigit() or (fraction and not fraction.isdigit()):
        return text
    words = texts(language())
    grouped = f"{Decimal(whole):,}".replace(",", words["number.thousands"])  # an int has a limit of digits
    return f"{sign}{grouped}{words['number.point'] if point else ''}{fraction}"


def date(value: str) -> str:
    """A date as the language writes it; anything else as it is.

    >>> date("2020-04-16"), date("2020-04-16T10:00:00Z"), date("2020")
    ('16 April 2020', '16 April 2020', '2020')
    """
    match = _DATE.fullmatch(value)
    if match is None or not 1 <= int(match[2]) <= 12:
        return value
    month = texts(language())["date.months"].split()[int(match[2]) - 1]
    return say("date.day", day=str(int(match[3])), month=month, year=match[1])


def duration(value: str) -> str:
    """A duration of years and months in words; anything else as it is.

    >>> duration("P1Y6M"), duration("P4Y"), duration("PT3S")
    ('1 year 6 months', '4 years', 'PT3S')
    """
    match = _DURATION.fullmatch(value)
    if match is None:
        return value
    parts = [("duration.years", match[1]), ("duration.months", match[2])]
    return " ".join(say(key, n=int(count)) for key, count in parts if count)
