package io.covenant.locks.namespace;

import java.util.List;

/// A request that stands in the queue of each name that it wants, and holds none of them.
///
/// @param ticket         the token of the entry that queued it
/// @param wants          sorted by name
/// @param deadlineMillis in logical time; [Command#FOREVER] for none
public record Waiter(
        long ticket,
        Owner owner,
        long seq,
        List<Want> wants,
        long deadlineMillis,
        long lockDelayMillis,
        Content value) {

    Want want(String name) {
        for (var want : wants) {
            if (want.name().equals(name)) {
                return want;
            }
        }
        throw new IllegalStateException("waiter " + ticket + " does not want " + name);
    }
}
