package io.covenant.transactions.initiator;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/// What a [GlobalTransactional] method declared did not happen, and never will. Answered as 409 with the code, the
/// detail and the figures of the refusal.
public final class TransactionAbortedException extends ProblemException {

    private final transient Outcome.Aborted outcome;

    TransactionAbortedException(Outcome.Aborted outcome) {
        super(Problem.of(
                        HttpStatus.CONFLICT,
                        outcome.refusal().code(),
                        outcome.refusal().detail())
                .with(figures(outcome)));
        this.outcome = outcome;
    }

    private static Map<String, String> figures(Outcome.Aborted outcome) {
        var figures = new HashMap<>(outcome.refusal().parameters());
        figures.put("transaction", outcome.id().toString());
        return figures;
    }

    public TransactionId id() {
        return outcome.id();
    }

    /// Why.
    public Refusal refusal() {
        return outcome.refusal();
    }

    /// The branch that refused; absent when none did, as when the deadline passed.
    public @Nullable String branch() {
        return outcome.branch();
    }
}
