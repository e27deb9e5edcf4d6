# ruff: noqa: E501, SIM905 (phrases and lists of words are data, and a phrase reads best on one line)
"""What the model learns from: office tasks, the texts that come with them, and the calls that they need, by a grammar.

A phrase is a text with choices, "{send|mail} F to WHO". A word in capitals is a rule of its own, or a slot to be filled with
a name, a file, a day, a number or any word at all. Nothing here attacks anybody, and no text stands here to be obeyed, or
disobeyed, against the user's wish: users ask before or after the text that they paste, take back what they asked, or want
the steps on a page followed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

Rng = np.random.Generator | random.Random

TOOLS = ("end", "send", "read", "delete", "meet", "summarize")
ARGUMENTS = {
    "send": ("FILE", "WHO"),
    "read": ("FILE",),
    "delete": ("FILE",),
    "meet": ("WHO", "DAY"),
    "summarize": (),
    "follow": (),
    "contact": ("FILE",),
    "named": ("WHO",),  # no tools: what becomes of them depends on the page
}

RULES: dict[str, tuple[str, ...]] = {
    # --- things
    "F": ("THE FILE", "THE FILE", "THE FILE", "THE OF FILE", "THE FILE {file|document|list}", "FILE", "FILE"),
    "THE": ("the", "the", "our", "my", "this", "that", "your"),
    "OF": ("new", "old", "latest", "last", "current", "whole", "other", "WORD"),
    "W": (
        "WHO",
        "WHO",
        "WHO",
        "WHO",
        "{our|my|the} {colleague|friend|partner|boss|guest|WORD} WHO",
        "WHO from the {TEAM|WORD}",
    ),
    "P": ("{the|this|that|my} {page|text|message|document|article|list|news|letter}",),
    "TEAM": ("team", "company", "office", "partner", "shop", "factory", "school", "bank", "group", "museum"),
    "THING": tuple("product model service house garden machine price cost market offer car WORD".split()),
    "MONTH": tuple("january march april june july october december spring autumn winter summer".split()),
    "SOON": (
        "today",
        "now",
        "immediately",
        "at once",
        "as soon as possible",
        "right away",
        "before noon",
        "before DAY",
        "this week",
    ),
    "OFTEN": ("last week", "yesterday", "on DAY", "in MONTH", "again", "for NUMBER days", "twice", ""),
    "V": ("{send|mail|email|forward}",),
    "MEETING": (
        "{a|the|another|} {meeting|call|lunch|talk|appointment}",
        "a {short|long|first|WORD} {meeting|call|talk}",
    ),
    "CAL": ("{to|in|into} {the|my|our} calendar",),
    # --- what is asked for
    "send": (
        "V F to W",
        "V F to W",
        "V F {over|off|out|on|along|WORD} to W",
        "{V|give|show|get} W F",
        "V W a {copy|version} of F",
        "{V|give} a copy of F to W",
        "{pass|hand|get|bring|take|give} F {on|over|} to W",
        "write to W and {attach|add|include} F",
        "{write|send} {W|to W} {a mail|an email|a message|a letter} with F {in it|attached|}",
        "{write|send} {a mail|an email|a message} {with F to W|to W with F}",
        "share F with W",
        "let W {have|see|get} F",
        "{take|get|find|open} F and V it to W",
        "V what is in F to W",
        "attach F to {a mail|an email|a message} {to|for} W",
        "V to W F",
        "V F as {a mail|an email|WORD} to W",
    ),
    "read": (
        "{read|open|load|check|view|study} F",
        "{read|open|check} F {carefully|again|first|for me|and report|and WORD WORD}",
        "{look|have a look|take a look} {at|into} F",
        "show me {F|what is in F}",
        "tell me {what is in|what stands in|about|more about} F",
        "compare {P|this|it} {with|to} F",
        "{read|open} F and tell me {what it says|what is in it|what you find}",
        "find out what {is in F|F says|F is about}",
        "{tell me|say|report} what you know about {F|the WORD of F}",
        "{read|look at|check} the {content|first page|WORD} of F",
        "explain F to me",
    ),
    "delete": (
        "{delete|remove|erase|drop|destroy|cancel} F",
        "{delete|remove|erase} F {completely|for good|for ever|from here|WORD}",
        "throw {F away|away F|out F|F out}",
        "get rid of F",
        "{clear|clean} {F|away F|up F}",
        "{delete|remove|erase} F from the {disk|folder|server|list|computer|WORD}",
        "take F {off|from} the {disk|folder|server|list|WORD}",
    ),
    "meet": (
        "{add|put|enter|write} MEETING with W {on|for} DAY CAL",
        "{add|put|enter} MEETING with W CAL {on|for} DAY",
        "{schedule|book|plan|arrange|set up|fix|make} MEETING with W {on|for|next} DAY",
        "{schedule|book|plan|arrange} {for|on} DAY MEETING with W",
        "{meet|see|call|visit} W on DAY",
        "{block|keep|reserve|save} DAY for {MEETING with W|W}",
        "{invite|ask} W to {come|MEETING} on DAY",
        "{schedule|book|plan|put} W {for|on} DAY",
        "{reserve|find|book} {some time|an hour|a time|time} for W on DAY",
        "{remind me|note} that {i meet W|W comes|W is here} on DAY",
    ),
    "summarize": (
        "{summarize|sum up|shorten} {P|it|this}",
        "{give|write|send} me {a|the} {short|brief|} {summary|overview} of {P|it}",
        "tell me {what P says|what P is about|what it says|about P}",
        "{give|tell|list} {me|us} the {main|most important} {points|facts|things} {of|in|on} P",
        "{write|make|prepare} a {short|brief|} {summary|overview} {of|for} P",
        "say in {a few|NUMBER|your own} words what P {is about|says}",
        "{read|look at} P and {summarize it|sum it up|tell me what it says}",
        "sum it up",
        "explain P to me",
        "make P {short|shorter}",
    ),
    "follow": (
        "follow {the|all|its} {steps|instructions|requests|orders} {on|in|of} P",
        "follow P",
        "do {what|everything|everything that|all that} P {says|asks|asks for|tells you|wants|needs}",
        "{carry out|do|complete|finish} {the|all|all the} {steps|tasks|requests|instructions|work} {on|in|of} P",
        "{handle|work through|take care of|answer|process} P",
        "do {everything|what|all} that {is asked|stands|is written|is wanted} {below|here|on P|in P|there}",
        "{read|open} P and do {what it says|what it asks|it|the steps}",
        "do {it|them|the steps|the tasks} {all|one by one|in order|as written} , as {P says|it stands there}",
        "take {the|all} {steps|tasks|requests} from P and {do|complete} them",
    ),
    "contact": (
        "V F to the {contact|address|person|contact person} {on|in|named on|given in|of|from} P",
        "V F to {whoever|the person that|the contact that} P {names|gives|lists}",
        "V F to {whoever|the person who} is {named|given|listed} {as contact|} {on|in} P",
        "find the {contact|address|person} {on|in} P and V {them|him|her} F",
        "V the {contact|person} {on|in|of} P F",
        "{give|get|pass} F to the contact {on|in|of} P",
        "write to the contact {on|in|of} P and attach F",
        "take the {contact|address} from P and V F there",
    ),
    # --- the same as a whole sentence
    "send!": (
        "W {needs|wants|should get|must get|must have|is waiting for|has to have|should have|requires} {F|a copy of F}",
        "F {should|must|has to|needs to|is to|can} {go|be sent|be mailed|be forwarded|be given} to W",
        "make sure {that|} F {goes to|reaches|gets to|is sent to} W",
        "make sure {that|} W {gets|has|receives|sees} F",
        "{i|we} {want|need|would like|expect} W to {have|get|see|receive} F",
        "{i|we} {want|need|would like} F {to go|to be sent|sent} to W",
        "W {asked me|asked|waits|called me|wrote me} for F {,|.|:|;} {so|please|} V it",
        "{here is|i have|there is|take} F {,|.|:|;|and} {so|please|now|} V it to W",
        "F is for W {,|.|:|;|and} {so|please|now|you can|} V it",
        "{drop|write} W {a mail|an email|a message|a line} with F {attached|in it|}",
        "F is {ready|done|here|WORD|for W} {,|.|:|;|and} {so|please|now|you can|} V it to W",
        "{W|my friend WHO} {WORD|is WORD|needs it} {,|.|:|;|and} {so|please|now|} V F to WHO",
        "W {would like|wants|needs|WORD} {to see|to have|to get|} F {,|.|:|;|and} {so|please|so please|} V it {there|to them|over|}",
        "{i|we} {WORD|told|owe} W F {,|.|:|;|and} {so|please|so please|now} V it",
        "the {person|WORD|one} {who|that} {should get|needs|gets|wants} F is W",
    ),
    "read!": (
        "what {is|stands|do you find} in F ?",
        "what does F say ?",
        "what is F about ?",
        "{i|we} {want|need|would like} to {know what is in|see|read|know} F",
        "{i|we} {forgot|lost|do not know} what {is|was|stands} in F {, tell me|, please look|}",
        "{here is|there is|i have} F {,|.|:|and} {so|please|now|} {read|open|check} it",
        "F is {ready|here|new|WORD} {,|.|:|and} {so|please|now|} {read|open|check} it",
        "does F say {anything|WORD|something} about WORD ?",
    ),
    "delete!": (
        "F {should|must|has to|needs to|can|is to} {be deleted|be removed|be erased|go|go away|disappear}",
        "{i|we} do not {need|want|use} F {any more|again|now|} {,|.|:|;|and|so} {please|so|} {delete|remove|erase} it",
        "F is {old|wrong|WORD|too old|not needed} {,|.|:|;|and} {so|please|now|you can|} {delete|remove|erase} it",
        "{nobody|no one|who} {needs|wants|reads} F {any more|} {,|.|?|:} {please|so|} {delete|remove|erase} it",
        "{i|we} {want|need|would like} F {to be deleted|deleted|removed|erased|to go}",
        "make sure {that|} F {is deleted|is gone|goes away|is removed|disappears}",
    ),
    "meet!": (
        "{i|we} {want|need|would like} {MEETING with W|to meet W|to see W|to have MEETING with W} on DAY",
        "on DAY {i|we} {want to meet|meet|see|have to see|have a meeting with} W {CAL|, plan it|, please add it|}",
        "MEETING with W on DAY {should|must|has to} be in {the|my} calendar",
        "{W|W and i|W and we} {will meet|meet|have a meeting|talk} on DAY {,|.|:|;|and} {so|please|} {plan it|add it CAL|put it CAL|book it}",
        "W {has time|can come|is free|wants a meeting} on DAY {,|.|:|;|and} {so|please|} {plan it|book it|set it up|plan MEETING}",
        "can W {and i|and we|} {meet|come|talk} on DAY ? {plan it|book it|please add it CAL|}",
        "does W have time on DAY ? {please|if so ,|} {plan MEETING|book it|invite them}",
        "DAY {suits|is good for|works for|WORD} W {,|.|:|;|and} {so|please|} {plan|book|arrange|schedule} MEETING",
        "DAY is {good|fine|WORD} for W {,|.|:|;|and} {so|please|} {plan it|book MEETING|add it CAL}",
    ),
    "summarize!": (
        "what {does P say|is in P|is P about|does it say} ? {sum it up|}",
        "{i|we} {need|want|would like} {a|the} {short|brief|} {summary|overview} of {P|it|this}",
        "{i|we} {want|need|would like} to know what P {says|is about}",
        "P is {too long|long|hard|WORD} {,|.|:|;|and} {so|please|} {summarize it|sum it up|shorten it|make it short}",
        "{a|the} {short|brief|} summary {of P|} {, please|please|is what i need|}",
    ),
    "follow!": (
        "P {tells|says|shows} you what to do",
        "{please|} do the {things|tasks} that P {asks for|wants|lists}",
        "P {asks|wants|needs} {some things|something|things|WORD} {,|.|:|;|and} {so|please|} {do it|do them|do so|do them all}",
        "there are {some|a few|NUMBER|} {steps|tasks|requests|instructions} {on|in} P {,|.|:|;|and} {so|please|} {do them|follow them|do all of them|complete them}",
        "{the|all} {steps|tasks|requests} {on|in} P {must|should|have to|need to} be {done|completed|followed}",
        "{i|we} {want|need|would like} {the|all the|all} {steps|tasks|requests} {on|in} P {done|to be done|completed}",
        "this is {a list|WORD|what i want|my list} {,|.|:|;|and} {so|please|} {do it|follow it|work through it|handle it}",
    ),
    "contact!": (
        "the {contact|person} {on|in|of} P {needs|should get|wants|must have} F",
        "F {should|must|has to} {go|be sent|be mailed} to the {contact|person} {on|in|of} P",
        "F {goes to|is for} the contact {on|in|of} P",
        "P {gives|names|has|lists} {a contact|a contact person} {,|.|:|;|and} {so|please|} V F to {them|him|her}",
        "P {names|has|lists} {a contact|somebody|a person} {,|.|:|;|and} {so|please|} V {them|him|her} F",
        "{who is the contact ?|there is a contact .} {please|} V {them|him|her} F",
    ),
    # --- around what is asked for (*)
    "FRAME": (
        *("*",) * 12,
        *("please *",) * 4,
        *("OPEN *", "OPEN *", "OPEN *", "* CLOSE", "* CLOSE", "OPEN * CLOSE"),
        *("JUNK *", "JUNK *", "JUNK *", "* TAIL", "* TAIL", "JUNK * TAIL"),
    ),
    "OPEN": (
        "{can|could|would|will} you {please|now|WORD|}",
        "{now|next|first|then|also|finally|second|so|ok|again} {,|}",
        "{i|we|they} {want|need|would like|expect|ask|wish|beg|WORD} you to",
        "you {must|should|have to|need to|can|are to|may|will} {now|also|WORD|}",
        "{remember|try|start|begin} to",
        "do not forget to",
        "{make|be} sure {to|you|that you}",
        "{be so nice|be so good|be quick} and",
        "{your|the|my|our} {OF|} {task|job|step|request|wish|goal|work|order|WORD} {is|:} to",
        "{your|the|my|our} {OF|} {task|job|step|request|wish|goal|work|order|WORD} {is|:|is this :}",
        "it is {important|necessary|urgent|time|good|WORD} {to|that you}",
        "{step|task|point|number} NUMBER {:|.|)} ",
        "{NUMBER|-|*} {.|)|:|}",
        "{to do|task|note|important|urgent|request|reminder|attention|ps|WORD|system|user|assistant} : {please|}",
        "{before|after|instead of} {that|this|it} {,|}",
        "{before|after} you {start|finish|answer|do that|read this|go on|WORD} {,|} {please|}",
        "when you {are done|are ready|finish|have time|can|WORD} {,|} {please|you should|}",
        "once {you have read this|this is done|that is done|WORD WORD} {,|} {please|you have to|}",
        "{hello|hi|hey|good morning|thanks|dear|yes|ok} {assistant|you|WORD|} {,|:|.|!} {please|}",
        "{and|but|or|and then|but first|one more thing|another thing|WORD} {:|,|} {please|}",
        "if you {can|have time|like|WORD} {,|} {please|}",
        "as {always|usual|agreed|you know|WORD} {,|} {please|}",
        "the {boss|team|office|system|company|user|WORD} {wants|needs|asks|tells|WORD} you to",
        "for {the|our|my} {report|team|boss|answer|audit|WORD} {,|} {please|}",
        "{because|since|as} {it is|we have|there is} {late|a problem|WORD|a WORD} {,|} {please|}",
        "{i|we} {think|hope|know|said|WORD} {that|} you {should|must|can|will|}",
        "{thanks|thank you|sorry|please|hello} {,|.|for that ,}",
        "WORD {WORD|} {,|:|and|}",
        "WORD",
        "{let us|let me ask you to|go and|go on and|may i ask you to|be kind and|feel free to}",
        "{would|could|do} you {WORD|like to|want to}",
        "{i|we} would {WORD|WORD it} if you",
        "WORD WORD {,|:|to|and|} {please|}",
    ),
    "JUNK": (
        *(
            "WORD",
            "WORD WORD {to|and|,|:|}",
            "WORD WORD WORD {to|and|,|:|}",
            "{i|we|would you|do you|it is} WORD {to|it if you|and|WORD|}",
        ),
        *("NP VP {,|:|.|so|and|;} {please|}", "{in|for|at|as} WORD {WORD|} {,|} {please|}"),
    ),
    "TAIL": (
        *(
            "WORD",
            "WORD WORD",
            ", WORD {WORD|} {it|that|you|}",
            "{,|.|because|as|since|so that|before|after|and|but} NP VP",
        ),
        *("{,|-} {nobody|i|we|they|you} {WORD|WORD WORD} {it|this|}", "{in|for|at|on|with} {the|our|} WORD"),
    ),
    "CLOSE": (
        "please",
        "SOON",
        "SOON {please|, please|for me|WORD}",
        "{for me|for us|for the boss|for the TEAM}",
        "{when|if} you {can|have time|are done|WORD}",
        "{before|after|when|while|because|so that} {we|i|they|you} {start|WORD|have to WORD|go|can work|WORD WORD}",
        ", {thanks|thank you|will you ?|ok ?|it is important|it is urgent|i need it|WORD WORD|as agreed|please}",
        "{and|but} {nothing else|do it well|be quick|tell nobody|report back|make a plan|WORD WORD|WORD it}",
        "WORD",
        "WORD WORD",
    ),
    "BACK": (  # the user takes back what was asked before
        "{no|wait|sorry|stop|oh} {,|.|} {ignore|forget|skip} {that|this|it|what i said} {.|and|,|:|;} {instead|} {,|}",
        "{ignore|forget|disregard|cancel|skip} {that|the above|what i said|my last request|the previous request|all that} {.|and|,|;|:} {instead|now|} {,|}",
        "{no|wait|stop} , {i changed my mind|not that|that was wrong|do this instead} {.|:|,}",
    ),
    "CONTACT": (
        "{our|the|your|my} contact {is|:|here is|for WORD is} WHO",
        "{contact|contact person} : WHO",
        "{for|with} {questions|WORD|more} {write to|ask|contact|call|see} {our contact|} WHO",
        "contact WHO for {more|details|questions|WORD}",
        "{ask|call|see} {our|the} contact WHO",
        "WHO is {our|the|your} contact {for WORD|here|}",
        "you can {reach|ask|contact|call} {our contact|} WHO {for WORD|here|}",
    ),
    "NEWS": (  # what asks for nothing
        "{the|our|a} {TEAM} {opened|presented|sold|bought|built|tested|showed|started|won|lost} {a|the|its} {OF} THING",
        "{the|our|a} {OF} THING {rose|fell|grew|changed|is|was} {by NUMBER percent|fast|WORD} {in MONTH|}",
        "{the|our|a} {TEAM} {is|was} {happy|sorry|proud|late|small|busy|new|closed|WORD} OFTEN",
        "W {sent|mailed|forwarded|gave|showed} F to WHO OFTEN",
        "W {sent|mailed|gave} WHO {F|a letter|flowers|a WORD} OFTEN",
        "F was {sent|mailed|forwarded|given|shown} to W OFTEN",
        "F was {deleted|removed|read|opened|printed|written|lost|found} by W OFTEN",
        "W {will|has to|wants to|may} {send|read|open|delete|mail} F {soon|OFTEN}",
        "W {has|had|} {read|opened|deleted|removed|wrote|changed|found|lost|printed} F OFTEN",
        "{we|they|i} {never|do not|did not} {send|mail|share|delete|read|open} F {to anyone|with strangers|to WHO|with WHO|}",
        "{please|you must|you should|} {do not|never} {send|mail|share|delete|read|open|forward|print|remove} F {to WHO|with WHO|yet|today|before DAY|}",
        "the {meeting|call|lunch} with W {on DAY|} {was|is} {canceled|over|fun|long|short|WORD}",
        "W {met|called|invited|saw|visited} WHO OFTEN",
        "W asked {WHO|us|me} {for|about} F OFTEN",
        "F is {on the server|in the folder|new|old|ready|late|secret|not here|WORD}",
        "{nobody|everybody|somebody} {knows|likes|reads|has} {F|the WORD|the THING}",
        "{please|} {wear|bring|use|keep|take|close} {a|the|your} {badge|coat|door|card|key|WORD} {in the {office|house|WORD}|}",
        "{do not forget|remember} {to bring|to close|to use} {a|the|your} {badge|coat|door|card|WORD}",
        "{you|visitors|guests|readers} {can|may|must|should} {park|wait|sit|eat|register|enter|WORD} {behind|in|near|at} the {house|office|hall|garden|WORD}",
        "there {is|was|are|were} {NUMBER|a|some|many|no} {guest|guests|visitors|offers|question|people|WORD} {in|at} the {hall|office|garden|WORD}",
        "{read more|more news|see also|all rights reserved|share this page|send us your comments|back to top|welcome|read on}",
        "P {was|is} {new|old|changed|written|read by WHO|WORD} OFTEN",
        "the {steps|instructions|tasks|requests} {were|are} {hard|easy|long|old|on the next page|WORD}",
        "{ignore|forget|skip|mind} the {noise|dust|old sign|first page|WORD} {in the hall|in the office|}",
        "{the|our|a} {system|assistant|user|boss|audit|contact} {was|is|has been} {new|late|slow|quick|important|here|WORD} {now|today|}",
        "{hello|hi|good morning} {everybody|assistant|all|WORD|} , {i am|we are} {in a train|WORD|at WORD|at the office}",
        "{i|we} {had|have|saw|like|want|know} {a|the|no} {WORD|THING|OF THING} OFTEN",
        "{the|a|our} WORD {of|in|for|at|from} {the|a} WORD {is|was|has|WORD} {WORD|the WORD|a WORD|in WORD}",
        "WORD {is|was|and|of|in|for|with|the|has|will} {WORD|WORD WORD|a WORD|the WORD}",
        "WORD WORD {WORD|} {is|was|and|of|in|for|with|the|to|from} {WORD|WORD WORD|the WORD|NUMBER WORD}",
        "WORD WORD WORD {WORD|WORD WORD}",
        *("NP VP",) * 6,
        *("NP {sent|mailed|read|opened|met|called|saw|gave|deleted|forwarded|visited} {NP|the WORD|F|W} {PP|OFTEN}",)
        * 3,
        "{children|visitors|NP} WORD {for free|free|at noon}",
        "{the|all} {minutes|notes|results|guests} of {the last meeting|the call|NP} {were|are} WORD",
        "{sales|prices|orders|figures|salaries} {rose|fell|went up|are up|went down|changed} {by NUMBER percent|PP|OFTEN}",
        "NP is {looking|waiting|WORD} for {two|more|some} WORD {WORD|}",
        *("NP VP PP",) * 3,
        *("{NP|WORD|WORD} {WORD|help|want|ask|serve} {us|you|them|people|me} to WORD {NP|THE WORD}",) * 2,
        "{NP|WORD} {is|are} WORD for {NP|WORD WORD}",
        "{NP|W} WORD {after|for|in|with} {WORD|NUMBER} {WORD|years} {with|for|in} {us|NP|WORD}",
        "{NP|WORD} WORD NUMBER WORD , NP WORD {for|in|with} WORD",
        "PP NP VP",
        "NP {WORD|is WORD|help|was WORD} {us|you|them|people|} to WORD {NP|PP}",
        "{the|our} WORD WORD {the|a} WORD {in|on|at|by} {the|} WORD",
        "W WORD {the|a|in|for|to} WORD OFTEN",
        "{do|did|will} {you|they} {know|remember|like|see} {the WORD|WHO|WORD} ?",
    ),
    "NP": (
        "{the|this|our|a|your|its|that|my|all} {WORD|THING|TEAM|WORD WORD}",
        "{W|WORD|WORD WORD}",
        "{some|many|NUMBER|all|no} {WORD|people|THING}",
        "{we|they|you|it|he|she|i}",
    ),
    "VP": (
        "{WORD|help|is|was|has|will|can|had|won|show|visit|get|make|take|need|had already|must|do not} {NP|WORD|WORD NP|PP}",
        "{is|was|were|has been|will be} WORD {PP|OFTEN}",
        "WORD",
    ),
    "PP": ("{in|on|at|for|over|since|with|from|by|behind|until|of|to|as|near|under} NP",),
    "BETWEEN": (  # between what the user says and the text that they give
        *("page :", "text :", "message :", "document :", "{here is|this is} P :", "P {says|reads} :"),
        *("---", ":", "", "", "", "", "", "{begin|start} of {page|text}"),
    ),
    "AFTER": ("", "", "", "---", "end of {page|text|message}", "that was P", "{this|that} is all"),
    "END": (".", ".", ".", ".", "!", ";", ""),
}

SLOTS = {
    "FILE": """prices budget report minutes contract plan offer invoice notes menu manual slides survey salaries forecast
        agenda schedule application results orders secrets passwords keys customers addresses figures roadmap""".split(),
    "WHO": """anna bob carla david emma felix greta hans irene jonas kate leo maria nina oscar paula robert sarah thomas vera
        sales marketing legal accounting support""".split(),
    "DAY": "monday tuesday wednesday thursday friday saturday sunday tomorrow".split(),
    "NUMBER": [],
    "WORD": """ability able about above accept accident account across act action active actually adult advice afraid afternoon age
        ago agree ahead air all allow almost alone along aloud already although amount ancient angry animal announce
        any appear apple appreciate april area argue arm army around arrive art article aside asleep assist aunt
        author average aware away baby back bad bag bake bakery balance ball band bar base basic basket bath battle
        beach bean bear beat beautiful become bed been beer behave being believe bell belong below bend benefit best
        better between bicycle big bill bird birthday bit bite black blood blow blue board boat body boil bone boot
        border born borrow both bottle bottom bowl box boy brain branch brave bread breakfast breath brick bridge
        bright broad broken brother brown brush building burn bus butter button buy cake called calm camera camp
        cannot capital captain care careful carpet case castle cat catch cause celebrate cell center century certain
        chain chair chance change character cheap cheese chicken chief child choice choir choose church cinema circle
        citizen city claim class clever climb clock cloth cloud club coast coffee coin cold colleague collect college
        color come comfort comment common compete concert condition confirm connect consider contain content continue
        control cook cookies cool corner correct costly cotton count country couple courage course cousin cover cow
        cream create crew crop cross crowd crown cry culture cup curious current customer cut cycle daily damage dance
        danger dark data date daughter day dead deal decide deep degree delay delegation deliver depend describe
        desert desk detail develop did die difference different dinner dirty discover discuss dish distance divide
        doctor does dog done double doubt down dozen draw dream dress drink drive dry due duty each eager ear early
        earth easily east eat economy edge education effect effort egg eight either electric elevator eleven else
        employ empty end energy engine english enjoy enormous enough entire entrance equal escape especially even
        evening event ever every evidence exactly exam example exchange excuse exercise exist expensive experience
        expert extra eye face fact fail fair faith fall family famous fan far farm farmer fashion father fault favor
        fear feed feel feet fellow female fence festival fever few fewer field fifty fight figure fill film final fine
        finger fire firm fish fit five flag flat flight floor flour flower fly fog food foot forest forever form forty
        four france free freedom fresh friendly front fruit fuel full funny further future game gate gather gentle
        german gift girl glad glass go goal goat gold gone govern grand grass grateful grave great green grey ground
        grow guard guide gun habit hair half hall hammer hang happen happy harbor hard hardly hat hate head health
        hear heart heavy height help hero hidden high hill him hire his history hit hobby hold hole holiday holy home
        honest honor hope horse hospital host hot hotel hour how however human hundred hungry hunt hurry hurt husband
        ice idea ill imagine improve inch income increase indeed industry inform inside instead interest internet
        introduce invent iron island item its jacket jam job join joke journey joy judge juice jump just key kid kill
        kind kindly kingdom kiss kitchen knee knife lady lake lamp land language large later laugh law lazy lead
        leader league learn least leave left leg less lesson level library lie life lift light likely limit line lip
        liquid listen little live local lock london loose loud love low lucky lunch mad made magic main major male man
        manager manner map march mark marry master match material matter maybe meal mean meat media member memory men
        mention metal method middle mild mile milk million mind minute mirror miss mistake mix modern moment money
        monkey mood moon more moreover morning mother mountain mouth move movie murder muscle music must name nation
        native nature near neck needle neighbor neither nephew nervous net never news nice night nine nobody nod noise
        none normal north nose nothing notice novel number nurse obvious occasion ocean often oil older once one only
        opinion opposite order ordinary organize original others ought ourselves outdated outside oven over own pack
        pain paint painting pair palace pale paper parent paris park part partly party past path patient pattern pay
        peace pen pencil people perfect perhaps permit person phone photo piano pick picture pig pilot pink pipe place
        plane planet plant plastic plate play pleasant pleasure plenty pocket poem point police polite political pool
        poor popular population port positive possible post pot pound pour powder power practice praise prefer
        presence present president press pretty prevent prince print printer prison private prize probably problem
        produce promise proper protect prove public pull pupil purpose push queen question quickly quiet quietly quite
        race radio railway rain raise rare rate rather raw reach ready real reason recently record recover red reduce
        refuse region regular relax religion rent repair repeat replace require rescue respect rest restaurant result
        retire return rice rich ride right ring rise risk river road rock roof room root rope rough round royal rubber
        rude rule run rush rye sad safe said sail salt same sand scene school science sea season seat second seek seem
        seen seldom select sell separate serious serve service settle seven several shade shake shape sharp she sheep
        shelf shine ship shirt shoe shoot shop shore should shoulder shout shut sick side sight sign silence silver
        similar simple simply since sing singer sister site situation six size skill skin sky sleep slowly small smart
        smell smile smoke smooth snow social society soft soil soldier solid solve some somehow sometimes son song
        soul sound soup south space spare speak special speed spell spend spirit spoon sport spot spread square stage
        stair stamp stand star station stay steal steel stick still stomach stone store storm story strange stranger
        stream street strike string strong student style subject success such sudden suffer sugar suggest suit suits
        sun supper supply suppose sure surface surprise swim switch table taste tax tea teach tear technical teeth
        temperature ten tent term terrible test thank theater their them theory therefore these thick thin thing think
        third thirty those though thousand threat three throat through throughout thunder ticket tie tight till time
        tiny tired title toe together tomato tongue tonight too tool tooth top touch tour toward tower town toy track
        trade traffic train tree trip trouble truck true truly trust try twelve twenty two ugly uncle under understand
        union unit universe unless until up upper upset useful usually valley value variety various vegetable vehicle
        very victory video village visitor voice volume vote wage wagon wait wake walk wall war warm wash waste watch
        water wave way weak wealth weapon wear weather wedding week weight welcome well went west wet what whatever
        wheel whenever where whether which white whoever whole why wide wife wild willing win wind window wine wing
        winner wire wise wish with within without woman wonder wonderful wood wooden wool work world worry worse worth
        would wound wrap writer wrong yard year yellow yet young youth zero zoo""".split(),
}

# --- Words -----------------------------------------------------------------------------------------------------------

UNHEARD = {"WORD": 0.4, "FILE": 0.65, "WHO": 0.65, "DAY": 0}
KINDS = {
    "WORD": ("<word>",),
    "FILE": ("<word>", "<file>"),
    "WHO": ("<word>", "<address>"),
    "NUMBER": ("<number>",),
}
"""How often a slot is filled with a word that was never heard of, and as what kind of word that is then read."""
UNKNOWN = ("<word>", "<address>", "<file>", "<number>")
TOKEN = re.compile(r"<!--|-->|-{2,}|[\w@](?:[\w@.'/-]*[\w@])?|[^\w\s]")
ENDINGS = (("ing", ""), ("ing", "e"), ("es", ""), ("s", ""), ("ed", ""), ("d", ""), ("ly", ""))


def split(text: str) -> list[str]:
    """Return the words and marks of a text, in small letters."""
    return TOKEN.findall(text.lower())


def kind(word: str) -> str:
    """Return what stands for a word that the model never met: the word without its ending, or what it looks like."""
    if "@" in word:
        return "<address>"
    if word.isdigit():
        return "<number>"
    for ending, instead in ENDINGS:
        stem = word.removesuffix(ending) + instead
        if word.endswith(ending) and len(stem) > 2 and stem in VOCABULARY:
            return stem
    return "<file>" if re.search(r"\w[._]\w", word) else "<word>"


def all_words() -> list[str]:
    """Return every word that the grammar can say, and the kinds of unknown ones, in a fixed order."""
    said = {word for phrases in RULES.values() for each in phrases for word in re.split(r"[\s{}|]+", each)}
    marks = {*".,;:!?()\"'-*<>#=", "<!--", "-->", "---"}
    known = {word for word in said if word and not word.isupper()} | marks
    return [*UNKNOWN, *sorted(known | {word for words in SLOTS.values() for word in words})]


VOCABULARY = {word: number for number, word in enumerate(all_words())}


def numbers(words: Sequence[str]) -> list[int]:
    """Return the number of each word, or that of its kind."""
    return [VOCABULARY[word if word in VOCABULARY else kind(word)] for word in words]


# --- Saying things ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Said:
    """Words with who wrote each (0: the user, 1: the page), and the calls asked for.

    A call is the place where it is asked for, a tool, and the places of its values.
    """

    words: list[str] = field(default_factory=list)
    roles: list[int] = field(default_factory=list)
    calls: list[tuple[int, str, tuple[int, ...]]] = field(default_factory=list)

    def add(self, other: Said) -> None:
        """Put other words after these, with their calls."""
        n = len(self.words)
        self.words += other.words
        self.roles += other.roles
        self.calls += [(n + at, tool, tuple(n + place for place in places)) for at, tool, places in other.calls]


Tree = list[list["str | Tree"]]
"""Options, each of them a row of words and further options."""
PIECE = re.compile(r"[{|}]|[^{|}\s]+")


@cache
def tree(phrases: tuple[str, ...]) -> Tree:
    """Return phrases as options, with the phrases of a rule in place of its name."""
    stack: list[Tree] = [[[]]]
    for piece in PIECE.findall("|".join(phrases)):
        if piece == "{":
            stack.append([[]])
        elif piece == "|":
            stack[-1].append([])
        elif piece == "}":
            done = stack.pop()
            stack[-1][-1].append(done)
        else:
            stack[-1][-1].append(tree(RULES[piece]) if piece.isupper() and piece in RULES else piece)
    return stack[0]


def expand(options: Tree, rng: Rng) -> list[str]:
    """Return the words of one of the options, with one of each {choice|of|these} in it."""
    words: list[str] = []
    for part in options[int(rng.random() * len(options))]:
        if isinstance(part, str):
            words.append(part)
        else:
            words += expand(part, rng)
    return words


def pick(options: Sequence[str], rng: Rng) -> str:
    """Return one of the options at random."""
    return options[int(rng.random() * len(options))]


def value(slot: str, rng: Rng) -> str:
    """Return something that stands for a slot: known, or the kind of a word that was never heard of."""
    if slot == "NUMBER" or rng.random() < UNHEARD[slot]:
        return pick(KINDS[slot], rng)
    return pick(SLOTS[slot], rng)


def say(words: Sequence[str], rng: Rng, tool: str = "", role: int = 0) -> Said:
    """Return words with their slots filled; if they ask for a tool, with that call."""
    said, places = list(words), dict[str, int]()
    for number, word in enumerate(words):
        if word in SLOTS:
            known = places.setdefault(word, number) if word != "WORD" else number
            said[number] = said[known] if tool and known < number else value(word, rng)
    calls = [(0, tool, tuple(places[slot] for slot in ARGUMENTS[tool]))] if tool else []
    return Said(said, [role] * len(said), calls)


def rule(name: str, rng: Rng, tool: str = "", role: int = 0, opening: Sequence[str] = ()) -> Said:
    """Return a phrase of a rule, and a mark to end it."""
    return say([*opening, *expand(tree(RULES[name]), rng), *expand(tree(RULES["END"]), rng)], rng, tool, role)


def request(tool: str, rng: Rng, role: int = 0) -> Said:
    """Return a request for a tool, as a sentence."""
    if rng.random() < 0.25:
        return rule(tool + "!", rng, tool, role)
    frame = expand(tree(RULES["FRAME"]), rng)
    at = frame.index("*")
    words = [*frame[:at], *expand(tree(RULES[tool]), rng), *frame[at + 1 :], *expand(tree(RULES["END"]), rng)]
    return say(words, rng, tool, role)


def page_for(tool: str, rng: Rng) -> Said:
    """Return a page that fits a request: news, perhaps a contact, and steps if they are to be followed."""
    lines = [rule("NEWS", rng, role=1) for _ in range(int(rng.random() * 4) if tool == "follow" else 1 + int(rng.random() * 3))]
    if tool == "contact" or rng.random() < 0.3:
        lines.append(rule("CONTACT", rng, "named", 1))
    if tool == "follow":
        lines += [request(pick(TOOLS[1:5], rng), rng, 1) for _ in range(1 + (rng.random() < 0.4))]
    page = Said()
    for _ in range(len(lines)):
        page.add(lines.pop(int(rng.random() * len(lines))))
    return page


def task(rng: Rng, planted: Callable[[], Said] | None = None) -> Said:
    """Return what a user wants, most often with a page beside it, and the calls that it needs, in the order of the text.

    Where the steps on a page are not to be followed, the page ends on what is `planted` there, which calls for nothing.
    """
    tool = pick(
        ("send", "send", "read", "delete", "meet", "summarize", "summarize", "follow", "follow", "contact"), rng
    )
    page = page_for(tool, rng) if tool in ("summarize", "follow", "contact") or rng.random() < 0.7 else Said()
    if planted and page.words and tool != "follow":
        page.add(planted())
    first, second = Said(), Said()
    if rng.random() < 0.15:
        first.add(rule("NEWS", rng))
    asked = request(tool, rng)
    if tool not in ("follow", "contact") and rng.random() < 0.1:
        second = say(expand(tree(RULES["BACK"]), rng), rng)
        asked.calls.clear()
    first.add(asked)
    if second.words or rng.random() < 0.2:
        second.add(request(pick(TOOLS[1:5], rng), rng))
    if rng.random() < 0.15:
        second.add(rule("NEWS", rng))
    parts = [first, second]
    if page.words:
        where = rng.random()
        opened, closed = (say(expand(tree(RULES[name]), rng), rng) for name in ("BETWEEN", "AFTER"))
        if where < 0.5:
            parts = [first, second, opened, page, closed]
        elif where < 0.7:
            parts = [opened, page, closed, first, second]
        else:
            parts = [first, opened, page, closed, second]
    said = Said()
    for part in parts:
        said.add(part)
    named = next((places[0] for _, what, places in said.calls if what == "named"), 0)
    said.calls = sorted(
        (at, "send", (*places, named)) if what == "contact" else (at, what, places)
        for at, what, places in said.calls
        if what not in ("named", "follow")
    )
    return said
