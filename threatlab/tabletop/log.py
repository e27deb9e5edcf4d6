"""The incident log of an exercise, and the lessons that its decisions teach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from threatlab.catalog import catalog
from threatlab.checks import Unchangeable
from threatlab.tabletop.records import Story

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class LogEntry(Unchangeable):
    """One decision and what followed.

    `hours` is the story's time, in hours from its start, at which the message lay on the table; `clock` says it as a
    time of day. `decision` is an option's id, or "nobody"; `by` is the role that took it, "" if nobody did. `effect` is
    what it added to each figure, waiting included. `helped` and `missing` are ids of controls: those in place that it
    leaned on, and those that would have led elsewhere. `minutes` are real ones; `late` is an option that came too late.
    `taken_back` are the texts of what was decided here first, and taken back.
    """

    inject: str
    title: str
    hours: float
    clock: str
    by: str
    decision: str
    text: str
    consequence: str
    effect: Mapping[str, float]
    helped: tuple[str, ...]
    missing: tuple[str, ...]
    keep: tuple[str, ...]
    change: tuple[str, ...]
    note: str = ""
    minutes: float = 0.0
    late: str = ""
    taken_back: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as JSON-ready values."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        lists = {name: list(value) for name, value in values.items() if isinstance(value, tuple)}
        return {**values, **lists, "effect": dict(self.effect)}


@dataclass(frozen=True, slots=True)
class IncidentLog:
    """What happened in an exercise, in its order: an entry for each decision, "nobody" included."""

    entries: tuple[LogEntry, ...] = ()

    def __iter__(self) -> Iterator[LogEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, number: int) -> LogEntry:
        return self.entries[number]

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the entries as JSON-ready values."""
        return [entry.to_dict() for entry in self.entries]

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas DataFrame: a row per decision, numbered from 1."""
        import pandas as pd

        columns = ("clock", "by", "title", "decision", "text", "consequence", "note")
        rows = [{"time": entry.clock, **{name: getattr(entry, name) for name in columns[1:]}} for entry in self.entries]
        frame = pd.DataFrame(rows, columns=["time", *columns[1:]])
        return frame.set_axis(range(1, len(rows) + 1), axis=0).rename_axis("entry").rename(columns={"title": "inject"})


@dataclass(frozen=True, slots=True)
class Task:
    """Who sees to a lesson ("": nobody yet), and the day until which."""

    who: str = ""
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """One thing that the exercise taught.

    `kind` is "keep" if it went well, else "change". `because` are the titles of the injects that showed it. `control`
    is the catalog's that makes it so, `owner` the role that usually puts it in place, `in_place` whether the system has
    it (None: nobody knows). `policy` is a line to put into the response plan; `task` is who sees to it.
    """

    id: str
    kind: str
    text: str
    because: tuple[str, ...]
    control: str
    owner: str
    in_place: bool | None
    policy: str
    task: Task = Task()

    def to_dict(self) -> dict[str, Any]:
        """Return the lesson as JSON-ready values."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "task"}
        due = self.task.due.isoformat() if self.task.due else None
        return {**values, "because": list(self.because), "who": self.task.who, "due": due}


@dataclass(slots=True)
class _Seen:
    keep: list[str] = field(default_factory=list)
    change: list[str] = field(default_factory=list)


def lessons(story: Story, log: IncidentLog, known: Mapping[str, bool], tasks: Mapping[str, Task]) -> tuple[Lesson, ...]:
    """Return what a log teaches, each lesson once: what to change first, then what to keep.

    What went well once and badly another time is to be changed.
    """
    seen: dict[str, _Seen] = {}
    for entry in log:
        for name in entry.keep:
            seen.setdefault(name, _Seen()).keep.append(entry.title)
        for name in entry.change:
            seen.setdefault(name, _Seen()).change.append(entry.title)
    found = []
    for name, where in seen.items():
        moral, change = story.morals[name], bool(where.change)
        found.append(
            Lesson(
                id=name,
                kind="change" if change else "keep",
                text=moral.change if change else moral.keep,
                because=tuple(dict.fromkeys(where.change if change else where.keep)),
                control=moral.control,
                owner=catalog().controls[moral.control].role,
                in_place=known.get(moral.control),
                policy=moral.policy,
                task=tasks.get(name, Task()),
            )
        )
    return tuple(sorted(found, key=lambda lesson: lesson.kind != "change"))
