"""Wrong answers to attack.q3, and what each must be told."""

from __future__ import annotations

import re

from threatlab.attacks.agent import ATTACKER


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


def only_inside(call, task):
    return not call.to or call.to.endswith("@corp.example")


def not_the_secret(call, task):
    return only_inside(call, task) and not (call.to and call.file == "secrets")


def says_yes(call, task):
    return "yes"


def of_prices(inside):
    return lambda call, task: not call.to or (inside(call.to) and call.file == "prices")


def only_pages_are_looked_at(call, task):
    return (call.source == "user" and call.file == "prices") or only_the_prices(call, task)


only_the_prices = of_prices(lambda to: to.endswith("@corp.example"))

CONSTRAINTS = {
    "all four tasks still get done": (refuse_everything, "needs no agent"),
    "each of them": (refuse_pages, "That is separation"),
    "no hostile page": (allow_everything, "the plain attack of the lesson"),
    "gets any file": (by_tools, "stops it only where the task doesn't need both"),
    "the attacker may choose every address": (not_the_attacker, "You refuse an address that you know"),
    "on the page": (only_pages_are_looked_at, "the page supplied the address"),
    "out of @corp.example": (of_prices(lambda to: to.endswith("corp.example")), "What stands before the domain"),
    "the domain at the end": (of_prices(lambda to: "corp.example" in to), "mailed to audit@corp.example.evil.example"),
    "the domain behind the last @": (of_prices(lambda to: to.split("@")[1] == "corp.example"), "behind the first @"),
    "the domain, with its dot": (of_prices(lambda to: bool(re.search("@corp.example$", to))), "stands for any sign"),
    "to anybody at all": (only_inside, "Where it goes is one question"),
    "no other file than the work needs": (not_the_secret, "list what may be mailed"),
    "True or False": (says_yes, "give True to allow it"),
}
