package io.covenant.transactions.participant;

import io.covenant.transactions.Refusal;
import jakarta.persistence.OptimisticLockException;
import java.sql.SQLException;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.UnexpectedRollbackException;

/// What an exception out of a branch's work, or its commit, says about the branch, which is rolled back.
public sealed interface WorkFailure {

    /// The service or its database refuses.
    record Refused(Refusal refusal) implements WorkFailure {}

    /// A mistake in the service; the refusal tells no more of it than is good for others.
    record Fault(Refusal refusal) implements WorkFailure {}

    /// The database did not answer: nothing is known.
    record Lost(String reason) implements WorkFailure {}

    /// @param cancelled whether the branch was told to abort meanwhile
    static WorkFailure of(Throwable failure, Branch branch, boolean cancelled) {
        if (failure instanceof CannotCreateTransactionException) {
            return new Lost(String.valueOf(failure.getMessage()));
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case BranchRefusedException refused -> {
                    return new Refused(refused.refusal());
                }
                case BranchNotPreparableException fault -> {
                    return new Fault(Refusal.of("not-preparable", String.valueOf(fault.getMessage())));
                }
                case SQLException sql -> {
                    return switch (SqlFailure.of(sql, branch, cancelled)) {
                        case SqlFailure.Refused(var refusal) -> new Refused(refusal);
                        case SqlFailure.Lost(var reason) -> new Lost(reason);
                    };
                }
                case ConcurrencyFailureException _, OptimisticLockException _ -> {
                    return new Refused(Refusals.CONFLICT);
                }
                default -> {}
            }
        }
        if (failure instanceof UnexpectedRollbackException) {
            return new Refused(Refusals.ROLLED_BACK);
        }
        return new Fault(Refusal.of(
                "branch-failed",
                "The operation '%s' failed; the participant's log tells why.".formatted(branch.operation())));
    }
}
