package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;

/// What a branch's method wants to happen after the commit, held back while it is only prepared.
///
/// Callbacks live in the memory of the process that prepared the branch, and run there at most once: on a thread of
/// their own, soon after this process has committed the branch, or has noticed that another instance has. They are lost
/// when this process dies. What must not be lost goes into the branch's transaction, as an outbox row.
///
/// When the transaction aborts, they hear that it was rolled back (`AFTER_ROLLBACK`, `AFTER_COMPLETION`).
final class ParkedCallbacks {

    private static final Logger LOG = LoggerFactory.getLogger(ParkedCallbacks.class);

    private final ConcurrentMap<BranchId, Parked> byBranch = new ConcurrentHashMap<>();

    private record Parked(List<TransactionSynchronization> callbacks, long sinceNanos) {}

    void park(BranchId branch, List<TransactionSynchronization> callbacks) {
        byBranch.put(branch, new Parked(callbacks, System.nanoTime()));
    }

    int size() {
        return byBranch.size();
    }

    /// The branches parked for at least this long.
    List<BranchId> parkedFor(long nanos) {
        long now = System.nanoTime();
        return byBranch.entrySet().stream()
                .filter(entry -> now - entry.getValue().sinceNanos() >= nanos)
                .map(java.util.Map.Entry::getKey)
                .toList();
    }

    /// The branch is as decided: lets its callbacks know.
    void release(BranchId branch, Decision decision) {
        var released = byBranch.remove(branch);
        if (released != null) {
            Thread.ofVirtual().name("after-" + branch).start(() -> run(branch, released.callbacks(), decision));
        }
    }

    private static void run(BranchId branch, List<TransactionSynchronization> callbacks, Decision decision) {
        for (var callback : callbacks) {
            try {
                switch (decision) {
                    case COMMIT -> {
                        callback.afterCommit();
                        callback.afterCompletion(TransactionSynchronization.STATUS_COMMITTED);
                    }
                    case ABORT -> callback.afterCompletion(TransactionSynchronization.STATUS_ROLLED_BACK);
                }
            } catch (RuntimeException | Error e) {
                LOG.error("a callback after the {} of {} failed", decision, branch, e);
            }
        }
    }
}
