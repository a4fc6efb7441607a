package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A problem document of the lock service, with all the figures that any of them carries.
///
/// @param code             the rule; see [LockProblemCode] for those a client acts upon
/// @param about            what the rule was applied to
/// @param bound            the limit that the request collided with
/// @param name             the lock in question
/// @param session          its holder, or the first that waits for it
/// @param token            of its holder; 0 when it is only waited for
/// @param current          the present token or generation
/// @param untilMillis      in logical time, of a lock-delay
/// @param retryAfterMillis finer than the header
/// @param leader           base URI of the primary
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LockProblem(
        int status,
        @Nullable String code,
        @Nullable String title,
        @Nullable String detail,
        @Nullable String about,
        @Nullable Long bound,
        @Nullable String name,
        @Nullable Long session,
        @Nullable Long token,
        @Nullable Long current,
        @Nullable Long untilMillis,
        @Nullable Long retryAfterMillis,
        @Nullable String leader,
        @Nullable List<DeadlockStep> cycle) {

    public LockProblem {
        cycle = cycle == null ? null : List.copyOf(cycle);
    }

    /// One that knows no more than its code.
    public static LockProblem of(int status, String code, String detail) {
        return new LockProblem(status, code, null, detail, null, null, null, null, null, null, null, null, null, null);
    }

    public boolean is(String code) {
        return code.equals(this.code);
    }
}
