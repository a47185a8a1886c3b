"""Clusters that do not exist, as many as are wanted, in the terms of the ontology: the same ones for the same seed.

They stand next to the real graph, whose places, fields, legal forms and partner kinds they use. No person is made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import IO

_KINDS_OF_IRI = (
    *("cluster", "organisation", "contact", "country", "state", "city", "phase", "project", "field", "note"),
    *("source", "document", "measure", "round", "legal-form", "partner-kind"),
)
BASE = "https://w3id.org/clustergraph/id/"
PREFIXES = {
    "cg": "https://w3id.org/clustergraph/ontology#",
    **{kind: f"{BASE}{kind}/" for kind in _KINDS_OF_IRI},
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "rov": "http://www.w3.org/ns/regorg#",
}

ADJECTIVES = ("Northern", "Southern", "Rapid", "Silent", "Precise", "Modular", "Circular", "Quantum", "Neural", "Green")
SUBJECTS = ("Photonics", "Carbon", "Silicon", "Logistics", "Polymer", "Battery", "Sensor", "Hydrogen", "Optics")
KINDS = ("Valley", "Network", "Alliance", "Cluster", "Region", "Forum", "Hub", "Factory")


@dataclass(frozen=True, slots=True)
class Known:
    """Things of the real graph that a made-up cluster can be tied to, as prefixed names.

    `places` are pairs of a city and its federal state; `countries` are pairs of a country and its name.
    """

    places: Sequence[tuple[str, str]]
    countries: Sequence[tuple[str, str]]
    fields: Sequence[str]
    rounds: Sequence[str]
    legal_forms: Sequence[str]
    partner_kinds: Sequence[str]
    measure: str


class _Turtle:
    """Writes statements and counts the triples."""

    def __init__(self, file: IO[str]) -> None:
        self.file = file
        self.triples = 0
        file.writelines(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())

    def say(self, subject: str, **said: str | Sequence[str]) -> None:
        """Statements about a subject; a property is written as `prefix_name`."""
        parts = []
        for name, values in said.items():
            objects = [values] if isinstance(values, str) else values
            if objects:
                self.triples += len(objects)
                parts.append(f"{name.replace('_', ':', 1)} {', '.join(objects)}")
        self.file.write(f"{subject} {' ; '.join(parts)} .\n")


def write(file: IO[str], known: Known, *, triples: int, seed: int = 1) -> int:
    """Write whole clusters in Turtle until at least `triples` are there, and return how many it became.

    >>> import io
    >>> known = Known([("city:a", "state:B")], [("country:C", "C")], ["field:d"], ["round:1"], ["legal-form:e"],
    ...     ["partner-kind:f"], "measure:g")
    >>> 1000 <= write(io.StringIO(), known, triples=1000) < 1200
    True
    """
    turtle, random, number = _Turtle(file), Random(seed), 0
    turtle.say(DOCUMENT, rdf_type="foaf:Document", rdfs_label=_named("Made-up page", "Erdachte Seite"))
    while turtle.triples < triples:
        number += 1
        _cluster(turtle, random, known, number)
    return turtle.triples


DOCUMENT = "document:synthetic"


def _cluster(turtle: _Turtle, random: Random, known: Known, number: int) -> None:
    slug = f"synthetic-{number:06}"
    cluster, manager, project = f"cluster:{slug}", f"organisation:{slug}", f"project:{slug}"
    name = f"{random.choice(ADJECTIVES)} {random.choice(SUBJECTS)} {random.choice(KINDS)} {number}"
    city, state = random.choice(known.places)
    lines = [_line(turtle, 10 * number + place) for place in range(6)]
    partners = [_partner(turtle, random, known, f"{slug}-{place}", lines) for place in range(random.randint(0, 4))]
    phases = [_phase(turtle, random, known, slug, name, kind, lines) for kind in ("concept", "implementation")]
    turtle.say(
        cluster,
        rdf_type="cg:Cluster",
        rdfs_label=_named(name, name),
        dcterms_description=_named(f"{name} exists only to be measured.", f"{name} gibt es nur zum Messen."),
        cg_managedBy=manager,
        cg_locatedIn=[city, state],
        cg_technologyField=random.sample(known.fields, min(len(known.fields), random.randint(1, 3))),
        cg_participatesIn=known.measure,
        cg_selectedInRound=random.choice(known.rounds),
        cg_hasConceptPhase=phases[0],
        cg_hasImplementationPhase=phases[1:] if random.random() < 0.9 else [],
        cg_hasProject=project,
        cg_hasContact=f"contact:{slug}",
        cg_cooperatesWith=partners,
        cg_memberCount=str(random.randint(5, 400)),
        cg_evidencedBy=lines[:4],
    )
    turtle.say(
        manager,
        rdf_type="cg:ManagingOrganisation",
        rdfs_label=_named(f"{name} Management", f"{name} Management"),
        rov_orgType=random.choice(known.legal_forms),
        cg_locatedIn=city,
        cg_evidencedBy=lines[1],
    )
    turtle.say(
        project,
        rdf_type="cg:Project",
        rdfs_label=_named(f"{name} Abroad", f"{name} im Ausland"),
        cg_evidencedBy=lines[2],
    )
    turtle.say(
        f"contact:{slug}",
        rdf_type="cg:Contact",
        rdfs_label=_named(f"{name}: contact", f"{name}: Kontakt"),
        org_organization=manager,
        cg_evidencedBy=lines[3],
    )
    turtle.say(
        f"note:{slug}",
        rdf_type="cg:CuratorNote",
        rdfs_label=_named(f"{name} is in its state", f"{name} liegt in seinem Land"),
        rdf_subject=cluster,
        rdf_predicate="cg:locatedIn",
        rdf_object=state,
        cg_certainty='"inferred"',
        rdfs_comment=_named(f"Nobody said where {number} is.", f"Wo {number} liegt, hat niemand gesagt."),
        cg_evidencedBy=lines[4],
    )


def _phase(turtle: _Turtle, random: Random, known: Known, slug: str, name: str, kind: str, lines: list[str]) -> str:
    targets = random.sample(known.countries, min(len(known.countries), random.randint(1, 5)))
    phase = f"phase:{slug}-{kind}"
    turtle.say(
        phase,
        rdf_type=f"cg:{kind.capitalize()}Phase",
        rdfs_label=_named(f"{name}: {kind} phase", f"{name}: Phase {kind}"),
        cg_targetPlace=[country for country, _ in targets],
        cg_targetAsWritten=[f'"{written}"' for _, written in targets],
        cg_evidencedBy=random.choice(lines),
    )
    return phase


def _partner(turtle: _Turtle, random: Random, known: Known, slug: str, lines: list[str]) -> str:
    name = f"Institute of {random.choice(SUBJECTS)} {slug}"
    partner = f"organisation:partner-{slug}"
    turtle.say(
        partner,
        rdf_type="cg:PartnerInstitution",
        rdfs_label=_named(name, name),
        cg_locatedIn=random.choice(known.countries)[0],
        cg_partnerKind=random.choice(known.partner_kinds),
        cg_evidencedBy=lines[5],
    )
    return partner


def _line(turtle: _Turtle, number: int) -> str:
    line = f"source:synthetic-L{number}"
    turtle.say(
        line,
        rdf_type="cg:SourceLine",
        rdfs_label=_named(f"Made-up page, line {number}", f"Erdachte Seite, Zeile {number}"),
        cg_document=DOCUMENT,
        cg_line=str(number),
    )
    return line


def _named(english: str, german: str) -> list[str]:
    return [f'"{english}"@en', f'"{german}"@de']
