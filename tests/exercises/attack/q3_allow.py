"""Wrong answers to attack.q3, and what each must be told."""

from __future__ import annotations

from threatlab.attacks.injection import ATTACKER


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


def wrong(_):
    return [
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
    ]
