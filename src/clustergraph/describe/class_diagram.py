"""A drawing of a model: a card for each class with its properties, and a line from each property to its range.

Cards stand in columns: a class to the left of those that its properties lead to and of those below it. Colours are
plain attributes that can be read on light and on dark paper, so the file needs no style sheet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape

WIDTH, GAP = 200, 84
"""Of a card, and between columns; in pixels as all here."""
HEAD, ROW, BELOW, SPACE, MARGIN = 30, 19, 8, 26, 16
LETTERS = 26
"""How many letters fit into a row."""
INK, CARD, TITLE, QUIET = "#1c2b33", "#f2f5f4", "#cfe0e0", "#52636b"
COLOURS = ("#6b7f87", "#3f8794", "#a3733c", "#8a6aa8", "#5d8a4c", "#b0607a")
"""Of lines; each card's lines share one."""


@dataclass(slots=True)
class Card:
    """A class to draw: its title, where it leads, and rows of text with the card that each leads to, if any."""

    key: str
    title: str
    href: str = ""
    rows: list[tuple[str, str]] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    """Cards of its super-classes."""
    x: float = 0
    y: float = 0

    @property
    def height(self) -> float:
        """How tall it is."""
        return HEAD + ROW * len(self.rows) + (BELOW if self.rows else 0)


def draw(cards: Sequence[Card], title: str, legend: str) -> str:
    """The drawing as an SVG file. `title` names it, `legend` explains the dashed line."""
    placed = {card.key: card for card in cards}
    columns = _arrange_columns(placed)
    heights = [sum(card.height + SPACE for card in column) - SPACE for column in columns]
    tallest = max(heights, default=0.0)
    for number, (column, height) in enumerate(zip(columns, heights, strict=True)):
        y = MARGIN + (tallest - height) / 2
        for card in column:
            card.x, card.y = MARGIN + number * (WIDTH + GAP), y
            y += card.height + SPACE
    for card in cards:
        # Rows in the order of what they lead to, so that their lines do not cross.
        card.rows.sort(key=lambda row: (row[1] not in placed, placed[row[1]].y if row[1] in placed else 0))
    width = 2 * MARGIN + max(len(columns), 1) * WIDTH + max(len(columns) - 1, 0) * GAP + 40
    height = tallest + 2 * MARGIN + 28
    lines, boxes = [], []
    for number, card in enumerate(cards):
        colour = COLOURS[number % len(COLOURS)]
        for row, (_, target) in enumerate(card.rows):
            if target in placed:
                lines.append(_draw_line(card, card.y + HEAD + ROW * (row + 0.5), placed[target], colour))
        lines += [
            _draw_line(card, card.y + HEAD / 2, placed[above], QUIET, dashed=True)
            for above in card.above
            if above in placed
        ]
        boxes.append(_draw_card(card))
    foot = f'<text x="{MARGIN}" y="{height - MARGIN + 2:g}" font-size="12" fill="#75868d">{escape(legend)}</text>'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
            f'height="{height:g}" font-family="system-ui, sans-serif" role="img" aria-labelledby="title">',
            f'<title id="title">{escape(title)}</title>',
            '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0 0 8 4 0 8z" fill="#6b7f87"/></marker></defs>',
            *lines,
            *boxes,
            foot,
            "</svg>\n",
        ]
    )


def _arrange_columns(cards: dict[str, Card]) -> list[list[Card]]:
    """Cards by column, each column in the order that crosses few lines."""
    links: dict[str, list[str]] = {key: [] for key in cards}
    for card in cards.values():
        for _, target in card.rows:
            if target in cards and target != card.key and target not in links[card.key]:
                links[card.key].append(target)
        for above in card.above:
            if above in cards and above != card.key:
                links[above].append(card.key)
    levels = _assign_levels(links)
    columns: list[list[Card]] = [[] for _ in range(max(levels.values(), default=-1) + 1)]
    for key in sorted(cards, key=lambda key: (-len(cards[key].rows), cards[key].title)):
        columns[levels[key]].append(cards[key])
    near: dict[str, list[str]] = defaultdict(list)
    for start, ends in links.items():
        for end in ends:
            near[start].append(end)
            near[end].append(start)
    for _ in range(6):
        for sweep in (columns, list(reversed(columns))):
            place = {card.key: (at + 0.5) / len(column) for column in columns for at, card in enumerate(column)}
            for column in sweep:
                column.sort(key=partial(_rank, place, near))
                place.update({card.key: (at + 0.5) / len(column) for at, card in enumerate(column)})
    return [column for column in columns if column]


def _rank(place: dict[str, float], near: dict[str, list[str]], card: Card) -> tuple[float, str]:
    """The average place of a card's neighbours."""
    neighbours = [place[neighbour] for neighbour in near[card.key]]
    return (sum(neighbours) / len(neighbours) if neighbours else 1.0, card.title)


def _assign_levels(links: dict[str, list[str]]) -> dict[str, int]:
    """The column of each card: one more than the furthest that leads to it. Ways that lead back do not count."""
    reached: dict[str, int] = defaultdict(int)
    for ends in links.values():
        for end in ends:
            reached[end] += 1
    # Whatever leads on to most is where reading starts.
    order = sorted(links, key=lambda key: (reached[key] > 0, reached[key] - 2 * len(links[key]), key))
    finished: list[str] = []
    forward: dict[str, list[str]] = defaultdict(list)
    in_progress: set[str] = set()
    seen: set[str] = set()

    def visit(key: str) -> None:
        seen.add(key)
        in_progress.add(key)
        for end in links[key]:
            if end in in_progress:
                continue
            forward[key].append(end)
            if end not in seen:
                visit(end)
        in_progress.discard(key)
        finished.append(key)

    for key in order:
        if key not in seen:
            visit(key)
    levels = dict.fromkeys(links, 0)
    for key in reversed(finished):
        for end in forward[key]:
            levels[end] = max(levels[end], levels[key] + 1)
    return levels


def _draw_card(card: Card) -> str:
    x, y = card.x, card.y
    title = _shorten(card.title)
    name = f'<text x="{x + 10:g}" y="{y + 20:g}" font-weight="600" font-size="14" fill="{INK}">{title}</text>'
    head = (
        f"M{x:g} {y + HEAD:g}v{6 - HEAD}a6 6 0 0 1 6 -6h{WIDTH - 12}a6 6 0 0 1 6 6v{HEAD - 6}z"
        if card.rows
        else f"M{x:g} {y + 6:g}a6 6 0 0 1 6 -6h{WIDTH - 12}a6 6 0 0 1 6 6v{HEAD - 12}"
        f"a6 6 0 0 1 -6 6h{12 - WIDTH}a6 6 0 0 1 -6 -6z"
    )
    parts = [
        f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{card.height:g}" rx="6" fill="{CARD}" stroke="#8fa3a8"/>',
        f'<path d="{head}" fill="{TITLE}"/>',
        f'<a href="{escape(card.href)}">{name}</a>' if card.href else name,
    ]
    for row, (text, target) in enumerate(card.rows):
        at, colour = y + HEAD + ROW * row + 15, INK if target else QUIET
        parts.append(f'<text x="{x + 10:g}" y="{at:g}" font-size="12.5" fill="{colour}">{_shorten(text)}</text>')
    return "".join(parts)


def _draw_line(card: Card, y: float, target: Card, colour: str, *, dashed: bool = False) -> str:
    """From a row to the head of a card: out at the side that faces it."""
    end_y = target.y + HEAD / 2
    if target.x > card.x:
        start, end, out, into = card.x + WIDTH, target.x - 1, 1, -1
    elif target.x < card.x:
        start, end, out, into = card.x, target.x + WIDTH + 1, -1, 1
    else:
        start, end, out, into = card.x + WIDTH, target.x + WIDTH + 1, 1, 1
    bend = max(36.0, min(90.0, abs(end - start) / 2))
    path = f"M{start:g} {y:g}C{start + out * bend:g} {y:g} {end + into * bend:g} {end_y:g} {end:g} {end_y:g}"
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4"{dash} marker-end="url(#end)"/>'


def _shorten(text: str) -> str:
    return escape(text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…")
