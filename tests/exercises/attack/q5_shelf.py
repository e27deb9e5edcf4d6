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


def wrong(right):
    def absolute_floor(options):
        fit = {name: option for name, option in options.items() if option[2] >= 0.95} or {"none": options["none"]}
        if fit.keys() == {"none"} and "coin" in options:
            return right(options)
        return min(fit, key=lambda name: (fit[name][0] - fit[name][1], -fit[name][2]))

    def the_option(options):
        return options[right(options)]

    return [
        (lowest_success, "says the same to everybody"),
        (most_useful, "the most useful one"),
        (without_none, "Doing nothing is a choice too"),
        (without_luck, "subtract what luck alone would give"),
        (absolute_floor, "The floor is 95 %"),
        (first_of_equals, "among equals the most useful"),
        (the_option, "give one of the names"),
    ]
