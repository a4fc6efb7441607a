package io.covenant.transactions.paxoscommit;

import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/// Which branches an attempt has. Whoever finishes it needs the votes of all of them, so the list travels with
/// every vote, and an acceptor that took a vote knows it.
///
/// @param services who has each branch; not empty, all of one attempt
public record Plan(SortedMap<BranchId, String> services) {

    public Plan {
        services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
        if (services.keySet().stream()
                        .map(branch -> branch.transaction() + ":" + branch.attempt())
                        .distinct()
                        .count()
                != 1) {
            throw new IllegalArgumentException("not the branches of one attempt: " + services.keySet());
        }
    }

    public SortedSet<BranchId> branches() {
        return Collections.unmodifiableSortedSet(new TreeMap<>(services).navigableKeySet());
    }

    /// The attempt that all its branches are of.
    public Attempt attempt() {
        return services.firstKey().attempt();
    }

    boolean has(BranchId branch) {
        return services.containsKey(branch);
    }
}
