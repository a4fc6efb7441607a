package io.covenant.transactions;

import java.util.OptionalLong;
import java.util.UUID;

/// The name that the initiator gives to a transaction; asking twice under one name never does the work
/// twice.
///
/// @param value a UUID, version 7 recommended: its time lets a participant refuse requests older than its
///              memory. Version 8 is laid out like version 7, and says more, see [#isDecidedByItsBranch]
public record TransactionId(UUID value) {

    private static final int WITH_TIME = 7;
    private static final int DECIDED_BY_ITS_BRANCH = 8;

    /// @throws IllegalArgumentException when the text is not a UUID in its canonical form
    public static TransactionId parse(String text) {
        var value = UUID.fromString(text);
        if (!value.toString().equalsIgnoreCase(text)) {
            throw new IllegalArgumentException("not a UUID in canonical form: " + text);
        }
        return new TransactionId(value);
    }

    /// When it was made, in milliseconds since 1970; empty where it does not tell.
    public OptionalLong bornMillis() {
        return value.version() == WITH_TIME || value.version() == DECIDED_BY_ITS_BRANCH
                ? OptionalLong.of(value.getMostSignificantBits() >>> 16)
                : OptionalLong.empty();
    }

    /// Whether nothing may be presumed of it that no coordinator remembers: it may have a single branch, which
    /// commits in one phase and alone knows. Sending the same request once more tells what became of it.
    public boolean isDecidedByItsBranch() {
        return value.version() == DECIDED_BY_ITS_BRANCH;
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
