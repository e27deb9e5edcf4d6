"""Files as no tool writes them: with other bytes, or with other values."""

from __future__ import annotations

import copy
import re
from functools import reduce
from operator import getitem

from threatlab.exchange.node import leaves

STRANGE = [
    *(
        b"[" * 700,
        b"{" * 700,
        b"9" * 5000,
        b"0x" + b"f" * 5000,
        b"1e999",
        b"-0.0",
        b"nan",
        b"null",
        b"true",
        b'""',
        b"[]",
    ),
    *(
        b"\0",
        b"\xff",
        b"\xed\xa0\x80",
        b"\\ud800",
        b"\x1b[2J",
        "\u202e".encode(),
        b"::error::",
        b"9999-12-31",
        b"0001-01-01",
    ),
    *(b"\r", b"\n", b"=", b",", b'"', b"a" * 20_000, b"2027-01-01T00:00:00Z", b"12:00:00", b"-1", b"1e-320"),
]


def mutated_bytes(rng, data):
    """Return the bytes of a file, changed in one to three places."""
    for _ in range(rng.randint(1, 3)):
        start = rng.randrange(len(data) + 1)
        end = min(len(data), start + rng.choice([0, 0, 1, 1, 4, 30, 300]))
        words = [m.span() for m in re.finditer(rb"[\w.-]+", data)]
        if words and rng.random() < 0.6:
            start, end = rng.choice(words)
        data = (
            data[:start]
            + rng.choice([rng.choice(STRANGE), data[start:end] * 2, b"", bytes([rng.randrange(256)])])
            + data[end:]
        )
    return data


def mutated_values(rng, document):
    """Return a file with one to three of its values replaced, doubled or taken out."""
    odd = (None, True, 0, -1.5, "", "x", "\u202ex", "\ud83d", [], {}, [1], {"a": 1}, "x" * 900, 10**30, [None])
    for _ in range(rng.randint(1, 2)):
        paths = [path for path, _ in leaves(document) if len(path) > 1]
        if not paths:
            break
        path = rng.choice(paths)
        path = path[: rng.choice((len(path), len(path), len(path) - 1))]
        held = reduce(getitem, path[:-1], document)
        if isinstance(held, list) and rng.random() < 0.3:
            held.append(copy.deepcopy(held[path[-1]]))
        elif rng.random() < 0.7:
            held[path[-1]] = copy.deepcopy(rng.choice(odd))
        else:
            del held[path[-1]]
    return document
