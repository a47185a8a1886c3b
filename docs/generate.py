"""Writes the pages of the reference that say what the code says: commands, settings, queries, errors, terms.

`make docs` runs it; a test fails when a page differs from what it gives.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin
from urllib.parse import urlencode

import click
import pyoxigraph as ox
import rdflib
import yaml
from pydantic.fields import FieldInfo
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import BNode, Node, URIRef

from clustergraph.catalogue import CannedQuery, Catalogue, Parameter
from clustergraph.cli import COMMANDS, cli, exit_codes
from clustergraph.rdf.namespaces import compact
from clustergraph.settings import Settings
from clustergraph.snapshots.source_folder import published
from clustergraph.web.http.problem import KINDS

REFERENCE = Path(__file__).parent / "reference"
ADDRESS = "http://127.0.0.1:8080"

GENERATED = "<!-- Written by docs/generate.py. Change the code or the data that it reads, then run `make docs`. -->"
COMPUTED = {"readers": "two for each processor, at least 4"}
"""Defaults that differ from machine to machine."""
TERMS = "https://w3id.org/clustergraph/ontology#"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """The text as code, or nothing for nothing."""
    return f"`{text}`" if text else ""


def page(title: str, *parts: str) -> str:
    """A whole page."""
    return "\n\n".join([f"# {title}", GENERATED, *(part for part in parts if part)]) + "\n"


# ------------------------------------------------------------------------------------------------------- commands


def commands() -> str:
    """The command line: what each command does, its options, the exit codes."""
    context = click.Context(cli, info_name="clustergraph")
    parts = [_help(cli), _options(cli.params)]
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        parts += [f"## {name}", _usage(name, command), _help(command)]
        own = [one for one in command.params if not (one.name or "").startswith("setting_")]
        parts.append(_options(own))
        if len(own) < len(command.params):
            parts.append("Each [setting](settings.md) is an option of this command, too.")
    codes = table(("code", "means"), ((str(number), meaning) for number, meaning in exit_codes.MEANINGS.items()))
    return page(
        "Commands",
        "`clustergraph COMMAND --help` says the same on the terminal. `python -m clustergraph` is the same program.",
        *parts,
        "## Exit codes",
        codes,
    )


def _usage(name: str, command: click.Command) -> str:
    words = command.collect_usage_pieces(click.Context(command, info_name=name))
    return f"```text\nclustergraph {name} {' '.join(words)}\n```"


def _help(command: click.Command) -> str:
    """A command's help. A paragraph that begins with the mark for "as it is" holds examples, which become a block.

    Those that need more than this machine has are headed by what they are given.
    """
    parts = []
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(command.help or "")):
        if not paragraph.startswith("\b"):
            parts.append(" ".join(paragraph.split()))
            continue
        heading, *examples = paragraph.removeprefix("\b").strip().splitlines()
        lines = "\n".join(example.strip() for example in examples)
        mark = "" if heading == "Examples:" else "<!-- not run: it needs what the heading says -->\n"
        parts += [heading, f"{mark}```sh\n{lines}\n```"]
    return "\n\n".join(parts)


def _options(parameters: Iterable[click.Parameter]) -> str:
    rows = []
    for parameter in parameters:
        if not isinstance(parameter, click.Option):
            continue
        flags = ", ".join(f"`{flag}`" for flag in (*parameter.opts, *parameter.secondary_opts))
        context = click.Context(cli)
        value = "" if parameter.is_flag or parameter.count else parameter.make_metavar(context)
        default = f" Default: `{parameter.default}`." if parameter.show_default else ""
        variable = f" Also `{parameter.envvar}`." if parameter.envvar else ""
        rows.append((flags, code(value), f"{parameter.help or ''}{default}{variable}"))
    return table(("option", "value", "meaning"), rows) if rows else ""


# ------------------------------------------------------------------------------------------------------- settings


def settings() -> str:
    """The settings of a service, each with its variable, its option and its default."""
    rows = [
        (f"`{name}`", code(variable(name)), code(option(name)), _default(name, field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    return page(
        "Settings",
        "A service is told these by options of `clustergraph serve` or by variables of the environment; an option wins "
        "over a variable. Where several values may be given, the option is repeated, and the variable is a JSON list "
        '(`CLUSTERGRAPH_ALLOW=["https://example.org/sparql"]`).',
        table(("setting", "variable", "option", "default", "meaning"), rows),
        "[Run it in public](../how-to/run-in-public.md) says which of them matter when.",
    )


def variable(name: str) -> str:
    """The variable of the environment for a setting."""
    return f"{Settings.model_config['env_prefix']}{name}".upper()


def option(name: str) -> str:
    """The option of `clustergraph serve` for a setting."""
    return f"--{name.replace('_', '-')}"


def _default(name: str, field: FieldInfo) -> str:
    if name in COMPUTED:
        return COMPUTED[name]
    value = field.get_default()
    choices = ""
    if get_origin(field.annotation) is not None and all(isinstance(one, str) for one in get_args(field.annotation)):
        choices = f" (of {', '.join(f'`{one}`' for one in get_args(field.annotation))})"
    return f"{code(str(value)) if value not in (None, '', ()) else 'none'}{choices}"


# -------------------------------------------------------------------------------------------------------- queries


def queries() -> str:
    """The canned queries of the published graph."""
    catalogue = Catalogue.load(published().queries)
    topics: dict[str, list[CannedQuery]] = {}
    for query in catalogue:
        topics.setdefault(query.tags[0] if query.tags else "other", []).append(query)
    overview = table(
        ("query", "answers", "parameters"),
        (
            (f"[{query.name}](#{query.name})", str(query.summary), ", ".join(_named(one) for one in query.parameters))
            for query in catalogue
        ),
    )
    return page(
        "Canned queries",
        "These are the queries that come with the graph; each is one file in `queries/`. Ask them over HTTP at "
        "`/api/{name}`, on the command line with `clustergraph query NAME -p key=value`, in Python with "
        "`kg.query(name, key=value)`. Parameters in bold must be given. A thing may be given by IRI, by prefixed name, "
        "by the end of its IRI, by code, or by its name in English or German.",
        overview,
        *(_query(query) for query in catalogue),
    )


def _named(parameter: Parameter) -> str:
    return f"**{parameter.name}**" if parameter.required else parameter.name


def _query(query: CannedQuery) -> str:
    address = f"{ADDRESS}/api/{query.name}{'.ttl' if query.form == 'CONSTRUCT' else '.csv'}"
    example = urlencode(query.example)
    parts = [f"## {query.name}", f"**{query.summary}** ({query.summary.in_language('de')}). {query.description}"]
    if query.parameters:
        rows = [
            (_named(one), one.type, _values(one), f"`{one.example}`" if one.example else "", str(one.description))
            for one in query.parameters
        ]
        parts.append(table(("parameter", "type", "values", "example", "meaning"), rows))
    given = columns(query)
    gives = f"columns {', '.join(f'`{name}`' for name in given)}" if given else "a graph"
    parts += [
        f"Gives {gives}. Tags: {', '.join(query.tags)}. First view: {query.default_view}.",
        f"```sh\ncurl '{address}{'?' if example else ''}{example}'\n```",
    ]
    return "\n\n".join(parts)


def _values(parameter: Parameter) -> str:
    if parameter.choices:
        return ", ".join(f"`{choice}`" for choice in parameter.choices)
    return f"a {code(compact(parameter.class_iri, {'cg': TERMS}))}" if parameter.class_iri else ""


def columns(query: CannedQuery) -> list[str]:
    """The columns of a query's result; none if it gives a graph."""
    found = ox.Store().query(query.text)
    return [one.value for one in found.variables] if isinstance(found, ox.QuerySolutions) else []


# --------------------------------------------------------------------------------------------------------- errors


def errors() -> str:
    """The kinds of error that the service tells."""
    rows = [(f"`{slug}`", str(kind.status), kind.title, kind.advice) for slug, kind in KINDS.items()]
    return page(
        "Errors",
        "An error is a problem object (RFC 9457, `application/problem+json`), or a page for a browser. Its `type` is "
        "`/errors#` and the kind; `/errors` on a service shows this list.",
        table(("kind", "status", "title", "what to do"), rows),
        "Members of every problem: `type`, `title`, `status`, `detail` (what went wrong this time), `advice`. "
        "Where they apply: `line` and `column` (of the query, from 1), `parameter`, `allowed` and `suggestions` "
        "(values to give instead), `limit` and `unit` (which limit was passed; `allowed` then says how much there is), "
        "`ceiling` (the longest deadline to ask for, in seconds), `address` and `keyword` (what reached out, and how), "
        "`near` (names of queries that look like the one asked for). `Retry-After` comes with 429 and with `busy`.",
    )


# ---------------------------------------------------------------------------------------------------------- terms


def model() -> str:
    """The terms of the ontology and the named graphs of the published graph."""
    ontology = _ontology()
    terms = sorted(
        {one for one in ontology.subjects(RDF.type) if isinstance(one, URIRef) and one.startswith(TERMS)}, key=str.lower
    )
    return page(
        "Model",
        f"The terms that this graph adds to the standard vocabularies; the prefix `cg:` is `{TERMS}`. Everything is in "
        "`ontology/clustergraph.ttl`, with German labels and comments, too; the rules that the data must keep are in "
        "`ontology/shapes.ttl`. [Sources and curation](../explanation/sources-and-curation.md) says what is stated "
        "where, and why.",
        "## Classes",
        table(
            ("class", "is a", "means"),
            (
                (_term(one), _links(ontology, one, RDFS.subClassOf), _comment(ontology, one))
                for one in terms
                if (one, RDF.type, OWL.Class) in ontology
            ),
        ),
        "## Properties between things",
        "A property with *follows from* need not be written: reasoning adds it.",
        _properties(ontology, [one for one in terms if (one, RDF.type, OWL.ObjectProperty) in ontology]),
        "## Properties with values",
        _properties(ontology, [one for one in terms if (one, RDF.type, OWL.DatatypeProperty) in ontology]),
        "## Named graphs",
        "A file or folder directly under `data/` is one named graph, `graph/` and its name without ending.",
        table(("graph", "holds"), _graphs()),
    )


def _properties(ontology: rdflib.Graph, terms: Iterable[URIRef]) -> str:
    rows = []
    for one in terms:
        start, end = _links(ontology, one, RDFS.domain) or "any", _links(ontology, one, RDFS.range) or "any"
        notes = [
            f"under {above}" if (above := _links(ontology, one, RDFS.subPropertyOf)) else "",
            f"inverse {inverse}" if (inverse := _inverse(ontology, one)) else "",
            f"follows from {chains}" if (chains := _chains(ontology, one)) else "",
        ]
        told = "; ".join(note for note in notes if note)
        said = f" *{told[0].upper()}{told[1:]}.*" if told else ""
        rows.append((_term(one), f"{start} → {end}", f"{_comment(ontology, one)}{said}"))
    return table(("property", "from → to", "means"), rows)


@cache
def _ontology() -> rdflib.Graph:
    return rdflib.Graph().parse(published().ontology / "clustergraph.ttl")


def _term(node: Node) -> str:
    return code(compact(str(node), {prefix: str(iri) for prefix, iri in _ontology().namespaces()}))


def _links(ontology: rdflib.Graph, term: Node, predicate: URIRef) -> str:
    return ", ".join(sorted(_term(node) for node in ontology.objects(term, predicate) if not isinstance(node, BNode)))


def _inverse(ontology: rdflib.Graph, term: Node) -> str:
    found = {*ontology.objects(term, OWL.inverseOf), *ontology.subjects(OWL.inverseOf, term)}
    return ", ".join(sorted(map(_term, found)))


def _chains(ontology: rdflib.Graph, term: Node) -> str:
    chains = [Collection(ontology, first) for first in ontology.objects(term, OWL.propertyChainAxiom)]
    return " or ".join(sorted(" then ".join(_term(step) for step in chain) for chain in chains))


def _comment(ontology: rdflib.Graph, term: Node) -> str:
    found = [one for one in ontology.objects(term, RDFS.comment) if getattr(one, "language", None) == "en"]
    return str(min(found, key=str))


def _graphs() -> Iterable[tuple[str, str]]:
    for path in sorted(published().data.iterdir()):
        if path.is_dir():
            yield code(path.name), f"The {len(list(path.glob('*.ttl')))} files of `data/{path.name}/`."
        elif path.suffix == ".ttl":
            yield code(path.stem), _first_words(path)
    yield "`ontology`", "The terms."
    yield "`inferred`", "What reasoning added."


def _first_words(path: Path) -> str:
    """What a file says of itself: the comment that it begins with."""
    words = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        words.append(line.removeprefix("#").strip())
    return " ".join(words)


# --------------------------------------------------------------------------------------- what the engine does otherwise


STATUS = {
    "mended": "Mended: the query is rewritten, and the answer is that of the standard.",
    "warned": "The answer says so.",
    "refused": "The query ends with an error.",
    "listed": "Nothing in the text of a query shows it, so the answer does not say so.",
}


def engine() -> str:
    """Where the embedded engine departs from the standards."""
    parts = []
    for entry in differences():
        code = entry["name"]
        data = f"```turtle\n{entry['data']}\n```" if "data" in entry else ""
        given = f"; here {_rows(entry['here'])}" if "here" in entry else ""
        answers = f"By the standard {_rows(entry['standard'])}; the engine {_rows(entry['engine'])}{given}."
        parts += [f"## {entry['title']}", f"{STATUS[entry['status']]} ({entry['source']}; `{code}`)", data]
        mark = "<!-- fails -->\n" if entry["engine"] == "error" and entry["status"] != "mended" else ""
        parts += [f"{mark}```sparql\n{entry['query']}\n```", answers]
        if "instead" in entry:
            parts += ["Instead:", f"```sparql\n{entry['instead']}\n```"]
    return page(
        "What the engine does otherwise",
        f"The embedded engine is pyoxigraph ({ox.__version__} in these tests). Below is where it departs from SPARQL "
        "1.1 and from the functions of XPath, as far as is known: each with a query that shows it, which is asked by a "
        "test. Some are mended by rewriting the query. Where an answer may be touched by one of the others, it says "
        "so: in the header `Warning`, on the page of the result, on standard error, as `warnings` of a result in "
        "Python and of a tool's reply. With a remote engine, its own departures count instead of these.",
        *parts,
    )


def differences() -> list[dict[str, Any]]:
    """The entries of `engine.yaml`."""
    entries: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "engine.yaml").read_text(encoding="utf-8"))
    return entries


def _rows(rows: Any) -> str:
    if rows == "error":
        return "an error"
    return "; ".join(", ".join("no value" if cell is None else f"`{cell}`" for cell in row) for row in rows)


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "settings.md": settings,
    "queries.md": queries,
    "errors.md": errors,
    "model.md": model,
    "engine.md": engine,
}
"""The generated pages of `reference/`, and what makes each."""


def main() -> None:
    """Write all pages."""
    for name, make in PAGES.items():
        (REFERENCE / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
