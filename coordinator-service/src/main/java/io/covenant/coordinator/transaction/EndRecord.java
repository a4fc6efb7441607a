package io.covenant.coordinator.transaction;

import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far an attempt has come after its decision. Written without force: losing it costs work, never truth.
///
/// It changes nothing unless the writer still owns the attempt in this epoch.
///
/// @param branches   what became of each; empty when all did as decided
/// @param timeline   what has happened, without what the register holds already
/// @param finishedAt when the last branch confirmed; absent while some have not
record EndRecord(
        TransactionId id,
        Attempt attempt,
        Incarnation owner,
        int epoch,
        Decision decision,
        boolean hazard,
        List<BranchStatus> branches,
        List<Timeline.Entry> timeline,
        Instant decidedAt,
        @Nullable Instant finishedAt) {

    EndRecord {
        branches = List.copyOf(branches);
        timeline = List.copyOf(timeline);
    }
}
