package io.covenant.transactions;

/// Tells two executions of one transaction apart.
///
/// The begin record of a transaction is not forced, so a crash of the coordinator's database may lose it
/// and the same transaction may be begun again. Each execution draws a fresh attempt; its branches carry
/// it, and the decision seals branches together with it. What one attempt prepared can thus never be
/// committed by the decision of another.
///
/// @param value any 64 bits, drawn at random
public record Attempt(long value) {

    private static final int RADIX = 36;

    static Attempt parse(String text) {
        return new Attempt(Long.parseUnsignedLong(text, RADIX));
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(value, RADIX);
    }
}
