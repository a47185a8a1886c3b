"""A small graph in which every shape is content, and errors to plant into it, one for each rule."""

from __future__ import annotations

from dataclasses import dataclass

BASE = "https://w3id.org/clustergraph/"

# fmt: off
THINGS = (
    "cluster", "organisation", "person", "contact", "membership", "country", "state", "city", "region",
    "phase", "project", "field", "award", "note", "source", "document", "measure", "round", "legal-form",
    "partner-kind", "scheme",
)
# fmt: on

PREFIXES = f"""
    @prefix cg: <{BASE}ontology#> .
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix dcterms: <http://purl.org/dc/terms/> .
    @prefix foaf: <http://xmlns.com/foaf/0.1/> .
    @prefix org: <http://www.w3.org/ns/org#> .
    @prefix schema: <https://schema.org/> .
    @prefix rov: <http://www.w3.org/ns/regorg#> .
    @prefix authority: <http://publications.europa.eu/resource/authority/country/> .
    @prefix nuts: <http://data.europa.eu/nuts/code/> .
""" + "".join(f"@prefix {name}: <{BASE}id/{name}/> .\n" for name in THINGS)

# An invented cluster with one of everything. Singapore is a target, a partner region and a country at once.
SAMPLE = """
cluster:sample a cg:Cluster ;
    rdfs:label "Sample"@en , "Muster"@de ;
    skos:altLabel "Sample Cluster"@en ;
    dcterms:description "A cluster to test with."@en , "Ein Cluster zum Prüfen."@de ;
    cg:managedBy organisation:sample-e-v ;
    cg:hasConceptPhase phase:sample-concept ;
    cg:hasImplementationPhase phase:sample-implementation ;
    cg:participatesIn measure:internationalisation ;
    cg:selectedInRound round:1 ;
    cg:locatedIn city:dresden ;
    cg:technologyField field:photonics ;
    cg:hasProject project:sample ;
    cg:hasAward award:sample-label ;
    cg:cooperatesWith organisation:lyon-institute ;
    cg:partnerRegion country:SG ;
    cg:hasContact contact:sample ;
    cg:memberCount 28 ;
    cg:memberCountQualifier "about" ;
    cg:memberCountInternational 6 ;
    cg:smeShare 0.71 ;
    cg:foundedIn "2014-04"^^xsd:gYearMonth ;
    foaf:homepage <https://sample.example/> ;
    cg:evidencedBy source:page-L12 .

phase:sample-concept a cg:ConceptPhase ;
    rdfs:label "Concept phase of Sample"@en , "Konzeptphase von Muster"@de ;
    cg:targetPlace region:asia-pacific ;
    cg:targetAsWritten "Asia-Pacific" ;
    cg:conceptDuration "P18M"^^xsd:duration ;
    cg:evidencedBy source:page-L12 .
phase:sample-implementation a cg:ImplementationPhase ;
    rdfs:label "Implementation phase of Sample"@en , "Umsetzungsphase von Muster"@de ;
    cg:targetPlace country:SG , country:FR ;
    cg:targetAsWritten "Sinapore" , "France" ;
    cg:startsIn "2019"^^xsd:gYear ;
    cg:evidencedBy source:page-L12 .

measure:internationalisation a cg:FundingMeasure ;
    rdfs:label "Measure"@en , "Maßnahme"@de ;
    dcterms:description "A measure to test with."@en , "Eine Maßnahme zum Prüfen."@de ;
    cg:fundedBy organisation:ministry ;
    cg:maxFunding 4000000.0 ;
    cg:maxDuration "P5Y"^^xsd:duration ;
    cg:evidencedBy source:flyer-L44 .
round:1 a cg:FundingRound ;
    rdfs:label "First round"@en , "Erste Runde"@de ;
    cg:roundOf measure:internationalisation ;
    dcterms:date "2015"^^xsd:gYear .

organisation:ministry a org:Organization ; rdfs:label "Ministry"@en , "Ministerium"@de .
organisation:sample-e-v a cg:ManagingOrganisation ;
    rdfs:label "Sample e.V." ;
    rov:orgType legal-form:e-v ;
    cg:locatedIn city:dresden .
organisation:lyon-institute a cg:PartnerInstitution ;
    rdfs:label "Institute of Lyon"@en , "Institut in Lyon"@de ;
    cg:partnerKind partner-kind:research-institute ;
    cg:locatedIn city:lyon ;
    cg:evidencedBy source:page-L12 .
legal-form:e-v a skos:Concept ;
    rdfs:label "registered association"@en , "eingetragener Verein"@de ;
    skos:inScheme scheme:legal-forms .
partner-kind:research-institute a skos:Concept ;
    rdfs:label "research institute"@en , "Forschungsinstitut"@de ;
    skos:inScheme scheme:partner-kinds .
field:photonics a cg:TechnologyField ;
    rdfs:label "Photonics"@en , "Photonik"@de ;
    skos:inScheme scheme:technology-fields .
project:sample a cg:Project ;
    rdfs:label "Sample"@en ;
    cg:maxFundingPerProject 1000000.0 ;
    cg:fundingRate 0.5 ;
    cg:evidencedBy source:page-L12 .
award:sample-label a cg:Award ;
    rdfs:label "Label of Sample"@en , "Label von Muster"@de ;
    cg:awardedSince "2013"^^xsd:gYear ;
    cg:evidencedBy source:page-L12 .

region:asia-pacific a cg:Region ; rdfs:label "Asia-Pacific"@en , "Asien-Pazifik"@de .
country:SG a cg:Country ;
    rdfs:label "Singapore"@en , "Singapur"@de ;
    cg:isoCode "SG" ;
    skos:exactMatch authority:SGP ;
    cg:within region:asia-pacific .
country:FR a cg:Country ;
    rdfs:label "France"@en , "Frankreich"@de ;
    cg:isoCode "FR" ;
    skos:exactMatch authority:FRA .
country:DE a cg:Country ;
    rdfs:label "Germany"@en , "Deutschland"@de ;
    cg:isoCode "DE" ;
    skos:exactMatch authority:DEU .
state:DE-SN a cg:FederalState ;
    rdfs:label "Saxony"@en , "Sachsen"@de ;
    cg:isoCode "DE-SN" ;
    skos:exactMatch nuts:DED ;
    cg:within country:DE .
city:dresden a cg:City ; rdfs:label "Dresden" ; cg:within state:DE-SN .
city:lyon a cg:City ; rdfs:label "Lyon" ; cg:within country:FR .

contact:sample a cg:Contact ;
    rdfs:label "Contact of Sample"@en , "Kontakt von Muster"@de ;
    org:member person:erika-mustermann ;
    org:organization organisation:sample-e-v ;
    cg:role "Projektleiterin"@de ;
    schema:address [
        a schema:PostalAddress ;
        schema:streetAddress "Musterweg 1" ; schema:postalCode "01099" ; schema:addressLocality "Dresden"
    ] ;
    schema:telephone "+493511234567" ;
    cg:telephoneAsWritten "+49 (0) 351 / 123 4567" ;
    cg:telephoneType "fixed" ;
    schema:faxNumber "+493511234568" ;
    cg:faxAsWritten "+49 (0) 351 / 123 4568" ;
    cg:evidencedBy source:page-L12 .
person:erika-mustermann a foaf:Person ;
    rdfs:label "Erika Mustermann" ;
    foaf:givenName "Erika" ;
    foaf:familyName "Mustermann" ;
    schema:honorificPrefix "Dr." .

document:page a foaf:Document ; rdfs:label "Page"@en , "Seite"@de .
document:flyer a foaf:Document ; rdfs:label "Flyer"@en , "Faltblatt"@de .
source:page-L12 a cg:SourceLine ;
    rdfs:label "Page, line 12"@en , "Seite, Zeile 12"@de ;
    cg:document document:page ; cg:line 12 .
source:flyer-L44 a cg:SourceLine ;
    rdfs:label "Flyer, line 44"@en , "Faltblatt, Zeile 44"@de ;
    cg:document document:flyer ; cg:line 44 .

note:dresden-in-saxony a cg:CuratorNote ;
    rdfs:label "Dresden in Saxony"@en , "Dresden in Sachsen"@de ;
    rdf:subject city:dresden ; rdf:predicate cg:within ; rdf:object state:DE-SN ;
    cg:certainty "inferred" ;
    rdfs:comment "The page does not name the state."@en , "Die Seite nennt das Land nicht."@de .
note:round-sample a cg:ExternalFact ;
    rdfs:label "Round of Sample"@en , "Runde von Muster"@de ;
    rdf:subject cluster:sample ; rdf:predicate cg:selectedInRound ; rdf:object round:1 ;
    dcterms:source <https://news.example/1> ;
    cg:confidence "explicit" ;
    rdfs:comment "It names the winner."@en , "Nennt den Gewinner."@de .
note:website-sample a cg:ExternalFact ;
    rdfs:label "Website of Sample"@en , "Website von Muster"@de ;
    rdf:subject cluster:sample ; rdf:predicate foaf:homepage ; rdf:object <https://sample.example/> ;
    dcterms:source <https://sample.example/> ;
    cg:confidence "explicit" ;
    rdfs:comment "The site is its own."@en , "Die Seite ist die eigene."@de .
"""


@dataclass(frozen=True, slots=True)
class Plant:
    """An error to plant into the sample: a text to replace (or, where `old` is empty, to add); the shape that must find
    it, and the advice that it must give."""

    shape: str
    name: str
    old: str
    new: str
    advice: str

    def __str__(self) -> str:
        return f"{self.shape}: {self.name}"

    def into(self, turtle: str) -> str:
        """The text with the error in it."""
        if not self.old:
            return turtle + self.new + "\n"
        assert turtle.count(self.old) == 1, f"{self.old!r} must occur once in the text"
        return turtle.replace(self.old, self.new)


# fmt: off
PLANTS = [
    # Rules for every thing
    Plant("LabelRules", "second label", "", 'cluster:sample rdfs:label "Other"@en .',
          "make the others skos:altLabel"),
    Plant("LabelRules", "second plain label", "", 'city:lyon rdfs:label "Lyons" .',
          "make the others skos:altLabel"),
    Plant("Award", "no label", 'rdfs:label "Label of Sample"@en , "Label von Muster"@de ;', "",
          "no rdfs:label"),
    Plant("DescriptionRules", "description in one language", ', "Ein Cluster zum Prüfen."@de', "",
          "lacks German"),
    Plant("DescriptionRules", "description without English", '"A measure to test with."@en ,', "",
          "lacks English"),
    Plant("DescriptionRules", "two descriptions", "", 'cluster:sample dcterms:description "Again."@en .',
          "Merge them"),
    Plant("CommentRules", "comment in one language", ', "Die Seite nennt das Land nicht."@de', "",
          "rdfs:comment lacks German"),
    Plant("OpenQuestionRules", "open question in one language", "",
          'cluster:sample cg:openQuestion "Wer?"@de .', "lacks English"),
    Plant("CertaintyRules", "unknown certainty", 'cg:certainty "inferred"', 'cg:certainty "sure"',
          "cg:certainty is one word"),
    Plant("NoEmail", "e-mail", "", 'contact:sample schema:email "a@b.example" .', "no e-mail addresses"),
    Plant("NoEmail", "mailbox", "", "person:erika-mustermann foaf:mbox <mailto:a@b.example> .",
          "no e-mail addresses"),
    Plant("NoEmailInText", "e-mail in text", '"It names the winner."@en', '"Ask a@b.example."@en',
          "e-mail address stands in this text"),
    Plant("KnownTerms", "misspelt property", "", "cluster:sample cg:membrCount 3 .", "Mend the spelling"),
    Plant("KnownTerms", "misspelt class", "", "project:sample a cg:Projekt .", "Mend the spelling"),
    # Clusters
    Plant("ClusterName", "cluster under another name", "", "organisation:x a cg:Cluster .",
          "id/cluster/{slug}"),
    Plant("ClusterName", "slug in capitals", "", "cluster:Other a cg:Cluster .", "id/cluster/{slug}"),
    Plant("Cluster", "no description",
          'dcterms:description "A cluster to test with."@en , "Ein Cluster zum Prüfen."@de ;', "",
          "No dcterms:description"),
    Plant("Cluster", "no concept phase", "cg:hasConceptPhase phase:sample-concept ;", "",
          "has no concept phase"),
    Plant("Cluster", "two concept phases", "", "cluster:sample cg:hasConceptPhase phase:other-concept .",
          "more than one concept phase"),
    Plant("Cluster", "two implementation phases", "",
          "cluster:sample cg:hasImplementationPhase phase:other-implementation .",
          "more than one implementation phase"),
    Plant("ClusterSaysWhyNoImplementation", "no implementation phase and no word why",
          "cg:hasImplementationPhase phase:sample-implementation ;", "",
          "say in cg:openQuestion that it is unknown"),
    Plant("Cluster", "no place", "cg:locatedIn city:dresden ;\n    cg:technologyField",
          "cg:technologyField", "where the cluster is"),
    Plant("Cluster", "no federal state", "cg:within state:DE-SN .", "cg:within country:DE .",
          "no federal state"),
    Plant("Cluster", "no measure", "cg:participatesIn measure:internationalisation ;", "",
          "takes part in no measure"),
    Plant("Cluster", "no field", "cg:technologyField field:photonics ;", "", "no technology field"),
    Plant("Cluster", "no evidence", "cg:evidencedBy source:page-L12 .\n\nphase",
          "rdfs:seeAlso city:lyon .\n\nphase", "Add cg:evidencedBy"),
    Plant("ClusterSaysWhoRunsIt", "no manager and no word why", "cg:managedBy organisation:sample-e-v ;",
          "", "who manages the cluster"),
    Plant("Cluster", "collaboration", "", "cluster:sample a org:OrganizationalCollaboration .",
          "Remove the type"),
    Plant("ClusterIsNotItsManager", "cluster is its own manager", "",
          "cluster:sample a cg:ManagingOrganisation .", "Make two things of it"),
    Plant("ClusterIsNoPartner", "cluster as partner", "", "cluster:sample a cg:PartnerInstitution .",
          "institutions outside Germany only"),
    Plant("MemberCount", "member count in words", "cg:memberCount 28", 'cg:memberCount "many"',
          "whole number above 0"),
    Plant("MemberCount", "unknown qualifier", '"about"', '"some"', '"exactly", "about" or "more than"'),
    Plant("MemberCount", "no qualifier", 'cg:memberCountQualifier "about" ;', "",
          "stands one cg:memberCountQualifier"),
    Plant("MemberCount", "more foreign members than members", "cg:memberCountInternational 6",
          "cg:memberCountInternational 60", "at most as large"),
    Plant("Shares", "percentage", "cg:smeShare 0.71", "cg:smeShare 71.0", "write 71 % as 0.71"),
    Plant("Founding", "date as text", '"2014-04"^^xsd:gYearMonth', '"April 2014"',
          "Write cg:foundedIn once"),
    Plant("Founding", "day of founding", '"2014-04"^^xsd:gYearMonth', '"2014-04-01"^^xsd:date',
          "Write cg:foundedIn once"),
    Plant("Award", "award without cluster", "cg:hasAward award:sample-label ;", "",
          "belongs to exactly one cluster"),
    Plant("Award", "award year as number", '"2013"^^xsd:gYear', "2013", '"2013"^^xsd:gYear'),
    Plant("TechnologyField", "field in one language", '"Photonics"@en ,', "", "No English rdfs:label"),
    # Phases
    Plant("Phase", "no target", "cg:targetPlace region:asia-pacific ;", "", "The phase has no target"),
    Plant("Phase", "city as target", "cg:targetPlace region:asia-pacific", "cg:targetPlace city:lyon",
          "A target is a country or a region"),
    Plant("TargetsAsWritten", "written form missing", '"Sinapore" , "France"', '"Sinapore"',
          "has 2 cg:targetPlace but 1 cg:targetAsWritten"),
    Plant("Phase", "written form with language", '"Asia-Pacific" ;', '"Asia-Pacific"@en ;',
          "a plain string, spelt as in the source"),
    Plant("Phase", "phase without cluster", "", "phase:other-concept a cg:ConceptPhase .",
          "A phase belongs to exactly one cluster"),
    Plant("Phase", "phase of two clusters", "", "cluster:other cg:hasConceptPhase phase:sample-concept .",
          "A phase belongs to exactly one cluster"),
    Plant("PhaseIsOneOfTwo", "both phases in one", "", "phase:sample-concept a cg:ImplementationPhase .",
          "never both and never neither"),
    Plant("ConceptPhaseName", "phase under another name", "", "phase:sample a cg:ConceptPhase .",
          "id/phase/{cluster slug}-concept"),
    Plant("Phase", "duration in words", '"P18M"^^xsd:duration', '"18 months"',
          "Write cg:conceptDuration once"),
    Plant("Phase", "start as text", '"2019"^^xsd:gYear', '"from 2019"', "Write cg:startsIn once"),
    # Programme
    Plant("FundingMeasure", "no funder", "cg:fundedBy organisation:ministry ;", "",
          "who pays for the measure"),
    Plant("Money", "negative amount", "4000000.0", "-4000000.0", "positive decimal number"),
    Plant("Money", "amount in words", "4000000.0", '"4 million"', "positive decimal number"),
    Plant("MaxDuration", "maximum duration as number", '"P5Y"^^xsd:duration', "5",
          "Write cg:maxDuration once"),
    Plant("FundingRound", "round without measure", "cg:roundOf measure:internationalisation ;", "",
          "Add cg:roundOf"),
    Plant("FundingRound", "round without year", 'dcterms:date "2015"^^xsd:gYear', "rdfs:seeAlso city:lyon",
          "Give the round its year"),
    Plant("Selection", "two rounds", "", "cluster:sample cg:selectedInRound round:2 .",
          "selected in one round only"),
    Plant("Selection", "round without source", "rdf:predicate cg:selectedInRound",
          "rdf:predicate cg:participatesIn", "cg:selectedInRound needs a cg:ExternalFact"),
    Plant("ClusterWebsite", "website without source", "rdf:predicate foaf:homepage",
          "rdf:predicate rdfs:seeAlso", "foaf:homepage needs a cg:ExternalFact"),
    # Places
    Plant("Country", "UK as a code", "", 'country:UK a cg:Country ; cg:isoCode "UK" .',
          "the United Kingdom is GB, not UK"),
    Plant("CodeInName", "code and name differ", 'cg:isoCode "SG"', 'cg:isoCode "SE"',
          "The IRI does not end in the code SE"),
    Plant("Country", "no code", 'cg:isoCode "FR" ;', "", "exactly one cg:isoCode"),
    Plant("CountryName", "country under a word", "", "country:japan a cg:Country .",
          "alpha-2 code in capitals"),
    Plant("Country", "no country authority", "skos:exactMatch authority:FRA",
          "skos:exactMatch authority:france", "country authority of the EU"),
    Plant("FederalState", "unknown state", "", 'state:DE-XX a cg:FederalState ; cg:isoCode "DE-XX" .',
          "one of the sixteen"),
    Plant("FederalState", "state abroad", "", "state:US-OH a cg:FederalState .",
          "areas abroad are regions"),
    Plant("FederalState", "no NUTS code", "skos:exactMatch nuts:DED ;", "", "NUTS 1 code"),
    Plant("City", "city nowhere", "cg:within country:FR .", "rdfs:seeAlso country:FR .",
          "where the city is"),
    Plant("PlaceHasKind", "place without kind", "", 'region:x a cg:Place ; rdfs:label "X" .',
          "The place has no kind"),
    Plant("Region", "region in one language", ', "Asien-Pazifik"@de', "", "No German rdfs:label"),
    Plant("Place", "place not described", "", "phase:sample-concept cg:targetPlace country:JP .",
          "mend the cg:targetPlace"),
    Plant("Place", "place in a circle", "",
          "region:asia-pacific cg:within country:SG ; cg:contains country:SG .",
          "smaller place to the larger"),
    Plant("PlaceIsNoOrganisation", "state as supporter", "", "state:DE-SN a org:Organization .",
          "both a place and an organisation"),
    # Organisations
    Plant("Organisation", "legal form in words", "rov:orgType legal-form:e-v", 'rov:orgType "e.V."',
          "points to a legal form of our scheme"),
    Plant("Organisation", "legal form not described", "rov:orgType legal-form:e-v",
          "rov:orgType legal-form:ev", "not in the scheme"),
    Plant("Organisation", "two legal forms", "", "organisation:sample-e-v rov:orgType legal-form:gmbh .",
          "at most one legal form"),
    Plant("Organisation", "organisation not described", "", "organisation:x a org:Organization .",
          "mend the link that leads here"),
    Plant("ManagingOrganisation", "manager of nothing", "", "organisation:x a cg:ManagingOrganisation .",
          "No cluster is managed by this"),
    Plant("PartnerInstitution", "partner of nobody", "cg:cooperatesWith organisation:lyon-institute ;", "",
          "No cluster cooperates with this"),
    Plant("PartnerInstitution", "partner without kind", "cg:partnerKind partner-kind:research-institute ;",
          "", "what kind of institution"),
    Plant("PartnerInstitution", "partner of unknown kind", "cg:partnerKind partner-kind:research-institute",
          "cg:partnerKind partner-kind:lab", "kind of partner is not in the scheme"),
    Plant("PartnerSaysWhere", "partner without place", "cg:locatedIn city:lyon ;", "",
          "where the partner is"),
    Plant("PartnerIsAbroad", "partner in Germany", "cg:locatedIn city:lyon", "cg:locatedIn city:dresden",
          "located in Germany"),
    # People and contacts
    Plant("Person", "title in given name", '"Erika" ;', '"Dr. Erika" ;',
          "Move it to schema:honorificPrefix"),
    Plant("Person", "degree in given name", '"Erika" ;', '"M.Sc. Erika" ;',
          "Move it to schema:honorificPrefix"),
    Plant("Person", "stacked titles", '"Erika" ;', '"Hon.-Prof. Dr.-Ing. Erika" ;',
          "Move it to schema:honorificPrefix"),
    Plant("Person", "degree after family name", 'foaf:familyName "Mustermann"',
          'foaf:familyName "Mustermann, M.A."', "honorificSuffix"),
    Plant("Person", "degree in brackets", 'foaf:familyName "Mustermann"',
          'foaf:familyName "Mustermann (Dipl.-Kfm.)"', "honorificSuffix"),
    Plant("Person", "form of address", 'foaf:familyName "Mustermann"', 'foaf:familyName "Frau Mustermann"',
          "form of address"),
    Plant("Person", "no family name", 'foaf:familyName "Mustermann" ;', "", "exactly one foaf:familyName"),
    Plant("Person", "two given names", "", 'person:erika-mustermann foaf:givenName "Maria" .',
          "at most one foaf:givenName"),
    Plant("PersonIsNoOrganisation", "person as organisation", "",
          "person:erika-mustermann a org:Organization .", "both a person and an organisation"),
    Plant("ContactSaysWho", "contact without person or organisation",
          "org:member person:erika-mustermann ;\n    org:organization organisation:sample-e-v ;", "",
          "neither a person nor an"),
    Plant("Membership", "two persons", "", "contact:sample org:member person:max-mustermann .",
          "is about one person"),
    Plant("Contact", "contact of nobody", "cg:hasContact contact:sample ;", "",
          "No cluster has this contact"),
    Plant("Membership", "role without language", '"Projektleiterin"@de', '"Projektleiterin"',
          "Give cg:role the language"),
    Plant("Numbers", "number with blanks", '"+493511234567"', '"+49 351 1234567"', "Not an E.164 number"),
    Plant("Numbers", "trunk zero", '"+493511234567"', '"+4903511234567"', "Drop the 0"),
    Plant("Numbers", "trunk zero in fax", '"+493511234568"', '"+4903511234568"', "Drop the 0"),
    Plant("Telephone", "number not as written", 'cg:telephoneAsWritten "+49 (0) 351 / 123 4567" ;', "",
          "Keep the source's spelling"),
    Plant("Fax", "fax not as written", 'cg:faxAsWritten "+49 (0) 351 / 123 4568" ;', "",
          "cg:faxAsWritten, a plain string"),
    Plant("Telephone", "unknown type of number", '"fixed"', '"Tel."',
          'cg:telephoneType "mobile" or "fixed"'),
    Plant("PostalAddress", "postal code with prefix", '"01099"', '"D-01099"', "Drop it"),
    Plant("GermanPostalCode", "postal code without zero", '"01099"', '"1099"', "five digits"),
    Plant("PostalAddress", "postal code as number", '"01099"', "1099", "A postal code is a string"),
    Plant("PostalAddress", "address without town", '; schema:addressLocality "Dresden"', "",
          "The address has no town"),
    Plant("Project", "project of nobody", "cg:hasProject project:sample ;", "",
          "No cluster has this project"),
    # Evidence
    Plant("SourceLine", "source line not described", "", "project:sample cg:evidencedBy source:page-L13 .",
          "source line is not described"),
    Plant("SourceLineName", "address as evidence", "",
          "project:sample cg:evidencedBy <https://news.example/> .", "as dcterms:source"),
    Plant("SourceLineExists", "line beyond the flyer", "cg:document document:flyer ; cg:line 44",
          "cg:document document:flyer ; cg:line 126", "the flyer 1 to 125"),
    Plant("SourceLineExists", "line beyond the page", "cg:document document:page ; cg:line 12",
          "cg:document document:page ; cg:line 474", "the page has lines 1 to 473"),
    Plant("SourceLineIsNamedAfterItsLine", "line under another number", "cg:line 12", "cg:line 13",
          "does not fit its cg:document and its cg:line 13"),
    Plant("SourceLineDescription", "third document", "cg:document document:flyer",
          "cg:document document:leaflet", "document:page or document:flyer"),
    Plant("Document", "document without label", 'rdfs:label "Flyer"@en , "Faltblatt"@de .',
          "rdfs:seeAlso city:lyon .", "no rdfs:label"),
    Plant("CuratorNote", "note without subject", "rdf:subject city:dresden ;", "",
          "exactly one rdf:subject"),
    Plant("CuratorNote", "note without predicate", "rdf:predicate cg:within ;", "",
          "exactly one rdf:predicate"),
    Plant("CuratorNote", "note without object", "rdf:object state:DE-SN ;", "", "exactly one rdf:object"),
    Plant("CuratorNote", "note without reason",
          'rdfs:comment "The page does not name the state."@en , "Die Seite nennt das Land nicht."@de',
          "rdfs:seeAlso city:lyon", "does not say why"),
    Plant("NoteSaysHowSure", "note without certainty", 'cg:certainty "inferred" ;', "", "how sure it is"),
    Plant("CuratorNote", "note about nothing", "rdf:object state:DE-SN", "rdf:object state:DE-BY",
          "The graph does not say what this note is about"),
    Plant("ExternalFact", "fact without address", "dcterms:source <https://news.example/1> ;", "",
          "gives no address"),
    Plant("ExternalFact", "fact without confidence",
          'cg:confidence "explicit" ;\n    rdfs:comment "It names', 'rdfs:comment "It names',
          "how firmly the address says it"),
]

# Errors that inference might hide, because it types the ends of a link or makes links of its own.
MASKABLE = [
    Plant("PlaceHasKind", "target not described", "", "phase:sample-concept cg:targetPlace country:JP .",
          "The place has no kind"),
    Plant("SourceLine", "source line not described", "", "project:sample cg:evidencedBy source:page-L13 .",
          "source line is not described"),
    Plant("Organisation", "partner not described", "", "cluster:sample cg:cooperatesWith organisation:x .",
          "mend the link that leads here"),
    Plant("TechnologyField", "field not described", "", "cluster:sample cg:technologyField field:x .",
          "The field is in no scheme"),
    Plant("PlaceIsNoOrganisation", "country as partner", "",
          "cluster:sample cg:cooperatesWith country:FR .", "both a place and an organisation"),
    Plant("PlaceIsNoOrganisation", "state as supporter", "", "cluster:sample cg:supportedBy state:DE-SN .",
          "both a place and an organisation"),
    Plant("ClusterIsNotItsManager", "manager is the cluster", "",
          "cluster:sample cg:managedBy cluster:sample .", "Make two things of it"),
    Plant("Cluster", "misspelt cluster", "", "cluster:smaple cg:hasAward award:sample-label .",
          "has no concept phase"),
    Plant("Place", "places in a circle", "", "region:asia-pacific cg:within country:SG .",
          "smaller place to the larger"),
    Plant("PersonName", "organisation as person", "", "contact:sample org:member organisation:ministry .",
          "id/person/{given-family}"),
    Plant("PartnerIsAbroad", "partner in Germany", "cg:locatedIn city:lyon", "cg:locatedIn city:dresden",
          "located in Germany"),
    Plant("TargetsAsWritten", "target less than written", '"Sinapore" , "France"', '"France"',
          "has 2 cg:targetPlace but 1 cg:targetAsWritten"),
]
# fmt: on
