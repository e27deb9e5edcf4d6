"""Who calls the model on the invented day, and what the written access policy allows each of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

ORDINARY, BATCH_JOBS = 192, 8
ATTACKERS = (
    "Foghorn",
    "Jackhammer",
    "Rooster",
    "Woodpecker",
    "Magpie",
    "Cricket",
    "Kettle",
    "Mouse",
    "Cat",
    "Owl",
    "Shadow",
    "Ghost",
)
"""From loud to stealthy: the name says how much noise each makes."""

LOUDNESS = np.geomspace(6, 0.4, len(ATTACKERS))
"""How much each attacker asks in a day, in times of what the average client does."""

COVER = np.linspace(0, 0.7, len(ATTACKERS))
"""Share of each attacker's requests that look like anybody's: Foghorn bothers with none, Ghost with most."""

BEGIN = (200, 900)
"""Minutes between which an attacker begins."""

REGIONS = ("eu", "us", "asia")
SCOPES = ("predict", "explain", "embed")
"""What can be asked for. Everybody may have a prediction; explanations and embeddings say more about the model."""

JOBS_AT = (5, 175, 350, 550, 725, 925, 1100, 1275)
"""Minute at which each batch job starts."""

JOB_SLOT = 60
"""Minutes that a batch job is registered for."""

SLIPPED_JOB, SLIPPED_BY = "batch-4", 120
"""The job that is registered two hours later than it runs."""

BREAKERS = {
    "client-007": "region",
    "client-061": "region",
    "client-023": "scope",
    "client-118": "scope",
    "Rooster": "region",
    "Cat": "scope",
}
"""Who strays from the policy, and in what. Ten of twelve attackers keep to it, and no rule will ever see them."""

_ALL_DAY = (0, 1440)


def sign_up(rng: np.random.Generator, attackers: int) -> pd.DataFrame:
    """Return a row for each client: its name, kind, what the policy allows it and, for us alone, what it will do.

    `starts` is when a batch job runs and `begins` when an attacker does; `home` and `abroad` are the regions (numbers)
    that it calls from, `most` is the scope (a number) it is allowed besides predictions, and `breaks` the rule that it
    breaks, if any.
    """
    names = (
        *(f"client-{number:03}" for number in range(1, ORDINARY + 1)),
        *(f"batch-{number}" for number in range(1, BATCH_JOBS + 1)),
        *ATTACKERS[:attackers],
    )
    kinds = ["ordinary"] * ORDINARY + ["batch job"] * BATCH_JOBS + ["attacker"] * attackers
    clients = pd.DataFrame({"client": names, "kind": kinds})
    clients["breaks"] = clients["client"].map(BREAKERS).fillna("")
    clients["home"] = rng.choice(len(REGIONS), len(names), p=(0.5, 0.35, 0.15))
    clients["abroad"] = (clients["home"] + 1) % len(REGIONS)
    most = rng.choice(len(SCOPES), len(names), p=(0.5, 0.3, 0.2))
    clients["most"] = np.where(clients["breaks"] == "scope", 0, most)  # who strays there must not be allowed to
    clients["regions"] = [(REGIONS[home],) for home in clients["home"]]
    clients["scopes"] = [(SCOPES[0],) if not most else (SCOPES[0], SCOPES[most]) for most in clients["most"]]
    clients["starts"] = [np.nan] * ORDINARY + [float(minute) for minute in JOBS_AT] + [np.nan] * attackers
    slipped = np.where(clients["client"] == SLIPPED_JOB, SLIPPED_BY, 0)
    clients["opens"] = (clients["starts"] + slipped).fillna(_ALL_DAY[0])
    clients["closes"] = (clients["starts"] + slipped + JOB_SLOT).fillna(_ALL_DAY[1])
    begins = rng.integers(*BEGIN, attackers).astype(float)
    clients["begins"] = [np.nan] * (ORDINARY + BATCH_JOBS) + begins.tolist()
    return clients
