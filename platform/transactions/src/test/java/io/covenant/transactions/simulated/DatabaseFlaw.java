package io.covenant.transactions.simulated;

/// A mistake in how a participant uses its database, for tests that want it found.
public enum DatabaseFlaw {
    LATE_PREPARE_ACCEPTED("A prepare does not look for the fence that an abort left."),
    FENCE_NOT_FORCED("The fence of an abort is confirmed before it is forced."),
    PREPARE_NOT_FORCED("The participant votes YES before PREPARE TRANSACTION is durable."),
    BARRIER_OUTSIDE("The barrier row is committed on its own, before the business transaction.");

    private final String mistake;

    DatabaseFlaw(String mistake) {
        this.mistake = mistake;
    }

    public String mistake() {
        return mistake;
    }
}
