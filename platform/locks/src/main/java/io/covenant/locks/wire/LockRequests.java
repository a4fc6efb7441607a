package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Requests of one process, of as many sessions as it has, that travel together: each is done, or refused, as if it had
/// come alone, in this order.
///
/// None is kept open: what has to wait is answered as [Queued], and the events of its session tell the end.
public record LockRequests(List<One> requests) {

    /// As many as may come at once.
    public static final int MOST = 512;

    public LockRequests {
        requests = requests == null ? List.of() : List.copyOf(requests);
    }

    /// A request: just one of these.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record One(
            long session,
            @Nullable Acquire acquire,
            @Nullable Release release,
            @Nullable Cancel cancel) {}
}
