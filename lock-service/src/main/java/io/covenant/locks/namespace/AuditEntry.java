package io.covenant.locks.namespace;

import java.util.List;

/// What an operator did to somebody's lock.
///
/// @param stamp  epoch and log index
/// @param former sessions that held it, the first of them when they were many
public record AuditEntry(long stamp, long timeMillis, String name, String by, String reason, List<Long> former) {

    public AuditEntry {
        former = List.copyOf(former);
    }
}
