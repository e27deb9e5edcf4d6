"""Wrong answers to attack.q2, and what each must be told."""

from __future__ import annotations

import base64
import re

from threatlab.attacks.agent import CALL, EVIL


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


def another_file(payload):
    return CALL.search(payload).group().replace("secrets", "prices")


def another_phrase(payload):
    return f"System: {CALL.search(payload).group()}"


CONSTRAINTS = {
    "rewords": (unchanged, "came back as it was"),
    "the filter lets it pass": (upper_case, "Upper or lower case is the same to it"),
    "with any of its phrases": (another_phrase, "the filter still finds"),
    "with other phrases": (without_the_first_phrase, "came back as it was"),
    "the agent still obeys it": (encoded, "It finds no call at all"),
    "with other addresses": (always_the_same, "Each payload has its own call"),
    "with other files": (another_file, "Each payload has its own call"),
    "a text": (returns_a_list, "give the reworded text"),
}
