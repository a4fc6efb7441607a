package io.covenant.locks.wire;

import java.util.List;

/// All names are held.
///
/// @param remainingMillis of the session's lease
public record Granted(long index, List<Grant> grants, long remainingMillis) {
    public Granted {
        grants = grants == null ? List.of() : List.copyOf(grants);
    }
}
