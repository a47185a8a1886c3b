"""Names that are like a name that is not here."""

from __future__ import annotations

from rdflib import Literal

from clustergraph.engine.base import Engine
from clustergraph.sparql.errors import EngineError
from clustergraph.sparql.query import Query
from clustergraph.spelling import MAX_NAME_CHARACTERS, closest

MAX_SUGGESTIONS = 5

LOOKING_SECONDS = 1.0
"""How long to look; a client that guesses names must not keep the readers busy."""

MAX_COMPARED_NAMES = 5000

QUERY = f"""SELECT DISTINCT ?thing {{
  ?thing a ?class FILTER(ISIRI(?thing) && STRSTARTS(STR(?thing), ?start))
}} LIMIT {MAX_COMPARED_NAMES}"""


def suggest(engine: Engine, iri: str) -> list[str]:
    """Names of things of the same kind - the same up to the last slash - whose own part is like that of `iri`.

    Best first; none where nothing is like it or looking takes too long.
    """
    start, slash, slug = iri.rpartition("/")
    if not slug or len(iri) > 2 * MAX_NAME_CHARACTERS or not start.startswith(engine.snapshot.base):
        return []
    start += slash
    query = Query(QUERY, bindings={"start": Literal(start)}, format="tsv", timeout=LOOKING_SECONDS)
    try:
        lines = engine.answer(query).body.decode("utf-8").split("\n")[1:]
    except EngineError:
        return []
    slugs = [line.strip()[len(start) + 1 : -1] for line in lines]
    return [f"{start}{name}" for name in _most_like(slug, slugs)]


def _most_like(slug: str, slugs: list[str]) -> list[str]:
    """A name that contains the other comes before one of which more than a quarter differs.

    >>> _most_like("bion", ["aachen", "biomed", "old-bionics", "biom"])
    ['biom', 'old-bionics', 'biomed']
    """
    holding = [name for name in slugs if len(slug) > 2 and slug.casefold() in name.casefold()]
    very_like, like = (closest(slug, slugs, MAX_SUGGESTIONS, likeness) for likeness in (0.75, 0.6))
    return list(dict.fromkeys([*very_like, *holding, *like]))[:MAX_SUGGESTIONS]
