package io.covenant.coordinator.transaction;

import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The begin record: all that another coordinator needs in order to finish an attempt. It never prepares anything,
/// so the payloads are not part of it.
///
/// @param digest   of the plan, to know it again
/// @param deadline on the clock of the coordinator that began
/// @param owner    who drives it
/// @param epoch    counts the owners
record Begin(
        TransactionId id,
        Attempt attempt,
        String name,
        CommitProtocol protocol,
        String digest,
        List<BranchSpec> branches,
        Instant createdAt,
        Instant deadline,
        Incarnation owner,
        int epoch) {

    Begin {
        branches = List.copyOf(branches);
    }

    /// What a branch is, without its input.
    record BranchSpec(String name, String service, String operation) {}

    BranchId idOf(BranchSpec branch) {
        return new BranchId(id, attempt, branch.name());
    }

    Set<BranchId> branchIds() {
        return branches.stream().map(this::idOf).collect(Collectors.toUnmodifiableSet());
    }
}
