package io.covenant.transactions.initiator;

import io.covenant.transactions.TransactionId;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemException;
import org.springframework.http.HttpStatus;

/// Nobody could tell in time what became of what a [GlobalTransactional] method declared: it has happened, or never
/// will. Answered as 202; ask [Transactions#outcomeOf].
public final class TransactionInDoubtException extends ProblemException {

    private final transient TransactionId id;

    TransactionInDoubtException(TransactionId id) {
        super(Problem.of(
                        HttpStatus.ACCEPTED,
                        "transaction-in-doubt",
                        "Whether the transaction has committed is not known yet.")
                .with("transaction", id.toString()));
        this.id = id;
    }

    public TransactionId id() {
        return id;
    }
}
