package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.Ending;
import java.util.SequencedMap;

/// One way to place orders atomically.
interface Contestant extends AutoCloseable {

    /// A short name for the table.
    String name();

    /// One sentence for the reader of the table.
    String description();

    /// Places one order: both databases have it, visibly, or none has.
    Ending place(Purchase purchase) throws Exception;

    /// How many decisions to commit it has recorded in all.
    long decisions();

    /// The processes that do its work, by name, besides this one and the servers of the databases.
    SequencedMap<String, ProcessHandle> processes();

    @Override
    void close();
}
