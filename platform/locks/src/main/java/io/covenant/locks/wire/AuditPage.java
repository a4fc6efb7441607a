package io.covenant.locks.wire;

import java.util.List;

/// What operators did, latest last.
public record AuditPage(List<Entry> entries) {

    public AuditPage {
        entries = entries == null ? List.of() : List.copyOf(entries);
    }

    /// @param number counted from 1 without gaps
    /// @param act    FORCE_RELEASE, ADD_MEMBER, REMOVE_MEMBER, TRANSFER, DRAIN or RAISE_EPOCH
    /// @param name   what it was done to: a lock, a node, an epoch
    /// @param former sessions that held the name
    /// @param hash   stands for this entry and all before it
    public record Entry(
            long number,
            long index,
            long timeMillis,
            String act,
            String name,
            String by,
            String reason,
            List<Long> former,
            String hash) {
        public Entry {
            former = former == null ? List.of() : List.copyOf(former);
        }
    }
}
