"""What a measurement on the real system changes in an assessment: how much of a threat's risk one control removes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from threatlab.catalog import CLAIM_CAP, Catalog, Effectiveness
from threatlab.measured.record import Interval, Measured
from threatlab.words import as_sentence, capital, date_in_words


def removed(measured: Measured) -> Interval | None:
    """Return the share of the attacker's gain that the control took away (0..1); None if there was nothing to take.

    It is 1 \u2212 (success with it \u2212 baseline) / (success without it \u2212 baseline), of the means over the
    repeats; the baseline is that of the run without. Its ends are those that the ends of both intervals lead to: wider
    than an interval of the quotient itself. There is nothing to take if the attack without the control gained nothing
    that its own interval tells from the baseline.
    """
    bare, with_it = measured.beside, measured.run
    if bare is None or not with_it.complete:
        return None
    base, alone, beside = bare.over("baseline").mean, bare.over("success"), with_it.over("success")
    if (alone.mean if alone.low is None else alone.low) <= base:
        return None

    def share(with_control: float, without: float) -> float:
        return min(max(1 - (with_control - base) / (without - base), 0.0), 1.0)

    mean = share(beside.mean, alone.mean)
    if alone.low is None or alone.high is None or beside.low is None or beside.high is None:
        return Interval(mean, None, None)
    return Interval(mean, share(beside.high, alone.low), share(beside.low, alone.high))


def measured_catalog(catalog: Catalog, measurements: Iterable[Measured]) -> Catalog:
    """Return the catalog in which what was measured on the real system stands where a toy's figure stood.

    A control's effectiveness against a threat is what an attack saw removed, times the share of the threat's routes
    that this attack speaks of. The first is measured anew; the second stays the catalog's judgment, for no attack
    measures it. So only a figure that a toy had measured is replaced, and what is judged as a whole stays judged. Of
    several measurements of one control against one threat the last counts. What replaced a figure before is put back
    first. A control's cost in usefulness stays as it is.
    """
    controls = {
        name: replace(
            control, effectiveness={threat: claim.replaced or claim for threat, claim in control.effectiveness.items()}
        )
        for name, control in catalog.controls.items()
        if any(claim.replaced for claim in control.effectiveness.values())
    }
    changed = {**catalog.controls, **controls}
    for each in measurements:
        if unused(each, catalog):
            continue
        control, share, threat = changed[each.control], removed(each), each.run.threat
        claim = control.effectiveness[threat]
        claim = claim.replaced or claim
        worth = round(min(share.mean, CLAIM_CAP), 2) if share else 0.0
        anew = Effectiveness(
            worth * claim.routes,
            "measured",
            f"{said_of(each)} {claim.why}",
            claim.attack,
            worth,
            f"the real system ({_day(each)})",
            claim.routes,
            claim.routes_why,
            claim,
        )
        changed[each.control] = replace(control, effectiveness={**control.effectiveness, threat: anew})
    return replace(catalog, controls=changed) if changed != catalog.controls else catalog


def unused(measured: Measured, catalog: Catalog) -> str:
    """Return why a measurement changes no figure of an assessment, in a sentence; "" if it does.

    It is evidence all the same.
    """
    run, name = measured.run, measured.control
    if not run.complete:
        return f"The run is incomplete ({len(run.repeats)} of {run.setting['repeats']} repeats): it changes no figure."
    if not name:
        return "No control was named: it shows how far an attacker gets, and changes no figure."
    control = catalog.controls.get(name)
    claim = control.effectiveness.get(run.threat) if control else None
    if claim is None:
        return f"The catalog knows no effect of {name} against {run.threat}: it changes no figure."
    if (claim.replaced or claim).attack != run.attack:
        return (
            f"What {name} removes of {run.threat} is judged as a whole, and nobody has said of which share of the "
            "routes this attack speaks: it changes no figure."
        )
    if removed(measured) is None:
        return "Without the control the attack gained nothing: there was nothing for it to take, and no figure changes."
    return ""


def effect(measured: Measured, catalog: Catalog) -> str:
    """Return in a sentence which figure of a catalog a measurement has replaced, and by which; or why it does none."""
    if why_not := unused(measured, catalog):
        return why_not
    claim, share = catalog.controls[measured.control].effectiveness[measured.run.threat], removed(measured)
    capped = f", and no more than {CLAIM_CAP:g} of the gain" if share and share.mean > CLAIM_CAP else ""
    toy = f", where a toy had {claim.replaced.value:.2f}" if claim.replaced else ""
    return f"It counts for {claim.routes:g} of the routes{capped}: {claim.value:.2f}{toy}."


def took(measured: Measured) -> str:
    """Return in a sentence or two how much of the attacker's gain the control took; "" if there is no telling."""
    if (share := removed(measured)) is None:
        return ""
    doubt = " The interval holds 0: it may take nothing." if share.low == 0.0 else ""
    return f"It took {share} of the attacker's gain.{doubt}"


def said_of(measured: Measured) -> str:
    """Return what was measured in a sentence or two: the figures with their intervals, the day and the setting."""
    run, bare = measured.run, measured.beside
    if not run.repeats:
        return f"No repeat came to its end ({run.in_words})."
    said = (
        f"{capital(run.attack)} of {run.target}, {run.in_words}, begun on {run.moment}: success {run.over('success')}"
    )
    said += f", and {bare.over('success')} without the control" if bare else ""
    said += f"; baseline {run.over('baseline')}; usefulness {run.over('utility')}."
    said = f"{said} {took(measured)}".rstrip()
    return f"{said} ({as_sentence(run.state)})" if run.state else said


def _day(measured: Measured) -> str:
    return date_in_words(datetime.fromisoformat(measured.run.started).date())
