"""Literals whose texts no type of Python takes, or that are beyond its limits: nothing fails on them."""

from __future__ import annotations

import itertools
import logging
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from rdflib import Literal, URIRef

import clustergraph
from clustergraph.library.dataframes import make_arrow, make_pandas, make_polars
from clustergraph.library.networks import of_triples
from clustergraph.rdf.conversion import quiet
from clustergraph.rdf.namespaces import XSD
from clustergraph.rdf.python_values import _CONVERTERS, Term, as_written, to_python
from clustergraph.rdf.table import Table

LONG = "9" * 5000
TEXTS = (
    *("", "²", "٣", "1_000", "\x00", "INF", "NaN", "1e999", "24:00:00", "12:00:00+23:59", "2020-02-30", "-0001-01-01"),
    *(
        "99999-01-01",
        "2020-01-01T25:00:00",
        "9999-12-31T24:00:00Z",
        "2020-01-01T00:00:00+99:99",
        "0001-01-01T00:00:00+14:00",
    ),
    *(LONG, f"-{LONG}", f"{LONG}.5", f"1.{LONG}", f"1e{LONG}", f"P{LONG}D", f"P{LONG}Y", f"PT{LONG}S", f"PT0.{LONG}S"),
    *("0" * 5000 + "1", "9" * 4000, "P", "-P1D", "P1Y"),
)


@pytest.mark.filterwarnings("ignore:Parsing weird boolean")
@pytest.mark.parametrize("datatype", _CONVERTERS)
def test_every_text_becomes_a_value_that_can_be_shown_and_kept(datatype: str) -> None:
    for text in TEXTS:
        found = to_python(Term("literal", text, f"{XSD}{datatype}"))
        assert repr(found)
        assert isinstance(str(found), str)
        assert isinstance(hash(found), int)


def test_numbers_beyond_all_limits_stay_as_written() -> None:
    long = to_python(Term("literal", LONG, f"{XSD}integer"))
    assert isinstance(long, Literal)
    assert (str(long), str(long.datatype)) == (LONG, f"{XSD}integer")
    assert to_python(Term("literal", f"{LONG}.5", f"{XSD}decimal")) == Decimal(f"{LONG}.5")
    assert isinstance(to_python(Term("literal", f"P{LONG}Y", f"{XSD}duration")), Literal)


def test_columns_of_such_numbers_become_frames() -> None:
    numbers = ["7", LONG[:4000], LONG, "1.5", "1e5"]
    kinds = ("integer", "decimal", "double")
    for one, other in itertools.product(itertools.product(numbers, kinds), repeat=2):
        rows = [(to_python(Term("literal", text, f"{XSD}{kind}")),) for text, kind in (one, other)]
        table = Table.of_values(("x",), rows)
        assert [len(to(table)) for to in (make_pandas, make_polars, make_arrow)] == [2, 2, 2]


def test_a_network_takes_them() -> None:
    thing, size = URIRef("urn:a"), URIRef("urn:size")
    network = of_triples([(thing, size, as_written(LONG, f"{XSD}integer"))], {}, "en")
    assert network.nodes["urn:a"]["urn:size"] == LONG


def test_rdflib_is_quiet_only_for_those_who_asked_and_its_logger_is_left_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logger = logging.getLogger("rdflib.term")
    before = (logger.level, logger.filters[:])
    entered, left = threading.Event(), threading.Event()

    def other() -> None:
        with quiet():
            entered.set()
            left.wait(60)
            logger.warning("within the other use")

    thread = threading.Thread(target=other)
    with quiet():
        thread.start()
        assert entered.wait(60)
        logger.warning("within this use")
    logger.warning("after this use")
    left.set()
    thread.join()
    logger.warning("after both")
    assert (logger.level, logger.filters) == before
    assert caplog.messages == ["after this use", "after both"]


def test_values_that_differ_only_in_their_type_are_shown_together(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text('<urn:a> <urn:p> "7", 7, "7"@de .')
    with clustergraph.open(tmp_path / "a.ttl", store=tmp_path / "store") as graph:
        thing = graph["urn:a"]
        assert thing._repr_html_().count("7") == 3
        assert len(thing["urn:p"]) == 3
