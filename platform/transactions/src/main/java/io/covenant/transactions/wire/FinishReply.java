package io.covenant.transactions.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of each branch that was told, in the order of the request.
public record FinishReply(List<Finished> results) {

    public FinishReply {
        results = List.copyOf(results);
    }

    /// @param detail for people, with [Result#HAZARD] and [Result#RETRY]
    public record Finished(
            String gid, Result result, @Nullable String detail) {}

    public enum Result {
        /// As decided.
        DONE,
        /// Not as decided, or without evidence of it.
        HAZARD,
        /// Not known yet: tell again.
        RETRY,
        /// Asked to settle: it has committed, and stays so. DONE is then that it never will.
        COMMITTED
    }
}
