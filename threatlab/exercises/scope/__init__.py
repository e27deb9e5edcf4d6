"""The questions of lesson 01: a chatbot and whose it is, decisive flows, an exclusion that holds, four attackers."""

from threatlab.exercises.scope.pieces import PIECES, w1, w2, w3, w4, w5, w6, w7, w8, w9
from threatlab.exercises.scope.q1_chatbot import airline_begun, draw_on, q1
from threatlab.exercises.scope.q2_flows import q2
from threatlab.exercises.scope.q3_exclusion import POINTS, airline_scene, q3
from threatlab.exercises.scope.q4_statements import STATEMENTS, q4
from threatlab.exercises.scope.q5_adversaries import ACCOUNTS, airline_besieged, q5

QUESTIONS = (q1, q2, q3, q4, q5)
