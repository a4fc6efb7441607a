package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gives back one hold of each name.
///
/// @param token of the grant, the same for all of these names
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Release(long seq, long ackUpTo, @Nullable Long strand, List<String> names, long token) {
    public Release {
        names = names == null ? List.of() : List.copyOf(names);
    }
}
