package io.covenant.coordinator.transaction;

import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.onephase.OnePhaseAttempts;
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

    /// Whether the only branch commits in one phase: its id has to say so, see
    /// [TransactionId#isDecidedByItsBranch].
    boolean isOnePhase() {
        return protocol == CommitProtocol.TWO_PHASE && branches.size() == 1 && id.isDecidedByItsBranch();
    }

    BranchId idOf(BranchSpec branch) {
        return branchId(branch.name());
    }

    BranchId branchId(String branch) {
        return new BranchId(id, isOnePhase() ? OnePhaseAttempts.only() : attempt, branch);
    }

    Set<BranchId> branchIds() {
        return branches.stream().map(this::idOf).collect(Collectors.toUnmodifiableSet());
    }
}
