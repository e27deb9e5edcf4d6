"""The questions of lesson 05: an incident in its order, what layers share, a test that can fail, a gate."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import isclose, prod
from typing import TYPE_CHECKING, Any

from threatlab.assessment import assess
from threatlab.exercises.judges import a_function, a_number, order, returned, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question
from threatlab.incidents import load_incident
from threatlab.replay import replay
from threatlab.system import AISystem, load_system

if TYPE_CHECKING:
    from threatlab.attacks.base import AttackResult
    from threatlab.regression import Bound

# --- q1: an incident in its order, and when somebody is told ------------------------------------------------------

INCIDENT = "llm-jacking"
ALARM = "alarm"
_STEPS = {"flaw": 1, "keys": 2, "login": 3, "list": 5, "proxy": 6, "bill": 7}
"""Notes of the investigation, and the published step that each tells of (step 4 is the attacker's own workshop)."""


def notes() -> dict[str, str]:
    """Return the notes of the investigation, in the order of their names: published steps, and one alarm."""
    steps = load_incident(INCIDENT).steps
    told = {name: steps[number - 1].what for name, number in _STEPS.items()}
    alarm = "An alarm of the monitoring, which the victim has in this replay, says that an account behaves oddly."
    return dict(sorted({**told, ALARM: alarm}.items()))


def in_order() -> list[str]:
    """Return the notes in the order in which things happened, with the alarm behind the first step that is seen."""
    incident = load_incident(INCIDENT)
    seen = replay(incident, incident.system.with_(monitoring_active=True)).seen_at or len(incident.steps)
    names = sorted(_STEPS, key=_STEPS.__getitem__)
    behind = sum(number <= seen for number in _STEPS.values())
    return [*names[:behind], ALARM, *names[behind:]]


def orders_the_incident(answer: Any) -> str:
    """Judge a list of the notes in their order."""
    misplaced = {
        "flaw": "'flaw' is how they got onto the machine at all. What in the other notes can be done from outside?",
        "keys": "'keys' lay on a machine. Who finds something there has to be there.",
        "login": "'login' uses keys. They have to be found first, and whoever asks the account anything has logged in.",
        "list": "'list' asks the account a question: only somebody who is logged in can, and nobody sells what they "
        "don't know to be there.",
        "proxy": "'proxy' sells access to models. What has to be known about the account before, and what does nobody "
        "pay for before it is sold?",
        "bill": "'bill' is the harm. It is last: everything else had to be in place for somebody to use it.",
        ALARM: "'alarm': monitoring sees an account behave as its owner never would. Reading a file on a machine and "
        "logging in with a valid key look like any day. Which is the first step that doesn't?",
    }
    names = in_order()
    passed = names.index(ALARM)
    confirms = (
        f"In order, and the alarm rings behind {passed} steps of {len(_STEPS)}: the keys are gone by then, the bill "
        "isn't there yet. What an alarm is worth is what can still be done after it."
    )
    return order(names, confirms, misplaced)(answer)


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


# --- q2: layers of which some share a failure ---------------------------------------------------------------------

Shares = Sequence[float]
Formula = Callable[[Shares, Shares, float], float]


def _product(stops: Iterable[float]) -> float:
    return prod(1 - share for share in stops)


def _through(alone: Shares, shared: Shares, p: float) -> float:
    return _product(alone) * (p + (1 - p) * _product(share / (1 - p) for share in shared))


_MIXES: tuple[tuple[Shares, Shares, float], ...] = (
    ((0.5, 0.3), (0.8, 0.7), 0.1),
    ((), (0.8, 0.8, 0.8), 0.1),
    ((0.6,), (0.9,), 0.05),
    ((0.5, 0.4), (), 0.2),
    ((0.2,), (0.5, 0.6, 0.7), 0.0),
    ((0.25,), (0.6, 0.75, 0.1, 0.3), 0.2),
)

_FORMULA_SLIPS: tuple[tuple[Formula, str], ...] = (
    (
        lambda alone, shared, _: _product([*alone, *shared]),
        (
            "You multiply all layers as if they failed independently. In the share p of years the shared ones are "
            "open, all of them at once."
        ),
    ),
    (
        lambda alone, shared, p: p + _product([*alone, *shared]),
        (
            "You add p to the product. Then the bad years count on top of the others, and layers that don't hang on "
            "the account are open in them too. There are two kinds of years; what gets through in each?"
        ),
    ),
    (
        lambda alone, shared, p: p + (1 - p) * _product([*alone, *(share / (1 - p) for share in shared)]),
        "In your bad years every layer is open. Some of them don't hang on the account: what do those stop then?",
    ),
    (
        lambda alone, shared, p: _product(alone) * (p + (1 - p) * _product(shared)),
        (
            "In your good years a shared layer stops what it stops on average. But the average has the bad years in "
            "it, in which it stops nothing: in the others it must be better. Try one shared layer: what comes out?"
        ),
    ),
    (
        lambda alone, shared, p: p + (1 - p) * _product(share / (1 - p) for share in [*alone, *shared]),
        "You treat all layers as shared, the first list too. Those are independent: the same in every year.",
    ),
    (
        lambda alone, shared, p: _product(alone) * (p + _product(share / (1 - p) for share in shared)),
        "Your two kinds of years have the weights p and 1. Together that is more than all years.",
    ),
    (
        lambda alone, shared, p: (
            _product(alone) * (p + (1 - p) * _product(min(1.0, share * (1 + p)) for share in shared))
        ),
        (
            "You make a shared layer better by p in the good years. Is the average over all years then what it was? "
            "(1 - p) times something has to be the average."
        ),
    ),
    (
        lambda alone, shared, p: 1 - _through(alone, shared, p),
        "That is the share that is stopped. Asked is what gets through.",
    ),
)


def follows_two_worlds(answer: Any) -> str:
    """Judge a formula for what gets through layers of which some share a failure."""
    function = a_function(answer, "alone, shared and p")
    for alone, shared, p in _MIXES:
        given, right = a_number(returned(function, list(alone), list(shared), p)), _through(alone, shared, p)
        if isclose(given, right, abs_tol=1e-9):
            continue
        told = next((says for slip, says in _FORMULA_SLIPS if isclose(given, slip(alone, shared, p), abs_tol=1e-9)), "")
        raise NotYet(
            told
            or f"For alone={list(alone)}, shared={list(shared)}, p={p} you give {given:.4f}. Two checks: with no "
            "shared layer p must not matter, and with a single shared layer of e, and none alone, 1 - e gets through."
        )
    alone, shared, p = _MIXES[0]
    factor = _through(alone, shared, p) / _product([*alone, *shared])
    return (
        f"Right for {len(_MIXES)} sets of layers. In the first, of four layers of which two share one account, the "
        f"plain product is too good by a factor of {factor:.1f}: splitting off two has bought something, and not all."
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


# --- q3: what everybody would miss --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Architecture:
    """Layers with their controls, and what each thing hangs on directly."""

    name: str
    layers: Mapping[str, Sequence[str]]
    hangs_on: Mapping[str, Collection[str]]


_ARCHITECTURES = (
    _Architecture(
        "a control in reserve",
        {"door": ["login", "guard"], "model": ["filter"], "data": ["keys"], "watch": ["alerts"]},
        {"login": ["directory"], "filter": ["gateway"], "keys": ["gateway"], "alerts": ["directory"], "guard": []},
    ),
    _Architecture(
        "through a middleman",
        {"door": ["login"], "model": ["filter"], "exit": ["proxy"], "data": ["keys", "backup"], "watch": ["alerts"]},
        {
            "login": ["sso"], "filter": ["gateway"], "proxy": ["gateway"], "keys": ["vault"], "backup": ["vault"],
            "alerts": ["cloud account"], "sso": ["cloud account"], "vault": ["cloud account"], "gateway": [],
        },
    ),
    _Architecture(
        "two of the same size",
        {"door": ["login"], "model": ["filter"], "data": ["keys"], "watch": ["alerts"]},
        {"login": ["directory"], "filter": ["directory"], "keys": ["build server"], "alerts": ["build server"]},
    ),
    _Architecture(
        "many controls, one layer",
        {"door": ["a", "b", "c"], "model": ["filter"], "data": ["keys"], "watch": []},
        {"a": ["firewall"], "b": ["firewall"], "c": ["firewall"], "filter": ["Ada"], "keys": ["Ada"]},
    ),
    _Architecture(
        "a circle",
        {"door": ["login"], "data": ["keys"], "watch": ["alerts"]},
        {"login": ["dns"], "dns": ["network"], "network": ["dns"], "keys": ["network"], "alerts": ["pager"]},
    ),
)  # fmt: skip


def _behind(thing: str, hangs_on: Mapping[str, Collection[str]], *, deep: bool) -> set[str]:
    """Return all that a thing hangs on; if `deep`, through others too."""
    found = list(dict.fromkeys(hangs_on.get(thing, ())))
    for each in found if deep else ():  # grows while it is walked
        found += [more for more in hangs_on.get(each, ()) if more not in found]
    return set(found)


def _missed(
    architecture: _Architecture, *, deep: bool = True, every: bool = True, count_controls: bool = False
) -> set[str]:
    """Return what takes down most layers, or, with another rule in one place, what a misconception makes of it."""
    layers, hangs_on = architecture.layers, architecture.hangs_on
    controls = {control for held in layers.values() for control in held}
    behind = {control: _behind(control, hangs_on, deep=deep) for control in controls}
    lost = {}
    for each in sorted(set().union(*behind.values()) - controls):
        gone = {control for control in controls if each in behind[control]}
        fallen = [held for held in layers.values() if held and (all if every else any)(c in gone for c in held)]
        lost[each] = len(gone) if count_controls else len(fallen)
    return {each for each, number in lost.items() if number == max(lost.values())}


_SHARED_SLIPS: tuple[tuple[Callable[[_Architecture], set[str]], str], ...] = (
    (
        lambda architecture: _missed(architecture, count_controls=True),
        (
            "You count controls. Three controls of one layer that fall together are one layer less; three layers with "
            "one each are three. Which of the two is worse?"
        ),
    ),
    (
        lambda architecture: _missed(architecture, every=False),
        (
            "You count a layer as lost as soon as one of its controls is. It stands as long as one of them does: look "
            "at the guard who checks badges when the login is down."
        ),
    ),
    (
        lambda architecture: _missed(architecture, deep=False),
        (
            "You look at what controls hang on directly. The login hangs on the single sign-on, and that on the cloud "
            "account: what fails with the account?"
        ),
    ),
    (
        lambda architecture: set(sorted(_missed(architecture))[:1]),
        "Where two take down equally many layers you name only one. Whoever reads that will leave the other alone.",
    ),
)


def finds_what_is_shared(answer: Any) -> str:
    """Judge a function from layers and what hangs on what to the set of things that take down most layers."""
    function = a_function(answer, "layers and hangs_on")
    given = [_names(returned(function, *_copied(each)), each) for each in _ARCHITECTURES]
    right = [_missed(each) for each in _ARCHITECTURES]
    if given == right:
        return (
            f"Right for {len(right)} architectures: with a reserve, through a middleman, with a tie, with many "
            "controls in one layer, and with two things that hang on each other."
        )
    for slip, says in _SHARED_SLIPS:
        if given == [slip(each) for each in _ARCHITECTURES]:
            raise NotYet(says)
    wrong = next(place for place in range(len(right)) if given[place] != right[place])
    case, mine = _ARCHITECTURES[wrong], ", ".join(sorted(given[wrong])) or "nothing"
    layers = ", ".join(f"{layer}: {' and '.join(held) or 'none'}" for layer, held in case.layers.items())
    raise NotYet(
        f"{case.name.capitalize()}: layers are {layers}, and you name {mine}. Let each thing fail in turn, and count "
        "the layers in which no control is left that was there before."
    )


def _copied(case: _Architecture) -> tuple[dict[str, list[str]], dict[str, set[str]]]:
    layers = {layer: list(held) for layer, held in case.layers.items()}
    return layers, {thing: set(needs) for thing, needs in case.hangs_on.items()}


def _names(value: Any, case: _Architecture) -> set[str]:
    if isinstance(value, str | Mapping) or not isinstance(value, Collection):
        raise NotYet(f"Your function returned {shown(value)}; give a set of names, which may hold more than one.")
    controls = {control for held in case.layers.values() for control in held}
    for name in value:
        if name in controls:
            raise NotYet(
                f"You name {shown(name)}, which is a control. It takes down at most its own layer; asked is what "
                "controls hang on."
            )
    return set(value)


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


# --- q4: a test that can fail -------------------------------------------------------------------------------------

ATTACK, CONTROL = "evasion", "adversarial_training"
_SERVERS = 3
_TRIED = 40
"""Runs that a test may take; a real one of ten seeds takes a second."""

Run = Callable[[int], "AttackResult"]


def the_bound() -> Bound:
    """Return the bound of the control that the test of q4 watches."""
    from threatlab.regression import suggested_bounds

    return next(b for b in suggested_bounds() if (b.attack, b.control, dict(b.knobs)) == (ATTACK, CONTROL, {}))


@cache
def _attacked(control: str, seed: int) -> AttackResult:
    from threatlab.attacks import ATTACKS

    return ATTACKS[ATTACK].run(control=control, seed=seed)


def deployed(seed: int) -> AttackResult:
    """Attack the service as it is deployed, with its control in place; each seed is another random draw."""
    return _attacked(CONTROL, seed)


def _another_day(seed: int) -> AttackResult:
    return deployed(seed + 20)


def _off(seed: int) -> AttackResult:
    return _attacked("none", seed)


def _useless(seed: int) -> AttackResult:
    return replace(deployed(seed), success=0.0, utility=0.1)


def _dear(seed: int) -> AttackResult:
    return replace(deployed(seed), utility=the_bound().utility_at_least - 0.05)


def _partly(seed: int) -> AttackResult:
    return deployed(seed) if seed % _SERVERS == 0 else _off(seed)


_BROKEN: tuple[tuple[Run, str], ...] = (
    (
        _off,
        (
            "Somebody has switched the control off, doctored inputs fool the model again, and your test passes. "
            "It can't fail for the one thing that it is there for. What does it assert about success?"
        ),
    ),
    (
        _useless,
        (
            "The service now answers everybody at random. Nobody can fool it, nobody can use it, and your test passes. "
            "Which half of the bound is not asserted?"
        ),
    ),
    (
        _dear,
        (
            "Usefulness has fallen by some points below its bound, and your test passes. It asks for less than the "
            "bound says."
        ),
    ),
    (
        _partly,
        (
            "There are three servers, and on two of them the control is off. Your test drew the third, and passes. How "
            "many seeds does it try?"
        ),
    ),
)


def can_fail(answer: Any) -> str:
    """Judge a regression test: it passes on the service as deployed, and fails on four that are not."""
    test = a_function(answer, "run")
    for run in (deployed, _another_day):
        ran, problem = _verdict(test, run)
        if problem is not None:
            raise NotYet(
                f"The control is in place, and your test fails{_said(problem)}. One run is not the next: the bound is "
                "the worst of ten seeds, with a margin. Is yours tighter, or does it want one exact number?"
            )
        if not ran:
            raise NotYet("Your test never runs the attack: it passes on anything. It gets run; call run(seed).")
    for broken, says in _BROKEN:
        ran, problem = _verdict(test, broken)
        if problem is None:
            raise NotYet(says)
    _, problem = _verdict(test, _off)
    if not str(problem).strip():
        raise NotYet(
            "It fails where it has to, and says nothing. At three in the morning somebody reads only the message: put "
            "into each assert how far the attacker got, and with which seed."
        )
    return (
        "It passes on the service as deployed, with other seeds too, and fails when the control is off, off on two of "
        f"three servers, or paid for with the service. Its message: {_short(str(problem))}"
    )


def _verdict(test: Callable[..., Any], run: Run) -> tuple[int, AssertionError | None]:
    """Return how often a test ran the attack, and the assert that failed, if one did."""
    ran: list[int] = []

    def counted(seed: int) -> AttackResult:
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise NotYet(f"Your test calls run({shown(seed)}); a seed is a whole number such as 0.")
        ran.append(seed)
        if len(ran) > _TRIED:
            raise NotYet(f"Your test runs the attack more than {_TRIED} times. It is to run at every change: take ten.")
        return run(seed)

    try:
        verdict = test(counted)
    except AssertionError as problem:
        return len(ran), problem
    if verdict is not None:
        raise NotYet(
            f"Your test returned {shown(verdict)}. A test runner doesn't look at what a test returns: it would be "
            "green whatever comes. Use assert."
        )
    return len(ran), None


def _said(problem: AssertionError) -> str:
    return f" ({_short(str(problem))})" if str(problem).strip() else ""


def _short(text: str, most: int = 120) -> str:
    line = text.strip().splitlines()[0]
    return line if len(line) <= most else f"{line[:most]} ..."


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


# --- q5: a gate that can't be walked around -----------------------------------------------------------------------

_FAIL_AT = 0.5


@dataclass(frozen=True, slots=True)
class _Release:
    """Two versions of a system file, the gate's number, the right exit code, and what another code overlooks."""

    old: AISystem
    new: AISystem
    fail_at: float
    right: int
    says: str


@cache
def _releases() -> tuple[_Release, ...]:
    found = load_system("ml-pipeline-prod").with_(makes_predictions=True, internet_facing=True, trains_model=True)
    safe = found.with_(
        rbac_configured=True, model_artifacts_verified=True, rate_limiting_enabled=True, training_data_validated=True
    )
    score = assess(safe).risk_score
    return (
        _Release(found, safe, 0.99, 0, "Controls were added, the score fell, far below the number. Yours stops it."),
        _Release(safe, safe, 0.99, 0, "Nothing was changed, and the score is far below the number. Yours stops it."),
        _Release(safe, safe, 0.01, 1, "Nothing was changed, and the score is far above the number: it has been all the "
                 "time. Yours lets it pass."),
        _Release(safe, safe, score, 1, "The score is exactly the number. The gate closes at it, not only above."),
        _Release(safe, safe.with_(rate_limiting_enabled=False), 0.99, 1, "A control that was in place is no longer, "
                 "and the score stays below the number. Yours lets it pass, and the next, up to the number."),
        _Release(safe, safe.with_(rate_limiting_enabled=None), 0.99, 1, "A control that was in place is now unknown: "
                 "somebody deleted its line. Yours looks for False, and finds none."),
        _Release(safe, safe.with_(internet_facing=None), 0.99, 1, "The new file no longer says that the system faces "
                 "the internet. The score fell by it, and yours is content: the system is the same, less is admitted."),
        _Release(safe, safe.with_(internet_facing=False), 0.99, 1, "The file said that the system faces the internet, "
                 "and now says that it doesn't. It may be true. A machine can't know, so a person has to look."),
        _Release(found, found.with_(generates_content=True), 0.99, 0, "The new file admits one fact more. The score "
                 "rose, and stays below the number. Yours stops it, and next time nobody will admit anything."),
        _Release(found.with_(rbac_configured=None), found.with_(rbac_configured=False), 0.99, 0, "What was unknown is "
                 "now known to be missing. Nothing got worse, somebody looked. Yours stops it."),
        _Release(found, found.with_(generates_content=False), 0.99, 0, "A question about the system that was open has "
                 "been answered with no. It was not true before, so nothing is hidden. Yours stops it."),
    )  # fmt: skip


def guards_the_release(answer: Any) -> str:
    """Judge a gate on two versions of a system file: exit code 0 lets a release pass, 1 stops it."""
    function = a_function(answer, "the old system, the new one and fail_at")
    codes = [_code(returned(function, each.old, each.new, each.fail_at)) for each in _releases()]
    if codes == [1 - each.right for each in _releases()]:
        raise NotYet(
            "Every code is the other way round. To a pipeline 0 means that nothing is wrong; anything else stops it."
        )
    for code, each in zip(codes, _releases(), strict=True):
        if code != each.right:
            raise NotYet(each.says)
    stopped = sum(codes)
    return (
        f"Right for {len(codes)} releases, {stopped} of which it stops: one for its score alone would have let "
        f"{_only_by_score()} of those pass."
    )


def _only_by_score() -> int:
    return sum(each.right == 1 and assess(each.new).risk_score < each.fail_at for each in _releases())


def _code(value: Any) -> int:
    if isinstance(value, bool):
        raise NotYet(
            f"Your gate returned {value}. As an exit code True is 1 and stops the release, and False is 0 and lets it "
            "pass: the opposite of how it reads. Return 0 or 1."
        )
    if not isinstance(value, int) or value not in (0, 1):
        raise NotYet(f"Your gate returned {shown(value)}; give an exit code: 0 lets the release pass, 1 stops it.")
    return value


q5 = Question(
    id="depth.q5",
    title="A gate that can't be walked around",
    judge=guards_the_release,
    expects="a function of two systems and a number that returns 0 or 1",
    hints=(
        (
            "Four reasons, each a line: the score; a control that was True and isn't any more; a fact that was True "
            "and isn't any more. And what must pass: everything that got better or more honest."
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
