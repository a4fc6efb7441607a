package io.covenant.transactions;

import java.util.UUID;

/// The name that the initiator gives to a transaction; asking twice under one name never does the work
/// twice.
///
/// @param value a UUID, version 7 recommended: its time lets a participant refuse requests older than its
///              memory
public record TransactionId(UUID value) {

    /// @throws IllegalArgumentException when the text is not a UUID in its canonical form
    public static TransactionId parse(String text) {
        var value = UUID.fromString(text);
        if (!value.toString().equalsIgnoreCase(text)) {
            throw new IllegalArgumentException("not a UUID in canonical form: " + text);
        }
        return new TransactionId(value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
