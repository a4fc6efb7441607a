package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.Ending;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// One way to place orders atomically.
interface Contestant extends AutoCloseable {

    /// A short name for the table.
    String name();

    /// One sentence for the reader of the table.
    String description();

    /// What an answer of it is worth.
    Durability durability();

    /// Places one order: both databases have it, visibly, or none has.
    Ending place(Purchase purchase) throws Exception;

    /// How many decisions to commit it has recorded in all; empty when it keeps none that could be counted.
    OptionalLong decisions();

    /// Where its coordinator keeps transactions.
    default Database coordinator(Databases databases) {
        return databases.coordinator();
    }

    /// How often it has forced logs of its own so far, besides those of the databases.
    default long forcedLogs() throws Exception {
        return 0;
    }

    /// Whether it has cleared up after all that it answered.
    default boolean rests() throws Exception {
        return true;
    }

    /// The processes that do its work, by name, besides this one and the servers of the databases.
    SequencedMap<String, ProcessHandle> processes();

    @Override
    void close();
}
