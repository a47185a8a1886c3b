"""Other programs that read RDF, each giving the triples that it finds in the default graph and in named ones."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from clustergraph.rdf.formats import Format
from support.programs import need_program

_PACKAGES = Path(__file__).parents[2] / "frontend" / "package.json"
_SCRIPT = Path(__file__).with_name("read_rdf.mjs")
RDFLIB_PARSERS = {
    "turtle": "turtle",
    "ntriples": "nt",
    "rdfxml": "xml",
    "jsonld": "json-ld",
    "trig": "trig",
    "nquads": "nquads",
}
_RAPPER = {"turtle": "turtle", "ntriples": "ntriples", "rdfxml": "rdfxml", "trig": "trig", "nquads": "nquads"}

Reader = Callable[[bytes, Format], set[str]]


def canonical(quads: list[ox.Quad] | list[ox.Triple]) -> set[str]:
    """The triples as lines that are the same for the same graph, whatever its blank nodes are called."""
    dataset = ox.Dataset(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def rdflib_reads(body: bytes, form: Format) -> set[str]:
    """What rdflib finds, with literals as they are written."""
    normalizes = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        dataset = rdflib.Dataset(default_union=True)
        dataset.parse(data=body, format=RDFLIB_PARSERS[form.name])
        graph = rdflib.Graph()
        for subject, predicate, object, _ in dataset.quads():
            graph.add((subject, predicate, object))
        lines = graph.serialize(format="nt")
    finally:
        rdflib.NORMALIZE_LITERALS = normalizes
    return canonical(list(ox.parse(lines, ox.RdfFormat.N_TRIPLES)))


def rapper_reads(body: bytes, form: Format) -> set[str]:
    """What rapper (raptor2-utils) finds; skips the test where it is not installed or does not know the format."""
    need_program("rapper", "raptor2-utils")
    if form.name not in _RAPPER:
        pytest.skip(f"rapper does not read {form.label}")
    command = ["rapper", "--quiet", "--input", _RAPPER[form.name], "--output", "ntriples", "-", "http://base.example/"]
    done = subprocess.run(command, input=body, capture_output=True, check=True)
    assert done.stderr == b""
    return canonical(list(ox.parse(done.stdout, ox.RdfFormat.N_TRIPLES)))


def javascript_reads(body: bytes, form: Format) -> set[str]:
    """What N3.js or jsonld.js finds; skips the test where they are not installed or do not know the format."""
    if not _has_javascript():
        pytest.skip("N3.js and jsonld.js are not installed; `npm ci` in frontend/ does")
    if form.name == "rdfxml":
        pytest.skip("N3.js does not read RDF/XML")
    command = ["node", str(_SCRIPT), str(_PACKAGES), form.media_type]
    done = subprocess.run(command, input=body, capture_output=True, check=True)
    return canonical(list(ox.parse(done.stdout, ox.RdfFormat.N_QUADS)))


@cache
def _has_javascript() -> bool:
    modules = _PACKAGES.with_name("node_modules")
    return shutil.which("node") is not None and all((modules / name).is_dir() for name in ("n3", "jsonld"))


READERS: dict[str, Reader] = {"rdflib": rdflib_reads, "rapper": rapper_reads, "javascript": javascript_reads}
