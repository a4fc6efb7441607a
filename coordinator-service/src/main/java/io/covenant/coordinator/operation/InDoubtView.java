package io.covenant.coordinator.operation;

import io.covenant.transactions.wire.PreparedBranches.Holding;
import io.covenant.transactions.wire.PreparedBranches.Prepared;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What is not over, and what stands in the way: the coordinators' records joined with what the participants hold
/// prepared or reserved at this moment.
///
/// @param transactions unfinished, or finished with a hazard; the oldest first
/// @param orphans      prepared or reserved branches that no transaction here accounts for
/// @param silent       services that did not tell what they hold
/// @param truncated    whether there are more transactions than these
record InDoubtView(List<Doubt> transactions, List<Orphan> orphans, List<Silent> silent, boolean truncated) {

    InDoubtView {
        transactions = List.copyOf(transactions);
        orphans = List.copyOf(orphans);
        silent = List.copyOf(silent);
    }

    /// @param why               what it waits for
    /// @param nextAttemptMillis until it is tried again; absent where another coordinator drives it
    record Doubt(
            UUID id,
            String name,
            String protocol,
            TransactionResource.State state,
            String owner,
            Instant createdAt,
            Instant deadline,
            long ageMillis,
            String why,
            @Nullable Integer attempts,
            @Nullable Long nextAttemptMillis,
            List<Branch> branches) {}

    /// @param prepared what its service holds; absent when it holds nothing or was not asked
    record Branch(
            String name,
            String service,
            String gid,
            BranchState state,
            @Nullable String detail,
            @Nullable Prepared prepared) {}

    /// @param why what is known of its transaction
    record Orphan(String service, String gid, long ageMillis, int locks, int waiters, Holding holding, String why) {}

    record Silent(String service, String why) {}
}
