package io.covenant.transactions.tcc;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.tcc.Settlement.Finding;
import io.covenant.transactions.tcc.TryConfirmCancel.Effect;
import io.covenant.transactions.tcc.TryConfirmCancel.Input;
import io.covenant.transactions.tcc.TryConfirmCancel.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The coordinator's side of try, confirm, cancel, for one attempt of one transaction.
///
/// An attempt starts by [#begin] at the coordinator that was asked, or by [#takeOver] at one that found the
/// attempt without a live coordinator. It passes through at most four states, in the order in which they
/// stand in [State].
public final class TryConfirmCancel implements Protocol<State, Input, Effect> {

    /// Where an attempt stands. All of it is volatile: whoever takes over starts from the register.
    public sealed interface State {

        /// Tries are sent, some answers are missing.
        ///
        /// @param awaiting not empty
        record Trying(SortedSet<BranchId> awaiting, SortedSet<BranchId> reserved) implements State {
            public Trying {
                awaiting = copy(awaiting);
                reserved = copy(reserved);
            }
        }

        /// A decision is on its way into the register; what the register holds is not known.
        ///
        /// @param branches those that may have reserved
        record Deciding(Decision proposed, SortedSet<BranchId> branches) implements State {
            public Deciding {
                branches = copy(branches);
            }
        }

        /// Decided to confirm; some branches have not settled.
        ///
        /// @param unsettled what each has to do, which is ABORT for a branch that the decision did not seal
        record Confirming(SortedMap<BranchId, Decision> unsettled, SortedMap<BranchId, Finding> hazards)
                implements State {
            public Confirming {
                unsettled = Collections.unmodifiableSortedMap(new TreeMap<>(unsettled));
                hazards = copy(hazards);
            }
        }

        /// Decided to cancel; some branches have not settled.
        record Cancelling(SortedSet<BranchId> unsettled, SortedMap<BranchId, Finding> hazards) implements State {
            public Cancelling {
                unsettled = copy(unsettled);
                hazards = copy(hazards);
            }
        }

        /// Nobody waits for anything any more.
        ///
        /// @param hazards branches that are not as decided, and what they show
        record Finished(Decision decision, SortedMap<BranchId, Finding> hazards) implements State {
            public Finished {
                hazards = copy(hazards);
            }
        }

        private static SortedSet<BranchId> copy(SortedSet<BranchId> branches) {
            return Collections.unmodifiableSortedSet(new TreeSet<>(branches));
        }

        private static SortedMap<BranchId, Finding> copy(SortedMap<BranchId, Finding> hazards) {
            return Collections.unmodifiableSortedMap(new TreeMap<>(hazards));
        }
    }

    /// What an attempt hears.
    public sealed interface Input {

        /// A branch answered `try`.
        record Tried(BranchId who, TryAnswer answer) implements Input {}

        /// The register holds this, durably and for ever.
        ///
        /// @param sealed the branches that confirm; empty for ABORT
        record Chosen(Decision decision, Set<BranchId> sealed) implements Input {
            public Chosen {
                sealed = Set.copyOf(sealed);
            }
        }

        /// A branch answered `confirm` or `cancel`.
        record Settled(BranchId who, Settlement settlement) implements Input {}

        /// The deadline has passed, or a reservation is about to ask what becomes of it.
        record Expired() implements Input {}

        /// Somebody has not answered for a while.
        record Retry() implements Input {}
    }

    /// What an attempt asks for.
    public sealed interface Effect {

        /// Send the work and ask for a reservation.
        record Try(BranchId to) implements Effect {}

        /// Feed [Input.Expired] so long after the first try of this branch was sent, unless the deadline is
        /// earlier.
        record ExpireAfter(BranchId tried, Duration holds) implements Effect {}

        /// Write the decision, with the branches that it confirms, unless there is one; force it; report what
        /// the register holds. What goes in depends on the begin record, exactly as
        /// [in two-phase commit][io.covenant.transactions.twophase.TwoPhaseCommit.Effect.Propose].
        record Propose(Decision decision, SortedSet<BranchId> sealed) implements Effect {}

        /// Tell the branch to use what it reserved.
        record Confirm(BranchId to) implements Effect {}

        /// Tell the branch to give back what it reserved, and never to reserve if it has not.
        record Cancel(BranchId to) implements Effect {}

        /// The client may hear this, which the register holds; it will never be otherwise.
        record Answer(Decision decision) implements Effect {}

        /// The attempt is over without the register: close its begin record with this decision, without
        /// force, then let the client hear it; where that cannot be, propose ABORT instead, exactly as [in
        /// two-phase commit][io.covenant.transactions.twophase.TwoPhaseCommit.Effect.Close].
        record Close(Decision decision) implements Effect {}

        /// Record the end with its hazards, without force, and not before what was closed is noted.
        record End(Decision decision) implements Effect {}
    }

    /// Starts an attempt with the branches' work.
    ///
    /// @param branches not empty, all of one attempt
    public static Step<State, Effect> begin(Set<BranchId> branches) {
        var all = new TreeSet<>(branches);
        return new Step<>(new State.Trying(all, Collections.emptySortedSet()), tries(all));
    }

    /// Finishes an attempt that another coordinator left: cancels it unless the register says otherwise.
    ///
    /// @param branches those of the begin record; empty when it is lost
    public static Step<State, Effect> takeOver(Set<BranchId> branches) {
        return propose(Decision.ABORT, new TreeSet<>(branches));
    }

    @Override
    public Step<State, Effect> on(State state, Input input) {
        return switch (state) {
            case State.Trying trying -> onTrying(trying, input);
            case State.Deciding deciding -> onDeciding(deciding, input);
            case State.Confirming confirming -> onConfirming(confirming, input);
            case State.Cancelling cancelling -> onCancelling(cancelling, input);
            case State.Finished finished -> Step.stay(finished);
        };
    }

    private static Step<State, Effect> onTrying(State.Trying trying, Input input) {
        return switch (input) {
            case Input.Tried(var who, var _) when !trying.awaiting().contains(who) -> Step.stay(trying);
            case Input.Tried(var who, var answer) -> {
                var awaiting = without(trying.awaiting(), who);
                yield switch (answer) {
                    case TryAnswer.Reserved(var holds) ->
                        tried(awaiting, with(trying.reserved(), who), new Effect.ExpireAfter(who, holds));
                    case TryAnswer.Nothing _ -> tried(awaiting, trying.reserved());
                    case TryAnswer.Refused _ -> abort(union(awaiting, trying.reserved()));
                };
            }
            // Nobody was promised anything yet. A branch may have reserved although its answer is missing:
            // tell all.
            case Input.Expired _ -> abort(union(trying.awaiting(), trying.reserved()));
            case Input.Chosen chosen -> settle(chosen, union(trying.awaiting(), trying.reserved()));
            case Input.Retry _ -> new Step<>(trying, tries(trying.awaiting()));
            case Input.Settled _ -> Step.stay(trying);
        };
    }

    private static Step<State, Effect> onDeciding(State.Deciding deciding, Input input) {
        return switch (input) {
            case Input.Chosen chosen -> settle(chosen, deciding.branches());
            case Input.Retry _ -> propose(deciding.proposed(), deciding.branches());
            // COMMIT may be in the register already: from here only the register can tell.
            case Input.Expired _, Input.Tried _, Input.Settled _ -> Step.stay(deciding);
        };
    }

    private static Step<State, Effect> onConfirming(State.Confirming confirming, Input input) {
        return switch (input) {
            case Input.Settled(var who, var _) when !confirming.unsettled().containsKey(who) -> Step.stay(confirming);
            case Input.Settled(var who, var settlement) -> {
                var unsettled = new TreeMap<>(confirming.unsettled());
                unsettled.remove(who);
                var hazards = hazards(confirming.hazards(), who, settlement);
                yield unsettled.isEmpty()
                        ? finish(Decision.COMMIT, hazards, List.of())
                        : Step.to(new State.Confirming(unsettled, hazards));
            }
            case Input.Retry _ -> new Step<>(confirming, orders(confirming.unsettled()));
            // The decision stands, whatever a clock says about a reservation.
            case Input.Expired _, Input.Tried _, Input.Chosen _ -> Step.stay(confirming);
        };
    }

    private static Step<State, Effect> onCancelling(State.Cancelling cancelling, Input input) {
        return switch (input) {
            case Input.Settled(var who, var _) when !cancelling.unsettled().contains(who) -> Step.stay(cancelling);
            case Input.Settled(var who, var settlement) -> {
                var unsettled = without(cancelling.unsettled(), who);
                var hazards = hazards(cancelling.hazards(), who, settlement);
                yield unsettled.isEmpty()
                        ? finish(Decision.ABORT, hazards, List.of())
                        : Step.to(new State.Cancelling(unsettled, hazards));
            }
            case Input.Retry _ -> new Step<>(cancelling, cancels(cancelling.unsettled()));
            case Input.Expired _, Input.Tried _, Input.Chosen _ -> Step.stay(cancelling);
        };
    }

    private static Step<State, Effect> tried(
            SortedSet<BranchId> awaiting, SortedSet<BranchId> reserved, Effect... alarms) {
        if (!awaiting.isEmpty()) {
            return Step.to(new State.Trying(awaiting, reserved), alarms);
        }
        return reserved.isEmpty()
                ? finish(Decision.COMMIT, Collections.emptySortedMap(), List.of(new Effect.Close(Decision.COMMIT)))
                : propose(Decision.COMMIT, reserved);
    }

    private static Step<State, Effect> propose(Decision decision, SortedSet<BranchId> branches) {
        SortedSet<BranchId> sealed = decision == Decision.COMMIT ? branches : Collections.emptySortedSet();
        return Step.to(new State.Deciding(decision, branches), new Effect.Propose(decision, sealed));
    }

    /// Aborts without asking the register: nobody else proposes COMMIT for this attempt, and this
    /// coordinator did not.
    private static Step<State, Effect> abort(SortedSet<BranchId> branches) {
        var close = new Effect.Close(Decision.ABORT);
        if (branches.isEmpty()) {
            return finish(Decision.ABORT, Collections.emptySortedMap(), List.of(close));
        }
        var effects = new ArrayList<>(cancels(branches));
        effects.add(close);
        return new Step<>(new State.Cancelling(branches, Collections.emptySortedMap()), effects);
    }

    /// Does as the register says, which may have sealed branches of another attempt.
    private static Step<State, Effect> settle(Input.Chosen chosen, SortedSet<BranchId> branches) {
        var unsettled = new TreeMap<BranchId, Decision>();
        branches.forEach(branch -> unsettled.put(branch, Decision.ABORT));
        chosen.sealed().forEach(branch -> unsettled.put(branch, Decision.COMMIT));
        var effects = new ArrayList<Effect>();
        effects.add(new Effect.Answer(chosen.decision()));
        if (unsettled.isEmpty()) {
            return finish(chosen.decision(), Collections.emptySortedMap(), effects);
        }
        effects.addAll(orders(unsettled));
        return new Step<>(
                switch (chosen.decision()) {
                    case COMMIT -> new State.Confirming(unsettled, Collections.emptySortedMap());
                    case ABORT -> new State.Cancelling(new TreeSet<>(unsettled.keySet()), Collections.emptySortedMap());
                },
                effects);
    }

    private static Step<State, Effect> finish(
            Decision decision, SortedMap<BranchId, Finding> hazards, List<Effect> before) {
        var effects = new ArrayList<>(before);
        effects.add(new Effect.End(decision));
        return new Step<>(new State.Finished(decision, hazards), effects);
    }

    private static SortedMap<BranchId, Finding> hazards(
            SortedMap<BranchId, Finding> hazards, BranchId who, Settlement settlement) {
        return switch (settlement) {
            case Settlement.Done _ -> hazards;
            case Settlement.Hazard(var finding) -> {
                var more = new TreeMap<>(hazards);
                more.put(who, finding);
                yield more;
            }
        };
    }

    private static List<Effect> tries(Set<BranchId> branches) {
        return branches.stream().<Effect>map(Effect.Try::new).toList();
    }

    private static List<Effect> cancels(Set<BranchId> branches) {
        return branches.stream().<Effect>map(Effect.Cancel::new).toList();
    }

    private static List<Effect> orders(Map<BranchId, Decision> unsettled) {
        return unsettled.entrySet().stream()
                .<Effect>map(order -> switch (order.getValue()) {
                    case COMMIT -> new Effect.Confirm(order.getKey());
                    case ABORT -> new Effect.Cancel(order.getKey());
                })
                .toList();
    }

    private static SortedSet<BranchId> with(SortedSet<BranchId> branches, BranchId one) {
        return union(branches, Set.of(one));
    }

    private static SortedSet<BranchId> without(SortedSet<BranchId> branches, BranchId one) {
        var fewer = new TreeSet<>(branches);
        fewer.remove(one);
        return fewer;
    }

    private static SortedSet<BranchId> union(SortedSet<BranchId> some, Set<BranchId> others) {
        var all = new TreeSet<>(some);
        all.addAll(others);
        return all;
    }
}
