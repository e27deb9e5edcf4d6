"""The formats of `workshop/plans.toml`: blocks of cells, checked against the notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from scripts.workshop.lessons import EXERCISES, LESSONS, ROOT, Lesson
from threatlab.catalog.entry import Entry, read_entries

FILE = ROOT / "workshop" / "plans.toml"


@dataclass(frozen=True)
class Block:
    """A part of a format. `run`, `show` and `late` are ids of its notebook's cells; a break has no notebook."""

    title: str
    minutes: int
    notebook: str
    show: tuple[str, ...]
    run: tuple[str, ...]
    late: tuple[str, ...]
    ask: str
    expect: tuple[str, ...]
    fallback: str

    @property
    def lesson(self) -> Lesson | None:
        """The lesson whose cells these are; None for a break and for exercises."""
        return LESSONS.get(self.notebook)

    def cells(self, *, late: bool = False) -> list[str]:
        """Return the ids of its cells in the order of the notebook; when it is late, without those to leave out."""
        chosen = {*self.show, *self.run} - ({*self.late} if late else set())
        return [cell.id for cell in self.lesson.cells if cell.id in chosen] if self.lesson else []


@dataclass(frozen=True)
class Plan:
    """A format: `days` are the minutes of each day or sitting; a `guided` one has somebody who talks."""

    id: str
    title: str
    who: str
    guided: bool
    days: tuple[int, ...]
    blocks: tuple[Block, ...]

    @cached_property
    def by_day(self) -> list[list[tuple[int, Block]]]:
        """The blocks of each day, each with the minute at which it begins.

        A day ends with the block that fills it; blocks that overrun it are all in the last one.
        """
        days: list[list[tuple[int, Block]]] = [[]]
        clock = 0
        for block in self.blocks:
            if clock >= self.days[min(len(days), len(self.days)) - 1] and len(days) < len(self.days):
                days.append([])
                clock = 0
            days[-1].append((clock, block))
            clock += block.minutes
        return days

    def taken(self, notebook: str) -> set[str]:
        """Return the ids of all cells of a notebook that the format shows or runs."""
        return {cell for block in self.blocks if block.notebook == notebook for cell in block.cells()}

    def practiced(self) -> set[str]:
        """Return the ideas of the lesson that a cell which everybody runs covers."""
        return {
            idea for block in self.blocks if block.lesson for cell in block.run for idea in block.lesson.covers(cell)
        }


def read_plans() -> tuple[Plan, ...]:
    """Return the formats, in the order of the file.

    Raises
    ------
    CatalogError
        If an entry is broken or names what isn't there; the message names the format, the block and the field.
    """
    return tuple(_plan(entry) for entry in read_entries(FILE))


def _plan(entry: Entry) -> Plan:
    days = tuple(entry.value("days", list, "a list of minutes"))
    blocks = []
    for number, table in enumerate(entry.value("blocks", list, "a list of blocks"), 1):
        part = Entry(entry.file, f"{entry.id}, block {number}", table)
        blocks.append(_block(part))
        part.finish()
    guided = entry.value("guided", bool, "true or false")
    plan = Plan(entry.id, entry.text("title"), entry.text("who"), guided, days, tuple(blocks))
    entry.finish()
    for number, (day, minutes) in enumerate(zip(plan.by_day, days, strict=False), 1):
        if (took := sum(block.minutes for _, block in day)) != minutes:
            raise entry.error("days", f"says {minutes} minutes for day {number}, and its blocks take {took}")
    if len(plan.by_day) != len(days):
        raise entry.error("days", f"says {len(days)} days, and its blocks fill {len(plan.by_day)}")
    return plan


def _block(entry: Entry) -> Block:
    notebook = entry.choice("notebook", [*LESSONS, *EXERCISES]) if "notebook" in entry.table else ""
    show, run, late = (tuple(_cells(entry, name, notebook)) for name in ("show", "run", "late"))
    if stray := [cell for cell in late if cell not in (*show, *run)]:
        raise entry.error("late", f"leaves out {stray[0]!r}, which the block neither shows nor runs")
    return Block(
        title=entry.text("title"),
        minutes=int(entry.number("minutes")),
        notebook=notebook,
        show=show,
        run=run,
        late=late,
        ask=entry.text("ask") if "ask" in entry.table else "",
        expect=tuple(entry.value("expect", list, "a list of texts")) if "expect" in entry.table else (),
        fallback=entry.text("fallback") if "fallback" in entry.table else "",
    )


def _cells(entry: Entry, name: str, notebook: str) -> Iterator[str]:
    """Yield the ids that a field names; "a..b" are those from a to b."""
    for text in entry.value(name, list, "a list of ids of cells") if name in entry.table else ():
        ids = [cell.id for cell in LESSONS[notebook].cells] if notebook in LESSONS else []
        first, _, last = text.partition("..")
        for each in (first, last or first):
            if each not in ids:
                raise entry.error(name, f"{each!r} is no cell of {notebook or 'a break'}")
        yield from ids[ids.index(first) : ids.index(last or first) + 1]
