package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answers to [LockRequests], in their order.
public record LockAnswers(List<One> answers) {

    public LockAnswers {
        answers = answers == null ? List.of() : List.copyOf(answers);
    }

    /// What the request would have been answered alone: the status, and the body that goes with it.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record One(
            int status,
            @Nullable Granted granted,
            @Nullable Queued queued,
            @Nullable Released released,
            @Nullable Cancelled cancelled,
            @Nullable LockProblem problem) {}
}
