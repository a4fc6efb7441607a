package io.covenant.transactions.local;

import io.covenant.simulation.Dice;
import io.covenant.transactions.TransactionId;
import java.time.Instant;
import java.util.UUID;

/// Names transactions as UUID version 7 does: by the time at which they were wanted.
public final class Ids {

    private Ids() {}

    static TransactionId at(Instant now, Dice dice) {
        return new TransactionId(new UUID(now.toEpochMilli() << 16 | 0x7000 | (dice.next() & 0xfff), dice.next()));
    }

    static Instant born(TransactionId id) {
        return Instant.ofEpochMilli(id.value().getMostSignificantBits() >>> 16);
    }
}
