"""The process in which pySHACL runs: shapes hold SPARQL, which could reach out, so it has no network and opens no file.

Started by `shacl` as `python -m clustergraph.ingest.shacl_main MEMORY SECONDS`, which cap its address space (MiB) and
its processor time. N-Quads come on standard input, the data in the default graph and the shapes in a named one. The
results go to standard output as N-Triples, behind a line of JSON: why the shapes cannot be used, or an empty text.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pyshacl
import rdflib

from clustergraph.ingest.capped_process import cap_memory, cap_seconds
from clustergraph.rdf.conversion import add_triple, quiet
from clustergraph.sandbox import close_network

_MODULES = (".py", ".pyc", ".so")


def main(memory: int, seconds: float) -> None:
    """Validate what standard input holds."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the build, which then ends this process
    close_network()
    cap_memory(memory)
    cap_seconds(seconds)
    sys.addaudithook(_refuse_to_reach_out)
    data, shapes = rdflib.Graph(), rdflib.Graph()
    with quiet():
        for quad in ox.parse(sys.stdin.buffer, ox.RdfFormat.N_QUADS):
            add_triple(data if isinstance(quad.graph_name, ox.DefaultGraph) else shapes, quad)
        reason = ""
        results = rdflib.Graph()
        try:
            _, results, text = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
            if not isinstance(results, rdflib.Graph):  # it failed in a way that pySHACL knows
                reason, results = text.strip(), rdflib.Graph()
        except MemoryError:
            raise  # which `shacl` reports
        except Exception as error:  # shapes hold SPARQL and patterns, whose libraries have errors of their own
            reason = str(error) or type(error).__name__
    sys.stdout.buffer.write(json.dumps(reason).encode() + b"\n" + results.serialize(format="nt", encoding="utf-8"))


def _refuse_to_reach_out(event: str, arguments: tuple[Any, ...]) -> None:
    """What holds on systems without `close_network`, too; and no file is opened but modules that are not loaded yet."""
    if event == "open" and isinstance(arguments[0], str) and not arguments[0].endswith(_MODULES):
        raise PermissionError(f"Shapes may not open files: {Path(arguments[0]).name}")
    if event.startswith(("socket.", "subprocess.", "urllib.")):
        raise PermissionError("Shapes may not reach out to other services")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
