"""Canned queries: SPARQL files with a title, a description and typed parameters. Read, check, bind, run.

>>> from clustergraph.snapshots.source_folder import published
>>> "clusters-by-country" in Catalogue.load(published().queries)
True
"""

from clustergraph.catalogue.catalogue import Catalogue, Given
from clustergraph.catalogue.errors import CatalogueError, ParameterError, Problem, UnknownQuery
from clustergraph.catalogue.model import Browse, CannedQuery, Column, Facet, Method, Parameter, Placement, Words

__all__ = [
    "Browse",
    "CannedQuery",
    "Catalogue",
    "CatalogueError",
    "Column",
    "Facet",
    "Given",
    "Method",
    "Parameter",
    "ParameterError",
    "Placement",
    "Problem",
    "UnknownQuery",
    "Words",
]
