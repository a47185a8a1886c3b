"""Graphs of the kinds that other people have, made in any size and always the same.

Each is a `ForeignGraph`: files, and what is known of them. All names are made up of numbers; extend a kind by adding to
its Turtle, and add a kind to `KINDS`.

    graph = make("thesaurus", things=50)
    paths = graph.write(tmp_path)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PREFIXES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "skosxl": "http://www.w3.org/2008/05/skos-xl#",
    "dcterms": "http://purl.org/dc/terms/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "schema": "https://schema.org/",
    "obo": "http://purl.obolibrary.org/obo/",
    "oboInOwl": "http://www.geneontology.org/formats/oboInOwl#",
}
HEAD = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())


@dataclass(frozen=True)
class ForeignGraph:
    """Files by name, and the names under which things of the graph are to be shown."""

    kind: str
    files: dict[str, str]
    labels: dict[str, str] = field(default_factory=dict)
    """Some things by IRI, each with the English label that pages are to show; other things may have none."""
    is_rdf11: bool = True
    """Whether libraries of RDF 1.1 can read it."""

    def write(self, folder: Path) -> list[Path]:
        """Write the files into a folder; their paths."""
        paths = []
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            paths.append(path)
        return paths


def make(kind: str, things: int = 10) -> ForeignGraph:
    """The graph of one of `KINDS`, of about so many things."""
    return KINDS[kind](things)


def vocabulary(things: int) -> ForeignGraph:
    """Classes and properties of a `#` namespace, in one file that is named after nothing in particular."""
    base = "http://terms.example/milling"
    text = f"""@prefix : <{base}#> .
<{base}> a owl:Ontology ; dcterms:title "Terms of milling"@en ; owl:versionInfo "1.10" .
:turns a owl:ObjectProperty ; rdfs:label "turns"@en ; rdfs:domain :Class0 ; rdfs:range :Class1 .
:speed a owl:DatatypeProperty ; rdfs:label "speed"@en ; rdfs:range xsd:decimal .
"""
    for number in range(things):
        parent = f" ; rdfs:subClassOf :Class{(number - 1) // 2}" if number else ""
        text += f':Class{number} a owl:Class ; rdfs:label "class {number}"@en, "Klasse {number}"@de{parent} .\n'
    labels = {f"{base}#Class{number}": f"class {number}" for number in range(things)}
    return ForeignGraph("vocabulary", {"v2.ttl": HEAD + text}, labels)


def thesaurus(things: int) -> ForeignGraph:
    """Concepts in three languages, some named by SKOS-XL."""
    base = "http://thesaurus.example/"
    text = f"""@prefix c: <{base}> .
c:scheme a skos:ConceptScheme ; dcterms:title "Waterwheels"@en ; skos:hasTopConcept c:0 .
"""
    labels = {}
    for number in range(things):
        broader = f" ; skos:broader c:{(number - 1) // 3}" if number else " ; skos:topConceptOf c:scheme"
        text += f'c:{number} a skos:Concept ; skos:inScheme c:scheme ; skos:notation "{number:04}"{broader} ;\n'
        if number % 5 == 4:
            text += f'  skosxl:prefLabel [ a skosxl:Label ; skosxl:literalForm "concept {number}"@en ] .\n'
        else:
            text += f'  skos:prefLabel "concept {number}"@en, "Begriff {number}"@de, "notion {number}"@fr .\n'
        labels[f"{base}{number}"] = f"concept {number}"
    return ForeignGraph("thesaurus", {"export-2024.ttl": HEAD + text}, labels)


def catalogue(things: int) -> ForeignGraph:
    """A DCAT catalogue: sizes as xsd:nonNegativeInteger, dates of all kinds, blank nodes, mailto: and urn: names."""
    base = "http://catalogue.example/"
    text = f"""@prefix d: <{base}> .
<{base}> a dcat:Catalog ; dcterms:title "Catalogue of wells"@en ; dcterms:license <http://licence.example/0> .
"""
    labels = {}
    for number in range(things):
        text += f"""<{base}> dcat:dataset d:{number} .
d:{number} a dcat:Dataset ; dcterms:title "data set {number}"@en ; dcterms:identifier "urn:uuid:{number:08}" ;
  dcterms:issued "2020-01-{number % 28 + 1:02}"^^xsd:date ; dcterms:modified "2020-06-15T12:00:00.000Z"^^xsd:dateTime ;
  dcat:contactPoint [ a vcard:Kind ; vcard:fn "Desk {number}" ; vcard:hasEmail <mailto:desk{number}@mail.example> ] ;
  dcat:distribution [ a dcat:Distribution ; dcat:byteSize "{5120 + number}"^^xsd:nonNegativeInteger ;
    dcat:downloadURL <{base}files/{number}.csv?version=1&part={number}> ] .
"""
        labels[f"{base}{number}"] = f"data set {number}"
    return ForeignGraph("catalogue", {"catalog.ttl": HEAD + text}, labels)


def people(things: int) -> ForeignGraph:
    """Agents with names in parts, who know each other; in RDF/XML."""
    base = "http://people.example/"
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="{PREFIXES["rdf"]}" xmlns:foaf="{PREFIXES["foaf"]}" xml:base="{base}">
"""
    labels = {}
    for number in range(things):
        text += f"""<foaf:Person rdf:ID="p{number}">
  <foaf:givenName>Given{number}</foaf:givenName><foaf:familyName>Family{number}</foaf:familyName>
  <foaf:name>Given{number} Family{number}</foaf:name>
  <foaf:mbox rdf:resource="mailto:p{number}@mail.example"/>
  <foaf:age rdf:datatype="{PREFIXES["xsd"]}int">{number + 20}</foaf:age>
  <foaf:knows rdf:resource="#p{(number + 1) % things}"/>
</foaf:Person>
"""
        labels[f"{base}#p{number}"] = f"Given{number} Family{number}"
    return ForeignGraph("people", {"foaf.rdf": text + "</rdf:RDF>\n"}, labels)


def events(things: int) -> ForeignGraph:
    """Events in JSON-LD with a context of their own: times, durations, years, truth values."""
    items = ",\n".join(
        f"""{{"@id": "http://events.example/{number}", "@type": "Event", "name": {{"en": "event {number}"}},
 "start": "2021-05-{number % 28 + 1:02}T24:00:00", "length": "PT{number * 60}S", "year": "{2000 + number}",
 "free": "{number % 2}", "place": {{"@id": "geo:51.{number},13.7"}}, "seats": {number}, "price": "{number}.50"}}"""
        for number in range(things)
    )
    text = f"""{{"@context": {{"@vocab": "https://schema.org/", "xsd": "{PREFIXES["xsd"]}",
 "name": {{"@id": "https://schema.org/name", "@container": "@language"}},
 "start": {{"@id": "https://schema.org/startDate", "@type": "xsd:dateTime"}},
 "length": {{"@id": "https://schema.org/duration", "@type": "xsd:duration"}},
 "year": {{"@id": "https://schema.org/copyrightYear", "@type": "xsd:gYear"}},
 "free": {{"@id": "https://schema.org/isAccessibleForFree", "@type": "xsd:boolean"}},
 "price": {{"@id": "https://schema.org/price", "@type": "xsd:decimal"}},
 "place": {{"@id": "https://schema.org/location"}}}},
"@graph": [
{items}
]}}
"""
    labels = {f"http://events.example/{number}": f"event {number}" for number in range(things)}
    return ForeignGraph("events", {"events.jsonld": text}, labels)


def obo_ontology(things: int) -> ForeignGraph:
    """An ontology as the OBO foundry has them: numbers for names, restrictions, annotated axioms; in RDF/XML."""
    base = "http://purl.obolibrary.org/obo/"
    text = f"""<?xml version="1.0"?>
<rdf:RDF xmlns="{base}milo.owl#" xml:base="{base}milo.owl" xmlns:obo="{base}"
 xmlns:rdf="{PREFIXES["rdf"]}" xmlns:rdfs="{PREFIXES["rdfs"]}" xmlns:owl="{PREFIXES["owl"]}"
 xmlns:oboInOwl="{PREFIXES["oboInOwl"]}" xmlns:xsd="{PREFIXES["xsd"]}">
<owl:Ontology rdf:about="{base}milo.owl"><owl:versionIRI rdf:resource="{base}milo/2024-01-01/milo.owl"/></owl:Ontology>
<owl:ObjectProperty rdf:about="{base}BFO_0000050"><rdfs:label>part of</rdfs:label></owl:ObjectProperty>
<owl:AnnotationProperty rdf:about="{base}IAO_0000115"><rdfs:label>definition</rdfs:label></owl:AnnotationProperty>
"""
    labels = {}
    for number in range(things):
        parent = max(0, number - 1) // 2
        restriction = f"""
  <rdfs:subClassOf rdf:resource="{base}MILO_{parent:07}"/>
  <rdfs:subClassOf><owl:Restriction><owl:onProperty rdf:resource="{base}BFO_0000050"/>
    <owl:someValuesFrom rdf:resource="{base}MILO_{parent:07}"/></owl:Restriction></rdfs:subClassOf>"""
        text += f"""<owl:Class rdf:about="{base}MILO_{number:07}">{restriction if number else ""}
  <rdfs:label xml:lang="en">mill part {number}</rdfs:label>
  <obo:IAO_0000115 rdf:datatype="{PREFIXES["xsd"]}string">A part of a mill, the {number}th.</obo:IAO_0000115>
  <oboInOwl:id>MILO:{number:07}</oboInOwl:id>
</owl:Class>
<owl:Axiom><owl:annotatedSource rdf:resource="{base}MILO_{number:07}"/>
  <owl:annotatedProperty rdf:resource="{base}IAO_0000115"/>
  <owl:annotatedTarget>A part of a mill, the {number}th.</owl:annotatedTarget>
  <oboInOwl:hasDbXref>ref:{number}</oboInOwl:hasDbXref></owl:Axiom>
"""
        labels[f"{base}MILO_{number:07}"] = f"mill part {number}"
    return ForeignGraph("obo_ontology", {"milo.owl": text + "</rdf:RDF>\n"}, labels)


def rdf12(things: int) -> ForeignGraph:
    """What RDF 1.2 added: triple terms, reifiers, annotations, base directions."""
    base = "http://twelve.example/"
    text = f'VERSION "1.2"\nPREFIX ex: <{base}>\n'
    labels = {}
    for number in range(things):
        text += f"""ex:t{number} rdfs:label "thing {number}"@en, "שדה {number}"@he--rtl ;
  ex:next ex:t{(number + 1) % things} ~ ex:claim{number} {{| ex:since {1900 + number} |}} .
ex:c{number} rdf:reifies <<( ex:t{number} ex:size "0{number}"^^xsd:integer )>> .
"""
        labels[f"{base}t{number}"] = f"thing {number}"
    return ForeignGraph("rdf12", {"claims.ttl": HEAD + text}, labels, is_rdf11=False)


ODD_NAMES = (
    *("acme-inc.", "a,b", "a;b", "a(b)", "a/b/c", "a:b", "a@b", "a'b", "a!b", "a*b", "a+b", "a&b", "a=b", "a$b", "a~b"),
    *(
        "%C3%A9",
        "é",
        "%2F",
        "a%20b",
        "a?b=1&c=2",
        "a#b.c",
        "-a",
        ".a",
        "a..b",
        "1",
        "007",
        "_",
        "a-",
        "日本",
        "a[b",
        "a]b",
    ),
    *("x.ttl", "x.json", "index.html", "a//b", "graph", "page"),
)
"""Ends of IRIs that some program or other stumbles over, all of them allowed."""
ODD_IRIS = (
    "urn:isbn:0000000000",
    "doi:10.0000/a(b)c",
    "did:example:1",
    "tag:tag.example,2020:x",
    "mailto:x@mail.example",
)


def odd_names(things: int) -> ForeignGraph:
    """Names of things and properties with any characters that IRIs may have, and of any scheme."""
    base = "http://odd.example/"
    iris = [f"{base}{name}" for name in ODD_NAMES if "[" not in name and "]" not in name] + list(ODD_IRIS)
    text, labels = "", {}
    for number, iri in enumerate(iris[: max(things, len(iris))]):
        text += f"""<{iri}> a <{base}Type> ; rdfs:label "odd {number}" ; <{base}link> <{iris[number - 1]}> .
<{base}Type> <{iri}> "as a property" .
"""
        labels[iri] = f"odd {number}"
    return ForeignGraph("odd_names", {"a b & c.ttl": HEAD + text}, labels)


ODD_LITERALS = (
    *(
        '"3"^^xsd:int',
        '"1"^^xsd:nonNegativeInteger',
        '"01069"^^xsd:integer',
        '"+60"^^xsd:decimal',
        "887.50",
        "007",
        "7",
    ),
    *(
        '"7"^^xsd:byte',
        '"-0"^^xsd:integer',
        '"99999999999999999999"^^xsd:integer',
        '"1.0E0"^^xsd:double',
        "1e6",
        "1.0E6",
    ),
    *('"887.0"^^xsd:float', '"INF"^^xsd:double', '"-INF"^^xsd:float', '"NaN"^^xsd:double', '"1e400"^^xsd:double'),
    *('"1"^^xsd:boolean', "true", '" true "^^xsd:boolean', '"yes"^^xsd:boolean', '"x"^^xsd:integer', '""^^xsd:decimal'),
    *('"2020-06-15T12:00:00.000Z"^^xsd:dateTime', '"2020-01-01T24:00:00"^^xsd:dateTime', '"2008-07-12Z"^^xsd:date'),
    *('"2020-01-01T00:00:00+00:00"^^xsd:dateTime', '"2020-01-01T00:00:00Z"^^xsd:dateTimeStamp', '"24:00:00"^^xsd:time'),
    *(
        '"2008"^^xsd:gYear',
        '"02008"^^xsd:gYear',
        '"--02-29"^^xsd:gMonthDay',
        '"P18M"^^xsd:duration',
        '"PT60S"^^xsd:duration',
    ),
    *('"P12M"^^xsd:yearMonthDuration', '"PT36H"^^xsd:dayTimeDuration', '"0aFF"^^xsd:hexBinary', '"x y"^^xsd:token'),
    *('"http://uri.example/a b"^^xsd:anyURI', '"<b>x</b>"^^rdf:XMLLiteral', '"x"^^<http://odd.example/type>'),
    *(r'"line\nfeed"', r'"carriage\rreturn"', r'"both\r\n"', r'"tab\t"', r'"quote \" \' \\"', '""', '" "', r'"\u00A0"'),
    *('"naïve"@fr', '"x"@en-GB', '"x"@de-Latn-DE-1996', '"مرحبا"@ar', r'"\U0001F600"', r'"]]>&lt;<!--"'),
)
"""Literals that some program or other changes, each in Turtle."""
CONTROLS = (r'"bell \u0007"', r'"null \u0000"', r'"noncharacter \uFFFE"')
"""Literals that XML cannot hold."""


def odd_literals(things: int) -> ForeignGraph:
    """Literals of every datatype in forms that are not the canonical ones, all of which XML can hold."""
    base = "http://literals.example/"
    text = "".join(
        f"<{base}{number}> <{base}value> {literal} .\n<{base}all> <{base}value> {literal} .\n"
        for number, literal in enumerate(ODD_LITERALS[: max(things, len(ODD_LITERALS))])
    )
    return ForeignGraph("odd_literals", {"literals.ttl": HEAD + text})


LANGUAGES = (
    *(
        "en",
        "de",
        "fr",
        "es",
        "pt-BR",
        "zh-Hans",
        "zh-Hant",
        "ja",
        "ko",
        "ar",
        "he",
        "fa",
        "ru",
        "uk",
        "el",
        "hi",
        "th",
    ),
    *("sr-Latn", "sr-Cyrl", "en-GB", "de-AT", "x-mill"),
)


def many_languages(things: int) -> ForeignGraph:
    """Each thing is called something in many languages; every third has no English name, every fourth none without a
    language."""
    base = "http://languages.example/"
    text, labels = "", {}
    for number in range(things):
        languages = [tag for tag in LANGUAGES if number % 3 or not tag.startswith("en")]
        names = [f'"{tag} {number}"@{tag}' for tag in languages] + ([f'"plain {number}"'] if number % 4 else [])
        text += f"<{base}{number}> rdfs:label {', '.join(names)} ; <{base}next> <{base}{(number + 1) % things}> .\n"
        if number % 3:
            labels[f"{base}{number}"] = f"en {number}"
    return ForeignGraph("many_languages", {"labels.ttl": HEAD + text}, labels)


KINDS: dict[str, Callable[[int], ForeignGraph]] = {
    kind.__name__: kind
    for kind in (
        *(vocabulary, thesaurus, catalogue, people, events, obo_ontology, rdf12),
        *(odd_names, odd_literals, many_languages),
    )
}
