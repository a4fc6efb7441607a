------------------------------ MODULE TwoPhaseCommit ------------------------------
(***************************************************************************)
(* Presumed-abort two-phase commit of one transaction id with any number   *)
(* of coordinators, as io.covenant.transactions.twophase runs it.          *)
(*                                                                         *)
(* The decision is a write-once register. Every execution of the           *)
(* transaction is an attempt with branches of its own; the register holds  *)
(* "abort", or the attempt whose branches it commits. The begin record     *)
(* is not forced: a crash of the coordinators' database may take it back   *)
(* until the register has been written behind it.                          *)
(*                                                                         *)
(* A message that is lost is an action that never happens; one that is     *)
(* repeated or late is an action whose guard stays true.                   *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets

CONSTANTS
  Attempts,        \* the executions that may start
  Services,        \* each attempt has one branch at each of them
  Tombstone,       \* whoever answers ABORT for want of a decision writes it first
  BesideBegin,     \* COMMIT enters the register only beside its own begin record
  Crashes          \* the coordinators' database may lose what was not forced

ASSUME Tombstone \in BOOLEAN /\ BesideBegin \in BOOLEAN /\ Crashes \in BOOLEAN

None  == "none"
Abort == "abort"

VARIABLES
  begin,           \* the attempt on record, if any, and how it was closed: "open", "abort" or "commit"
  register,        \* None, Abort, the attempt that commits, or "commit" for one that wrote nothing
  coordinator,     \* what the coordinator of each attempt is doing
  votes,           \* the votes that it has heard
  branch,          \* what stands in each service's database
  told,            \* what each branch may have been told: messages stay in the network for ever
  heard            \* what clients were answered

vars == <<begin, register, coordinator, votes, branch, told, heard>>

Closings == {"open", "abort", "commit"}
Records  == [attempt : Attempts \union {None}, closed : Closings]
NoRecord == [attempt |-> None, closed |-> "open"]
Voices   == {"yes", "read-only"}

TypeOK ==
  /\ begin \in Records
  /\ register \in {None, Abort, "commit"} \union Attempts
  /\ coordinator \in [Attempts -> {"idle", "voting", "deciding", "closing", "done"}]
  /\ votes \in [Attempts -> [Services -> {None} \union Voices]]
  /\ branch \in [Attempts -> [Services -> {"idle", "prepared", "read", "committed", "aborted"}]]
  /\ told \subseteq (Attempts \X Services \X {"commit", "abort"})
  /\ heard \subseteq {"COMMITTED", "ABORTED"}

Init ==
  /\ begin = NoRecord
  /\ register = None
  /\ coordinator = [a \in Attempts |-> "idle"]
  /\ votes = [a \in Attempts |-> [s \in Services |-> None]]
  /\ branch = [a \in Attempts |-> [s \in Services |-> "idle"]]
  /\ told = {}
  /\ heard = {}

Answer(decision) == heard' = heard \union {IF decision = Abort THEN "ABORTED" ELSE "COMMITTED"}

(* What the branches of the attempts hear once the register holds this. *)
Telling(decision) ==
  {<<a, s, IF decision = a THEN "commit" ELSE "abort">> : a \in Attempts, s \in Services}

-----------------------------------------------------------------------------------
(* The coordinator of an attempt *)

Begin(a) ==
  /\ coordinator[a] = "idle"
  /\ begin = NoRecord
  /\ register = None
  /\ begin' = [attempt |-> a, closed |-> "open"]
  /\ coordinator' = [coordinator EXCEPT ![a] = "voting"]
  /\ UNCHANGED <<register, votes, branch, told, heard>>

HearVote(a, s) ==
  /\ coordinator[a] = "voting"
  /\ branch[a][s] \in {"prepared", "read"}
  /\ votes' = [votes EXCEPT ![a][s] = IF branch[a][s] = "read" THEN "read-only" ELSE "yes"]
  /\ UNCHANGED <<begin, register, coordinator, branch, told, heard>>

(* What goes into the register where COMMIT may not: the answer of a closed record binds. *)
InsteadOfCommit == IF begin.closed # "open" THEN begin.closed ELSE Abort

EveryoneVoted(a) == \A s \in Services : votes[a][s] # None
NobodyWrote(a)   == \A s \in Services : votes[a][s] = "read-only"

AskForCommit(a) ==
  /\ coordinator[a] = "voting"
  /\ EveryoneVoted(a)
  /\ ~ NobodyWrote(a)
  /\ coordinator' = [coordinator EXCEPT ![a] = "deciding"]
  /\ UNCHANGED <<begin, register, votes, branch, told, heard>>

(* The write of the decision: atomic at the database, and whoever comes second reads the first. *)
Decide(a) ==
  /\ coordinator[a] = "deciding"
  /\ LET allowed == ~ BesideBegin \/ begin = [attempt |-> a, closed |-> "open"]
         written == IF register # None THEN register ELSE IF allowed THEN a ELSE InsteadOfCommit
     IN /\ register' = written
        /\ told' = told \union Telling(written)
        /\ Answer(written)
  /\ coordinator' = [coordinator EXCEPT ![a] = "done"]
  /\ UNCHANGED <<begin, votes, branch>>

(* A refusal, the deadline, or nobody wrote: over without the register. Its own coordinator alone could have
   proposed COMMIT, so the branches hear ABORT at once. *)
GiveUp(a) ==
  /\ coordinator[a] = "voting"
  /\ coordinator' = [coordinator EXCEPT ![a] = "closing"]
  /\ told' = told \union (IF EveryoneVoted(a) /\ NobodyWrote(a) THEN {} ELSE {<<a, s, "abort">> : s \in Services})
  /\ UNCHANGED <<begin, register, votes, branch, heard>>

Close(a) ==
  /\ coordinator[a] = "closing"
  /\ LET outcome == IF EveryoneVoted(a) /\ NobodyWrote(a) THEN "commit" ELSE Abort
     IN IF begin = [attempt |-> a, closed |-> "open"] /\ register = None
          THEN /\ begin' = [attempt |-> a, closed |-> outcome]
               /\ Answer(outcome)
               /\ UNCHANGED <<register, told>>
          ELSE \* Somebody else may be deciding: the register tells.
               LET written == IF register = None THEN InsteadOfCommit ELSE register
               IN /\ register' = written
                  /\ told' = told \union Telling(written)
                  /\ Answer(written)
                  /\ UNCHANGED begin
  /\ coordinator' = [coordinator EXCEPT ![a] = "done"]
  /\ UNCHANGED <<votes, branch>>

-----------------------------------------------------------------------------------
(* Any coordinator, at any time: after the deadline, for a client or branch that asks, or for an owner that is
   believed dead and may be alive. *)

Inquire ==
  /\ \E a \in Attempts : coordinator[a] # "idle"
  /\ LET written == IF register # None THEN register ELSE InsteadOfCommit
     IN /\ register' = IF Tombstone THEN written ELSE register
        /\ told' = told \union Telling(written)
        /\ Answer(written)
  /\ UNCHANGED <<begin, coordinator, votes, branch>>

CoordinatorDies(a) ==
  /\ coordinator[a] \in {"voting", "deciding", "closing"}
  /\ coordinator' = [coordinator EXCEPT ![a] = "done"]
  /\ UNCHANGED <<begin, register, votes, branch, told, heard>>

(* The crash of the database takes the begin record, or its closing, unless a forced write came after it. What a
   client heard about a closing that was lost is forgotten with it: the one answer that does not bind. *)
DatabaseCrashes ==
  /\ Crashes
  /\ register = None
  /\ begin # NoRecord
  /\ begin' \in {NoRecord, [begin EXCEPT !.closed = "open"]}
  /\ begin' # begin
  /\ heard' = {}
  /\ UNCHANGED <<register, coordinator, votes, branch, told>>

-----------------------------------------------------------------------------------
(* A branch: what is "aborted" holds the barrier, so that a late prepare is refused. *)

Prepare(a, s) ==
  /\ coordinator[a] # "idle"
  /\ branch[a][s] = "idle"
  /\ \E to \in {"prepared", "read", "aborted"} : branch' = [branch EXCEPT ![a][s] = to]
  /\ UNCHANGED <<begin, register, coordinator, votes, told, heard>>

HearCommit(a, s) ==
  /\ <<a, s, "commit">> \in told
  /\ branch[a][s] = "prepared"
  /\ branch' = [branch EXCEPT ![a][s] = "committed"]
  /\ UNCHANGED <<begin, register, coordinator, votes, told, heard>>

HearAbort(a, s) ==
  /\ <<a, s, "abort">> \in told
  /\ branch[a][s] \in {"idle", "prepared"}
  /\ branch' = [branch EXCEPT ![a][s] = "aborted"]
  /\ UNCHANGED <<begin, register, coordinator, votes, told, heard>>

-----------------------------------------------------------------------------------
Next ==
  \/ \E a \in Attempts :
       \/ Begin(a) \/ AskForCommit(a) \/ Decide(a) \/ GiveUp(a) \/ Close(a) \/ CoordinatorDies(a)
       \/ \E s \in Services : HearVote(a, s) \/ Prepare(a, s) \/ HearCommit(a, s) \/ HearAbort(a, s)
  \/ Inquire
  \/ DatabaseCrashes

(* Branches keep asking, and messages arrive in the end. *)
Fairness ==
  /\ WF_vars(Inquire)
  /\ \A a \in Attempts, s \in Services : WF_vars(HearCommit(a, s)) /\ WF_vars(HearAbort(a, s))

Safety == Init /\ [][Next]_vars
Spec == Safety /\ Fairness

-----------------------------------------------------------------------------------
(* All or none, within each attempt. *)
Atomic ==
  \A a \in Attempts : \A s, t \in Services :
    ~ (branch[a][s] = "committed" /\ branch[a][t] = "aborted")

(* A transaction id runs once. *)
OnceOnly ==
  \A a, b \in Attempts : \A s, t \in Services :
    (branch[a][s] = "committed" /\ branch[b][t] = "committed") => a = b

(* No branch can still be told both. *)
OneOrder == \A a \in Attempts, s \in Services : ~ ({<<a, s, "commit">>, <<a, s, "abort">>} \subseteq told)

(* Clients hear one thing, and it is what happened. *)
Honest ==
  /\ heard # {"COMMITTED", "ABORTED"}
  /\ "ABORTED" \in heard => \A a \in Attempts, s \in Services : branch[a][s] # "committed"
  /\ "COMMITTED" \in heard => \A a \in Attempts, s \in Services :
                                 register = a => branch[a][s] # "aborted"

(* What the register holds, it holds for ever. *)
WriteOnce == [][register # None => register' = register]_register

(* No branch keeps its locks for ever. *)
NoneStaysPrepared == \A a \in Attempts, s \in Services : branch[a][s] = "prepared" ~> branch[a][s] # "prepared"
===================================================================================
