"""The questions of lesson 00: what goes wrong with AI, in which order to ask, and what a familiar checklist sees."""

from threatlab.exercises.why.pieces import PIECES, w1, w2, w3
from threatlab.exercises.why.q1_incidents import q1
from threatlab.exercises.why.q2_meeting import q2
from threatlab.exercises.why.q3_checklist import q3
from threatlab.exercises.why.q4_measures import q4

QUESTIONS = (q1, q2, q3, q4)
