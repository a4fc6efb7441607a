--------------------------------- MODULE Barrier ---------------------------------
(***************************************************************************)
(* One branch of a two-phase commit in its service's database: requests    *)
(* come repeated, late and in any order, to any number of instances at     *)
(* once. The barrier row is the first statement of the work's transaction, *)
(* so that it is visible exactly when the work is.                         *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets

CONSTANTS
  Requests,        \* those that are worked on at the same time; each may come again
  Fence,           \* an abort leaves a row of its own
  Evidence,        \* "nothing is prepared" counts as committed only beside the row
  Sabotage         \* somebody removes a prepared transaction behind our back

ASSUME Fence \in BOOLEAN /\ Evidence \in BOOLEAN /\ Sabotage \in BOOLEAN

VARIABLES
  row,             \* the committed barrier row: "none", "WORK" or "FENCE"
  transaction,     \* the work's: "none", "running" or "prepared"; it holds the row's key
  effects,         \* how often the work is in the database for good
  decision,        \* "none", "commit" or "abort"
  request,         \* where each request stands
  replies,         \* all replies that were ever given
  sabotaged

vars == <<row, transaction, effects, decision, request, replies, sabotaged>>

Replies == {"yes", "no", "committed", "rolled back", "hazard"}

TypeOK ==
  /\ row \in {"none", "WORK", "FENCE"}
  /\ transaction \in {"none", "running", "prepared"}
  /\ effects \in Nat
  /\ decision \in {"none", "commit", "abort"}
  /\ request \in [Requests -> {"idle", "working", "checking", "fencing"}]
  /\ replies \subseteq Replies
  /\ sabotaged \in BOOLEAN

Init ==
  /\ row = "none"
  /\ transaction = "none"
  /\ effects = 0
  /\ decision = "none"
  /\ request = [r \in Requests |-> "idle"]
  /\ replies = {}
  /\ sabotaged = FALSE

Reply(r, what) ==
  /\ replies' = replies \union what
  /\ request' = [request EXCEPT ![r] = "idle"]

-----------------------------------------------------------------------------------
(* The coordinator commits only what voted yes; it may abort at any time. *)
Decide ==
  /\ decision = "none"
  /\ \/ "yes" \in replies /\ decision' = "commit"
     \/ decision' = "abort"
  /\ UNCHANGED <<row, transaction, effects, request, replies, sabotaged>>

-----------------------------------------------------------------------------------
(* prepare: the barrier row first. Its key is taken by a committed row, or by a transaction that is not over. *)
StartWork(r) ==
  /\ request[r] = "idle"
  /\ \/ /\ row = "none" /\ transaction = "none"
        /\ transaction' = "running"
        /\ request' = [request EXCEPT ![r] = "working"]
        /\ UNCHANGED replies
     \/ /\ transaction = "prepared" /\ Reply(r, {"yes"}) /\ UNCHANGED transaction
     \/ /\ transaction = "none" /\ row = "WORK" /\ Reply(r, {"yes"}) /\ UNCHANGED transaction
     \/ /\ transaction = "none" /\ row = "FENCE" /\ Reply(r, {"no"}) /\ UNCHANGED transaction
  /\ UNCHANGED <<row, effects, decision, sabotaged>>

PrepareTransaction(r) ==
  /\ request[r] = "working"
  /\ transaction' = "prepared"
  /\ Reply(r, {"yes"})
  /\ UNCHANGED <<row, effects, decision, sabotaged>>

(* Refused by the service or the database; or the instance died, and nobody hears a reply. *)
LoseWork(r) ==
  /\ request[r] = "working"
  /\ transaction' = "none"
  /\ \E said \in {{}, {"no"}} : Reply(r, said)
  /\ UNCHANGED <<row, effects, decision, sabotaged>>

-----------------------------------------------------------------------------------
(* commit *)
CommitPrepared(r) ==
  /\ decision = "commit"
  /\ request[r] = "idle"
  /\ IF transaction = "prepared"
       THEN /\ transaction' = "none"
            /\ row' = "WORK"
            /\ effects' = effects + 1
            /\ \E said \in {{}, {"committed"}} : Reply(r, said)
       ELSE /\ request' = [request EXCEPT ![r] = "checking"]
            /\ UNCHANGED <<row, transaction, effects, replies>>
  /\ UNCHANGED <<decision, sabotaged>>

Check(r) ==
  /\ request[r] = "checking"
  /\ \/ transaction # "none" /\ Reply(r, {})
     \/ /\ transaction = "none"
        /\ Reply(r, {IF row = "WORK" \/ ~ Evidence THEN "committed" ELSE "hazard"})
  /\ UNCHANGED <<row, transaction, effects, decision, sabotaged>>

-----------------------------------------------------------------------------------
(* abort: roll back what is prepared, then see to it that nothing ever will be. *)
RollbackPrepared(r) ==
  /\ decision = "abort"
  /\ request[r] = "idle"
  /\ transaction' = IF transaction = "prepared" THEN "none" ELSE transaction
  /\ request' = [request EXCEPT ![r] = "fencing"]
  /\ UNCHANGED <<row, effects, decision, replies, sabotaged>>

InsertFence(r) ==
  /\ request[r] = "fencing"
  /\ \/ transaction # "none" /\ Reply(r, {}) /\ UNCHANGED row
     \/ /\ transaction = "none" /\ row = "WORK" /\ Reply(r, {"hazard"}) /\ UNCHANGED row
     \/ /\ transaction = "none" /\ row # "WORK"
        /\ row' = IF Fence THEN "FENCE" ELSE row
        /\ Reply(r, {"rolled back"})
  /\ UNCHANGED <<transaction, effects, decision, sabotaged>>

-----------------------------------------------------------------------------------
RemovePrepared ==
  /\ Sabotage
  /\ transaction = "prepared"
  /\ transaction' = "none"
  /\ sabotaged' = TRUE
  /\ UNCHANGED <<row, effects, decision, request, replies>>

Next ==
  \/ Decide
  \/ RemovePrepared
  \/ \E r \in Requests :
       \/ StartWork(r) \/ PrepareTransaction(r) \/ LoseWork(r)
       \/ CommitPrepared(r) \/ Check(r)
       \/ RollbackPrepared(r) \/ InsertFence(r)

Safety == Init /\ [][Next]_vars

-----------------------------------------------------------------------------------
(* Repeated requests work once. *)
AtMostOnce == effects <= 1

(* "Committed" is said of what is committed. *)
CommittedMeansDone == "committed" \in replies => effects = 1 /\ row = "WORK"

(* After "rolled back" nothing holds a lock, and nothing will: a late prepare finds the fence. *)
RolledBackMeansOver == "rolled back" \in replies => effects = 0 /\ transaction = "none"

(* A hazard is cried only where somebody interfered. *)
NoFalseAlarm == "hazard" \in replies => sabotaged
===================================================================================
