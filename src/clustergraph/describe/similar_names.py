"""Names that are like a name that is not here."""

from __future__ import annotations

from difflib import SequenceMatcher

from rdflib import Literal

from clustergraph.engine.base import Engine
from clustergraph.sparql.errors import EngineError
from clustergraph.sparql.query import Query

MOST = 5
LIKE_ENOUGH = 0.6
"""How much alike two names are, from 0 to 1, for one to be suggested for the other."""

SECONDS = 1.0
"""How long to look; whoever guesses names must not keep the readers busy."""

AMONG = 5000
LONGEST = 200

QUERY = f"""SELECT DISTINCT ?thing {{
  ?thing a ?class FILTER(ISIRI(?thing) && STRSTARTS(STR(?thing), ?start))
}} LIMIT {AMONG}"""


def suggest(engine: Engine, iri: str) -> list[str]:
    """Names of things of the same kind - the same up to the last slash - whose own part is like that of `iri`.

    Best first; none where nothing is like it or looking takes too long.
    """
    start, _, slug = iri.rpartition("/")
    if not slug or len(slug) > LONGEST or not start.startswith(engine.snapshot.base):
        return []
    try:
        answer = engine.answer(Query(QUERY, bindings={"start": Literal(f"{start}/")}, format="json", timeout=SECONDS))
    except EngineError:
        return []
    known = (row["thing"].text for row in answer.rows())
    ranked = sorted((-_likeness(slug, one[len(start) + 1 :]), one) for one in known)
    return [one for likeness, one in ranked[:MOST] if -likeness >= LIKE_ENOUGH]


def _likeness(asked: str, name: str) -> float:
    """From 0 to 1; a name that holds the other counts as like it.

    >>> _likeness("bion", "biom"), _likeness("optence", "optence-e-v") >= 0.75, _likeness("bion", "aachen") < 0.5
    (0.75, True, True)
    """
    asked, name = asked.casefold(), name.casefold()
    alike = SequenceMatcher(None, asked, name).ratio()
    return max(alike, 0.75) if len(asked) > 2 and asked in name else alike
