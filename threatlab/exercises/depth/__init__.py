"""The questions of lesson 05: an incident in its order, what layers share, a test that can fail, a gate."""

from __future__ import annotations

from threatlab.exercises.depth.formula import follows_two_worlds
from threatlab.exercises.depth.gate import guards_the_release
from threatlab.exercises.depth.incident import in_order, notes, orders_the_incident
from threatlab.exercises.depth.regression import can_fail, deployed, the_bound
from threatlab.exercises.depth.shared import finds_what_is_shared
from threatlab.exercises.question import Question

__all__ = [
    "QUESTIONS",
    "deployed",
    "in_order",
    "notes",
    "q1",
    "q2",
    "q3",
    "q4",
    "q5",
    "the_bound",
]

q1 = Question(
    id="depth.q1",
    title="An incident in its order, and the first alarm",
    judge=orders_the_incident,
    expects="a list of the seven names, in their order",
    hints=(
        "Ask of each note what had to be true already for it to happen.",
        "flaw, keys, login come first, and bill last. The alarm rings when the account does what its owner never does.",
    ),
    answer="""answer = ["flaw", "keys", "login", "list", "alarm", "proxy", "bill"]""",
    because="Until they ask which models are enabled, the thieves do nothing that the keys' owner wouldn't do. So "
    "monitoring, alone, is told late. A layer that sees belongs together with one that slows: without a limit on spend "
    "the time between alarm and bill is a few hours, with one it is as long as it takes.",
    covers=("arch-depth",),
)

q2 = Question(
    id="depth.q2",
    title="Two layers of four share an account",
    judge=follows_two_worlds,
    expects="a function of two lists (alone, shared) and p that returns a share",
    hints=(
        "The layers that stand alone are the same in every year, so they are a factor before everything else.",
        (
            "For the shared ones there are two kinds of years: p of them, in which all pass, and 1 - p, in which each "
            "layer is as good as it takes to keep its average."
        ),
        "Good years: each stops e / (1 - p). So: product of alone * (p + (1 - p) * product of 1 - e / (1 - p)).",
    ),
    answer="""def gets_through(alone, shared, p):
    always = prod(1 - e for e in alone)
    good_year = prod(1 - e / (1 - p) for e in shared)
    share = always * (p * 1 + (1 - p) * good_year)
    return share""",
    because="What stands alone multiplies as it always did: that is what splitting a layer off buys. What is shared "
    "has a floor of p beneath it, however good it is. With one shared layer nothing is shared, and the formula says "
    "so: p drops out. Try a formula where you know the answer before you trust it where you don't.",
    covers=("arch-depth",),
)

q3 = Question(
    id="depth.q3",
    title="What would everybody miss?",
    judge=finds_what_is_shared,
    expects="a function of layers and hangs_on that returns a set of names",
    hints=(
        (
            "Two small steps: everything that a control hangs on, also through others; then, for each of those things, "
            "how many layers have no control left without it."
        ),
        (
            "For the first: begin with what it hangs on directly, and go on with what those hang on, but never look at "
            "the same thing twice, or two that hang on each other keep you in a circle."
        ),
        "A layer falls if it has controls and all(...) of them hang on the thing. Return every thing with the maximum.",
    ),
    answer="""def everybody_misses(layers, hangs_on):
    def behind(thing):
        found = list(hangs_on.get(thing, ()))
        for each in found:
            found += [n for n in hangs_on.get(each, ()) if n not in found]
        return set(found)

    behind_of = {c: behind(c) for held in layers.values() for c in held}
    falls = {}
    for thing in set().union(*behind_of.values()) - set(behind_of):
        falls[thing] = sum(
            bool(held) and all(thing in behind_of[c] for c in held)
            for held in layers.values()
        )
    missed = {thing for thing, n in falls.items() if n == max(falls.values())}
    return missed""",
    because="A diagram shows boxes, and boxes look independent. What they share is rarely drawn: it stands two steps "
    "behind, under another name, and belongs to another team. So it has to be asked for: what does this hang on, and "
    "that? The cheapest remedy is often a second control in one layer that hangs on nothing of the kind.",
    covers=("arch-depth",),
)

q4 = Question(
    id="depth.q4",
    title="A test that would have caught it",
    judge=can_fail,
    expects="a function of run that asserts; give its name without calling it",
    hints=(
        (
            "Three things can go wrong: the attacker gets further, the service becomes useless, or the test has luck. "
            "Each needs something of its own in the test."
        ),
        (
            "A loop over some seeds; in it result = run(seed), an assert that result.success is at most bound.at_most, "
            "and an assert that result.utility is at least bound.utility_at_least."
        ),
        'assert result.success <= bound.at_most, f"seed {seed}: fooled {result.success:.2f}"',
    ),
    answer="""def test_fooling_stays_hard(run):
    for seed in range(5):
        result = run(seed)
        told = f"seed {seed}: success {result.success:.2f}, useful {result.utility:.2f}"
        assert result.success <= bound.at_most, told
        assert result.utility >= bound.utility_at_least, told""",
    because="A green test is worth what it would be red for. Success has an upper bound, or an attack that came back "
    "is not noticed; usefulness has a lower one, or switching the service off would be the best control; several "
    "seeds, or luck decides. And you have now seen it fail four times, which is the only way to know that it can.",
    covers=("step-validation", "practice-test"),
    seconds=60.0,
)

q5 = Question(
    id="depth.q5",
    title="A gate that can't be walked around",
    judge=guards_the_release,
    expects="a function of two systems and a number that returns 0 or 1",
    hints=(
        (
            "Three reasons to stop a release: the score; a control that was True and isn't any more; a fact that was "
            "True and isn't any more. And what must pass: everything that got better or more honest."
        ),
        (
            "old[name] and new[name] are True, False or None. `old[name] and not new[name]` is true for both ways to "
            "lose a line. old.known names everything that somebody has answered."
        ),
    ),
    answer="""def gate(old, new, fail_at):
    too_risky = threatlab.assess(new).risk_score >= fail_at
    lost = [name for name in old.known if old[name] and not new[name]]
    code = 1 if too_risky or lost else 0
    return code""",
    because="One line covers both kinds of loss: a control that is gone, and a fact that is no longer admitted. The "
    "second is how a gate is walked around by people of good will: the number has to be met by Friday. What is honest "
    "has to pass, or the file will say less each month. And 'stop' doesn't mean 'wrong', it means that a person looks.",
    covers=("practice-automate",),
)

QUESTIONS = (q1, q2, q3, q4, q5)
