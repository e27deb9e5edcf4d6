"""Right and wrong answers to the pieces of lesson 01, and what each wrong one must be told."""

from __future__ import annotations

from dataclasses import replace

from threatlab.dataflow import DataFlow
from threatlab.dataflow.files import load_drawing

WHOLE = load_drawing("ml-pipeline-prod")
HALF = WHOLE.without("Request log").without("Open-source libraries").without_zone("Package index").finished(False)
LOGGED = WHOLE.without("Open-source libraries").without_zone("Package index")
INCIDENT = load_drawing("shadowray")

TINY = (
    DataFlow("tiny")
    .with_zone("Internet", "internet")
    .with_zone("Production", "own", owner="ML platform team")
    .with_element("Applicant", "person", "Internet")
    .with_element("Scoring API", "process", "Production")
    .with_flow("Applicant", "Scoring API", "application", "questions", personal=True)
)

MINE = (
    DataFlow("mail-filter")
    .with_zone("Internet", "internet")
    .with_zone("Office", "own", owner="head of IT")
    .with_element("Sender", "person", "Internet")
    .with_element("Mail server", "process", "Office")
    .with_element("Filter", "model", "Office", assets=["reputation"])
    .with_flow("Sender", "Mail server", "mail", "documents", adversaries=["author"])
    .with_flow("Mail server", "Filter", "mail", "documents")
    .with_flow("Filter", "Mail server", "spam or not", "decisions")
)


NO_WAYS_IN = [
    ((8, "contributor", "Loan model"), "Leave the last line"),
    ((WHOLE, 8), "can't be read"),
    ((WHOLE, (11, "customer", "Loan model")), "11 is no flow"),
    ((WHOLE, (8, "hacker", "Loan model")), "no adversary of the catalog"),
    ((WHOLE, (6, "insider", "Feature store")), "Both ends of flow 6 are yours"),
    ((WHOLE, (8, "customer", "Loan model")), "At flow 8 there can be: contributor, supplier (our reading)"),
    ((WHOLE, (8, "contributor", "Model")), "no element of the drawing"),
    ((WHOLE, (1, "customer", "Open-source libraries")), "No flow leads from there to Open-source libraries"),
    ((WHOLE, (8, "contributor", "Training job")), "nothing is worth something at Training job"),
    ((WHOLE, (8, "contributor", "Scoring API")), "a contributor wants model or data"),
    ((None, (1, "customer", "Scoring API")), "No way in is drawn"),
]


def left_out(drawing, review="each January"):
    return drawing.excluding("Mail server", "The provider tests it", "head of IT", review)


def bank():
    return {
        "w1": (
            ("Loan clerk", "person"),
            [
                ("Loan clerk", "not a name and a kind"),
                (("Loan clerk", "human"), "It can't be drawn"),
                (("request log", "data store"), "is on the list already"),
                (("Somebody", "person"), "find out who that is"),
                (("Team", "person"), "find out who that is"),
                (("Approver", "person"), "of what, or for whom?"),
                (("Approved models", "data store"), "A data store approves nothing"),
            ],
        ),
        "w2": (
            TINY.with_flow("Scoring API", "Applicant", "yes or no", "decisions", personal=True),
            [
                (TINY.flows[0], "not a drawing"),
                (TINY, "The last flow is now Applicant \u2192 Scoring API: application"),
                (DataFlow("empty"), "The last flow is now nothing"),
                (
                    TINY.with_flow("Applicant", "Scoring API", "yes or no", "decisions"),
                    "now Applicant \u2192 Scoring API: yes or no",
                ),
                (TINY.with_flow("Scoring API", "Applicant", "yes or no", "questions"), "It carries questions"),
                (TINY.with_flow("Scoring API", "Applicant", "yes or no", "decisions"), "personal=True"),
            ],
        ),
        "w3": (
            (8, "Who chooses the versions of the libraries?"),
            [
                (("8", "Who chooses them?"), "is no flow of the picture"),
                ((11, "Who chooses them?"), "11 is no flow"),
                ((2, "Who may ask the model?"), "Flow 2 stays in Production"),
                ((8, "Somebody chooses the versions."), "is no question"),
                ((8, "Is that flow secure?"), "Nobody can answer that"),
                ((8, "Who, who, who, who?"), "so few words"),
                ((1, "Who notices if one applicant sends a thousand applications?"), "is the text's example"),
            ],
        ),
        "w4": (
            LOGGED.with_zone("Index", "third party")
            .with_element("Open-source libraries", "data store", "Index")
            .with_flow("Open-source libraries", "Training job", "libraries", "model files"),
            [
                (INCIDENT, "This is ShadowRay"),
                (HALF, "The request log isn't drawn yet"),
                (HALF.with_element("Request log", "data store", "Training"), "is a data store in Training"),
                (HALF.with_element("Request log", "tool", "Production", personal=True), "is a tool in Production"),
                (HALF.with_element("Request log", "data store", "Production"), "that holds personal"),
                (WHOLE.without_flow(5), "from Scoring API to Request log yet"),
                (WHOLE.without_flow(6), "from Request log to Feature store yet"),
                (LOGGED, "Open-source libraries aren't drawn yet"),
                (LOGGED.with_element("Open-source libraries", "data store", "Training"), "which is yours"),
                (WHOLE.without_flow(8), "from Open-source libraries to Training job yet"),
                (WHOLE.changing_flow(8, carries="other"), "carries other"),
            ],
        ),
        "w5": (
            WHOLE.with_flow("Loan model", "Applicant", "a letter that says why", "generated content"),
            [
                (WHOLE, "No flow is new"),
                (WHOLE.without_flow(8), "A flow is gone: Open-source libraries"),
                (WHOLE.with_flow("Request log", "Applicant", "a copy", "other"), "nothing more follows"),
                ("Request log", "not a drawing"),
            ],
        ),
        "w6": (
            (INCIDENT, 2),
            [
                (2, "not a drawing and a number"),
                ((INCIDENT, "two"), "is no flow of the picture"),
                ((INCIDENT, 5), "doesn't touch Job interface"),
                ((INCIDENT, 1), "both ends have one owner"),
                ((WHOLE, 1), "write None"),
            ],
        ),
        "w7": (
            "With each release",
            [
                (2027, "is no text"),
                ("When the contract ends", "stands there already"),
                ("Regularly", "in nobody's calendar"),
                ("if needed", "'if needed' is in nobody's calendar"),
            ],
        ),
        "w8": (
            left_out(MINE),
            [
                (WHOLE, "is the workbook's"),
                (DataFlow("my-system"), "0 zones so far"),
                (MINE.without("Filter"), "2 elements so far"),
                (MINE.without_flow(3), "2 flows so far"),
                (MINE.changing_element("Filter", kind="process"), "No model is in it"),
                (MINE.changing_zone("Office", owner=""), "Who decides what runs in Office"),
                (MINE.changing_element("Sender", zone="Office"), "Nothing crosses a boundary"),
                (MINE.changing_element("Filter", assets=()), "not like to lose"),
                (MINE.changing_flow(1, adversaries=()), "at the outer end of a flow"),
                (MINE, "Nothing is left out"),
                (left_out(MINE, "later"), "When is it looked at again"),
                (replace(left_out(MINE), name="my-system"), "still called my-system"),
            ],
        ),
        "w9": (
            (WHOLE, (4, "competitor", "Loan model")),
            [*NO_WAYS_IN, ((WHOLE, (1, "Customer", "Scoring API")), "is the text's example")],
        ),
    }
