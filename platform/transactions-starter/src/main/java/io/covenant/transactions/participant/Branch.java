package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import java.time.Duration;
import java.util.Optional;

/// The branch that a method works in: part of which transaction, and until when.
///
/// @param id            names this branch of this attempt
/// @param operation     what it does
/// @param deadlineNanos when the transaction aborts by itself, on the clock of [System#nanoTime]
public record Branch(BranchId id, String operation, long deadlineNanos) {

    /// A branch with this much time left.
    public static Branch of(BranchId id, String operation, Duration timeLeft) {
        return new Branch(id, operation, System.nanoTime() + timeLeft.toNanos());
    }

    private static final ScopedValue<Branch> LOCAL = ScopedValue.newInstance();

    /// The branch that the calling thread works in, if any.
    public static Optional<Branch> current() {
        return Optional.ofNullable(BranchTransaction.current())
                .map(BranchTransaction::branch)
                .or(() -> LOCAL.isBound() ? Optional.of(LOCAL.get()) : Optional.empty());
    }

    /// Works in a transaction that commits by itself, as this branch.
    public <T> T work(ScopedValue.CallableOp<T, RuntimeException> work) {
        return ScopedValue.where(LOCAL, this).call(work);
    }

    /// The transaction that this branch is part of; what a movement or an audit row names as its cause.
    public TransactionId transaction() {
        return id.transaction();
    }

    /// How long until the transaction aborts; zero when it is too late.
    public Duration timeLeft() {
        return Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
    }

    /// @throws BranchRefusedException when it is too late
    public void refuseWhenLate() {
        if (timeLeft().isZero()) {
            throw new BranchRefusedException(Refusals.DEADLINE_PASSED);
        }
    }
}
