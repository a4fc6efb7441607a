package io.covenant.coordinator.transaction;

import io.covenant.transactions.threephase.TimeOutRule;
import java.util.function.Consumer;

/// Makes the drive of an attempt, by its protocol.
///
/// @param timeOuts what a three-phase commit does when its time is up
/// @param over hears when nothing is left to be done for an attempt
record Drives(Surroundings around, TimeOutRule timeOuts, Consumer<Drive> over) {

    /// A new attempt; [Drive#start] starts it.
    Drive fresh(Begin begin, TransactionPlan plan) {
        return switch (begin.protocol()) {
            case TWO_PHASE ->
                begin.isOnePhase()
                        ? TransactionDriver.fresh(new OnePhaseDialect(), begin, plan, around, over)
                        : TransactionDriver.fresh(new TwoPhaseDialect(), begin, plan, around, over);
            case THREE_PHASE -> ThreePhaseDriver.fresh(begin, plan, around, timeOuts, over);
            case TCC -> TransactionDriver.fresh(new TccDialect(), begin, plan, around, over);
            case SAGA -> SagaDriver.fresh(begin, plan, around, over);
            case PAXOS_COMMIT -> throw notHere();
        };
    }

    /// An attempt that another coordinator left; [Drive#takeOver] finishes it.
    Drive adopted(StoredTransaction stored) {
        return switch (stored.begin().protocol()) {
            case TWO_PHASE ->
                stored.begin().isOnePhase()
                        ? TransactionDriver.adopted(new OnePhaseDialect(), stored, around, over)
                        : TransactionDriver.adopted(new TwoPhaseDialect(), stored, around, over);
            case THREE_PHASE -> ThreePhaseDriver.adopted(stored, around, timeOuts, over);
            case TCC -> TransactionDriver.adopted(new TccDialect(), stored, around, over);
            case SAGA -> SagaDriver.adopted(stored, around, over);
            case PAXOS_COMMIT -> throw notHere();
        };
    }

    private static IllegalStateException notHere() {
        return new IllegalStateException("Paxos Commit needs no store, see QuorumTransactions");
    }
}
