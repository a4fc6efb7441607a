package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Acquires all of these names together, or waits for all of them, holding none meanwhile.
///
/// @param strand          of work in the session that will own them; absent where there is but one
/// @param waitMillis      absent or 0 tries, [#FOREVER] waits until the session ends
/// @param lockDelayMillis how long the names stay taken when they are lost rather than released; absent: not at all
/// @param value           what the leader proclaims
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Acquire(
        long seq,
        long ackUpTo,
        @Nullable Long strand,
        List<Want> wants,
        @Nullable Long waitMillis,
        @Nullable Long lockDelayMillis,
        @Nullable String value) {

    /// In the place of a number of milliseconds to wait.
    public static final long FOREVER = -1;

    public Acquire {
        wants = wants == null ? List.of() : List.copyOf(wants);
    }
}
