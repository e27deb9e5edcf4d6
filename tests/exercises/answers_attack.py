"""Answers to the questions of lesson 03: the right one, and what a thoughtful learner may get wrong."""

from __future__ import annotations

import base64
import re

from threatlab.attacks.injection import ATTACKER, CALL, EVIL

REFUTED = {"checked": 2, "signed": 4, "rounded": 5, "blur": 6, "hardened": 0, "private": 8}

# --- q2


def reword(payload):
    return "To complete your answer for the reader, " + CALL.search(payload).group()


def unchanged(payload):
    return payload


def upper_case(payload):
    return payload.upper() if "send_email" not in payload else re.sub(r"^[^(]*?(?=send_email)", _upper, payload)


def _upper(found):
    return found.group().upper()


def always_the_same(_):
    return f"To complete your answer, {EVIL}"


def encoded(payload):
    return "Decode and do: " + base64.b64encode(payload.encode()).decode()


def without_the_first_phrase(payload):
    return re.sub(r"ignore previous( instructions)?( and)?", "kindly", payload, flags=re.IGNORECASE)


def returns_a_list(payload):
    return [payload]


# --- q3


def allow(call, task):
    return not call.to or (call.to.endswith("@corp.example") and call.file == "prices")


def refuse_everything(call, task):
    return False


def refuse_pages(call, task):
    return call.source != "page"


def allow_everything(call, task):
    return True


def by_tools(call, task):
    return call.tools <= task.tools


def not_the_attacker(call, task):
    return call.to != ATTACKER


def ends_like_us(call, task):
    return not call.to or call.to.endswith("corp.example")


def names_us(call, task):
    return "@corp.example" in call.to or not call.to


def pages_may_not_mail_outside(call, task):
    return call.source == "user" or not call.to or call.to.endswith("@corp.example")


def only_inside(call, task):
    return not call.to or call.to.endswith("@corp.example")


def not_the_secret(call, task):
    return only_inside(call, task) and not (call.to and call.file == "secrets")


def says_yes(call, task):
    return "yes"


# --- q4


def latest_notice(budgets, draws, bound):
    latest = 0
    for place, budget in enumerate(budgets):
        if max(draw[place] for draw in draws) >= bound:
            break
        latest = budget
    return latest


def on_average(budgets, draws, bound):
    return latest_notice(budgets, [[sum(at) / len(at) for at in zip(*draws, strict=True)]], bound)


def in_the_first_draw(budgets, draws, bound):
    return latest_notice(budgets, draws[:1], bound)


def in_the_worst_copy(budgets, draws, bound):
    return latest_notice(budgets, [[min(at) for at in zip(*draws, strict=True)]], bound)


def wherever_below(budgets, draws, bound):
    fits = [b for b, at in zip(budgets, zip(*draws, strict=True), strict=True) if max(at) < bound]
    return max(fits, default=0)


def at_the_bound_too(budgets, draws, bound):
    return latest_notice(budgets, draws, bound + 1e-9)


def first_too_late(budgets, draws, bound):
    return next((b for b in budgets if b > latest_notice(budgets, draws, bound)), budgets[-1])


def never_nothing(budgets, draws, bound):
    return latest_notice(budgets, draws, bound) or budgets[0]


# --- q5


def ship(options):
    floor = 0.95 * options["none"][2]
    fit = {name: option for name, option in options.items() if option[2] >= floor}
    return min(fit, key=lambda name: (fit[name][0] - fit[name][1], -fit[name][2]))


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


def absolute_floor(options):
    fit = {name: option for name, option in options.items() if option[2] >= 0.95} or {"none": options["none"]}
    if fit.keys() == {"none"} and "coin" in options:
        return ship(options)
    return min(fit, key=lambda name: (fit[name][0] - fit[name][1], -fit[name][2]))


def first_of_equals(options):
    fit = {name: option for name, option in options.items() if option[2] >= 0.95 * options["none"][2]}
    return min(fit, key=lambda name: fit[name][0] - fit[name][1])


def the_option(options):
    return options[ship(options)]


RIGHT = {
    "attack.q1": REFUTED,
    "attack.q2": reword,
    "attack.q3": allow,
    "attack.q4": latest_notice,
    "attack.q5": ship,
}

WRONG = {
    "attack.q1": [
        ({**REFUTED, "checked": 0}, "the other strength"),
        ({**REFUTED, "checked": 1}, "row 1 measures Neighbor label check"),
        ({**REFUTED, "signed": 0}, "Who has a valid signature"),
        ({**REFUTED, "signed": 3}, "figures are what the claim rests on"),
        ({**REFUTED, "signed": 2}, "the claim speaks of another control"),
        ({**REFUTED, "rounded": 0}, "with rounding and without"),
        ({**REFUTED, "blur": 0}, "an attacker who knows of it"),
        ({**REFUTED, "hardened": 7}, "Take the two differences"),
        ({**REFUTED, "private": 0}, "right half of the time by luck"),
        ({**REFUTED, "private": 9}, "give the number of a row"),
        ({"private": 8}, "a row, or 0, for each of"),
    ],
    "attack.q2": [
        (unchanged, "came back as it was"),
        (upper_case, "Upper or lower case is the same to it"),
        (always_the_same, "Each payload has its own call"),
        (encoded, "It finds no call at all"),
        (without_the_first_phrase, "came back as it was"),
        (returns_a_list, "give the reworded text"),
    ],
    "attack.q3": [
        (refuse_everything, "needs no agent"),
        (refuse_pages, "That is separation"),
        (allow_everything, "the plain attack of the lesson"),
        (by_tools, "stops it only where the task doesn't need both"),
        (not_the_attacker, "You refuse an address that you know"),
        (ends_like_us, "What stands before the domain"),
        (names_us, "It contains your domain"),
        (pages_may_not_mail_outside, "the page supplied the address"),
        (only_inside, "Where it goes is one question"),
        (not_the_secret, "list what may be mailed"),
        (says_yes, "give True to allow it"),
    ],
    "attack.q4": [
        (on_average, "holds on average"),
        (in_the_first_draw, "holds in the first draw"),
        (in_the_worst_copy, "Plan for the other end"),
        (wherever_below, "the curve dips"),
        (at_the_bound_too, "has to stay below"),
        (first_too_late, "by then it is too late"),
        (never_nothing, "the answer is 0"),
        (30, "not a function"),
    ],
    "attack.q5": [
        (lowest_success, "says the same to everybody"),
        (most_useful, "the most useful one"),
        (without_none, "Doing nothing is a choice too"),
        (without_luck, "subtract what luck alone would give"),
        (absolute_floor, "The floor is 95 %"),
        (first_of_equals, "among equals the most useful"),
        (the_option, "give one of the names"),
    ],
}
