"""The questions of lesson 05: an incident in its order, what layers share, a test that can fail, a gate."""

from threatlab.exercises.depth.pieces import PIECES, w1, w2, w3, w4, w5
from threatlab.exercises.depth.q1_incident import notes, q1
from threatlab.exercises.depth.q2_formula import q2
from threatlab.exercises.depth.q3_shared import q3
from threatlab.exercises.depth.q4_regression import deployed, q4, the_bound
from threatlab.exercises.depth.q5_gate import q5

QUESTIONS = (q1, q2, q3, q4, q5)
