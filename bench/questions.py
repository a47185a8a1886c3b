"""What is asked: the canned queries with their examples bound, and queries such as a visitor would write.

Each question is the same text for every server, so that it is the same work.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from bench import peers
from bench.graphs import Graph
from clustergraph.catalogue import CannedQuery, Catalogue
from clustergraph.engine.base import Engine
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.sparql.bindings import bind
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.sparql.query import Query

RESULTS = "application/sparql-results+json"
TRIPLES = "text/turtle"
MOST_VARIANTS = 400

PREFIXES = """PREFIX cg: <https://w3id.org/clustergraph/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""


@dataclass(frozen=True, slots=True)
class Question:
    """One query in one or more variants (the same with another constant), and its address in `/api` if it is canned."""

    name: str
    about: str
    texts: tuple[str, ...]
    accept: str = RESULTS
    api: str = ""

    def target(self, server: str, variant: int = 0) -> str:
        """The path and query string that ask this server."""
        if server == peers.API:
            return self.api
        return f"{peers.ENDPOINTS[server]}?query={quote(self.texts[variant], safe='')}"

    def targets(self, server: str) -> list[str]:
        """The same for every variant."""
        return [self.target(server, variant) for variant in range(len(self.texts))]


FIRST = Question("first", "a few statements", ("SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 10",))
"""What a server is asked until it has started."""

AD_HOC: tuple[tuple[str, str, str, str], ...] = (
    # name, what it is, the values of %s, the query
    (
        "point look-up",
        "everything said about one thing",
        "?x a ?class . FILTER(isIRI(?x))",
        "SELECT ?p ?o WHERE { <%s> ?p ?o }",
    ),
    (
        "small join",
        "a cluster's target countries with their names",
        "?x cg:hasConceptPhase ?phase",
        "SELECT ?country ?name WHERE { <%s> cg:hasConceptPhase/cg:targetPlace ?country . ?country rdfs:label ?name }",
    ),
    (
        "neighbourhood",
        "CONSTRUCT of all statements about a cluster and to it",
        "?x cg:hasConceptPhase ?phase",
        "CONSTRUCT { <%s> ?p ?o . ?s ?q <%s> } WHERE { { <%s> ?p ?o } UNION { ?s ?q <%s> } }",
    ),
    (
        "property path",
        "all places that a cluster lies in, however far up",
        "?x cg:hasConceptPhase ?phase",
        "SELECT ?place WHERE { <%s> cg:locatedIn/cg:within* ?place }",
    ),
    ("grouped count", "things by class", "", "SELECT ?class (COUNT(*) AS ?n) WHERE { ?s a ?class } GROUP BY ?class"),
    (
        "text filter",
        "a word in any name, whatever its case",
        "",
        "SELECT ?s ?name WHERE { ?s rdfs:label ?name FILTER(CONTAINS(LCASE(STR(?name)), 'photon')) }",
    ),
    (
        "grouped join",
        "pairs of countries by how many clusters aim at both",
        "",
        "SELECT ?a ?b (COUNT(DISTINCT ?cluster) AS ?n) WHERE { ?cluster cg:hasConceptPhase/cg:targetPlace ?a , ?b . "
        "FILTER(STR(?a) < STR(?b)) } GROUP BY ?a ?b",
    ),
    (
        "long path",
        "areas that clusters aim at, counted",
        "",
        "SELECT ?area (COUNT(*) AS ?n) WHERE { ?cluster (cg:hasConceptPhase|cg:hasImplementationPhase)/cg:targetPlace"
        "/cg:within* ?area } GROUP BY ?area",
    ),
)

LARGE = {
    "real": "SELECT ?line ?phase WHERE { ?line a cg:SourceLine . ?phase cg:targetPlace ?country }",
    "generated": "SELECT ?s ?name WHERE { ?s rdfs:label ?name } LIMIT 50000",
}


def ad_hoc(graph: Graph, engine: Engine) -> list[Question]:
    """The queries of a visitor, with up to MOST_VARIANTS constants each that occur in the graph."""
    asked = []
    for name, about, pattern, query in AD_HOC:
        values = things(engine, pattern) if pattern else [""]
        texts = tuple(PREFIXES + query.replace("%s", value) for value in values)
        asked.append(Question(name, about, texts, TRIPLES if query.startswith("CONSTRUCT") else RESULTS))
    large = LARGE.get(graph.name, LARGE["generated"])
    asked.append(Question("large result", "about 50,000 rows", (PREFIXES + large,)))
    return asked


def things(engine: Engine, pattern: str) -> list[str]:
    """IRIs that ?x has in the pattern, spread evenly over all there are. Raises LookupError if there are none."""
    query = f"{PREFIXES}SELECT DISTINCT ?x WHERE {{ {pattern} }} ORDER BY ?x"
    found = engine.answer(Query(query, format="csv")).body.decode().split()[1:]
    if not found:
        raise LookupError(f"Nothing in the graph matches {pattern}, which the ad-hoc queries need.")
    step = max(1, len(found) // MOST_VARIANTS)
    return found[::step][:MOST_VARIANTS]


def canned(graph: Graph, engine: Engine) -> list[Question]:
    """The canned queries of the graph's folder with their example parameters."""
    catalogue = Catalogue.load(graph.folder.queries)
    return [_canned(catalogue, query, engine) for query in catalogue]


def _canned(catalogue: Catalogue, query: CannedQuery, engine: Engine) -> Question:
    text = bind(ParsedQuery(query.text), catalogue.bind(engine, query, query.example))
    accept = TRIPLES if query.form in ("CONSTRUCT", "DESCRIBE") else RESULTS
    address = f"/api/{query.name}" + (f"?{urlencode(query.example)}" if query.example else "")
    return Question(query.name, str(query.summary), (without_header(text),), accept, address)


def without_header(text: str) -> str:
    """The query without the comments it begins with, which a client would not send.

    >>> without_header("#+ summary: x\\nASK { } # y")
    'ASK { } # y'
    """
    lines = text.splitlines()
    while lines and (not lines[0].strip() or lines[0].startswith("#")):
        del lines[0]
    return "\n".join(lines)


def embedded(graph: Graph) -> EmbeddedEngine:
    """An engine in this process, for what has to be known beforehand."""
    return EmbeddedEngine(graph.snapshot)
