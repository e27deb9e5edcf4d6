"""What each live attack did, as a picture that a person understands at a glance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from threatlab.attacks import AttackResult
from threatlab.attacks.membership import FEW, SURE
from threatlab.widgets.base.drawings import change, digit, histograms, line_chart
from threatlab.widgets.base.html import Html, definitions, markup, number, table, tag

Line = tuple[str, object]
"""What a line of an episode is about, and what it says."""


def picture(result: AttackResult) -> Html:
    """Return the picture of a run, as HTML."""
    return tag("div.tl-picture", _PICTURES[result.attack](result))


def _poisoning(result: AttackResult) -> Html:
    shown = result.evidence
    screened = (
        f"The control kept {shown['poison_kept']:.0%} of the poison and {shown['honest_kept']:.0%} of the honest rows."
        if result.control != "none"
        else ""
    )
    if "stamped" not in shown:
        missed, clean = shown["missed_per_100"], shown["missed_per_100_by_a_clean_model"]
        dots = (tag("i", class_="tl-miss" if n < missed else None) for n in range(100))
        return markup(
            tag("div.tl-hundred", *dots, role="img", aria_label=f"{missed} of 100 malignant cases missed"),
            tag(
                "p",
                "Of 100 malignant cases ",
                tag("b", missed),
                f" are missed (filled). A model of clean data misses {clean}. {screened}",
            ),
        )
    figures = (
        _figure(digit(image, f"a stamped {true}"), f"stamped {true}", f"clean: {clean}", _answer(answer, true))
        for image, true, clean, answer in zip(
            shown["stamped"], shown["true_digit"], shown["clean_model_says"], shown["model_says"], strict=True
        )
    )
    clean_says = "Clean: what a model of clean data reads."
    return markup(tag("div.tl-digits", *figures), tag("p", f"{clean_says} {screened}"))


def _extraction(result: AttackResult) -> Html:
    shown = result.evidence
    budgets = [f"{int(n):g}" for n in shown["budgets"]]
    lines = {"no control": [float(share) for share in shown["fidelity_without_control"]]}
    if result.control != "none":
        lines["this control"] = [float(share) for share in shown["fidelity"]]
    across = [i / max(len(budgets) - 1, 1) for i in range(len(budgets))]
    points = [list(zip(across, shares, strict=True)) for shares in lines.values()]
    rows = (
        (markup(tag(f"span.tl-key.tl-key-{n}"), name), *(number(f"{share:.2f}") for share in shares))
        for n, (name, shares) in enumerate(lines.items())
    )
    answered, asked = shown["answered"], result.knobs["budget"]
    return markup(
        line_chart(
            points,
            dict(zip(across, budgets, strict=True)),
            "fidelity of the copy over queries; figures in the table below",
            dots=True,
        ),
        table(("fidelity of the copy by queries", *budgets), rows, row_heads=True),
        tag("p", f"The service answered {answered} of {asked} queries.") if answered < asked else None,
    )


def _evasion(result: AttackResult) -> Html:
    shown = result.evidence
    keys = ("before", "perturbation", "after", "true_digit", "says_before", "says_after")
    figures = (
        tag(
            "div.tl-digits.tl-trio",
            _figure(digit(before, f"a {true}"), f"a {true}", _answer(says_before, true)),
            _figure(change(moved, "the change"), "the change"),
            _figure(digit(after, f"the same {true}, changed"), "sent", _answer(says_after, true)),
        )
        for before, moved, after, true, says_before, says_after in zip(*(shown[key] for key in keys), strict=True)
    )
    chance = f"As large a change at random fools the model in {shown['misread_by_chance']:.0%} of the cases."
    return markup(*figures, tag("p", chance, " Red is ink added, blue ink taken away."))


def _membership(result: AttackResult) -> Html:
    shown = result.evidence
    groups = {
        "records that the model was trained on": [int(n) for n in shown["members"]],
        "other records": [int(n) for n in shown["others"]],
    }
    score, threshold = shown["score"], float(shown["threshold"])
    wrong = int(FEW * shown["unseen"])
    return markup(
        histograms(groups, [float(edge) for edge in shown["bins"]], threshold, f"histograms of the {score}"),
        tag(
            "p",
            f"Across: {score}. Right of the dashed line ({threshold:.2f}) the attacker says ",
            tag("i", "member"),
            ".",
        ),
        tag(
            "p",
            f"Of whom can the attacker be sure? Where at most 1% of the {shown['unseen']} records that the model has "
            f"not seen ({wrong} of them) may be called members, {result.further[SURE]:.0%} of the members are found. "
            "That rests on so few errors that it moves by some points from seed to seed.",
        ),
    )


def _injection(result: AttackResult) -> Html:
    def lines(shown: Any) -> list[Line]:
        return [("user", shown["task"]), ("page, as read", _code(shown["page_as_read"])), *_calls(shown)]

    return _episodes(result, "page", lines)


def _memory_poisoning(result: AttackResult) -> Html:
    def lines(shown: Any) -> list[Line]:
        answer = _loss(shown["answer"]) if shown["misled"] else shown["answer"]
        return [
            *((who, _code(words)) for who, words in shown["told"].items()),
            *(("not remembered", _why(words, why)) for words, why in shown["forgotten"]),
            *((f"memory, from the {source}", _code(words)) for words, source in shown["memory"]),
            ("user, days later", shown["task"]),
            *_calls(shown, [("answer", answer)] if answer else []),
        ]

    return _episodes(result, "page or link", lines)


def _tool_poisoning(result: AttackResult) -> Html:
    def lines(shown: Any) -> list[Line]:
        said, read = shown["says"], shown["read_of_it"]
        reads = (
            "the same"
            if said and read == said
            else "what was approved"
            if read
            else "nothing of a tool that isn't needed"
        )
        return [
            ("update of", _code(shown["tool"])),
            *([("says of itself", _code(said))] if said else []),
            *([("its code gains", _code(shown["code"]))] if shown["code"] else []),
            *([("stopped", shown["stopped"])] if shown["stopped"] else []),
            *([("the agent reads", reads)] if said and not shown["stopped"] else []),
            ("user", shown["task"]),
            *_calls(shown),
        ]

    return _episodes(result, "update", lines)


def _episodes(result: AttackResult, what: str, lines: Callable[[Any], list[Line]]) -> Html:
    return markup(
        *(
            tag(
                "div.tl-episode",
                tag("p", tag("b", f"A hostile {what}" if shown["hostile"] else f"An honest {what}")),
                definitions(lines(shown)),
            )
            for shown in result.evidence["episodes"]
        )
    )


def _calls(shown: Any, answer: Sequence[Line] = ()) -> list[Line]:
    """Return what the agent did: calls made and refused, what it answered, what left, and whether the task is done."""
    left: list[Line] = [("left the building", markup(_loss(what), f" to {to}")) for to, what in shown["left"]]
    return [
        *(("tool call", _code(call)) for call in shown["calls"]),
        *(("refused", _why(call, why)) for call, why in shown["refused"]),
        *answer,
        *(left or [("left the building", "nothing that should not")]),
        ("user's task done", "yes" if shown["task_done"] else _loss("no")),
    ]


def _code(text: str) -> Html:
    return tag("code", Html(markup(text).replace("\n", "<br>")))


def _why(text: str, why: str) -> Html:
    """Return what an agent did not do, and why."""
    return markup(_code(text), ": ", why)


def _loss(text: object) -> Html:
    return tag("span.tl-loss", text)


def _answer(answer: Any, true: Any) -> Html:
    return tag("span", f"model: {answer}", class_=None if answer == true else "tl-wrong")


def _figure(drawing: Html, *lines: object) -> Html:
    return tag("figure", drawing, tag("figcaption", *(tag("div", line) for line in lines)))


_PICTURES: dict[str, Callable[[AttackResult], Html]] = {
    "poisoning": _poisoning,
    "extraction": _extraction,
    "evasion": _evasion,
    "membership": _membership,
    "injection": _injection,
    "hijack": _injection,
    "memory_poisoning": _memory_poisoning,
    "tool_poisoning": _tool_poisoning,
}
