"""One failure of several layers, as HTML: what may fail, and what `common_cause` says of it."""

from __future__ import annotations

from threatlab.catalog import Catalog
from threatlab.depth.common_cause import CommonCause
from threatlab.depth.dependencies import dependencies
from threatlab.widgets.base.html import Html, bar, bars, caption, choice, field, headed, markup, problem, tag
from threatlab.words import counted


def shared_failure(catalog: Catalog, shared: CommonCause | None) -> Html:
    """Return what several layers may hang on, and what the product of layers says against what is true."""
    causes = [("choose what may fail\u2026", ""), *((each.title, each.id) for each in dependencies().values())]
    chosen = shared.dependency.id if shared else ""
    fields = (
        choice("What several layers hang on", "dependency", causes, chosen, act="suppose"),
        field(
            "Chance that it fails in a year",
            "chance",
            shared.chance if shared else 0.0,
            low=0,
            high=1,
            step=0.01,
            act="suppose",
            args={"dependency": chosen},
            disabled=not shared,
        ),
    )
    return markup(
        caption("One failure, several layers", class_="tl-second"),
        tag("div.tl-cause", *fields),
        problem("suppose"),
        consequences(catalog, shared) if shared else tag("p", "Choose what several layers may hang on at once."),
    )


def consequences(catalog: Catalog, shared: CommonCause) -> Html:
    """Return what the product says, what is true, and what the year looks like in which the dependency fails."""
    about = tag("p", shared.dependency.about)
    if not shared.broken:
        return markup(about, tag("p", "Nothing in place here hangs on it."))
    names = ("what the product of layers says", "average over all years", "in a year in which it fails")
    rows = (
        (name, bar(risk, "tl-bad" if place else ""), f"{risk:.2f}")
        for place, (name, risk) in enumerate(zip(names, shared.scores, strict=True))
    )
    lost = ", ".join(catalog.controls[control].title.lower() for control in shared.broken)
    return markup(
        about,
        bars(rows, class_="tl-three-scores"),
        tag("p", times(catalog, shared)),
        tag(
            "div.tl-note",
            headed(f"Gone with it, in {counted(len(shared.layers), 'layer')}:", f"{lost}."),
            headed("What to do:", shared.dependency.remedy),
            tag("p.tl-sub", f"Chance {shared.chance:g} a year, a teaching value. {shared.dependency.chance_why}"),
        ),
    )


def times(catalog: Catalog, shared: CommonCause) -> Html:
    """Return in a sentence how wrong the product is: about which threat most, and in the bad year."""
    independent, _, failed = shared.scores
    worse = f"in the bad year the score is {failed / independent:.1f} times as high" if independent else ""
    if (threat := shared.worst) is None:
        return markup(f"No threat loses two layers to it, so the product is right on average; {worse}.")
    return markup(
        "Most wrong about ",
        tag("b", catalog.threats[threat].title),
        f": the product says {shared.independent[threat]:.3f}, the truth is {shared.together[threat]:.3f}, ",
        tag("b", f"{shared.factor(threat):.2f} times"),
        f" as much; {worse}.",
    )
