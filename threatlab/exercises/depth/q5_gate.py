"""Question 5 of lesson 05: a gate that can't be walked around, by two versions of a system file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from threatlab.assessment import assess
from threatlab.exercises.judges import Slip, like, other_kind
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.system import AISystem, load_system


@cache
def _releases() -> Mapping[str, tuple[AISystem, AISystem, float]]:
    """Return two versions of a system file and the gate's number, by what another exit code than ours overlooks."""
    bare = load_system("ml-pipeline-prod").with_(makes_predictions=True, internet_facing=True, trains_model=True)
    safe = bare.with_(
        rbac_configured=True, model_artifacts_verified=True, rate_limiting_enabled=True, training_data_validated=True
    )
    cases: dict[str, tuple[AISystem, AISystem, float]] = {}

    def release(old: AISystem, new: AISystem, says: str, fail_at: float = 0.99) -> None:
        cases[says] = (old, new, fail_at)

    release(bare, safe, "Controls were added, the score fell, far below the number. Yours stops it.")
    release(safe, safe, "Nothing was changed, and the score is far below the number. Yours stops it.")
    release(safe, safe, "Nothing was changed, and the score is far above the number: it has been all the time. Yours "
            "lets it pass.", 0.01)  # fmt: skip
    release(safe, safe, "The score is exactly the number. The gate closes at it, not only above.",
            assess(safe).risk_score)  # fmt: skip
    release(safe, safe.with_(rate_limiting_enabled=False), "A control that was in place is no longer, and the score "
            "stays below the number. Yours lets it pass, and the next, up to the number.")  # fmt: skip
    release(safe, safe.with_(rate_limiting_enabled=None), "A control that was in place is now unknown: somebody "
            "deleted its line. Yours looks for False, and finds none.")  # fmt: skip
    release(safe, safe.with_(internet_facing=None), "The new file no longer says that the system faces the internet. "
            "The score fell by it, and yours is content: the system is the same, less is admitted.")  # fmt: skip
    release(safe, safe.with_(internet_facing=False), "The file said that the system faces the internet, and now says "
            "that it doesn't. It may be true. A machine can't know, so a person has to look.")  # fmt: skip
    release(
        safe,
        safe.with_(rate_limiting_enabled=False, abuse_detection_active=True, service_exposure_hardened=True),
        "One control is gone, two have come, and the score fell. Yours adds up, and lets it pass; whether the two "
        "make up for the one, a person has to say.",
    )
    release(bare, bare.with_(generates_content=True), "The new file admits one fact more. The score rose, and stays "
            "below the number. Yours stops it, and next time nobody will admit anything.")  # fmt: skip
    release(bare.with_(generates_content=False), bare.with_(generates_content=True), "A no was corrected to a yes: the "
            "file admits more than before. Yours stops it, and next time the no will stay.")  # fmt: skip
    release(bare.with_(rbac_configured=None), bare.with_(rbac_configured=False), "What was unknown is now known to be "
            "missing. Nothing got worse, somebody looked. Yours stops it.")  # fmt: skip
    release(bare, bare.with_(generates_content=False), "A question about the system that was open has been answered "
            "with no. It was not true before, so nothing is hidden. Yours stops it.")  # fmt: skip
    return cases


def _gate(old: AISystem, new: AISystem, fail_at: float) -> int:
    lost = any(value and not new[name] for name, value in old.known.items())
    return int(lost or assess(new).risk_score >= fail_at)


_REVERSED = "Every code is the other way round. To a pipeline 0 means that nothing is wrong; anything else stops it."


def _code(value: Any, *_: Any) -> int:
    if isinstance(value, bool):
        raise NotYet(
            f"Your gate returned {value}. As an exit code True is 1 and stops the release, and False is 0 and lets it "
            "pass: the opposite of how it reads. Return 0 or 1.",
            "true",
        )
    if not hasattr(value, "__float__") or value not in (0, 1):
        raise other_kind(value, "an exit code: 0 lets the release pass, 1 stops it")
    return int(value == 1)


def _overlooked(says: str, *_: Any) -> str:
    raise NotYet(says, f"release {[*_releases()].index(says) + 1}")


def _all_right() -> str:
    stopped = [case for case in _releases().values() if _gate(*case)]
    by_score = [case for case in stopped if assess(case[1]).risk_score < case[2]]
    return (
        f"Right for {len(_releases())} releases. It stops {len(stopped)}, of which a gate on the score alone would "
        f"have let {len(by_score)} pass."
    )


q5 = Question(
    id="depth.q5",
    title="A gate that can't be walked around",
    judge=like(
        _gate,
        _releases,
        [Slip(lambda *case: 1 - _gate(*case), _REVERSED, "reversed")],
        takes="the old system, the new one and fail_at",
        reads=_code,
        otherwise=_overlooked,
        confirms=_all_right,
    ),
    hints=in_steps(
        "Three reasons to stop a release: the score; a control that was True and isn't any more; a fact that was "
        "True and isn't any more. And what must pass: everything that got better or more honest.",
        "old[name] and new[name] are True, False or None. `old[name] and not new[name]` is true for both ways to "
        "lose a line. old.known names everything that somebody has answered.",
    ),
    because="One line covers both kinds of loss: a control that is gone, and a fact that is no longer admitted. The "
    "second is how a gate is walked around by people of good will: the number has to be met by Friday. What is honest "
    "has to pass, or the file will say less each month. And 'stop' doesn't mean 'wrong', it means that a person looks.",
    covers=("practice-automate",),
    claims={
        "reversed": "An exit code of 0 stops a release, and 1 lets it pass.",
        "release 1": "A gate stops what has changed, also for the better.",
        "release 2": "A gate stops what has not changed.",
        "release 3": "What was above the number before may stay there.",
        "release 4": "A score that is exactly the number still passes.",
        "release 5": "A control may go as long as the score stays below the number.",
        "release 6": "A control that nobody answers for any more is not gone.",
        "release 7": "A fact that is no longer told is no longer there.",
        "release 8": "A machine can tell that a fact has ceased to be true.",
        "release 9": "Two new controls make up for one that is gone.",
        "release 10": "Whoever admits one fact more has to be stopped.",
        "release 11": "Whoever corrects a no to a yes has to be stopped.",
        "release 12": "Whoever looks and finds a control missing has to be stopped.",
        "release 13": "Whoever answers an open question has to be stopped.",
        "true": "A gate that returns True lets the release pass.",
    },
)
