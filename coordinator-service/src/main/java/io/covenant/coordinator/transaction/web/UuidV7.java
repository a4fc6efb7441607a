package io.covenant.coordinator.transaction.web;

import java.security.SecureRandom;
import java.util.UUID;

/// UUIDs that begin with the time (RFC 9562, version 7), for transactions whose initiator gives them no id.
final class UuidV7 {

    private static final SecureRandom RANDOM = new SecureRandom();

    private UuidV7() {}

    static UUID next() {
        return of(System.currentTimeMillis(), RANDOM.nextLong(), RANDOM.nextLong());
    }

    static UUID of(long epochMillis, long randomA, long randomB) {
        long most = (epochMillis << 16) | 0x7000 | (randomA & 0x0fff);
        long least = 0x8000_0000_0000_0000L | (randomB >>> 2);
        return new UUID(most, least);
    }
}
