"""Parsing in a process of its own, with a cap on its memory and its time; see `parser_main`.

A file that is a trap (entities that multiply, terms nested without end) ends that process, and the build reports it as
a problem of that file, with the line that was being read.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from clustergraph.ingest.capped_process import cause_of_death
from clustergraph.ingest.fingerprint import FileState
from clustergraph.ingest.parse import BadIris, too_long
from clustergraph.ingest.parse_limits import DEFAULT_LIMITS, ParseLimits
from clustergraph.ingest.parser_main import END, FRAME, LINE_NUMBER_BYTES, MAX_FRAME_BYTES
from clustergraph.ingest.problems import BuildError, Problem
from clustergraph.ingest.source import Source


class ParserProcess:
    """Parses one file after the other, in a process that is started when it is first needed, and again when it died.

    Use it as a context manager. `states` is what was read: size and SHA-256 of each file that was parsed to its end,
    and `problems` the warnings about it.
    `bad_iris` and `contexts` are those of a `Parser`.
    """

    def __init__(
        self,
        limits: ParseLimits = DEFAULT_LIMITS,
        bad_iris: BadIris = "encode",
        contexts: Mapping[str, Path] | None = None,
    ) -> None:
        self.limits = limits
        self.bad_iris = bad_iris
        self.contexts = {address: str(file) for address, file in (contexts or {}).items()}
        self.states: dict[Source, FileState] = {}
        self.problems: dict[Source, tuple[Problem, ...]] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as this object is in use
        self._line_number = os.fdopen(_memory_file(), "r+b", buffering=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()
        self._errors.close()
        self._line_number.close()

    def request(self, source: Source, base: str, graph: str) -> BinaryIO:
        """Ask for a file; the answer is read from what is returned."""
        if self._process is None:
            self._errors.seek(0)
            self._errors.truncate()
            descriptor = self._line_number.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "clustergraph.ingest.parser_main", str(self.limits.memory), str(descriptor)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                pass_fds=[descriptor],
            )
        os.pwrite(self._line_number.fileno(), bytes(LINE_NUMBER_BYTES), 0)
        request = {
            "path": str(source.path),
            "name": source.name,
            "media_type": source.format.media_type,
            "base": source.resolves_against(base),
            "graph": graph,
            "bad_iris": self.bad_iris,
            "contexts": self.contexts,
            "seconds": self.limits.seconds_for(source),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):  # it died, which whoever reads the answer finds out
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        return cast(BinaryIO, self._process.stdout)

    def end(self) -> int:
        """End the process, whatever it does; the code that it ended with."""
        process, self._process = self._process, None
        if process is None:
            return 0
        assert process.stdin is not None
        assert process.stdout is not None
        process.kill()
        process.stdout.close()
        with suppress(BrokenPipeError):
            process.stdin.close()
        return process.wait()

    @property
    def line_number(self) -> int | None:
        """The line that the process is reading, or was when it died."""
        return int.from_bytes(os.pread(self._line_number.fileno(), LINE_NUMBER_BYTES, 0), sys.byteorder) or None

    def cause_of_death(self, source: Source) -> Problem:
        """Why the process died over a file, as a problem of that file."""
        assert self._process is not None
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)  # its output is closed, so it is about to be gone
        code = self.end()
        self._errors.seek(0)
        seconds = self.limits.seconds_for(source)
        reason = cause_of_death(
            code, self._errors.read(4096), "Reading it", self.limits.memory, seconds, "--parse-seconds"
        )
        return Problem(f"{reason}.", rule="parse limits", file=source.name, line=self.line_number)


def _memory_file() -> int:
    """The descriptor of a file with room for a line number; in memory where the system has such files."""
    if sys.platform == "linux":
        descriptor = os.memfd_create("line-number")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.pwrite(descriptor, bytes(LINE_NUMBER_BYTES), 0)
    return descriptor


class ParsedFile:
    """A file that a ParserProcess reads: iterate over it for the quads, as over a `Parser`.

    `prefixes` are there when the iteration is over. Raises BuildError as `Parser` does, when reading passes a limit,
    and when the file is another one than when it was parsed before.
    """

    def __init__(self, process: ParserProcess, source: Source, base: str, graph: NamedNode) -> None:
        self.process = process
        self.source = source
        self.base = base
        self.graph = graph
        self.prefixes: dict[str, str] = {}

    def __iter__(self) -> Iterator[Quad]:
        frames = _FrameReader(self.process.request(self.source, self.base, self.graph.value))
        try:
            yield from parse(io.BufferedReader(frames, MAX_FRAME_BYTES), RdfFormat.N_QUADS)
        except EOFError:
            raise BuildError([self.process.cause_of_death(self.source)]) from None
        except MemoryError:
            raise BuildError([too_long(self.source, self.process.line_number)]) from None
        finally:
            if not frames.end:
                self.process.end()
        self.prefixes = frames.end["prefixes"]
        self.process.problems[self.source] = frames.problems
        state = FileState(self.source, frames.end["bytes"], frames.end["sha256"])
        if self.process.states.setdefault(self.source, state) != state:
            raise BuildError([Problem("The file changed while the build read it; build again.", file=self.source.name)])


class _FrameReader(io.RawIOBase):
    """The data of an answer. `end` is what the frame after the data says; violations in it are raised as a BuildError.

    Raises EOFError where the process dies before.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._missing = 0
        self.end: dict[str, Any] = {}
        self.problems: tuple[Problem, ...] = ()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.end:
            return 0
        if not self._missing:
            kind, self._missing = FRAME.unpack(self._exactly(FRAME.size))
            if kind == END:
                self.end = json.loads(self._exactly(self._missing))
                self.problems = tuple(Problem(**problem) for problem in self.end["problems"])
                if any(problem.severity == "violation" for problem in self.problems):
                    raise BuildError(self.problems)
                return 0
        view = memoryview(buffer)
        part = self._exactly(min(self._missing, len(view)))
        view[: len(part)] = part
        self._missing -= len(part)
        return len(part)

    def _exactly(self, size: int) -> bytes:
        part = self._file.read(size)
        if len(part) < size:
            raise EOFError
        return part
