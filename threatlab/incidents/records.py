"""The documented incidents of the catalog: their published steps, and which control does what about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from threatlab.catalog import CLAIM_CAP, Attacker, Control, Technique, catalog
from threatlab.catalog.entry import Entry, read_tables
from threatlab.catalog.read import Lists, read_atlas, read_attacker
from threatlab.checks import check_choice
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.system import AISystem, load_system
from threatlab.words import PRECISIONS, date_in_words, listed

WAYS = {"preventive": "slows", "detective": "sees", "corrective": "limits"}
"""What a control does about a step that it doesn't stop, by its effect."""

STOPS = CLAIM_CAP
"""Share of attempts that end at a control which would have refused the step as published: never all of them, since
nothing that is in place works always."""


@dataclass(frozen=True, slots=True)
class Bearing:
    """What one control does about one step: "stops", "slows", "sees" or "limits".

    `share` (0..1) of the attempts end there; it is 0.0 where the control sees or limits. For "slows" it is the
    catalog's effectiveness against the step's threat: a share of that threat's risk over a year, used here for one of
    attempts for want of a better figure. `why` is our reading of the published step; it is empty where
    the catalog's technique alone connects the two.
    """

    control: str
    way: str
    share: float
    why: str


@dataclass(frozen=True, slots=True)
class Step:
    """One published step of an incident, with the controls that bear on it, strongest first.

    `reach` is "yours" if the step touches the victim's own system, else "attacker": then nothing bears on it and
    `threat` is "".
    """

    tactic: Technique
    technique: Technique
    what: str
    reach: str
    threat: str
    bearings: tuple[Bearing, ...]

    def bearings_of(self, system: AISystem) -> tuple[Bearing, ...]:
        """Return what the controls that `system` has in place do about the step, by the system's own catalog."""
        controls = system.catalog.controls
        in_place = (bearing for bearing in self.bearings if bearing.control in system.true)
        bearings = (
            each if each.way == "stops" else _bearing(controls[each.control], self.threat, each.why)
            for each in in_place
        )
        return tuple(sorted(bearings, key=lambda bearing: -bearing.share))


@dataclass(frozen=True, slots=True)
class Incident:
    """A documented incident. `id` is also the name of the built-in system that it happened to, unless `victim` is one.

    `precision` says how exact `date` is: "day", "month" or "year". `case` is its id in MITRE ATLAS, or in the books of
    whoever wrote its file. `attacker` is who it was (its `why` begins with "stated" or "our reading"), or None if
    an incident of one's own doesn't say.
    """

    id: str
    case: str
    title: str
    date: date
    precision: str
    threat: str
    summary: str
    steps: tuple[Step, ...]
    attacker: Attacker | None = None
    victim: AISystem | None = None

    @property
    def when(self) -> str:
        """The date, as exactly as it is known."""
        return date_in_words(self.date, self.precision)

    @property
    def system(self) -> AISystem:
        """The system that it happened to; its notes say of each value whether the source states it or we read it so."""
        return self.victim or load_system(self.id)

    @property
    def missing(self) -> tuple[str, ...]:
        """Ids of the controls that were not in place, by the source or by our reading of it."""
        system = self.system
        return tuple(control for control in system.catalog.controls if system[control] is False)

    @property
    def source(self) -> str:
        """Where the steps were published."""
        return self.system.source


@cache
def incidents() -> tuple[Incident, ...]:
    """Return the incidents that ship with the workbook, oldest first."""
    return read_incidents(resources.files("threatlab") / "catalog")


def load_incident(name: str | Path) -> Incident:
    """Return the incident called `name`, or the one in a `.toml` file of your own: `load_incident("ours.toml")`.

    A file holds what those in `threatlab/catalog/incidents` hold, and `system`: the name of a built-in system, or the
    file of one, beside it. Its `case` may be any text.

    Raises
    ------
    ThreatLabError
        If there is none, with the nearest name; or if the file is broken: the message names file, step and field.
    """
    if isinstance(name, str | Path) and Path(name).suffix == ".toml":
        _, atlas = read_atlas(resources.files("threatlab") / "catalog" / "atlas.toml")
        return _incident(Path(name), atlas, own=True)
    known = {incident.id: incident for incident in incidents()}
    return known[check_choice("incident", name, known)]


def read_incidents(folder: Traversable) -> tuple[Incident, ...]:
    """Return the incidents kept in the catalog `folder`, oldest first.

    Raises
    ------
    CatalogError
        If a file can't be read or an entry is broken; the message names file, step and field.
    """
    _, atlas = read_atlas(folder / "atlas.toml")
    files = [file for file in (folder / "incidents").iterdir() if file.name.endswith(".toml")]
    return tuple(sorted((_incident(file, atlas) for file in files), key=lambda incident: (incident.date, incident.id)))


def _incident(file: Traversable, atlas: Lists, *, own: bool = False) -> Incident:
    entry = Entry(file.name, file.name.removesuffix(".toml"), read_tables(file))
    steps = []
    for number, table in enumerate(entry.value("steps", list, "a list of steps"), start=1):
        if not isinstance(table, dict):
            raise entry.error(f"steps {number}", f"is {table!r}, which is not a table")
        step = Entry(file.name, f"{entry.id}, step {number}", table)
        steps.append(_step(step, atlas))
        step.finish()
    threat = entry.choice("threat", catalog().threats)
    incident = Incident(
        id=entry.id,
        case=entry.text("case") if own else entry.choice("case", catalog().sources),
        title=entry.text("title"),
        date=entry.value("date", date, "a date"),
        precision=entry.choice("precision", PRECISIONS),
        threat=threat,
        summary=entry.text("summary"),
        steps=tuple(steps),
        attacker=None if own and "attacker" not in entry.table else _attacker(entry, threat),
        victim=_victim(entry, Path(str(file)).parent) if own else None,
    )
    entry.finish()
    return incident


def _attacker(entry: Entry, threat: str) -> Attacker:
    part = Entry(entry.file, f"{entry.id}, attacker", entry.value("attacker", dict, "a table that says who attacked"))
    attacker = read_attacker(part, catalog().adversaries)
    part.finish()
    if not attacker.why.startswith(("stated: ", "our reading: ")):
        raise part.error("why", f"is {attacker.why!r}; begin it with 'stated: ' or 'our reading: '")
    if attacker.adversary not in (known := {each.id for each in catalog().adversaries_of(threat)}):
        raise part.error(
            "adversary", f"{attacker.adversary!r} wants nothing of {threat}; that is what {listed(sorted(known))} want"
        )
    return attacker


def _victim(entry: Entry, folder: Path) -> AISystem:
    """Return the system that an incident of one's own happened to: built in, or in a file beside the incident's."""
    name = entry.text("system")
    try:
        return load_system(folder / name if Path(name).suffix else name)
    except ThreatLabError as problem:
        raise entry.error("system", str(problem)) from None


def _step(entry: Entry, atlas: Lists) -> Step:
    tactic = atlas["tactics"][entry.choice("tactic", atlas["tactics"])]
    technique = atlas["techniques"][entry.choice("technique", atlas["techniques"])]
    what, reach = entry.text("what"), entry.choice("reach", ("yours", "attacker"))
    if reach == "attacker":
        return Step(tactic, technique, what, reach, "", ())
    threat = entry.choice("threat", catalog().threats)
    stops, also, not_here = (_reasons(entry, name) for name in ("stops", "also", "not_here"))
    return Step(tactic, technique, what, reach, threat, _bearings(technique, threat, stops, also, not_here))


def _reasons(entry: Entry, name: str) -> dict[str, str]:
    if name not in entry.table:
        return {}
    return dict(_texts(entry, name))


def _texts(entry: Entry, name: str) -> list[tuple[str, str]]:
    table = Entry(entry.file, f"{entry.id}, {name}", entry.value(name, dict, "a table with a reason to each control"))
    for control in table.table:
        if control not in catalog().controls:
            raise table.error(control, unknown_name("control", control, catalog().controls))
    return [(control, table.text(control)) for control in table.table]


def _bearings(
    technique: Technique,
    threat: str,
    stops: Mapping[str, str],
    also: Mapping[str, str],
    not_here: Mapping[str, str],
) -> tuple[Bearing, ...]:
    """Return what the controls do: those that the incident's file names, and those of the catalog's mapping.

    A control of the mapping bears on the step if it claims anything against the step's threat.
    """
    bearings = [Bearing(control, "stops", STOPS, why) for control, why in stops.items()]
    for control in catalog().controls.values():
        mapped = threat in control.effectiveness and any(
            _covers(listed, technique) for listed in control.atlas_techniques
        )
        if control.id in stops or control.id in not_here or not (mapped or control.id in also):
            continue
        bearings.append(_bearing(control, threat, also.get(control.id, "")))
    return tuple(sorted(bearings, key=lambda bearing: -bearing.share))


def _bearing(control: Control, threat: str, why: str) -> Bearing:
    way = WAYS[control.effect]
    claim = control.effectiveness.get(threat)
    share = min(claim.value, CLAIM_CAP) if claim and way == "slows" else 0.0
    return Bearing(control.id, way, share, why)


def _covers(listed: Technique, technique: Technique) -> bool:
    """Tell whether a control that lists one technique is made for another: the same, or a part of it."""
    return technique.id == listed.id or technique.id.startswith(f"{listed.id}.")
