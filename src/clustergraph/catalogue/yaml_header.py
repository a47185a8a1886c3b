"""The YAML in a query file's leading `#+` lines, with the line of the file that each part stands on.

All scalars are strings: `NO` is Norway, not false.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import yaml

from clustergraph.catalogue.errors import Problem

Report = Callable[[int, str], None]
"""Reports what is wrong with a line."""
ReadIri = Callable[["Entry"], str | None]
"""Reads an IRI or a prefixed name; None, after saying what is wrong, if it is neither."""

MARK = "#+"
MAX_DEPTH = 20
"""Levels of lists and maps in a header; a known key needs four."""
# The one written in C reads all headers in a tenth of the time; not every build of PyYAML has it.
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of the header: a string, a list or a map of further parts, and its line in the file."""

    value: str | list[Entry] | dict[str, Entry]
    line: int

    @property
    def text(self) -> str | None:
        """The string, without outer blanks; None for a list or a map."""
        return self.value.strip() if isinstance(self.value, str) else None

    @property
    def items(self) -> list[Entry]:
        """The entries of a list; none for anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def map(self) -> dict[str, Entry]:
        """The entries of a map; none for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    def text_of(self, key: str) -> str | None:
        """The string under a key of a map; None if there is none."""
        return self.map[key].text if key in self.map else None

    def check_keys(self, keys: Sequence[str], where: str, report: Report) -> None:
        """Report each key of a map that is not one of these."""
        for key, value in self.map.items():
            if key not in keys:
                report(value.line, f"The key {key!r} of {where} is not known; known are {', '.join(keys)}.")


def read_header(file: str, text: str, problems: list[Problem]) -> dict[str, Entry]:
    """The header of a query file. What is wrong with it is added to `problems`.

    >>> read_header("a.rq", "#+ summary: All\\nSELECT * {}", [])
    {'summary': Entry(value='All', line=1)}
    """
    numbered = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.lstrip().startswith(MARK)]
    if not numbered:
        return {}
    lines = [number for number, _ in numbered]
    # Some write a blank or a tab behind the mark, and some none.
    source = "\n".join(re.sub(r"^[ \t]|^\t*+", "", line.lstrip()[len(MARK) :]) for _, line in numbered)
    try:
        depth = 0
        for event in yaml.parse(source, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            fault = ""
            if isinstance(event, yaml.AliasEvent):  # what stands in two places, or in itself, has no line of its own
                fault = f"The header has an alias, *{event.anchor}; write out what it means."
            elif depth > MAX_DEPTH:
                fault = f"The header is nested more than {MAX_DEPTH} levels deep."
            if fault:
                line = lines[event.start_mark.line] if event.start_mark else lines[0]
                problems.append(Problem(file, line, fault))
                return {}
        node = yaml.compose(source, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = lines[min(mark.line, len(lines) - 1)] if mark else lines[0]
        problems.append(Problem(file, line, f"The header is not YAML: {error.problem or error.context}."))
        return {}
    except yaml.YAMLError as error:
        problems.append(Problem(file, lines[0], f"The header is not YAML: {error}."))
        return {}
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        problems.append(Problem(file, lines[0], "The header is not a map of keys and values."))
        return {}
    return _read_entry(node, file, lines, problems).map


def _read_entry(node: yaml.Node, file: str, lines: list[int], problems: list[Problem]) -> Entry:
    line = lines[min(node.start_mark.line, len(lines) - 1)]
    if isinstance(node, yaml.SequenceNode):
        return Entry([_read_entry(item, file, lines, problems) for item in node.value], line)
    if isinstance(node, yaml.MappingNode):
        entries: dict[str, Entry] = {}
        for key, value in node.value:
            key_line = lines[min(key.start_mark.line, len(lines) - 1)]
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is None:
                problems.append(Problem(file, key_line, "A key of the header is not a single word."))
            elif name in entries:
                problems.append(Problem(file, key_line, f"The key {name!r} stands here a second time."))
            else:
                entries[name] = Entry(_read_entry(value, file, lines, problems).value, key_line)
        return Entry(entries, line)
    return Entry(str(node.value), line)
