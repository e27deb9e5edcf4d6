"""The questions of lesson 04: a floor, criteria, quick wins, a policy check to mend, and half of the budget."""

from threatlab.exercises.plan.pieces import PIECES, w1, w2, w3, w4, w5, w6, w7
from threatlab.exercises.plan.q1_room import q1
from threatlab.exercises.plan.q2_criteria import DRAFTS, q2
from threatlab.exercises.plan.q3_order import q3
from threatlab.exercises.plan.q4_policy import q4
from threatlab.exercises.plan.q5_halved import q5

QUESTIONS = (q1, q2, q3, q4, q5)
