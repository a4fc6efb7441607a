---------------------------- MODULE TextbookThreePhase ----------------------------
(***************************************************************************)
(* Three-phase commit as textbooks tell it (Skeen 1981): a participant     *)
(* that hears nothing decides by itself, ABORT before it is pre-committed, *)
(* COMMIT after it. That is right while messages arrive in time and nobody *)
(* pauses; here a time-out may fire at any moment, and the decision splits.*)
(***************************************************************************)
EXTENDS FiniteSets

CONSTANTS
  Participants,
  InTime           \* a time-out fires only once nothing is on its way to the participant

ASSUME InTime \in BOOLEAN

VARIABLES
  participant,     \* "working", "ready", "pre-committed", "committed" or "aborted"
  coordinator,     \* "waiting", "pre-committing", "committed", "aborted" or "dead"
  acknowledged,    \* the participants whose pre-commit the coordinator heard of
  sent             \* what the coordinator has sent to each participant

vars == <<participant, coordinator, acknowledged, sent>>

Init ==
  /\ participant = [p \in Participants |-> "working"]
  /\ coordinator = "waiting"
  /\ acknowledged = {}
  /\ sent = {}

All(message) == {<<p, message>> : p \in Participants}

-----------------------------------------------------------------------------------
Vote(p) ==
  /\ participant[p] = "working"
  /\ \E to \in {"ready", "aborted"} : participant' = [participant EXCEPT ![p] = to]
  /\ UNCHANGED <<coordinator, acknowledged, sent>>

PreCommit ==
  /\ coordinator = "waiting"
  /\ \A p \in Participants : participant[p] = "ready"
  /\ coordinator' = "pre-committing"
  /\ sent' = sent \union All("pre-commit")
  /\ UNCHANGED <<participant, acknowledged>>

Acknowledge(p) ==
  /\ coordinator = "pre-committing"
  /\ participant[p] = "pre-committed"
  /\ acknowledged' = acknowledged \union {p}
  /\ UNCHANGED <<participant, coordinator, sent>>

Commit ==
  /\ coordinator = "pre-committing"
  /\ acknowledged = Participants
  /\ coordinator' = "committed"
  /\ sent' = sent \union All("commit")
  /\ UNCHANGED <<participant, acknowledged>>

Abort ==
  /\ coordinator = "waiting"
  /\ \E p \in Participants : participant[p] = "aborted"
  /\ coordinator' = "aborted"
  /\ sent' = sent \union All("abort")
  /\ UNCHANGED <<participant, acknowledged>>

Die ==
  /\ coordinator \in {"waiting", "pre-committing"}
  /\ coordinator' = "dead"
  /\ UNCHANGED <<participant, acknowledged, sent>>

Hear(p) ==
  /\ \/ /\ <<p, "pre-commit">> \in sent
        /\ participant[p] = "ready"
        /\ participant' = [participant EXCEPT ![p] = "pre-committed"]
     \/ /\ <<p, "commit">> \in sent
        /\ participant[p] = "pre-committed"
        /\ participant' = [participant EXCEPT ![p] = "committed"]
     \/ /\ <<p, "abort">> \in sent
        /\ participant[p] \in {"working", "ready"}
        /\ participant' = [participant EXCEPT ![p] = "aborted"]
  /\ UNCHANGED <<coordinator, acknowledged, sent>>

(* What Skeen's model forbids and a network does: to hear nothing although somebody spoke, or lives. *)
Silence(p) ==
  \/ ~ InTime
  \/ /\ coordinator = "dead"
     /\ \A q \in Participants : participant[q] = "ready" => <<q, "pre-commit">> \notin sent

TimeOut(p) ==
  /\ participant[p] \in {"ready", "pre-committed"}
  /\ Silence(p)
  /\ participant' = [participant EXCEPT ![p] = IF participant[p] = "ready" THEN "aborted" ELSE "committed"]
  /\ UNCHANGED <<coordinator, acknowledged, sent>>

-----------------------------------------------------------------------------------
Next ==
  \/ PreCommit \/ Commit \/ Abort \/ Die
  \/ \E p \in Participants : Vote(p) \/ Acknowledge(p) \/ Hear(p) \/ TimeOut(p)

Safety == Init /\ [][Next]_vars

Atomic == \A p, q \in Participants : ~ (participant[p] = "committed" /\ participant[q] = "aborted")
===================================================================================
