package io.covenant.transactions.initiator;

import io.covenant.transactions.TransactionId;

/// The coordinator refuses to run such a transaction, and nothing of it ran: its request is malformed, or its id
/// belongs to another transaction. A fault of the initiator's code.
public final class TransactionRejectedException extends RuntimeException {

    private final transient TransactionId id;
    private final String code;

    TransactionRejectedException(TransactionId id, String code, String detail) {
        super("transaction %s rejected: %s: %s".formatted(id, code, detail));
        this.id = id;
        this.code = code;
    }

    public TransactionId id() {
        return id;
    }

    /// The rule, in kebab case.
    public String code() {
        return code;
    }
}
