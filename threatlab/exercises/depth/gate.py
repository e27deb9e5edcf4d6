"""The judge of lesson 05 that releases: two versions of a system file, and a gate that can't be walked around."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from threatlab.assessment import assess
from threatlab.exercises.judges import a_function, returned, shown
from threatlab.exercises.outcome import NotYet
from threatlab.system import AISystem, load_system

_FAIL_AT = 0.5


@dataclass(frozen=True, slots=True)
class _Release:
    """Two versions of a system file, the gate's number, the right exit code, and what another code overlooks."""

    old: AISystem
    new: AISystem
    fail_at: float
    right: int
    says: str


@cache
def _releases() -> tuple[_Release, ...]:
    found = load_system("ml-pipeline-prod").with_(makes_predictions=True, internet_facing=True, trains_model=True)
    safe = found.with_(
        rbac_configured=True, model_artifacts_verified=True, rate_limiting_enabled=True, training_data_validated=True
    )
    score = assess(safe).risk_score
    return (
        _Release(found, safe, 0.99, 0, "Controls were added, the score fell, far below the number. Yours stops it."),
        _Release(safe, safe, 0.99, 0, "Nothing was changed, and the score is far below the number. Yours stops it."),
        _Release(safe, safe, 0.01, 1, "Nothing was changed, and the score is far above the number: it has been all the "
                 "time. Yours lets it pass."),
        _Release(safe, safe, score, 1, "The score is exactly the number. The gate closes at it, not only above."),
        _Release(safe, safe.with_(rate_limiting_enabled=False), 0.99, 1, "A control that was in place is no longer, "
                 "and the score stays below the number. Yours lets it pass, and the next, up to the number."),
        _Release(safe, safe.with_(rate_limiting_enabled=None), 0.99, 1, "A control that was in place is now unknown: "
                 "somebody deleted its line. Yours looks for False, and finds none."),
        _Release(safe, safe.with_(internet_facing=None), 0.99, 1, "The new file no longer says that the system faces "
                 "the internet. The score fell by it, and yours is content: the system is the same, less is admitted."),
        _Release(safe, safe.with_(internet_facing=False), 0.99, 1, "The file said that the system faces the internet, "
                 "and now says that it doesn't. It may be true. A machine can't know, so a person has to look."),
        _Release(found, found.with_(generates_content=True), 0.99, 0, "The new file admits one fact more. The score "
                 "rose, and stays below the number. Yours stops it, and next time nobody will admit anything."),
        _Release(found.with_(rbac_configured=None), found.with_(rbac_configured=False), 0.99, 0, "What was unknown is "
                 "now known to be missing. Nothing got worse, somebody looked. Yours stops it."),
        _Release(found, found.with_(generates_content=False), 0.99, 0, "A question about the system that was open has "
                 "been answered with no. It was not true before, so nothing is hidden. Yours stops it."),
    )  # fmt: skip


def guards_the_release(answer: Any) -> str:
    """Judge a gate on two versions of a system file: exit code 0 lets a release pass, 1 stops it."""
    function = a_function(answer, "the old system, the new one and fail_at")
    codes = [_code(returned(function, each.old, each.new, each.fail_at)) for each in _releases()]
    if codes == [1 - each.right for each in _releases()]:
        raise NotYet(
            "Every code is the other way round. To a pipeline 0 means that nothing is wrong; anything else stops it."
        )
    for code, each in zip(codes, _releases(), strict=True):
        if code != each.right:
            raise NotYet(each.says)
    stopped = sum(codes)
    return (
        f"Right for {len(codes)} releases. It stops {stopped}, of which a gate on the score alone would have let "
        f"{_only_by_score()} pass."
    )


def _only_by_score() -> int:
    return sum(each.right == 1 and assess(each.new).risk_score < each.fail_at for each in _releases())


def _code(value: Any) -> int:
    if isinstance(value, bool):
        raise NotYet(
            f"Your gate returned {value}. As an exit code True is 1 and stops the release, and False is 0 and lets it "
            "pass: the opposite of how it reads. Return 0 or 1."
        )
    if not isinstance(value, int) or value not in (0, 1):
        raise NotYet(f"Your gate returned {shown(value)}; give an exit code: 0 lets the release pass, 1 stops it.")
    return value
