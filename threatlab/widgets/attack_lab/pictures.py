"""What each live attack did, as a picture that a person understands at a glance."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from threatlab.attacks import AttackResult
from threatlab.widgets.base.drawings import change, curves, digit, histograms


def picture(result: AttackResult) -> str:
    """Return the picture of a run, as HTML."""
    return f'<div class="tl-picture">{_PICTURES[result.attack](result)}</div>'


def _poisoning(result: AttackResult) -> str:
    shown = result.evidence
    screened = (
        f"The control kept {shown['poison_kept']:.0%} of the poison and {shown['honest_kept']:.0%} of the honest rows."
    )
    if "stamped" not in shown:
        missed, clean = shown["missed_per_100"], shown["missed_per_100_by_a_clean_model"]
        dots = "".join(f'<i class="{"tl-miss" if n < missed else ""}"></i>' for n in range(100))
        return (
            f'<div class="tl-hundred" role="img" aria-label="{missed} of 100 malignant cases missed">{dots}</div>'
            f"<p>Of 100 malignant cases <b>{missed}</b> are missed (filled). A model of clean data misses {clean}. "
            f"{screened}</p>"
        )
    figures = "".join(
        _figure(digit(image, f"a stamped {true}"), f"a {true}, stamped", f"clean model: {clean}", _verdict(said, true))
        for image, true, clean, said in zip(
            shown["stamped"], shown["true_digit"], shown["clean_model_says"], shown["model_says"], strict=True
        )
    )
    return f'<div class="tl-digits">{figures}</div><p>{screened}</p>'


def _extraction(result: AttackResult) -> str:
    shown = result.evidence
    lines = {"no control": [float(share) for share in shown["fidelity_without_control"]]}
    if result.control != "none":
        lines["this control"] = [float(share) for share in shown["fidelity"]]
    answered, asked = shown["answered"], result.knobs["budget"]
    limit = f"The service answered {answered} of {asked} queries. " if answered < asked else ""
    return curves(lines, [int(n) for n in shown["budgets"]], "queries", "fidelity of the copy") + f"<p>{limit}</p>"


def _evasion(result: AttackResult) -> str:
    shown = result.evidence
    keys = ("before", "perturbation", "after", "true_digit", "says_before", "says_after")
    figures = "".join(
        '<div class="tl-digits tl-trio">'
        f"{_figure(digit(before, f'a {true}'), f'a {true}', _verdict(says_before, true))}"
        f"{_figure(change(moved, 'the change'), 'what is changed')}"
        f"{_figure(digit(after, f'the same {true}, changed'), 'what is sent', _verdict(says_after, true))}</div>"
        for before, moved, after, true, says_before, says_after in zip(*(shown[key] for key in keys), strict=True)
    )
    return (
        f"{figures}<p>As large a change at random fools the model in {shown['misread_by_chance']:.0%} of the cases. "
        "Red is ink added, blue ink taken away.</p>"
    )


def _membership(result: AttackResult) -> str:
    shown = result.evidence
    groups = {
        "records that the model was trained on": [int(n) for n in shown["members"]],
        "other records": [int(n) for n in shown["others"]],
    }
    drawn = histograms(
        groups,
        [float(edge) for edge in shown["bins"]],
        float(shown["threshold"]),
        f"histograms of the {shown['score']}",
    )
    return (
        f"{drawn}<p>Across: {escape(str(shown['score']))}. Right of the dashed line "
        f"({float(shown['threshold']):.2f}) the attacker says <i>member</i>.</p>"
    )


def _injection(result: AttackResult) -> str:
    return "".join(map(_episode, result.evidence["episodes"]))


def _episode(shown: Any) -> str:
    kind = "A hostile page" if shown["hostile"] else "An honest page"
    page = escape(shown["page_as_read"]).replace("\n", "<br>")
    refused = "".join(
        f"<dt>refused</dt><dd><code>{escape(call)}</code> {escape(why)}</dd>" for call, why in shown["refused"]
    )
    calls = "".join(f"<dt>tool call</dt><dd><code>{escape(call)}</code></dd>" for call in shown["calls"])
    left = "".join(
        f'<dt>left the building</dt><dd><span class="tl-loss">{escape(what)}</span> to {escape(to)}</dd>'
        for to, what in shown["left"]
    )
    done = "yes" if shown["task_done"] else '<span class="tl-loss">no</span>'
    return (
        f'<div class="tl-episode"><p><b>{kind}</b></p><dl><dt>user</dt><dd>{escape(shown["task"])}</dd>'
        f"<dt>page, as read</dt><dd><code>{page}</code></dd>{calls}{refused}"
        f"{left or '<dt>left the building</dt><dd>nothing that should not</dd>'}"
        f"<dt>user's task done</dt><dd>{done}</dd></dl></div>"
    )


def _verdict(said: Any, true: Any) -> str:
    return f"model: {said}" if said == true else f'<span class="tl-wrong">model: {said}</span>'


def _figure(drawing: str, *lines: str) -> str:
    return f"<figure>{drawing}<figcaption>{'<br>'.join(lines)}</figcaption></figure>"


_PICTURES: dict[str, Callable[[AttackResult], str]] = {
    "poisoning": _poisoning,
    "extraction": _extraction,
    "evasion": _evasion,
    "membership": _membership,
    "injection": _injection,
}
