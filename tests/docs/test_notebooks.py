"""The notebooks: committed clean, and executed with the site; what they say is so, which this looks up by itself."""

from __future__ import annotations

import csv
import html
import json
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nbformat
import pytest

FOLDER = Path(__file__).parents[2] / "docs/notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
COUNTRIES = FOLDER / "countries.csv"


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """The name of each notebook."""
    return str(request.param)


def test_there_are_five() -> None:
    assert len(NAMES) == 5


def test_a_notebook_is_committed_without_outputs(name: str) -> None:
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert set(notebook.metadata.language_info) == {"name"}
    assert json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n" == text, "not in the form Jupyter saves"


def executed(site: Path, name: str) -> Any:
    return nbformat.read(site / f"notebooks/{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]


def printed(site: Path, name: str) -> str:
    """All that the cells of a notebook printed or showed, as text."""
    parts = []
    for cell in executed(site, name).cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                parts.append(output.text)
            elif "text/html" in output.data:
                parts.append(re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", output.data["text/html"]))))
            else:
                parts.append(output.data["text/plain"])
    return "\n".join(parts)


def test_a_notebook_runs_without_a_warning_and_describes_its_pictures(site: Path, name: str) -> None:
    pictures = 0
    for cell in executed(site, name).cells:
        for output in cell.get("outputs", ()):
            assert output.get("name") != "stderr", output.text
            assert output.output_type != "error"
            if "image/png" in output.get("data", {}):
                assert len(cell.metadata.get("alt", "")) > 30
                pictures += 1
    assert pictures >= 1
    page = (site / f"notebooks/{name}.html").read_text(encoding="utf-8")
    assert len(re.findall(r'<img alt="[^"]{30,}" src="[^"]+\.png"', page)) == pictures
    assert f'<a href="{name}.ipynb" download' in page


def test_who_works_with_japan(site: Path, kg: Any) -> None:
    told = printed(site, "who-works-with-japan")
    rows = kg.sparql("""SELECT DISTINCT ?label { ?cluster cg:hasPhase/cg:targetPlace country:JP ; rdfs:label ?label
                        FILTER(LANG(?label) = "en") }""")
    assert len(rows) == 6
    assert [row.label for row in rows if row.label not in told] == []
    assert "Programme page, line 412" in told
    assert f"6 clusters, snapshot {kg.snapshot.name}" in told


def test_what_changed_between_the_phases(site: Path, kg: Any) -> None:
    targets: dict[str, set[tuple[Any, Any]]] = {}
    for phase in ("Concept", "Implementation"):
        rows = kg.sparql(f"SELECT ?c ?t {{ ?c cg:has{phase}Phase/cg:targetPlace ?t . ?t a cg:Country }}")
        targets[phase] = {(row.c, row.t) for row in rows}
    concept, later = targets["Concept"], targets["Implementation"]
    with_both = {cluster for cluster, _ in later}
    kept, added = len(concept & later), len(later - concept)
    dropped = len({pair for pair in concept - later if pair[0] in with_both})
    whole = sum(
        {place for one, place in concept if one == cluster} == {place for one, place in later if one == cluster}
        for cluster in with_both
    )
    told = printed(site, "what-changed-between-the-phases")
    share = f"{kept / (kept + dropped):.0%}"
    assert f"{kept} of {kept + dropped} plans were kept ({share}), {dropped} dropped, {added} added." in told
    assert f"{whole} of {len(with_both)} clusters kept exactly the countries they had planned." in told


def test_a_network_of_partners(site: Path, kg: Any) -> None:
    told = printed(site, "a-network-of-partners")
    (row,) = kg.sparql("""SELECT (COUNT(DISTINCT ?c) AS ?clusters) (COUNT(DISTINCT ?p) AS ?partners)
                          { ?c cg:cooperatesWith ?p }""")
    assert f"{row.clusters} of 32 clusters name partners." in told
    assert f"'partner institution': {row.partners}" in told
    assert "6 nodes: Leichtbau BW, MAI Carbon" in told
    pairs = kg.sparql("""SELECT DISTINCT ?one ?other { ?one cg:targetsInImplementation ?place .
                         ?other cg:targetsInImplementation ?place FILTER(STR(?one) < STR(?other)) }""")
    assert f"30 clusters, {len(pairs)} pairs with a common target" in told


def test_joining_with_another_data_set(site: Path, kg: Any) -> None:
    told = printed(site, "joining-with-another-data-set")
    (row,) = kg.sparql("""SELECT (COUNT(*) AS ?all) (SUM(?far) AS ?none) {
        ?cluster cg:hasImplementationPhase/cg:targetPlace ?place . ?place a cg:Country
        BIND(IF(?place IN (country:JP, country:KR, country:AU), 1, 0) AS ?far) }""")
    assert f"{row.none} of {row.all} share none: Australia, Japan, South Korea." in told
    assert "1 without a match: Asia-Pacific" in told


def test_the_other_data_set_is_true_to_the_graph(kg: Any) -> None:
    """Each country that a cluster targets once, by the graph's own code and name, in a time zone that there is."""
    with COUNTRIES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    targets = kg.sparql("""SELECT DISTINCT ?code ?name { ?p cg:targetPlace ?c . ?c a cg:Country ; cg:isoCode ?code ;
                           rdfs:label ?name FILTER(LANG(?name) = "en") } ORDER BY ?code""")
    assert [(row["iso_code"], row["country_name"]) for row in rows] == [(row.code, row.name) for row in targets]
    assert [row["capital_time_zone"] for row in rows if not ZoneInfo(row["capital_time_zone"]).key] == []
    assert [row["iso_code"] for row in rows if row["left_eu"]] == ["GB"]
    # It grew in these years, the United Kingdom and Denmark in the first of them.
    years = {int(row["joined_eu"]) for row in rows if row["joined_eu"]}
    assert years <= {1958, 1973, 1981, 1986, 1995, 2004, 2007, 2013}


def test_using_a_remote_endpoint(site: Path, kg: Any) -> None:
    told = printed(site, "using-a-remote-endpoint")
    assert f"{len(kg.query('targets-by-phase'))} rows; the same" in told
    assert "200 True" in told
    assert "304 0" in told
    assert "503 The query did not finish within 1 s and was ended." in told
    assert re.search(r"QuerySyntaxError\n.*[Ll]ine 1", told)
    japan = [str(row.clusterLabel) for row in kg.query("clusters-by-country", country="JP", phase="implementation")]
    assert all(label in told for label in japan)
