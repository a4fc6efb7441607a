package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Names that are held or waited for, sorted.
///
/// @param next to be given as `after`, when there are more
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LockPage(List<LockView> locks, @Nullable String next) {
    public LockPage {
        locks = locks == null ? List.of() : List.copyOf(locks);
    }
}
