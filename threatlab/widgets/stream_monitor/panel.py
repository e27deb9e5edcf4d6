"""The stream monitor: a day of requests plays, a detector threshold is set, and both kinds of cost can be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from threatlab.checks import check_choice, check_flag, check_number, check_whole
from threatlab.errors import ThreatLabError, short
from threatlab.manager import ThreatModelingBasicsManager
from threatlab.monitoring.accounts import ACCOUNTS, spread
from threatlab.monitoring.alerts import report_alerts
from threatlab.monitoring.detectors import DETECTORS
from threatlab.monitoring.evaluation import MINUTES_PER_ALERT, Evaluation
from threatlab.monitoring.log import DAY_MINUTES, Day, clock, simulate_day
from threatlab.monitoring.watch import watch
from threatlab.system import AISystem
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.base.ticker import Ticker
from threatlab.widgets.stream_monitor import view
from threatlab.widgets.stream_monitor.state import HIGHEST, LOWEST, RAREST, SPEEDS, STEP_SECONDS, StreamState, moments

KIND = "stream monitor"


class StreamMonitor(Panel[StreamState]):
    """A live panel on one invented day of requests: play it, move the detector threshold, see what it costs.

    All that a click does can be done in code: `play`, `pause`, `jump`, `advance`, `set`; `evaluation` is what the panel
    shows now. Only one monitor plays at a time: one that is made or played stops the one before.

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

    drawn_by = view

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
        self._day = simulate_day(seed) if day is None else day
        if manager is not None and not isinstance(manager, ThreatModelingBasicsManager):
            raise ThreatLabError(f"manager is {short(manager)}; give a ThreatModelingBasicsManager, or nothing")
        self._manager, self._system_id = manager, AISystem(system_id).name
        self._responses: dict[str, str] = {}  # what the manager did about each client that was reported
        state = StreamState(
            watch(self._day),
            _check_detector(detector),
            _check_threshold(threshold),
            minute=0,
            minutes_per_alert=check_number("minutes_per_alert", minutes_per_alert, 0, DAY_MINUTES),
            reported=None if manager is None else (),
        )
        Ticker.release(KIND)
        self._ticker = Ticker(KIND, STEP_SECONDS, self._step, self._stopped)
        super().__init__(state)

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
        return self._ticker.running

    @action
    def set(self, /, **settings: Any) -> Evaluation:
        """Set one or more of these, and return what they would have done up to the minute shown.

        `threshold`, `detector` and `speed`; `accounts`, over which one campaign is spread (0: each attacker works
        alone), and whether it is `careful`; `one_in`, the number of clients among whom there is one attacker.
        """
        checks: dict[str, Callable[[object], Any]] = {
            "threshold": _check_threshold,
            "detector": _check_detector,
            "speed": lambda value: check_choice("speed", value, SPEEDS),
            "accounts": _check_accounts,
            "careful": lambda value: check_flag("careful", value),
            "one_in": lambda value: check_whole("one_in", value, 1, RAREST),
        }
        values = {name: checks[check_choice("setting", name, checks)](value) for name, value in settings.items()}
        state = replace(self.state, **values)
        if (state.accounts, state.careful) != (self.state.accounts, self.state.careful):
            day = spread(self._day, state.accounts, careful=state.careful) if state.accounts else self._day
            state = replace(state, watch=watch(day))
        self.show(state)
        return self.evaluation

    @action
    def play(self) -> None:
        """Let the day pass, from where it is, or from midnight if it is over.

        Raises
        ------
        ThreatLabError
            If no event loop runs, as in a plain Python script; use `advance` there.
        """
        self._ticker.start()
        minute = 0 if self.minute == DAY_MINUTES else self.minute
        self.show(replace(self.state, minute=minute, playing=True, problem=""))

    @action
    def pause(self) -> None:
        """Stop the time where it is."""
        self._ticker.stop()
        self.show(replace(self.state, playing=False))

    @action
    def advance(self, minutes: float = 10) -> Evaluation:
        """Let some minutes pass at once, at most to the end of the day, and return what happened up to then."""
        return self._move(self.minute + int(check_number("minutes", minutes, 0, DAY_MINUTES)))

    @action
    def jump(self, to: float | str) -> Evaluation:
        """Go to a minute of the day, or "start", "first attack", "drift" or "end"; return what happened up to then.

        "" stays at the minute shown.
        """
        if to == "":
            return self.evaluation
        if not isinstance(to, str):
            return self._move(int(check_number("minute", to, 0, DAY_MINUTES)))
        named = moments(self.state.watch)
        return self._move(named[check_choice("moment", to, named)])

    def __repr__(self) -> str:
        now = self.evaluation
        who = f", missed={', '.join(now.missed) or 'nobody'}"
        if self.state.campaign:
            who = " accounts of one campaign"
        return (
            f"StreamMonitor({clock(self.minute)}, {self.state.detector!r}, threshold={self.state.threshold:g}, "
            f"alerts={len(now.alerts)}, caught={len(now.caught)} of {len(now.begun)}{who})"
        )

    def _move(self, minute: int, *, unasked: bool = False) -> Evaluation:
        """Go to a minute, and tell the manager of the alerts that lie on the way there."""
        before = self.minute
        self.show(replace(self.state, minute=min(minute, DAY_MINUTES), problem=""), unasked=unasked)
        if self._manager is not None:
            passed = [a for a in self.evaluation.alerts if a.minute > before and a.client not in self._responses]
            try:
                for alert in passed:
                    self._responses[alert.client] = "page"  # an alert is raised even if it can't be recorded
                    (done,) = report_alerts(self._manager, self._system_id, self.evaluation, alerts=[alert])
                    self._responses[alert.client] = done["response"]
            finally:
                counts = Counter(self._responses.values())
                self.show(replace(self.state, reported=tuple(sorted(counts.items()))), unasked=unasked)
        return self.evaluation

    def _step(self) -> bool:
        with self.turn:
            if self.comm is None:  # somebody closed the panel
                return False
            try:
                self._move(self.minute + SPEEDS[self.state.speed], unasked=True)
            except ThreatLabError as problem:  # the audit log can't be written: nobody is there to catch it
                self.show(replace(self.state, problem=str(problem)), unasked=True)
                return False
            return self.minute < DAY_MINUTES

    def _stopped(self) -> None:
        with self.turn:
            self.show(replace(self.state, playing=False), unasked=True)


def _check_accounts(value: object) -> int:
    return 0 if value == 0 and not isinstance(value, bool) else check_whole("accounts", value, *ACCOUNTS)


def _check_threshold(value: object) -> float:
    return check_number("threshold", value, LOWEST, HIGHEST)


def _check_detector(value: object) -> str:
    return check_choice("detector", value, DETECTORS)
