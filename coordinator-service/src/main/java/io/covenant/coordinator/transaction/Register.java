package io.covenant.coordinator.transaction;

import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.twophase.TwoPhaseCommit;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What the write-once register of a transaction holds, durably and for ever.
///
/// @param attempt  whose decision it is
/// @param sealed   the branches that commit, by name, with the service of each; empty for ABORT
/// @param timeline what had happened until it was proposed
record Register(
        TransactionId id,
        Attempt attempt,
        Decision decision,
        SortedMap<String, String> sealed,
        Instant decidedAt,
        List<Timeline.Entry> timeline) {

    Register {
        sealed = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(sealed));
        timeline = List.copyOf(timeline);
    }

    /// As the protocol's core hears it.
    TwoPhaseCommit.Input.Chosen chosen() {
        return new TwoPhaseCommit.Input.Chosen(
                decision,
                sealed.keySet().stream()
                        .map(name -> new BranchId(id, attempt, name))
                        .collect(Collectors.toUnmodifiableSet()));
    }
}
