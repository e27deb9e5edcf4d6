"""replay(incident, system) -> Replay: a published incident, step by step, against a system and its controls.

The steps happen as published: an attacker who is stopped and tries something else is another incident.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from threatlab.assessment.layered import let_through, options
from threatlab.catalog import Catalog
from threatlab.incidents.records import Bearing, Incident, Step, load_incident
from threatlab.system import AISystem, check_system

if TYPE_CHECKING:
    import pandas as pd

VERDICTS = {
    "out of reach": "it happened on the attacker's side, where no control of yours stands",
    "stopped": "a control in place refuses the step as it was published, though never in all attempts",
    "slowed": "controls in place end a share of the attempts",
    "seen": "nothing stands in the way, but somebody is told",
    "limited": "nothing stands in the way, but a rehearsed response bounds the harm",
    "open": "nothing in place bears on it",
    "after the stop": "most attempts ended at a step before; the last column says how many get past",
}
"""What can be said of a step, and what it means."""


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What became of one step.

    `bearings` are the controls in place that bear on it. Of those attempts that reach the step, the share `passes`
    (0..1) gets past it; `chance` is the share of all attempts that get past it and every step before.
    """

    step: Step
    verdict: str
    bearings: tuple[Bearing, ...]
    passes: float
    chance: float


@dataclass(frozen=True, slots=True)
class Replay:
    """An incident against a system: what became of each step, in order. `chance` (0..1) is that of the last step.

    What a control is called, where it stands and how much it removes is said by the system's catalog.
    """

    incident: Incident
    system: AISystem
    steps: tuple[StepOutcome, ...]

    @property
    def catalog(self) -> Catalog:
        """The catalog that says what the system's controls do."""
        return self.system.catalog

    @property
    def chance(self) -> float:
        """Share of attempts that get to the end of the incident; a teaching value, as the catalog's figures are."""
        return self.steps[-1].chance

    @property
    def stopped_at(self) -> int | None:
        """Number (1 is the first) of the step at which the attacker is stopped, or None."""
        return next((n for n, each in enumerate(self.steps, start=1) if each.verdict == "stopped"), None)

    @property
    def seen_at(self) -> int | None:
        """Number of the first step, not after the one that stops it, of which somebody is told, or None."""
        for number, each in enumerate(self.steps[: self.stopped_at], start=1):
            if any(bearing.way == "sees" for bearing in each.bearings):
                return number
        return None

    @property
    def reached(self) -> int:
        """Number of the last step before the one that stops most attempts; of all steps, if none does."""
        return len(self.steps) if self.stopped_at is None else self.stopped_at - 1

    @property
    def controls_that_could(self) -> tuple[str, ...]:
        """Ids of all controls that bear on any step, in place or not, in the order in which they would meet it."""
        return tuple(c for c in controls_that_could(self.incident) if c in self.catalog.controls)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas DataFrame: a row per step; `chance` is a share in 0..1."""
        import pandas as pd

        controls = self.catalog.controls
        rows = [
            {
                "step": number,
                "what": each.step.what,
                "technique": str(each.step.technique),
                "verdict": each.verdict,
                "controls": ", ".join(f"{controls[b.control].title} {b.way}" for b in each.bearings),
                "chance": each.chance,
            }
            for number, each in enumerate(self.steps, start=1)
        ]
        return pd.DataFrame(rows).set_index("step")

    def to_dict(self) -> dict[str, Any]:
        """Return the replay as JSON-ready values."""
        return {
            "incident": self.incident.id,
            "case": self.incident.case,
            "adversary": self.incident.attacker.adversary if self.incident.attacker else "",
            "system_id": self.system.name,
            "stopped_at": self.stopped_at,
            "seen_at": self.seen_at,
            "chance": self.chance,
            "steps": [
                {
                    "technique": str(each.step.technique),
                    "verdict": each.verdict,
                    "controls": {bearing.control: bearing.way for bearing in each.bearings},
                    "chance": each.chance,
                }
                for each in self.steps
            ],
        }


def replay(incident: Incident | str, system: AISystem | None = None) -> Replay:
    """Return what becomes of each published step of `incident` against `system`, by default the one it happened to.

    An incident is one of the catalog's by its name, one of your own by its file ("ours.toml"), or an Incident.

    A layer counts as in the score, over all steps together: its best control whole, each further one in part. A control
    that meets a second step adds nothing there.

    Raises
    ------
    ThreatLabError
        If there is no such incident, or `system` is no AISystem.
    """
    published = incident if isinstance(incident, Incident) else load_incident(incident)
    against = published.system if system is None else check_system(system)
    outcomes: list[StepOutcome] = []
    met: dict[str, dict[str, float]] = {}
    chance, stopped = 1.0, False
    for step in published.steps:
        bearings = step.bearings_of(against)
        passes = _passes(bearings, against.catalog, met)
        chance *= passes
        verdict = "after the stop" if stopped else _verdict(step, bearings)
        stopped = stopped or verdict == "stopped"
        outcomes.append(StepOutcome(step=step, verdict=verdict, bearings=bearings, passes=passes, chance=chance))
    return Replay(incident=published, system=against, steps=tuple(outcomes))


def controls_that_could(incident: Incident) -> tuple[str, ...]:
    """Return the ids of the controls that bear on any step of `incident`, in the order in which they would meet it."""
    return tuple(dict.fromkeys(bearing.control for step in incident.steps for bearing in step.bearings))


def _verdict(step: Step, bearings: tuple[Bearing, ...]) -> str:
    if step.reach == "attacker":
        return "out of reach"
    ways = {bearing.way for bearing in bearings}
    for way, verdict in (("stops", "stopped"), ("slows", "slowed"), ("sees", "seen"), ("limits", "limited")):
        if way in ways:
            return verdict
    return "open"


def _passes(bearings: tuple[Bearing, ...], catalog: Catalog, met: dict[str, dict[str, float]]) -> float:
    """Return the share that gets past, and note in `met` what each control of each layer has taken at most so far."""
    passes = 1.0
    for bearing in bearings:
        shares = met.setdefault(catalog.controls[bearing.control].layer, {})
        if bearing.share > shares.get(bearing.control, 0.0):
            before = _let_through(shares, catalog)
            shares[bearing.control] = bearing.share
            passes *= _let_through(shares, catalog) / before
    return passes


def _let_through(shares: dict[str, float], catalog: Catalog) -> float:
    return let_through(options(shares.items(), catalog.shared_failure.beta), shares)
