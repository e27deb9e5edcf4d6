"""What a class has shared: read from a folder, counted by question, and never a name where a room can see it."""

from threatlab.classroom.count import (
    ALIKE,
    FEWEST,
    QUIET_MINUTES,
    Guesses,
    Met,
    Room,
    Tally,
    guesses,
    lesson_of,
    lessons_begun,
    room,
    stuck_at,
    tallies,
)
from threatlab.classroom.read import Classroom, Learner, Snapshot

__all__ = [
    "ALIKE",
    "FEWEST",
    "QUIET_MINUTES",
    "Classroom",
    "Guesses",
    "Learner",
    "Met",
    "Room",
    "Snapshot",
    "Tally",
    "guesses",
    "lesson_of",
    "lessons_begun",
    "room",
    "stuck_at",
    "tallies",
]
