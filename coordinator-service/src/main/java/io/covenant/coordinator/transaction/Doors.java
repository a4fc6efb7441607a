package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.QuorumTransactions.Inquiry;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.PaxosAttempts;
import io.covenant.transactions.wire.Heuristic;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The way to every transaction: to those of the store and to those of the quorum. Whoever asked the wrong one what
/// became of a branch would get an answer, and not the right one.
public final class Doors {

    /// A coordinator with a quorum knows.
    private static final Inquiry NOT_HERE = new Inquiry.Undecided(Duration.ofSeconds(1));

    private final Transactions stored;
    private final Optional<QuorumTransactions> quorum;

    /// @param quorum absent where this coordinator does not run Paxos Commit
    public Doors(Transactions stored, Optional<QuorumTransactions> quorum) {
        this.stored = stored;
        this.quorum = quorum;
    }

    /// Whether this coordinator runs Paxos Commit.
    public boolean hasQuorum() {
        return quorum.isPresent();
    }

    /// The protocols under which a transaction can be begun here at this moment.
    public Set<CommitProtocol> running() {
        var running = EnumSet.noneOf(CommitProtocol.class);
        if (stored.storeAnswers()) {
            running.addAll(EnumSet.complementOf(EnumSet.of(CommitProtocol.PAXOS_COMMIT)));
        }
        if (quorum.filter(QuorumTransactions::takesPart).isPresent()) {
            running.add(CommitProtocol.PAXOS_COMMIT);
        }
        return running;
    }

    /// Runs a transaction.
    ///
    /// @throws IllegalStateException for one under Paxos Commit where there is no quorum
    public RunAnswer run(TransactionPlan plan) {
        if (plan.protocol() == CommitProtocol.PAXOS_COMMIT) {
            return quorum.orElseThrow(
                            () -> new IllegalStateException("no coordinators are configured for " + plan.id()))
                    .run(plan);
        }
        return quorum.filter(paxos -> paxos.knows(plan.id())).isPresent()
                ? new RunAnswer.OtherBody()
                : stored.run(plan);
    }

    /// What is known of a transaction.
    public Optional<TransactionResource> find(TransactionId id) {
        return quorum.flatMap(paxos -> paxos.find(id)).or(() -> stored.find(id));
    }

    /// Transactions of all coordinators, the newest first. Of those of the quorum only what is led, was led lately, or
    /// is unfinished.
    ///
    /// @throws StoreUnavailableException if the store does not answer: a part would pass for the whole
    public List<TransactionResource> list(TransactionQuery query) {
        if (quorum.isEmpty()) {
            return stored.list(query);
        }
        return all(List.of(query))
                .sorted(Comparator.comparing(
                                (TransactionResource one) -> one.id().toString())
                        .reversed())
                .limit(query.limit())
                .toList();
    }

    /// Those in one of these states that began earlier, in no order.
    ///
    /// @param limit so many of each state at most
    /// @throws StoreUnavailableException if the store does not answer
    public Stream<TransactionResource> list(Set<State> states, Instant before, int limit) {
        return all(states.stream()
                .map(state -> new TransactionQuery(state, before, null, limit))
                .toList());
    }

    /// The other coordinators are asked once, however many queries there are.
    private Stream<TransactionResource> all(List<TransactionQuery> queries) {
        return Stream.concat(
                queries.stream().flatMap(query -> stored.list(query).stream()),
                quorum.stream()
                        .flatMap(paxos -> paxos.recent().stream())
                        .filter(one -> queries.stream().anyMatch(query -> query.matches(one))));
    }

    /// Whether this coordinator can find out what became of this branch.
    public boolean decides(BranchId branch) {
        return hasQuorum() || !PaxosAttempts.isOne(branch.attempt());
    }

    /// What became of a branch; empty when that is forgotten, see [QuorumTransactions.Inquiry.Forgotten].
    public Optional<OutcomeReply> outcome(BranchId branch) {
        return PaxosAttempts.isOne(branch.attempt())
                ? reply(quorum.orElseThrow().outcome(branch))
                : Optional.of(stored.outcome(branch));
    }

    /// What became of a transaction; empty when that is forgotten. Where the asker does not say who decides about it,
    /// neither the quorum nor the store may remember it before it is told that it was aborted.
    ///
    /// @param protocol the one it was run under, as far as the asker knows
    public Optional<OutcomeReply> outcome(TransactionId id, Optional<CommitProtocol> protocol) {
        return protocol.map(known -> outcome(id, known)).orElseGet(() -> outcome(id));
    }

    private Optional<OutcomeReply> outcome(TransactionId id, CommitProtocol protocol) {
        boolean isOfQuorum = protocol == CommitProtocol.PAXOS_COMMIT
                || quorum.filter(paxos -> paxos.knows(id)).isPresent();
        if (!isOfQuorum) {
            return stored.outcome(id);
        }
        return reply(quorum.<Inquiry>map(paxos -> paxos.outcome(id)).orElse(NOT_HERE));
    }

    private Optional<OutcomeReply> outcome(TransactionId id) {
        if (quorum.isEmpty() || (!quorum.get().knows(id) && isStored(id))) {
            return stored.outcome(id);
        }
        var inquiry = quorum.get().outcome(id);
        return inquiry instanceof Inquiry.Decided(var _, var begun) && !begun ? stored.outcome(id) : reply(inquiry);
    }

    private boolean isStored(TransactionId id) {
        try {
            return stored.find(id).isPresent();
        } catch (StoreUnavailableException e) {
            return false;
        }
    }

    private static Optional<OutcomeReply> reply(Inquiry inquiry) {
        return switch (inquiry) {
            case Inquiry.Decided(var decision, var _) -> Optional.of(new OutcomeReply(View.outcome(decision), null));
            case Inquiry.Undecided(var askAgainIn) ->
                Optional.of(new OutcomeReply(OutcomeReply.Outcome.UNDECIDED, Math.max(1, askAgainIn.toMillis())));
            case Inquiry.Forgotten _ -> Optional.empty();
        };
    }

    /// How hard this coordinator tries to finish a transaction; absent where it does not drive it.
    public Optional<Pursuit> pursuitOf(TransactionId id) {
        return stored.pursuitOf(id).or(() -> quorum.flatMap(paxos -> paxos.pursuitOf(id)));
    }

    /// Tries at once whatever a transaction waits for; answers whether this coordinator has anything to do with it.
    public boolean retryNow(TransactionId id) {
        return stored.retryNow(id) || quorum.filter(paxos -> paxos.retryNow(id)).isPresent();
    }

    /// Has a transaction under Paxos Commit ended with a person's word for branches that are not as decided.
    ///
    /// @param words by the names of branches
    /// @return whether this coordinator knew of anything to settle
    public boolean settle(TransactionId id, Map<String, Heuristic> words) {
        return quorum.filter(paxos -> paxos.settle(id, words)).isPresent();
    }
}
