"""The questions of lesson 03: claims against measurements, an attacker and a control, and which control to ship."""

from threatlab.exercises.attack.pieces import PIECES, w1, w2
from threatlab.exercises.attack.q1_claims import CLAIMS, evidence, q1
from threatlab.exercises.attack.q2_filter import q2
from threatlab.exercises.attack.q3_allow import q3
from threatlab.exercises.attack.q4_budget import q4
from threatlab.exercises.attack.q5_shelf import q5

QUESTIONS = (q1, q2, q3, q4, q5)
