"""The judge of lesson 05 that looks behind the layers: what most of them hang on, also through others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from threatlab.exercises.judges import a_function, returned, shown
from threatlab.exercises.outcome import NotYet


@dataclass(frozen=True, slots=True)
class _Architecture:
    """Layers with their controls, and what each thing hangs on directly."""

    name: str
    layers: Mapping[str, Sequence[str]]
    hangs_on: Mapping[str, Collection[str]]


_ARCHITECTURES = (
    _Architecture(
        "a control in reserve",
        {"door": ["login", "guard"], "model": ["filter"], "data": ["keys"], "watch": ["alerts"]},
        {"login": ["directory"], "filter": ["gateway"], "keys": ["gateway"], "alerts": ["directory"], "guard": []},
    ),
    _Architecture(
        "through a middleman",
        {"door": ["login"], "model": ["filter"], "exit": ["proxy"], "data": ["keys", "backup"], "watch": ["alerts"]},
        {
            "login": ["sso"], "filter": ["gateway"], "proxy": ["gateway"], "keys": ["vault"], "backup": ["vault"],
            "alerts": ["cloud account"], "sso": ["cloud account"], "vault": ["cloud account"], "gateway": [],
        },
    ),
    _Architecture(
        "two of the same size",
        {"door": ["login"], "model": ["filter"], "data": ["keys"], "watch": ["alerts"]},
        {"login": ["directory"], "filter": ["directory"], "keys": ["build server"], "alerts": ["build server"]},
    ),
    _Architecture(
        "many controls, one layer",
        {"door": ["a", "b", "c"], "model": ["filter"], "data": ["keys"], "watch": []},
        {"a": ["firewall"], "b": ["firewall"], "c": ["firewall"], "filter": ["Ada"], "keys": ["Ada"]},
    ),
    _Architecture(
        "a circle",
        {"door": ["login"], "data": ["keys"], "watch": ["alerts"]},
        {"login": ["dns"], "dns": ["network"], "network": ["dns"], "keys": ["network"], "alerts": ["pager"]},
    ),
)  # fmt: skip


def _behind(thing: str, hangs_on: Mapping[str, Collection[str]], *, deep: bool) -> set[str]:
    """Return all that a thing hangs on; if `deep`, through others too."""
    found = list(dict.fromkeys(hangs_on.get(thing, ())))
    for each in found if deep else ():  # grows while it is walked
        found += [more for more in hangs_on.get(each, ()) if more not in found]
    return set(found)


def _missed(
    architecture: _Architecture, *, deep: bool = True, every: bool = True, count_controls: bool = False
) -> set[str]:
    """Return what takes down most layers, or, with another rule in one place, what a misconception makes of it."""
    layers, hangs_on = architecture.layers, architecture.hangs_on
    controls = {control for held in layers.values() for control in held}
    behind = {control: _behind(control, hangs_on, deep=deep) for control in controls}
    lost = {}
    for each in sorted(set().union(*behind.values()) - controls):
        gone = {control for control in controls if each in behind[control]}
        fallen = [held for held in layers.values() if held and (all if every else any)(c in gone for c in held)]
        lost[each] = len(gone) if count_controls else len(fallen)
    return {each for each, number in lost.items() if number == max(lost.values())}


_SHARED_SLIPS: tuple[tuple[Callable[[_Architecture], set[str]], str], ...] = (
    (
        lambda architecture: _missed(architecture, count_controls=True),
        (
            "You count controls. Three controls of one layer that fall together are one layer less; three layers with "
            "one each are three. Which of the two is worse?"
        ),
    ),
    (
        lambda architecture: _missed(architecture, every=False),
        (
            "You count a layer as lost as soon as one of its controls is. It stands as long as one of them does: look "
            "at the guard who checks badges when the login is down."
        ),
    ),
    (
        lambda architecture: _missed(architecture, deep=False),
        (
            "You look at what controls hang on directly. The login hangs on the single sign-on, and that on the cloud "
            "account: what fails with the account?"
        ),
    ),
    (
        lambda architecture: set(sorted(_missed(architecture))[:1]),
        "Where two take down equally many layers you name only one. Whoever reads that will leave the other alone.",
    ),
)


def finds_what_is_shared(answer: Any) -> str:
    """Judge a function from layers and what hangs on what to the set of things that take down most layers."""
    function = a_function(answer, "layers and hangs_on")
    given = [_names(returned(function, *_copied(each)), each) for each in _ARCHITECTURES]
    right = [_missed(each) for each in _ARCHITECTURES]
    if given == right:
        return (
            f"Right for {len(right)} architectures: with a reserve, through a middleman, with a tie, with many "
            "controls in one layer, and with two things that hang on each other."
        )
    for slip, says in _SHARED_SLIPS:
        if given == [slip(each) for each in _ARCHITECTURES]:
            raise NotYet(says)
    wrong = next(place for place in range(len(right)) if given[place] != right[place])
    case, mine = _ARCHITECTURES[wrong], ", ".join(sorted(given[wrong])) or "nothing"
    layers = ", ".join(f"{layer}: {' and '.join(held) or 'none'}" for layer, held in case.layers.items())
    raise NotYet(
        f"{case.name.capitalize()}: layers are {layers}, and you name {mine}. Let each thing fail in turn, and count "
        "the layers in which no control is left that was there before."
    )


def _copied(case: _Architecture) -> tuple[dict[str, list[str]], dict[str, set[str]]]:
    layers = {layer: list(held) for layer, held in case.layers.items()}
    return layers, {thing: set(needs) for thing, needs in case.hangs_on.items()}


def _names(value: Any, case: _Architecture) -> set[str]:
    if isinstance(value, str | Mapping) or not isinstance(value, Collection):
        raise NotYet(f"Your function returned {shown(value)}; give a set of names, which may hold more than one.")
    controls = {control for held in case.layers.values() for control in held}
    for name in value:
        if name in controls:
            raise NotYet(
                f"You name {shown(name)}, which is a control. It takes down at most its own layer; asked is what "
                "controls hang on."
            )
    return set(value)
