"""Wrong answers to attack.q5, and what each must be told."""

from __future__ import annotations


def lowest_success(options):
    return min(options, key=lambda name: options[name][0])


def most_useful(options):
    return max(options, key=lambda name: options[name][2])


def without_none(options):
    rest = {
        name: option for name, option in options.items() if name != "none" and option[2] >= 0.95 * options["none"][2]
    }
    return min(rest, key=lambda name: (rest[name][0] - rest[name][1], -rest[name][2]))


def without_luck(options):
    fit = {name: option for name, option in options.items() if option[2] >= 0.95 * options["none"][2]}
    return min(fit, key=lambda name: (fit[name][0], -fit[name][2]))


def first_of_equals(options):
    fit = {name: option for name, option in options.items() if option[2] >= 0.95 * options["none"][2]}
    return min(fit, key=lambda name: fit[name][0] - fit[name][1])


def chosen(options, enough):
    fit = {name: option for name, option in options.items() if enough(option[2], options["none"][2])}
    return min(fit or ["none"], key=lambda name: (options[name][0] - options[name][1], -options[name][2]))


def with_floor(enough):
    return lambda options: chosen(options, enough)


CONSTRAINTS = {
    "at least 95% of the utility": (lowest_success, "says the same to everybody"),
    "that the system has with none": (with_floor(lambda has, _: has >= 0.95), "more than this system ever had"),
    "a share of it, not points": (with_floor(lambda has, had: has >= had - 0.05), "points of a perfect system"),
    "at least": (with_floor(lambda has, had: has > 0.95 * had), "you ship 'safe'"),
    "the least gain": (most_useful, "the most useful one"),
    "success minus baseline": (without_luck, "subtract what luck alone would give"),
    "none is one of the options": (without_none, "Doing nothing is a choice too"),
    "among equals, the more useful one": (first_of_equals, "among equals the most useful"),
    "the name of the option": (lambda options: options[chosen(options, lambda *_: True)], "give one of the names"),
}
