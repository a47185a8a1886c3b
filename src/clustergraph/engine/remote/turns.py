"""At most so many at once, and a bounded queue of those who wait: the same rules as those of the embedded readers."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from clustergraph.engine.errors import Busy, EngineDown
from clustergraph.engine.pool import Counts, Limits


class Turns:
    """Lets `limits.readers` questions run and `limits.queue` wait for up to `limits.queue_seconds`."""

    def __init__(self, limits: Limits) -> None:
        self.counts = Counts()
        self._limits = limits
        self._free = threading.Condition()
        self._closed = False

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """A turn for the length of the block. Raises Busy where there is none in time, and EngineDown when closed."""
        with self._free:
            self._wait()
            self.counts.running += 1
        try:
            yield
        finally:
            with self._free:
                self.counts.running -= 1
                self._free.notify()

    def close(self) -> None:
        """Let nobody in any more; those who wait get EngineDown."""
        with self._free:
            self._closed = True
            self._free.notify_all()

    def _may_run(self) -> bool:
        return self._closed or self.counts.running < self._limits.readers

    def _wait(self) -> None:
        if not self._may_run():
            if self.counts.waiting >= self._limits.queue:
                self.counts.refused["full"] += 1
                raise Busy(
                    f"{self._limits.readers} queries run at the engine and {self.counts.waiting} wait already.", 2
                )
            self.counts.waiting += 1
            try:
                if not self._free.wait_for(self._may_run, self._limits.queue_seconds):
                    self.counts.refused["waited"] += 1
                    waited = f"{self._limits.queue_seconds:g} s"
                    raise Busy(f"{self._limits.readers} queries run at the engine; this one waited {waited}.", 5)
            finally:
                self.counts.waiting -= 1
        if self._closed:
            raise EngineDown("The service is stopping.")
