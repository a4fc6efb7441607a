package io.covenant.transactions.threephase;

import io.covenant.transactions.BranchId;
import java.util.Comparator;

/// A place that keeps a [Standing] on its own disk and counts in a quorum.
public sealed interface Site extends Comparable<Site> {

    /// The database of the coordinators, which all of them share.
    record Coordinators() implements Site {
        @Override
        public String toString() {
            return "coordinators";
        }
    }

    /// The database of the service at which this branch works.
    record Branch(BranchId id) implements Site {
        @Override
        public String toString() {
            return id.toString();
        }
    }

    private String key() {
        return switch (this) {
            case Coordinators _ -> "";
            case Branch(var id) -> id.gid();
        };
    }

    @Override
    default int compareTo(Site other) {
        return Comparator.comparing(Site::key).compare(this, other);
    }
}
