"""Exercises: questions that check themselves, hint, and show a worked solution; `____` stands where an answer goes."""

from threatlab.exercises.blank import ____

__all__ = ["____"]
