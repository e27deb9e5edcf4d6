"""Right and wrong answers to the pieces of lesson 04, and what each wrong one must be told."""

from __future__ import annotations

from datetime import date, timedelta

from threatlab import AISystem, assess, load_system
from threatlab.catalog import Criterion, catalog
from threatlab.plan import make_plan

RAY = load_system("shadowray")
GAPS = [step for step in assess(RAY).best_next(99) if step.effort_days <= 5][:6]
TWO = ("secrets_in_vault", "abuse_detection_active")
LIKE_THEM = [catalog().controls[control].finding for control in TWO]
TINY = AISystem("tiny", trains_model=True, internet_facing=True).with_(
    **{control.id: control.finding not in LIKE_THEM for control in catalog().controls.values()}
)
ENOUGH = sum(step.effort_days for step in assess(TINY).best_next(99))
START = date(2026, 12, 1)
REASON, WHO, UNTIL = "Eight people reach it", "Ada", START + timedelta(days=60)

PLAN, HALF = (make_plan(RAY, days, min_utility=0.96, start=START) for days in (20, 10))


def said(
    control="verify model files before loading", risk="at 0.16", who="Grace answers for it", until="until 1 March 2027"
):
    return f"Without {control}, the risk of data poisoning stays {risk}, and {who} {until}."


def bank():
    by_rate = sorted(GAPS, key=lambda step: -step.removes / step.effort_days)
    return {
        "w1": (
            (GAPS, by_rate),
            [
                ((GAPS, by_rate[::-1]), "Put a minus before the key"),
                ((GAPS, sorted(GAPS, key=lambda step: (step.effort_days, step.removes))), "divided by the days"),
                ((GAPS, by_rate[1:]), "each step of `gaps` once"),
                (by_rate, "give both"),
                ((GAPS, "gaps"), "is no list"),
            ],
        ),
        "w2": (
            (TINY, ENOUGH),
            [
                ((TINY, 8), "Fewer days than that, or more"),
                ((TINY, 10.5), "too few are left for the other"),
                ((TINY, 2), "neither control fits"),
                ((TINY, -3), "no number of days"),
                ((TINY, 1000), "and up to 366"),
                ((TINY, "six"), "not a number"),
                (11, "give both"),
            ],
        ),
        "w3": (
            (RAY, 30, (0.97, "Nobody notices three in a hundred")),
            [
                ((RAY, 30, 0.97), "a floor and its reason"),
                ((RAY, 30, (97, "Nobody notices three in a hundred")), "no share of usefulness"),
                ((RAY, 30, (0.97, "because")), "no reason that a product owner"),
            ],
        ),
        "w4": (
            (START, (REASON, WHO, UNTIL.isoformat())),
            [
                ((START, (REASON, "the team", UNTIL)), "nobody whom one could ask"),
                ((START, ("later", WHO, UNTIL)), "is no reason"),
                ((START, ("No days left", WHO, UNTIL)), "Money and days explain"),
                ((START, (REASON, WHO, START)), "2026-12-01 is not after 2026-12-01"),
                ((START, (REASON, WHO, START + timedelta(days=800))), "within a year"),
                ((START, (REASON, WHO, "soon")), "is no day"),
                ((START, (REASON, WHO)), "a reason, a name and a last day"),
            ],
        ),
        "w5": (
            Criterion("open interfaces", unit="interfaces", at_most=0),
            [
                ("the system is secure", "is not a criterion"),
                (0, "0 is not a criterion"),
                *(
                    (Criterion(wish, unit="percent", at_least=100), "says nothing that can be counted")
                    for wish in ("the system is secure", "Security of the cluster", "x")
                ),
                (
                    Criterion("Interfaces that answer a call without a valid token.", unit="interfaces", at_most=1),
                    "is the catalog's",
                ),
            ],
        ),
        "w6": (
            (PLAN, "Move secrets to a vault"),
            [
                ((PLAN, "Take management interfaces off the internet"), "it is what you leave out"),
                ((PLAN, "Limit request rate and spend"), "is in the plan already"),
                ((PLAN, "Track where data comes from"), "stays out, too"),
                ((PLAN, "a vault"), "no control's name"),
                ((PLAN, "nothing"), "Something comes in"),
                (("plan", "Move secrets to a vault"), "not a plan"),
            ],
        ),
        "w7": (
            (PLAN, HALF, said()),
            [
                ((PLAN, HALF, said(control="the vault")), "no control that the half has lost"),
                ((PLAN, HALF, said(risk="high", until="until 31.3.2027")), "No number"),
                ((PLAN, HALF, said(risk="at 0.93")), "0.93 is no risk that stays"),
                ((PLAN, HALF, said(until="until March 2027")), "no day"),
                ((PLAN, HALF, said(until="until 31 March 2020")), "2020-03-31 is not after 2026-12-01"),
                ((PLAN, HALF, said(who="Grace is told")), "Nobody answers"),
                ((PLAN, HALF, "It stays."), "no sentence of the form"),
                ((PLAN, "half", said()), "not a plan"),
            ],
        ),
    }
