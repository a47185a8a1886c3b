"""What parsing one file may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clustergraph.ingest.source import Source

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """What reading one file may take, so that a file that is a trap cannot take everything."""

    memory: int = 4096
    """MiB of address space; for checking the shapes, too."""
    seconds: float = 20.0
    """Seconds of processor time, besides one for each MiB of the file (5 where it is compressed)."""
    shapes_seconds: float = 300.0
    """Seconds of processor time for checking the shapes, besides one for each 1,000 triples."""

    def seconds_for(self, source: Source) -> float:
        """How much processor time this file may take."""
        try:
            size = source.path.stat().st_size / MIB
        except OSError:
            size = 0  # which the parser reports
        return self.seconds + size * (5 if source.compressed else 1)


DEFAULT_LIMITS = ParseLimits()
