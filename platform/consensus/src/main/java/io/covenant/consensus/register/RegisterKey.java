package io.covenant.consensus.register;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/// Which register.
///
/// @param born when the register came into being, by whatever clock numbers all keys, such as the
///             milliseconds of a UUIDv7: registers are forgotten in this order
/// @param name unique among those born together
public record RegisterKey(long born, String name) implements Comparable<RegisterKey> {

    private static final int LONGEST = 400;
    private static final Comparator<RegisterKey> ORDER =
            Comparator.comparingLong(RegisterKey::born).thenComparing(RegisterKey::name);

    public RegisterKey {
        if (born < 0 || name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw new IllegalArgumentException(
                    "a key has a birth from 0 and a name of 1 to %d bytes".formatted(LONGEST));
        }
    }

    @Override
    public int compareTo(RegisterKey other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return "%s (%d)".formatted(name, born);
    }
}
