package io.covenant.launcher.locks;

import java.util.Locale;
import java.util.OptionalLong;

/// What a lock node says of itself.
///
/// @param role LEADER, FOLLOWER, CANDIDATE, ... in its own words
/// @param index up to which it has applied the log
/// @param term in which it is
public record LockNode(String role, OptionalLong index, OptionalLong term) {

    /// Whether it takes itself for the primary.
    public boolean isPrimary() {
        return role.equals("LEADER");
    }

    /// For people: `primary at index 42`.
    @Override
    public String toString() {
        String word = switch (role) {
            case "LEADER" -> "primary";
            case "FOLLOWER" -> "backup";
            default -> role.toLowerCase(Locale.ROOT).replace('_', ' ');
        };
        return index.isPresent() ? word + " at index " + index.getAsLong() : word;
    }
}
