package io.covenant.coordinator.paxos;

import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.Accepted;
import io.covenant.transactions.paxoscommit.AcceptorLedger;
import io.covenant.transactions.paxoscommit.PaxosAcceptor;
import io.covenant.transactions.paxoscommit.PaxosCommit;
import io.covenant.transactions.paxoscommit.Plan;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.Branch;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Transactions as clients see them, as far as an acceptor knows them.
final class Views {

    /// What no acceptor keeps.
    static final String UNKNOWN = "unknown";

    private Views() {}

    /// How far a leader is.
    static State state(PaxosCommit.State state) {
        return switch (state) {
            case PaxosCommit.State.Claiming claiming -> claiming.plan().isPresent() ? State.VOTING : State.DECIDING;
            case PaxosCommit.State.Voting _ -> State.VOTING;
            case PaxosCommit.State.Proposing _, PaxosCommit.State.Outbid _ -> State.DECIDING;
            case PaxosCommit.State.Telling telling ->
                unfinished(telling.outcome().decision());
            case PaxosCommit.State.Finished(var outcome, var hazards) ->
                hazards.isEmpty() ? finished(outcome.decision()) : State.HAZARD;
            case PaxosCommit.State.Gone _ -> State.DECIDING;
        };
    }

    static State unfinished(Decision decision) {
        return switch (decision) {
            case COMMIT -> State.COMMITTING;
            case ABORT -> State.ABORTING;
        };
    }

    static State finished(Decision decision) {
        return switch (decision) {
            case COMMIT -> State.COMMITTED;
            case ABORT -> State.ABORTED;
        };
    }

    static OutcomeReply.Outcome outcome(Decision decision) {
        return switch (decision) {
            case COMMIT -> OutcomeReply.Outcome.COMMITTED;
            case ABORT -> OutcomeReply.Outcome.ABORTED;
        };
    }

    /// What an acceptor can show of a transaction; empty when it knows nothing.
    static Optional<TransactionResource> of(TransactionId id, PaxosAcceptor.State state) {
        return switch (state) {
            case PaxosAcceptor.State.Blank _, PaxosAcceptor.State.Dropped _ -> Optional.empty();
            case PaxosAcceptor.State.Open(var promised, var accepted) ->
                Optional.of(view(
                        id,
                        accepted.flatMap(Accepted::outcome).isPresent() ? State.DECIDING : State.VOTING,
                        null,
                        promised.node(),
                        accepted.flatMap(Views::planOf),
                        accepted.map(Views::prepared).orElse(Set.of())));
            case PaxosAcceptor.State.Closed(var outcome, var ended) ->
                Optional.of(view(
                        id,
                        ended ? finished(outcome.decision()) : unfinished(outcome.decision()),
                        outcome.decision(),
                        UNKNOWN,
                        outcome.plan(),
                        outcome.plan().map(Plan::branches).orElseGet(TreeSet::new)));
        };
    }

    private static Optional<Plan> planOf(Accepted accepted) {
        return switch (accepted) {
            case Accepted.Votes votes -> Optional.of(votes.plan());
            case Accepted.Verdict verdict -> verdict.decided().plan();
        };
    }

    private static Set<BranchId> prepared(Accepted accepted) {
        return switch (accepted) {
            case Accepted.Votes votes -> votes.prepared();
            case Accepted.Verdict _ -> Set.of();
        };
    }

    @SuppressWarnings("NullAway") // does not see in a class file that the nested type Outcome may be null there
    private static TransactionResource view(
            TransactionId id,
            State state,
            @Nullable Decision decision,
            String owner,
            Optional<Plan> plan,
            Set<BranchId> prepared) {
        var named = Instant.ofEpochMilli(AcceptorLedger.born(id));
        return new TransactionResource(
                id.value(),
                UNKNOWN,
                CommitProtocol.PAXOS_COMMIT.name(),
                state,
                decision == null ? null : outcome(decision),
                null,
                named,
                owner,
                plan.map(Plan::attempt).map(Attempt::toString).orElse(UNKNOWN),
                plan.map(begun -> begun.services().entrySet().stream()
                                .map(entry -> branch(
                                        entry.getKey(),
                                        entry.getValue(),
                                        state(state, prepared.contains(entry.getKey()))))
                                .toList())
                        .orElse(List.of()),
                List.of(),
                named,
                null,
                null);
    }

    private static BranchState state(State transaction, boolean prepared) {
        return switch (transaction) {
            case COMMITTED -> BranchState.COMMITTED;
            case ABORTED -> BranchState.ABORTED;
            case VOTING, DECIDING, COMMITTING, ABORTING, HAZARD, EXECUTING, COMPENSATING, STUCK ->
                prepared ? BranchState.PREPARED : BranchState.WORKING;
        };
    }

    @SuppressWarnings("NullAway") // as above
    private static Branch branch(BranchId id, String service, BranchState state) {
        var voted = state == BranchState.PREPARED || state == BranchState.COMMITTED;
        return new Branch(
                id.name(), id.gid(), service, UNKNOWN, voted ? PrepareReply.Choice.YES : null, null, state, null, null);
    }
}
