"""Static pictures (matplotlib) of defense in depth: one layer off against a bound, the product against the truth."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from threatlab.checks import check_score
from threatlab.depth import controls_in_place, layers_off
from threatlab.errors import ThreatLabError
from threatlab.plots.inventory import ALERT, CALM, INK, PAPER, Picture
from threatlab.ranking import SHOWN, exceeds, moved, rounded
from threatlab.system import AISystem, check_system


def plot_layers_off(system: AISystem, bound: float) -> Figure:
    """Return, for each threat that applies, its residual risk with every layer on, and with each single layer off.

    Parameters
    ----------
    system
        The system as it is.
    bound
        0..1: drawn as a dashed line; a layer whose loss takes a threat above it is a filled diamond, any other a hollow
        one. The one that is missed most has its name beside it.

    Raises
    ------
    ThreatLabError
        If the bound is no number from 0 to 1.
    """
    bound = check_score("bound", bound)
    offs = {off.layer: off for off in layers_off(check_system(system))}
    now = {threat: min(off.by_threat[threat] for off in offs.values()) for threat in system.catalog.threats}
    threats = sorted((threat for threat, risk in now.items() if risk), key=lambda threat: rounded(now[threat]))
    held = [layer for layer in offs if controls_in_place(system, layer)]
    picture = Picture(figsize=(9, 1.6 + 0.5 * len(threats)), facecolor="white", layout="constrained")
    axes = picture.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    shown = [round(now[threat], SHOWN) for threat in threats]  # what is compared with the bound, as it is compared
    axes.barh(range(len(threats)), shown, height=0.5, color=CALM, edgecolor=INK, linewidth=0.6)
    said = []
    for place, threat in enumerate(threats):
        risks = {layer: offs[layer].by_threat[threat] for layer in held}
        raised = {layer: risk for layer, risk in risks.items() if moved(risk, now[threat]) > 0}
        within = [risk for risk in raised.values() if not exceeds(risk, bound)]
        above = {layer: risk for layer, risk in raised.items() if exceeds(risk, bound)}
        for risks_drawn, color, size in ((within, "white", 8), (above.values(), ALERT, 9)):
            stand = [round(risk, SHOWN) for risk in risks_drawn]
            axes.plot(stand, [place] * len(stand), "d", color=color, markeredgecolor=INK, markersize=size)
        if raised:
            worst = max(raised, key=lambda layer: rounded(raised[layer]))
            name = system.catalog.layers[worst].title.lower()
            weight = "bold" if worst in above else "normal"
            at = (round(raised[worst], SHOWN), place)
            axes.annotate(
                f"{name} layer off",
                at,
                (8, 0),
                textcoords="offset points",
                va="center",
                color=INK,
                weight=weight,
                bbox=PAPER,
            )
            title = system.catalog.threats[threat].title
            said.append(f"{title} {now[threat]:.2f}, with the {name} layer off {raised[worst]:.2f}")
    axes.axvline(bound, color=INK, linestyle="--", linewidth=1.2)
    axes.text(bound, len(threats) - 0.45, f" bound {bound:g}", va="bottom", color=INK, style="italic")
    most = max(bound, *(off.by_threat[threat] for off in offs.values() for threat in threats))
    axes.set(xlim=(0, 1.25 * most), ylim=(-0.6, len(threats) - 0.1), xlabel="Residual risk (0 to 1, higher is worse)")
    axes.set_yticks(range(len(threats)), labels=[system.catalog.threats[threat].title for threat in threats])
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    axes.set_ylabel("Threat")
    axes.set_title(
        "Each threat with every layer on (bar), and with one off (diamond: filled above the bound)", loc="left"
    )
    over = "; ".join(reversed(said)) or "no layer holds anything"
    picture.description = f"residual risk by threat against the bound {bound:g}, and the layer missed most: {over}"
    return picture


def plot_product_and_truth(layers: Sequence[int], product: Sequence[float], truth: Sequence[float]) -> Figure:
    """Return a line chart of what gets through a number of layers: by the product, and with a failure that they share.

    Parameters
    ----------
    layers
        How many layers, rising.
    product, truth
        The share (above 0, up to 1) that gets through that many, told in the two ways; drawn on a logarithmic scale.

    Raises
    ------
    ThreatLabError
        If the three are not of one length, or empty.
    """
    if not len(layers) == len(product) == len(truth) > 0:
        raise ThreatLabError("layers, product and truth must be of one length, and not empty")
    picture = Picture(figsize=(9, 3.8), facecolor="white", layout="constrained")
    axes = picture.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    for shares, color, line, name in ((product, "#0072B2", "-o", "product"), (truth, ALERT, "--s", "truth")):
        axes.plot(layers, shares, line, color=color, markersize=5)
        end = (layers[-1], shares[-1])
        axes.annotate(name, end, (8, 0), textcoords="offset points", va="center", color=color, weight="bold")
    axes.set(yscale="log", xticks=list(layers), xlabel="Layers (count)", ylabel="Share that gets through (log scale)")
    axes.set_title("What gets through layer upon layer, if one failure is shared by all", loc="left")
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    axes.yaxis.set_major_formatter("{x:g}")  # 0.001 is read by more people than a power of ten
    picture.description = (
        f"line chart of the share that gets through {layers[0]} to {layers[-1]} layers: the product falls from "
        f"{product[0]:.2g} to {product[-1]:.2g}, the truth from {truth[0]:.2g} to {truth[-1]:.2g}"
    )
    return picture
