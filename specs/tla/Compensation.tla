------------------------------- MODULE Compensation -------------------------------
(***************************************************************************)
(* One step of a saga, or one reservation of try-confirm-cancel, in its    *)
(* service's database. Action and compensation are ordinary local          *)
(* transactions; both come repeated, late and in any order, and run at the *)
(* same time in several instances. Each inserts its barrier row first; a   *)
(* compensation inserts the action's as well, so that an action that was   *)
(* overtaken is refused.                                                   *)
(***************************************************************************)
EXTENDS Integers

CONSTANTS
  Actions,         \* the requests to act that are worked on at the same time
  Compensations,   \* and those to compensate
  FenceAction,     \* a compensation takes the action's row
  RowFirst         \* the row is inserted in the transaction of the work, not before it in one of its own

ASSUME FenceAction \in BOOLEAN /\ RowFirst \in BOOLEAN

VARIABLES
  actionRow,       \* "none"; "held" by a transaction that is not over; "acted"; or "fenced" by a compensation
  compensationRow, \* "none", "held" or "done"
  balance,         \* actions in effect, less compensations in effect
  request,         \* where each request stands
  replies          \* all replies that were ever given

vars == <<actionRow, compensationRow, balance, request, replies>>

Everyone == Actions \union Compensations

TypeOK ==
  /\ actionRow \in {"none", "held", "acted", "fenced"}
  /\ compensationRow \in {"none", "held", "done"}
  /\ balance \in -2..2
  /\ request \in [Everyone -> {"idle", "acting", "fencing", "looked", "compensating"}]
  /\ replies \subseteq {"acted", "refused", "compensated"}

Init ==
  /\ actionRow = "none"
  /\ compensationRow = "none"
  /\ balance = 0
  /\ request = [r \in Everyone |-> "idle"]
  /\ replies = {}

To(r, where) == request' = [request EXCEPT ![r] = where]
Say(what)    == \E said \in {{}, {what}} : replies' = replies \union said

-----------------------------------------------------------------------------------
(* The action. An insert waits while another transaction holds the key: it cannot be taken from "held". *)

InsertActionRow(r) ==
  /\ request[r] = "idle"
  /\ \/ /\ actionRow = "none"
        /\ actionRow' = IF RowFirst THEN "held" ELSE "acted"
        /\ To(r, "acting")
        /\ UNCHANGED replies
     \/ actionRow = "acted" /\ Say("acted") /\ UNCHANGED <<actionRow, request>>
     \/ actionRow = "fenced" /\ Say("refused") /\ UNCHANGED <<actionRow, request>>
  /\ UNCHANGED <<compensationRow, balance>>

Act(r) ==
  /\ request[r] = "acting"
  /\ actionRow' = "acted"
  /\ balance' = balance + 1
  /\ Say("acted")
  /\ To(r, "idle")
  /\ UNCHANGED compensationRow

FailToAct(r) ==
  /\ request[r] = "acting"
  /\ actionRow' = IF RowFirst THEN "none" ELSE actionRow
  /\ To(r, "idle")
  /\ UNCHANGED <<compensationRow, balance, replies>>

-----------------------------------------------------------------------------------
(* The compensation *)

InsertCompensationRow(r) ==
  /\ request[r] = "idle"
  /\ \/ /\ compensationRow = "none"
        /\ compensationRow' = "held"
        /\ To(r, "fencing")
        /\ UNCHANGED replies
     \/ compensationRow = "done" /\ Say("compensated") /\ UNCHANGED <<compensationRow, request>>
  /\ UNCHANGED <<actionRow, balance>>

(* The compensation's transaction holds the action's key until it ends; nobody else can take it meanwhile. *)
TakeActionRow(r) ==
  /\ request[r] = "fencing"
  /\ \/ /\ actionRow \in {"none", "fenced"}
        /\ actionRow' = IF FenceAction THEN "fenced" ELSE actionRow
        /\ To(r, "looked")
     \/ /\ actionRow = "acted"
        /\ To(r, "compensating")
        /\ UNCHANGED actionRow
     \/ /\ ~ FenceAction /\ actionRow = "held"    \* does not see what is not committed
        /\ To(r, "looked")
        /\ UNCHANGED actionRow
  /\ UNCHANGED <<compensationRow, balance, replies>>

Compensate(r) ==
  /\ request[r] \in {"looked", "compensating"}
  /\ compensationRow' = "done"
  /\ balance' = IF request[r] = "compensating" THEN balance - 1 ELSE balance
  /\ Say("compensated")
  /\ To(r, "idle")
  /\ UNCHANGED actionRow

(* Rolls back with all it inserted. *)
FailToCompensate(r) ==
  /\ request[r] \in {"fencing", "looked", "compensating"}
  /\ compensationRow' = "none"
  /\ actionRow' = IF request[r] = "looked" /\ actionRow = "fenced" THEN "none" ELSE actionRow
  /\ To(r, "idle")
  /\ UNCHANGED <<balance, replies>>

-----------------------------------------------------------------------------------
Next ==
  \/ \E r \in Actions : InsertActionRow(r) \/ Act(r) \/ FailToAct(r)
  \/ \E r \in Compensations :
       InsertCompensationRow(r) \/ TakeActionRow(r) \/ Compensate(r) \/ FailToCompensate(r)

Safety == Init /\ [][Next]_vars

-----------------------------------------------------------------------------------
(* Acts at most once, and undoes at most what was done. *)
Bounded == balance \in {0, 1}

(* Once compensated, nothing is left and nothing comes later. *)
CompensatedMeansClean == compensationRow = "done" => balance = 0 /\ \A r \in Actions : request[r] # "acting"

(* "Acted" is said of what was done, unless it has been undone since. *)
ActedMeansDone == "acted" \in replies => balance = 1 \/ compensationRow # "none"
===================================================================================
