package io.covenant.locks.operation;

import io.covenant.locks.namespace.AuditEntry;
import io.covenant.security.audit.AuditReport;
import io.covenant.security.audit.AuditWalk;
import java.util.List;

/// Follows the hashes of an audit that a node remembers.
final class AuditCheck {

    private AuditCheck() {}

    /// @param audit   its name in the report
    /// @param entries by number; what was before them is forgotten
    static AuditReport of(String audit, List<AuditEntry> entries) {
        if (entries.isEmpty()) {
            return AuditWalk.from(audit, 0, AuditEntry.BEGINNING).end(0, AuditEntry.BEGINNING);
        }
        var first = entries.getFirst();
        var last = entries.getLast();
        var walk = AuditWalk.from(audit, first.number() - 1, first.previous());
        entries.forEach(
                entry -> walk.next(new AuditWalk.Link(entry.number(), entry.previous(), entry.hash(), entry.said())));
        return walk.end(last.number(), last.hash());
    }
}
