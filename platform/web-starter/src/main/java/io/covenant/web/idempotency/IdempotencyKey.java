package io.covenant.web.idempotency;

/// The name that a client gives to a write, so that sending it twice does it once.
///
/// @param value 1 to 128 visible ASCII characters
public record IdempotencyKey(String value) {

    public static final String HEADER = "Idempotency-Key";

    public static final String RULE = "must be 1 to 128 visible ASCII characters";

    public IdempotencyKey {
        if (value.isEmpty() || value.length() > 128 || value.chars().anyMatch(c -> c < '!' || c > '~')) {
            throw new IllegalArgumentException(RULE);
        }
    }

    /// Reads a key from a header; Spring finds this method by its name.
    public static IdempotencyKey valueOf(String header) {
        return new IdempotencyKey(header.strip());
    }

    @Override
    public String toString() {
        return value;
    }
}
