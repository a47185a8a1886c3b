"""The process that parses the files of a build: hostile ones cost it, and not the build, memory, time or a crash.

Started by `parser_process` as `python -m clustergraph.ingest.parser_main MEMORY DESCRIPTOR`. Each line of its standard
input names a file as JSON; the answer on standard output is frames (see `FRAME`) of N-Quads, and one of JSON at the
end. The process takes the network away from itself first, and `MEMORY` caps its address space, in MiB. The file with
that descriptor always holds the number of the line that is being read, which outlives this process.
"""

from __future__ import annotations

import contextlib
import io
import json
import mmap
import os
import signal
import struct
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from pyoxigraph import NamedNode, RdfFormat, serialize

from clustergraph.ingest.capped_process import cap_memory, cap_seconds
from clustergraph.ingest.parse import Parser
from clustergraph.ingest.problems import BuildError, Problem
from clustergraph.ingest.source import Source
from clustergraph.sandbox import close_network

FRAME = struct.Struct("!cI")
"""What a frame begins with: its kind, and how many bytes follow."""
DATA, END = b"D", b"E"
MAX_FRAME_BYTES = 1 << 18
LINE_NUMBER_BYTES = 8


class _FrameWriter(io.RawIOBase):
    """Writes what it gets as frames of data."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        data = bytes(data)
        self._out.write(FRAME.pack(DATA, len(data)) + data)
        return len(data)


def main(memory: int, descriptor: int) -> None:
    """Parse the files that are asked for until standard input closes."""
    close_network()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the build, which then ends this process
    line_number = memoryview(mmap.mmap(descriptor, LINE_NUMBER_BYTES)).cast("Q")
    cap_memory(memory)
    with contextlib.suppress(BrokenPipeError):
        for line in sys.stdin.buffer:
            end = json.dumps(_parse(json.loads(line), sys.stdout.buffer, line_number)).encode()
            sys.stdout.buffer.write(FRAME.pack(END, len(end)) + end)
            sys.stdout.buffer.flush()


def _parse(request: dict[str, Any], out: BinaryIO, line_number: memoryview[int]) -> dict[str, Any]:
    """Write the file's quads; what else is to be known of it."""
    cap_seconds(request["seconds"])
    form = RdfFormat.from_media_type(request["media_type"])
    assert form is not None
    source = Source(Path(request["path"]), request["name"], "", form, "data")
    contexts = {address: Path(file) for address, file in request["contexts"].items()}
    graph = NamedNode(request["graph"])
    parser = Parser(source, request["base"], graph, line_number, request["bad_iris"], contexts)
    problems: Sequence[Problem] = parser.problems
    try:
        with io.BufferedWriter(_FrameWriter(out), MAX_FRAME_BYTES) as frames:
            serialize(parser, frames, RdfFormat.N_QUADS)
    except BuildError as error:
        problems = error.problems
    return {
        "prefixes": parser.prefixes,
        "bytes": parser.bytes,
        "sha256": parser.sha256,
        "problems": [asdict(problem) for problem in problems],
    }


if __name__ == "__main__":
    os.environ.pop("RUST_BACKTRACE", None)
    main(int(sys.argv[1]), int(sys.argv[2]))
