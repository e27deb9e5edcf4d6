"""What the property tests draw from: systems of every kind, from one nobody knows to a full one."""

from hypothesis import settings
from hypothesis import strategies as st

from threatlab import AISystem
from threatlab.catalog import catalog

FACTS = tuple(catalog().facts)
CONTROLS = tuple(catalog().controls)
THREATS = tuple(catalog().threats)


def examples(number: int) -> settings:
    """Return settings with that many examples, or, under the profile "few", no more than it says."""
    few = settings.get_current_profile_name() == "few"
    return settings(max_examples=min(number, settings.default.max_examples) if few else number)


thorough = examples(50)
"""Enough to find each of the faults that these tests were tried on, in under a second a test."""

# Where every value were as likely as any other, most systems would look alike: half secured.
_MIXES = ((None,), (True, None), (False, None), (True, False, None), (True, True, True, False))


@st.composite
def attributes(draw, names):
    """True, False or None for each name, in a mix that differs from one draw to the next."""
    mix = draw(st.sampled_from(_MIXES))
    values = draw(st.lists(st.sampled_from(mix), min_size=len(names), max_size=len(names)))
    return dict(zip(names, values, strict=True))


facts = attributes(FACTS)
controls = attributes(CONTROLS)


@st.composite
def systems(draw):
    return AISystem("drawn", **draw(facts), **draw(controls))
