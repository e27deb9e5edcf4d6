"""Wrong answers to attack.q6, and what each must be told."""

from __future__ import annotations


def by_turn(note, use):
    return note["turn"] == "user" or use == "answer"


def only_the_user(note, use):
    return note["from"] == "user"


def no_orders_from_pages(note, use):
    return note["from"] == "user" or use != "order"


def values_only(note, use):
    return use != "order" and (note["from"] == "user" or use == "answer")


def known_words(note, use):
    return note["from"] == "user" or not ("evil" in note["words"] or "send_email" in note["words"])


def by_address(note, use):
    return use == "answer" or note["words"].endswith("corp.example") or "@corp.example" in note["words"]


def everything(note, use):
    return True


def says_yes(note, use):
    return "yes"


def of_pages_only(note, use):
    return note["from"] == "page" and use == "answer"


CONSTRAINTS = {
    "the user's words may do all three": (values_only, "It depends on who said it"),
    "each of the user's uses": (of_pages_only, "You refuse the user's own contact, for a mail"),
    "a page's words may be told": (only_the_user, "costs every honest note"),
    "and give no order": (everything, "You allow an order that stood on a page"),
    "and steer no call": (no_orders_from_pages, "the mail goes where the page wants it"),
    "a page that waited is a page": (by_turn, "its words are still a page's"),
    "however it is worded": (known_words, "words that you have seen"),
    "whatever address it holds": (by_address, "You look at the address"),
    "True or False": (says_yes, "give True if the note may be used so"),
}
