package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answers to [KeepAlives], in their order.
public record KeptAlives(List<One> answers) {

    public KeptAlives {
        answers = answers == null ? List.of() : List.copyOf(answers);
    }

    /// What the keep-alive would have been answered alone: the status, and the body that goes with it.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record One(
            int status, @Nullable KeptAlive kept, @Nullable LockProblem problem) {}
}
