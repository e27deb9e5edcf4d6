"""Documented incidents: their published steps, and a replay of them against any system."""

from threatlab.incidents.records import STOPS, WAYS, Bearing, Incident, Step, incidents, load_incident, read_incidents
from threatlab.incidents.replay import VERDICTS, Replay, StepOutcome, controls_that_could, replay

__all__ = [
    "STOPS",
    "VERDICTS",
    "WAYS",
    "Bearing",
    "Incident",
    "Replay",
    "Step",
    "StepOutcome",
    "controls_that_could",
    "incidents",
    "load_incident",
    "read_incidents",
    "replay",
]
