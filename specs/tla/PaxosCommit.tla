-------------------------------- MODULE PaxosCommit --------------------------------
(***************************************************************************)
(* Paxos Commit of one transaction: one Paxos register per branch, all of  *)
(* them at the same acceptors, under one promise (Gray and Lamport,        *)
(* "Consensus on Transaction Commit", ACM TODS 31(1), 2006, sections 4     *)
(* and 4.2).                                                               *)
(*                                                                         *)
(* Ballot 0 belongs to the branches: each proposes its own vote, to the    *)
(* acceptors straight away. Higher ballots belong to whoever finishes the  *)
(* transaction for a leader that is believed dead. Messages stay in the    *)
(* network for ever: they are lost when nobody acts upon them, and         *)
(* repeated when somebody does twice.                                      *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets, TLC

CONSTANTS
  Branches,
  Acceptors,
  MaxBallot,
  Forced           \* an acceptor's promise and votes outlive its crash

ASSUME MaxBallot \in Nat /\ Forced \in BOOLEAN

Ballots  == 0..MaxBallot
Values   == {"prepared", "aborted"}
Majority == {Q \in SUBSET Acceptors : 2 * Cardinality(Q) > Cardinality(Acceptors)}
Symmetry == Permutations(Acceptors) \union Permutations(Branches)
Unvoted  == [ballot |-> 0, value |-> "none"]

VARIABLES
  branch,          \* "working", "prepared", "committed" or "aborted"
  promised,        \* the ballot of each acceptor, the same for all registers
  accepted,        \* what each acceptor has accepted last, for each register
  proposed,        \* the proposals (phase 2a) under way: branch, ballot, value
  promises,        \* the answers to phase 1: acceptor, ballot, what it had accepted
  accepts,         \* the answers to phase 2: acceptor, branch, ballot, value
  outcome          \* what leaders have told, "commit" and "abort"

vars == <<branch, promised, accepted, proposed, promises, accepts, outcome>>

Votes == [ballot : Ballots, value : Values \union {"none"}]

TypeOK ==
  /\ branch \in [Branches -> {"working", "prepared", "committed", "aborted"}]
  /\ promised \in [Acceptors -> Ballots]
  /\ accepted \in [Acceptors -> [Branches -> Votes]]
  /\ proposed \subseteq [branch : Branches, ballot : Ballots, value : Values]
  /\ promises \subseteq [from : Acceptors, ballot : Ballots, had : [Branches -> Votes]]
  /\ accepts \subseteq [from : Acceptors, branch : Branches, ballot : Ballots, value : Values]
  /\ outcome \subseteq {"commit", "abort"}

Init ==
  /\ branch = [b \in Branches |-> "working"]
  /\ promised = [a \in Acceptors |-> 0]
  /\ accepted = [a \in Acceptors |-> [b \in Branches |-> Unvoted]]
  /\ proposed = {}
  /\ promises = {}
  /\ accepts = {}
  /\ outcome = {}

-----------------------------------------------------------------------------------
(* A branch votes once, at ballot 0. One that refuses may abort at once: nobody can propose "prepared" for it. *)

Vote(b, value) ==
  /\ branch[b] = "working"
  /\ branch' = [branch EXCEPT ![b] = value]
  /\ proposed' = proposed \union {[branch |-> b, ballot |-> 0, value |-> value]}
  /\ UNCHANGED <<promised, accepted, promises, accepts, outcome>>

Hear(b, decision) ==
  /\ decision \in outcome
  /\ branch[b] \in {"working", "prepared"}
  /\ branch' = [branch EXCEPT ![b] = IF decision = "commit" THEN "committed" ELSE "aborted"]
  /\ UNCHANGED <<promised, accepted, proposed, promises, accepts, outcome>>

-----------------------------------------------------------------------------------
(* An acceptor: one promise covers the registers of all branches. *)

Promise(a, ballot) ==
  /\ ballot > promised[a]
  /\ promised' = [promised EXCEPT ![a] = ballot]
  /\ promises' = promises \union {[from |-> a, ballot |-> ballot, had |-> accepted[a]]}
  /\ UNCHANGED <<branch, accepted, proposed, accepts, outcome>>

Take(a, p) ==
  /\ p.ballot >= promised[a]
  /\ promised' = [promised EXCEPT ![a] = p.ballot]
  /\ accepted' = [accepted EXCEPT ![a][p.branch] = [ballot |-> p.ballot, value |-> p.value]]
  /\ accepts' = accepts \union {[from |-> a, branch |-> p.branch, ballot |-> p.ballot, value |-> p.value]}
  /\ UNCHANGED <<branch, proposed, promises, outcome>>

Accept(a) == \E p \in proposed : Take(a, p)

Crash(a) ==
  /\ ~ Forced
  /\ promised' = [promised EXCEPT ![a] = 0]
  /\ accepted' = [accepted EXCEPT ![a] = [b \in Branches |-> Unvoted]]
  /\ UNCHANGED <<branch, proposed, promises, accepts, outcome>>

-----------------------------------------------------------------------------------
(* Whoever finishes: proposes in its ballot what may have been chosen below it, and "aborted" where nothing can
   have been. *)

Highest(Q, ballot, b) ==
  LET had == {p.had[b] : p \in {m \in promises : m.ballot = ballot /\ m.from \in Q}}
  IN CHOOSE v \in had : \A w \in had : w.value = "none" \/ (v.value # "none" /\ w.ballot <= v.ballot)

Propose(b, ballot) ==
  /\ ballot > 0
  /\ \A p \in proposed : ~ (p.branch = b /\ p.ballot = ballot)
  /\ \E Q \in Majority :
       /\ \A a \in Q : \E m \in promises : m.from = a /\ m.ballot = ballot
       /\ LET v == Highest(Q, ballot, b).value
          IN proposed' = proposed \union
               {[branch |-> b, ballot |-> ballot, value |-> IF v = "none" THEN "aborted" ELSE v]}
  /\ UNCHANGED <<branch, promised, accepted, promises, accepts, outcome>>

Chosen(b, value) ==
  \E Q \in Majority, ballot \in Ballots :
    \A a \in Q : [from |-> a, branch |-> b, ballot |-> ballot, value |-> value] \in accepts

Commit ==
  /\ \A b \in Branches : Chosen(b, "prepared")
  /\ outcome' = outcome \union {"commit"}
  /\ UNCHANGED <<branch, promised, accepted, proposed, promises, accepts>>

Abort ==
  /\ \E b \in Branches : Chosen(b, "aborted")
  /\ outcome' = outcome \union {"abort"}
  /\ UNCHANGED <<branch, promised, accepted, proposed, promises, accepts>>

-----------------------------------------------------------------------------------
Next ==
  \/ \E b \in Branches :
       \/ \E value \in Values : Vote(b, value)
       \/ \E decision \in {"commit", "abort"} : Hear(b, decision)
       \/ \E ballot \in Ballots : Propose(b, ballot)
  \/ \E a \in Acceptors :
       \/ \E ballot \in Ballots : Promise(a, ballot)
       \/ Accept(a)
       \/ Crash(a)
  \/ Commit
  \/ Abort

Safety == Init /\ [][Next]_vars

-----------------------------------------------------------------------------------
(* All or none. *)
Atomic == \A b, c \in Branches : ~ (branch[b] = "committed" /\ branch[c] = "aborted")

(* Every register is written once. *)
WriteOnce == \A b \in Branches : ~ (Chosen(b, "prepared") /\ Chosen(b, "aborted"))

(* No commit without every branch's own word. *)
Voted == "commit" \in outcome => \A b \in Branches : branch[b] \in {"prepared", "committed"}
===================================================================================
