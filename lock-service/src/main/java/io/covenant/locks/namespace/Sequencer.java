package io.covenant.locks.namespace;

import java.util.Locale;
import java.util.Optional;

/// What a holder shows to those it works with: which lock it holds, how, and since which grant.
///
/// Source: M. Burrows, "The Chubby lock service for loosely-coupled distributed systems", OSDI 2006, §2.4.
public record Sequencer(String name, Mode mode, long token) {

    private static final String PREFIX = "v1:";

    /// Reads what [#toString] wrote; empty when it is something else.
    public static Optional<Sequencer> parse(String text) {
        var parts = text.split(":", 4);
        if (parts.length < 4 || !text.startsWith(PREFIX) || parts[3].isEmpty()) {
            return Optional.empty();
        }
        for (Mode mode : Mode.values()) {
            if (label(mode).equals(parts[1]) && parts[2].matches("[1-9][0-9]{0,18}")) {
                return number(parts[2]).map(token -> new Sequencer(parts[3], mode, token));
            }
        }
        return Optional.empty();
    }

    private static Optional<Long> number(String digits) {
        try {
            return Optional.of(Long.valueOf(digits));
        } catch (NumberFormatException tooLarge) {
            return Optional.empty();
        }
    }

    private static String label(Mode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    /// `v1:exclusive:4711:orders/customer-42`
    @Override
    public String toString() {
        return PREFIX + label(mode) + ':' + token + ':' + name;
    }
}
