"""One failure of several layers, as HTML: pure functions from what `common_cause` found."""

from __future__ import annotations

from html import escape

from threatlab.catalog import catalog
from threatlab.depth.common_cause import CommonCause


def shared_failure(found: CommonCause | None, problem: str) -> str:
    """Return what the product says, what is true, and what the year looks like in which the dependency fails.

    `problem` is said first, if there is any: why the chance asked for can't be.
    """
    said = f'<p class="tl-problem" role="alert">{escape(problem)}</p>' if problem else ""
    if found is None:
        return said + '<p class="tl-sub">Choose what several layers may hang on at once.</p>'
    if not found.broken:
        return f"{said}<p>{escape(found.dependency.about)}</p><p>Nothing in place here hangs on it.</p>"
    names = ("what the product of layers says", "average over all years", "in a year in which it fails")
    bars = "".join(
        f'<p>{name}</p><div class="tl-bar tl-plain"><i class="{"tl-bad" if place else ""}" style="width:{score:.1%}">'
        f'</i></div><p class="tl-num">{score:.2f}</p>'
        for place, (name, score) in enumerate(zip(names, found.scores, strict=True))
    )
    lost = ", ".join(escape(catalog().controls[control].title.lower()) for control in found.broken)
    layers = "1 layer" if len(found.layers) == 1 else f"{len(found.layers)} layers"
    return (
        f"{said}<p>{escape(found.dependency.about)}</p>"
        f'<div class="tl-bars tl-shared">{bars}</div>'
        f"<p>{times(found)}</p>"
        f'<div class="tl-note"><p><b>Gone with it, in {layers}:</b> {lost}.</p>'
        f"<p><b>What to do:</b> {escape(found.dependency.remedy)}</p>"
        f'<p class="tl-sub">Chance {found.chance:g} a year, a teaching value. {escape(found.dependency.chance_why)}</p>'
        f"</div>"
    )


def times(found: CommonCause) -> str:
    """Return in a sentence how wrong the product is: about which threat most, and in the bad year."""
    independent, _, failed = found.scores
    worse = f"in the bad year the score is {failed / independent:.1f} times as high" if independent else ""
    if found.worst is None:
        return f"No threat loses two layers to it, so the product is right on average; {worse}."
    threat, title = found.worst, escape(catalog().threats[found.worst].title)
    return (
        f"Most wrong about <b>{title}</b>: the product says {found.independent[threat]:.3f}, the truth is "
        f"{found.together[threat]:.3f}, <b>{found.factor(threat):.2f} times</b> as much; {worse}."
    )
