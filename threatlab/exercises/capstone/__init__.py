"""The questions of lesson 07: a drawing, a whole threat model, a briefing, letters, and ticks with nothing behind."""

from threatlab.exercises.capstone.pieces import (
    PIECES,
    w1,
    w2,
    w3,
    w4,
    w5,
    w6,
    w7,
    w8,
    w9,
    w10,
    w11,
    w12,
    w13,
    w14,
    w15,
    w16,
    w17,
)
from threatlab.exercises.capstone.q1_drawing import q1
from threatlab.exercises.capstone.q2_model import q2
from threatlab.exercises.capstone.q3_briefing import q3
from threatlab.exercises.capstone.q4_letters import LOOK, q4
from threatlab.exercises.capstone.q5_ticks import q5
from threatlab.exercises.question import holds

QUESTIONS = (q1, q2, q3, q4, q5)
