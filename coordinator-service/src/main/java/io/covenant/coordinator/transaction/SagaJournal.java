package io.covenant.coordinator.transaction;

import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What the coordinators remember of sagas, in the same tables as of all other transactions.
///
/// Begin records and decisions are durable when the future completes, and so is the epoch of whoever
/// [takes over][TransactionStore#claim]; notes are not. Futures complete and fail as those of [TransactionStore].
interface SagaJournal {

    /// Stores a begin record, with all of the saga, unless there is one for this id, or a decision: somebody may have
    /// been told that nothing of this id will ever happen.
    CompletableFuture<Begun> begin(Begin begin, SagaPlan plan);

    /// Forgets, durably, a begin record of which no step has heard.
    CompletableFuture<Boolean> withdraw(Begin begin);

    /// Writes a decision into the register, unless it holds one, if the owner of this epoch proposes it.
    ///
    /// @return what the register holds; nothing where somebody else owns the saga
    CompletableFuture<Optional<Register>> decide(Proposal proposal);

    /// Notes how far a saga is, or that it is over; answers false where somebody else owns it.
    CompletableFuture<Boolean> note(Note note);

    /// All that is known of a saga. Read after this owner's epoch was written, it holds every decision that an earlier
    /// owner took.
    ///
    /// @throws StoreUnavailableException if the database does not answer
    Optional<Entry> read(TransactionId id);

    /// What became of a begin record.
    sealed interface Begun {

        record Stored() implements Begun {}

        /// The id is taken, by another attempt.
        record Taken(Attempt by) implements Begun {}

        /// The id is decided already, although nothing was begun.
        record Entombed(Register register) implements Begun {}
    }

    /// A decision that a saga's owner proposes.
    ///
    /// @param steps those to compensate, with the service of each; none under COMMIT
    record Proposal(
            TransactionId id,
            Attempt attempt,
            Incarnation owner,
            int epoch,
            Decision decision,
            SortedMap<String, String> steps,
            Instant at) {

        public Proposal {
            steps = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(steps));
        }

        /// What the register holds once this proposal has won.
        Register won() {
            return new Register(id, attempt, decision, steps, at, List.of());
        }
    }

    /// How far a saga is.
    ///
    /// @param decision what clients may hear
    record Note(
            TransactionId id,
            Attempt attempt,
            Incarnation owner,
            int epoch,
            @Nullable Decision decision,
            List<BranchStatus> steps,
            List<Timeline.Entry> timeline,
            @Nullable Instant decidedAt,
            @Nullable Instant finishedAt) {

        public Note {
            steps = List.copyOf(steps);
            timeline = List.copyOf(timeline);
        }
    }

    /// A saga as it stands in the journal.
    record Entry(StoredTransaction stored, SagaPlan plan) {}
}
