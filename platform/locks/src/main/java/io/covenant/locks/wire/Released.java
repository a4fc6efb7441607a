package io.covenant.locks.wire;

import java.util.List;

/// Given back.
///
/// @param holds how often the owner still holds each of the names
public record Released(List<Integer> holds) {
    public Released {
        holds = holds == null ? List.of() : List.copyOf(holds);
    }
}
