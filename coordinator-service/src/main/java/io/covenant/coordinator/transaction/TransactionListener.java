package io.covenant.coordinator.transaction;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.saga.SagaExecution;
import io.covenant.transactions.wire.TransactionResource;
import java.time.Duration;
import java.util.List;

/// Hears what happens to transactions, to count it. Must not block and must not throw.
public interface TransactionListener {

    /// Hears nothing.
    TransactionListener NONE = new TransactionListener() {};

    /// Has all of these hear.
    static TransactionListener all(TransactionListener... listeners) {
        return new EveryListener(List.of(listeners));
    }

    /// The work is about to be sent.
    default void begun(CommitProtocol protocol) {}

    default void decided(CommitProtocol protocol, Decision decision, Duration sinceBegin) {}

    /// All branches have confirmed.
    default void finished(CommitProtocol protocol, Decision decision, Duration sinceBegin) {}

    /// Something was saved that the protocol could have cost.
    default void optimised(CommitProtocol protocol, Optimisation what) {}

    /// A transaction that is driven here has come so far.
    default void changed(TransactionId transaction, TransactionResource.State state) {}

    /// A branch is not as decided.
    default void hazard(BranchId branch) {}

    /// Transactions of another coordinator, or of an earlier life of this one, are driven here from now on.
    default void takenOver(int transactions) {}

    /// Somebody here stands for election, to bring an attempt under three-phase commit to its end.
    default void stands(TransactionId transaction) {}

    /// Something is tried once more.
    default void retried(CommitProtocol protocol, Retried what) {}

    /// A saga's step has answered, or not, which is an answer as well.
    default void stepAnswered(SagaExecution.Ask asked, SagaAnswer answer) {}

    /// A saga's step needs a person.
    default void raised(BranchId step, Refusal why) {}

    /// One commit of the database that was waited for holds so many decisions.
    default void decisionsForced(int decisions, Duration took) {}

    /// What is saved.
    enum Optimisation {
        /// A branch only read, so it hears no decision.
        READ_ONLY_VOTE,
        /// No branch wrote, so the decision is not forced.
        NOTHING_WRITTEN,
        /// The only branch committed at once, so there is no second request and the decision is not forced.
        ONE_PHASE,
        /// It aborted, so the decision is not forced.
        PRESUMED_ABORT,
        /// A decision shared its forced write with others.
        GROUP_COMMIT,
        /// Several branches were told the decision at the same time.
        PARALLEL_FINISH,
        /// The client heard the decision before every branch had confirmed it.
        ANSWER_AT_DECISION
    }

    /// What is tried once more.
    enum Retried {
        PREPARE,
        /// To have a site of a three-phase commit take part in an election, or move.
        SITE,
        DECISION,
        FINISH,
        STEP,
        END_RECORD
    }
}
