"""JSON-LD contexts that many files name by their address, written here from the definitions of the vocabularies.

They give each name its IRI, and the values of a property the type that its definition allows alone: an address, a date.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clustergraph.rdf.namespaces import STANDARD_PREFIXES

_SCHEMA_ORG_LINKS = """
acquireLicensePage actionableFeedbackPolicy afterMedia archivedAt associatedDisease beforeMedia benefitsSummaryUrl
codeRepository colleague contentUrl correctionsPolicy discussionUrl diseasePreventionInfo diseaseSpreadStatistics
diversityPolicy diversityStaffingReport documentation downloadUrl duringMedia embedUrl ethicsPolicy gameLocation
gettingTestedInfo governmentBenefitsInfo hasGS1DigitalLink hasMap hasMolecularFunction healthPlanMarketingUrl image
inCodeSet inDefinedTermSet installUrl isBasedOn isBasedOnUrl isInvolvedInBiologicalProcess
isLocatedInSubcellularLocation isPartOf labelDetails layoutImage license logo mainEntityOfPage map maps masthead
merchantReturnLink missionCoveragePrioritiesPolicy newsUpdatesAndGuidelines noBylinesPolicy originalMediaLink paymentUrl
productReturnLink publicTransportClosuresInfo publishingPrinciples quarantineGuidelines relatedLink replyToUrl sameAs
schoolClosuresInfo screenshot sdLicense serviceUrl shippingSettingsLink significantLink significantLinks speakable
target targetUrl thumbnailUrl tourBookingPage trackingUrl travelBans unnamedSourcesPolicy url usageInfo
verificationFactCheckingPolicy
"""
_SCHEMA_ORG_DATES = """
applicationStartDate availabilityEnds availabilityStarts birthDate dateCreated dateDeleted dateIssued dateModified
datePosted datePublished dateRead dateReceived dateVehicleFirstRegistered deathDate dissolutionDate endDate exceptDate
expires foundingDate guidelineDate lastReviewed legislationDate legislationDateVersion orderDate paymentDueDate
previousStartDate priceValidUntil productionDate purchaseDate releaseDate scheduledPaymentDate scheduledTime
sdDatePublished startDate uploadDate validFrom validThrough validUntil vehicleModelDate
"""
_SCHEMA_ORG = [
    "schema @id: " + _SCHEMA_ORG_LINKS,
    "schema Date: " + _SCHEMA_ORG_DATES,
]
_ANNOTATION = [
    """oa: Annotation Choice CssSelector CssStyle DataPositionSelector FragmentSelector HttpRequestState Motivation
    RangeSelector ResourceSelection SpecificResource SvgSelector TextPositionSelector TextQuoteSelector TextualBody
    TimeState XPathSelector assessing bookmarking classifying commenting describing editing highlighting identifying
    linking moderating questioning replying tagging auto=autoDirection ltr=ltrDirection rtl=rtlDirection bodyValue exact
    prefix suffix styleClass processingLanguage""",
    """oa @id: body=hasBody target=hasTarget source=hasSource selector=hasSelector state=hasState scope=hasScope
    refinedBy startSelector=hasStartSelector endSelector=hasEndSelector renderedVia canonical via stylesheet=styledBy
    cached=cachedSource""",
    "oa @vocab: motivation=motivatedBy purpose=hasPurpose textDirection",
    "oa xsd:dateTime: sourceDate sourceDateStart sourceDateEnd",
    "oa xsd:nonNegativeInteger: start end",
    "dctypes: Dataset Image=StillImage Video=MovingImage Audio=Sound Text",
    "foaf: Person Organization name email_sha1=mbox_sha1sum nickname=nick",
    "foaf @id: email=mbox homepage",
    "as: Software=Application AnnotationCollection=OrderedCollection AnnotationPage=OrderedCollectionPage",
    "as @id: generator partOf first last next prev",
    "as xsd:nonNegativeInteger: startIndex total=totalItems",
    "dcterms @id: creator rights conformsTo",
    "dcterms xsd:dateTime: created modified generated=issued",
    "schema: Audience accessibility=accessibilityFeature",
    "schema @id: audience",
    "dc: format language",
    "rdf: value",
    "rdfs: label",
]
_ACTIVITIES = [
    """as: Accept Activity Add Announce Application Arrive Article Audio Block Collection CollectionPage Create Delete
    Dislike Document Event Flag Follow Group Ignore Image IntransitiveActivity Invite IsContact IsFollowing
    IsFollowedBy IsMember Join Leave Like Link Listen Mention Move Note Object Offer OrderedCollection
    OrderedCollectionPage Organization Page Person Place Profile Public Question Read Reject Relationship Remove Service
    TentativeAccept TentativeReject Tombstone Travel Undo Update Video View content hreflang mediaType name
    preferredUsername rel summary units""",
    """as @id: actor anyOf attachment attributedTo audience bcc bto cc context current describes endpoints first
    followers following formerType generator href icon image inReplyTo instrument items last likes liked location next
    oauthAuthorizationEndpoint oauthTokenEndpoint object oneOf origin outbox partOf prev preview provideClientKey
    proxyUrl relationship replies result sharedInbox shares signClientKey source streams subject tag target to
    uploadMedia url""",
    "ldp @id: inbox",
    "as xsd:dateTime: closed deleted endTime published startTime updated",
    "as xsd:duration: duration",
    "as xsd:float: accuracy altitude latitude longitude radius",
    "as xsd:nonNegativeInteger: height startIndex totalItems width",
]
_PREFIXES = STANDARD_PREFIXES | {
    "schema": "http://schema.org/",
    "oa": "http://www.w3.org/ns/oa#",
    "as": "https://www.w3.org/ns/activitystreams#",
    "ldp": "http://www.w3.org/ns/ldp#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dctypes": "http://purl.org/dc/dcmitype/",
}


def known_context(address: str) -> dict[str, Any] | None:
    """The context of an address, None where it is not one of these.

    >>> known_context("https://schema.org")["url"]
    {'@id': 'schema:url', '@type': '@id'}
    >>> known_context("http://www.w3.org/ns/anno.jsonld")["body"]
    {'@id': 'oa:hasBody', '@type': '@id'}
    >>> known_context("https://example.org/context") is None
    True
    """
    plain = address.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    if plain in ("schema.org", "schema.org/docs/jsonldcontext.json", "schema.org/docs/jsonldcontext.jsonld"):
        context = {"@vocab": _PREFIXES["schema"], "HTML": {"@id": "rdf:HTML"}, **_context(_SCHEMA_ORG)}
        return {name: meaning for name, meaning in context.items() if name != "geo"}  # a property there
    if plain in ("w3.org/ns/anno", "w3.org/ns/anno.jsonld"):
        items = {"@id": "as:items", "@type": "@id", "@container": "@list"}
        return {"iana": "http://www.iana.org/assignments/relation/", "items": items, **_context(_ANNOTATION)}
    if plain in ("w3.org/ns/activitystreams", "w3.org/ns/activitystreams.jsonld"):
        texts = {f"{name}Map": {"@id": f"as:{name}", "@container": "@language"} for name in _TRANSLATED}
        ordered = {"@id": "as:items", "@type": "@id", "@container": "@list"}
        return {**_context(_ACTIVITIES), **texts, "orderedItems": ordered}
    if plain == "w3.org/2013/json-ld-context/rdfa11":
        return dict(_PREFIXES)
    return None


_TRANSLATED = ("content", "name", "summary")


def _context(tables: Sequence[str]) -> dict[str, Any]:
    """The context of tables: `prefix type: names`, a name as `term=name` where the term is another word."""
    context: dict[str, Any] = {**_PREFIXES, "id": "@id", "type": "@type"}
    for table in tables:
        head, names = table.split(": ", 1)
        prefix, *types = head.split()
        for entry in names.split():
            term, _, name = entry.partition("=")
            context[term] = {"@id": f"{prefix}:{name or term}"} | ({"@type": types[0]} if types else {})
    return context
