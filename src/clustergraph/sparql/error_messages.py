"""The engine's exceptions in words that help.

The engine says how far its parser read at most. While it tries a keyword, it reads as many characters as the keyword
has, past the place where the query is wrong. So the query is parsed once more with its tokens drawn so far apart that
no such attempt reaches the next one: then the token at the place it names is the one that does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from clustergraph.sparql import tokens as syntax
from clustergraph.sparql.engine_parser import parse
from clustergraph.sparql.error_reasons import find_reason, shorten
from clustergraph.sparql.errors import (
    EngineDown,
    EngineError,
    EvaluationError,
    OutsideAddress,
    QuerySyntaxError,
    StoreDamaged,
)
from clustergraph.sparql.federation_guard import WORDS
from clustergraph.sparql.tokens import Token
from clustergraph.spelling import closest

GAP = " " * (max(map(len, WORDS)) + 4)
MAX_EXPLAINED_CHARACTERS = 100_000
"""How long a query may be that is parsed a second time."""
MAX_EXPLAINED_TOKENS = 5000
"""How many tokens a query may have in which the reason is looked for."""
_AT = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_SENTENCE = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)+")
_CLOSERS = {"}": "{", ")": "(", "]": "["}


def explain(error: Exception, text: str, prefixes: Mapping[str, str]) -> EngineError:
    """The engine's exception as one of ours. `prefixes` are those the engine was given with the query."""
    if isinstance(error, EngineError):
        return error
    if isinstance(error, SyntaxError):
        return _syntax_error(error, text, dict(prefixes))
    message = str(error).rstrip(".")
    if isinstance(error, OSError):
        if "SERVICE" in text.upper():
            if isinstance(error, PermissionError):
                return OutsideAddress("The query would reach out to another service, and was stopped.", "", "SERVICE")
            return EvaluationError(f"The service that the query calls gave no answer: {message}.")
        return StoreDamaged()
    if isinstance(error, RuntimeError) and message.startswith(("Corruption", "IO error")):
        return StoreDamaged()
    if isinstance(error, (ValueError, RuntimeError)):
        return EvaluationError(f"{message}.")
    return EngineDown(f"{type(error).__name__}: {message}.")


def _syntax_error(error: SyntaxError, text: str, prefixes: dict[str, str]) -> QuerySyntaxError:
    location = _AT.match(str(error.args[0] if error.args else error))
    if not location:
        return QuerySyntaxError(f"{str(error).strip().rstrip('.')}.")
    position = int(location[1]), int(location[2])
    if len(text) > MAX_EXPLAINED_CHARACTERS:
        return QuerySyntaxError("this is not SPARQL from here on.", *position)
    try:
        tokens = list(syntax.tokens(text))
    except QuerySyntaxError as unreadable:
        return unreadable
    reason, culprit = _find_culprit(tokens, prefixes)
    place = None if culprit is None else tokens.index(culprit)
    found = find_reason(tokens, place, reason, prefixes) if len(tokens) <= MAX_EXPLAINED_TOKENS else None
    if found is not None:
        return QuerySyntaxError(found[0], *syntax.position(text, found[1].start))
    if culprit is None:
        return QuerySyntaxError(_describe_end(tokens, text, reason), *syntax.position(text, len(text.rstrip())))
    return QuerySyntaxError(_describe_token(culprit, reason), *syntax.position(text, culprit.start))


def _find_culprit(tokens: list[Token], prefixes: dict[str, str]) -> tuple[str, Token | None]:
    """What the parser says of the token that does not fit, and that token; None for the end of the query."""
    spaced_tokens, starts, length = [], [], 0
    for before, token in zip([None, *tokens], tokens, strict=False):
        gap = "" if before and _is_joined(before, token) else GAP
        spaced_tokens.append(gap + token.text)
        starts.append(length + len(gap))
        length += len(gap) + len(token.text)
    spaced_text = "".join(spaced_tokens) + GAP
    try:
        parse(spaced_text, prefixes)
    except SyntaxError as error:
        location = _AT.match(str(error.args[0]))
        if location:
            offset = syntax.index(spaced_text, int(location[1]), int(location[2]))
            expected = location[3].removeprefix("expected ").removeprefix("one of ").split(", ")
            reason = next((item for item in expected if _SENTENCE.fullmatch(item)), "")
            if offset == len(spaced_text):
                return reason, None
            return reason, tokens[max((index for index, start in enumerate(starts) if start <= offset), default=0)]
    except (OSError, ValueError, RuntimeError):
        pass
    return "", None


def _is_joined(before: Token, token: Token) -> bool:
    """Whether the grammar wants no blank between the two."""
    return before.end == token.start and (
        token.kind == "language"
        or "^^" in (before.text, token.text)
        or (before.text in ("+", "-") and token.kind == "number")
        or (before.text.upper() in ("COALESCE", "CONCAT") and token.text == "(")
    )


def _describe_token(token: Token, reason: str) -> str:
    if reason == "Prefix not found":
        prefix = shorten(token.text.partition(":")[0])
        return f"the prefix `{prefix}:` is not declared; begin the query with `PREFIX {prefix}: <...>`."
    if reason == "IRI parsing failed" and token.kind == "iri":
        return f"{shorten(token.text)} is not an absolute IRI; write it in full, or begin the query with `BASE <...>`."
    if reason == "IRI parsing failed":
        return "what ends here in `<...>` is not an IRI: it may hold no blanks, quotes or braces."
    message = f"did not expect `{shorten(token.text)}` here"
    if token.kind == "word" and token.text.upper() not in WORDS:
        near = closest(token.text, WORDS, 1, 0.8)
        return f"{message}; did you mean {near[0]}?" if near else f"{message}; no such keyword or function is known."
    return f"{message} ({reason[0].lower()}{reason[1:]})." if reason else f"{message}."


def _describe_end(tokens: list[Token], text: str, reason: str) -> str:
    if reason:
        return f"{reason}."
    open_brackets: list[Token] = []
    for token in tokens:
        if token.text in _CLOSERS.values():
            open_brackets.append(token)
        elif token.text in _CLOSERS and open_brackets and open_brackets[-1].text == _CLOSERS[token.text]:
            open_brackets.pop()
    if open_brackets:
        line, column = syntax.position(text, open_brackets[-1].start)
        return f"the query ends, but the `{open_brackets[-1].text}` of line {line}, column {column} is never closed."
    return "the query is not complete, or its parts contradict each other."
