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


def counts_controls_too(layers, hangs_on):
    """Let controls fail as other things do."""
    itself = {layer: [f"{control}!" for control in held] for layer, held in layers.items()}
    needs = {f"{control}!": [control] for held in layers.values() for control in held}
    return everybody_misses(itself, {**hangs_on, **needs})


def calls_itself(layers, hangs_on):
    def behind(thing, depth=1):
        if depth == 99:
            raise RecursionError  # Python's own, at a thousand, ends the trace of the test that runs this
        return set(hangs_on.get(thing, ())).union(*(behind(each, depth + 1) for each in hangs_on.get(thing, ())))

    return everybody_misses(layers, {c: behind(c) for held in layers.values() for c in held}, deep=False)


def every_thing_has_an_entry(layers, hangs_on):
    needed = {thing for held in layers.values() for control in held for thing in hangs_on[control]}
    return everybody_misses(layers, hangs_on) & {thing for thing in needed if not hangs_on[thing]}


def a_share_of_each_layer(layers, hangs_on):
    alone = {control: everybody_misses({"": [control]}, hangs_on) for held in layers.values() for control in held}
    lost = {layer: sum(bool(alone[c]) for c in held) / len(held) for layer, held in layers.items()}
    return everybody_misses({layer: layers[layer] for layer in lost}, hangs_on)


def most_wanted(layers, hangs_on):
    controls = {control for held in layers.values() for control in held}
    wanted = [each for needs in hangs_on.values() for each in needs if each not in controls]
    return {each for each in wanted if wanted.count(each) == max(map(wanted.count, wanted))}


def only_one(layers, hangs_on):
    return {min(everybody_misses(layers, hangs_on))}


CONSTRAINTS = {
    "takes down the most layers": (misses(controls=True), "You count controls"),
    "what hangs on a thing counts where it is a layer": (most_wanted, "you name power"),
    "directly or through others": (misses(deep=False), "what controls hang on directly"),
    "a layer is down when it has none left": (misses(fallen=any), "It stands as long as one of them does"),
    "a layer with several controls can be lost": (no_reserves, "Let each thing fail in turn"),
    "a layer without controls": (a_share_of_each_layer, "ZeroDivisionError"),
    "a set of names": (lambda *_: "gateway", "give a set of names"),
    "all things that take down that many": (only_one, "you name only one"),
    "controls themselves don't count": (counts_controls_too, "'login', which is a control"),
    "not everything has an entry": (every_thing_has_an_entry, "KeyError"),
    "real things hang on each other in circles": (calls_itself, "send it in a circle"),
}


def wrong(_):
    return [
        (names_controls, "which is a control"),
        (lambda *_: {"gateway"}, "Through a middleman"),
        (lambda *_: set(), "you name nothing"),
    ]
