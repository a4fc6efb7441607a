package io.covenant.locks.wire;

import java.util.List;

/// What operators did, latest last.
public record AuditPage(List<Entry> entries) {

    public AuditPage {
        entries = entries == null ? List.of() : List.copyOf(entries);
    }

    /// @param former sessions that held the name
    public record Entry(long index, long timeMillis, String name, String by, String reason, List<Long> former) {
        public Entry {
            former = former == null ? List.of() : List.copyOf(former);
        }
    }
}
