package io.covenant.benchmarks.transactions;

/// Seata's modes that commit across two databases.
enum SeataMode {
    /// Prepared transactions under PostgreSQL's XA.
    XA("prepared transactions", Durability.FORCED),
    /// Local commits with images of the rows before, to undo them by; rows are locked at the coordinator.
    AT("local commits that are undone from images of the rows", Durability.FORCED_IN_PARTS),
    /// Reservations, without the table that fences late and repeated calls.
    TCC("try, confirm, cancel", Durability.FORCED_IN_PARTS);

    private final String words;
    private final Durability durability;

    SeataMode(String words, Durability durability) {
        this.words = words;
        this.durability = durability;
    }

    String words() {
        return words;
    }

    Durability durability() {
        return durability;
    }
}
