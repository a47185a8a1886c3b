"""What makes a graph an ontology: that it says of something that it is a class, a property or an ontology."""

from __future__ import annotations

from rdflib import OWL, RDF, RDFS

from clustergraph.snapshots.snapshot import Snapshot

CLASSES = (OWL.Class, RDFS.Class)
PROPERTIES = (
    *(OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property),
    *(OWL.FunctionalProperty, OWL.InverseFunctionalProperty, OWL.SymmetricProperty, OWL.TransitiveProperty),
)
ONTOLOGIES = (OWL.Ontology,)


def has_ontology(snapshot: Snapshot) -> bool:
    """Whether the graph has one, in whatever file.

    >>> has_ontology(Snapshot(None, {"classes": {str(RDFS.Class): 1}})), has_ontology(Snapshot(None, {}))
    (True, False)
    """
    classes = snapshot.manifest.get("classes", {})
    return any(str(kind) in classes for kind in (*CLASSES, *PROPERTIES, *ONTOLOGIES))
