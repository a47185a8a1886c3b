"""The progress of a build or a push on the terminal: a bar while a step runs, a line when it is done."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from clustergraph.progress import Progress


@contextmanager
def show_progress(quiet: bool = False) -> Iterator[Progress]:
    """Progress on standard error, if that is a terminal; otherwise nothing is shown."""
    if quiet or not sys.stderr.isatty():
        from clustergraph.progress import Silent

        yield Silent()
        return

    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
    )
    bars = Progress(*columns, console=Console(stderr=True), transient=True)
    try:
        yield _Shown(bars)
    finally:
        bars.stop()


class _Shown:
    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._step = ""
        self._began = 0.0
        self._task: TaskID | None = None

    def start(self, step: str, total: int | None = None) -> None:
        self._bars.start()  # where nothing is to be done, nothing is drawn
        self._clear()
        self._step, self._began = step, time.monotonic()
        self._task = self._bars.add_task(step, total=total)

    def advance(self, count: int) -> None:
        if self._task is not None:
            self._bars.advance(self._task, count)

    def done(self, note: str = "") -> None:
        self._clear()
        seconds = time.monotonic() - self._began
        self._bars.console.print(f"{self._step:<9} {note} [dim]({seconds:.1f} s)[/dim]", highlight=False)

    def _clear(self) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None
