"""The canned queries by what they are about: their first tag."""

from __future__ import annotations

from clustergraph.catalogue import CannedQuery
from clustergraph.web.http import i18n
from clustergraph.web.http.current import service


def by_topic() -> list[tuple[str, list[CannedQuery]]]:
    """The canned queries by their first tag."""
    topics: dict[str, list[CannedQuery]] = {}
    for query in service().catalogue:
        topics.setdefault(_name_topic(query), []).append(query)
    return sorted(topics.items())


def _name_topic(query: CannedQuery) -> str:
    if not query.tags:
        return i18n.say("topic.other")
    key = f"topic.{query.tags[0]}"
    return i18n.say(key) if i18n.has_text(key) else query.tags[0].capitalize()
