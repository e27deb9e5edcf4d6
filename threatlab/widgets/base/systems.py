"""The systems that a panel lets choose from: those that ship, and one's own."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from threatlab.checks import check_choice
from threatlab.errors import ThreatLabError
from threatlab.system import AISystem, list_systems, load_system
from threatlab.widgets.base.html import Html, choice


class Systems:
    """A panel's list of systems: the `first` one, those that ship, and what `find` was given.

    The `first` one is an AISystem, the name of a built-in one, or a TOML or JSON system file. Those that ship are told
    in the terms of its catalog; one that can't be is left out.
    """

    def __init__(self, first: AISystem | str | Path) -> None:
        self.first = first if isinstance(first, AISystem) else load_system(first)
        self._by_name: dict[str, AISystem] = {}
        for name in list_systems():
            with suppress(ThreatLabError):  # its catalog lacks what is known of that one
                self._by_name[name] = load_system(name, self.first.catalog)
        self._by_name[self.first.name] = self.first

    def find(self, wanted: object) -> AISystem:
        """Return a system given as such, which can be found in the list from then on, or by its name there."""
        if isinstance(wanted, AISystem):
            self._by_name[wanted.name] = wanted
            return wanted
        return self._by_name[check_choice("system", wanted, self._by_name)]

    def picker(self, chosen: AISystem, act: str, name: str = "system") -> Html:
        """Return the list on the page; its choice goes to the action `act` as the argument `name`."""
        titles = [(each.title, known) for known, each in self._by_name.items()]
        return choice("System", name, titles, chosen.name, act=act)
