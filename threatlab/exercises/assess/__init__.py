"""The questions of lesson 02: the lesson's score and class, the layered score, the log, an inventory."""

from threatlab.exercises.assess.pieces import PIECES, w1, w2, w3, w4, w5, w6, w7, w8
from threatlab.exercises.assess.q1_survey import SURVEY, q1
from threatlab.exercises.assess.q2_layers import q2, threats_of
from threatlab.exercises.assess.q3_manager import q3
from threatlab.exercises.assess.q4_chain import EDITS, q4
from threatlab.exercises.assess.q5_inventory import q5

QUESTIONS = (q1, q2, q3, q4, q5)
