"""Wrong answers to operate.q4, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right

ENTRY = right("operate.q4").partition("[invented_package.countered_by.human")[0]

APPLIES = 'applies_when_any = ["generates_content"]'


CLAIM = "countered_by.dependencies_scanned"

MEASURED = '''source = "measured"
measured = 0.6
attack = "poisoning"
on = "a package index"
routes = 1.0
routes_why = "Every invented name has to be installed."'''


RAISED = "raised_by = { uses_tools = 0.1, acts_without_approval = 0.2 }"


def but(old, new):
    assert old in ENTRY
    return ENTRY.replace(old, new, 1)


CONSTRAINTS = {
    "a TOML text": ({"invented_package": {}}, "is no TOML text"),
    "one table": (ENTRY + ENTRY.replace("invented_package", "another"), "it must be one table"),
    "the same fields": (but("likelihood = 0.03", "likelihod = 0.03"), "The catalog refuses it"),
    "stride": (but('stride = "T"', 'stride = "D"'), "Which letter is that"),
    "facts, of which any one is enough": (
        but(APPLIES, 'applies_when_any = ["generates_content", "uses_third_party_model"]'),
        "of which only uses_third_party_model is true",
    ),
    "for the threat to apply: who isn't": (but(APPLIES, "applies_when_any = []"), "every system there is"),
    "for the threat to apply: who is hit": (but(APPLIES, 'applies_when_any = ["uses_tools"]'), "only writes code"),
    "a chance within a year": (but("likelihood = 0.03", "likelihood = 0.217"), "the share of inventions"),
    "a chance": (but("likelihood = 0.03", "likelihood = 0"), "says that it can't happen"),
    "what that rests on": (
        but("Judged: invented often; one must be registered, and run.", "Judged."),
        "likelihood_why is 'Judged.'",
    ),
    "each fact that makes it likelier": (but(RAISED, "raised_by = {}"), "likelier"),
    "that makes it likelier, and not worse": (but("{ uses", "{ handles_personal_data = 0.1, uses"), "Personal data"),
    "impact_why": (but("Judged: a stranger's code runs, with our rights.", "Bad."), "impact_why is 'Bad.'"),
    "a control that stands in the way": (but(CLAIM, "countered_by.encryption_enabled"), "does that control stand"),
    "in the way, before the code runs": (but(CLAIM, "countered_by.staff_trained"), "finds out, or explains"),
    "each control": (ENTRY.partition("[invented_package.c")[0] + "[invented_package.countered_by]\n", "nothing helps"),
    "value": (but("value = 0.6", "value = 0.95"), "the day on which everybody is in a hurry"),
    "source": (but('value = 0.6\nsource = "judged"', MEASURED), "What is the honest word"),
    "why": (but("Only pinned and known packages are installed; a new name is looked at.", "It helps."), "why is 'It h"),
}


def wrong(_):
    return [
        (but(APPLIES, 'applies_when_any = ["generates_content", "uses_tools"]'), "a list of alternatives"),
        (but("[invented_package]", "[data_poisoning]"), "one table"),
        (but("dependencies_scanned", "dependency_scanned"), "did you mean 'dependencies_scanned'"),
    ]
