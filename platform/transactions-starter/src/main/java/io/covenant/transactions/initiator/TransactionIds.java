package io.covenant.transactions.initiator;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import io.covenant.transactions.TransactionId;

/// Makes names for transactions: UUIDs of version 7, which sort by the time they were made.
public final class TransactionIds {

    private static final TimeBasedEpochGenerator GENERATOR = Generators.timeBasedEpochGenerator();

    private TransactionIds() {}

    public static TransactionId next() {
        return new TransactionId(GENERATOR.generate());
    }
}
