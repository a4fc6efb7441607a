----------------------------- MODULE QuorumThreePhase -----------------------------
(***************************************************************************)
(* Three-phase commit with the termination of Keidar and Dolev             *)
(* ("Increasing the Resilience of Distributed and Replicated Database      *)
(* Systems", JCSS 57(3), 1998: E3PC). Whoever hears nothing starts an      *)
(* election and never decides alone; what a quorum was moved to in an      *)
(* election binds every later one.                                         *)
(*                                                                         *)
(* Each site stores two numbers beside its state: `elected`, the last      *)
(* election it took part in, and `attempted`, the last one in which it     *)
(* moved to pre-committed or pre-aborted. Election 1 is the first          *)
(* coordinator's. Pauses, lost messages and partitions are actions that do *)
(* not happen; crash and restart change nothing that is stored.            *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets, TLC

CONSTANTS
  Sites,
  Elections,       \* the highest number of an election
  MaxAttempt       \* a later election looks at the sites of the last attempt only, as the paper tells it to

ASSUME Elections \in Nat \ {0} /\ MaxAttempt \in BOOLEAN

Symmetry == Permutations(Sites)
Quorum   == {Q \in SUBSET Sites : 2 * Cardinality(Q) > Cardinality(Sites)}
Numbers  == 0..Elections
States   == {"working", "ready", "pre-committed", "pre-aborted", "committed", "aborted"}
Maximum(S) == CHOOSE n \in S : \A m \in S : m <= n

VARIABLES
  site,            \* the state of each site
  elected,
  attempted,
  told,            \* in each election, what its coordinator told the sites to move to: at most one thing
  joined,          \* the answers of sites to an election: what they had stored
  moved,           \* the sites that confirmed the move of an election
  decided          \* the decisions that coordinators sent

vars == <<site, elected, attempted, told, joined, moved, decided>>

TypeOK ==
  /\ site \in [Sites -> States]
  /\ elected \in [Sites -> Numbers]
  /\ attempted \in [Sites -> Numbers]
  /\ told \in [1..Elections -> {"nothing", "pre-commit", "pre-abort"}]
  /\ joined \subseteq [election : 1..Elections, from : Sites, state : States, attempted : Numbers]
  /\ moved \subseteq [election : 1..Elections, from : Sites]
  /\ decided \subseteq {"commit", "abort"}

Init ==
  /\ site = [s \in Sites |-> "working"]
  /\ elected = [s \in Sites |-> 1]
  /\ attempted = [s \in Sites |-> 0]
  /\ told = [e \in 1..Elections |-> "nothing"]
  /\ joined = {}
  /\ moved = {}
  /\ decided = {}

-----------------------------------------------------------------------------------
(* The first coordinator *)

Vote(s) ==
  /\ site[s] = "working"
  /\ elected[s] = 1
  /\ \E to \in {"ready", "aborted"} : site' = [site EXCEPT ![s] = to]
  /\ UNCHANGED <<elected, attempted, told, joined, moved, decided>>

(* It hears the votes one by one, so that a site may have joined another election meanwhile: its vote stands. *)
PreCommit ==
  /\ told[1] = "nothing"
  /\ \A s \in Sites : site[s] \notin {"working", "aborted"}
  /\ told' = [told EXCEPT ![1] = "pre-commit"]
  /\ UNCHANGED <<site, elected, attempted, joined, moved, decided>>

Refused ==
  /\ \E s \in Sites : site[s] = "aborted"
  /\ decided' = decided \union {"abort"}
  /\ UNCHANGED <<site, elected, attempted, told, joined, moved>>

-----------------------------------------------------------------------------------
(* Termination *)

Join(s, e) ==
  /\ e > elected[s]
  /\ elected' = [elected EXCEPT ![s] = e]
  /\ site' = [site EXCEPT ![s] = IF site[s] = "working" THEN "aborted" ELSE site[s]]
  /\ joined' = joined \union
       {[election |-> e, from |-> s, state |-> site'[s], attempted |-> attempted[s]]}
  /\ UNCHANGED <<attempted, told, moved, decided>>

Answers(e, Q) == {j \in joined : j.election = e /\ j.from \in Q}

Committable(answers) ==
  LET last == Maximum({j.attempted : j \in answers})
      asked == IF MaxAttempt THEN {j \in answers : j.attempted = last} ELSE answers
  IN IF MaxAttempt
       THEN \A j \in asked : j.state = "pre-committed"
       ELSE \E j \in asked : j.state = "pre-committed"

Attempt(e) ==
  /\ e > 1
  /\ told[e] = "nothing"
  /\ \E Q \in Quorum :
       /\ \A s \in Q : \E j \in joined : j.election = e /\ j.from = s
       /\ \A j \in Answers(e, Q) : j.state \notin {"committed", "aborted"}
       /\ told' = [told EXCEPT ![e] = IF Committable(Answers(e, Q)) THEN "pre-commit" ELSE "pre-abort"]
  /\ UNCHANGED <<site, elected, attempted, joined, moved, decided>>

(* A site that has decided tells it to whoever asks. *)
Learn(e) ==
  /\ \E j \in joined : /\ j.election = e
                       /\ \/ j.state = "committed" /\ decided' = decided \union {"commit"}
                          \/ j.state = "aborted" /\ decided' = decided \union {"abort"}
  /\ UNCHANGED <<site, elected, attempted, told, joined, moved>>

Move(s, e) ==
  /\ told[e] # "nothing"
  /\ elected[s] = e
  /\ site[s] \in {"ready", "pre-committed", "pre-aborted"}
  /\ site' = [site EXCEPT ![s] = IF told[e] = "pre-commit" THEN "pre-committed" ELSE "pre-aborted"]
  /\ attempted' = [attempted EXCEPT ![s] = e]
  /\ moved' = moved \union {[election |-> e, from |-> s]}
  /\ UNCHANGED <<elected, told, joined, decided>>

Decide(e) ==
  /\ told[e] # "nothing"
  /\ \E Q \in Quorum : \A s \in Q : [election |-> e, from |-> s] \in moved
  /\ decided' = decided \union {IF told[e] = "pre-commit" THEN "commit" ELSE "abort"}
  /\ UNCHANGED <<site, elected, attempted, told, joined, moved>>

Hear(s) ==
  /\ site[s] \in {"working", "ready", "pre-committed", "pre-aborted"}
  /\ \/ "commit" \in decided /\ site' = [site EXCEPT ![s] = "committed"]
     \/ "abort" \in decided /\ site' = [site EXCEPT ![s] = "aborted"]
  /\ UNCHANGED <<elected, attempted, told, joined, moved, decided>>

-----------------------------------------------------------------------------------
Next ==
  \/ PreCommit \/ Refused
  \/ \E s \in Sites : Vote(s) \/ Hear(s)
  \/ \E e \in 1..Elections : Attempt(e) \/ Learn(e) \/ Decide(e)
  \/ \E s \in Sites, e \in 1..Elections : Join(s, e) \/ Move(s, e)

Safety == Init /\ [][Next]_vars

-----------------------------------------------------------------------------------
(* All or none. *)
Atomic == \A s, t \in Sites : ~ (site[s] = "committed" /\ site[t] = "aborted")

OneDecision == decided # {"commit", "abort"}

(* A connected quorum never blocks: while the highest election is not begun, one can be held by any quorum that
   is left, and comes to a decision. *)
NeverStuck ==
  \/ \E s \in Sites : elected[s] = Elections
  \/ \A s \in Sites : site[s] \in {"committed", "aborted"}
  \/ \E Q \in Quorum : \A s \in Q : elected[s] < Elections
===================================================================================
