"""The tool `schema`: which terms there are, what they mean, and how the graph uses them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from clustergraph.describe.class_usage import Use, read_usage
from clustergraph.describe.schema_model import Class, Entry, Property, read_model
from clustergraph.mcp import arguments
from clustergraph.mcp.error_messages import NotFound
from clustergraph.mcp.graph_context import LANGUAGE, GraphContext
from clustergraph.mcp.tool import Arguments, Reply, Tool, output, reply
from clustergraph.rdf.namespaces import compact
from clustergraph.spelling import closest

NAME = "schema"


def run(context: GraphContext, given: Arguments) -> Reply:
    """All terms, or one of them closely."""
    arguments.known(given, ["term"])
    term = arguments.text(given, "term", required=False)
    text, data = _one(context, term) if term else _every(context)
    return reply(context, [text], data)


def text(context: GraphContext) -> str:
    """All terms as a text."""
    return _every(context)[0]


def _every(context: GraphContext) -> tuple[str, dict[str, Any]]:
    snapshot, found = context.snapshot, read_model(context.engine)
    uses = _by_class(read_usage(context.engine))
    short = _shortener(context)
    classes = [_class(one, uses.get(iri, []), short) for iri, one in _used(found.classes)]
    things = snapshot.manifest.get("classes", {})
    classes += [
        {"name": short(iri), "iri": iri, "things": things.get(iri, 0), "uses": _uses(own, short)}
        for iri, own in uses.items()
        if iri not in found.classes
    ]
    properties = [_property(one, short) for _, one in _used(found.properties)]
    title = snapshot.metadata("title") or str(snapshot.manifest.get("title", ""))
    named = {one["name"].partition(":")[0] for one in (*classes, *properties)}
    named |= {
        short(term).partition(":")[0] for own in uses.values() for use in own for term in (use.property, use.kind)
    }
    prefixes = {prefix: iri for prefix, iri in sorted(snapshot.prefixes.items()) if prefix in named}
    size = "" if snapshot.triples is None else f"{snapshot.triples:,} statements. "
    lines = [
        f"# {title}",
        snapshot.metadata("description"),
        f"{size}Things are named below {snapshot.base}",
        "## Prefixes (known without PREFIX lines)",
        "\n".join(f"{prefix}: <{iri}>" for prefix, iri in prefixes.items()),
        "## Classes, with the properties that their things have and what the values are",
        "\n".join(_class_line(one) for one in classes),
        "## Properties",
        "\n".join(_property_line(one) for one in properties),
        'Texts have language tags; ask for one with FILTER(LANG(?label) = "en"). `schema` with a term says more of it.',
    ]
    data = {"prefixes": prefixes, "classes": classes, "properties": properties}
    return "\n\n".join(line for line in lines if line), data


def _one(context: GraphContext, term: str) -> tuple[str, dict[str, Any]]:
    found, short = read_model(context.engine), _shortener(context)
    entries: dict[str, Entry] = {**found.classes, **found.properties}
    wanted = term.strip().removeprefix("<").removesuffix(">")
    names: dict[str, str] = {}
    for iri, entry in entries.items():
        for name in (iri, short(iri), entry.name, entry.label(LANGUAGE)):
            names.setdefault(name.casefold(), iri)
    iri = names.get(wanted.casefold(), "")
    if not iri:
        near = closest(wanted, names, 5)
        perhaps = f" Perhaps: {', '.join(dict.fromkeys(short(names[one]) for one in near))}." if near else ""
        raise NotFound(f"The schema has no term {term!r}.{perhaps} Without a term, `schema` lists all.")
    one = entries[iri]
    uses = [use for use in read_usage(context.engine) if iri in (use.class_iri, use.property)]
    data: dict[str, Any]
    if isinstance(one, Class):
        data = {"classes": [_class(one, uses, short)], "properties": [], "prefixes": {}}
        example = one.example
        head = _class_line(data["classes"][0])
    else:
        assert isinstance(one, Property)
        data = {"classes": [], "properties": [_property(one, short)], "prefixes": {}}
        example = f"{one.example[0]} -> {one.example[1].text}" if one.example else ""
        head = _property_line(data["properties"][0])
        head += "".join(
            f"\n    {short(use.class_iri)} -> {short(use.kind or use.datatype) or 'things'} ({use.count:,})"
            for use in uses
        )
    lines = [head, f"IRI: {iri}"]
    for label, others in (("above", one.above), ("below", one.below)):
        lines += [f"{label}: {', '.join(map(short, others))}"] if others else []
    lines += [f"{one.inferred:,} of {one.count:,} were concluded by reasoning."] if one.inferred else []
    lines += [f"Example: {example}"] if example else []
    return "\n".join(lines), data


def _shortener(context: GraphContext) -> Any:
    prefixes = context.snapshot.prefixes
    return lambda iri: compact(iri, prefixes) if iri else ""


def _by_class(uses: tuple[Use, ...]) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = defaultdict(list)
    for use in uses:
        found[use.class_iri].append(use)
    return found


def _used(entries: dict[str, Any]) -> list[tuple[str, Any]]:
    """The terms that occur, those with most first."""
    return sorted(((iri, one) for iri, one in entries.items() if one.count), key=lambda item: (-item[1].count, item[0]))


def _class(one: Class, uses: list[Use], short: Any) -> dict[str, Any]:
    told = {
        "name": short(one.iri),
        "iri": one.iri,
        "label": one.label(LANGUAGE),
        "comment": one.comment(LANGUAGE),
        "things": one.count,
        "example": short(one.example),
        "uses": _uses(uses, short),
    }
    return {name: value for name, value in told.items() if value not in ("", None)}


def _uses(uses: list[Use], short: Any) -> list[dict[str, Any]]:
    """By property: what the values are, and how many there are."""
    kinds: dict[str, list[Use]] = defaultdict(list)
    for use in uses:
        kinds[use.property].append(use)
    return [
        {
            "property": short(prop),
            "values": [short(use.kind or use.datatype) or "thing" for use in own],
            "count": sum(use.count for use in own),
        }
        for prop, own in kinds.items()
    ]


def _property(one: Property, short: Any) -> dict[str, Any]:
    told = {
        "name": short(one.iri),
        "iri": one.iri,
        "label": one.label(LANGUAGE),
        "comment": one.comment(LANGUAGE),
        "statements": one.count,
        "inferred": one.inferred,
        "domain": [short(iri) for iri in one.domains],
        "range": [short(iri) for iri in one.ranges],
        "inverse": [short(iri) for iri in one.inverses],
    }
    return {name: value for name, value in told.items() if value not in ("", None, [])}


def _class_line(one: dict[str, Any]) -> str:
    said_of_it = " ".join(str(one.get("comment", "")).split())
    label = one.get("label", "")
    lines = [f"- {one['name']}{f' ({label})' if label else ''}, {one['things']:,} things. {said_of_it}".rstrip()]
    if one.get("example"):
        lines.append(f"    for example {one['example']}")
    lines += [f"    {use['property']} -> {' | '.join(use['values'])} ({use['count']:,})" for use in one["uses"]]
    return "\n".join(lines)


def _property_line(one: dict[str, Any]) -> str:
    ends = f" {', '.join(one.get('domain', ['any']))} -> {', '.join(one.get('range', ['any']))};"
    inverse = f" inverse of {', '.join(one['inverse'])}." if one.get("inverse") else ""
    comment = " ".join(str(one.get("comment", "")).split())
    concluded = ", all concluded" if one["inferred"] == one["statements"] else ""
    return f"- {one['name']}:{ends} {one['statements']:,} statements{concluded}. {comment}{inverse}".rstrip()


TOOL = Tool(
    NAME,
    "Schema",
    "The terms for writing SPARQL: prefixes, classes with the properties that their things have, what the values are "
    "and how many there are. With a term, more of that one.",
    arguments.schema(
        {
            "term": {
                "type": "string",
                "description": "A class or property, by prefixed name, IRI or label; without one, all are listed.",
            }
        }
    ),
    output(
        {
            "prefixes": {"type": "object"},
            "classes": {"type": "array", "items": {"type": "object"}},
            "properties": {"type": "array", "items": {"type": "object"}},
        },
        ["prefixes", "classes", "properties"],
    ),
    run,
)
