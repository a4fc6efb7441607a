package io.covenant.coordinator.transaction.web;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochRandomGenerator;
import io.covenant.transactions.TransactionId;
import java.util.UUID;

/// Ids for transactions whose initiator gives them none.
final class FreshIds {

    private static final TimeBasedEpochRandomGenerator GENERATOR = Generators.timeBasedEpochRandomGenerator();
    private static final long VERSION = 0xf000;

    private FreshIds() {}

    /// A UUID of version 7.
    static TransactionId next() {
        return new TransactionId(GENERATOR.generate());
    }

    /// A UUID of version 8, laid out like version 7, see [TransactionId#isDecidedByItsBranch].
    static TransactionId nextDecidedByItsBranch() {
        var withTime = GENERATOR.generate();
        return new TransactionId(
                new UUID((withTime.getMostSignificantBits() & ~VERSION) | 0x8000, withTime.getLeastSignificantBits()));
    }
}
