package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The nodes of the service.
///
/// @param leader its name, when there is one
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Members(@Nullable String leader, List<Member> members) {
    public Members {
        members = members == null ? List.of() : List.copyOf(members);
    }
}
