"""From figures to the report: ratios first, absolute figures beside, and where we lose said plainly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import median

from bench import hostile, library, pages, peers, pressure
from bench.hostile import Hostile
from bench.library import Library
from bench.pages import Page
from bench.pressure import Pressure
from bench.results import AD_HOC, CANNED, COLD, KEPT, MIX, REPEATED, Cell, Check, Results

SLOW = 0.005
"""Seconds from which on a query counts as one with real work in it."""

HEAD = """# Measurements

Written by `python -m bench`; not edited by hand. Every ratio is **ours : theirs** in right answers a second:
**above 1 this service is faster**, below 1 the other one is. Every figure is the median of the rounds, {rounds} in
this run; in each round the servers take turns, query by query, on one machine that also makes the load. *Cold* means
that every request is a text never sent before (a number in a comment, and another constant where the query has one),
so that no cache can answer; *repeated* means the same texts again and again.
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """The cells of a run, to be looked up."""

    results: Results

    def cell(self, graph: str, part: str, query: str, mode: str, connections: int, server: str) -> Cell | None:
        key = (graph, part, query, mode, connections, server)
        return next(
            (c for c in self.results.cells if (c.graph, c.part, c.query, c.mode, c.connections, c.server) == key), None
        )

    def ratio(
        self, graph: str, part: str, query: str, mode: str, connections: int, peer: str, ours: str = peers.OURS
    ) -> float | None:
        """Ours : theirs in answers a second; None where one of them has no figure."""
        mine = self.cell(graph, part, query, mode, connections, ours)
        theirs = self.cell(graph, part, query, mode, connections, peer)
        return mine.rate / theirs.rate if mine and theirs and mine.rate and theirs.rate else None

    def of(self, what: Callable[[Cell], object], **wanted: object) -> list[object]:
        """What the cells that match have, each once, in the order of the run."""
        cells = (c for c in self.results.cells if all(getattr(c, name) == value for name, value in wanted.items()))
        return list(dict.fromkeys(what(cell) for cell in cells))

    def queries(self, graph: str, part: str) -> list[str]:
        return [str(one) for one in self.of(lambda cell: cell.query, graph=graph, part=part)]

    def connections(self, graph: str, part: str, mode: str) -> list[int]:
        return [int(str(one)) for one in self.of(lambda cell: cell.connections, graph=graph, part=part, mode=mode)]

    def servers(self, graph: str, part: str, mode: str) -> list[str]:
        return [str(one) for one in self.of(lambda cell: cell.server, graph=graph, part=part, mode=mode)]


def written(results: Results) -> str:
    """The whole report in Markdown."""
    figures = Figures(results)
    parts = [HEAD.format(rounds=results.rounds), *_goals(figures), *_losses(figures)]
    for graph, triples in results.graphs.items():
        parts.append(f"## The {graph} graph ({triples:,} triples)")
        if any(one.graph == graph for one in results.services):
            parts += _services(results, graph)
        for part in (AD_HOC, CANNED, MIX, KEPT):
            for mode in (COLD, REPEATED):
                if figures.connections(graph, part, mode):
                    parts += _ratios(figures, graph, part, mode)
                    parts += _absolute(figures, graph, part, mode)
        parts += [text for one in results.pressures if one.graph == graph for text in _pressure(one)]
        parts += [text for one in results.hostile if one.graph == graph for text in _hostile(one)]
        parts += _pages([page for page in results.pages if page.graph == graph])
        parts += [text for one in results.libraries if one.graph == graph for text in _library(one)]
        if any(one.graph == graph for one in results.services):
            parts += _findings(results, graph)
    parts += _how(results)
    return "\n\n".join(part.strip() for part in parts) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are set to the right.

    >>> print(table(["a", "b"], [["1", "2"]]))
    | a | b |
    | --- | ---: |
    | 1 | 2 |
    """
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def geometric_mean(values: Sequence[float]) -> float:
    """The n-th root of the product.

    >>> round(geometric_mean([1.0, 4.0]), 6)
    2.0
    """
    return exp(sum(log(value) for value in values) / len(values))


def _goals(figures: Figures) -> list[str]:
    """What was set out to be reached, on the real graph under 8 connections, and whether it is."""
    rows: list[list[str]] = []

    def goal(text: str, values: Sequence[float], of: str, least: float) -> None:
        if values:
            value = geometric_mean(values) if of == "mean" else min(values)
            rows.append([text, f"{least:g}", _ratio(value), "yes" if value >= least else "**no**"])

    def ratios(part: str, mode: str, peer: str, keep: Callable[[str], bool] | None = None) -> list[float]:
        connections = figures.connections("real", part, mode)
        at = 8 if 8 in connections else (connections or [1])[-1]
        found = [
            figures.ratio("real", part, query, mode, at, peer)
            for query in figures.queries("real", part)
            if keep is None or keep(query)
        ]
        return [one for one in found if one is not None]

    canned = ratios(CANNED, REPEATED, peers.OXIGRAPH)
    goal("Canned queries repeated, geometric mean, to Oxigraph", canned, "mean", 2.0)
    goal("Canned queries repeated, the worst of them, to Oxigraph", canned, "least", 1.0)
    goal(
        "Point look-up cold, to Oxigraph",
        ratios(AD_HOC, COLD, peers.OXIGRAPH, lambda query: query == "point look-up"),
        "least",
        0.4,
    )
    goal(
        "Cold queries that take Oxigraph over 5 ms, the worst of them",
        ratios(AD_HOC, COLD, peers.OXIGRAPH, lambda query: _slow(figures, query)),
        "least",
        0.9,
    )
    goal(
        "A kept answer with the access log, to an application that only sends it",
        ratios(KEPT, REPEATED, peers.GRANIAN),
        "least",
        0.5,
    )
    to_rdflib = ratios(AD_HOC, COLD, peers.RDFLIB)
    goal("Ad-hoc queries cold, geometric mean, to rdflib-endpoint", to_rdflib, "mean", 20.0)
    goal("Ad-hoc queries cold, the worst of them, to rdflib-endpoint", to_rdflib, "least", 20.0)
    for one in figures.results.pressures:
        if one.graph == "real":
            rows += _bounds(one)
    rows += [row for one in figures.results.hostile for row in _attacks(one)]
    rows += [row for one in figures.results.libraries for row in _soon(one)]
    if shown := [page.ratio for page in figures.results.pages if page.graph == "real" and not page.note]:
        text, value = "Time of a page of a thing : of its queries, the worst", max(shown)
        rows.append([text, f"under {pages.MOST:g}", _ratio(value), "yes" if value < pages.MOST else "**no**"])
    if not rows:
        return []
    return ["## Goals\n\nOn the real graph, under 8 connections.", table(["what", "goal", "measured", "met"], rows)]


def _bounds(one: Pressure) -> list[list[str]]:
    """The goals that are upper bounds: what one bad query may do."""
    bounds = [
        (
            "A query that never ends: seconds from its deadline to its 503, the worst",
            0.5,
            max(one.overdue, default=0.0),
        ),
        ("Median latency of 8 others beside it : without it", 2.0, slower(one)),
        (
            "Memory after queries that want all of it : before",
            pressure.SETTLED,
            one.after / one.before if one.before else 0,
        ),
    ]
    right = {*one.endless, *one.hungry} <= {503}
    return [
        [text, f"at most {most:g}", _ratio(value), "yes" if right and value <= most else "**no**"]
        for text, most, value in bounds
    ]


def _attacks(one: Hostile) -> list[list[str]]:
    """The goal beside a hostile client: the worst of all pairs of an attack and a kind of request."""
    pairs = [(attack, kind) for attack, loads in one.attacked.items() for kind in loads]
    if not pairs:
        return []
    met = sum(one.is_met(*pair) for pair in pairs)
    text = "Beside a hostile client: kinds of request whose median latency stays within the bound"
    bound = f"under {hostile.MAX_LATENCY_RATIO:g} x + {hostile.GRACE_SECONDS * 1000:g} ms"
    return [[text, bound, f"{met} of {len(pairs)}", "yes" if met == len(pairs) else "**no**"]]


def _soon(one: Library) -> list[list[str]]:
    """The goals of the library: of a frame on the generated graph, of the first answer on the real one."""
    if one.graph == "real":
        told = [
            ("Python: seconds to import the library", 0.2, one.median(library.IMPORT)),
            ("Python: seconds to import, open and have a first answer", 0.5, one.median(library.FIRST)),
        ]
    else:
        what = "a pandas frame of all clusters with targets : pyoxigraph writing that result"
        told = [(f"Python, {one.graph} graph: {what}", 1.5, one.ratio("pandas"))]
    return [
        [text, f"at most {most:g}", _ratio(value), "yes" if 0 < value <= most else "**no**"]
        for text, most, value in told
    ]


def _library(one: Library) -> list[str]:
    title = "### The Python library"
    if not one.rows:
        return [
            title,
            f"`import clustergraph`: {one.median(library.IMPORT):.3f} s. Import, open what was built before, and the "
            f"first answer of a canned query: {one.median(library.FIRST):.3f} s.",
        ]
    ways = [*library.WRITTEN, *library.FRAMES]
    rows = [
        [name, f"{one.median(name):.3f} s", _ratio(one.ratio(name)) if name in library.FRAMES else ""] for name in ways
    ]
    text = (
        f"From a query for all clusters with their targets ({one.rows:,} rows) to a frame, beside pyoxigraph writing "
        "the same result and keeping nothing; the ratio is to its quicker form."
    )
    return [title, text, table(["way", "time", "ratio"], rows)]


def slower(one: Pressure) -> float:
    """How many times longer the others wait, at the median, while a query that never ends runs."""
    quiet = median(load.p50 for load in one.quiet)
    return median(load.p50 for load in one.pinned) / quiet if quiet else 0.0


def _pressure(one: Pressure) -> list[str]:
    rows = [
        [name, *(f"{median(getattr(load, field) for load in loads) * 1000:,.2f}" for field in ("p50", "p95", "p99"))]
        for name, loads in (("alone", one.quiet), ("beside a query that never ends", one.pinned))
    ]
    late = f"{max(one.overdue) * 1000:,.0f} ms" if one.overdue else "no time"
    text = (
        f"{pressure.CLIENTS} clients with quick queries, each text new. Then the same while one query after another "
        f"runs that never ends, with a deadline of {pressure.DEADLINE:g} s: {_statuses(one.endless)}, at most "
        f"{late} after the deadline. Then {pressure.HUNGRY_TIMES} queries that want all memory: "
        f"{_statuses(one.hungry)}. The service had {_mib(one.before)} before them and {_mib(one.after)} after."
    )
    return ["### Bad queries", text, table(["latency of the others, ms", "p50", "p95", "p99"], rows)]


def _hostile(one: Hostile) -> list[str]:
    rows = [["nobody", *(f"{load.p50 * 1000:,.2f}" for load in one.quiet.values())]]
    for attack, loads in one.attacked.items():
        cells = [f"{load.p50 * 1000:,.2f}" for load in loads.values()]
        marks = [cell if one.is_met(attack, kind) else f"**{cell}**" for cell, kind in zip(cells, loads, strict=True)]
        rows.append([attack, *marks])
    text = (
        f"{hostile.CLIENTS} clients ask, while another one sends the same attack again and again without a pause, "
        "from an address of its own. What passes the bound is in bold type."
    )
    return ["### Hostile clients", text, table(["median latency in ms beside", *one.quiet], rows)]


def _pages(shown: Sequence[Page]) -> list[str]:
    if not shown:
        return []
    measured = [page for page in shown if not page.note]
    text = (
        f"{len(measured)} pages, two things of every class, and the queries whose answers each shows, asked of this "
        "service over HTTP one after another, without any cache. The ten pages that take longest beside their queries:"
    )
    rows = [
        [
            f"`{page.address}`",
            str(len(page.queries)),
            *(_ms(each) for each in (page.seconds, page.behind)),
            _ratio(page.ratio),
        ]
        for page in sorted(measured, key=lambda page: -page.ratio)[:10]
    ]
    if measured:
        rows.append(["median of all", "", "", "", _ratio(median(page.ratio for page in measured))])
    parts = ["### Pages of things", text, table(["page", "queries", "ms", "ms of its queries", "ratio"], rows)]
    if left := [page for page in shown if page.note]:
        parts.append("Not measured: " + "; ".join(f"`{page.address}` ({page.note})" for page in left) + ".")
    return parts


def _ms(seconds: Sequence[float]) -> str:
    return f"{median(seconds) * 1000:,.2f}"


def _statuses(found: Sequence[int]) -> str:
    return ", ".join(f"{found.count(status)} answered {status}" for status in sorted({*found})) or "none"


def _slow(figures: Figures, query: str) -> bool:
    """Whether Oxigraph takes over 5 ms for it, when nobody else asks."""
    cell = figures.cell("real", AD_HOC, query, COLD, 1, peers.OXIGRAPH)
    return cell is not None and cell.latency("p50") > SLOW


def _losses(figures: Figures) -> list[str]:
    """Every comparison in which a peer was faster, the widest gap first."""
    rows: list[tuple[float, list[str]]] = []
    for cell in figures.results.cells:
        if cell.server not in peers.PEERS:
            continue
        ratio = figures.ratio(cell.graph, cell.part, cell.query, cell.mode, cell.connections, cell.server)
        if ratio is not None and ratio < 1:
            where = [cell.graph, cell.part, cell.query, cell.mode, str(cell.connections), cell.server, _ratio(ratio)]
            rows.append((ratio, where))
    if not figures.results.cells:
        return []
    if not rows:
        return ["## Where we lose\n\nIn this run nowhere: no ratio is below 1."]
    head = ["graph", "part", "query", "texts", "connections", "faster", "ratio"]
    compared = sum(cell.server in peers.PEERS and bool(cell.rounds) for cell in figures.results.cells)
    said = f"## Where we lose\n\n{len(rows)} of {compared} comparisons; the widest gap first."
    return [said, table(head, [row for _, row in sorted(rows, key=lambda one: one[0])])]


def _services(results: Results, graph: str) -> list[str]:
    rows = []
    for one in results.services:
        if one.graph == graph:
            starts = sorted(one.starts)
            start = f"{starts[len(starts) // 2]:.2f} s" if starts else one.note
            rows.append([one.server, start, _mib(one.idle), _mib(one.loaded)])
    prepared = results.prepared.get(graph, {})
    said = "".join(f" {step}: {seconds:.1f} s." for step, seconds in prepared.items())
    text = (
        "Start: from the start of the process to the first right answer. "
        "Memory: proportional set size of all processes."
    )
    if said:
        text += f" Prepared once, before:{said}"
    return ["### Start and memory", text, table(["server", "start", "memory idle", "memory after the load"], rows)]


TITLES = {
    (AD_HOC, COLD): "Ad-hoc queries, cold",
    (AD_HOC, REPEATED): "Ad-hoc queries, repeated",
    (CANNED, COLD): "Canned queries, cold",
    (CANNED, REPEATED): "Canned queries, repeated",
    (MIX, COLD): "All canned queries in turn, cold",
    (MIX, REPEATED): "All canned queries in turn, repeated",
    (KEPT, REPEATED): "A kept answer, with the access log",
}


def _ratios(figures: Figures, graph: str, part: str, mode: str) -> list[str]:
    """Ratios to each peer at each number of connections, with their geometric mean."""
    levels = figures.connections(graph, part, mode)
    others = [name for name in figures.servers(graph, part, mode) if name not in (peers.OURS, peers.API)]
    pairs = [(peer, level) for peer in others for level in levels]
    title = f"### {TITLES[part, mode]}"
    if not pairs:
        return [title]
    rows = []
    for query in figures.queries(graph, part):
        found = [figures.ratio(graph, part, query, mode, level, peer) for peer, level in pairs]
        rows.append([query, *(_ratio(one) for one in found)])
    means = []
    for peer, level in pairs:
        every = [figures.ratio(graph, part, query, mode, level, peer) for query in figures.queries(graph, part)]
        known = [one for one in every if one is not None]
        means.append(f"**{_ratio(geometric_mean(known))}**" if known else "")
    if len(rows) > 1:
        rows.append(["**geometric mean**", *means])
    head = ["ours :", *(f"{peer}, {_connections(level)}" for peer, level in pairs)]
    return [title, table(head, rows)]


def _absolute(figures: Figures, graph: str, part: str, mode: str) -> list[str]:
    """Answers a second and latencies of every cell."""
    rows = []
    for query in figures.queries(graph, part):
        for level in figures.connections(graph, part, mode):
            for server in figures.servers(graph, part, mode):
                cell = figures.cell(graph, part, query, mode, level, server)
                if cell is not None:
                    rows.append([query, str(level), server, *_cell(cell)])
    head = ["query", "connections", "server", "answers/s", "p50 ms", "p95 ms", "p99 ms", "errors"]
    return [f"<details><summary>Absolute figures</summary>\n\n{table(head, rows)}\n\n</details>"]


def _cell(cell: Cell) -> list[str]:
    if cell.note:
        return [cell.note, "", "", "", ""]
    if not cell.rate:
        return ["no right answer in time", "", "", "", str(cell.errors) if cell.errors else ""]
    latencies = [f"{cell.latency(name) * 1000:,.2f}" for name in ("p50", "p95", "p99")]
    return [_rate(cell.rate), *latencies, str(cell.errors) if cell.errors else ""]


def _findings(results: Results, graph: str) -> list[str]:
    """What was wrong with answers, before any timing and under load."""
    checks = [check for check in results.checks if check.graph == graph]
    wrong = [check for check in checks if check.note and not check.note.startswith("not asked")]
    left = [check for check in checks if check.note.startswith("not asked")]
    failed = [cell for cell in results.cells if cell.graph == graph and cell.errors]
    said = [f"### Answers\n\n{_agreement(checks)}"]
    if wrong:
        said.append(table(["query", "server", "finding"], [[one.query, one.server, one.note] for one in wrong]))
    if left:
        who = sorted({check.server for check in left})
        said.append(
            f"{' and '.join(who)}: {len(left)} queries were not asked after several had passed the deadline of "
            f"{results.deadline} s."
        )
    if failed:
        rows = [[one.query, one.mode, str(one.connections), one.server, str(one.errors)] for one in failed]
        said.append("Requests that were refused or never answered under load, in all rounds:")
        said.append(table(["query", "texts", "connections", "server", "requests"], rows))
    return said


def _agreement(checks: Sequence[Check]) -> str:
    queries = dict.fromkeys((check.part, check.query) for check in checks)
    agreed = sum(all(not one.note for one in checks if (one.part, one.query) == query) for query in queries)
    return f"Before timing, all servers gave the same number of rows for {agreed} of {len(queries)} queries."


def _how(results: Results) -> list[str]:
    about = [[name, said] for name, said in results.about.items()]
    commands = dict.fromkeys(one.command for one in results.services if one.command)
    resumed = [f"{results.command} --resume  # {name}" for name in results.resumed]
    listed = "\n".join([results.command, *resumed, *commands])
    return [
        "## How this was measured",
        table(["machine", ""], [[name, value] for name, value in results.machine.items()]),
        table(["software", "version"], [[name, value] for name, value in results.versions.items()]),
        f"Date: {results.date}. Load: {results.generator}, one thread, keep-alive connections over loopback, each of "
        f"which asks again as soon as it is answered; {results.seconds:g} s a load, longer where a query is slow. With "
        "one answer under way per connection, latencies under many connections are mostly waiting. rdflib-endpoint "
        "has one process for each core, more than its documentation starts. Oxigraph runs without its option for a "
        "deadline, which keeps a thread for each query until the deadline has passed.",
        f"```\n{listed}\n```",
        "### What the queries ask",
        table(["query", "asks for"], about),
    ]


def _ratio(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _rate(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"


def _mib(value: int) -> str:
    return f"{value / 2**20:,.0f} MiB" if value else ""


def _connections(level: int) -> str:
    return f"{level} connection{'s' if level > 1 else ''}"
