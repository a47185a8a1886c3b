"""The figures of a run, as values that can be written to a file and read again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.hostile import Hostile
from bench.library import Library
from bench.load import Load
from bench.pages import Page
from bench.pressure import Pressure

COLD = "cold"
REPEATED = "repeated"

AD_HOC = "ad-hoc"
CANNED = "canned"
MIX = "mix"
KEPT = "kept"
PRESSURE = "pressure"
HOSTILE = "hostile"
FRAMES = "frames"
PAGES = "pages"


@dataclass(slots=True)
class Cell:
    """One query (or the mix) on one graph and server under so many connections: a Load for each round.

    `note` says why there are none.
    """

    graph: str
    part: str
    query: str
    mode: str
    connections: int
    server: str
    rounds: list[Load] = field(default_factory=list)
    note: str = ""

    @property
    def rate(self) -> float:
        """Right answers a second: the median of the rounds; 0 if there was none."""
        return median(load.rate for load in self.rounds) if self.rounds else 0.0

    def latency(self, name: str) -> float:
        """The median over the rounds of a latency (`p50`, `p95`, `p99`), in seconds."""
        return float(median(getattr(load, name) for load in self.rounds)) if self.rounds else 0.0

    @property
    def errors(self) -> int:
        """Answers that were refused or never came, in all rounds."""
        return sum(load.refused + load.broken for load in self.rounds)


@dataclass(slots=True)
class Check:
    """What one server answered to one query before any timing: rows and seconds, or what went wrong."""

    graph: str
    part: str
    query: str
    server: str
    rows: int | None
    seconds: float
    note: str = ""


@dataclass(slots=True)
class Service:
    """A server on a graph: seconds from its start to the first right answer, for each round; bytes of memory."""

    graph: str
    server: str
    starts: list[float] = field(default_factory=list)
    idle: int = 0
    loaded: int = 0
    command: str = ""
    note: str = ""


@dataclass(slots=True)
class Results:
    """Everything that one run found out."""

    date: str
    command: str
    machine: dict[str, str]
    versions: dict[str, str]
    generator: str
    rounds: int
    seconds: float
    deadline: int
    graphs: dict[str, int] = field(default_factory=dict)
    """Triples by graph."""
    prepared: dict[str, dict[str, float]] = field(default_factory=dict)
    """Seconds by graph and step, for what was built or loaded in this run."""
    services: list[Service] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    pressures: list[Pressure] = field(default_factory=list)
    hostile: list[Hostile] = field(default_factory=list)
    libraries: list[Library] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)
    """What each query asks for."""
    resumed: list[str] = field(default_factory=list)
    """The graphs that were measured by another run, which went on with this one."""

    def save(self, path: Path) -> None:
        """Write everything as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Results:
        """What `save` wrote."""
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        told["services"] = [Service(**one) for one in told["services"]]
        told["checks"] = [Check(**one) for one in told["checks"]]
        told["cells"] = [Cell(**{**one, "rounds": [Load(**load) for load in one["rounds"]]}) for one in told["cells"]]
        loads = ("quiet", "pinned")
        told["pressures"] = [
            Pressure(**{**one, **{name: [Load(**load) for load in one[name]] for name in loads}})
            for one in told.get("pressures", ())
        ]
        told["hostile"] = [_hostile(one) for one in told.get("hostile", ())]
        told["libraries"] = [Library(**one) for one in told.get("libraries", ())]
        told["pages"] = [Page(**one) for one in told.get("pages", ())]
        return cls(**told)


def _hostile(one: dict[str, Any]) -> Hostile:
    def loads(of: dict[str, dict[str, Any]]) -> dict[str, Load]:
        return {kind: Load(**load) for kind, load in of.items()}

    attacked = {attack: loads(of) for attack, of in one["attacked"].items()}
    return Hostile(one["graph"], loads(one["quiet"]), attacked)
