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
    arguments.check_names(given, ["term"])
    term = arguments.read_text(given, "term", required=False).strip()
    text, data = _describe_term(context, term) if term else _describe_all(context)
    return reply(context, [text], data)


def text(context: GraphContext) -> str:
    """All terms as a text."""
    return _describe_all(context)[0]


def _describe_all(context: GraphContext) -> tuple[str, dict[str, Any]]:
    snapshot, model = context.snapshot, read_model(context.engine)
    uses = _group_by_class(read_usage(context.engine))
    short = _make_shortener(context)
    classes = [_describe_class(item, uses.get(iri, []), short) for iri, item in _sort_by_use(model.classes)]
    things = snapshot.manifest.get("classes", {})
    classes += [
        {"name": short(iri), "iri": iri, "things": things.get(iri, 0), "uses": _describe_uses(own, short)}
        for iri, own in uses.items()
        if iri not in model.classes
    ]
    properties = [_describe_property(item, short) for _, item in _sort_by_use(model.properties)]
    named = {item["name"].partition(":")[0] for item in (*classes, *properties)}
    named |= {
        short(term).partition(":")[0] for own in uses.values() for use in own for term in (use.property, use.kind)
    }
    prefixes = {prefix: iri for prefix, iri in sorted(snapshot.prefixes.items()) if prefix in named}
    size = "" if snapshot.triples is None else f"{snapshot.triples:,} statements. "
    lines = [
        f"# {snapshot.title()}",
        snapshot.metadata("description"),
        f"{size}Things are named below {snapshot.base}",
        "## Prefixes (known without PREFIX lines)",
        "\n".join(f"{prefix}: <{iri}>" for prefix, iri in prefixes.items()),
        "## Classes, with the properties that their things have and what the values are",
        "\n".join(_write_class(item) for item in classes),
        "## Properties",
        "\n".join(_write_property(item) for item in properties),
        'Texts have language tags; ask for one with FILTER(LANG(?label) = "en"). `schema` with a term says more of it.',
    ]
    data = {"prefixes": prefixes, "classes": classes, "properties": properties}
    return "\n\n".join(line for line in lines if line), data


def _describe_term(context: GraphContext, term: str) -> tuple[str, dict[str, Any]]:
    model, short = read_model(context.engine), _make_shortener(context)
    entries: dict[str, Entry] = {**model.classes, **model.properties}
    wanted = term.removeprefix("<").removesuffix(">")
    names: dict[str, str] = {}
    for iri, entry in entries.items():
        for name in (iri, short(iri), entry.name, entry.label(LANGUAGE)):
            names.setdefault(name.casefold(), iri)
    iri = names.get(wanted.casefold(), "")
    if not iri:
        near = closest(wanted, names, 5)
        perhaps = f" Perhaps: {', '.join(dict.fromkeys(short(names[name]) for name in near))}." if near else ""
        raise NotFound(f"The schema has no term {term!r}.{perhaps} Without a term, `schema` lists all.")
    entry = entries[iri]
    uses = [use for use in read_usage(context.engine) if iri in (use.class_iri, use.property)]
    data: dict[str, Any]
    if isinstance(entry, Class):
        data = {"classes": [_describe_class(entry, uses, short)], "properties": [], "prefixes": {}}
        example = entry.example
        head = _write_class(data["classes"][0])
    else:
        assert isinstance(entry, Property)
        data = {"classes": [], "properties": [_describe_property(entry, short)], "prefixes": {}}
        example = f"{entry.example[0]} -> {entry.example[1].text}" if entry.example else ""
        head = _write_property(data["properties"][0])
        head += "".join(
            f"\n    {short(use.class_iri)} -> {short(use.kind or use.datatype) or 'things'} ({use.count:,})"
            for use in uses
        )
    lines = [head, f"IRI: {iri}"]
    for label, others in (("above", entry.above), ("below", entry.below)):
        lines += [f"{label}: {', '.join(map(short, others))}"] if others else []
    lines += [f"{entry.inferred:,} of {entry.count:,} were concluded by reasoning."] if entry.inferred else []
    lines += [f"Example: {example}"] if example else []
    return "\n".join(lines), data


def _make_shortener(context: GraphContext) -> Any:
    prefixes = context.snapshot.prefixes
    return lambda iri: compact(iri, prefixes) if iri else ""


def _group_by_class(uses: tuple[Use, ...]) -> dict[str, list[Use]]:
    grouped: dict[str, list[Use]] = defaultdict(list)
    for use in uses:
        grouped[use.class_iri].append(use)
    return grouped


def _sort_by_use(entries: dict[str, Any]) -> list[tuple[str, Any]]:
    """The terms that occur, those with most first."""
    return sorted(
        ((iri, entry) for iri, entry in entries.items() if entry.count), key=lambda item: (-item[1].count, item[0])
    )


def _describe_class(entry: Class, uses: list[Use], short: Any) -> dict[str, Any]:
    data = {
        "name": short(entry.iri),
        "iri": entry.iri,
        "label": entry.label(LANGUAGE),
        "comment": entry.comment(LANGUAGE),
        "things": entry.count,
        "example": short(entry.example),
        "uses": _describe_uses(uses, short),
    }
    return {name: value for name, value in data.items() if value not in ("", None)}


def _describe_uses(uses: list[Use], short: Any) -> list[dict[str, Any]]:
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


def _describe_property(entry: Property, short: Any) -> dict[str, Any]:
    data = {
        "name": short(entry.iri),
        "iri": entry.iri,
        "label": entry.label(LANGUAGE),
        "comment": entry.comment(LANGUAGE),
        "statements": entry.count,
        "inferred": entry.inferred,
        "domain": [short(iri) for iri in entry.domains],
        "range": [short(iri) for iri in entry.ranges],
        "inverse": [short(iri) for iri in entry.inverses],
    }
    return {name: value for name, value in data.items() if value not in ("", None, [])}


def _write_class(data: dict[str, Any]) -> str:
    comment = " ".join(str(data.get("comment", "")).split())
    label = data.get("label", "")
    lines = [f"- {data['name']}{f' ({label})' if label else ''}, {data['things']:,} things. {comment}".rstrip()]
    if data.get("example"):
        lines.append(f"    for example {data['example']}")
    lines += [f"    {use['property']} -> {' | '.join(use['values'])} ({use['count']:,})" for use in data["uses"]]
    return "\n".join(lines)


def _write_property(data: dict[str, Any]) -> str:
    ends = f" {', '.join(data.get('domain', ['any']))} -> {', '.join(data.get('range', ['any']))};"
    inverse = f" inverse of {', '.join(data['inverse'])}." if data.get("inverse") else ""
    comment = " ".join(str(data.get("comment", "")).split())
    concluded = ", all concluded" if data["inferred"] == data["statements"] else ""
    return f"- {data['name']}:{ends} {data['statements']:,} statements{concluded}. {comment}{inverse}".rstrip()


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
