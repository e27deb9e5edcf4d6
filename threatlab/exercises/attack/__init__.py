"""The questions of lesson 03: measurements, attackers and controls, what to ship, memory, and tools of strangers."""

from threatlab.exercises.attack.pieces import PIECES, w1, w2, w3, w4
from threatlab.exercises.attack.q1_claims import CLAIMS, evidence, q1
from threatlab.exercises.attack.q2_lines import q2
from threatlab.exercises.attack.q3_allow import q3
from threatlab.exercises.attack.q4_budget import q4
from threatlab.exercises.attack.q5_shelf import q5
from threatlab.exercises.attack.q6_memory import q6
from threatlab.exercises.attack.q7_pin import TOOL, q7

QUESTIONS = (q1, q2, q3, q4, q5, q6, q7)
