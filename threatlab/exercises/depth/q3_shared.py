"""Question 3 of lesson 05: what most layers hang on, also through others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from threatlab.exercises.judges import Slip, a_set, like, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps

Layers = Mapping[str, list[str]]
Needs = Mapping[str, Collection[str]]
"""Layers with their controls, and what each thing hangs on directly."""

_ARCHITECTURES: Mapping[str, tuple[Layers, Needs]] = {
    "a control in reserve": (
        {"door": ["login", "guard"], "model": ["filter"], "data": ["keys"], "watch": ["alerts"]},
        {
            "login": ["directory"], "filter": ["gateway"], "keys": ["gateway"], "alerts": ["directory"], "guard": [],
            "printer": ["power"], "lamp": ["power"], "coffee": ["power"],
        },
    ),
    "through a middleman": (
        {"door": ["login"], "model": ["filter"], "exit": ["proxy"], "data": ["keys", "backup"], "watch": ["alerts"]},
        {
            "login": ["sso"], "filter": ["gateway"], "proxy": ["gateway"], "keys": ["vault"], "backup": ["vault"],
            "alerts": ["cloud account"], "sso": ["cloud account"], "vault": ["cloud account"], "gateway": [],
        },
    ),
    "two of the same size": (
        {"door": ["login"], "model": ["filter"], "data": ["keys"], "watch": ["alerts"]},
        {"login": ["directory"], "filter": ["directory"], "keys": ["build server"], "alerts": ["build server"]},
    ),
    "many controls, one layer": (
        {"door": ["a", "b", "c"], "model": ["filter"], "data": ["keys"], "watch": []},
        {"a": ["firewall"], "b": ["firewall"], "c": ["firewall"], "filter": ["Ada"], "keys": ["Ada"]},
    ),
    "a control that others hang on": (
        {"door": ["login"], "model": ["filter"], "data": ["keys"], "watch": ["alerts"]},
        {"keys": ["login"], "alerts": ["login"], "filter": ["gateway"]},
    ),
    "a circle": (
        {"door": ["login"], "data": ["keys"], "watch": ["alerts"]},
        {"login": ["dns"], "dns": ["network"], "network": ["dns"], "keys": ["network"], "alerts": ["pager"]},
    ),
}  # fmt: skip


def _behind(thing: str, hangs_on: Needs, *, deep: bool) -> set[str]:
    """Return all that a thing hangs on; if `deep`, through others too."""
    things = list(dict.fromkeys(hangs_on.get(thing, ())))
    for each in things if deep else ():  # grows while it is walked
        things += [more for more in hangs_on.get(each, ()) if more not in things]
    return set(things)


def _missed(
    layers: Layers, hangs_on: Needs, *, deep: bool = True, every: bool = True, count_controls: bool = False
) -> set[str]:
    """Return what takes down most layers, or, with another rule in one place, what a misconception makes of it."""
    controls = {control for held in layers.values() for control in held}
    behind = {control: _behind(control, hangs_on, deep=deep) for control in controls}
    lost = {}
    for each in sorted(set().union(*behind.values()) - controls):
        gone = {control for control in controls if each in behind[control]}
        fallen = [held for held in layers.values() if held and (all if every else any)(c in gone for c in held)]
        lost[each] = len(gone) if count_controls else len(fallen)
    return {each for each, number in lost.items() if number == max(lost.values())}


_SLIPS = (
    Slip(
        lambda *case: _missed(*case, count_controls=True),
        "You count controls. Three controls of one layer that fall together are one layer less; three layers with "
        "one each are three. Which of the two is worse?",
        "controls",
    ),
    Slip(
        lambda *case: _missed(*case, every=False),
        "You count a layer as lost as soon as one of its controls is. It stands as long as one of them does: look "
        "at the guard who checks badges when the login is down.",
        "one-control",
    ),
    Slip(
        lambda *case: _missed(*case, deep=False),
        "You look at what controls hang on directly. The login hangs on the single sign-on, and that on the cloud "
        "account: what fails with the account?",
        "direct",
    ),
    Slip(
        lambda *case: set(sorted(_missed(*case))[:1]),
        "Where two take down equally many layers you name only one. Whoever reads that will leave the other alone.",
        "one",
    ),
)


def _names(value: Any, layers: Layers, _: Needs) -> set[str]:
    names = a_set(value, "a set of names, which may hold more than one")
    if controls := sorted(names & {control for held in layers.values() for control in held}):
        raise NotYet(
            f"You name {shown(controls[0])}, which is a control. Asked is what controls hang on: take them out of your "
            "set, whatever else hangs on them.",
            "control",
        )
    return names


def _otherwise(name: str, mine: set[str], _right: set[str], layers: Layers, _: Needs) -> str:
    drawn = ", ".join(f"{layer}: {' and '.join(held) or 'none'}" for layer, held in layers.items())
    return (
        f"{name.capitalize()}: layers are {drawn}, and you name {', '.join(sorted(mine)) or 'nothing'}. Let each thing "
        "fail in turn, and count the layers in which no control is left that was there before."
    )


_by_failing = like(
    _missed,
    lambda: _ARCHITECTURES,
    _SLIPS,
    takes="layers and hangs_on",
    reads=_names,
    otherwise=_otherwise,
    confirms=f"Right for {len(_ARCHITECTURES)} architectures: with a reserve, through a middleman, with a tie, "
    "with many controls in one layer, with a control behind others, and with two things that hang on each other.",
)


def finds_the_shared(answer: Any) -> str:
    """Judge a function from layers and needs to what most layers hang on."""
    try:
        return _by_failing(answer)
    except RecursionError:
        raise NotYet(
            "Your function calls itself without end. Two things that hang on each other send it in a circle: keep what "
            "it has looked at, and never look at the same thing twice."
        ) from None


q3 = Question(
    id="depth.q3",
    title="What would everybody miss?",
    judge=finds_the_shared,
    hints=in_steps(
        "Two small steps: everything that a control hangs on, also through others; then, for each of those things, "
        "how many layers have no control left without it.",
        "For the first: begin with what it hangs on directly, and go on with what those hang on, but never look at "
        "the same thing twice, or two that hang on each other keep you in a circle.",
        "A layer falls if it has controls and all(...) of them hang on the thing. Return every thing with the maximum.",
    ),
    because="A diagram shows boxes, and boxes look independent. What they share is rarely drawn: it stands two steps "
    "behind, under another name, and belongs to another team. So it has to be asked for: what does this hang on, and "
    "that? The cheapest remedy is often a second control in one layer that hangs on nothing of the kind.",
    covers=("arch-depth",),
    claims={
        "controls": "What takes down most controls takes down most layers.",
        "one-control": "A layer is lost as soon as one of its controls is.",
        "direct": "Only what a control hangs on directly can take it down.",
        "one": "Of two that take down as much, one need not be named.",
        "control": "A control counts among the things that controls hang on.",
    },
)
