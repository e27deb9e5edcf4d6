"""The stream monitor: a day of requests plays, an alert threshold is set, and both kinds of cost can be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from threatlab.checks import check_number
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.manager import ThreatModelingBasicsManager
from threatlab.monitoring.alerts import report_alerts
from threatlab.monitoring.detectors import DETECTORS
from threatlab.monitoring.evaluation import MINUTES_PER_ALERT, Evaluation
from threatlab.monitoring.log import DAY_MINUTES, Day, clock, simulate_day
from threatlab.monitoring.watch import watch
from threatlab.system import AISystem
from threatlab.widgets.base.parts import Changes, box, button
from threatlab.widgets.base.playback import STEP_SECONDS, Playback
from threatlab.widgets.base.style import STYLE
from threatlab.widgets.stream_monitor import pictures, view

SPEEDS = {"slow": 5, "normal": 10, "fast": 20, "very fast": 60}
"""Minutes of the day that pass in one step of the play."""

_HOURLY = range(0, DAY_MINUTES + 1, 120)


class StreamMonitor:
    """A live panel on one invented day of requests: play it, move the alert threshold, see what it costs.

    Display it as the last value of a cell. All that a click does can be done in code: `play`, `pause`, `jump`,
    `advance`, `set`; `evaluation` is what the panel shows now. Only one monitor plays at a time: one that is made or
    played stops the one before.

    With a manager, each alert is reported to it once, when the time passes it: it records the alert, and pages or
    remediates. The day was recorded before, so what it puts in place changes nothing in it. A move of the threshold
    alone reports nothing: it asks what would have been.

    Parameters
    ----------
    day
        What `simulate_day` returns; the day of `seed` if left out.
    threshold
        Score at or above which a client alerts, from 1 to 128.
    detector
        A name from `threatlab.monitoring.DETECTORS`.
    manager
        A ThreatModelingBasicsManager that is told of each alert, as one of the system `system_id`.
    minutes_per_alert
        What an analyst spends on an alert: an assumption.

    Raises
    ------
    ThreatLabError
        If one of them isn't what it must be; the message names it.
    """

    def __init__(  # noqa: PLR0913  # each is a choice of the learner's
        self,
        day: Day | None = None,
        *,
        seed: int = 0,
        threshold: float = 16,
        detector: str = "confidence",
        manager: ThreatModelingBasicsManager | None = None,
        system_id: str = "ml-pipeline-prod",
        minutes_per_alert: float = MINUTES_PER_ALERT,
    ) -> None:
        if manager is not None and not isinstance(manager, ThreatModelingBasicsManager):
            raise ThreatLabError(f"manager is {manager!r}; give a ThreatModelingBasicsManager, or nothing")
        self._manager, self._system_id = manager, AISystem(system_id).name
        self._told: dict[str, str] = {}  # per client that was reported, what the manager did about it
        self.state = view.StreamState(
            watch(simulate_day(seed) if day is None else day),
            _check_detector(detector),
            _check_threshold(threshold),
            minute=0,
            minutes_per_alert=check_number("minutes_per_alert", minutes_per_alert, 0, DAY_MINUTES),
            reported=None if manager is None else (),
        )
        self._speed = "normal"
        self._changes = Changes()
        self._playback = Playback(self._step, self._stopped)
        Playback.stop_any()
        self._build()
        self._show(self.state)

    @property
    def evaluation(self) -> Evaluation:
        """What the threshold did, up to the minute shown."""
        return self.state.now

    @property
    def minute(self) -> int:
        """The minute of the day that is shown."""
        return self.state.minute

    @property
    def playing(self) -> bool:
        """Whether the day is playing."""
        return self._playback.running

    def set(self, **settings: Any) -> Evaluation:
        """Set `threshold`, `detector` or `speed`, and return what they would have done up to the minute shown."""
        checks: dict[str, Callable[[object], Any]] = {
            "threshold": _check_threshold,
            "detector": _check_detector,
            "speed": _check_speed,
        }
        for name in settings:
            if name not in checks:
                raise ThreatLabError(unknown_name("setting", name, checks))
        checked = {name: checks[name](value) for name, value in settings.items()}
        self._speed = checked.pop("speed", self._speed)
        self._show(replace(self.state, **checked))
        return self.evaluation

    def play(self) -> None:
        """Let the day pass, from where it is, or from midnight if it is over.

        Raises
        ------
        ThreatLabError
            If no event loop runs, as in a plain Python script; use `advance` there.
        """
        self._playback.start()
        minute = 0 if self.minute == DAY_MINUTES else self.minute
        self._show(replace(self.state, minute=minute, playing=True, problem=""))

    def pause(self) -> None:
        """Stop the time where it is."""
        self._playback.stop()

    def advance(self, minutes: float = 10) -> Evaluation:
        """Let some minutes pass at once, at most to the end of the day, and return what happened up to then."""
        passed = int(check_number("minutes", minutes, 0, DAY_MINUTES))
        return self._move(min(self.minute + passed, DAY_MINUTES))

    def jump(self, to: float | str) -> Evaluation:
        """Go to a minute of the day, or "start", "first attack", "drift" or "end"; return what happened up to then."""
        if not isinstance(to, str):
            return self._move(int(check_number("minute", to, 0, DAY_MINUTES)))
        if to not in self._moments:
            raise ThreatLabError(unknown_name("moment", to, self._moments))
        return self._move(self._moments[to])

    def close(self) -> None:
        """Stop, and take the panel off the page."""
        self._playback.stop()
        self.widget.close()

    def __repr__(self) -> str:
        now = self.evaluation
        return (
            f"StreamMonitor({clock(self.minute)}, {self.state.detector!r}, threshold={self.state.threshold:g}, "
            f"alerts={len(now.alerts)}, caught={len(now.caught)} of {len(now.begun)}, "
            f"missed={', '.join(now.missed) or 'nobody'})"
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        live = self.widget._repr_mimebundle_()
        return {**live, "text/plain": repr(self), "text/html": view.static_picture(self.state)}

    @property
    def _moments(self) -> dict[str, int]:
        """The moments of the day that have a name."""
        day = self.state.watch.day
        begins = [int(minute) for minute in day.clients["begins"].dropna()]
        first = {"first attack": min(begins)} if begins else {}
        drift = {"drift": day.drift_at} if day.drift else {}
        return {"start": 0, **first, **drift, "end": DAY_MINUTES}

    def _move(self, minute: int) -> Evaluation:
        """Go to a minute, and tell the manager of the alerts that lie on the way there."""
        before = self.minute
        self._show(replace(self.state, minute=minute, problem=""))
        if self._manager is not None:
            passed = [a for a in self.evaluation.alerts if a.minute > before and a.client not in self._told]
            try:
                for alert in passed:
                    self._told[alert.client] = "page"  # an alert is raised even if it can't be recorded
                    (done,) = report_alerts(self._manager, self._system_id, self.evaluation, alerts=[alert])
                    self._told[alert.client] = done["response"]
            finally:
                counts = Counter(self._told.values())
                self._show(replace(self.state, reported=tuple(sorted(counts.items()))))
        return self.evaluation

    def _step(self) -> bool:
        if self.widget.comm is None:  # somebody closed the widget, and not the panel
            return False
        try:
            self.advance(SPEEDS[self._speed])
        except ThreatLabError as problem:  # the audit log can't be written: nobody is there to catch it
            self._show(replace(self.state, problem=str(problem)))
            return False
        return self.minute < DAY_MINUTES

    def _stopped(self) -> None:
        self._show(replace(self.state, playing=False))

    # The binding: widgets are made once; after each change only what differs is sent.

    def _build(self) -> None:
        self._headline, self._status = widgets.HTML(), widgets.HTML()
        self._timeline, self._curve = widgets.HTML(), widgets.HTML()
        self._drift, self._violations = widgets.HTML(), widgets.HTML()
        self._play = button("Play", "Let the day pass", self._toggle)
        self.controls: dict[str, widgets.Widget] = {
            "speed": widgets.Dropdown(
                options=[(f"{name}: {_lasts(minutes)} s a day", name) for name, minutes in SPEEDS.items()],
                value=self._speed,
                description="Speed",
            ),
            "jump": widgets.Dropdown(options=self._places(), value=0, description="Jump to"),
            "detector": widgets.Dropdown(
                options=[(each.title, name) for name, each in DETECTORS.items()],
                value=self.state.detector,
                description="Detector",
            ),
            "threshold": widgets.FloatSlider(
                value=self.state.threshold,
                min=view.LOWEST,
                max=view.HIGHEST,
                step=1,
                description="Alert threshold",
                readout_format=".4",
            ),
        }
        for name, control in self.controls.items():
            control.add_class(f"tl-{name}")
            self._changes.by_learner(control, self._chosen(name))
        controls = box("tl-controls", [self._play, *self.controls.values()])
        top = box("tl-about", [self._headline, controls, self._status])
        top.add_class("tl-watched")
        left = box("tl-tradeoff", [self._curve, widgets.HTML(view.HELP)])
        right = box("tl-besides", [self._drift, self._violations])
        self.widget = box(
            "tl", [widgets.HTML(STYLE), top, box("tl-stream", [self._timeline]), box("tl-underneath", [left, right])]
        )
        self.widget.add_class("tl-monitor")

    def _places(self) -> list[tuple[str, int | None]]:
        """Return the moments of the list: those with a name, and every second hour, in order of time."""
        named = {minute: name for name, minute in self._moments.items()}
        minutes = sorted({*named, *_HOURLY})
        places = [(clock(m) + (f" \u00b7 {named[m]}" if m in named else ""), m) for m in minutes]
        return [("choose a time", None), *places]

    def _chosen(self, name: str) -> Callable[[Any], None]:
        def chosen(value: Any) -> None:
            if name != "jump":
                self.set(**{name: value})
            elif value is not None:
                self.jump(value)

        return chosen

    def _toggle(self) -> None:
        if self.playing:
            self.pause()
        else:
            self.play()

    def _show(self, state: view.StreamState) -> None:
        self.state = state
        with self._changes.ours():
            self._headline.value = view.headline(state)
            self._status.value = view.announcement(state)
            self._timeline.value = pictures.timeline(state)
            self._curve.value = pictures.threshold_curve(state)
            self._drift.value = view.drift_or_attack(state)
            self._violations.value = view.violations_table(state)
            self._play.description = "Pause" if state.playing else "Play"
            self._play.tooltip = "Stop the time here" if state.playing else "Let the day pass"
            places = {minute for _, minute in self.controls["jump"].options}
            stands = state.minute in places and not state.playing
            self.controls["jump"].value = state.minute if stands else None
            self.controls["speed"].value = self._speed
            self.controls["detector"].value = state.detector
            self.controls["threshold"].value = state.threshold


def _check_threshold(value: object) -> float:
    return check_number("threshold", value, view.LOWEST, view.HIGHEST)


def _check_detector(value: object) -> str:
    if not isinstance(value, str) or value not in DETECTORS:
        raise ThreatLabError(unknown_name("detector", value, DETECTORS))
    return value


def _check_speed(value: object) -> str:
    if not isinstance(value, str) or value not in SPEEDS:
        raise ThreatLabError(unknown_name("speed", value, SPEEDS))
    return value


def _lasts(minutes: int) -> int:
    """Return the seconds in which the whole day passes, at so many minutes a step."""
    return round(DAY_MINUTES / minutes * STEP_SECONDS)
