"""Wrong answers to depth.q3, and what each must be told."""

from __future__ import annotations


def everybody_misses(layers, hangs_on, *, deep=True, fallen=all, controls=False):
    def behind(thing):
        found = list(hangs_on.get(thing, ()))
        for each in found if deep else ():
            found += [more for more in hangs_on.get(each, ()) if more not in found]
        return set(found)

    behind_of = {control: behind(control) for held in layers.values() for control in held}
    falls = {}
    for thing in set().union(*behind_of.values()) - set(behind_of):
        if controls:
            falls[thing] = sum(thing in needs for needs in behind_of.values())
        else:
            falls[thing] = sum(bool(h) and fallen(thing in behind_of[c] for c in h) for h in layers.values())
    return {thing for thing, number in falls.items() if number == max(falls.values())}


def misses(**slip):
    return lambda layers, hangs_on: everybody_misses(layers, hangs_on, **slip)


def no_reserves(layers, hangs_on):
    return everybody_misses({layer: held for layer, held in layers.items() if len(held) == 1}, hangs_on)


def names_controls(layers, hangs_on):
    return {control for held in layers.values() for control in held if hangs_on.get(control)}


def only_one(layers, hangs_on):
    return {min(everybody_misses(layers, hangs_on))}


def wrong(_):
    return [
        (misses(controls=True), "You count controls"),
        (misses(fallen=any), "It stands as long as one of them does"),
        (misses(deep=False), "what controls hang on directly"),
        (only_one, "you name only one"),
        (no_reserves, "Let each thing fail in turn"),
        (names_controls, "which is a control"),
        (lambda *_: {"gateway"}, "Through a middleman"),
        (lambda *_: "gateway", "give a set of names"),
    ]
