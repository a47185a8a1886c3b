"""One graph, all servers at the same time: check their answers, then load them in turn, round after round."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from bench import granian_app, hostile, library, load, pages, peers, pressure, questions
from bench.ask import Refused, ask, count
from bench.graphs import Graph
from bench.pages import Page
from bench.questions import Question
from bench.results import (
    AD_HOC,
    CANNED,
    COLD,
    FRAMES,
    HOSTILE,
    KEPT,
    MIX,
    PAGES,
    PRESSURE,
    REPEATED,
    Cell,
    Check,
    Results,
    Service,
)
from bench.servers import HOST, DidNotStart, Server, shown
from clustergraph.engine.base import Engine
from clustergraph.sparql.query import Query

PARTS = ("start", AD_HOC, CANNED, MIX, KEPT, PRESSURE, HOSTILE, PAGES, FRAMES)
CHECKED = 5
"""Variants of a query whose rows are counted before it is timed."""
MAX_REPEATED = 20
"""Variants of a query that are asked again and again when it is repeated."""
FEWEST, ENOUGH = 2, 10
"""Answers that each connection must be able to get for a load to make sense, and those it gets if time allows."""
QUICK = ("point look-up", "small join", "neighbourhood", "property path")
"""Ad-hoc queries that take a millisecond or so on a graph of any size."""
KEPT_ANSWER = "kept answer, logged"
KEPT_ROUNDS = 5
"""Rounds of the comparison with an application that does nothing, at least: loads of a second are short."""
PATIENCE = 3
"""Queries that may pass the deadline before a server is asked no more on that graph."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure and how long.

    `seconds` is the time for each load, `longest` the most it may become so that a slow query gives some answers;
    `start_limit` is how many seconds a server may take to start.
    """

    parts: Sequence[str] = PARTS
    peers: Sequence[str] = peers.PEERS
    rounds: int = 3
    seconds: float = 1.0
    longest: float = 8.0
    connections: Sequence[int] = (1, 8, 64)
    deadline: int = 10
    start_limit: float = 180.0

    @property
    def main(self) -> int:
        """The number of connections for what is measured under one only."""
        return 8 if 8 in self.connections else self.connections[-1]


@dataclass(slots=True)
class Task:
    """Questions to be asked together on every server that answers them."""

    part: str
    name: str
    mode: str
    connections: int
    questions: list[Question]
    targets: list[str]
    cells: dict[str, Cell] = field(default_factory=dict)


Tell = Callable[[str, int], None]
"""What is being done, and how many steps it will be in all (0: not known)."""


def silent(_what: str, _total: int) -> None:
    """Tell nobody."""


def run(plan: Plan, graph: Graph, results: Results, tell: Tell = silent) -> None:
    """Measure one graph and add what was found to `results`."""
    results.graphs[graph.name] = graph.triples
    results.prepared[graph.name] = graph.seconds
    if FRAMES in plan.parts:
        tell(f"{graph.name}: frames", 0)
        results.libraries.append(library.measure(graph, plan.rounds))
    if {*plan.parts} == {FRAMES}:
        return  # nobody has to be asked
    engine = questions.embedded(graph)
    asked = {
        AD_HOC: questions.ad_hoc(graph, engine) if {AD_HOC, KEPT, PRESSURE, HOSTILE} & {*plan.parts} else [],
        CANNED: questions.canned(graph, engine) if {CANNED, MIX} & {*plan.parts} else [],
    }
    results.about |= {one.name: one.about for part in asked.values() for one in part}
    rows = expected(engine, questions.FIRST)
    shown = pages.found(graph, engine) if {PAGES, HOSTILE} & {*plan.parts} else []
    engine.close()
    with ExitStack() as stack:
        servers = [Server(name, graph, plan.deadline) for name in (peers.OURS, *plan.peers)]
        for server in servers:
            stack.enter_context(server)
        session = _Session(plan, graph, results, tell, {server.name: server for server in servers}, rows)
        session.start()
        for part in (AD_HOC, CANNED):
            if part in plan.parts or (part == CANNED and MIX in plan.parts):
                session.check(part, asked[part])
        session.measure(asked)
        session.finish()
        if KEPT in plan.parts and graph.name == "real":
            session.keep(asked[AD_HOC])
        if PRESSURE in plan.parts:
            session.press(asked[AD_HOC])
        if HOSTILE in plan.parts and graph.name == "real":
            session.attack(asked[AD_HOC], shown)
        if PAGES in plan.parts:
            session.show(shown)


def expected(engine: Engine, question: Question) -> int:
    """The rows of a question's first variant, as the engine in this process has them."""
    form = "turtle" if question.accept == questions.TRIPLES else "json"
    return count(engine.answer(Query(question.texts[0], format=form)).body, question.accept)


@dataclass(slots=True)
class _Session:
    plan: Plan
    graph: Graph
    results: Results
    tell: Tell
    servers: dict[str, Server]
    rows: int
    services: dict[str, Service] = field(default_factory=dict)
    checks: dict[tuple[str, str, str], Check] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)

    def start(self) -> None:
        """Start every server, each as many times as there are rounds, and leave them running."""
        self.services = {name: Service(self.graph.name, name) for name in self.servers}
        self.results.services += self.services.values()
        rounds = self.plan.rounds if "start" in self.plan.parts else 1
        for _ in range(rounds):
            for name, server in list(self.servers.items()):
                service = self.services[name]
                if service.starts and service.starts[0] > 10:
                    continue  # once is enough to tell
                server.end()
                self.tell(f"{self.graph.name}: start {name}", 0)
                try:
                    service.starts.append(server.start(questions.FIRST, self.rows, self.plan.start_limit))
                except DidNotStart as error:
                    if name == peers.OURS:
                        raise
                    service.note = str(error)
                    del self.servers[name]
                service.command = shown(server.command())
        for name, server in self.servers.items():
            server.settle()
            self.services[name].idle = server.memory()

    def check(self, part: str, asked: list[Question]) -> None:
        """Ask every server every question, and note the rows."""
        for place, question in enumerate(asked):
            self.tell(f"{self.graph.name}: check {question.name} ({place + 1} of {len(asked)})", 0)
            for target in self._targets(question):
                self._note(self._ask(part, question, target))
            told = [self.checks[part, question.name, target] for target in self._targets(question)]
            answered = [one for one in told if one.rows is not None]
            for one in answered:
                if one.rows != answered[0].rows:
                    one.note = f"{one.rows} rows where {answered[0].server} has {answered[0].rows}"

    def _targets(self, question: Question) -> list[str]:
        names = [*self.servers, *([peers.API] if question.api else [])]
        return sorted(names, key=[peers.OURS, peers.API, *peers.PEERS].index)

    def _server(self, target: str) -> Server:
        return self.servers[peers.OURS if target == peers.API else target]

    def _note(self, check: Check) -> None:
        self.checks[check.part, check.query, check.server] = check
        self.results.checks.append(check)

    def _ask(self, part: str, question: Question, target: str) -> Check:
        check = Check(self.graph.name, part, question.name, target, None, 0.0)
        if self.late.get(target, 0) >= PATIENCE:
            check.note = f"not asked: {PATIENCE} queries before it took over {self.plan.deadline} s"
            return check
        server = self._server(target)
        step = max(1, len(question.texts) // CHECKED)
        variants = range(0, len(question.texts), step)[:CHECKED]
        rows, seconds = 0, 0.0
        try:
            for variant in variants:
                told = ask(
                    HOST, server.port, question.target(target, variant), question.accept, self.plan.deadline + 1.0
                )
                rows += told.rows
                seconds += told.seconds
            check.rows, check.seconds = rows, seconds / len(variants)
        except TimeoutError:
            self.late[target] = self.late.get(target, 0) + 1
            check.note = f"over {self.plan.deadline} s"
            self._quiet(server)
        except (Refused, OSError) as error:
            check.note = str(error)
            self._quiet(server)
        return check

    def _quiet(self, server: Server) -> None:
        """Wait until a server has done what it was asked; one that cannot be stopped otherwise is started again."""
        if not (server.is_alive and server.settle(30.0 if server.name == peers.OURS else 5.0)):
            server.end()
            server.start(questions.FIRST, self.rows, self.plan.start_limit)
            server.settle()

    def measure(self, asked: dict[str, list[Question]]) -> None:
        """Every task once a round, every server once a task, a different one first each time."""
        tasks = list(self._tasks(asked))
        for task in tasks:
            for target in task.targets:
                cell = Cell(self.graph.name, task.part, task.name, task.mode, task.connections, target)
                cell.note = self._obstacle(task, target)
                task.cells[target] = cell
                self.results.cells.append(cell)
        for turn in range(self.plan.rounds):
            for place, task in enumerate(tasks):
                self.tell(
                    f"{self.graph.name}: round {turn + 1}, {task.name}, {task.mode}, {task.connections} connections",
                    self.plan.rounds * len(tasks),
                )
                shift = (turn + place) % len(task.targets)
                for target in [*task.targets[shift:], *task.targets[:shift]]:
                    cell = task.cells[target]
                    if not cell.note:
                        self._load(task, target, cell, unique=f"{turn}-{place}")

    def _tasks(self, asked: dict[str, list[Question]]) -> Iterator[Task]:
        servers = [name for name in self.servers if name != peers.API]
        if AD_HOC in self.plan.parts:
            for question in asked[AD_HOC]:
                for connections in self.plan.connections:
                    yield Task(AD_HOC, question.name, COLD, connections, [question], servers)
                yield Task(AD_HOC, question.name, REPEATED, self.plan.main, [question], servers)
        if CANNED in self.plan.parts:
            for question in asked[CANNED]:
                yield Task(CANNED, question.name, COLD, self.plan.main, [question], servers)
                yield Task(CANNED, question.name, REPEATED, self.plan.main, [question], self._targets(question))
        if MIX in self.plan.parts:
            common = [one for one in asked[CANNED] if all(self._right(one, target) for target in self._targets(one))]
            self.results.about[MIX] = f"{len(common)} of {len(asked[CANNED])} canned queries, those that all answer"
            for connections in self.plan.connections if common else ():
                yield Task(MIX, MIX, COLD, connections, common, servers)
                yield Task(MIX, MIX, REPEATED, connections, common, self._targets(common[0]))

    def _right(self, question: Question, target: str) -> bool:
        check = self.checks[CANNED, question.name, target]
        return not check.note or check.note.startswith("not asked") or check.note.startswith("over")

    def _check(self, task: Task, question: Question, target: str) -> Check:
        return self.checks[AD_HOC if task.part == AD_HOC else CANNED, question.name, target]

    def _obstacle(self, task: Task, target: str) -> str:
        for question in task.questions:
            if note := self._check(task, question, target).note:
                return note if len(task.questions) == 1 else f"{question.name}: {note}"
        if self._seconds(task, target, FEWEST) > self.plan.longest:
            return f"not loaded: {self._each(task, target):.1f} s a query"
        return ""

    def _each(self, task: Task, target: str) -> float:
        """Seconds that one answer takes when nobody else asks."""
        if task.mode == REPEATED and target in (peers.OURS, peers.API):
            return 0.0  # an answer that was given before is not computed again
        return sum(self._check(task, one, target).seconds for one in task.questions) / len(task.questions)

    def _seconds(self, task: Task, target: str, answers: int) -> float:
        """Seconds that a load has to last so that each connection gets so many answers."""
        return answers * self._each(task, target) * max(1.0, task.connections / (os.cpu_count() or 1))

    def _load(self, task: Task, target: str, cell: Cell, *, unique: str) -> None:
        server = self._server(target)
        try:
            self._asked_and_loaded(task, target, cell, unique=unique)
        except (OSError, Refused, load.LoadFailed) as error:
            cell.note = f"went away under load ({error})"
        self._quiet(server)

    def _asked_and_loaded(self, task: Task, target: str, cell: Cell, *, unique: str) -> None:
        server, cold = self._server(target), task.mode == COLD
        requests = [
            (one.accept, address)
            for one in task.questions
            for address in one.targets(target)[: None if cold else MAX_REPEATED]
        ]
        if not cold:
            for accept, address in requests:
                ask(HOST, server.port, address, accept, self.plan.deadline + 1.0)
        seconds = max(self.plan.seconds, min(self.plan.longest, self._seconds(task, target, ENOUGH)))
        cell.rounds.append(
            load.run(
                server.port,
                requests,
                connections=task.connections,
                seconds=seconds,
                unique=unique if cold else "",
            )
        )

    def keep(self, asked: list[Question]) -> None:
        """How many answers a second that are kept, with the log that is the default, beside an application that does
        nothing but send one of them."""
        self.tell(f"{self.graph.name}: kept answers", 0)
        (question,) = (one for one in asked if one.name == QUICK[0])
        question = replace(question, name=KEPT_ANSWER, texts=question.texts[:1])
        ours, bare = (Server(name, self.graph, self.plan.deadline) for name in (peers.OURS, peers.GRANIAN))
        ours.more = ("--log", "text")
        with ours, bare:
            ours.start(questions.FIRST, self.rows, self.plan.start_limit)
            granian_app.save(ours.response, HOST, ours.port, question.target(ours.name), question.accept)
            rows = ask(HOST, ours.port, question.target(ours.name), question.accept, self.plan.deadline).rows
            bare.start(question, rows, self.plan.start_limit)
            servers = [ours, bare]
            cells = [Cell(self.graph.name, KEPT, KEPT_ANSWER, REPEATED, self.plan.main, one.name) for one in servers]
            for _ in range(max(KEPT_ROUNDS, self.plan.rounds)):
                for server, cell in zip(servers, cells, strict=True):
                    requests = [(question.accept, question.target(server.name))]
                    cell.rounds.append(
                        load.run(server.port, requests, connections=self.plan.main, seconds=self.plan.seconds)
                    )
        self.results.cells += cells
        self.results.about[KEPT_ANSWER] = "everything said about one thing, with the log that is the default"

    def press(self, asked: list[Question]) -> None:
        """What queries that never end, or want all memory, do to those who ask for little. We only: no peer has limits
        for both."""
        self.tell(f"{self.graph.name}: endless and hungry queries", 0)
        ours = self.servers[peers.OURS]
        quick = [one for one in asked if one.name in QUICK]
        requests = [(one.accept, address) for one in quick for address in one.targets(ours.name)[:MAX_REPEATED]]
        found = pressure.measure(self.graph.name, ours, requests, self.plan.rounds, self.plan.seconds)
        self.results.pressures.append(found)

    def attack(self, asked: list[Question], shown: list[Page]) -> None:
        """What one hostile client does to eight others, on a service of its own."""
        with Server(peers.OURS, self.graph, self.plan.deadline, more=hostile.SETTINGS) as server:
            server.start(questions.FIRST, self.rows, self.plan.start_limit)
            server.settle()

            def requests(name: str) -> list[tuple[str, str]]:
                (question,) = (one for one in asked if one.name == name)
                return [(question.accept, address) for address in question.targets(server.name)[:MAX_REPEATED]]

            others = {
                "kept answer": (requests("small join"), False),
                "look-up": (requests("point look-up"), True),
                "query": (requests("grouped count"), True),
                "page": (
                    [
                        ("text/html", f"{page.address}?lang=en&new=")
                        for page in shown[:MAX_REPEATED]
                        if "?" not in page.address
                    ],
                    True,
                ),
            }
            found = hostile.measure(
                self.graph.name,
                server,
                others,
                self.plan.seconds,
                lambda name: self.tell(f"real: {name}", 0),
            )
        self.results.hostile.append(found)

    def show(self, shown: list[Page]) -> None:
        """How long pages take beside their queries, on a service of its own that has no cache."""
        self.tell(f"{self.graph.name}: pages", 0)
        with Server(peers.OURS, self.graph, self.plan.deadline, more=pages.UNCACHED) as server:
            server.start(questions.FIRST, self.rows, self.plan.start_limit)
            server.settle()
            pages.measure(server.port, shown, self.plan.rounds * pages.REPEATS)
        self.results.pages += shown

    def finish(self) -> None:
        """Note the memory that the servers have after all this."""
        for name, server in self.servers.items():
            self.services[name].loaded = server.memory()
