package io.covenant.transactions.twophase;

import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import io.covenant.transactions.twophase.TwoPhaseCommit.Effect;
import io.covenant.transactions.twophase.TwoPhaseCommit.Input;
import io.covenant.transactions.twophase.TwoPhaseCommit.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The coordinator's side of two-phase commit, for one attempt of one transaction.
///
/// An attempt starts by [#begin] at the coordinator that was asked, or by [#takeOver] at one that found the
/// attempt without a live coordinator. It passes through at most four states, in the order in which they
/// stand in [State].
public final class TwoPhaseCommit implements Protocol<State, Input, Effect> {

    /// Where an attempt stands. All of it is volatile: whoever takes over starts from the register.
    public sealed interface State {

        /// Prepares are sent, some votes are missing.
        ///
        /// @param awaiting not empty
        /// @param prepared the branches that voted yes
        record Voting(SortedSet<BranchId> awaiting, SortedSet<BranchId> prepared) implements State {
            public Voting {
                awaiting = copy(awaiting);
                prepared = copy(prepared);
            }
        }

        /// A decision is on its way into the register; what the register holds is not known.
        ///
        /// @param branches those that may be prepared
        record Deciding(Decision proposed, SortedSet<BranchId> branches) implements State {
            public Deciding {
                branches = copy(branches);
            }
        }

        /// Decided for good; some branches have not confirmed what they were told.
        ///
        /// @param decision what became of the transaction
        /// @param unacked  what each of them has to do, which is ABORT also under COMMIT for a branch that
        ///                 the decision did not seal
        /// @param hazards  branches that are not as decided
        record Telling(Decision decision, SortedMap<BranchId, Decision> unacked, SortedSet<BranchId> hazards)
                implements State {
            public Telling {
                unacked = Collections.unmodifiableSortedMap(new TreeMap<>(unacked));
                hazards = copy(hazards);
            }
        }

        /// Nobody waits for anything any more.
        record Finished(Decision decision, SortedSet<BranchId> hazards) implements State {
            public Finished {
                hazards = copy(hazards);
            }
        }

        private static SortedSet<BranchId> copy(SortedSet<BranchId> branches) {
            return Collections.unmodifiableSortedSet(new TreeSet<>(branches));
        }
    }

    /// What an attempt hears.
    public sealed interface Input {

        /// A branch answered `prepare`.
        record Voted(BranchId who, Vote vote) implements Input {}

        /// The register holds this, durably and for ever.
        ///
        /// @param sealed the branches that commit; empty for ABORT
        record Chosen(Decision decision, Set<BranchId> sealed) implements Input {
            public Chosen {
                sealed = Set.copyOf(sealed);
            }
        }

        /// A branch confirmed what it was told.
        record Acked(BranchId who, Ack ack) implements Input {}

        /// The deadline has passed.
        record Expired() implements Input {}

        /// Somebody has not answered for a while.
        record Retry() implements Input {}
    }

    /// What an attempt asks for.
    public sealed interface Effect {

        /// Send the work and ask for a vote.
        record Prepare(BranchId to) implements Effect {}

        /// Write the decision, with the branches that it commits, unless there is one; force it; report
        /// what the register holds. What goes in depends on the begin record, see [Close]:
        ///
        /// - COMMIT only beside the record of the attempt that it seals. Where that record is lost or
        ///   another attempt's, ABORT goes in instead: an attempt that is not on record never commits.
        /// - ABORT only beside a record that is not closed. Where it is closed, that decision goes in
        ///   instead, and seals nothing: it may have been answered.
        record Propose(Decision decision, SortedSet<BranchId> sealed) implements Effect {}

        /// Send the decision and ask for a confirmation.
        record Tell(BranchId to, Decision decision) implements Effect {}

        /// The client may hear this, which the register holds; it will never be otherwise.
        record Answer(Decision decision) implements Effect {}

        /// The attempt is over without the register: close its begin record with this decision, without
        /// force, then let the client hear it.
        ///
        /// Where that record is lost, another attempt's or taken over, or where the register holds a
        /// decision, somebody else may be deciding this transaction: propose ABORT instead, and let the
        /// client hear what the register holds.
        record Close(Decision decision) implements Effect {}

        /// Record the end, without force, and not before what was closed is noted: it only saves work after
        /// a crash.
        record End(Decision decision) implements Effect {}
    }

    /// Starts an attempt with the branches' work.
    ///
    /// @param branches not empty, all of one attempt
    public static Step<State, Effect> begin(Set<BranchId> branches) {
        var all = new TreeSet<>(branches);
        return new Step<>(
                new State.Voting(all, none()),
                all.stream().<Effect>map(Effect.Prepare::new).toList());
    }

    /// Finishes an attempt that another coordinator left: aborts it unless the register says otherwise.
    ///
    /// @param branches those of the begin record; empty when it is lost
    public static Step<State, Effect> takeOver(Set<BranchId> branches) {
        return propose(Decision.ABORT, new TreeSet<>(branches));
    }

    @Override
    public Step<State, Effect> on(State state, Input input) {
        return switch (state) {
            case State.Voting voting -> onVoting(voting, input);
            case State.Deciding deciding -> onDeciding(deciding, input);
            case State.Telling telling -> onTelling(telling, input);
            case State.Finished finished -> Step.stay(finished);
        };
    }

    private static Step<State, Effect> onVoting(State.Voting voting, Input input) {
        return switch (input) {
            case Input.Voted(var who, var _) when !voting.awaiting().contains(who) -> Step.stay(voting);
            case Input.Voted(var who, var vote) ->
                switch (vote) {
                    case Vote.Yes _ -> voted(without(voting.awaiting(), who), with(voting.prepared(), who));
                    case Vote.ReadOnly _ -> voted(without(voting.awaiting(), who), voting.prepared());
                    case Vote.No _ -> abort(union(without(voting.awaiting(), who), voting.prepared()));
                };
            // Nobody was promised a commit yet. A branch may have prepared although its vote is missing: tell all.
            case Input.Expired _ -> abort(union(voting.awaiting(), voting.prepared()));
            case Input.Chosen(var decision, var sealed) ->
                tell(decision, sealed, union(voting.awaiting(), voting.prepared()));
            case Input.Retry _ ->
                new Step<>(
                        voting,
                        voting.awaiting().stream()
                                .<Effect>map(Effect.Prepare::new)
                                .toList());
            case Input.Acked _ -> Step.stay(voting);
        };
    }

    private static Step<State, Effect> onDeciding(State.Deciding deciding, Input input) {
        return switch (input) {
            case Input.Chosen(var decision, var sealed) -> tell(decision, sealed, deciding.branches());
            case Input.Retry _ -> propose(deciding.proposed(), deciding.branches());
            // COMMIT may be in the register already: from here only the register can tell.
            case Input.Expired _, Input.Voted _, Input.Acked _ -> Step.stay(deciding);
        };
    }

    private static Step<State, Effect> onTelling(State.Telling telling, Input input) {
        return switch (input) {
            case Input.Acked(var who, var _) when !telling.unacked().containsKey(who) -> Step.stay(telling);
            case Input.Acked(var who, var ack) ->
                switch (ack) {
                    case DONE -> acked(telling.decision(), without(telling.unacked(), who), telling.hazards());
                    case HAZARD ->
                        acked(telling.decision(), without(telling.unacked(), who), with(telling.hazards(), who));
                };
            case Input.Retry _ -> new Step<>(telling, tellings(telling.unacked()));
            case Input.Voted _, Input.Chosen _, Input.Expired _ -> Step.stay(telling);
        };
    }

    private static Step<State, Effect> voted(SortedSet<BranchId> awaiting, SortedSet<BranchId> prepared) {
        if (!awaiting.isEmpty()) {
            return Step.to(new State.Voting(awaiting, prepared));
        }
        return prepared.isEmpty()
                ? finish(Decision.COMMIT, none(), List.of(new Effect.Close(Decision.COMMIT)))
                : propose(Decision.COMMIT, prepared);
    }

    private static Step<State, Effect> propose(Decision decision, SortedSet<BranchId> branches) {
        var sealed = decision == Decision.COMMIT ? branches : none();
        return Step.to(new State.Deciding(decision, branches), new Effect.Propose(decision, sealed));
    }

    /// Aborts without asking the register: nobody else proposes COMMIT for this attempt, and this
    /// coordinator did not. The branches hear it at once; only the client's answer waits for the begin
    /// record.
    private static Step<State, Effect> abort(SortedSet<BranchId> branches) {
        var close = new Effect.Close(Decision.ABORT);
        if (branches.isEmpty()) {
            return finish(Decision.ABORT, none(), List.of(close));
        }
        var orders = orders(branches, Set.of());
        return new Step<>(new State.Telling(Decision.ABORT, orders, none()), append(tellings(orders), close));
    }

    private static Step<State, Effect> tell(Decision decision, Set<BranchId> sealed, SortedSet<BranchId> branches) {
        var orders = orders(branches, sealed);
        var answer = new Effect.Answer(decision);
        return orders.isEmpty()
                ? finish(decision, none(), List.of(answer))
                : new Step<>(new State.Telling(decision, orders, none()), prepend(answer, tellings(orders)));
    }

    private static SortedMap<BranchId, Decision> orders(Set<BranchId> branches, Set<BranchId> sealed) {
        var orders = new TreeMap<BranchId, Decision>();
        branches.forEach(branch -> orders.put(branch, Decision.ABORT));
        sealed.forEach(branch -> orders.put(branch, Decision.COMMIT));
        return orders;
    }

    private static Step<State, Effect> acked(
            Decision decision, SortedMap<BranchId, Decision> unacked, SortedSet<BranchId> hazards) {
        return unacked.isEmpty()
                ? finish(decision, hazards, List.of())
                : Step.to(new State.Telling(decision, unacked, hazards));
    }

    private static Step<State, Effect> finish(Decision decision, SortedSet<BranchId> hazards, List<Effect> before) {
        return new Step<>(new State.Finished(decision, hazards), append(before, new Effect.End(decision)));
    }

    private static List<Effect> tellings(Map<BranchId, Decision> orders) {
        return orders.entrySet().stream()
                .<Effect>map(order -> new Effect.Tell(order.getKey(), order.getValue()))
                .toList();
    }

    private static List<Effect> append(List<Effect> effects, Effect last) {
        var more = new ArrayList<>(effects);
        more.add(last);
        return more;
    }

    private static List<Effect> prepend(Effect first, List<Effect> effects) {
        var more = new ArrayList<Effect>();
        more.add(first);
        more.addAll(effects);
        return more;
    }

    private static SortedSet<BranchId> none() {
        return Collections.emptySortedSet();
    }

    private static SortedSet<BranchId> with(SortedSet<BranchId> branches, BranchId one) {
        var more = new TreeSet<>(branches);
        more.add(one);
        return more;
    }

    private static SortedSet<BranchId> without(SortedSet<BranchId> branches, BranchId one) {
        var fewer = new TreeSet<>(branches);
        fewer.remove(one);
        return fewer;
    }

    private static SortedMap<BranchId, Decision> without(SortedMap<BranchId, Decision> orders, BranchId one) {
        var fewer = new TreeMap<>(orders);
        fewer.remove(one);
        return fewer;
    }

    private static SortedSet<BranchId> union(SortedSet<BranchId> some, SortedSet<BranchId> others) {
        var all = new TreeSet<>(some);
        all.addAll(others);
        return all;
    }
}
