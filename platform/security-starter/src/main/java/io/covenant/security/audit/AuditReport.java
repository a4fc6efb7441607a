package io.covenant.security.audit;

import java.util.List;

/// What a check of an audit found.
///
/// @param audit    the table
/// @param whole    whether nothing was found
/// @param entries  rows that were read
/// @param last     number of the last row, 0 without any
/// @param head     the hash that stands for all of them: whoever noted it elsewhere sees whether the audit up to there
///                 is still the same
/// @param findings the first hundred
public record AuditReport(String audit, boolean whole, long entries, long last, String head, List<Finding> findings) {

    public AuditReport {
        findings = List.copyOf(findings);
    }

    /// What was done to an audit.
    public enum Kind {
        /// A row does not say any more what it said when it was added.
        CHANGED,
        /// Rows are missing.
        REMOVED,
        /// A row was not added at the end.
        INSERTED,
        /// A row follows another one than the one before it: that one was replaced, hash and all.
        UNLINKED
    }

    /// @param number of the row, or of the first that is missing
    public record Finding(long number, Kind kind, String detail) {}
}
