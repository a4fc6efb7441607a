package io.covenant.coordinator.transaction;

import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// What the coordinators of one platform remember together.
///
/// Of all that is written here only a decision is forced to disk before it is answered; a crash may lose the last
/// moments of everything else. What is written later is never kept when something written earlier is lost.
///
/// The futures complete on the thread that wrote; who depends on them must not block. They fail with
/// [StoreUnavailableException], after which it is unknown whether the write took place.
interface TransactionStore extends AutoCloseable {

    /// Stores a begin record unless there is one for this id.
    CompletableFuture<Begun> begin(Begin begin);

    /// Forgets a begin record of which no branch has heard. Best effort.
    void withdraw(Begin begin);

    /// Writes a decision into the register unless it holds one, and answers with what it holds, which is durable by
    /// then.
    ///
    /// - COMMIT enters only beside the begin record of its attempt. Where a crash lost that record, or another
    ///   attempt has taken its place, it becomes ABORT.
    /// - ABORT enters only beside a record that is not closed. Where it is closed, that decision enters instead,
    ///   and seals nothing: it may have been answered.
    /// - Nothing enters beside the begin record of a saga, which only [its owner decides][SagaJournal#decide]: the
    ///   future fails.
    /// - Nothing enters as long as an attempt of the transaction is pre-committed at the [#site]: the future fails.
    CompletableFuture<Register> decide(Proposal proposal);

    /// Notes in the begin record of an attempt that it is over without the register; answers whether it did, which
    /// it does not where the record is lost, another attempt's, or another owner's, or where the register holds a
    /// decision. Somebody waits for the answer.
    CompletableFuture<Boolean> close(EndRecord end);

    /// The same for an attempt that is decided, and nobody waits.
    CompletableFuture<Boolean> note(EndRecord end);

    /// The site of three-phase commits that it is.
    CoordinatorsSite site();

    Optional<StoredTransaction> find(TransactionId id);

    Optional<Register> register(TransactionId id);

    /// The newest first: by id, which is by time as far as ids are UUIDs of version 7.
    List<StoredTransaction> list(TransactionQuery query);

    /// Makes this incarnation the owner of unfinished transactions whose owner is not alive, those passed by about
    /// which a decision is being written. Where a saga is among them, that is durable.
    ///
    /// @param predecessors only of earlier lives of the same node
    List<StoredTransaction> claim(Incarnation claimant, boolean predecessors, int limit);

    /// Makes this incarnation, once more, the owner of unfinished transactions that are its own.
    List<StoredTransaction> reclaim(Incarnation owner, Collection<TransactionId> ids);

    /// The unfinished transactions of an owner that began before a time.
    List<TransactionId> unfinishedOf(Incarnation owner, Instant before, int limit);

    /// What is remembered of sagas, besides what is above.
    SagaJournal sagas();

    /// How much is unfinished, over all coordinators.
    Backlog backlog();

    /// Forgets transactions and decisions that were over before a time, hazards excepted; answers how many. Does
    /// nothing while another coordinator does it.
    int purge(Instant before, int limit);

    /// Whether the store answers at this moment.
    boolean answers();

    @Override
    void close();

    /// What became of a begin record.
    sealed interface Begun {

        record Stored() implements Begun {}

        /// The id is taken, by another attempt.
        record Taken(Attempt by) implements Begun {}
    }

    /// A decision that somebody proposes.
    ///
    /// @param sealed   the branches to commit, by name, with the service of each; empty for ABORT
    /// @param timeline what has happened so far
    record Proposal(
            TransactionId id,
            Attempt attempt,
            Decision decision,
            SortedMap<String, String> sealed,
            List<Timeline.Entry> timeline,
            Instant at) {

        public Proposal {
            if ((decision == Decision.COMMIT) == sealed.isEmpty()) {
                throw new IllegalArgumentException("COMMIT seals branches, ABORT seals none");
            }
            timeline = List.copyOf(timeline);
        }

        /// A decision to abort whatever this transaction may be.
        static Proposal tombstone(TransactionId id, Attempt attempt, Instant at) {
            return new Proposal(id, attempt, Decision.ABORT, new TreeMap<>(), List.of(), at);
        }

        /// What the register holds once this proposal has won.
        Register won() {
            return new Register(id, attempt, decision, sealed, at, timeline);
        }
    }
}
