"""Wrong answers to scope.q5, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right

RIGHT = right("scope.q5")


def but(**rows):
    return {**RIGHT, **rows}


CONSTRAINTS = {
    "a row for each account": ({"bargain": RIGHT["bargain"]}, "copy"),
    "three parts": (but(copy=(3, "competitor")), "can't be read"),
    "a flow of the picture": (but(copy=(12, "competitor", "gray box")), "12 is no flow"),
    "an adversary of the catalog": (but(copy=(3, "rival", "gray box")), "'rival' is none of customer, competitor"),
    "one of the boxes": (but(copy=(3, "competitor", "grey box")), "'copy'"),
    "who: bargain": (but(bargain=(1, "thief", "black box")), "Thief of an account means"),
    "who: copy": (but(copy=(1, "customer", "gray box")), "Customer means"),
    "who: hotel": (but(hotel=(10, "contributor", "black box")), "Contributor means"),
    "who: leaver": (but(leaver=(11, "intruder", "white box")), "Intruder means"),
    "where: bargain": (but(bargain=(3, "customer", "black box")), "By which flow do his words come in"),
    "where: copy": (but(copy=(1, "competitor", "gray box")), "get what it trains on"),
    "where: hotel": (but(hotel=(2, "author", "black box")), "nobody from the list"),
    "where: leaver": (but(leaver=(8, "insider", "white box")), "what a neighbor wrote"),
    "what box: bargain": (but(bargain=(1, "customer", "gray box")), "What does he know of the inside"),
    "what box: copy": (but(copy=(3, "competitor", "black box")), "more than the answers tell"),
    "what box: hotel": (but(hotel=(10, "author", "white box")), "Has she ever seen"),
    "what box: leaver": (but(leaver=(11, "insider", "gray box")), "that she doesn't know"),
}
