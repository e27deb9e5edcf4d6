"""Wrong answers to operate.q4, and what each must be told."""

from __future__ import annotations

APPLIES = 'applies_when_any = ["generates_content"]'


CLAIM = "countered_by.dependencies_scanned"

MEASURED = '''source = "measured"
measured = 0.6
attack = "poisoning"
on = "a package index"
routes = 1.0
routes_why = "Every invented name has to be installed."'''


def wrong(right):
    entry = right.partition("[invented_package.countered_by.human")[0]
    return [
        (entry.replace("likelihood = 0.03", "likelihod = 0.03"), "The catalog refuses it"),
        (entry.replace(APPLIES, "applies_when_any = []"), "every system there is"),
        (entry.replace(APPLIES, 'applies_when_any = ["uses_tools"]'), "only writes code"),
        (entry.replace(APPLIES, 'applies_when_any = ["generates_content", "uses_tools"]'), "a list of alternatives"),
        (entry.replace("likelihood = 0.03", "likelihood = 0.217"), "the share of inventions"),
        (
            entry.replace("raised_by = { uses_tools = 0.1, acts_without_approval = 0.2 }", "raised_by = {}", 1),
            "likelier",
        ),
        (entry.replace("raised_by = { uses", "raised_by = { handles_personal_data = 0.1, uses", 1), "Personal data"),
        (entry.replace(CLAIM, "countered_by.encryption_enabled"), "At which step does that control stand"),
        (entry.replace(CLAIM, "countered_by.staff_trained"), "finds out, or explains"),
        (entry.replace('value = 0.6\nsource = "judged"', MEASURED), "What is the honest word"),
        (entry.replace("value = 0.6", "value = 0.95"), "the day on which everybody is in a hurry"),
        (entry.replace('stride = "T"', 'stride = "D"'), "Which letter is that"),
        (
            entry.replace("Judged: a stranger's code runs, with our rights.", "Bad."),
            "without a reason",
        ),
        (entry.partition("[invented_package.c")[0] + "[invented_package.countered_by]\n", "nothing helps"),
    ]
