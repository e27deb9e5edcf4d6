"""One campaign over many accounts: what each account alone, the fleet and each look across accounts sees and misses."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from threatlab import ThreatLabError
from threatlab.monitoring import (
    detect,
    detect_drift,
    evaluate,
    find_violations,
    link,
    look_across,
    simulate_day,
    spread,
    watch,
)
from threatlab.monitoring.accounts import AGENCIES, AGENCY, BUSIER, PER_CARD, SHARED

SEEDS = range(3)
THRESHOLD = 16
MANY = 200

every_seed = pytest.mark.parametrize("seed", SEEDS)


@cache
def day(seed):
    return simulate_day(seed)


@cache
def campaign(seed, accounts=MANY, *, careful=False):
    return spread(day(seed), accounts, careful=careful)


@cache
def across(seed, accounts=MANY, *, careful=False):
    return look_across(campaign(seed, accounts, careful=careful))


def caught(detection, threshold=THRESHOLD):
    """The share of a campaign's accounts, or of its payers, that alert."""
    return evaluate(detection, threshold).recall


# ---- the day


@pytest.mark.parametrize("careful", [False, True])
def test_only_who_asks_is_changed_and_what_the_attackers_ask_is_all_there(careful):
    before, after = day(0), campaign(0, careful=careful)
    for column in ("minute", "confidence"):
        assert after.log[column].equals(before.log[column])
    kinds = [each.clients["kind"].to_numpy()[each.log["client"].cat.codes] for each in (before, after)]
    assert (kinds[0] == kinds[1]).all()
    honest = kinds[0] != "attacker"
    assert (before.log["client"].astype(str) == after.log["client"].astype(str))[honest].all()
    asked = after.log[~honest].groupby("client", observed=True).size()
    assert len(asked) == after.attackers == MANY
    assert asked.max() - asked.min() <= 1


def test_the_same_day_is_spread_the_same_way_each_time():
    again = spread(simulate_day(0), MANY)
    for day_again, before in ((again.log, campaign(0).log), (again.clients, campaign(0).clients)):
        assert day_again.equals(before)
        assert day_again.dtypes.equals(before.dtypes)


def test_no_account_breaks_a_rule_and_customers_break_the_same_as_before():
    broken = set(find_violations(campaign(0))["client"])
    assert broken == set(find_violations(day(0))["client"]) & set(campaign(0).clients["client"])
    assert not any(name.startswith("account") for name in broken)


def test_customers_share_cards_too_and_a_careful_campaign_doesn_t():
    for careful, largest in ((False, PER_CARD), (True, 1)):
        clients = campaign(0, careful=careful).clients
        sizes = clients.groupby(clients["kind"] == "attacker")["card"].value_counts()
        assert sizes[True].max() == largest
        assert (sizes[False] == AGENCY).sum() == AGENCIES


# ---- what each sees, and what it misses


@every_seed
def test_few_accounts_are_caught_one_by_one_and_many_are_not(seed):
    assert caught(detect(campaign(seed, 12))) == 1
    assert caught(detect(campaign(seed, 100))) < 0.5
    assert caught(detect(campaign(seed, MANY))) < 0.05
    assert caught(detect(campaign(seed, 1000))) == 0


@every_seed
def test_many_accounts_move_the_fleet_which_calls_a_drift_hours_before_there_is_one(seed):
    few, many = (detect_drift(campaign(seed, accounts)).alarm for accounts in (12, MANY))
    assert few > day(seed).drift_at
    assert many < day(seed).drift_at - 6 * 60
    calm = spread(simulate_day(seed, drift=0.0), MANY)
    assert detect_drift(calm).alarm == many, "it is the campaign that it calls, and there needn't be any drift"


@every_seed
def test_once_attackers_are_the_fleet_fewer_customers_seem_odd(seed):
    few, many = (evaluate(detect(campaign(seed, accounts)), THRESHOLD) for accounts in (12, MANY))
    assert sum(many.false_alerts.values()) < sum(few.false_alerts.values())


@every_seed
@pytest.mark.parametrize("accounts", [12, 50, MANY, 1000])
def test_linked_by_who_pays_the_campaign_is_seen_however_many_accounts_it_has(seed, accounts):
    assert caught(across(seed, accounts).linked) == 1
    fleet = detect_drift(link(campaign(seed, MANY))).alarm
    assert fleet > day(seed).drift_at, "one payer, one vote: the fleet is the customers' again"


@every_seed
@pytest.mark.parametrize("accounts", [12, 50, MANY, 1000])
def test_questions_that_accounts_share_give_all_of_them_away_and_hardly_a_customer(seed, accounts):
    seen = evaluate(across(seed, accounts).questions, SHARED)
    assert seen.recall == 1
    assert len(seen.alerts) - len(seen.caught) <= 1


@every_seed
def test_of_a_careful_campaign_neither_cards_nor_questions_show_anything(seed):
    careful = across(seed, careful=True)
    assert caught(careful.linked) < 0.05
    assert caught(careful.questions, SHARED) == 0


@every_seed
@pytest.mark.parametrize("careful", [False, True])
def test_volume_sees_any_campaign_of_that_size_but_only_in_the_evening(seed, careful):
    seen = across(seed, careful=careful)
    assert seen.busy > day(seed).clients["begins"].min() + 6 * 60
    assert seen.busy == across(seed, 12).busy, "over how many accounts makes no difference"


@pytest.mark.slow
@every_seed
def test_volume_misses_a_campaign_that_takes_its_time_and_takes_a_sale_for_one(seed):
    spread_day = campaign(seed)
    hostile = spread_day.log["client"].cat.codes.to_numpy() >= len(spread_day.clients) - spread_day.attackers
    keep = ~hostile | (np.cumsum(hostile) % 4 == 0)
    slow = look_across(replace(spread_day, log=spread_day.log[keep].reset_index(drop=True)))
    assert slow.busy is None
    assert caught(slow.linked) > 0.9, "which who pays still shows"

    honest = spread_day.log[~hostile]
    sale = honest[honest["minute"].between(600, 840)]
    log = pd.concat([honest, sale[::2]]).sort_values("minute", kind="stable", ignore_index=True)
    assert look_across(replace(spread_day, log=log)).busy is not None
    calm = look_across(replace(spread_day, log=honest.reset_index(drop=True)))
    assert calm.busy is None
    assert np.nanmax(calm.volume) < 1 + BUSIER


def test_a_question_counts_as_shared_only_once_enough_have_asked_it():
    made = campaign(0)
    early = evaluate(across(0).questions, SHARED, 840).alerts
    cut = replace(made, log=made.log[made.log["minute"] < 840].reset_index(drop=True))
    assert early
    assert evaluate(look_across(cut).questions, SHARED, 840).alerts == early, "nothing later is known"


# ---- watch, and what is refused


def test_a_watch_looks_across_accounts_where_the_day_says_who_pays():
    assert watch(day(0)).across is None
    seen = watch(campaign(0))
    assert seen.across.busy == across(0).busy
    assert seen.evaluate("confidence", THRESHOLD).recall == caught(detect(campaign(0)))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: spread(None), "day is None; give what simulate_day"),
        (lambda: spread(day(0), 1), "accounts is 1; give a whole number from 2 to 1000"),
        (lambda: spread(day(0), 2000), "accounts is 2000; give a whole number from 2 to 1000"),
        (lambda: spread(day(0), 20.5), "accounts is 20.5; give a whole number"),
        (lambda: spread(day(0), careful="yes"), "careful is 'yes'; give True or False"),
        (lambda: spread(simulate_day(0, 5_000, attackers=0)), "day has no attackers"),
        (lambda: link(day(0)), "day is Day.*; give what spread"),
        (lambda: look_across("day"), "day is 'day'; give what spread"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(call, said):
    with pytest.raises(ThreatLabError, match=said):
        call()
